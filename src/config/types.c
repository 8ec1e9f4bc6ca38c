/* SPDX-License-Identifier: Apache-2.0 */
/* The scalar types of the table of keys. */
#include "config/schema.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "kit/hex.h"
#include "kit/scalar.h"

bool complain(struct complaint *complaint, const char *expected, ...)
{
    va_list arguments;
    va_start(arguments, expected);
    vsnprintf(complaint->expected, sizeof complaint->expected, expected, arguments);
    va_end(arguments);
    return false;
}

static uint64_t get_unsigned(const void *place, size_t size)
{
    switch (size) {
    case 1:
        return *(const uint8_t *)place;
    case 2:
        return *(const uint16_t *)place;
    case 4:
        return *(const uint32_t *)place;
    default:
        return *(const uint64_t *)place;
    }
}

static size_t member_size(const struct key *key)
{
    return key->list ? key->item_size : key->size;
}

static bool parse_uint(const struct key *key, const char *text, struct arena *memory, void *place,
                       struct complaint *complaint)
{
    (void)memory;
    char *end = NULL;
    errno = 0;
    unsigned long long value = isdigit((unsigned char)text[0]) ? strtoull(text, &end, 10) : 0;
    if (!end || *end || errno || value < key->low || value > key->high)
        return complain(complaint, "a number from %" PRIu64 " to %" PRIu64, key->low, key->high);
    scalar_store(place, member_size(key), value);
    return true;
}

static void print_uint_value(const struct key *key, const void *place, char *buffer, size_t size)
{
    snprintf(buffer, size, "%" PRIu64, get_unsigned(place, member_size(key)));
}

static const struct choice truth[] = {{"true", 1}, {"false", 0}, {"yes", 1}, {"no", 0},
                                      {"on", 1},   {"off", 0},   {0}};

static bool choose(const struct choice *choices, const char *text, unsigned *value)
{
    for (; choices->name; choices++)
        if (strcasecmp(choices->name, text) == 0) {
            *value = choices->value;
            return true;
        }
    return false;
}

static bool parse_bool(const struct key *key, const char *text, struct arena *memory, void *place,
                       struct complaint *complaint)
{
    (void)key, (void)memory, (void)complaint;
    unsigned value;
    if (!choose(truth, text, &value))
        return false;
    *(bool *)place = value;
    return true;
}

static void print_bool_value(const struct key *key, const void *place, char *buffer, size_t size)
{
    (void)key;
    snprintf(buffer, size, "%s", *(const bool *)place ? "true" : "false");
}

static void list_choices(const struct choice *choices, char *buffer, size_t size)
{
    size_t used = 0;
    for (const struct choice *at = choices; at->name && used < size; at++)
        used += (size_t)snprintf(buffer + used, size - used, "%s%s",
                                 at == choices ? ""
                                 : at[1].name  ? ", "
                                               : " or ",
                                 at->name);
}

static bool parse_choice(const struct key *key, const char *text, struct arena *memory, void *place,
                         struct complaint *complaint)
{
    (void)memory;
    unsigned value;
    if (!choose(key->choices, text, &value)) {
        char names[160];
        list_choices(key->choices, names, sizeof names);
        return complain(complaint, "%s", names);
    }
    scalar_store(place, member_size(key), value);
    return true;
}

static void print_choice(const struct key *key, const void *place, char *buffer, size_t size)
{
    uint64_t value = get_unsigned(place, member_size(key));
    const struct choice *at = key->choices;
    while (at->name && at->value != value)
        at++;
    snprintf(buffer, size, "%s", at->name ? at->name : "");
}

static bool keep_text(const char *text, struct arena *memory, void *place, struct complaint *complaint)
{
    struct bytes copy = arena_copy(memory, bytes_of(text, strlen(text) + 1));
    if (!copy.len)
        return complain(complaint, "a smaller file");
    *(const char **)place = (const char *)copy.data;
    return true;
}

/* Of UTF-8: control characters, and the two that separate lines and paragraphs, which YAML takes for the end of a line, too. */
static bool is_control(const char *at)
{
    const unsigned char *c = (const unsigned char *)at;
    return c[0] < ' ' || c[0] == 0x7f || (c[0] == 0xc2 && c[1] < 0xa0) ||
           (c[0] == 0xe2 && c[1] == 0x80 && (c[2] == 0xa8 || c[2] == 0xa9));
}

/* Printable UTF-8 of low to high bytes. */
static bool parse_text(const struct key *key, const char *text, struct arena *memory, void *place,
                       struct complaint *complaint)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++)
        if (is_control(text + i))
            return complain(complaint, "text without control characters");
    if (length < key->low || length > key->high)
        return complain(complaint, "text of %" PRIu64 " to %" PRIu64 " characters", key->low, key->high);
    return keep_text(text, memory, place, complaint);
}

