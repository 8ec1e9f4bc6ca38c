/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "wire/gtpu/gtpu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gtpu_packet packet, fast;
    struct gtpu_error_indication indication;
    struct bytes types;
    uint8_t restarts;
    char text[1024];
    struct printer p;
    bool parsed = gtpu_parse(bytes_of(data, size), &packet, NULL);
    if (gtpu_parse_fast(bytes_of(data, size), &fast) &&
        (!parsed || fast.teid != packet.teid || !bytes_equal(fast.payload, packet.payload)))
        abort();
    if (!parsed)
        return 0;
    print_init(&p, PRINT_TEXT, text, sizeof text);
    gtpu_print(&p, &packet);
    gtpu_read_error_indication(&packet, &indication, NULL);
    gtpu_read_recovery(&packet, &restarts, NULL);
    gtpu_read_supported_extensions(&packet, &types, NULL);
    return 0;
}
