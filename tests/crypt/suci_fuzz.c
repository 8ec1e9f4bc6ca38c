/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a scheme output. The first byte chooses the scheme. */
#include <stdlib.h>

#include "crypt/suci.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct suci_home_key *keys[3];
    static const uint8_t scalar[32] = {1, 2, 3};
    uint8_t plain[16];
    size_t length = 0;
    if (size == 0)
        return 0;
    unsigned scheme = data[0] % 3;
    if (scheme != SUCI_NULL && !keys[scheme])
        keys[scheme] = suci_home_key_new(scheme, BYTES(scalar));
    enum suci_verdict verdict =
        suci_deconceal(keys[scheme], bytes_of(data + 1, size - 1), plain, sizeof plain, &length);
    if ((verdict == SUCI_OK) != (length > 0) || length > sizeof plain)
        abort();
    return 0;
}