/* A name that may become part of a file name, an interface name or a DNN label. */
static bool parse_name(const struct key *key, const char *text, struct arena *memory, void *place,
                       struct complaint *complaint)
{
    size_t length = strlen(text);
    bool fits = length >= key->low && length <= key->high && isalnum((unsigned char)text[0]);
    for (size_t i = 0; i < length; i++)
        fits = fits && (isalnum((unsigned char)text[i]) || strchr("-._", text[i]));
    if (!fits)
        return complain(complaint, "a name of %" PRIu64 " to %" PRIu64 " letters, digits, '-', '.', '_'",
                        key->low, key->high);
    return keep_text(text, memory, place, complaint);
}

static void print_text_value(const struct key *key, const void *place, char *buffer, size_t size)
{
    (void)key;
    snprintf(buffer, size, "%s", *(const char *const *)place);
}

static bool parse_duration(const struct key *key, const char *text, struct arena *memory, void *place,
                           struct complaint *complaint)
{
    (void)memory;
    int64_t value;
    if (!config_duration_parse(text, &value) || value < (int64_t)key->low || value > (int64_t)key->high) {
        char low[VALUE_TEXT_BYTES], high[VALUE_TEXT_BYTES];
        return complain(complaint, "a time from %s to %s", config_duration_text((int64_t)key->low, low),
                        config_duration_text((int64_t)key->high, high));
    }
    *(int64_t *)place = value;
    return true;
}

static void print_duration(const struct key *key, const void *place, char *buffer, size_t size)
{
    (void)key;
    char text[VALUE_TEXT_BYTES];
    snprintf(buffer, size, "%s", config_duration_text(*(const int64_t *)place, text));
}

/* Types whose parser and printer are those of config/values.h. */
#define VALUE_TYPE(name, parser, printer, words)                                                         \
    static bool parse_##name(const struct key *key, const char *text, struct arena *memory, void *place, \
                             struct complaint *complaint)                                                \
    {                                                                                                    \
        (void)key, (void)memory, (void)complaint;                                                        \
        return parser;                                                                                   \
    }                                                                                                    \
    static void print_##name(const struct key *key, const void *place, char *buffer, size_t size)        \
    {                                                                                                    \
        (void)key;                                                                                       \
        char value[VALUE_TEXT_BYTES];                                                                    \
        snprintf(buffer, size, "%s", printer);                                                           \
    }                                                                                                    \
    const struct key_type type_##name = {words, parse_##name, print_##name}

VALUE_TYPE(rate, config_rate_parse(text, place), config_rate_text(*(const uint64_t *)place, value),
           "a bit rate such as 500 Mbps");
VALUE_TYPE(ip, config_ip_parse(text, place), config_ip_text(place, value), "an IPv4 or IPv6 address");
VALUE_TYPE(prefix, config_prefix_parse(text, place), config_prefix_text(place, value),
           "a prefix such as 10.45.0.0/16, with no bits behind its length");
VALUE_TYPE(endpoint, config_endpoint_parse(text, (uint16_t)key->high, place),
           config_endpoint_text(place, value),
           "an address with a port or without, such as 127.0.0.5 or [2001:db8::5]:38412");
VALUE_TYPE(plmn, config_plmn_parse(text, place), config_plmn_text(*(const struct config_plmn *)place, value),
           "MCC/MNC such as 999/70");
VALUE_TYPE(tai, config_area_parse(text, place) && ((struct config_area *)place)->tac != CONFIG_ALL_TACS,
           config_area_text(*(const struct config_area *)place, value), "MCC/MNC and TAC such as 999/70-1");

VALUE_TYPE(area, config_area_parse(text, place), config_area_text(*(const struct config_area *)place, value),
           "MCC/MNC and TAC such as 999/70-1, or a whole network such as 999/70");
VALUE_TYPE(slice, config_slice_parse(text, place),
           config_slice_text(*(const struct config_slice *)place, value),
           "SST or SST-SD such as 1 or 1-010203");
VALUE_TYPE(gnb_id, config_gnb_id_parse(text, place),
           config_gnb_id_text(*(const struct config_gnb_id *)place, value),
           "MCC/MNC and gNB ID such as 999/70-00000001, or 999/70-3fffff/22 for one of 22 bits");

VALUE_TYPE(date, config_date_parse(text, place), config_date_text(*(const struct config_date *)place, value),
           "a day such as 2027-12-31");
VALUE_TYPE(position, config_position_parse(text, place),
           config_position_text(*(const struct config_position *)place, value),
           "degrees north and east such as 60.3913 5.3221");
VALUE_TYPE(imsi_range, config_imsi_range_parse(text, place),
           config_imsi_range_text(*(const struct config_imsi_range *)place, value),
           "an IMSI, or its first digits and a star such as 99970123*");

/* One that the program brings along, or a file. */
static bool parse_profile(const struct key *key, const char *text, struct arena *memory, void *place,
                          struct complaint *complaint)
{
    char names[160] = "";
    size_t used = 0;
    (void)key;
    for (const struct config_profile_file *file = config_profile_files; file->name; file++) {
        if (strcmp(file->name, text) == 0)
            return keep_text(text, memory, place, complaint);
        used += (size_t)snprintf(names + used, sizeof names - used, "%s, ", file->name);
    }
    if (strchr(text, '/'))
        return keep_text(text, memory, place, complaint);
    return complain(complaint, "%sor the path of a file, with a slash in it", names);
}

