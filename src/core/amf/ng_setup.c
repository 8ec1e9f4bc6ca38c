/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a gNB and the AMF tell each other about themselves (TS 38.413 8.7.1 to 8.7.3).
 */
#include <stdio.h>

#include "core/amf/bar.h"
#include "core/amf/fence.h"
#include "core/amf/n2.h"
#include "core/amf/proof.h"
#include "core/amf/shelter.h"
#include "kit/log.h"
#include "line/event.h"

enum { PLMNS = 12, GNB_MEMORY = 256 * 1024, OFFERS_LOGGED = 16 };

struct gnb_identity gnb_identity_of(const struct ngap_global_ran_node_id *id)
{
    if (id->which != NGAP_GLOBAL_RAN_NODE_ID_GLOBAL_GNB_ID)
        return (struct gnb_identity){0};
    const struct ngap_global_gnb_id *gnb = &id->global_gnb_id;
    return (struct gnb_identity){
        .plmn = plmn_from_octets(gnb->plmn_identity),
        .bits = gnb->gnb_id.gnb_id.length,
        .value = (uint32_t)gnb->gnb_id.gnb_id.value,
    };
}

struct gnb *gnb_by_identity(const struct core *core, const struct ngap_global_ran_node_id *id)
{
    struct gnb_identity identity = gnb_identity_of(id);
    size_t cursor = 0;
    void *gnb;
    while (identity.bits && map_next(&core->gnbs, &cursor, NULL, &gnb)) {
        if (((struct gnb *)gnb)->ready && gnb_identity_equal(((struct gnb *)gnb)->identity, identity))
            return gnb;
    }
    return NULL;
}

/* Rule N1: who lives keeps his identity. */
static bool identity_taken(const struct gnb *gnb, struct gnb_identity identity)
{
    size_t cursor = 0;
    void *other;
    uint64_t association;
    while (map_next(&gnb->core->gnbs, &cursor, &association, &other)) {
        const struct gnb *g = other;
        if (g != gnb && g->ready && gnb_identity_equal(g->identity, identity))
            return true;
    }
    return false;
}

static bool slice_served(const struct config_serving *serving, struct config_slice slice)
{
    for (unsigned i = 0; i < serving->slice_count; i++) {
        if (config_slice_equal(serving->slices[i], slice))
            return true;
    }
    return false;
}

/* What of the offered tracking areas this core serves too, and what stood in the way of the others. */
struct match {
    struct gnb_area *areas;
    unsigned count;
    bool plmn_known, tac_known, slice_known, no_memory;
};

static void match_slices(struct match *match, struct arena *arena, const struct config_serving *serving,
                         const struct ngap_broadcast_plmn_item *offer, uint32_t tac)
{
    size_t offered = offer->tai_slice_support_list.count;
    struct config_slice *slices = arena_array(arena, offered, sizeof *slices);
    unsigned count = 0;
    for (size_t i = 0; slices && i < offered; i++) {
        struct config_slice slice = slice_from_ngap(&offer->tai_slice_support_list.items[i].s_nssai);
        if (slice_served(serving, slice))
            slices[count++] = slice;
    }
    match->no_memory |= !slices;
    if (count == 0)
        return;
    match->slice_known = true;
    match->areas[match->count++] = (struct gnb_area){
        .tai = {serving->plmn, tac},
        .slices = slices,
        .slice_count = count,
    };
}

/* What is offered twice counts as it was offered first. */
static bool matched(const struct match *match, struct tai tai)
{
    for (unsigned i = 0; i < match->count; i++) {
        if (tai_equal(match->areas[i].tai, tai))
            return true;
    }
    return false;
}

static void match_area(struct match *match, const struct gnb *gnb, struct arena *arena,
                       const struct ngap_supported_ta_item *offer)
{
    for (size_t i = 0; i < offer->broadcast_plmn_list.count; i++) {
        const struct ngap_broadcast_plmn_item *item = &offer->broadcast_plmn_list.items[i];
        struct config_plmn plmn = plmn_from_octets(item->plmn_identity);
        const struct config_serving *serving = config_find_plmn(gnb->core->config, plmn);
        if (!serving)
            continue;
        match->plmn_known = true;
        if (!config_serves_tac(serving, offer->tac))
            continue;
        match->tac_known = true;
        if (!matched(match, (struct tai){plmn, offer->tac}))
            match_slices(match, arena, serving, item, offer->tac);
    }
}

