/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/restriction.h"

#include <stdlib.h>

#include "core/amf/shelter.h"

#include "wire/nas/cause.h"

static bool listed(const struct config_area *areas, unsigned count, struct tai tai)
{
    for (unsigned i = 0; i < count; i++) {
        if (plmn_equal(areas[i].plmn, tai.plmn) &&
            (areas[i].tac == tai.tac || areas[i].tac == CONFIG_ALL_TACS))
            return true;
    }
    return false;
}

static bool network_forbidden(const struct store_access *access, struct config_plmn plmn)
{
    return listed(access->forbidden, access->forbidden_count, (struct tai){plmn, CONFIG_ALL_TACS});
}

bool restriction_forbids(const struct store_access *access, struct tai tai)
{
    return access && listed(access->forbidden, access->forbidden_count, tai);
}

bool restriction_serves(const struct store_access *access, struct tai tai)
{
    return !access || !access->service_count ||
           listed(access->service, access->service_count, tai) != access->service_not_allowed;
}

static bool at_home(const struct ue *ue)
{
    char digits[NAS_PLMN_TEXT], imsi[SUPI_TEXT_BYTES];
    struct nas_plmn plmn;
    memcpy(plmn.octets, ue->tai.plmn.octets, sizeof plmn.octets);
    nas_plmn_text(plmn, digits);
    return strncmp(supi_digits(ue->supi, imsi), digits, strlen(digits)) == 0;
}

/* Is there another tracking area of the network, or of an equivalent one, that the subscriber may enter? */
static bool alternative(const struct ue *ue, const struct store_access *access)
{
    const struct config_network *network = &ue->core->config->network;
    const struct config_serving *here = config_find_plmn(ue->core->config, ue->tai.plmn);
    for (unsigned i = 0; here && i < network->serving_count; i++) {
        const struct config_serving *serving = &network->serving[i];
        if (serving != here && !config_is_equivalent(here, serving->plmn))
            continue;
        for (unsigned k = 0; k < serving->tac_count; k++)
            if (!restriction_forbids(access, (struct tai){serving->plmn, serving->tacs[k]}))
                return true;
    }
    return false;
}

uint8_t restriction_cause(const struct ue *ue, const struct store_access *access)
{
    if (!access)
        return 0;
    if (access->cores & STORE_CORE_5GC)
        return NAS_GMM_N1_MODE_NOT_ALLOWED;
    if (network_forbidden(access, ue->tai.plmn))
        return NAS_GMM_PLMN_NOT_ALLOWED;
    if (access->rats & STORE_RAT_NR)
        return NAS_GMM_NO_SUITABLE_CELLS;
    if (!restriction_forbids(access, ue->tai))
        return 0;
    if (!at_home(ue))
        return NAS_GMM_ROAMING_NOT_ALLOWED;
    return alternative(ue, access) ? NAS_GMM_NO_SUITABLE_CELLS : NAS_GMM_TRACKING_AREA_NOT_ALLOWED;
}

bool restriction_lets_serve(const struct ue *ue)
{
    return restriction_serves(ue->restrictions, ue->tai);
}

uint8_t restriction_service_cause(const struct ue *ue, uint8_t service_type)
{
    switch (service_type) {
    case NAS_SERVICE_MOBILE_TERMINATED:
    case NAS_SERVICE_EMERGENCY:
    case NAS_SERVICE_EMERGENCY_FALLBACK:
    case NAS_SERVICE_HIGH_PRIORITY_ACCESS:
        return 0;
    default:
        return restriction_lets_serve(ue) ? 0 : NAS_GMM_RESTRICTED_SERVICE_AREA;
    }
}

bool restriction_keep(struct ue *ue, const struct store_access *access)
{
    struct store_access *copy = NULL;
    if (store_access_any(access) && !(copy = store_access_copy(access)))
        return false;
    free(ue->restrictions);
    ue->restrictions = copy;
    return true;
}

/* --- for the gNB --- */

enum { NETWORKS = 1 + CONFIG_EQUIVALENTS, TACS = 4096 /* of a network (TS 38.413 9.3.1.85) */ };

/* What a list is built from. */
struct build {
    const struct store_access *access;
    const struct config_area *shelter; /* forbidden besides, by rule H4 */
    unsigned shelter_count;
    struct arena *memory;
    struct config_plmn networks[NETWORKS]; /* the serving one, and its equivalents */
    unsigned count;
};

static void add_networks(struct build *build, const struct ue *ue, struct config_plmn serving)
{
    const struct config_serving *here = config_find_plmn(ue->core->config, serving);
    build->networks[build->count++] = serving;
    for (unsigned i = 0; here && i < here->equivalent_count && build->count < NETWORKS; i++) {
        if (!network_forbidden(build->access, here->equivalents[i]))
            build->networks[build->count++] = here->equivalents[i];
    }
}

static void list_equivalents(struct build *build, struct ngap_equivalent_plmns *list)
{
    uint8_t(*items)[3] = arena_array(build->memory, NETWORKS, sizeof *items);
    for (unsigned i = 1; items && i < build->count; i++)
        memcpy(items[i - 1], build->networks[i].octets, sizeof *items);
    *list = (struct ngap_equivalent_plmns){items, items ? build->count - 1 : 0};
}