static bool parse_sd(const struct key *key, const char *text, struct arena *memory, void *place,
                     struct complaint *complaint)
{
    (void)key, (void)memory, (void)complaint;
    uint8_t octets[3];
    bool fits = hex_read(text, octets, sizeof octets);
    if (fits)
        *(uint32_t *)place = (uint32_t)octets[0] << 16 | (uint32_t)octets[1] << 8 | octets[2];
    return fits;
}

static void print_sd(const struct key *key, const void *place, char *buffer, size_t size)
{
    (void)key;
    snprintf(buffer, size, "%06x", *(const uint32_t *)place);
}

static bool parse_routing_indicator(const struct key *key, const char *text, struct arena *memory,
                                    void *place, struct complaint *complaint)
{
    (void)key, (void)memory, (void)complaint;
    return config_routing_indicator_parse(text, place);
}

static void print_routing_indicator(const struct key *key, const void *place, char *buffer, size_t size)
{
    (void)key;
    snprintf(buffer, size, "%s", ((const struct config_routing_indicator *)place)->digits);
}

/* The first bytes of a file, or false with errno. */
static bool read_start(const char *path, char *buffer, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    ssize_t n = fd < 0 ? -1 : read(fd, buffer, size - 1);
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    buffer[n < 0 ? 0 : n] = '\0';
    return n >= 0;
}

/* 64 hexadecimal digits, or the absolute path of a file that holds them. The value is never part of a
 * complaint. */
static bool parse_private_key(const struct key *key, const char *text, struct arena *memory, void *place,
                              struct complaint *complaint)
{
    (void)key, (void)memory;
    char content[80];
    if (text[0] == '/') {
        if (!read_start(text, content, sizeof content)) {
            snprintf(complaint->found, sizeof complaint->found, "%s (%s)", text, strerror(errno));
            return complain(complaint, "a readable file of 64 hexadecimal digits");
        }
        content[strcspn(content, "\r\n")] = '\0';
        text = content;
    }
    bool fits = hex_read(text, place, 32);
    explicit_bzero(content, sizeof content);
    if (fits)
        return true;
    snprintf(complaint->found, sizeof complaint->found, "something else");
    return complain(complaint, "64 hexadecimal digits, or the absolute path of a file that holds them");
}

static void print_private_key(const struct key *key, const void *place, char *buffer, size_t size)
{
    (void)key;
    const uint8_t *octets = place;
    if (!home_key_is_published(octets)) {
        snprintf(buffer, size, "not shown");
        return;
    }
    for (size_t i = 0; i < 32 && 2 * i + 2 < size; i++)
        snprintf(buffer + 2 * i, size - 2 * i, "%02x", octets[i]);
}

static bool parse_mss(const struct key *key, const char *text, struct arena *memory, void *place,
                      struct complaint *complaint)
{
    const struct key number = {.size = key->size, .low = CONFIG_MSS_LEAST, .high = CONFIG_MSS_MOST};
    if (strcasecmp(text, "auto") == 0 || strcasecmp(text, "off") == 0) {
        *(unsigned *)place = strcasecmp(text, "auto") == 0 ? CONFIG_MSS_AUTO : CONFIG_MSS_OFF;
        return true;
    }
    return parse_uint(&number, text, memory, place, complaint) ||
           complain(complaint, "auto, off, or octets from %d to %d", CONFIG_MSS_LEAST, CONFIG_MSS_MOST);
}

static void print_mss(const struct key *key, const void *place, char *buffer, size_t size)
{
    const unsigned mss = *(const unsigned *)place;
    if (mss >= CONFIG_MSS_LEAST)
        print_uint_value(key, place, buffer, size);
    else
        snprintf(buffer, size, "%s", mss == CONFIG_MSS_AUTO ? "auto" : "off");
}

const struct key_type type_uint = {NULL, parse_uint, print_uint_value};
const struct key_type type_bool = {"true or false", parse_bool, print_bool_value};
const struct key_type type_text = {NULL, parse_text, print_text_value};
const struct key_type type_name = {NULL, parse_name, print_text_value};
const struct key_type type_mss = {NULL, parse_mss, print_mss};
const struct key_type type_choice = {NULL, parse_choice, print_choice};
const struct key_type type_duration = {NULL, parse_duration, print_duration};
const struct key_type type_sd = {"six hexadecimal digits such as 010203", parse_sd, print_sd};
const struct key_type type_profile = {NULL, parse_profile, print_text_value};
const struct key_type type_routing_indicator = {"one to four digits such as 0 or 678",
                                                parse_routing_indicator, print_routing_indicator};
const struct key_type type_private_key = {NULL, parse_private_key, print_private_key};
