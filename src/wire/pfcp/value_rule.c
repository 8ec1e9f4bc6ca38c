/* SPDX-License-Identifier: Apache-2.0 */
/* PFCP values of rules and reports: filters, rates, volumes and what is left. */
#include "wire/pfcp/table.h"

static void read_gate(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_gate_status *gate = to;
    uint8_t octet = read_u8(r);
    (void)value;
    gate->uplink_closed = octet & 0x0c; /* reserved codes count as closed */
    gate->downlink_closed = octet & 0x03;
}

static void write_gate(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_gate_status *gate = from;
    (void)value;
    write_u8(w, (uint8_t)(gate->uplink_closed << 2 | gate->downlink_closed));
}

static void print_gate(const struct pfcp_value *value, struct printer *p, const char *name, const void *from)
{
    const struct pfcp_gate_status *gate = from;
    (void)value;
    print_open(p, name);
    print_text(p, "uplink", gate->uplink_closed ? "closed" : "open");
    print_text(p, "downlink", gate->downlink_closed ? "closed" : "open");
    print_close(p);
}

enum { BIT_RATE_OCTETS = 5 };

static void read_bit_rate(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_bit_rate *rate = to;
    (void)value;
    rate->uplink = read_uint(r, BIT_RATE_OCTETS);
    rate->downlink = read_uint(r, BIT_RATE_OCTETS);
}

static void write_bit_rate(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_bit_rate *rate = from;
    (void)value;
    if ((rate->uplink | rate->downlink) >> (8 * BIT_RATE_OCTETS))
        w->full = true;
    write_uint(w, rate->uplink, BIT_RATE_OCTETS);
    write_uint(w, rate->downlink, BIT_RATE_OCTETS);
}

static void print_bit_rate(const struct pfcp_value *value, struct printer *p, const char *name,
                           const void *from)
{
    const struct pfcp_bit_rate *rate = from;
    (void)value;
    print_open(p, name);
    print_uint(p, "uplink_kbps", rate->uplink);
    print_uint(p, "downlink_kbps", rate->downlink);
    print_close(p);
}

/* In the order of the flag bits. */
static const struct {
    const char *name;
    size_t offset;
} volume_parts[] = {
    {"total", offsetof(struct pfcp_volume, total)},
    {"uplink", offsetof(struct pfcp_volume, uplink)},
    {"downlink", offsetof(struct pfcp_volume, downlink)},
    {"total_packets", offsetof(struct pfcp_volume, total_packets)},
    {"uplink_packets", offsetof(struct pfcp_volume, uplink_packets)},
    {"downlink_packets", offsetof(struct pfcp_volume, downlink_packets)},
};

static void read_volume(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_volume *volume = to;
    volume->flags = read_u8(r) & (uint8_t)value->most;
    for (unsigned i = 0; i < 6; i++)
        if (volume->flags >> i & 1)
            *(uint64_t *)((char *)to + volume_parts[i].offset) = read_u64(r);
}

static void write_volume(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_volume *volume = from;
    if (volume->flags & ~value->most)
        w->full = true;
    write_u8(w, volume->flags);
    for (unsigned i = 0; i < 6; i++)
        if (volume->flags >> i & 1)
            write_u64(w, *(const uint64_t *)((const char *)from + volume_parts[i].offset));
}

static void print_volume(const struct pfcp_value *value, struct printer *p, const char *name,
                         const void *from)
{
    const struct pfcp_volume *volume = from;
    (void)value;
    print_open(p, name);
    for (unsigned i = 0; i < 6; i++)
        if (volume->flags >> i & 1)
            print_uint(p, volume_parts[i].name,
                       *(const uint64_t *)((const char *)from + volume_parts[i].offset));
    print_close(p);
}

enum { SDF_FD = 1, SDF_TTC = 2, SDF_SPI = 4, SDF_FL = 8, SDF_BID = 16 };

