/* SPDX-License-Identifier: Apache-2.0 */
/* What decodes must encode to the same bytes, and keeps to its bounds. */

#include "../fuzz/must.h"
#include "wire/wicket/charter.h"

static bool is_text(const char *text, size_t size)
{
    return memchr(text, '\0', size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t space[CHARTER_BYTES];
    struct charter charter;
    struct fault fault = {0};
    if (!charter_decode(bytes_of(data, size), &charter, &fault)) {
        must(fault.what);
        return 0;
    }
    must(is_text(charter.name, sizeof charter.name) &&
         is_text(charter.terms.vendor, sizeof charter.terms.vendor) &&
         is_text(charter.terms.runtime_dir, sizeof charter.terms.runtime_dir));
    struct writer w = writer_of(space, sizeof space);
    must(charter_encode(&w, &charter) && bytes_equal(writer_bytes(&w), bytes_of(data, size)));
    return 0;
}
