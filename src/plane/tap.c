/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/tap.h"

#include <string.h>

static void copy(const struct tap *tap, const union socket_address *peer, bool incoming,
                 struct bytes datagram)
{
    const union socket_address *own = &tap->own[peer->any.sa_family == AF_INET6];
    trace_send(tap->trace, &(struct trace_record){.kind = TRACE_GTPU,
                                                  .incoming = incoming,
                                                  .from = incoming ? *peer : *own,
                                                  .to = incoming ? *own : *peer,
                                                  .bytes = datagram});
}

void tap_received(const struct tap *tap, const union socket_address *from, struct bytes datagram)
{
    copy(tap, from, true, datagram);
}

void tap_sent(const struct tap *tap, const union socket_address *to, const struct iovec *parts,
              unsigned part_count)
{
    static _Thread_local uint8_t whole[UINT16_MAX];
    struct writer w = writer_of(whole, sizeof whole);
    for (unsigned i = 0; i < part_count; i++)
        write_bytes(&w, bytes_of(parts[i].iov_base, parts[i].iov_len));
    if (!w.full)
        copy(tap, to, false, writer_bytes(&w));
}
