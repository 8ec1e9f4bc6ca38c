/* SPDX-License-Identifier: Apache-2.0 */
#include "config/values.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Reads decimal digits only: no sign, no blanks. Returns how many; 0 on overflow. */
static size_t digits(const char *text, uint64_t *value)
{
    size_t n = 0;
    uint64_t sum = 0;
    for (; isdigit((unsigned char)text[n]); n++)
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(text[n] - '0'), &sum))
            return 0;
    *value = sum;
    return n;
}

/* Octet 1: MCC 2, MCC 1; octet 2: MNC 3 (or f), MCC 3; octet 3: MNC 2, MNC 1. */
bool config_plmn_parse(const char *text, struct config_plmn *value)
{
    char d[7] = "";
    size_t n = 0;
    for (size_t i = 0; text[i]; i++) {
        if (text[i] == '/' && i == 3)
            continue;
        if (n == 6 || !isdigit((unsigned char)text[i]))
            return false;
        d[n++] = (char)(text[i] - '0');
    }
    if (n < 5)
        return false;
    int third = n == 6 ? d[5] : 0xf;
    value->octets[0] = (uint8_t)(d[1] << 4 | d[0]);
    value->octets[1] = (uint8_t)(third << 4 | d[2]);
    value->octets[2] = (uint8_t)(d[4] << 4 | d[3]);
    return true;
}

unsigned config_plmn_mcc(struct config_plmn value)
{
    return (value.octets[0] & 15u) * 100 + (value.octets[0] >> 4) * 10u + (value.octets[1] & 15u);
}

unsigned config_plmn_mnc(struct config_plmn value, unsigned *count)
{
    unsigned two = (value.octets[2] & 15u) * 10 + (value.octets[2] >> 4);
    unsigned third = value.octets[1] >> 4;
    *count = third == 15 ? 2 : 3;
    return third == 15 ? two : two * 10 + third;
}

const char *config_plmn_text(struct config_plmn value, char *buffer)
{
    unsigned count;
    unsigned mnc = config_plmn_mnc(value, &count);
    snprintf(buffer, VALUE_TEXT_BYTES, "%03u/%0*u", config_plmn_mcc(value), (int)count, mnc);
    return buffer;
}

bool config_routing_indicator_parse(const char *text, struct config_routing_indicator *value)
{
    size_t length = strlen(text);
    if (length < 1 || length > 4 || strspn(text, "0123456789") != length)
        return false;
    memcpy(value->digits, text, length + 1);
    return true;
}

bool config_area_parse(const char *text, struct config_area *value)
{
    char plmn[8] = "";
    struct config_area area = {.tac = CONFIG_ALL_TACS};
    size_t length = strcspn(text, "-");
    if (length >= sizeof plmn)
        return false;
    memcpy(plmn, text, length);
    if (!config_plmn_parse(plmn, &area.plmn))
        return false;
    if (text[length]) {
        uint64_t tac;
        size_t n = digits(text + length + 1, &tac);
        if (n == 0 || text[length + 1 + n] || tac > 0xffffff)
            return false;
        area.tac = (uint32_t)tac;
    }
    *value = area;
    return true;
}

const char *config_area_text(struct config_area value, char *buffer)
{
    config_plmn_text(value.plmn, buffer);
    size_t length = strlen(buffer);
    if (value.tac != CONFIG_ALL_TACS)
        snprintf(buffer + length, VALUE_TEXT_BYTES - length, "-%" PRIu32, value.tac);
    return buffer;
}

bool config_slice_parse(const char *text, struct config_slice *value)
{
    uint64_t sst;
    size_t n = digits(text, &sst);
    if (n == 0 || sst > 255)
        return false;
    uint32_t sd = CONFIG_NO_SD;
    if (text[n] == '-') {
        if (strlen(text + n + 1) != 6 || strspn(text + n + 1, "0123456789abcdefABCDEF") != 6)
            return false;
        sd = (uint32_t)strtoul(text + n + 1, NULL, 16);
    } else if (text[n]) {
        return false;
    }
    *value = (struct config_slice){(uint8_t)sst, sd};
    return true;
}

const char *config_slice_text(struct config_slice value, char *buffer)
{
    if (value.sd == CONFIG_NO_SD)
        snprintf(buffer, VALUE_TEXT_BYTES, "%u", value.sst);
    else
        snprintf(buffer, VALUE_TEXT_BYTES, "%u-%06x", value.sst, value.sd);
    return buffer;
}

