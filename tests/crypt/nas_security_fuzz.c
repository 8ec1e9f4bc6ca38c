/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an envelope: nothing is read or written out of bounds, and whatever is refused leaves the context as it
 * was. The first byte chooses algorithms, side and emergency (with which a NIA0 envelope gets through). */
#include <stdlib.h>

#include "crypt/nas_security.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t kamf[32] = {1};
    struct nas_security security;
    struct nas_opened opened;
    if (size == 0)
        return 0;
    uint8_t choice = *data++;
    nas_security_start(&security, choice & 0x10 ? NAS_UE : NAS_NETWORK, kamf, choice & 3, choice >> 2 & 3, 0);
    security.emergency = choice & 0x20;
    security.uplink = choice & 0x40 ? NAS_COUNT_MAX - 1 : 5;
    const struct nas_security before = security;
    uint8_t *plain = malloc(size);
    enum nas_verdict verdict = nas_unprotect(&security, bytes_of(data, size - 1), plain, size, &opened);
    if (verdict != NAS_ACCEPTED && memcmp(&security, &before, sizeof before) != 0)
        abort();
    if (verdict == NAS_ACCEPTED && opened.message.len != size - 1 - NAS_ENVELOPE_BYTES)
        abort();
    free(plain);
    return 0;
}