static struct match match_areas(const struct gnb *gnb, struct arena *arena,
                                const struct ngap_supported_ta_list *offers)
{
    struct match match = {0};
    size_t most = 0;
    for (size_t i = 0; i < offers->count; i++)
        most += offers->items[i].broadcast_plmn_list.count;
    match.areas = arena_array(arena, most, sizeof *match.areas);
    match.no_memory = !match.areas;
    for (size_t i = 0; match.areas && i < offers->count; i++)
        match_area(&match, gnb, arena, &offers->items[i]);
    return match;
}

/* Why nothing matched. */
static struct gnb_refusal mismatch(const struct match *match)
{
    if (match->no_memory)
        return (struct gnb_refusal){N2_MISC(CONTROL_PROCESSING_OVERLOAD),
                                    "its list of tracking areas is too long", NULL};
    if (!match->plmn_known)
        return (struct gnb_refusal){N2_MISC(UNKNOWN_PLMN_OR_SNPN), "it broadcasts no PLMN of network.serving",
                                    NULL};
    if (!match->tac_known)
        return (struct gnb_refusal){N2_MISC(UNKNOWN_PLMN_OR_SNPN), "none of its TACs is in network.serving",
                                    NULL};
    return (struct gnb_refusal){N2_RADIO(SLICE_NOT_SUPPORTED),
                                "none of its slices is in network.serving (compare SST and SD on both sides)",
                                NULL};
}

/* The first ones: a refused gNB's list may be of any length. */
static void log_offer(const struct gnb *gnb, const struct ngap_supported_ta_list *offers)
{
    char plmn[VALUE_TEXT_BYTES], slice[VALUE_TEXT_BYTES];
    unsigned lines = 0;
    for (size_t i = 0; i < offers->count; i++) {
        const struct ngap_supported_ta_item *offer = &offers->items[i];
        for (size_t k = 0; k < offer->broadcast_plmn_list.count; k++) {
            const struct ngap_broadcast_plmn_item *item = &offer->broadcast_plmn_list.items[k];
            for (size_t n = 0; n < item->tai_slice_support_list.count && lines < OFFERS_LOGGED; n++, lines++)
                log_warning("amf", NULL, "gNB of edge %s offers PLMN %s TAC %u slice %s", gnb->peer.edge,
                            config_plmn_text(plmn_from_octets(item->plmn_identity), plmn), offer->tac,
                            config_slice_text(slice_from_ngap(&item->tai_slice_support_list.items[n].s_nssai),
                                              slice));
        }
    }
}

static void take_areas(struct gnb *gnb, const struct match *match, struct arena *memory)
{
    arena_free(&gnb->memory);
    gnb->memory = *memory;
    gnb->areas = match->areas;
    gnb->area_count = match->count;
    shelter_forget_areas(gnb->core);
}

/* PrintableString of at most 150 characters; what a log cannot show safely, the logger escapes. */
static void take_name(struct gnb *gnb, struct bytes name)
{
    size_t length = name.len < sizeof gnb->name ? name.len : sizeof gnb->name - 1;
    if (name.data)
        memcpy(gnb->name, name.data, length);
    gnb->name[length] = '\0';
}

static void name_by_identity(struct gnb *gnb)
{
    char plmn[VALUE_TEXT_BYTES];
    snprintf(gnb->name, sizeof gnb->name, "%s-%08x", config_plmn_text(gnb->identity.plmn, plmn),
             gnb->identity.value);
}

static void record(struct gnb *gnb, const char *procedure, const struct gnb_refusal *refusal)
{
    gnb->core->metrics.ngap_refused++;
    gnb_event(gnb, (struct line_event){.procedure = procedure,
                                       .rule = refusal->rule ? refusal->rule : "",
                                       .reason = refusal->words});
}

static void setup_failure(struct gnb *gnb, const struct gnb_refusal *refusal)
{
    struct ngap_ng_setup_failure failure = {
        .cause = refusal->cause,
        .time_to_wait = NGAP_TIME_TO_WAIT_V10S,
        .has_time_to_wait = true,
    };
    record(gnb, "NG Setup", refusal);
    n2_send(gnb, NGAP_NG_SETUP_FAILURE, &failure);
}

/* What the AMF says of itself, in NG Setup Response and AMF Configuration Update alike. */
struct self {
    struct ngap_served_guami_item guamis[PLMNS];
    struct ngap_plmn_support_item plmns[PLMNS];
    unsigned count;
};

