/* SPDX-License-Identifier: Apache-2.0 */
/* The session that tests and benchmarks of the plane ask for. */
#ifndef TESTS_PLANE_DESCRIBE_H
#define TESTS_PLANE_DESCRIBE_H

#include "wire/pfcp/pfcp.h"

/* What a session of the usual kind needs: an uplink PDR with F-TEID to be chosen, a downlink PDR, two FARs, a QER, a URR. */
struct lab_session {
    struct pfcp_create_pdr pdrs[2];
    struct pfcp_create_far fars[2];
    struct pfcp_qer qer;
    struct pfcp_urr urr;
    struct pfcp_ue_ip ue_ip;
    struct pfcp_message request;
};

/* number: makes CP SEID (number) and UE address (10.45.0.number, 2001:db8:cafe:number::/64). */
void lab_describe(struct lab_session *session, uint8_t number);
/* The same as an Ethernet session, which has no address. */
void lab_describe_ethernet(struct lab_session *session, uint8_t number);

/* Downlink packets go to the gNB there, an IPv4 address, from the beginning. */
void lab_lead_to(struct lab_session *session, uint32_t teid, const void *gnb);

#endif
