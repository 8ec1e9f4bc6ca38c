/* SPDX-License-Identifier: Apache-2.0 */
/* PFCP values of our own (PFCP_ENTERPRISE), and the standard's that announces them. */
#include "wire/pfcp/table.h"

static void read_vendor_report(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_vendor_report *report = to;
    (void)value;
    report->enterprise = read_u16(r);
    report->flags = read_u8(r);
}

static void write_vendor_report(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_vendor_report *report = from;
    (void)value;
    write_u16(w, report->enterprise);
    write_u8(w, report->flags);
}

static void print_vendor_report(const struct pfcp_value *value, struct printer *p, const char *name,
                                const void *from)
{
    const struct pfcp_vendor_report *report = from;
    (void)value;
    print_open(p, name);
    print_uint(p, "enterprise", report->enterprise);
    print_uint(p, "flags", report->flags);
    print_close(p);
}

static void read_traffic_report(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_traffic_report *report = to;
    (void)value;
    report->instance = read_u64(r);
    report->uplink = read_u64(r);
    report->downlink = read_u64(r);
    report->flags = read_u8(r);
}

static void write_traffic_report(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_traffic_report *report = from;
    (void)value;
    write_u64(w, report->instance);
    write_u64(w, report->uplink);
    write_u64(w, report->downlink);
    write_u8(w, report->flags);
}

static void print_traffic_report(const struct pfcp_value *value, struct printer *p, const char *name,
                                 const void *from)
{
    const struct pfcp_traffic_report *report = from;
    (void)value;
    print_open(p, name);
    print_uint(p, "instance", report->instance);
    print_uint(p, "uplink", report->uplink);
    print_uint(p, "downlink", report->downlink);
    print_uint(p, "flags", report->flags);
    print_close(p);
}

/* Two numbers and a peer, as Traffic of Peer and Traffic Shaping of Peer have them. */
static void read_pair(struct reader *r, uint64_t *uplink, uint64_t *downlink, struct pfcp_ip *ip)
{
    struct pfcp_remote_peer peer = {0};
    *uplink = read_u64(r);
    *downlink = read_u64(r);
    pfcp_value_remote_peer.read(&pfcp_value_remote_peer, r, &peer);
    *ip = peer.ip;
    if (peer.ip.has_v4 && peer.ip.has_v6)
        reader_fail(r, "Traffic of Peer", "two addresses");
}

static void write_pair(struct writer *w, uint64_t uplink, uint64_t downlink, const struct pfcp_ip *ip)
{
    const struct pfcp_remote_peer peer = {*ip};
    write_u64(w, uplink);
    write_u64(w, downlink);
    pfcp_value_remote_peer.write(&pfcp_value_remote_peer, w, &peer);
}

static void print_pair(struct printer *p, const char *name, uint64_t uplink, uint64_t downlink,
                       const struct pfcp_ip *ip)
{
    const struct pfcp_remote_peer peer = {*ip};
    print_open(p, name);
    print_uint(p, "uplink", uplink);
    print_uint(p, "downlink", downlink);
    pfcp_value_remote_peer.print(&pfcp_value_remote_peer, p, "peer", &peer);
    print_close(p);
}

static void read_traffic_of_peer(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_traffic_of_peer *traffic = to;
    (void)value;
    read_pair(r, &traffic->uplink, &traffic->downlink, &traffic->ip);
}

static void write_traffic_of_peer(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_traffic_of_peer *traffic = from;
    (void)value;
    write_pair(w, traffic->uplink, traffic->downlink, &traffic->ip);
}

static void print_traffic_of_peer(const struct pfcp_value *value, struct printer *p, const char *name,
                                  const void *from)
{
    const struct pfcp_traffic_of_peer *traffic = from;
    (void)value;
    print_pair(p, name, traffic->uplink, traffic->downlink, &traffic->ip);
}

static void read_shaping(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_shaping *shaping = to;
    (void)value;
    shaping->round = read_u32(r);
    shaping->flags = read_u8(r);
}

static void write_shaping(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_shaping *shaping = from;
    (void)value;
    write_u32(w, shaping->round);
    write_u8(w, shaping->flags);
}

static void print_shaping(const struct pfcp_value *value, struct printer *p, const char *name,
                          const void *from)
{
    const struct pfcp_shaping *shaping = from;
    (void)value;
    print_open(p, name);
    print_uint(p, "round", shaping->round);
    print_uint(p, "flags", shaping->flags);
    print_close(p);
}

static void read_shaping_of_peer(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_shaping_of_peer *shaping = to;
    (void)value;
    read_pair(r, &shaping->uplink, &shaping->downlink, &shaping->ip);
    if (!shaping->uplink || !shaping->downlink)
        reader_fail(r, "Traffic Shaping of Peer", "a rate of nothing");
}

static void write_shaping_of_peer(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_shaping_of_peer *shaping = from;
    (void)value;
    write_pair(w, shaping->uplink, shaping->downlink, &shaping->ip);
}

static void print_shaping_of_peer(const struct pfcp_value *value, struct printer *p, const char *name,
                                  const void *from)
{
    const struct pfcp_shaping_of_peer *shaping = from;
    (void)value;
    print_pair(p, name, shaping->uplink, shaping->downlink, &shaping->ip);
}

PFCP_VALUE(vendor_report, pfcp_vendor_report, 3);
PFCP_VALUE(traffic_report, pfcp_traffic_report, 25);
PFCP_VALUE(traffic_of_peer, pfcp_traffic_of_peer, 21);
PFCP_VALUE(shaping, pfcp_shaping, 5);
PFCP_VALUE(shaping_of_peer, pfcp_shaping_of_peer, 21);
