/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that an operator writes by hand - networks, slices, addresses, rates, durations - with the one
 * parser and the one printer each. Parsers take the whole string, set *value only on success and return false
 * otherwise. Printers fill a caller's buffer (VALUE_TEXT_BYTES is always enough) and return it.
 */
#ifndef CONFIG_VALUES_H
#define CONFIG_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kit/address.h"

enum { VALUE_TEXT_BYTES = 80 };

/* PLMN identity as it travels in NAS and NGAP (TS 24.008 10.5.1.3). Text: "999/70" or "99970". */
struct config_plmn {
    uint8_t octets[3];
};

/* A tracking area, or all of a network's. Text: "999/70-1" (TAC in decimal) or "999/70". */
struct config_area {
    struct config_plmn plmn;
    uint32_t tac; /* CONFIG_ALL_TACS: the whole network */
};

enum { CONFIG_ALL_TACS = 0x1000000 };

/* S-NSSAI (TS 23.003 28.4). Text: "1" or "1-010203" (SD in hexadecimal). */
struct config_slice {
    uint8_t sst;
    uint32_t sd; /* CONFIG_NO_SD: absent, which is the same as the value ffffff */
};

enum { CONFIG_NO_SD = 0xffffff };

/*
 * Global gNB ID (TS 38.413 9.3.1.6). Text: "999/70-00000001", eight hexadecimal digits for the longest; a shorter one says its
 * length: "999/70-3fffff/22".
 */
struct config_gnb_id {
    struct config_plmn plmn;
    uint8_t bits; /* 22 to 32; 0: none */
    uint32_t value;
};

/* A prefix whose bits behind `length` are zero. Text: "10.45.0.0/16", "2001:db8:cafe::/48". */
struct config_prefix {
    uint8_t family; /* AF_INET, AF_INET6; 0: none */
    uint8_t length;
    uint8_t address[16]; /* network order; IPv4 in the first four */
};

/* An address without a port. Text: "10.45.0.1", "2001:db8::1". */
struct config_ip {
    uint8_t family; /* AF_INET, AF_INET6; 0: none */
    uint8_t address[16];
};

/* A day of the calendar, UTC. Text: "2027-12-31". */
struct config_date {
    int32_t days; /* since 1970-01-01; 0: none */
};

/* WGS 84. Text: "60.3913 5.3221", degrees north and east. */
struct config_position {
    int32_t latitude, longitude; /* 10^-7 degrees */
    bool known;
};

/* An IMSI (TS 23.003 2.2), or all that begin alike. Text: "999700000000001", "99970123*". */
struct config_imsi_range {
    uint64_t digits;
    uint8_t length;
    bool prefix;
};

/* One to four digits that lead to a UDM (TS 23.003 2.2B). */
struct config_routing_indicator {
    char digits[5];
};

bool config_routing_indicator_parse(const char *text, struct config_routing_indicator *value);

bool config_plmn_parse(const char *text, struct config_plmn *value);
const char *config_plmn_text(struct config_plmn value, char *buffer);
unsigned config_plmn_mcc(struct config_plmn value);
unsigned config_plmn_mnc(struct config_plmn value, unsigned *digits); /* digits: 2 or 3 */

bool config_area_parse(const char *text, struct config_area *value);
const char *config_area_text(struct config_area value, char *buffer);
static inline bool config_area_equal(struct config_area a, struct config_area b)
{
    return a.tac == b.tac && a.plmn.octets[0] == b.plmn.octets[0] && a.plmn.octets[1] == b.plmn.octets[1] &&
           a.plmn.octets[2] == b.plmn.octets[2];
}

bool config_slice_parse(const char *text, struct config_slice *value);
const char *config_slice_text(struct config_slice value, char *buffer);
static inline bool config_slice_equal(struct config_slice a, struct config_slice b)
{
    return a.sst == b.sst && a.sd == b.sd;
}

bool config_gnb_id_parse(const char *text, struct config_gnb_id *value);
const char *config_gnb_id_text(struct config_gnb_id value, char *buffer);
static inline bool config_gnb_id_equal(struct config_gnb_id a, struct config_gnb_id b)
{
    return a.value == b.value && a.bits == b.bits && a.plmn.octets[0] == b.plmn.octets[0] &&
           a.plmn.octets[1] == b.plmn.octets[1] && a.plmn.octets[2] == b.plmn.octets[2];
}

bool config_prefix_parse(const char *text, struct config_prefix *value);
const char *config_prefix_text(const struct config_prefix *value, char *buffer);
bool config_prefix_holds(const struct config_prefix *prefix, const struct config_ip *ip);
/* Whether there is an address in both; family 0 has none. */
bool config_prefix_overlaps(const struct config_prefix *a, const struct config_prefix *b);

bool config_ip_parse(const char *text, struct config_ip *value);
const char *config_ip_text(const struct config_ip *value, char *buffer);

struct config_ip config_ip_of(const union socket_address *address);

/* Also checks that there is such a day, from 1970-01-02 to 9999-12-31. */
bool config_date_parse(const char *text, struct config_date *value);
const char *config_date_text(struct config_date value, char *buffer); /* none: "" */
struct config_date config_date_of(int64_t nanoseconds);               /* since 1970; none before */

bool config_position_parse(const char *text, struct config_position *value);
const char *config_position_text(struct config_position value, char *buffer); /* unknown: "" */

bool config_imsi_range_parse(const char *text, struct config_imsi_range *value);
const char *config_imsi_range_text(struct config_imsi_range value, char *buffer);

/* "host", "host:port", "[host]:port" into its parts, whatever the host is; one colon alone separates a port, else *port stays. */
bool config_endpoint_split(const char *text, char *host, size_t size, uint16_t *port);

/* "127.0.0.5", "127.0.0.5:38412", "::1", "[::1]:38412"; without a port, `port` (host order) is taken. */
bool config_endpoint_parse(const char *text, uint16_t port, union socket_address *value);
const char *config_endpoint_text(const union socket_address *value, char *buffer);

/* "1 Gbps", "500 Mbps", "64kbps", or plain bits per second. */
bool config_rate_parse(const char *text, uint64_t *bits_per_second);
const char *config_rate_text(uint64_t bits_per_second, char *buffer);

/* "6s", "54m", "500ms", "12h", or plain seconds; nanoseconds in the struct (as kit/timers.h). */
bool config_duration_parse(const char *text, int64_t *nanoseconds);
const char *config_duration_text(int64_t nanoseconds, char *buffer);

#endif
