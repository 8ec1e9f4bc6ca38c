/* SPDX-License-Identifier: Apache-2.0 */
/* PFCP values of Ethernet sessions: addresses, VLAN tags and lists of addresses. */
#include "wire/pfcp/table.h"

/* --- MAC address, 8.2.93 --- */

enum { MAC_SOUR = 1, MAC_DEST = 2, MAC_USOU = 4, MAC_UDES = 8 };

static void read_address(struct reader *r, bool present, uint8_t to[PFCP_MAC_OCTETS])
{
    const struct bytes octets = read_bytes(r, present ? PFCP_MAC_OCTETS : 0);
    if (octets.len)
        memcpy(to, octets.data, PFCP_MAC_OCTETS);
}

static void write_address(struct writer *w, bool present, const uint8_t from[PFCP_MAC_OCTETS])
{
    if (present)
        write_bytes(w, bytes_of(from, PFCP_MAC_OCTETS));
}

static void print_address(struct printer *p, const char *name, bool present,
                          const uint8_t address[PFCP_MAC_OCTETS])
{
    if (present)
        print_hex(p, name, bytes_of(address, PFCP_MAC_OCTETS));
}

static bool is_whole(const struct pfcp_mac *mac)
{
    return (mac->has_source || !mac->has_upper_source) &&
           (mac->has_destination || !mac->has_upper_destination);
}

static void read_mac(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_mac *mac = to;
    const uint8_t flags = read_u8(r);
    (void)value;
    mac->has_source = flags & MAC_SOUR;
    mac->has_destination = flags & MAC_DEST;
    mac->has_upper_source = flags & MAC_USOU;
    mac->has_upper_destination = flags & MAC_UDES;
    if (!is_whole(mac))
        reader_fail(r, "MAC address", "a range without its lower end");
    read_address(r, mac->has_source, mac->source);
    read_address(r, mac->has_destination, mac->destination);
    read_address(r, mac->has_upper_source, mac->upper_source);
    read_address(r, mac->has_upper_destination, mac->upper_destination);
}

static void write_mac(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_mac *mac = from;
    (void)value;
    if (!is_whole(mac))
        w->full = true;
    write_u8(w,
             (uint8_t)((mac->has_source ? MAC_SOUR : 0) | (mac->has_destination ? MAC_DEST : 0) |
                       (mac->has_upper_source ? MAC_USOU : 0) | (mac->has_upper_destination ? MAC_UDES : 0)));
    write_address(w, mac->has_source, mac->source);
    write_address(w, mac->has_destination, mac->destination);
    write_address(w, mac->has_upper_source, mac->upper_source);
    write_address(w, mac->has_upper_destination, mac->upper_destination);
}

static void print_mac(const struct pfcp_value *value, struct printer *p, const char *name, const void *from)
{
    const struct pfcp_mac *mac = from;
    (void)value;
    print_open(p, name);
    print_address(p, "source", mac->has_source, mac->source);
    print_address(p, "upper_source", mac->has_upper_source, mac->upper_source);
    print_address(p, "destination", mac->has_destination, mac->destination);
    print_address(p, "upper_destination", mac->has_upper_destination, mac->upper_destination);
    print_close(p);
}

/* --- C-TAG, S-TAG, 8.2.94: not in the order of IEEE 802.1Q --- */

enum { TAG_PCP = 1, TAG_DEI = 2, TAG_VID = 4, TAG_OCTETS = 3, PCP_BITS = 7, DEI_BIT = 8, VID_MOST = 0xfff };

static void read_vlan_tag(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_vlan_tag *tag = to;
    const uint8_t flags = read_u8(r), upper = read_u8(r), lower = read_u8(r);
    (void)value;
    tag->has_pcp = flags & TAG_PCP;
    tag->has_dei = flags & TAG_DEI;
    tag->has_vid = flags & TAG_VID;
    if (tag->has_pcp)
        tag->pcp = upper & PCP_BITS;
    if (tag->has_dei)
        tag->dei = upper & DEI_BIT;
    if (tag->has_vid)
        tag->vid = (uint16_t)((upper >> 4) << 8 | lower);
}

