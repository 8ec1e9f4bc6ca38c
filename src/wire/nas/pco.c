/* SPDX-License-Identifier: Apache-2.0 */
/* Extended protocol configuration options (TS 24.008 10.5.6.3A). */
#include "wire/nas/codec.h"
#include "wire/nas/session.h"

enum { PCO_HEAD = 0x80 /* extension bit, PPP for use with IP */ };

const struct nas_pco_unit *nas_pco_find(const struct nas_pco *pco, uint16_t id)
{
    for (size_t i = 0; i < pco->count; i++)
        if (pco->items[i].id == id)
            return &pco->items[i];
    return NULL;
}

/* The units whose content may exceed 255 octets by nature have a length of two octets. */
static size_t length_size(uint16_t id)
{
    return id == 0x0023 || id == 0x0024 || id == 0x0030 || id == 0x0031 ? 2 : 1;
}

static bool pco_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec;
    read_u8(r);
    while (reader_left(r)) {
        struct nas_pco_unit *unit = nas_append(r, arena, value, sizeof *unit);
        if (!unit)
            return false;
        unit->id = read_u16(r);
        size_t length = read_uint(r, length_size(unit->id));
        unit->content = read_bytes(r, length);
    }
    return reader_ok(r);
}

static bool pco_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const struct nas_pco *pco = value;
    write_u8(w, PCO_HEAD);
    for (size_t i = 0; i < pco->count; i++) {
        const struct nas_pco_unit *unit = &pco->items[i];
        write_u16(w, unit->id);
        size_t mark = write_length_open(w, length_size(unit->id));
        write_bytes(w, unit->content);
        write_length_close(w, mark, length_size(unit->id));
    }
    return true;
}

static const char *unit_name(uint16_t id)
{
    static const struct {
        uint16_t id;
        const char *name;
    } names[] = {
        {NAS_PCO_P_CSCF_IPV6, "P-CSCF IPv6 address"},
        {NAS_PCO_IM_CN_FLAG, "IM CN subsystem signalling flag"},
        {NAS_PCO_DNS_IPV6, "DNS server IPv6 address"},
        {NAS_PCO_BEARER_CONTROL, "selected bearer control mode"},
        {NAS_PCO_ADDRESS_BY_NAS, "IP address allocation via NAS signalling"},
        {NAS_PCO_ADDRESS_BY_DHCP, "IPv4 address allocation via DHCPv4"},
        {NAS_PCO_P_CSCF_IPV4, "P-CSCF IPv4 address"},
        {NAS_PCO_DNS_IPV4, "DNS server IPv4 address"},
        {NAS_PCO_MSISDN, "MSISDN"},
        {NAS_PCO_IPV4_MTU, "IPv4 link MTU"},
        {NAS_PCO_NON_IP_MTU, "non-IP link MTU"},
        {NAS_PCO_PDU_SESSION_ID, "PDU session ID"},
        {NAS_PCO_S_NSSAI, "S-NSSAI"},
        {NAS_PCO_ETHERNET_MTU, "Ethernet frame payload MTU"},
        {NAS_PCO_UNSTRUCTURED_MTU, "unstructured link MTU"},
        {NAS_PCO_QOS_RULES, "QoS rules"},
        {NAS_PCO_QOS_FLOWS, "QoS flow descriptions"},
        {NAS_PCO_IPCP, "IPCP"},
        {NAS_PCO_LCP, "LCP"},
        {NAS_PCO_PAP, "PAP"},
        {NAS_PCO_CHAP, "CHAP"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].id == id)
            return names[i].name;
    return NULL;
}

static void pco_print(const struct nas_codec *codec, struct printer *p, const char *name, const void *value)
{
    (void)codec;
    const struct nas_pco *pco = value;
    print_list(p, name);
    for (size_t i = 0; i < pco->count; i++) {
        print_open(p, NULL);
        print_enum(p, "id", pco->items[i].id, unit_name(pco->items[i].id));
        print_hex(p, "content", pco->items[i].content);
        print_close(p);
    }
    print_end(p);
}

const struct nas_codec nas_codec_pco = {pco_decode, pco_encode, pco_print, NULL, sizeof(struct nas_pco)};
