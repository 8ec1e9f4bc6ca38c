/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two SCTP endpoints in one process and what each saw, for the tests of one stack and of two against each other. A message is its
 * number (4 bytes, ours), then bytes that follow from the number and their place.
 */
#ifndef TESTS_KIT_SCTP_SIDES_H
#define TESTS_KIT_SCTP_SIDES_H

#include "../check.h"

#include "kit/loop.h"
#include "kit/sctp.h"
#include "kit/sctp_stack.h"

enum { SIDE_STREAMS = 8 };

/* One side: what it saw, and what it does next. */
struct side {
    struct sctp_endpoint *endpoint;
    struct sctp_association *last;
    unsigned ups, downs, restarts, messages, out_of_order, wrong;
    uint32_t next[SIDE_STREAMS]; /* expected number per stream */
    bool echo;
};

extern struct loop *loop;
extern struct side server, client;
extern enum sctp_stack usual_stack;          /* where settings leave it open */
extern const struct sctp_events side_events; /* their context is the side */

/* For cmocka: a loop of its own for each test. */
int sides_setup(void **state);
int sides_teardown(void **state);

struct sctp_endpoint *open_side(struct side *side, const char *host, uint16_t port,
                                struct sctp_settings settings);
/* From the side to the server's port at the host. */
struct sctp_association *connect_side(struct side *side, const char *host);

/* False: the condition did not come true in time. */
bool run_until(bool (*condition)(void), int milliseconds);

bool both_up(void);
bool both_down(void);

/* False: not taken by the stack. */
bool send_number(struct sctp_association *association, uint16_t stream, uint32_t number, size_t length);

#endif