static void read_sdf_filter(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_sdf_filter *filter = to;
    uint8_t flags = read_u8(r);
    (void)value;
    read_u8(r); /* spare */
    if (flags & SDF_FD)
        filter->flow_description = read_bytes(r, read_u16(r));
    filter->has_tos = flags & SDF_TTC;
    if (filter->has_tos)
        filter->tos = read_u16(r);
    filter->has_spi = flags & SDF_SPI;
    if (filter->has_spi)
        filter->spi = read_u32(r);
    filter->has_flow_label = flags & SDF_FL;
    if (filter->has_flow_label)
        filter->flow_label = (uint32_t)read_uint(r, 3) & 0xfffff;
    filter->has_id = flags & SDF_BID;
    if (filter->has_id)
        filter->id = read_u32(r);
}

static void write_sdf_filter(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_sdf_filter *filter = from;
    bool described = filter->flow_description.len > 0;
    (void)value;
    write_u8(w, (uint8_t)((described ? SDF_FD : 0) | (filter->has_tos ? SDF_TTC : 0) |
                          (filter->has_spi ? SDF_SPI : 0) | (filter->has_flow_label ? SDF_FL : 0) |
                          (filter->has_id ? SDF_BID : 0)));
    write_u8(w, 0);
    if (described) {
        size_t mark = write_length_open(w, 2);
        write_bytes(w, filter->flow_description);
        write_length_close(w, mark, 2);
    }
    if (filter->has_tos)
        write_u16(w, filter->tos);
    if (filter->has_spi)
        write_u32(w, filter->spi);
    if (filter->has_flow_label)
        write_uint(w, filter->flow_label & 0xfffff, 3);
    if (filter->has_id)
        write_u32(w, filter->id);
}

static void print_sdf_filter(const struct pfcp_value *value, struct printer *p, const char *name,
                             const void *from)
{
    const struct pfcp_sdf_filter *filter = from;
    (void)value;
    print_open(p, name);
    if (filter->flow_description.len)
        pfcp_value_text.print(&pfcp_value_text, p, "flow_description", &filter->flow_description);
    if (filter->has_tos)
        print_uint(p, "tos", filter->tos);
    if (filter->has_spi)
        print_uint(p, "spi", filter->spi);
    if (filter->has_flow_label)
        print_uint(p, "flow_label", filter->flow_label);
    if (filter->has_id)
        print_uint(p, "id", filter->id);
    print_close(p);
}

static void read_redirect(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_redirect *redirect = to;
    (void)value;
    redirect->type = read_u8(r) & 0x0f;
    if (redirect->type > PFCP_REDIRECT_SIP_URI)
        reader_fail(r, "Redirect Information", "unknown address type");
    redirect->address = read_bytes(r, read_u16(r));
}

static void write_redirect(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_redirect *redirect = from;
    (void)value;
    if (redirect->type > PFCP_REDIRECT_SIP_URI)
        w->full = true;
    write_u8(w, redirect->type);
    size_t mark = write_length_open(w, 2);
    write_bytes(w, redirect->address);
    write_length_close(w, mark, 2);
}

static void print_redirect(const struct pfcp_value *value, struct printer *p, const char *name,
                           const void *from)
{
    const struct pfcp_redirect *redirect = from;
    (void)value;
    pfcp_value_text.print(&pfcp_value_text, p, name, &redirect->address);
}

static void read_downlink_service(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_downlink_service *service = to;
    uint8_t flags = read_u8(r);
    (void)value;
    service->has_ppi = flags & 1;
    service->has_qfi = flags & 2;
    if (service->has_ppi)
        service->ppi = read_u8(r) & 0x3f;
    if (service->has_qfi)
        service->qfi = read_u8(r) & 0x3f;
}

static void write_downlink_service(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_downlink_service *service = from;
    (void)value;
    write_u8(w, (uint8_t)(service->has_qfi << 1 | service->has_ppi));
    if (service->has_ppi)
        write_u8(w, service->ppi & 0x3f);
    if (service->has_qfi)
        write_u8(w, service->qfi & 0x3f);
}

static void print_downlink_service(const struct pfcp_value *value, struct printer *p, const char *name,
                                   const void *from)
{
    const struct pfcp_downlink_service *service = from;
    (void)value;
    print_open(p, name);
    if (service->has_ppi)
        print_uint(p, "paging_policy", service->ppi);
    if (service->has_qfi)
        print_uint(p, "qfi", service->qfi);
    print_close(p);
}

