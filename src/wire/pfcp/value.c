/* SPDX-License-Identifier: Apache-2.0 */
/* Plain PFCP values: integers, flags, octet strings. */
#include <stdio.h>

#include "kit/scalar.h"
#include "wire/pfcp/table.h"

static size_t shorter(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void read_integer(const struct pfcp_value *value, struct reader *r, void *to)
{
    scalar_store(to, value->size, read_uint(r, shorter(reader_left(r), value->longest)) & value->most);
}

static void write_integer(const struct pfcp_value *value, struct writer *w, const void *from)
{
    uint64_t number = scalar_load(from, value->size);
    if (number & ~value->most)
        w->full = true;
    write_uint(w, number, value->longest);
}

static void print_integer(const struct pfcp_value *value, struct printer *p, const char *name,
                          const void *from)
{
    uint64_t number = scalar_load(from, value->size);
    print_enum(p, name, number, number < value->names_count ? value->names[number] : NULL);
}

static void print_cause(const struct pfcp_value *value, struct printer *p, const char *name, const void *from)
{
    uint64_t number = scalar_load(from, value->size);
    print_enum(p, name, number, pfcp_cause_name((uint8_t)number));
}

static void print_ie_type(const struct pfcp_value *value, struct printer *p, const char *name,
                          const void *from)
{
    uint64_t number = scalar_load(from, value->size);
    print_enum(p, name, number, pfcp_ie_name((uint16_t)number));
}

/* Octet 5 holds the lowest eight bits. */
static void read_flags(const struct pfcp_value *value, struct reader *r, void *to)
{
    uint64_t flags = 0;
    size_t octets = shorter(reader_left(r), value->longest);
    for (size_t i = 0; i < octets; i++)
        flags |= (uint64_t)read_u8(r) << (8 * i);
    scalar_store(to, value->size, flags);
}

static void write_flags(const struct pfcp_value *value, struct writer *w, const void *from)
{
    uint64_t flags = scalar_load(from, value->size);
    for (size_t i = 0; i < value->shortest || (i < value->longest && flags); i++, flags >>= 8)
        write_u8(w, (uint8_t)flags);
    if (flags)
        w->full = true;
}

static void print_flags(const struct pfcp_value *value, struct printer *p, const char *name, const void *from)
{
    uint64_t flags = scalar_load(from, value->size);
    char text[200] = "";
    size_t length = 0;
    if (!value->names) {
        print_uint(p, name, flags);
        return;
    }
    for (unsigned bit = 0; bit < 8u * value->longest && length < sizeof text; bit++) {
        if (!(flags >> bit & 1))
            continue;
        const char *known = bit < value->names_count ? value->names[bit] : NULL;
        const char *bar = length ? "|" : "";
        int wrote = known ? snprintf(text + length, sizeof text - length, "%s%s", bar, known)
                          : snprintf(text + length, sizeof text - length, "%sbit%u", bar, bit);
        length += (size_t)wrote;
    }
    print_enum(p, name, flags, text);
}

static void read_octets(const struct pfcp_value *value, struct reader *r, void *to)
{
    (void)value;
    *(struct bytes *)to = read_rest(r);
}

static void write_octets(const struct pfcp_value *value, struct writer *w, const void *from)
{
    (void)value;
    write_bytes(w, *(const struct bytes *)from);
}

static void print_octets(const struct pfcp_value *value, struct printer *p, const char *name,
                         const void *from)
{
    (void)value;
    print_hex(p, name, *(const struct bytes *)from);
}

/* Views are not NUL-terminated; a longer text is cut in print only. */
static void print_view(struct printer *p, const char *name, struct bytes view)
{
    char text[256];
    size_t length = shorter(view.len, sizeof text - 1);
    if (length)
        memcpy(text, view.data, length);
    text[length] = '\0';
    print_text(p, name, text);
}

static void print_text_octets(const struct pfcp_value *value, struct printer *p, const char *name,
                              const void *from)
{
    (void)value;
    print_view(p, name, *(const struct bytes *)from);
}

/* Length-prefixed labels shown with dots between; anything else as it is. */
static void print_labels(const struct pfcp_value *value, struct printer *p, const char *name,
                         const void *from)
{
    struct bytes view = *(const struct bytes *)from;
    uint8_t dotted[256];
    size_t at = 0;
    (void)value;
    while (at < view.len && at + 1 + view.data[at] <= view.len)
        at += 1u + view.data[at];
    if (at != view.len || view.len < 2 || view.len > sizeof dotted) {
        print_view(p, name, view);
        return;
    }
    memcpy(dotted, view.data, view.len);
    for (at = 0; at < view.len; at += 1u + view.data[at])
        dotted[at] = '.';
    print_view(p, name, bytes_of(dotted + 1, view.len - 1));
}

static void read_pool_identity(const struct pfcp_value *value, struct reader *r, void *to)
{
    (void)value;
    *(struct bytes *)to = read_bytes(r, read_u16(r));
}

static void write_pool_identity(const struct pfcp_value *value, struct writer *w, const void *from)
{
    (void)value;
    size_t mark = write_length_open(w, 2);
    write_bytes(w, *(const struct bytes *)from);
    write_length_close(w, mark, 2);
}

static const char *const interface_names[] = {"Access",      "Core",        "N6-LAN",
                                              "CP-function", "LI-function", "5G-VN"};
static const char *const pdn_names[] = {NULL, "IPv4", "IPv6", "IPv4v6", "Non-IP", "Ethernet"};
static const char *const action_names[] = {"DROP", "FORW", "BUFF", "NOCP", "DUPL", "IPMA",
                                           "IPMD", "DFRT", "EDRT", "BDPN", "DDPN"};
static const char *const report_names[] = {"DLDR", "USAR", "ERIR", "UPIR", "TMIR", "SESR", "UISR"};
static const char *const smreq_names[] = {"DROBU", "SNDEM", "QAURR"};
static const char *const method_names[] = {"DURAT", "VOLUM", "EVENT"};
static const char *const trigger_names[] = {
    "PERIO", "VOLTH", "TIMTH", "QUHTI", "START", "STOPT", "DROTH", "LIUSA", "VOLQU",
    "TIMQU", "ENVCL", "MACAR", "EVETH", "EVEQU", "IPMJL", "QUVTI", "REEMR", "UPINT",
};
static const char *const usage_names[] = {
    "PERIO", "VOLTH", "TIMTH", "QUHTI", "START", "STOPT", "DROTH", "IMMER", "VOLQU", "TIMQU", "LIUSA",
    "TERMR", "MONIT", "ENVCL", "MACAR", "EVETH", "EVEQU", "TEBUR", "IPMJL", "QUVTI", "EMRRE", "UPINT",
};

#define NAMES(list) .names = (list), .names_count = sizeof(list) / sizeof *(list)
#define INTEGER(type, octets, bits, printer, ...)                                          \
    {                                                                                      \
        .size = sizeof(type), .shortest = (octets), .longest = (octets),                   \
        .most = UINT64_MAX >> (64 - (bits)), .read = read_integer, .write = write_integer, \
        .print = (printer), ##__VA_ARGS__                                                  \
    }
#define FLAGS(type, least, most_octets, ...)                                                     \
    {                                                                                            \
        .size = sizeof(type), .shortest = (least), .longest = (most_octets), .read = read_flags, \
        .write = write_flags, .print = print_flags, ##__VA_ARGS__                                \
    }
#define OCTETS(printer)                                                                              \
    {                                                                                                \
        .size = sizeof(struct bytes), .read = read_octets, .write = write_octets, .print = (printer) \
    }

const struct pfcp_value pfcp_value_u8 = INTEGER(uint8_t, 1, 8, print_integer);
const struct pfcp_value pfcp_value_u16 = INTEGER(uint16_t, 2, 16, print_integer);
const struct pfcp_value pfcp_value_u32 = INTEGER(uint32_t, 4, 32, print_integer);
const struct pfcp_value pfcp_value_cause = INTEGER(uint8_t, 1, 8, print_cause);
const struct pfcp_value pfcp_value_offending_ie = INTEGER(uint16_t, 2, 16, print_ie_type);
const struct pfcp_value pfcp_value_interface = INTEGER(uint8_t, 1, 4, print_integer, NAMES(interface_names));
const struct pfcp_value pfcp_value_pdn_type = INTEGER(uint8_t, 1, 3, print_integer, NAMES(pdn_names));
const struct pfcp_value pfcp_value_one_bit = INTEGER(uint8_t, 1, 1, print_integer);
const struct pfcp_value pfcp_value_three_bits = INTEGER(uint8_t, 1, 3, print_integer);
const struct pfcp_value pfcp_value_six_bits = INTEGER(uint8_t, 1, 6, print_integer);
const struct pfcp_value pfcp_value_buffering_packets = {
    .size = sizeof(uint16_t),
    .shortest = 1,
    .longest = 2,
    .most = UINT16_MAX,
    .read = read_integer,
    .write = write_integer,
    .print = print_integer,
};

const struct pfcp_value pfcp_value_flags = FLAGS(uint8_t, 1, 1);
const struct pfcp_value pfcp_value_up_features = FLAGS(uint64_t, 2, 7);
const struct pfcp_value pfcp_value_cp_features = FLAGS(uint64_t, 1, 2);
const struct pfcp_value pfcp_value_apply_action = FLAGS(uint16_t, 1, 2, NAMES(action_names));
const struct pfcp_value pfcp_value_report_type = FLAGS(uint8_t, 1, 1, NAMES(report_names));
const struct pfcp_value pfcp_value_smreq_flags = FLAGS(uint8_t, 1, 1, NAMES(smreq_names));
const struct pfcp_value pfcp_value_measurement_method = FLAGS(uint8_t, 1, 1, NAMES(method_names));
const struct pfcp_value pfcp_value_reporting_triggers = FLAGS(uint32_t, 2, 3, NAMES(trigger_names));
const struct pfcp_value pfcp_value_usage_trigger = FLAGS(uint32_t, 2, 3, NAMES(usage_names));

const struct pfcp_value pfcp_value_octets = OCTETS(print_octets);
const struct pfcp_value pfcp_value_text = OCTETS(print_text_octets);
const struct pfcp_value pfcp_value_labels = OCTETS(print_labels);
const struct pfcp_value pfcp_value_pool_identity = {
    .size = sizeof(struct bytes),
    .shortest = 2,
    .read = read_pool_identity,
    .write = write_pool_identity,
    .print = print_text_octets,
};
