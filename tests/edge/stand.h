/* SPDX-License-Identifier: Apache-2.0 */
/* An edge without its process: a gNB and a control that say what a test wants, and all that comes out caught and decoded. */
#ifndef TESTS_EDGE_STAND_H
#define TESTS_EDGE_STAND_H

#include "../check.h"

#include "edge/edge.h"
#include "wire/wicket/wicket.h"

enum { PPID = 60, STAND_PASSED = 16, STAND_BYTES = 4096 };

struct stand {
    struct timers timers;
    struct edge *edge;
    struct edge_association *gnb;
    struct arena arena;
    uint64_t last_random; /* the association's id, so long as nothing else was drawn */
    bool gnb_queue_full, control_queue_full;

    struct ngap_pdu answer; /* the last one */
    unsigned answers, ended, held_off;
    struct wicket_message passed[STAND_PASSED];
    uint8_t passed_space[STAND_PASSED][STAND_BYTES];
    unsigned passed_count;
};

extern struct stand stand;

/* Of cmocka: a gNB's association is up, and control is there. */
int stand_setup(void **state);
int stand_teardown(void **state);

void stand_forget_output(void);

/* What a gNB says. Encodings last until the next one. */
void stand_gnb_says(struct bytes ngap);
struct bytes stand_encoded(enum ngap_message_type message, const void *value);
struct bytes stand_setup_request(void);
struct bytes stand_update(void);
struct bytes stand_uplink(void);

/* What control says. */
void stand_control_says(enum ngap_message_type message, struct bytes ngap);
void stand_accept_setup(void);

/* NG Setup, with its output forgotten. */
void stand_set_up(void);

/* Of the last answer, which is an Error Indication. */
enum ngap_cause_protocol stand_protocol_cause(void);

#endif
