/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two cores, each with its plane and a gNB, and one phone that moves between them, on one virtual clock. The data network
 * behind each plane is an echo.
 */
#ifndef TESTS_CORE_DUO_H
#define TESTS_CORE_DUO_H

#include "../check.h"

#include "config/config.h"
#include "core/amf/amf.h"
#include "core/core.h"
#include "crypt/random.h"
#include "plane/agent.h"
#include "plane/path.h"
#include "ran/gnb.h"
#include "ran/phone.h"
#include "sbi/message.h"
#include "store/store.h"

struct duo;

/* A core and what is its own. */
struct side {
    struct duo *duo;
    unsigned number;
    struct config *config;
    struct store *store;
    struct core *core;
    struct plane plane;
    struct network network;
    struct agent *agent;
    struct ran_gnb gnb;
    struct ran_gnb neighbour; /* after duo_add_neighbour */
    bool has_neighbour;
    unsigned requests; /* of the other core */
};

struct duo {
    struct timers timers;
    struct random_seeded random;
    struct side sides[2];
    struct radio radio;
    struct phone_model model;
    struct phone phone;
    unsigned events[PHONE_EVENTS], heard[256], answers;
    uint16_t not_reactivated;   /* of the last Service accept: sessions, and why not the first of them */
    uint8_t reactivation_cause; /* 5GMM */
    struct parcel *parcels;
    struct arena arena;
    bool cut; /* the cores do not hear each other */
    /* Sees each response of a core on its way, and may change it. */
    void (*spoil)(struct duo *duo, struct sbi_message *response);
    /* Sees each NGAP message of a side on its way, and may change it. */
    void (*air)(struct duo *duo, unsigned side, struct ngap_pdu *pdu);
    unsigned status; /* of the last response */
    uint64_t tokens;
    char last_path[SBI_TEXT_BYTES]; /* of the last request */
};

/* peer: more keys of core A's entry for core B, such as ", new_key: true". */
void duo_open(struct duo *duo, const char *peer);
/* network: more keys of core B's network. */
void duo_open_apart(struct duo *duo, const char *peer, const char *network);
void duo_close(struct duo *duo);
/* Of cmocka: closes the one opened last, whose phone always had the keys that its core has. */
int duo_tear_down(void **state);
void duo_pass(struct duo *duo, int64_t time);

/* A second gNB at that core. */
void duo_add_neighbour(struct duo *duo, unsigned side);

/* Another inventory is in force there from now on; and more lines of the configuration. */
void duo_configure(struct duo *duo, unsigned side, const char *rest, const char *inventory);
void duo_draw_line(struct duo *duo, unsigned side, const char *inventory);

/* Its number at its core; and it is lost and comes back, both its core's and its own doing. */
uint64_t duo_association(struct duo *duo, const struct ran_gnb *gnb);
void duo_associate_anew(struct duo *duo, struct ran_gnb *gnb);

/* The phone's context at one of the cores, or NULL. */
struct ue *duo_ue(struct duo *duo, unsigned side);
/* The core dies without a word and starts again on its store. */
void duo_restart(struct duo *duo, unsigned side);

/* The phone registers, opens PDU session 1, and hears an answer to a packet. */
void duo_begin(struct duo *duo);
/* A packet of the phone to the data network; did an answer come? */
bool duo_ping(struct duo *duo);
/* A packet from the data network behind that core's plane to the phone. */
void duo_downlink_now(struct duo *duo, unsigned side);
/* The same, and a second for it. */
void duo_downlink(struct duo *duo, unsigned side);
/* The gNB lets the phone fall idle. */
void duo_rest(struct duo *duo);
/* The phone camps on the other core's cell and registers there. */
void duo_move(struct duo *duo, unsigned side);
/* A request of the other core to this one, as it came from the wire; the status of the answer. */
unsigned duo_ask(struct duo *duo, unsigned side, const char *path, const char *type, const char *body);
unsigned duo_put(struct duo *duo, unsigned side, const char *path, const char *type, const char *body);

#endif
