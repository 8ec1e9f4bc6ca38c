/* SPDX-License-Identifier: Apache-2.0 */
#include "inside_amf.h"

#include "core/smf/smf.h"

static uint64_t add(uint64_t digest, const void *value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        digest = (digest ^ ((const uint8_t *)value)[i]) * 0x100000001b3;
    return digest;
}

#define ADD(digest, value) ((digest) = add((digest), &(value), sizeof(value)))

static uint64_t of_connection(uint64_t digest, const struct connection *connection)
{
    ADD(digest, connection);
    if (!connection)
        return digest;
    ADD(digest, connection->gnb);
    ADD(digest, connection->ue);
    ADD(digest, connection->amf_ue_ngap_id);
    ADD(digest, connection->ran_ue_ngap_id);
    ADD(digest, connection->stream);
    ADD(digest, connection->numbered);
    ADD(digest, connection->context_up);
    ADD(digest, connection->leaving);
    ADD(digest, connection->holding);
    ADD(digest, connection->releasing);
    ADD(digest, connection->secured);
    ADD(digest, connection->in_area);
    ADD(digest, connection->selected);
    ADD(digest, connection->kgnb_count);
    return digest;
}

uint64_t inside_ue(const struct ue *ue)
{
    uint64_t digest = 0xcbf29ce484222325;
    if (!ue)
        return digest;
    const uint16_t sessions = smf_sessions(ue), active = smf_active(ue), pending = smf_pending(ue);
    const bool held = ue->held;
    ADD(digest, ue->tmsi);
    ADD(digest, ue->former_tmsi);
    ADD(digest, ue->provisional);
    ADD(digest, ue->dead);
    ADD(digest, ue->registered);
    ADD(digest, ue->unreachable);
    ADD(digest, ue->procedure);
    ADD(digest, ue->handover);
    ADD(digest, ue->pending);
    ADD(digest, ue->security.knasint);
    ADD(digest, ue->security.knasenc);
    ADD(digest, ue->security.uplink);
    ADD(digest, ue->security.downlink);
    ADD(digest, ue->security.ngksi);
    ADD(digest, ue->kamf);
    ADD(digest, ue->nh);
    ADD(digest, ue->ncc);
    ADD(digest, ue->ncc_gnb);
    ADD(digest, ue->ncc_phone);
    ADD(digest, ue->tai.plmn);
    ADD(digest, ue->tai.tac);
    ADD(digest, ue->cell);
    ADD(digest, ue->allowed_count);
    ADD(digest, ue->radio_capability.len);
    ADD(digest, sessions);
    ADD(digest, active);
    ADD(digest, pending);
    ADD(digest, held);
    digest = of_connection(digest, ue->connection);
    return of_connection(digest, ue->target);
}

uint64_t inside_gnb(const struct gnb *gnb)
{
    uint64_t digest = 0xcbf29ce484222325;
    ADD(digest, gnb->ready);
    ADD(digest, gnb->unproven);
    ADD(digest, gnb->identity.value);
    ADD(digest, gnb->area_count);
    ADD(digest, gnb->connections.count);
    ADD(digest, gnb->ran_ids.count);
    return digest;
}
