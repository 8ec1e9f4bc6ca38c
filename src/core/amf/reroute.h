/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registration with AMF re-allocation (TS 23.502 4.2.2.2.3): a phone whose slices another AMF set serves is sent there, through the
 * gNB. Private to core/amf.
 */
#ifndef CORE_AMF_REROUTE_H
#define CORE_AMF_REROUTE_H

#include "core/amf/gmm.h"
#include "core/peer/peer.h"

struct reroute {
    const struct nas_nssai *requested; /* NULL: nothing asked for, or nothing that could be read */
    const struct udm_access *subscription;
    struct bytes pdu; /* the Registration request as it came */
};

/*
 * True: the gNB has been asked to take the procedure's phone, whose connection is gone from here, to another core. False: it stays, because
 * this core serves no less than any other of what the phone is to have, because it has been sent here, or because nobody is there.
 * Waits for the other core; the procedure may be cancelled meanwhile.
 */
bool reroute(struct procedure *p, const struct reroute *question);

#endif
