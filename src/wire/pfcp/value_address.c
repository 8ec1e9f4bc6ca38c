/* SPDX-License-Identifier: Apache-2.0 */
/* PFCP values that carry addresses and tunnel endpoints. */
#include <arpa/inet.h>

#include "wire/pfcp/table.h"

static void read_v4(struct reader *r, struct pfcp_ip *ip, bool present)
{
    struct bytes address = present ? read_bytes(r, sizeof ip->v4) : (struct bytes){0};
    ip->has_v4 = present;
    if (address.len)
        memcpy(ip->v4, address.data, sizeof ip->v4);
}

static void read_v6(struct reader *r, struct pfcp_ip *ip, bool present)
{
    struct bytes address = present ? read_bytes(r, sizeof ip->v6) : (struct bytes){0};
    ip->has_v6 = present;
    if (address.len)
        memcpy(ip->v6, address.data, sizeof ip->v6);
}

static void write_ip(struct writer *w, const struct pfcp_ip *ip)
{
    if (ip->has_v4)
        write_bytes(w, BYTES(ip->v4));
    if (ip->has_v6)
        write_bytes(w, BYTES(ip->v6));
}

static void print_ip(struct printer *p, const struct pfcp_ip *ip)
{
    char text[INET6_ADDRSTRLEN];
    if (ip->has_v4 && inet_ntop(AF_INET, ip->v4, text, sizeof text))
        print_text(p, "ipv4", text);
    if (ip->has_v6 && inet_ntop(AF_INET6, ip->v6, text, sizeof text))
        print_text(p, "ipv6", text);
}

enum { NODE_IPV4, NODE_IPV6, NODE_FQDN };

static void read_node_id(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_node_id *id = to;
    (void)value;
    switch (read_u8(r) & 0x0f) {
    case NODE_IPV4:
        read_v4(r, &id->ip, true);
        break;
    case NODE_IPV6:
        read_v6(r, &id->ip, true);
        break;
    case NODE_FQDN:
        id->fqdn = read_rest(r);
        if (id->fqdn.len == 0)
            reader_fail(r, "Node ID", "empty name");
        break;
    default:
        reader_fail(r, "Node ID", "unknown node id type");
    }
}

static void write_node_id(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_node_id *id = from;
    (void)value;
    if (!id->ip.has_v4 && !id->ip.has_v6 && id->fqdn.len == 0)
        w->full = true;
    write_u8(w, id->ip.has_v4 ? NODE_IPV4 : id->ip.has_v6 ? NODE_IPV6 : NODE_FQDN);
    if (id->ip.has_v4)
        write_bytes(w, BYTES(id->ip.v4));
    else if (id->ip.has_v6)
        write_bytes(w, BYTES(id->ip.v6));
    else
        write_bytes(w, id->fqdn);
}

static void print_node_id(const struct pfcp_value *value, struct printer *p, const char *name,
                          const void *from)
{
    const struct pfcp_node_id *id = from;
    (void)value;
    print_open(p, name);
    print_ip(p, &id->ip);
    if (!id->ip.has_v4 && !id->ip.has_v6)
        pfcp_value_labels.print(&pfcp_value_labels, p, "fqdn", &id->fqdn);
    print_close(p);
}

static void read_f_seid(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_f_seid *f_seid = to;
    uint8_t flags = read_u8(r);
    (void)value;
    f_seid->seid = read_u64(r);
    read_v4(r, &f_seid->ip, flags & 2);
    read_v6(r, &f_seid->ip, flags & 1);
    if (!(flags & 3))
        reader_fail(r, "F-SEID", "neither IPv4 nor IPv6");
}

static void write_f_seid(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_f_seid *f_seid = from;
    (void)value;
    write_u8(w, (uint8_t)(f_seid->ip.has_v4 << 1 | f_seid->ip.has_v6));
    write_u64(w, f_seid->seid);
    write_ip(w, &f_seid->ip);
}

static void print_f_seid(const struct pfcp_value *value, struct printer *p, const char *name,
                         const void *from)
{
    const struct pfcp_f_seid *f_seid = from;
    (void)value;
    print_open(p, name);
    print_uint(p, "seid", f_seid->seid);
    print_ip(p, &f_seid->ip);
    print_close(p);
}

enum { TEID_V4 = 1, TEID_V6 = 2, TEID_CH = 4, TEID_CHID = 8 };

