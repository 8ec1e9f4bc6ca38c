/* SPDX-License-Identifier: Apache-2.0 */
/* The services that other cores may ask for, each with the function that serves it. */
#ifndef CORE_PEER_SERVICES_H
#define CORE_PEER_SERVICES_H

#include "core/peer/peer.h"

#define NAMF_CONTEXTS  "/namf-comm/v1/ue-contexts/"           /* TS 29.518 6.1.3.2 */
#define NSMF_CONTEXTS  "/nsmf-pdusession/v1/sm-contexts/"     /* TS 29.502 6.1.3.3 */
#define STATUS_NOTIFY  "/namf-callback/v1/sm-context-status/" /* TS 29.502 6.1.5.2 */
#define N2_INFO_NOTIFY "/namf-callback/v1/n2-info-notify/"    /* TS 29.518 6.1.5.5 */
#define FAILURE_NOTIFY "/nsmf-callback/v1/n1-n2-failure/"     /* TS 29.518 6.1.5.6 */

void namf_communication(struct peer_request *request); /* amf/namf.c */
void n2_info_notify(struct peer_request *request);     /* amf/relocation_out.c */
void nsmf_pdu_session(struct peer_request *request);   /* smf/nsmf.c */
void nsmf_n1n2_failure(struct peer_request *request);  /* smf/nsmf.c */
void sm_context_status(struct peer_request *request);  /* smf/remote.c */

#endif
