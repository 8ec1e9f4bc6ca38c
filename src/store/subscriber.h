/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A subscriber: the long-term credentials and what the home network lets him have. The one JSON form of it
 * (docs/admin.md) is used by the database, the admin protocol, imports and exports alike.
 */
#ifndef STORE_SUBSCRIBER_H
#define STORE_SUBSCRIBER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/framed_route.h"
#include "kit/arena.h"

enum store_algorithm { STORE_MILENAGE, STORE_TUAK };

/* What TS 35.231 leaves to the operator; sizes in bytes. The MAC is always 8: AUTN has room for no more. */
struct store_tuak {
    uint8_t res_size;         /* 4, 8, 16 or 32 */
    uint8_t ck_size, ik_size; /* 16 or 32 */
    uint8_t keccak_iterations;
};

#define STORE_TUAK_DEFAULT ((struct store_tuak){8, 16, 16, 1})

/* The values are those of NAS (TS 24.501 9.11.4.11), as in config_session_type. */
enum store_session_type { STORE_IPV4 = 1, STORE_IPV6 = 2, STORE_IPV4V6 = 3, STORE_ETHERNET = 5 };

/* A data network the subscriber may use within a slice. */
struct store_dnn {
    const char *name;
    enum store_session_type type; /* widest type allowed */
    uint8_t fiveqi, arp;          /* default QoS flow; ARP priority level 1..15 */
    bool may_preempt, preemptable;
    uint64_t ambr_uplink, ambr_downlink; /* session AMBR, bits per second */
    bool has_flows;                      /* the next are his own; else the configuration's hold */
    uint8_t fiveqi_count;
    const uint8_t *fiveqis;            /* of the flows a phone may ask for beside the default one */
    uint64_t gbr_uplink, gbr_downlink; /* guaranteed, over all GBR flows of a session; 0: none */
    struct config_ip ipv4;             /* static address; family 0: from the pool */
    struct config_ip ipv6;             /* static /64 prefix; family 0: from the pool */
    uint8_t route_count;
    const struct config_prefix
        *routes; /* networks behind his phone (framed routes); none shares an address with another */
};

struct store_slice {
    struct config_slice slice;
    bool is_default;              /* granted to a phone that asks for none */
    const struct store_dnn *dnns; /* the first is the slice's default DNN */
    unsigned dnn_count;
};

/* Radio access technologies, as the bits of RAT Restriction Information (TS 38.413 9.3.1.85). */
enum { STORE_RAT_EUTRA = 0x80, STORE_RAT_NR = 0x40, STORE_RAT_NR_UNLICENSED = 0x20 };
/* Core network types (TS 29.571 5.4.3.10). */
enum { STORE_CORE_5GC = 1, STORE_CORE_EPC = 2 };

enum { STORE_FORBIDDEN_AREAS = 64, STORE_SERVICE_AREAS = 16 };

/* Where and how a subscriber may not be served (TS 23.501 5.3.4.1, TS 29.503 6.1.6.2.4). All zero: no restriction. */
struct store_access {
    const struct config_area *forbidden; /* tracking areas, and whole networks */
    const struct config_area *service;   /* service area restriction: tracking areas */
    uint8_t forbidden_count, service_count;
    bool service_not_allowed; /* `service` are the non-allowed areas, else the only allowed ones */
    uint8_t rats;             /* restricted: set of STORE_RAT_ */
    uint8_t cores;            /* restricted: set of STORE_CORE_ */
};

enum { STORE_SUPI_BYTES = 21, STORE_KEY_BYTES = 32 };

struct store_subscriber {
    char supi[STORE_SUPI_BYTES]; /* "imsi-" and 5 to 15 digits */
    enum store_algorithm algorithm;
    uint8_t k[STORE_KEY_BYTES];
    uint8_t k_length;                    /* 16; with TUAK also 32 */
    uint8_t op[STORE_KEY_BYTES];         /* Milenage: 16 bytes; TUAK (TOP): 32 */
    bool op_is_derived;                  /* `op` is OPc or TOPc */
    struct store_tuak tuak;              /* with TUAK */
    uint8_t amf[2];                      /* authentication management field */
    uint64_t sqn;                        /* 48 bits: the last one used */
    bool barred;                         /* registration and sessions refused */
    uint64_t ambr_uplink, ambr_downlink; /* UE-AMBR, bits per second */
    const struct store_slice *slices;    /* in the arena given to the reader */
    unsigned slice_count;
    struct store_access access; /* its lists likewise */
    const char *name;           /* free text; "" if none */
};

bool store_tuak_valid(const struct store_tuak *tuak);

/* Accepts "imsi-N" and "N"; writes the first form. False: not 5 to 15 digits. */
bool store_supi_parse(const char *text, char supi[STORE_SUPI_BYTES]);

/* The demo subscriber's profile without credentials: slice `slice`, DNN `dnn`, 5QI 9, ARP 8, 1 Gbit/s. False:
 * no memory. */
bool store_subscriber_defaults(struct store_subscriber *subscriber, struct arena *arena,
                               struct config_slice slice, const char *dnn);

/* Keys, operator variant and sequence number are in it only with `secrets`. NULL: out of memory. */
json_t *store_subscriber_to_json(const struct store_subscriber *subscriber, bool secrets);

/* Checks everything; what the document leaves out has the value of store_subscriber_defaults (K and OP or OPc
 * must be there). False: what[] says "KEY: found X, expected Y". */
bool store_subscriber_from_json(const json_t *document, struct arena *arena,
                                struct store_subscriber *subscriber, char *what, size_t what_size);

/* --- access restrictions (access.c) --- */

struct reader;
struct writer;

bool store_access_any(const struct store_access *access);
bool store_access_equal(const struct store_access *a, const struct store_access *b);
/* The same in one piece of heap, for free(). NULL: out of memory. */
struct store_access *store_access_copy(const struct store_access *access);
/* As bytes, at most STORE_ACCESS_BYTES. Reading fails the reader where they are none. */
enum { STORE_ACCESS_BYTES = 5 + 7 * (STORE_FORBIDDEN_AREAS + STORE_SERVICE_AREAS) };
void store_access_write(struct writer *w, const struct store_access *access);
bool store_access_read(struct reader *r, struct arena *arena, struct store_access *access);

/* Overwrites the credentials. */
void store_subscriber_wipe(struct store_subscriber *subscriber);

#endif
