/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/grant.h"

#include <stdlib.h>

#include "core/amf/area.h"
#include "core/amf/restriction.h"
#include "core/amf/silence.h"

/* Moves what the UE has into `before`. */
static void put_aside(struct ue *ue, struct grant *before)
{
    *before = (struct grant){
        .registered = ue->registered,
        .unreachable = ue->unreachable,
        .mico = ue->mico,
        .active_time = ue->active_time,
        .tmsi = ue->tmsi,
        .since = ue->since,
        .ambr_uplink = ue->ambr_uplink,
        .ambr_downlink = ue->ambr_downlink,
        .allowed_count = ue->allowed_count,
        .area_count = ue->area_count,
        .drx = ue->drx,
        .area = ue->area,
        .restrictions = ue->restrictions,
    };
    memcpy(before->allowed, ue->allowed, sizeof before->allowed);
    ue->area = NULL;
    ue->area_count = 0;
    ue->restrictions = NULL;
}

static bool give_area(struct ue *ue, const struct nas_registration_request *request)
{
    const struct nas_tai *told = &request->last_visited_tai;
    struct tai visited = {.tac = told->tac};
    struct area area;
    memcpy(visited.plmn.octets, told->plmn.octets, sizeof visited.plmn.octets);
    area_choose(ue, request->has.last_visited_tai ? &visited : NULL, &area);
    return area_keep(ue, &area);
}

bool grant_give(struct ue *ue, const struct nas_registration_request *request,
                const struct udm_access *subscription, const struct nssf_choice *slices, struct grant *before)
{
    put_aside(ue, before);
    if (!restriction_keep(ue, &subscription->access) || !give_area(ue, request) || !ue_new_tmsi(ue)) {
        grant_undo(ue, before);
        return false;
    }
    if (!before->registered)
        ue->since = core_wall(ue->core);
    ue->registered = true;
    ue->unreachable = false;
    ue->update_due = ue->areas_due = false;
    ue->ambr_uplink = subscription->ambr_uplink;
    ue->ambr_downlink = subscription->ambr_downlink;
    if (request->has.requested_drx)
        ue->drx = request->requested_drx;
    else if (request->type.kind != NAS_MOBILITY_REGISTRATION &&
             request->type.kind != NAS_PERIODIC_REGISTRATION)
        ue->drx = 0;
    mico_agree(ue, request);
    memcpy(ue->allowed, slices->allowed, sizeof ue->allowed);
    ue->allowed_count = (uint8_t)slices->allowed_count;
    core_dirty(ue->core, &ue->row);
    return true;
}

void grant_settle(struct grant *before)
{
    free(before->area);
    free(before->restrictions);
}

void grant_undo(struct ue *ue, struct grant *before)
{
    if (ue->tmsi != before->tmsi)
        ue_take_back_tmsi(ue);
    free(ue->area);
    free(ue->restrictions);
    ue->registered = before->registered;
    ue->unreachable = before->unreachable;
    ue->mico = before->mico;
    ue->active_time = before->active_time;
    ue->since = before->since;
    ue->ambr_uplink = before->ambr_uplink;
    ue->ambr_downlink = before->ambr_downlink;
    ue->allowed_count = before->allowed_count;
    ue->area_count = before->area_count;
    ue->drx = before->drx;
    ue->area = before->area;
    ue->restrictions = before->restrictions;
    memcpy(ue->allowed, before->allowed, sizeof ue->allowed);
}
