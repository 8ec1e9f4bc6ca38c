/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/context.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/amf/budget.h"
#include "core/amf/relay.h"
#include "core/amf/shelter.h"
#include "core/peer/peer.h"
#include "core/smf/remote.h"
#include "crypt/random.h"
#include "kit/log.h"
#include "store/store.h"

enum { GNB_MEMORY = 256 * 1024 };

struct gnb *gnb_new(struct core *core, uint64_t association, const struct core_peer *peer)
{
    const struct config_edge *edge = config_find_edge(core->config, peer->edge);
    struct domain *domain = domain_join(core, edge ? edge->domain->name : peer->edge);
    struct gnb *gnb = domain ? calloc(1, sizeof *gnb) : NULL;
    if (!gnb || !map_put(&core->gnbs, association, gnb)) {
        free(gnb);
        domain_leave(core, domain);
        return NULL;
    }
    gnb->domain = domain;
    gnb->core = core;
    gnb->association = association;
    gnb->peer = *peer;
    gnb->since = core_wall(core);
    arena_init(&gnb->memory, GNB_MEMORY);
    map_init(&gnb->connections, random_u64(core->random));
    map_init(&gnb->ran_ids, random_u64(core->random));
    return gnb;
}

void gnb_free(struct gnb *gnb, const char *why)
{
    procedure_cancel(gnb->proving, why);
    gnb_release_connections(gnb, why);
    timer_stop(gnb->core->timers, &gnb->sending_away);
    timer_stop(gnb->core->timers, &gnb->sheltering);
    map_take(&gnb->core->gnbs, gnb->association);
    map_free(&gnb->connections);
    map_free(&gnb->ran_ids);
    arena_free(&gnb->memory);
    free(gnb->certificate);
    domain_leave(gnb->core, gnb->domain);
    shelter_forget_areas(gnb->core);
    free(gnb);
}

struct gnb *gnb_find(struct core *core, uint64_t association)
{
    return map_get(&core->gnbs, association);
}

const struct gnb_area *gnb_area_of(const struct gnb *gnb, struct tai tai)
{
    for (unsigned i = 0; i < gnb->area_count; i++) {
        if (tai_equal(gnb->areas[i].tai, tai))
            return &gnb->areas[i];
    }
    return NULL;
}

bool ue_room(struct core *core, supi_t supi)
{
    return amf_find(core, supi) || core->ues_by_supi.count < core->config->limits.ues;
}

bool ue_charge(struct ue *ue, struct gnb *gnb)
{
    if (!gnb_affords_stranger(gnb))
        return false;
    gnb->unproven++;
    ue->charged = gnb;
    return true;
}

static void discharge(struct ue *ue)
{
    if (ue->charged)
        ue->charged->unproven--;
    ue->charged = NULL;
}

struct ue *ue_new(struct core *core)
{
    struct ue *ue = calloc(1, sizeof *ue);
    if (!ue)
        return NULL;
    ue->core = core;
    ue->row.write = ue_row_write;
    ue->provisional = true;
    ue->security.ngksi = NAS_KSI_NONE;
    ue->asked_by = ue->handover_peer = NO_PEER;
    core->provisional++;
    return ue;
}

void ue_free(struct ue *ue)
{
    struct core *core = ue->core;
    timer_stop(core->timers, &ue->timer);
    core_clean(core, &ue->row);
    discharge(ue);
    remote_free_all(ue);
    ue_forget_tmsi(ue);
    if (ue->provisional)
        core->provisional--;
    else
        map_take(&core->ues_by_supi, ue->supi);
    free(ue->area);
    free(ue->restrictions);
    held_nas_drop(ue);
    pending_keys_drop(ue);
    relay_forget_capability(ue);
    free(ue->hint);
    OPENSSL_cleanse(&ue->security, sizeof ue->security);
    OPENSSL_cleanse(ue->kamf, sizeof ue->kamf);
    OPENSSL_cleanse(ue->nh, sizeof ue->nh);
    ue->dead = true;
    ue->next_dead = core->dead;
    core->dead = ue;
}

void ue_bury(struct core *core)
{
    while (core->dead) {
        struct ue *ue = core->dead;
        core->dead = ue->next_dead;
        free(ue);
    }
}

struct ue *ue_by_tmsi(struct core *core, uint32_t tmsi)
{
    return tmsi ? map_get(&core->ues_by_tmsi, tmsi) : NULL;
}

struct ue *amf_find(struct core *core, supi_t supi)
{
    return map_get(&core->ues_by_supi, supi);
}

bool ue_adopt(struct ue *ue)
{
    if (!map_put(&ue->core->ues_by_supi, ue->supi, ue))
        return false;
    ue->core->provisional--;
    ue->provisional = false;
    discharge(ue);
    return true;
}

bool ue_new_tmsi(struct ue *ue)
{
    uint32_t tmsi;
    do {
        random_fill(ue->core->random, &tmsi, sizeof tmsi);
    } while (tmsi == 0 || tmsi == UINT32_MAX || map_get(&ue->core->ues_by_tmsi, tmsi));
    if (!map_put(&ue->core->ues_by_tmsi, tmsi, ue))
        return false;
    ue_forget_former_tmsi(ue);
    ue->former_tmsi = ue->tmsi;
    ue->tmsi = tmsi;
    return true;
}

void ue_forget_former_tmsi(struct ue *ue)
{
    if (ue->former_tmsi)
        map_take(&ue->core->ues_by_tmsi, ue->former_tmsi);
    ue->former_tmsi = 0;
}

void ue_forget_tmsi(struct ue *ue)
{
    ue_forget_former_tmsi(ue);
    if (ue->tmsi)
        map_take(&ue->core->ues_by_tmsi, ue->tmsi);
    ue->tmsi = 0;
}

void ue_take_back_tmsi(struct ue *ue)
{
    if (ue->tmsi)
        map_take(&ue->core->ues_by_tmsi, ue->tmsi);
    ue->tmsi = ue->former_tmsi;
    ue->former_tmsi = 0;
}

void ue_goes_by(struct ue *ue, uint32_t tmsi)
{
    if (!ue->former_tmsi)
        return;
    if (tmsi == ue->tmsi)
        ue_forget_former_tmsi(ue);
    else if (tmsi == ue->former_tmsi)
        ue_take_back_tmsi(ue);
}

const char *ue_context_text(const struct ue *ue, char *buffer)
{
    char supi[SUPI_TEXT_BYTES];
    const char *gnb = ue->connection ? ue->connection->gnb->name : "";
    snprintf(buffer, UE_CONTEXT_TEXT, "supi=%s%s%.40s", ue->supi ? supi_text(ue->supi, supi) : "unknown",
             *gnb ? " gnb=" : "", gnb);
    return buffer;
}
