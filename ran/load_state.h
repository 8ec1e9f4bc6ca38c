/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the load mode: walkers, what they do, and what comes of it. */
#ifndef RAN_LOAD_STATE_H
#define RAN_LOAD_STATE_H

#include "ran/latency.h"
#include "ran/load.h"

/* A phone on its way through the steps. */
struct walker {
    struct phone phone;
    struct load *load;
    struct timer again; /* packets may be lost */
    unsigned step;      /* place in the list */
    bool under_way, failed;
    int64_t began; /* the present step */
};

/* What is known of one kind of step. */
struct step_figures {
    struct latency latency;
    unsigned failures, running;
    int64_t since, busy; /* how long at least one ran, nanoseconds */
};

struct load {
    struct load_options options;
    struct driver driver;
    struct radio_ports ports;
    struct walker *walkers;
    unsigned begun, arrived; /* in the present phase, which ends where all gather */
    unsigned done, failed, under_way, gnbs_ready;
    int64_t started, ended; /* the first phone began; the last one was done */
    int64_t phase_started;
    struct timer tick, limit;
    struct watch word; /* standard input: go on */
    int data_network;  /* a socket there; -1: none */
    struct step_figures figures[LOAD_STEPS];
};

const char *load_step_name(enum load_step step);

/* --- load_steps.c --- */

void load_begin_step(struct walker *walker);
/* Of walker->again: sends its packet once more. */
void load_send_again(struct timer *timer);
void load_on_event(void *context, struct phone *phone, enum phone_event event, struct phone_session *session,
                   uint8_t cause);
void load_on_packet(void *context, struct phone *phone, struct phone_session *session, struct bytes packet);

/* --- load.c: what steps tell --- */

void load_step_done(struct walker *walker);
void load_step_failed(struct walker *walker);

/* --- load_report.c --- */

void load_report(struct load *load);

#endif
