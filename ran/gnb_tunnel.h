/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the simulated gNB: PDU session resources and their tunnels. Responses are completed in gnb->arena. */
#ifndef RAN_GNB_TUNNEL_H
#define RAN_GNB_TUNNEL_H

#include "ran/gnb.h"
#include "wire/ngap/ngap.h"

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
