/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the load mode: walkers, what they do, and what comes of it. */
#ifndef RAN_LOAD_STATE_H
#define RAN_LOAD_STATE_H

#include "ran/latency.h"
#include "ran/load.h"

enum { LOAD_STREAM_PORT = 2199 };

/* Numbered packets of one direction. */
struct stream_side {
    uint64_t sent, got, misplaced;
    uint32_t latest;
};

struct stream_number {
    uint32_t walker, packet;
};

/* A phone on its way through the steps. */
struct walker {
    struct phone phone;
    struct load *load;
    struct timer again; /* packets may be lost */
    unsigned step;      /* place in the list */
    bool under_way, failed;
    int64_t began; /* the present step */
    struct timer stream;
    uint32_t streamed;
    struct stream_side up, down;
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
    struct watch sink; /* on it */
    struct step_figures figures[LOAD_STEPS];
    struct latency path_ended; /* from the word that a phone has moved to the end marker on its old path */
};

const char *load_step_name(enum load_step step);

/* --- load_steps.c --- */

void load_begin_step(struct walker *walker);
/* Of walker->again: sends its packet once more. */
void load_send_again(struct timer *timer);
void load_on_event(void *context, struct phone *phone, enum phone_event event, struct phone_session *session,
                   uint8_t cause);
void load_on_path_ended(void *context, int64_t after);
void load_on_packet(void *context, struct phone *phone, struct phone_session *session, struct bytes packet);

/* Where phones send to: as asked for, or the session's gateway; host order. */
uint32_t load_gateway(const struct load *load, const struct phone_session *session);

/* --- load_stream.c --- */

/* False: no socket in the data network. */
bool load_stream_open(struct load *load);
/* Of walker->stream: sends the next packets and starts itself again. */
void load_stream(struct timer *timer);
/* False: the packet is none of the stream's. */
bool load_stream_arrived(struct walker *walker, struct bytes packet);

/* --- load.c: what steps tell --- */

void load_step_done(struct walker *walker);
void load_step_failed(struct walker *walker);

/* --- load_report.c --- */

void load_report(struct load *load);

#endif