static void describe_plmn(struct ngap_plmn_support_item *item, const struct config_serving *serving,
                          struct arena *arena)
{
    struct ngap_slice_support_item *slices = arena_array(arena, serving->slice_count, sizeof *slices);
    memcpy(item->plmn_identity, serving->plmn.octets, sizeof item->plmn_identity);
    for (unsigned i = 0; slices && i < serving->slice_count; i++)
        slices[i].s_nssai = slice_to_ngap(serving->slices[i]);
    item->slice_support_list.items = slices;
    item->slice_support_list.count = slices ? serving->slice_count : 0;
}

static void describe_self(const struct core *core, struct arena *arena, struct self *self)
{
    const struct config_network *network = &core->config->network;
    *self = (struct self){.count = network->serving_count < PLMNS ? network->serving_count : PLMNS};
    for (unsigned i = 0; i < self->count; i++) {
        struct ngap_guami *guami = &self->guamis[i].guami;
        memcpy(guami->plmn_identity, network->serving[i].plmn.octets, sizeof guami->plmn_identity);
        guami->amf_region_id = network->amf_region;
        guami->amf_set_id = network->amf_set;
        guami->amf_pointer = network->amf_pointer;
        describe_plmn(&self->plmns[i], &network->serving[i], arena);
    }
}

static struct bytes text_bytes(const char *text)
{
    return bytes_of(text, strlen(text));
}

static void setup_response(struct gnb *gnb, bool retained)
{
    struct core *core = gnb->core;
    struct self self;
    describe_self(core, &core->batch, &self);
    struct ngap_ng_setup_response response = {
        .amf_name = text_bytes(core->config->network.amf_name),
        .served_guami_list = {self.guamis, self.count},
        .relative_amf_capacity = core->config->network.relative_capacity,
        .plmn_support_list = {self.plmns, self.count},
        .ue_retention_information = NGAP_UE_RETENTION_INFORMATION_UES_RETAINED,
        .has_ue_retention_information = retained,
    };
    n2_send(gnb, NGAP_NG_SETUP_RESPONSE, &response);
}

static unsigned gnbs_ready(const struct core *core)
{
    unsigned count = 0;
    size_t cursor = 0;
    void *gnb;
    uint64_t association;
    while (map_next(&core->gnbs, &cursor, &association, &gnb))
        count += ((struct gnb *)gnb)->ready;
    return count;
}

static bool refuse(struct gnb_refusal *refusal, struct ngap_cause cause, const char *words, const char *rule)
{
    *refusal = (struct gnb_refusal){cause, words, rule};
    return false;
}

static bool setup_allowed(const struct gnb *gnb, struct gnb_identity identity, struct gnb_refusal *refusal)
{
    const struct config *config = gnb->core->config;
    if (!identity.bits)
        return refuse(refusal, N2_MISC(UNSPECIFIED), "it is no gNB", NULL);
    if (identity_taken(gnb, identity))
        return refuse(refusal, N2_MISC(UNSPECIFIED), "its identity belongs to a gNB that is connected", "N1");
    if (!gnb->ready && gnbs_ready(gnb->core) >= config->limits.gnbs)
        return refuse(refusal, N2_MISC(CONTROL_PROCESSING_OVERLOAD), "limits.gnbs is reached", NULL);
    if (bar_forbids(gnb) && !gnb->replaying)
        return refuse(refusal, N2_MISC(OM_INTERVENTION), "its vendor is barred", "K1");
    if (!config->recorder.admit_unrecorded && !line_is_recorded())
        return refuse(refusal, N2_MISC(UNSPECIFIED), "evidence is not taken, and without it nobody is let in",
                      NULL);
    return true;
}