/* 8.2.80: an id is as long as the rule's own identity element. */
static size_t rule_id_octets(uint8_t kind)
{
    return kind == PFCP_RULE_PDR ? 2 : kind == PFCP_RULE_BAR ? 1 : 4;
}

static void read_failed_rule(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_failed_rule *rule = to;
    (void)value;
    rule->kind = read_u8(r) & 0x1f;
    if (rule->kind > PFCP_RULE_BAR)
        reader_fail(r, "Failed Rule ID", "unknown kind of rule");
    rule->id = (uint32_t)read_uint(r, rule_id_octets(rule->kind));
}

static void write_failed_rule(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_failed_rule *rule = from;
    (void)value;
    if (rule->kind > PFCP_RULE_BAR)
        w->full = true;
    write_u8(w, rule->kind);
    write_uint(w, rule->id, rule_id_octets(rule->kind));
}

static void print_failed_rule(const struct pfcp_value *value, struct printer *p, const char *name,
                              const void *from)
{
    static const char *const kinds[] = {"PDR", "FAR", "QER", "URR", "BAR"};
    const struct pfcp_failed_rule *rule = from;
    (void)value;
    print_open(p, name);
    print_enum(p, "kind", rule->kind, rule->kind < 5 ? kinds[rule->kind] : NULL);
    print_uint(p, "id", rule->id);
    print_close(p);
}

static void read_s_nssai(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_s_nssai *s_nssai = to;
    (void)value;
    s_nssai->sst = read_u8(r);
    s_nssai->sd = (uint32_t)read_uint(r, 3);
}

static void write_s_nssai(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_s_nssai *s_nssai = from;
    (void)value;
    write_u8(w, s_nssai->sst);
    write_uint(w, s_nssai->sd & 0xffffff, 3);
}

static void print_s_nssai(const struct pfcp_value *value, struct printer *p, const char *name,
                          const void *from)
{
    const struct pfcp_s_nssai *s_nssai = from;
    (void)value;
    print_open(p, name);
    print_uint(p, "sst", s_nssai->sst);
    if (s_nssai->sd != 0xffffff)
        print_uint(p, "sd", s_nssai->sd);
    print_close(p);
}

static void read_user_id(const struct pfcp_value *value, struct reader *r, void *to)
{
    struct pfcp_user_id *user = to;
    (void)value;
    if (read_u8(r) & 1)
        user->imsi = read_bytes(r, read_u8(r));
}

static void write_user_id(const struct pfcp_value *value, struct writer *w, const void *from)
{
    const struct pfcp_user_id *user = from;
    (void)value;
    write_u8(w, user->imsi.len > 0);
    if (user->imsi.len == 0)
        return;
    size_t mark = write_length_open(w, 1);
    write_bytes(w, user->imsi);
    write_length_close(w, mark, 1);
}

static void print_user_id(const struct pfcp_value *value, struct printer *p, const char *name,
                          const void *from)
{
    const struct pfcp_user_id *user = from;
    (void)value;
    print_hex(p, name, user->imsi);
}

PFCP_VALUE(gate, pfcp_gate_status, 1);
PFCP_VALUE(bit_rate, pfcp_bit_rate, 2 * BIT_RATE_OCTETS);
PFCP_VALUE(sdf_filter, pfcp_sdf_filter, 2);
PFCP_VALUE(redirect, pfcp_redirect, 3);
PFCP_VALUE(downlink_service, pfcp_downlink_service, 1);
PFCP_VALUE(failed_rule, pfcp_failed_rule, 2);
PFCP_VALUE(s_nssai, pfcp_s_nssai, 4);
PFCP_VALUE(user_id, pfcp_user_id, 1);

const struct pfcp_value pfcp_value_volume = {
    .size = sizeof(struct pfcp_volume),
    .shortest = 1,
    .most = PFCP_TOVOL | PFCP_ULVOL | PFCP_DLVOL,
    .read = read_volume,
    .write = write_volume,
    .print = print_volume,
};
const struct pfcp_value pfcp_value_measured_volume = {
    .size = sizeof(struct pfcp_volume),
    .shortest = 1,
    .most = 0x3f,
    .read = read_volume,
    .write = write_volume,
    .print = print_volume,
};
