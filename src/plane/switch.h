/* SPDX-License-Identifier: Apache-2.0 */
/*
 * To whom an Ethernet frame goes (TS 23.501 5.8.2.5.3): to the session that its destination is behind, to all of them, or to the data network. A frame for
 * several is handed to a sink once for each, always in the same place of memory: what the sink does not send at once it copies.
 */
#ifndef PLANE_SWITCH_H
#define PLANE_SWITCH_H

#include "plane/path.h"

typedef void switch_sink(void *context, enum verdict verdict, struct packet *packet);

/* A frame that came from the data network. */
void switch_inward(struct plane *plane, struct lane *lane, struct network *network, struct packet *packet,
                   switch_sink *sink, void *context);

/* A frame that a session may send (PATH_TO_N6 of such a network): to other sessions. True: it goes to the data network, too. */
bool switch_outward(struct plane *plane, struct lane *lane, struct packet *packet, switch_sink *sink,
                    void *context);

/* Whether a session may send it: in a tunnel that leads on to another gNB (`led_on`) what is for it, else what is its own. */
enum drop switch_check(const struct plane *plane, const struct session *session, const struct frame *frame,
                       bool led_on, int64_t now);

#endif
