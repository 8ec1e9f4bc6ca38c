/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/reactivation.h"

#include "core/amf/restriction.h"
#include "core/amf/shelter.h"

static bool is_initial(const struct nas_registration_request *request)
{
    return request->type.kind != NAS_MOBILITY_REGISTRATION && request->type.kind != NAS_PERIODIC_REGISTRATION;
}

static bool is_allowed(const struct nssf_choice *slices, struct config_slice slice)
{
    for (unsigned i = 0; i < slices->allowed_count; i++) {
        if (config_slice_equal(slices->allowed[i], slice))
            return true;
    }
    return false;
}

static uint16_t outside(const struct ue *ue, const struct nssf_choice *slices)
{
    uint16_t set = 0;
    struct smf_session_view view;
    for (unsigned id = 1; id <= SMF_SESSIONS_PER_UE; id++) {
        if (smf_sessions(ue) >> id & 1 && smf_view(ue, (uint8_t)id, &view) && !is_allowed(slices, view.slice))
            set |= (uint16_t)(1u << id);
    }
    return set;
}

bool sessions_align(struct ue *ue, const struct nas_registration_request *request,
                    const struct nssf_choice *slices)
{
    if (is_initial(request)) {
        smf_release_all(ue);
        return false;
    }
    if (request->has.pdu_session_status)
        smf_keep_only(ue, request->pdu_session_status);
    uint16_t gone = outside(ue, slices);
    if (gone)
        smf_keep_only(ue, (uint16_t)~gone);
    return gone != 0;
}

struct reactivation reactivation_wanted(struct ue *ue, uint16_t uplink_data, uint16_t allowed, bool served)
{
    struct reactivation sessions = {.asked = uplink_data | (allowed & smf_pending(ue))};
    if (served)
        sessions.wanted = uplink_data | smf_pending(ue);
    else
        smf_deactivate(ue, smf_active(ue));
    sessions.wanted &=
        (uint16_t)~shelter_withheld(ue, ue->connection->gnb, LINE_SERVICE_REQUEST, sessions.wanted);
    return sessions;
}

struct nas_session_causes reactivation_causes(const struct ue *ue, const struct reactivation *sessions,
                                              struct nas_session_cause *items)
{
    uint16_t failed = sessions->asked & (uint16_t)~sessions->activated & smf_sessions(ue);
    uint8_t cause = restriction_lets_serve(ue) ? NAS_GMM_INSUFFICIENT_USER_PLANE_RESOURCES
                                               : NAS_GMM_RESTRICTED_SERVICE_AREA;
    struct nas_session_causes causes = {items, 0};
    for (unsigned id = 1; id <= SMF_SESSIONS_PER_UE; id++) {
        if (failed >> id & 1)
            items[causes.count++] = (struct nas_session_cause){(uint8_t)id, cause};
    }
    return causes;
}