static void read_f_teid(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_f_teid *f_teid = to;
    uint8_t flags = read_u8(r);
    (void)value;
    if (!(flags & (TEID_V4 | TEID_V6)))
        reader_fail(r, "F-TEID", "neither IPv4 nor IPv6");
    f_teid->choose = flags & TEID_CH;
    if (f_teid->choose) {
        f_teid->ip.has_v4 = flags & TEID_V4;
        f_teid->ip.has_v6 = flags & TEID_V6;
        f_teid->has_choose_id = flags & TEID_CHID;
        if (f_teid->has_choose_id)
            f_teid->choose_id = read_u8(r);
        return;
    }
    f_teid->teid = read_u32(r);
    read_v4(r, &f_teid->ip, flags & TEID_V4);
    read_v6(r, &f_teid->ip, flags & TEID_V6);
}

static void write_f_teid(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_f_teid *f_teid = from;
    uint8_t families = (uint8_t)((f_teid->ip.has_v4 ? TEID_V4 : 0) | (f_teid->ip.has_v6 ? TEID_V6 : 0));
    (void)value;
    if (!f_teid->choose) {
        write_u8(w, families);
        write_u32(w, f_teid->teid);
        write_ip(w, &f_teid->ip);
        return;
    }
    write_u8(w, families | TEID_CH | (f_teid->has_choose_id ? TEID_CHID : 0));
    if (f_teid->has_choose_id)
        write_u8(w, f_teid->choose_id);
}

static void print_f_teid(const struct pfcp_value *value, struct printer *p, const char *name,
                         const void *from)
{
    const struct pfcp_f_teid *f_teid = from;
    (void)value;
    print_open(p, name);
    if (f_teid->choose)
        print_bool(p, "choose", true);
    else
        print_uint(p, "teid", f_teid->teid);
    if (f_teid->has_choose_id)
        print_uint(p, "choose_id", f_teid->choose_id);
    if (!f_teid->choose)
        print_ip(p, &f_teid->ip);
    print_close(p);
}

enum { UE_V6 = 1, UE_V4 = 2, UE_SD = 4, UE_IPV6D = 8, UE_CHV4 = 16, UE_CHV6 = 32, UE_IP6PL = 64 };

static void read_ue_ip(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_ue_ip *ue = to;
    uint8_t flags = read_u8(r);
    (void)value;
    ue->destination = flags & UE_SD;
    ue->choose_v4 = flags & UE_CHV4;
    ue->choose_v6 = flags & UE_CHV6;
    read_v4(r, &ue->ip, flags & UE_V4);
    read_v6(r, &ue->ip, flags & UE_V6);
    if (flags & UE_IPV6D)
        read_u8(r); /* prefix delegation bits: a /64 is all that a session gets */
    if (flags & UE_IP6PL)
        ue->prefix_length = read_u8(r);
    if (ue->prefix_length > 128)
        reader_fail(r, "UE IP Address", "prefix longer than 128 bits");
}

static void write_ue_ip(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_ue_ip *ue = from;
    (void)value;
    write_u8(w, (uint8_t)((ue->ip.has_v6 ? UE_V6 : 0) | (ue->ip.has_v4 ? UE_V4 : 0) |
                          (ue->destination ? UE_SD : 0) | (ue->choose_v4 ? UE_CHV4 : 0) |
                          (ue->choose_v6 ? UE_CHV6 : 0) | (ue->prefix_length ? UE_IP6PL : 0)));
    write_ip(w, &ue->ip);
    if (ue->prefix_length)
        write_u8(w, ue->prefix_length);
}

static void print_ue_ip(const struct pfcp_value *value, struct printer *p, const char *name, const void *from)
{
    const struct pfcp_ue_ip *ue = from;
    (void)value;
    print_open(p, name);
    print_text(p, "direction", ue->destination ? "destination" : "source");
    print_ip(p, &ue->ip);
    if (ue->choose_v4 || ue->choose_v6)
        print_bool(p, "choose", true);
    if (ue->prefix_length)
        print_uint(p, "prefix_length", ue->prefix_length);
    print_close(p);
}

static void read_remote_peer(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_remote_peer *peer = to;
    uint8_t flags = read_u8(r);
    (void)value;
    read_v4(r, &peer->ip, flags & 2);
    read_v6(r, &peer->ip, flags & 1);
    if (!(flags & 3))
        reader_fail(r, "Remote GTP-U Peer", "neither IPv4 nor IPv6");
}

