/* SPDX-License-Identifier: Apache-2.0 */
/* What a gateway's packets are read with, down to what becomes of them in the rules of the line. */
#include "line/gateway.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena arena;
    struct vici_packet packet;
    struct vici_sa sa;
    struct gateway_view view = {0};
    arena_init(&arena, 0);
    if (vici_decode(bytes_of(data, size), &packet, NULL) && vici_decode_sa(packet.message, &arena, &sa, NULL))
        gateway_take(&view, &arena, &sa);
    arena_free(&arena);
    return 0;
}
