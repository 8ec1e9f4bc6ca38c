/* SPDX-License-Identifier: Apache-2.0 */
#include "crypt/nia.h"

#include "crypt/bits.h"
#include "crypt/primitive.h"
#include "crypt/snow3g.h"
#include "crypt/zuc.h"

/* TS 33.501 D.3.1.3, TS 33.401 B.2.3 */
static void nia2(const uint8_t key[16], struct crypt_stream stream, struct bytes message, uint8_t mac[4])
{
    uint8_t prefix[8] = {0}, whole[16];
    bits_store(prefix, stream.count);
    prefix[4] = (uint8_t)(stream.bearer << 3 | stream.direction << 2);
    const struct bytes parts[] = {BYTES(prefix), message};
    aes128_cmac(key, parts, 2, whole);
    memcpy(mac, whole, 4);
}

bool nia_mac(uint8_t algorithm, const uint8_t key[16], struct crypt_stream stream, struct bytes message,
             uint8_t mac[4])
{
    switch (algorithm) {
    case 0:
        memset(mac, 0, 4);
        return true;
    case 1:
        bits_store(mac, snow3g_f9(key, stream.count, (uint32_t)stream.bearer << 27, stream.direction,
                                  message.data, 8 * (uint64_t)message.len));
        return true;
    case 2:
        nia2(key, stream, message, mac);
        return true;
    case 3:
        bits_store(mac, zuc_eia3(key, stream, message.data, 8 * (uint64_t)message.len));
        return true;
    default:
        return false;
    }
}