static void list_rats(struct build *build, struct ngap_rat_restrictions *list)
{
    struct ngap_rat_restrictions_item *items = arena_array(build->memory, build->count, sizeof *items);
    for (unsigned i = 0; items && i < build->count; i++) {
        memcpy(items[i].plmn_identity, build->networks[i].octets, sizeof items[i].plmn_identity);
        items[i].rat_restriction_information = build->access->rats;
    }
    *list = (struct ngap_rat_restrictions){items, items ? build->count : 0};
}

/* The codes of the areas that belong to the network. */
static size_t add_tacs(uint32_t *list, size_t n, struct config_plmn plmn, const struct config_area *areas,
                       unsigned count)
{
    for (unsigned i = 0; list && i < count && n < TACS; i++) {
        if (plmn_equal(areas[i].plmn, plmn) && areas[i].tac != CONFIG_ALL_TACS)
            list[n++] = areas[i].tac;
    }
    return n;
}

static size_t tacs_of(struct build *build, struct config_plmn plmn, const struct config_area *areas,
                      unsigned count, const uint32_t **tacs)
{
    uint32_t *list = arena_array(build->memory, count, sizeof *list);
    *tacs = list;
    return add_tacs(list, 0, plmn, areas, count);
}

static size_t forbidden_of(struct build *build, struct config_plmn plmn, const uint32_t **tacs)
{
    const struct store_access *access = build->access;
    uint32_t *list = arena_array(build->memory, access->forbidden_count + build->shelter_count, sizeof *list);
    *tacs = list;
    return add_tacs(list, add_tacs(list, 0, plmn, access->forbidden, access->forbidden_count), plmn,
                    build->shelter, build->shelter_count);
}

static void list_forbidden(struct build *build, struct ngap_forbidden_area_information *list)
{
    struct ngap_forbidden_area_information_item *items =
        arena_array(build->memory, build->count, sizeof *items);
    list->items = items;
    for (unsigned i = 0; items && i < build->count; i++) {
        struct ngap_forbidden_area_information_item *item = &items[list->count];
        item->forbidden_tacs.count = forbidden_of(build, build->networks[i], &item->forbidden_tacs.items);
        memcpy(item->plmn_identity, build->networks[i].octets, sizeof item->plmn_identity);
        list->count += item->forbidden_tacs.count > 0;
    }
    if (!list->count) /* absent, which is not the same as empty */
        list->items = NULL;
}

static void list_service_areas(struct build *build, struct ngap_service_area_information *list)
{
    const struct store_access *access = build->access;
    struct ngap_service_area_information_item *items =
        arena_array(build->memory, build->count, sizeof *items);
    list->items = items;
    for (unsigned i = 0; items && i < build->count; i++) {
        struct ngap_service_area_information_item *item = &items[list->count];
        const uint32_t *tacs;
        size_t count = tacs_of(build, build->networks[i], access->service, access->service_count, &tacs);
        memcpy(item->plmn_identity, build->networks[i].octets, sizeof item->plmn_identity);
        if (access->service_not_allowed)
            item->not_allowed_tacs = (struct ngap_not_allowed_tacs){tacs, count};
        else
            item->allowed_tacs = (struct ngap_allowed_tacs){tacs, count};
        list->count += count > 0;
    }
    if (!list->count)
        list->items = NULL;
}

const struct ngap_mobility_restriction_list *restriction_list(const struct ue *ue, struct config_plmn serving,
                                                              struct arena *memory)
{
    static const struct store_access none;
    struct build build = {.access = ue->restrictions ? ue->restrictions : &none, .memory = memory};
    add_networks(&build, ue, serving);
    build.shelter_count = shelter_areas(ue, &build.shelter);
    if (build.count == 1 && !ue->restrictions && !build.shelter_count)
        return NULL;
    struct ngap_mobility_restriction_list *list = ARENA_NEW(memory, struct ngap_mobility_restriction_list);
    if (!list)
        return NULL;
    memcpy(list->serving_plmn, serving.octets, sizeof list->serving_plmn);
    if (build.count > 1)
        list_equivalents(&build, &list->equivalent_plmns);
    if (build.access->rats)
        list_rats(&build, &list->rat_restrictions);
    if (build.access->forbidden_count || build.shelter_count)
        list_forbidden(&build, &list->forbidden_area_information);
    if (build.access->service_count)
        list_service_areas(&build, &list->service_area_information);
    list->has_cn_type_restrictions_for_serving = build.access->cores & STORE_CORE_EPC;
    return list;
}

/* --- for the phone --- */

struct nas_service_area_list restriction_service_areas(const struct ue *ue,
                                                       struct nas_tai tais[STORE_SERVICE_AREAS])
{
    const struct store_access *access = ue->restrictions;
    struct nas_service_area_list list = {.items = tais};
    if (!access)
        return list;
    list.non_allowed = access->service_not_allowed;
    list.count = access->service_count;
    for (unsigned i = 0; i < access->service_count; i++) {
        memcpy(tais[i].plmn.octets, access->service[i].plmn.octets, sizeof tais[i].plmn.octets);
        tais[i].tac = access->service[i].tac;
    }
    return list;
}
