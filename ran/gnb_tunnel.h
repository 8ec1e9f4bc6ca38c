/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the simulated gNB: PDU session resources and their tunnels. Responses are completed in gnb->arena. */
#ifndef RAN_GNB_TUNNEL_H
#define RAN_GNB_TUNNEL_H

#include "ran/gnb.h"
#include "wire/ngap/ngap.h"

/* 0: a free place. NULL: none. */
struct ran_gnb_tunnel *ran_gnb_tunnel_of(struct ran_gnb_connection *connection, uint8_t pdu_session_id);
/* From the transfer of a setup or handover request; NULL: it cannot be read, or there is no room. */
struct ran_gnb_tunnel *ran_gnb_make_tunnel(struct ran_gnb_connection *connection, uint8_t pdu_session_id,
                                           struct bytes encoded);
void ran_gnb_drop_tunnel(struct ran_gnb_connection *connection, uint8_t pdu_session_id);
struct ngap_up_transport_layer_information ran_gnb_own_tunnel(const struct ran_gnb *gnb, uint32_t teid);
/* False, and nothing is written: no address in it. */
bool ran_gnb_read_tunnel(const struct ngap_up_transport_layer_information *information,
                         union socket_address *address, uint32_t *teid);

/* What the gNB does for its packets on the air. */
struct ngap_security_result ran_gnb_protection(const struct ran_gnb_tunnel *tunnel);

void ran_gnb_setup_tunnels_in_context(struct ran_gnb_connection *connection,
                                      const struct ngap_initial_context_setup_request *request,
                                      struct ngap_initial_context_setup_response *response);
void ran_gnb_setup_tunnels(struct ran_gnb_connection *connection,
                           const struct ngap_pdu_session_resource_setup_request *request,
                           struct ngap_pdu_session_resource_setup_response *response);
void ran_gnb_modify_tunnels(struct ran_gnb_connection *connection,
                            const struct ngap_pdu_session_resource_modify_request *request,
                            struct ngap_pdu_session_resource_modify_response *response);
void ran_gnb_release_tunnels(struct ran_gnb_connection *connection,
                             const struct ngap_pdu_session_resource_release_command *command,
                             struct ngap_pdu_session_resource_release_response *response);
void ran_gnb_drop_tunnels(struct ran_gnb_connection *connection);

/* The NAS messages that came with the resources, and word to the phone that its user plane is there. */
void ran_gnb_give_context_nas(struct ran_gnb_connection *connection,
                              const struct ngap_initial_context_setup_request *request);
void ran_gnb_give_session_nas(struct ran_gnb_connection *connection,
                              const struct ngap_pdu_session_resource_setup_request *request);
void ran_gnb_give_modify_nas(struct ran_gnb_connection *connection,
                             const struct ngap_pdu_session_resource_modify_request *request);

#endif
