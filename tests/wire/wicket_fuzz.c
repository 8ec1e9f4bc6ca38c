/* SPDX-License-Identifier: Apache-2.0 */
/* What decodes must encode to the same bytes. */
#include <stdlib.h>

#include "wire/wicket/wicket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t space[WICKET_HEADER_BYTES + WICKET_BODY_BYTES];
    for (int side = WICKET_FROM_EDGE; side <= WICKET_FROM_CONTROL; side++) {
        struct wicket_message message;
        struct fault fault = {0};
        if (!wicket_decode(bytes_of(data, size), (enum wicket_side)side, &message, &fault)) {
            if (!fault.what)
                abort();
            continue;
        }
        struct writer w = writer_of(space, sizeof space);
        if (!wicket_encode(&w, &message) || !bytes_equal(writer_bytes(&w), bytes_of(data, size)))
            abort();
    }
    return 0;
}
