/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How PFCP is described, inside this room: an element type has a value (value.c) or is a group of members; a
 * message is a group too. The engine in codec.c and the printer in print.c know no element by name.
 */
#ifndef WIRE_PFCP_TABLE_H
#define WIRE_PFCP_TABLE_H

#include "wire/pfcp/pfcp.h"

/* A kind of value: its C form and how it is read, written and shown. */
struct pfcp_value {
    size_t size;               /* of the C form */
    uint8_t shortest, longest; /* octets on the wire; longer ones are extensions and skipped (8.1.1) */
    uint64_t most;             /* integers: bits that count; the others are spare */
    const char *const *names;  /* integers: of the values; flags: of the bits, lowest first; or NULL */
    unsigned names_count;
    void (*read)(const struct pfcp_value *value, struct reader *r, void *to);
    void (*write)(const struct pfcp_value *value, struct writer *w, const void *from);
    void (*print)(const struct pfcp_value *value, struct printer *p, const char *name, const void *from);
};

/* Defines the value of a struct from read_KIND, write_KIND and print_KIND. */
#define PFCP_VALUE(kind, type, octets)            \
    const struct pfcp_value pfcp_value_##kind = { \
        .size = sizeof(struct type),              \
        .shortest = (octets),                     \
        .read = read_##kind,                      \
        .write = write_##kind,                    \
        .print = print_##kind,                    \
    }

/* An OPTIONAL member that is malformed is left out; any other refuses the message (7.6). */
enum pfcp_presence { PFCP_MANDATORY, PFCP_CONDITIONAL, PFCP_OPTIONAL, PFCP_LIST, PFCP_MANDATORY_LIST };

#define PFCP_NO_MARK UINT16_MAX

struct pfcp_member {
    uint16_t type;    /* enum pfcp_ie_type */
    uint8_t presence; /* enum pfcp_presence */
    uint16_t offset;  /* of the member, or of a list's pointer */
    uint16_t mark;    /* offset of its `has_`, or of a list's count; PFCP_NO_MARK when there is none */
    uint16_t size;    /* of the member, or of one of the list */
    const char *name;
};

struct pfcp_group {
    const struct pfcp_member *members;
    unsigned count;
};

struct pfcp_element {
    const char *name;
    const struct pfcp_value *value; /* or NULL, then: */
    const struct pfcp_group *group;
};

struct pfcp_message_form {
    const char *name;
    bool session; /* has a SEID */
    const struct pfcp_group *group;
};

/* NULL for an unknown type. */
const struct pfcp_element *pfcp_element_of(uint16_t type);
const struct pfcp_message_form *pfcp_form_of(uint8_t type);

extern const struct pfcp_value pfcp_value_u8, pfcp_value_u16, pfcp_value_u32, pfcp_value_cause,
    pfcp_value_interface, pfcp_value_pdn_type, pfcp_value_one_bit, pfcp_value_three_bits, pfcp_value_six_bits,
    pfcp_value_buffering_packets, pfcp_value_offending_ie;
extern const struct pfcp_value pfcp_value_apply_action, pfcp_value_report_type, pfcp_value_smreq_flags,
    pfcp_value_flags, pfcp_value_up_features, pfcp_value_cp_features, pfcp_value_measurement_method,
    pfcp_value_reporting_triggers, pfcp_value_usage_trigger;
extern const struct pfcp_value pfcp_value_octets, pfcp_value_text, pfcp_value_labels,
    pfcp_value_pool_identity;
extern const struct pfcp_value pfcp_value_node_id, pfcp_value_f_seid, pfcp_value_f_teid, pfcp_value_ue_ip,
    pfcp_value_remote_peer, pfcp_value_outer_header_creation, pfcp_value_outer_header_removal;
extern const struct pfcp_value pfcp_value_gate, pfcp_value_bit_rate, pfcp_value_volume,
    pfcp_value_measured_volume, pfcp_value_sdf_filter, pfcp_value_redirect, pfcp_value_downlink_service,
    pfcp_value_failed_rule, pfcp_value_s_nssai, pfcp_value_user_id;
extern const struct pfcp_value pfcp_value_mac, pfcp_value_vlan_tag, pfcp_value_macs;
extern const struct pfcp_value pfcp_value_vendor_report, pfcp_value_traffic_report,
    pfcp_value_traffic_of_peer, pfcp_value_shaping, pfcp_value_shaping_of_peer;

#endif
