/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule N1 where N2 comes through IPsec: a gNB whose enrolment names certificates has to have one of them behind its N2 address.
 * Its NG Setup and its RAN Configuration Updates wait until the security gateway has said so, and as long as the gNB is there the
 * gateway is asked again. Private to core/amf.
 */
#ifndef CORE_AMF_PROOF_H
#define CORE_AMF_PROOF_H

#include "core/amf/context.h"

/* True: the message waits for the gateway and is then carried out, a newer one in its place. False: it need not wait, or
 * cannot, and is to be carried out now, which will find no proof. */
bool proof_awaited(struct gnb *gnb, struct gnb_identity identity, const struct ngap_pdu *pdu);

/* May the gNB be taken for the enrolled one? Yes if it needs no certificate, or has just shown it. A gNB of before a restart of
 * this process is, until the gateway's first answer. False: *words says why (static text). */
bool proof_suffices(const struct gnb *gnb, const struct config_gnb *enrolled, const char **words);

/* "proved" or "unproved"; NULL: it needs no certificate. */
const char *proof_state(const struct gnb *gnb);

/* From now on the gateway is asked about all gNBs that need a certificate, as long as there is any. */
void proof_watch(struct core *core);

#endif
