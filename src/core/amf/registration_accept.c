/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the phone is told when it is registered (TS 24.501 8.2.7).
 */
#include "core/amf/area.h"
#include "core/amf/reactivation.h"
#include "core/amf/restriction.h"
#include "core/amf/shelter.h"
#include "core/amf/silence.h"
#include "kit/log.h"

enum { NSSAI = 16, FORBIDDEN_TAIS = 16 };

static uint32_t seconds(int64_t nanoseconds)
{
    return (uint32_t)(nanoseconds / SECONDS(1));
}

static struct nas_plmn_list equivalents_of(const struct ue *ue, struct nas_plmn *plmns)
{
    const struct config_serving *serving = config_find_plmn(ue->core->config, ue->tai.plmn);
    unsigned count = serving ? serving->equivalent_count : 0;
    for (unsigned i = 0; i < count; i++)
        memcpy(plmns[i].octets, serving->equivalents[i].octets, sizeof plmns[i].octets);
    return (struct nas_plmn_list){plmns, count};
}

static struct nas_nssai configured_of(const struct udm_access *subscription, struct nas_s_nssai *slices)
{
    unsigned count = subscription->slice_count < NSSAI ? subscription->slice_count : NSSAI;
    for (unsigned i = 0; i < count; i++)
        slices[i] = (struct nas_s_nssai){
            .sst = subscription->slices[i].slice.sst,
            .sd = subscription->slices[i].slice.sd,
        };
    return (struct nas_nssai){slices, count};
}

/* Where a protected subscriber finds high-risk cells only (rule H4), as far as there is room: the phone looks for others by itself. */
static struct nas_tai_list forbidden_of(const struct ue *ue, struct nas_tai *tais)
{
    const struct config_area *areas;
    unsigned count = shelter_areas(ue, &areas);
    count = count < FORBIDDEN_TAIS ? count : FORBIDDEN_TAIS;
    for (unsigned i = 0; i < count; i++) {
        memcpy(tais[i].plmn.octets, areas[i].plmn.octets, sizeof tais[i].plmn.octets);
        tais[i].tac = areas[i].tac;
    }
    return (struct nas_tai_list){tais, count};
}

struct bytes registration_accept(struct ue *ue, struct arena *memory,
                                 const struct registration_answer *answer)
{
    const struct nas_registration_request *request = answer->request;
    struct nas_tai tais[CONFIG_AREA_TAIS], service_tais[STORE_SERVICE_AREAS], forbidden[FORBIDDEN_TAIS];
    struct nas_plmn equivalents[CONFIG_EQUIVALENTS];
    struct nas_session_cause causes[SMF_SESSIONS_PER_UE];
    struct nas_s_nssai allowed[UE_SLICES], configured[NSSAI];
    struct nas_message *message = ARENA_NEW(memory, struct nas_message);
    if (!message)
        return (struct bytes){0};
    message->type = NAS_REGISTRATION_ACCEPT;
    struct nas_registration_accept *accept = &message->registration_accept;
    *accept = (struct nas_registration_accept){
        .result = {.access = NAS_ACCESS_3GPP},
        .guti = gmm_guti(ue),
        .equivalent_plmns = equivalents_of(ue, equivalents),
        .tai_list = gmm_area(ue, tais),
        .allowed_nssai = gmm_allowed_nssai(ue, allowed),
        .rejected_nssai = {answer->slices->rejected, answer->slices->rejected_count},
        .configured_nssai = configured_of(answer->subscription, configured),
        .pdu_session_status = smf_sessions(ue),
        .reactivation_result = (uint16_t)(answer->sessions->asked & ~answer->sessions->activated),
        .reactivation_causes = reactivation_causes(ue, answer->sessions, causes),
        .service_area_list = restriction_service_areas(ue, service_tais),
        .forbidden_tais_roaming = forbidden_of(ue, forbidden),
        .negotiated_drx = ue->drx,
        .mico_indication = {.all_plmn_allocated = ue->mico && mico_everywhere(ue)},
        .t3512 = silence_allowed(ue),
        .t3502 = seconds(ue->core->config->amf.timers.t3502),
        .t3324 = ue->active_time,
        .has = {.guti = true,
                .allowed_nssai = true,
                .network_feature_support = true,
                .t3512 = true,
                .t3502 = true},
    };
    accept->has.tai_list = !accept->mico_indication.all_plmn_allocated;
    accept->has.mico_indication = ue->mico;
    accept->has.t3324 = ue->active_time > 0;
    accept->has.equivalent_plmns = accept->equivalent_plmns.count > 0;
    accept->has.forbidden_tais_roaming = accept->forbidden_tais_roaming.count > 0;
    accept->has.service_area_list = accept->service_area_list.count > 0;
    accept->has.negotiated_drx = request->has.requested_drx;
    accept->has.rejected_nssai = answer->slices->rejected_count > 0;
    accept->has.configured_nssai =
        accept->configured_nssai.count > 0 && (accept->has.rejected_nssai || !request->has.requested_nssai);
    accept->has.pdu_session_status = request->has.pdu_session_status || answer->sessions_ended;
    accept->has.reactivation_result =
        request->has.uplink_data_status || request->has.allowed_pdu_session_status;
    accept->has.reactivation_causes = accept->reactivation_causes.count > 0;
    return gmm_seal(ue, message);
}
