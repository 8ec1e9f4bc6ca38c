/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A subscriber's slices as the database keeps them: read at every registration, so bytes and not JSON.
 *
 *     version:2  slices:1  { sst:1 sd:3 is_default:1 dnns:1
 *                            { length:1 name type:1 5qi:1 arp:1 flags:1 uplink:8 downlink:8 [ipv4:4] [ipv6:16]
 *                              [5qis:1 {5qi:1} uplink:8 downlink:8]
 *                              [routes:1 {bits:1 ipv4:4 | 128 + bits:1 ipv6:8 | bits - 1:1 ipv6:16}] } }
 *                            access restrictions (access.c)
 *
 * Of the forms of an IPv6 network the first is that of 64 bits and less. Version 1 ended with the slices.
 */
#include <stdlib.h>
#include <string.h>

#include "store/database.h"

enum {
    WITHOUT_ACCESS = 1,
    VERSION = 2,
    DNN_MOST = 1 + 255 + 4 + 16 + 4 + 16 + 1 + 255 + 16 + 1 + 17 * FRAMED_ROUTES_MOST
};
enum { MAY_PREEMPT = 1, PREEMPTABLE = 2, HAS_IPV4 = 4, HAS_IPV6 = 8, HAS_FLOWS = 16, HAS_ROUTES = 32 };
enum { ROUTE_OF_IPV6 = 128, ROUTE_OF_LONG_IPV6 = 64 }; /* and more, in the first octet of a route */

static void write_flows(struct writer *w, const struct store_dnn *dnn)
{
    write_u8(w, dnn->fiveqi_count);
    write_bytes(w, bytes_of(dnn->fiveqis, dnn->fiveqi_count));
    write_u64(w, dnn->gbr_uplink);
    write_u64(w, dnn->gbr_downlink);
}

static size_t route_octets(unsigned first)
{
    return first >= ROUTE_OF_IPV6 ? 8 : first >= ROUTE_OF_LONG_IPV6 ? 16 : 4;
}

static void write_routes(struct writer *w, const struct store_dnn *dnn)
{
    write_u8(w, dnn->route_count);
    for (unsigned i = 0; i < dnn->route_count; i++) {
        const struct config_prefix *route = &dnn->routes[i];
        const bool v6 = route->family == AF_INET6, is_long = route->length > ROUTE_OF_LONG_IPV6;
        const unsigned first = !v6       ? route->length
                               : is_long ? route->length - 1u
                                         : ROUTE_OF_IPV6 + (unsigned)route->length;
        write_u8(w, (uint8_t)first);
        write_bytes(w, bytes_of(route->address, route_octets(first)));
    }
}

static void write_dnn(struct writer *w, const struct store_dnn *dnn)
{
    size_t length = strlen(dnn->name);
    write_u8(w, (uint8_t)length);
    write_bytes(w, bytes_of(dnn->name, length));
    write_u8(w, dnn->type);
    write_u8(w, dnn->fiveqi);
    write_u8(w, dnn->arp);
    write_u8(w, (uint8_t)((dnn->may_preempt ? MAY_PREEMPT : 0) | (dnn->preemptable ? PREEMPTABLE : 0) |
                          (dnn->ipv4.family ? HAS_IPV4 : 0) | (dnn->ipv6.family ? HAS_IPV6 : 0) |
                          (dnn->has_flows ? HAS_FLOWS : 0) | (dnn->route_count ? HAS_ROUTES : 0)));
    write_u64(w, dnn->ambr_uplink);
    write_u64(w, dnn->ambr_downlink);
    if (dnn->ipv4.family)
        write_bytes(w, bytes_of(dnn->ipv4.address, 4));
    if (dnn->ipv6.family)
        write_bytes(w, bytes_of(dnn->ipv6.address, 16));
    if (dnn->has_flows)
        write_flows(w, dnn);
    if (dnn->route_count)
        write_routes(w, dnn);
}

static void write_slice(struct writer *w, const struct store_slice *slice)
{
    write_u8(w, slice->slice.sst);
    write_uint(w, slice->slice.sd, 3);
    write_u8(w, slice->is_default);
    write_u8(w, (uint8_t)slice->dnn_count);
    for (unsigned i = 0; i < slice->dnn_count; i++)
        write_dnn(w, &slice->dnns[i]);
}

uint8_t *store_profile_write(const struct store_subscriber *subscriber, size_t *length)
{
    size_t most = 2 + STORE_ACCESS_BYTES;
    for (unsigned i = 0; i < subscriber->slice_count; i++)
        most += 6 + (size_t)subscriber->slices[i].dnn_count * DNN_MOST;
    uint8_t *room = malloc(most);
    if (!room)
        return NULL;
    struct writer w = writer_of(room, most);
    write_u8(&w, VERSION);
    write_u8(&w, (uint8_t)subscriber->slice_count);
    for (unsigned i = 0; i < subscriber->slice_count; i++)
        write_slice(&w, &subscriber->slices[i]);
    store_access_write(&w, &subscriber->access);
    *length = writer_length(&w);
    return room;
}

