/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/tap.h"

#include <string.h>

void tap_host(const union socket_address *address, uint64_t host[2])
{
    const bool v4 = address->any.sa_family == AF_INET;
    host[0] = host[1] = v4 ? UINT64_C(0xffff) << 32 | address->v4.sin_addr.s_addr : 0;
    if (!v4)
        memcpy(host, &address->v6.sin6_addr, 2 * sizeof *host);
}

static bool holds(_Atomic uint32_t teids[TAP_TUNNELS], uint32_t teid)
{
    for (unsigned i = 0; i < TAP_TUNNELS; i++)
        if (atomic_load_explicit(&teids[i], memory_order_relaxed) == teid)
            return true;
    return false;
}

static bool is_captured(struct tap_filter *filter, const union socket_address *peer, bool incoming,
                        struct bytes datagram)
{
    uint64_t host[2];
    struct reader r = reader_of(datagram);
    read_u32(&r);
    const uint32_t teid = read_u32(&r);
    tap_host(peer, host);
    return (atomic_load(&filter->host[0]) == host[0] && atomic_load(&filter->host[1]) == host[1]) ||
           (reader_ok(&r) && teid && holds(incoming ? filter->incoming : filter->outgoing, teid));
}

static void copy(const struct tap *tap, const union socket_address *peer, bool incoming,
                 struct bytes datagram)
{
    const union socket_address *own = &tap->own[peer->any.sa_family == AF_INET6];
    const struct trace_record record = {.kind = TRACE_GTPU,
                                        .incoming = incoming,
                                        .from = incoming ? *peer : *own,
                                        .to = incoming ? *own : *peer,
                                        .bytes = datagram};
    trace_send(tap->trace, &record);
    if (trace_wanted(tap->captures) && is_captured(tap->filter, peer, incoming, datagram)) {
        atomic_fetch_add_explicit(&tap->filter->packets, 1, memory_order_relaxed);
        trace_send(tap->captures, &record);
    }
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