/* 8.7.1. A gNB that sets up anew has forgotten all it had, unless it says otherwise. */
void ng_setup(struct gnb *gnb, const struct ngap_ng_setup_request *request)
{
    struct gnb_identity identity = gnb_identity_of(&request->global_ran_node_id);
    struct gnb_refusal refusal;
    if (!setup_allowed(gnb, identity, &refusal) ||
        !gnb_enrol(gnb, identity, &request->supported_ta_list, &refusal)) {
        setup_failure(gnb, &refusal);
        return;
    }
    struct arena memory;
    arena_init(&memory, GNB_MEMORY);
    struct match match = match_areas(gnb, &memory, &request->supported_ta_list);
    if (match.count == 0) {
        refusal = mismatch(&match);
        log_offer(gnb, &request->supported_ta_list);
        setup_failure(gnb, &refusal);
        arena_free(&memory);
        return;
    }
    bool retained = gnb_retain(gnb, identity, request->has_ue_retention_information);
    if (!retained)
        gnb_release_connections(gnb, "NG Setup");
    take_areas(gnb, &match, &memory);
    gnb->identity = identity;
    take_name(gnb, request->ran_node_name);
    if (!*gnb->name)
        name_by_identity(gnb);
    gnb->ready = true;
    gnb->overload_told = false;
    gnb->since = core_wall(gnb->core);
    log_info("amf", NULL, "gNB accepted: %s (edge %s), number of gNBs: %u", gnb->name, gnb->peer.edge,
             gnbs_ready(gnb->core));
    gnb_event(gnb,
              (struct line_event){.kind = EVIDENCE_ADMISSION,
                                  .step = EVIDENCE_BEGINS,
                                  .procedure = "NG Setup",
                                  .rule = "N1",
                                  .reason = gnb->enrolled ? "it is enrolled" : "it is let in unenrolled"});
    setup_response(gnb, retained);
    fence_meets(gnb);
    bar_meets(gnb);
    shelter_look(gnb);
    proof_watch(gnb->core);
}

static void update_failure(struct gnb *gnb, const struct gnb_refusal *refusal)
{
    struct ngap_ran_configuration_update_failure failure = {
        .cause = refusal->cause,
        .time_to_wait = NGAP_TIME_TO_WAIT_V10S,
        .has_time_to_wait = true,
    };
    record(gnb, "RAN Configuration Update", refusal);
    n2_send(gnb, NGAP_RAN_CONFIGURATION_UPDATE_FAILURE, &failure);
}

static bool update_areas(struct gnb *gnb, const struct ngap_supported_ta_list *offers,
                         struct gnb_refusal *refusal)
{
    struct arena memory;
    arena_init(&memory, GNB_MEMORY);
    struct match match = match_areas(gnb, &memory, offers);
    if (match.count) {
        take_areas(gnb, &match, &memory);
        return true;
    }
    *refusal = mismatch(&match);
    arena_free(&memory);
    return false;
}

static bool update_allowed(struct gnb *gnb, const struct ngap_ran_configuration_update *update,
                           struct gnb_refusal *refusal)
{
    const struct ngap_supported_ta_list *offers = &update->supported_ta_list;
    if (update->global_ran_node_id &&
        !gnb_identity_equal(gnb_identity_of(update->global_ran_node_id), gnb->identity))
        return refuse(refusal, N2_MISC(UNSPECIFIED), "it claims another identity than at NG Setup", "N1");
    if (!offers->count)
        return gnb_enrol_again(gnb, refusal);
    return gnb_enrol(gnb, gnb->identity, offers, refusal) && update_areas(gnb, offers, refusal);
}

/* 8.7.2. A gNB's identity does not change while it lives, and whatever it changes, it has to be the one that is enrolled. */
void ran_configuration_update(struct gnb *gnb, const struct ngap_ran_configuration_update *update)
{
    struct gnb_refusal refusal;
    if (!update_allowed(gnb, update, &refusal)) {
        update_failure(gnb, &refusal);
        return;
    }
    if (update->ran_node_name.len)
        take_name(gnb, update->ran_node_name);
    gnb_event(gnb, (struct line_event){.kind = EVIDENCE_ADMISSION,
                                       .step = EVIDENCE_CONTINUES,
                                       .procedure = "RAN Configuration Update",
                                       .rule = "N1",
                                       .reason = "what it serves has changed"});
    n2_send(gnb, NGAP_RAN_CONFIGURATION_UPDATE_ACKNOWLEDGE,
            &(struct ngap_ran_configuration_update_acknowledge){0});
}

/* 8.7.3 */
void amf_configuration_update(struct gnb *gnb)
{
    struct core *core = gnb->core;
    struct self self;
    describe_self(core, &core->batch, &self);
    struct ngap_amf_configuration_update update = {
        .amf_name = text_bytes(core->config->network.amf_name),
        .served_guami_list = {self.guamis, self.count},
        .relative_amf_capacity = core->config->network.relative_capacity,
        .has_relative_amf_capacity = true,
        .plmn_support_list = {self.plmns, self.count},
    };
    n2_send(gnb, NGAP_AMF_CONFIGURATION_UPDATE, &update);
}