static void read_ip(struct reader *r, uint8_t family, size_t size, struct config_ip *ip)
{
    struct bytes address = read_bytes(r, size);
    if (address.len)
        memcpy(ip->address, address.data, size);
    ip->family = family;
}

static void read_flows(struct reader *r, struct arena *arena, struct store_dnn *dnn)
{
    struct bytes fiveqis = arena_copy(arena, read_bytes(r, read_u8(r)));
    dnn->has_flows = true;
    dnn->fiveqis = fiveqis.data;
    dnn->fiveqi_count = (uint8_t)fiveqis.len;
    dnn->gbr_uplink = read_u64(r);
    dnn->gbr_downlink = read_u64(r);
}

static void read_routes(struct reader *r, struct arena *arena, struct store_dnn *dnn)
{
    const uint8_t count = read_u8(r);
    struct config_prefix *routes = arena_array(arena, FRAMED_ROUTES_MOST, sizeof *routes);
    if (!routes || count > FRAMED_ROUTES_MOST)
        reader_fail(r, "framed routes", "too many");
    for (unsigned i = 0; reader_ok(r) && i < count; i++) {
        const unsigned first = read_u8(r);
        const struct bytes octets = read_bytes(r, route_octets(first));
        routes[i].family = first >= ROUTE_OF_LONG_IPV6 ? AF_INET6 : AF_INET;
        routes[i].length = (uint8_t)(first >= ROUTE_OF_IPV6        ? first - ROUTE_OF_IPV6
                                     : first >= ROUTE_OF_LONG_IPV6 ? first + 1
                                                                   : first);
        if (octets.len)
            memcpy(routes[i].address, octets.data, octets.len);
        if (framed_route_wrong(&routes[i]))
            reader_fail(r, "framed routes", "one that is none");
    }
    dnn->routes = routes;
    dnn->route_count = reader_ok(r) ? count : 0;
}

static bool read_dnn(struct reader *r, struct arena *arena, struct store_dnn *dnn)
{
    struct bytes name = read_bytes(r, read_u8(r));
    char *text = arena_alloc(arena, name.len + 1);
    if (!text)
        return false;
    if (name.len)
        memcpy(text, name.data, name.len);
    dnn->name = text;
    dnn->type = (enum store_session_type)read_u8(r);
    dnn->fiveqi = read_u8(r);
    dnn->arp = read_u8(r);
    uint8_t flags = read_u8(r);
    dnn->may_preempt = flags & MAY_PREEMPT;
    dnn->preemptable = flags & PREEMPTABLE;
    dnn->ambr_uplink = read_u64(r);
    dnn->ambr_downlink = read_u64(r);
    if (flags & HAS_IPV4)
        read_ip(r, AF_INET, 4, &dnn->ipv4);
    if (flags & HAS_IPV6)
        read_ip(r, AF_INET6, 16, &dnn->ipv6);
    if (flags & HAS_FLOWS)
        read_flows(r, arena, dnn);
    if (flags & HAS_ROUTES)
        read_routes(r, arena, dnn);
    return reader_ok(r);
}

static bool read_slice(struct reader *r, struct arena *arena, struct store_slice *slice)
{
    slice->slice.sst = read_u8(r);
    slice->slice.sd = (uint32_t)read_uint(r, 3);
    slice->is_default = read_u8(r) != 0;
    slice->dnn_count = read_u8(r);
    struct store_dnn *dnns = arena_array(arena, slice->dnn_count + 1, sizeof *dnns);
    bool ok = dnns != NULL;
    for (unsigned i = 0; ok && i < slice->dnn_count; i++)
        ok = read_dnn(r, arena, &dnns[i]);
    slice->dnns = dnns;
    return ok;
}

bool store_profile_read(struct bytes profile, struct arena *arena, struct store_subscriber *subscriber)
{
    struct reader r = reader_of(profile);
    uint8_t version = read_u8(&r);
    bool ok = version == VERSION || version == WITHOUT_ACCESS;
    subscriber->slice_count = read_u8(&r);
    struct store_slice *slices = arena_array(arena, subscriber->slice_count + 1, sizeof *slices);
    ok = ok && slices;
    for (unsigned i = 0; ok && i < subscriber->slice_count; i++)
        ok = read_slice(&r, arena, &slices[i]);
    subscriber->slices = slices;
    if (version == VERSION)
        ok = ok && store_access_read(&r, arena, &subscriber->access);
    return ok && reader_ok(&r) && reader_left(&r) == 0;
}
