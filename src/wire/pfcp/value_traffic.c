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

static void read_traffic_of_peer(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_traffic_of_peer *traffic = to;
    struct pfcp_remote_peer peer = {0};
    (void)value;
    traffic->uplink = read_u64(r);
    traffic->downlink = read_u64(r);
    pfcp_value_remote_peer.read(&pfcp_value_remote_peer, r, &peer);
    traffic->ip = peer.ip;
    if (peer.ip.has_v4 && peer.ip.has_v6)
        reader_fail(r, "Traffic of Peer", "two addresses");
}

static void write_traffic_of_peer(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_traffic_of_peer *traffic = from;
    const struct pfcp_remote_peer peer = {traffic->ip};
    (void)value;
    write_u64(w, traffic->uplink);
    write_u64(w, traffic->downlink);
    pfcp_value_remote_peer.write(&pfcp_value_remote_peer, w, &peer);
}

static void print_traffic_of_peer(const struct pfcp_value *value, struct printer *p, const char *name,
                                  const void *from)
{
    const struct pfcp_traffic_of_peer *traffic = from;
    const struct pfcp_remote_peer peer = {traffic->ip};
    (void)value;
    print_open(p, name);
    print_uint(p, "uplink", traffic->uplink);
    print_uint(p, "downlink", traffic->downlink);
    pfcp_value_remote_peer.print(&pfcp_value_remote_peer, p, "peer", &peer);
    print_close(p);
}

PFCP_VALUE(vendor_report, pfcp_vendor_report, 3);
PFCP_VALUE(traffic_report, pfcp_traffic_report, 25);
PFCP_VALUE(traffic_of_peer, pfcp_traffic_of_peer, 21);