static void write_remote_peer(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_remote_peer *peer = from;
    (void)value;
    write_u8(w, (uint8_t)(peer->ip.has_v4 << 1 | peer->ip.has_v6));
    write_ip(w, &peer->ip);
}

static void print_remote_peer(const struct pfcp_value *value, struct printer *p, const char *name,
                              const void *from)
{
    const struct pfcp_remote_peer *peer = from;
    (void)value;
    print_open(p, name);
    print_ip(p, &peer->ip);
    print_close(p);
}

/* 8.2.56: octet 5 is the low byte; what else is in the element follows from the flags. */
enum {
    CREATE_GTPU = PFCP_CREATE_GTPU_UDP_IPV4 | PFCP_CREATE_GTPU_UDP_IPV6,
    CREATE_UDP = PFCP_CREATE_UDP_IPV4 | PFCP_CREATE_UDP_IPV6,
    CREATE_V4 = PFCP_CREATE_GTPU_UDP_IPV4 | PFCP_CREATE_UDP_IPV4,
    CREATE_V6 = PFCP_CREATE_GTPU_UDP_IPV6 | PFCP_CREATE_UDP_IPV6,
};

static void read_outer_header_creation(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_outer_header_creation *creation = to;
    uint16_t flags = read_u8(r);
    (void)value;
    flags |= (uint16_t)(read_u8(r) << 8);
    creation->description = flags;
    if (!(flags & (CREATE_GTPU | CREATE_UDP)) || (flags & 0xff & ~(CREATE_GTPU | CREATE_UDP)))
        reader_fail(r, "Outer Header Creation", "a header that is not known");
    if (flags & CREATE_GTPU)
        creation->teid = read_u32(r);
    read_v4(r, &creation->ip, flags & CREATE_V4);
    read_v6(r, &creation->ip, flags & CREATE_V6);
    if (flags & CREATE_UDP)
        creation->port = read_u16(r);
}

static void write_outer_header_creation(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_outer_header_creation *creation = from;
    uint16_t flags = creation->description;
    (void)value;
    if (creation->ip.has_v4 != !!(flags & CREATE_V4) || creation->ip.has_v6 != !!(flags & CREATE_V6))
        w->full = true;
    write_u8(w, (uint8_t)flags);
    write_u8(w, (uint8_t)(flags >> 8));
    if (flags & CREATE_GTPU)
        write_u32(w, creation->teid);
    write_ip(w, &creation->ip);
    if (flags & CREATE_UDP)
        write_u16(w, creation->port);
}

static void print_outer_header_creation(const struct pfcp_value *value, struct printer *p, const char *name,
                                        const void *from)
{
    const struct pfcp_outer_header_creation *creation = from;
    (void)value;
    print_open(p, name);
    print_text(p, "header", creation->description & CREATE_GTPU ? "GTP-U/UDP" : "UDP");
    if (creation->description & CREATE_GTPU)
        print_uint(p, "teid", creation->teid);
    print_ip(p, &creation->ip);
    if (creation->description & CREATE_UDP)
        print_uint(p, "port", creation->port);
    print_close(p);
}

static void read_outer_header_removal(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_outer_header_removal *removal = to;
    (void)value;
    removal->description = read_u8(r);
    removal->has_extension_deletion = reader_left(r) > 0;
    if (removal->has_extension_deletion)
        removal->extension_deletion = read_u8(r);
}

static void write_outer_header_removal(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_outer_header_removal *removal = from;
    (void)value;
    write_u8(w, removal->description);
    if (removal->has_extension_deletion)
        write_u8(w, removal->extension_deletion);
}

static void print_outer_header_removal(const struct pfcp_value *value, struct printer *p, const char *name,
                                       const void *from)
{
    const struct pfcp_outer_header_removal *removal = from;
    (void)value;
    print_uint(p, name, removal->description);
}

PFCP_VALUE(node_id, pfcp_node_id, 1);
PFCP_VALUE(f_seid, pfcp_f_seid, 9);
PFCP_VALUE(f_teid, pfcp_f_teid, 1);
PFCP_VALUE(ue_ip, pfcp_ue_ip, 1);
PFCP_VALUE(remote_peer, pfcp_remote_peer, 1);
PFCP_VALUE(outer_header_creation, pfcp_outer_header_creation, 2);
PFCP_VALUE(outer_header_removal, pfcp_outer_header_removal, 1);
