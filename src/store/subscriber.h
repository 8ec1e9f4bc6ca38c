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

#include "config/values.h"
#include "kit/arena.h"

enum store_algorithm { STORE_MILENAGE, STORE_TUAK };

/* The values are those of NAS (TS 24.501 9.11.4.11), as in config_session_type. */
enum store_session_type { STORE_IPV4 = 1, STORE_IPV6 = 2, STORE_IPV4V6 = 3 };

/* A data network the subscriber may use within a slice. */
struct store_dnn {
    const char *name;
    enum store_session_type type; /* widest type allowed */
    uint8_t fiveqi, arp;          /* default QoS flow; ARP priority level 1..15 */
    bool may_preempt, preemptable;
    uint64_t ambr_uplink, ambr_downlink; /* session AMBR, bits per second */
    struct config_ip ipv4;               /* static address; family 0: from the pool */
    struct config_ip ipv6;               /* static /64 prefix; family 0: from the pool */
};

struct store_slice {
    struct config_slice slice;
    bool is_default;              /* granted to a phone that asks for none */
    const struct store_dnn *dnns; /* the first is the slice's default DNN */
    unsigned dnn_count;
};

enum { STORE_SUPI_BYTES = 21, STORE_KEY_BYTES = 32 };

struct store_subscriber {
    char supi[STORE_SUPI_BYTES]; /* "imsi-" and 5 to 15 digits */
    enum store_algorithm algorithm;
    uint8_t k[STORE_KEY_BYTES];
    uint8_t k_length;                    /* 16; with TUAK also 32 */
    uint8_t op[STORE_KEY_BYTES];         /* Milenage: 16 bytes; TUAK (TOP): 32 */
    bool op_is_derived;                  /* `op` is OPc or TOPc */
    uint8_t amf[2];                      /* authentication management field */
    uint64_t sqn;                        /* 48 bits: the last one used */
    bool barred;                         /* registration and sessions refused */
    uint64_t ambr_uplink, ambr_downlink; /* UE-AMBR, bits per second */
    const struct store_slice *slices;    /* in the arena given to the reader */
    unsigned slice_count;
    const char *name; /* free text; "" if none */
};

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

/* Overwrites the credentials. */
void store_subscriber_wipe(struct store_subscriber *subscriber);

#endif