static void write_vlan_tag(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_vlan_tag *tag = from;
    const uint16_t vid = tag->has_vid ? tag->vid : 0;
    (void)value;
    if (vid > VID_MOST || tag->pcp > PCP_BITS)
        w->full = true;
    write_u8(w, (uint8_t)((tag->has_pcp ? TAG_PCP : 0) | (tag->has_dei ? TAG_DEI : 0) |
                          (tag->has_vid ? TAG_VID : 0)));
    write_u8(w, (uint8_t)((vid >> 8) << 4 | (tag->has_dei && tag->dei ? DEI_BIT : 0) |
                          (tag->has_pcp ? tag->pcp : 0)));
    write_u8(w, (uint8_t)vid);
}

static void print_vlan_tag(const struct pfcp_value *value, struct printer *p, const char *name,
                           const void *from)
{
    const struct pfcp_vlan_tag *tag = from;
    (void)value;
    print_open(p, name);
    if (tag->has_vid)
        print_uint(p, "vid", tag->vid);
    if (tag->has_pcp)
        print_uint(p, "pcp", tag->pcp);
    if (tag->has_dei)
        print_uint(p, "dei", tag->dei);
    print_close(p);
}

/* --- MAC Addresses Detected, Removed, 8.2.103 --- */

/* Older senders end the element in front of it. */
static bool read_short_tag(struct reader *r, struct pfcp_vlan_tag *tag)
{
    const uint8_t length = reader_left(r) ? read_u8(r) : 0;
    struct reader octets = read_sub(r, length);
    if (length && length < TAG_OCTETS)
        reader_fail(r, "MAC Addresses", "a VLAN tag that is too short");
    if (length && reader_ok(r))
        read_vlan_tag(&pfcp_value_vlan_tag, &octets, tag);
    return length != 0;
}

static void write_short_tag(struct writer *w, bool present, const struct pfcp_vlan_tag *tag)
{
    write_u8(w, present ? TAG_OCTETS : 0);
    if (present)
        write_vlan_tag(&pfcp_value_vlan_tag, w, tag);
}

static void read_macs(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_macs *macs = to;
    (void)value;
    macs->addresses = read_bytes(r, (size_t)read_u8(r) * PFCP_MAC_OCTETS);
    macs->has_c_tag = read_short_tag(r, &macs->c_tag);
    macs->has_s_tag = read_short_tag(r, &macs->s_tag);
}

static void write_macs(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_macs *macs = from;
    const size_t count = macs->addresses.len / PFCP_MAC_OCTETS;
    (void)value;
    if (count > UINT8_MAX || macs->addresses.len % PFCP_MAC_OCTETS)
        w->full = true;
    write_u8(w, (uint8_t)count);
    write_bytes(w, macs->addresses);
    write_short_tag(w, macs->has_c_tag, &macs->c_tag);
    write_short_tag(w, macs->has_s_tag, &macs->s_tag);
}

static void print_macs(const struct pfcp_value *value, struct printer *p, const char *name, const void *from)
{
    const struct pfcp_macs *macs = from;
    print_open(p, name);
    print_list(p, "addresses");
    for (size_t at = 0; at + PFCP_MAC_OCTETS <= macs->addresses.len; at += PFCP_MAC_OCTETS)
        print_address(p, NULL, true, macs->addresses.data + at);
    print_end(p);
    if (macs->has_c_tag)
        print_vlan_tag(value, p, "c_tag", &macs->c_tag);
    if (macs->has_s_tag)
        print_vlan_tag(value, p, "s_tag", &macs->s_tag);
    print_close(p);
}

PFCP_VALUE(mac, pfcp_mac, 1);
PFCP_VALUE(vlan_tag, pfcp_vlan_tag, TAG_OCTETS);
PFCP_VALUE(macs, pfcp_macs, 1);
