/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The core with simulated gNBs and phones around it, on one virtual clock, without a socket. What the gNBs send is decoded, and
 * what they get encoded, as the edges do it. A stand-in plays the SMF.
 */
#ifndef TESTS_CORE_AMF_WORLD_H
#define TESTS_CORE_AMF_WORLD_H

#include "../check.h"

#include "core/amf/context.h"
#include "core/core.h"
#include "crypt/random.h"
#include "ran/gnb.h"
#include "ran/phone.h"
#include "store/store.h"

enum { WORLD_GNBS = 5, WORLD_PHONES = 4 };

struct parcel;

/* A path switch transfer that begins so holds another user-plane security policy than the session's. */
enum { FAKE_OTHER_POLICY = 0xff };

struct world {
    struct timers timers;
    struct random_seeded random;
    struct config *config;
    struct store *store;
    struct core *core;
    struct radio radio;
    struct ran_gnb gnbs[WORLD_GNBS];
    bool gnb_ready[WORLD_GNBS], gnb_refused[WORLD_GNBS], closed[WORLD_GNBS];
    struct phone_model model;
    struct phone phones[WORLD_PHONES];
    unsigned events[WORLD_PHONES][PHONE_EVENTS];
    uint8_t cause[WORLD_PHONES]; /* the last one told */
    struct parcel *first, **last;
    struct arena arena;
    const char *edges[WORLD_GNBS];       /* of the gNBs, where it is not "test" */
    bool deaf;                           /* what the core sends is lost */
    int64_t wall_ahead;                  /* of the clock that the core starts with */
    uint8_t digest[WICKET_DIGEST_BYTES]; /* of the message that is being heard, as its gNB sent it */
    unsigned sent[NGAP_MESSAGES];        /* NGAP messages of the core, by type */
    unsigned heard[256];                 /* NAS messages that the phones got, by type */
    struct ngap_cause last_cause;        /* of the last NG Setup Failure, Error Indication or release */
    struct config_slice session_slice;   /* of all sessions of the stand-in SMF */
    uint8_t police;               /* the session whose data network is "police"; the others' is "internet" */
    unsigned answers;             /* of gNBs about sessions, told to the stand-in SMF */
    unsigned switched, cancelled; /* sessions switched and handovers cancelled, by the stand-in SMF */
    bool forwarding_waits;        /* the stand-in plane does not answer */
    unsigned transfers, activations, reachable, unreachable, releases; /* calls of the stand-in SMF */
    void (*nas_filter)(struct world *world, struct nas_message *message, bool up); /* sees what is said */
    bool (*uplink_filter)(struct world *world, struct ngap_pdu *pdu); /* false: lost on the way */
    /* Sees what the core sends; false: lost on the way. */
    bool (*downlink_filter)(struct world *world, unsigned gnb, const struct ngap_pdu *pdu);
};

extern struct world *world_now; /* for the stand-in SMF */

void world_open(struct world *world);
void world_close(struct world *world);
/* Of cmocka: closes the world opened last. */
int world_tear_down(void **state);
/* Sets up gNB 0 and lets phone 0 to 3 camp on it. */
void world_ready(struct world *world);
/* All of that, and phone 0 is registered. */
void world_open_registered(struct world *world);
void world_set_up_gnb(struct world *world, unsigned gnb);

/* Another configuration is in force from now on. */
void world_configure(struct world *world, const char *yaml);
void world_configure_line(struct world *world, const char *inventory);
void world_configure_both(struct world *world, const char *yaml, const char *inventory);
/* The gNB's association breaks, and it comes again through that edge; it has not set up yet. */
void world_move_gnb(struct world *world, unsigned gnb, const char *edge);

/* Everything that is on its way arrives, and what that brings about. */
void world_run(struct world *world);
void world_pass(struct world *world, int64_t time);

/* control dies without a word and starts again on the same store. */
void world_restart(struct world *world);
/* The edge announces what it has to a restarted control. */
void world_announce(struct world *world, unsigned gnb);

struct ue *world_ue(struct world *world, unsigned phone);
/* Downlink data has come for the session: the stand-in SMF asks for a page, as the real one does. False: refused. */
bool world_data_waits(struct world *world, unsigned phone, uint8_t pdu_session_id);
/* A message of the gNB as if it had decoded it from the air. */
void world_ngap(struct world *world, unsigned gnb, enum ngap_message_type message, const void *value);
void world_register(struct world *world, unsigned phone);
/* The stand-in SMF has a session of the phone, whose user plane is up. */
void world_session(struct world *world, unsigned phone, uint8_t pdu_session_id);
/* Its gNB sees no activity any more: the connection is released. */
void world_idle(struct world *world, unsigned phone);

/* A downlink filter: no gNB sets up a context. */
bool world_no_context_setup(struct world *world, unsigned gnb, const struct ngap_pdu *pdu);

#endif
