/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the simulated gNB share. */
#ifndef RAN_GNB_INSIDE_H
#define RAN_GNB_INSIDE_H

#include "ran/gnb.h"
#include "wire/ngap/ngap.h"

enum { GNB_TRANSFER_BYTES = 256, RAN_GNB_ARFCN = 632628 };

#define GNB_CAUSE(name) \
    ((struct ngap_cause){.which = NGAP_CAUSE_RADIO_NETWORK, .radio_network = NGAP_CAUSE_RADIO_NETWORK_##name})

/* --- gnb.c --- */

void ran_gnb_send(struct ran_gnb *gnb, uint16_t stream, enum ngap_message_type type, const void *value);
void ran_gnb_send_for(struct ran_gnb_connection *connection, enum ngap_message_type type, const void *value);
struct ngap_global_ran_node_id ran_gnb_identity(const struct ran_gnb *gnb);
struct ngap_user_location_information ran_gnb_location(const struct ran_gnb *gnb);
/* phone: NULL while it has not come yet. NULL: out of memory. */
struct ran_gnb_connection *ran_gnb_connect(struct ran_gnb *gnb, struct phone *phone);
void ran_gnb_ask_for_release(struct ran_gnb_connection *connection, struct ngap_cause cause);
/* Uplink NAS that waited for the core to know the way. */
void ran_gnb_say_waiting(struct ran_gnb_connection *connection);

/* --- gnb_xn.c --- */

uint16_t ran_gnb_pci(const struct ran_gnb *gnb);
/* K_NG-RAN* for the gNB's cell, from K_gNB or a next hop (TS 33.501 A.11). */
void ran_gnb_derive_key(const uint8_t from[32], const struct ran_gnb *gnb, uint8_t key[32]);

/* K_gNB of a new K_AMF: the gNB changes to it within the cell (TS 33.501 6.9.2.3.2, 6.9.4.4). */
void ran_gnb_change_key(struct ran_gnb_connection *connection, const uint8_t kgnb[32]);

/* No answer from the core in time; or, at the source, nothing is left to be sent after the phone. */
void ran_gnb_end_relocation(struct ran_gnb_connection *connection);
/* The core has done with it, but what is still on its way to the phone may be sent after it (TS 38.300 9.2.3.2.1). */
void ran_gnb_keep_remains(struct ran_gnb_connection *connection);

void ran_gnb_on_path_switch_acknowledge(struct ran_gnb_connection *connection,
                                        const struct ngap_path_switch_request_acknowledge *acknowledge);
void ran_gnb_on_path_switch_failure(struct ran_gnb_connection *connection);

/* --- gnb_n2.c --- */

void ran_gnb_on_handover_request(struct ran_gnb *gnb, const struct ngap_handover_request *request);
void ran_gnb_on_handover_command(struct ran_gnb_connection *source,
                                 const struct ngap_handover_command *command);
void ran_gnb_on_preparation_failure(struct ran_gnb_connection *source);
void ran_gnb_on_configuration(struct ran_gnb *gnb,
                              const struct ngap_downlink_ran_configuration_transfer *message);

/* --- gnb_reroute.c --- */

void ran_gnb_on_reroute(struct ran_gnb *gnb, const struct ngap_reroute_nas_request *request);

/* --- gnb_forward.c: packets while a phone changes gNBs (TS 38.300 9.2.3.2.2) --- */

/* Whether the packet for a phone that has left was sent after it. */
bool ran_gnb_forward(struct ran_gnb_tunnel *tunnel, struct bytes packet);
/* To the phone if it is here, else after it, else nowhere. */
void ran_gnb_hand_on(struct ran_gnb_tunnel *tunnel, struct bytes packet);
/* The old path has ended: says so to the target, if there is one. */
void ran_gnb_forward_end(struct ran_gnb_tunnel *tunnel);
/* At the target: room for what the source sends after the phone, and patience with what comes by the new path. */
void ran_gnb_expect_forwarded(struct ran_gnb_tunnel *tunnel);
/* In order: what comes by the new path waits until the old one has ended. True: it waits. */
bool ran_gnb_hold(struct ran_gnb_tunnel *tunnel, struct bytes packet);
/* Nothing more comes by the old path: what was held goes to the phone. */
void ran_gnb_release_held(struct ran_gnb_tunnel *tunnel);

#endif
