/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Load: many phones, each living through the same list of steps, begun at a given rate (open loop) or with so many at once
 * (closed loop). Prints rates and latency percentiles per step.
 */
#ifndef RAN_LOAD_H
#define RAN_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "ran/driver.h"

enum load_step {
    LOAD_REGISTER,
    LOAD_SESSION,
    LOAD_PING,
    LOAD_IDLE,
    LOAD_SERVICE,
    LOAD_PAGE,        /* a packet from the data network wakes the phone and reaches it */
    LOAD_MOVE,        /* to the next gNB, with a mobility registration */
    LOAD_FLEE,        /* once the network has sent it away: to the refuge, with a mobility registration */
    LOAD_XN_HANDOVER, /* to the next gNB */
    LOAD_N2_HANDOVER, /* packets go after the phone through the core's plane */
    LOAD_N2_DIRECT_HANDOVER, /* ... from gNB to gNB */
    LOAD_PERIODIC,
    LOAD_DEREGISTER,
    LOAD_STREAM, /* from now on packets flow both ways */
    LOAD_DWELL,  /* a tenth of a second */
    LOAD_REST,   /* no more packets; what is on its way may arrive */
    LOAD_GATHER, /* wait until all phones are here */
    LOAD_STEPS
};

enum { LOAD_LIST = 256 };

struct load_options {
    union socket_address amf;
    union socket_address refuge; /* N2 of one more gNB, which no phone begins at; family 0: there is none */
    unsigned gnbs, phones;
    double rate;          /* phones begun per second; 0: as `window` allows */
    unsigned window;      /* most phones under way at once */
    unsigned stream_rate; /* packets per second and direction of each phone */
    unsigned seconds;     /* give up after this */
    char first_imsi[16];
    struct aka_key key; /* of every phone */
    struct phone_model model;
    uint32_t tac;
    uint32_t ping_to;     /* host order; 0: the session's gateway */
    uint32_t gnb_address; /* of the first gNB, host order; the others follow */
    const char *netns;
    enum load_step steps[LOAD_LIST];
    unsigned step_count;
    bool json;
    bool hold;  /* keep the phones and associations until a signal comes */
    bool pause; /* where all have gathered, say so and wait for a line on standard input */
};

/* "register,session,idle,service,deregister". False: a word is none of them, or there are too many. */
bool load_parse_steps(const char *text, struct load_options *options);

/* 0 when every phone lived through all its steps; 1 otherwise. */
int load_run(const struct load_options *options);

#endif
