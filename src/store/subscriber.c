/* SPDX-License-Identifier: Apache-2.0 */
#include "store/subscriber.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

bool store_supi_parse(const char *text, char supi[STORE_SUPI_BYTES])
{
    if (strncmp(text, "imsi-", 5) == 0)
        text += 5;
    size_t n = 0;
    while (isdigit((unsigned char)text[n]))
        n++;
    if (text[n] || n < 5 || n > 15)
        return false;
    snprintf(supi, STORE_SUPI_BYTES, "imsi-%s", text);
    return true;
}

bool store_tuak_valid(const struct store_tuak *tuak)
{
    uint8_t res = tuak->res_size;
    return (res == 4 || res == 8 || res == 16 || res == 32) && (tuak->ck_size == 16 || tuak->ck_size == 32) &&
           (tuak->ik_size == 16 || tuak->ik_size == 32) && tuak->keccak_iterations > 0;
}

bool store_subscriber_defaults(struct store_subscriber *subscriber, struct arena *arena,
                               struct config_slice slice, const char *dnn)
{
    const uint64_t gigabit = 1000000000;
    struct store_slice *slices = ARENA_NEW(arena, struct store_slice);
    struct store_dnn *dnns = ARENA_NEW(arena, struct store_dnn);
    struct bytes name = arena_copy(arena, bytes_of(dnn, strlen(dnn) + 1));
    if (!slices || !dnns || !name.len)
        return false;
    *dnns = (struct store_dnn){.name = (const char *)name.data,
                               .type = STORE_IPV4V6,
                               .fiveqi = 9,
                               .arp = 8,
                               .ambr_uplink = gigabit,
                               .ambr_downlink = gigabit};
    *slices = (struct store_slice){.slice = slice, .is_default = true, .dnns = dnns, .dnn_count = 1};
    *subscriber = (struct store_subscriber){.tuak = STORE_TUAK_DEFAULT,
                                            .amf = {0x80, 0x00},
                                            .ambr_uplink = gigabit,
                                            .ambr_downlink = gigabit,
                                            .slices = slices,
                                            .slice_count = 1,
                                            .name = ""};
    return true;
}

void store_subscriber_wipe(struct store_subscriber *subscriber)
{
    OPENSSL_cleanse(subscriber->k, sizeof subscriber->k);
    OPENSSL_cleanse(subscriber->op, sizeof subscriber->op);
}