bool config_gnb_id_parse(const char *text, struct config_gnb_id *value)
{
    char plmn[8] = "";
    struct config_gnb_id id = {.bits = 32};
    size_t length = strcspn(text, "-");
    if (length >= sizeof plmn || !text[length])
        return false;
    memcpy(plmn, text, length);
    const char *number = text + length + 1;
    size_t hex = strspn(number, "0123456789abcdefABCDEF");
    if (!config_plmn_parse(plmn, &id.plmn) || hex == 0 || hex > 8)
        return false;
    if (number[hex]) {
        uint64_t bits;
        size_t n = number[hex] == '/' ? digits(number + hex + 1, &bits) : 0;
        if (n == 0 || number[hex + 1 + n] || bits < 22 || bits > 32)
            return false;
        id.bits = (uint8_t)bits;
    }
    id.value = (uint32_t)strtoul(number, NULL, 16);
    if (id.bits < 32 && id.value >> id.bits)
        return false;
    *value = id;
    return true;
}

const char *config_gnb_id_text(struct config_gnb_id value, char *buffer)
{
    config_plmn_text(value.plmn, buffer);
    size_t length = strlen(buffer);
    length += (size_t)snprintf(buffer + length, VALUE_TEXT_BYTES - length, "-%0*" PRIx32,
                               (value.bits + 3) / 4, value.value);
    if (value.bits != 32)
        snprintf(buffer + length, VALUE_TEXT_BYTES - length, "/%u", value.bits);
    return buffer;
}

bool config_ip_parse(const char *text, struct config_ip *value)
{
    struct config_ip ip = {.family = strchr(text, ':') ? AF_INET6 : AF_INET};
    if (inet_pton(ip.family, text, ip.address) != 1)
        return false;
    *value = ip;
    return true;
}

struct config_ip config_ip_of(const union socket_address *address)
{
    struct config_ip ip = {.family = (uint8_t)address->any.sa_family};
    if (ip.family == AF_INET)
        memcpy(ip.address, &address->v4.sin_addr, 4);
    else
        memcpy(ip.address, &address->v6.sin6_addr, 16);
    return ip;
}

const char *config_ip_text(const struct config_ip *value, char *buffer)
{
    buffer[0] = '\0';
    if (value->family)
        inet_ntop(value->family, value->address, buffer, VALUE_TEXT_BYTES);
    return buffer;
}

static bool host_bits_are_zero(const struct config_prefix *prefix, unsigned bits)
{
    for (unsigned bit = prefix->length; bit < bits; bit++)
        if (prefix->address[bit / 8] & (0x80 >> bit % 8))
            return false;
    return true;
}

bool config_prefix_parse(const char *text, struct config_prefix *value)
{
    char copy[VALUE_TEXT_BYTES];
    const char *slash = strchr(text, '/');
    if (!slash || (size_t)(slash - text) >= sizeof copy)
        return false;
    memcpy(copy, text, (size_t)(slash - text));
    copy[slash - text] = '\0';
    struct config_ip ip;
    uint64_t length;
    size_t n = digits(slash + 1, &length);
    if (n == 0 || slash[1 + n] || !config_ip_parse(copy, &ip))
        return false;
    unsigned bits = ip.family == AF_INET ? 32 : 128;
    if (length > bits)
        return false;
    struct config_prefix prefix = {.family = ip.family, .length = (uint8_t)length};
    memcpy(prefix.address, ip.address, sizeof prefix.address);
    if (!host_bits_are_zero(&prefix, bits))
        return false;
    *value = prefix;
    return true;
}

const char *config_prefix_text(const struct config_prefix *value, char *buffer)
{
    struct config_ip ip = {.family = value->family};
    memcpy(ip.address, value->address, sizeof ip.address);
    config_ip_text(&ip, buffer);
    size_t used = strlen(buffer);
    if (value->family)
        snprintf(buffer + used, VALUE_TEXT_BYTES - used, "/%u", value->length);
    return buffer;
}

