/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses rest before they are given out again (config_smf.address_rest), also across a restart of this process: a packet that is
 * still on its way to one phone, and who remembers the address, must not meet another one. A phone that comes back meanwhile may
 * have its own again where the pool has no other. A subscriber's own address does not rest: it is nobody else's. Private to core/smf.
 */
#ifndef CORE_SMF_ADDRESS_REST_H
#define CORE_SMF_ADDRESS_REST_H

#include "core/smf/session.h"

void address_rests_init(struct smf *smf);
/* After the sessions have claimed theirs. False: the store cannot be read. */
bool address_rests_load(struct smf *smf);
void address_rests_free(struct smf *smf);

/* The session has no use for it any more. octets: 4 of an IPv4 address, 8 of an IPv6 prefix. */
void address_give_back(struct session *session, const uint8_t *address, size_t octets);
/* One of the session's network. False: there is none. */
bool address_take(struct session *session, uint8_t *address, size_t octets);

#endif
