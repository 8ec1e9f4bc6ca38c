/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever decodes prints, encodes, and reads back. */
#include <stdlib.h>

#include "wire/pfcp/bundle.h"
#include "wire/pfcp/pfcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_apart(struct bytes datagram)
{
    for (size_t before; datagram.len;) {
        before = datagram.len;
        if (pfcp_bundle_next(&datagram).len + datagram.len != before || datagram.len == before)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t out[PFCP_MESSAGE_BYTES];
    static char text[1 << 16];
    struct arena arena = {0};
    struct pfcp_message message, answer;
    struct pfcp_problem problem;
    struct pfcp_node_id own = {.ip.has_v4 = true};
    struct printer p;
    arena_init(&arena, 0);
    take_apart(bytes_of(data, size));
    if (pfcp_decode(&arena, bytes_of(data, size), &message, &problem)) {
        print_init(&p, PRINT_JSON, text, sizeof text);
        pfcp_print(&p, &message);
        size_t length = pfcp_encode(&message, out, sizeof out);
        if (length == 0 || !pfcp_decode(&arena, bytes_of(out, length), &message, &problem))
            abort();
    } else if (pfcp_refuse(&message, &problem, &own, 1, &answer) && !pfcp_encode(&answer, out, sizeof out)) {
        abort();
    }
    arena_free(&arena);
    return 0;
}
