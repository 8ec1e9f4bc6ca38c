/* SPDX-License-Identifier: Apache-2.0 */
/*
 * With `isolation: none` the edges work in control's process. They are the same edges, and what they say and hear is the same; there
 * is only nothing between that would hold when one of them is taken over.
 */
#ifndef CORE_CONTROL_INSIDE_H
#define CORE_CONTROL_INSIDE_H

#include "core/control.h"

struct inside;

/* Every edge of the configuration. False: an N2 address cannot be opened (logged), or out of memory. */
bool control_inside_open(struct control *control);
void inside_free(struct inside *inside);

/* Lets one gNB's message in. False: none has come. */
bool inside_serve(struct inside *inside);
/* False: too much waits; it was not taken. */
bool inside_send(struct inside *inside, struct bytes message);
/* Hands over what waits, also that which comes of it. False: nothing waited. */
bool control_inside_deliver(struct control *control);
void inside_flush(struct inside *inside);

/* The edges' terms are to follow the configuration. */
void control_inside_renew(struct control *control);

#endif