bool config_prefix_holds(const struct config_prefix *prefix, const struct config_ip *ip)
{
    if (prefix->family != ip->family)
        return false;
    unsigned whole = prefix->length / 8, rest = prefix->length % 8;
    if (memcmp(prefix->address, ip->address, whole) != 0)
        return false;
    return rest == 0 || (prefix->address[whole] ^ ip->address[whole]) >> (8 - rest) == 0;
}

bool config_prefix_overlaps(const struct config_prefix *a, const struct config_prefix *b)
{
    const struct config_prefix *wide = a->length < b->length ? a : b, *narrow = wide == a ? b : a;
    struct config_ip ip = {.family = narrow->family};
    memcpy(ip.address, narrow->address, sizeof ip.address);
    return a->family && b->family && config_prefix_holds(wide, &ip);
}

bool config_endpoint_split(const char *text, char *host, size_t size, uint16_t *port)
{
    const char *begin = text, *end = text + strlen(text), *colon = strrchr(text, ':');
    if (text[0] == '[') {
        begin = text + 1;
        end = strchr(text, ']');
        if (!end || (end[1] != '\0' && end[1] != ':'))
            return false;
        colon = end[1] ? end + 1 : NULL;
    } else if (colon && strchr(text, ':') == colon) {
        end = colon;
    } else {
        colon = NULL;
    }
    uint64_t number = 0;
    if (colon &&
        (digits(colon + 1, &number) == 0 || colon[1 + strspn(colon + 1, "0123456789")] || number > 65535))
        return false;
    if ((size_t)(end - begin) >= size)
        return false;
    memcpy(host, begin, (size_t)(end - begin));
    host[end - begin] = '\0';
    if (colon)
        *port = (uint16_t)number;
    return true;
}

bool config_endpoint_parse(const char *text, uint16_t port, union socket_address *value)
{
    char host[VALUE_TEXT_BYTES];
    return config_endpoint_split(text, host, sizeof host, &port) && address_parse(value, host, port);
}

const char *config_endpoint_text(const union socket_address *value, char *buffer)
{
    buffer[0] = '\0';
    return value->any.sa_family ? address_print(value, buffer) : buffer;
}

struct unit {
    const char *name;
    uint64_t scale;
};

/* Smallest first. */
static const struct unit rate_units[] = {
    {"bps", 1}, {"kbps", 1000}, {"Mbps", 1000000}, {"Gbps", 1000000000}, {"Tbps", 1000000000000},
};
static const struct unit duration_units[] = {
    {"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool quantity(const char *text, const struct unit *units, size_t count, uint64_t plain,
                     uint64_t *value)
{
    uint64_t number, scale = plain;
    size_t n = digits(text, &number);
    if (n == 0)
        return false;
    const char *unit = text + n + strspn(text + n, " ");
    if (*unit) {
        size_t i = 0;
        while (i < count && strcasecmp(unit, units[i].name) != 0)
            i++;
        if (i == count)
            return false;
        scale = units[i].scale;
    }
    return !__builtin_mul_overflow(number, scale, value);
}

static const char *quantity_text(uint64_t value, const struct unit *units, size_t count, const char *gap,
                                 char *buffer)
{
    size_t i = count - 1;
    while (i > 0 && (value % units[i].scale != 0 || value == 0))
        i--;
    snprintf(buffer, VALUE_TEXT_BYTES, "%" PRIu64 "%s%s", value / units[i].scale, gap, units[i].name);
    return buffer;
}

bool config_rate_parse(const char *text, uint64_t *bits_per_second)
{
    uint64_t value;
    if (!quantity(text, rate_units, COUNT(rate_units), 1, &value))
        return false;
    *bits_per_second = value;
    return true;
}

const char *config_rate_text(uint64_t bits_per_second, char *buffer)
{
    return quantity_text(bits_per_second, rate_units, COUNT(rate_units), " ", buffer);
}

bool config_duration_parse(const char *text, int64_t *nanoseconds)
{
    uint64_t value;
    if (!quantity(text, duration_units, COUNT(duration_units), 1000000000, &value) || value > INT64_MAX)
        return false;
    *nanoseconds = (int64_t)value;
    return true;
}

const char *config_duration_text(int64_t nanoseconds, char *buffer)
{
    if (nanoseconds == 0)
        return strcpy(buffer, "0s");
    return quantity_text((uint64_t)nanoseconds, duration_units, COUNT(duration_units), "", buffer);
}
