/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/context.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypt/random.h"
#include "kit/log.h"
#include "store/store.h"

enum { GNB_MEMORY = 256 * 1024 };

static const uint64_t amf_id_mask = (UINT64_C(1) << 40) - 1;

struct gnb *gnb_new(struct core *core, uint64_t association, const struct core_peer *peer)
{
    struct gnb *gnb = calloc(1, sizeof *gnb);
    if (!gnb || !map_put(&core->gnbs, association, gnb)) {
        free(gnb);
        return NULL;
    }
    gnb->core = core;
    gnb->association = association;
    gnb->peer = *peer;
    gnb->since = core_wall(core);
    arena_init(&gnb->memory, GNB_MEMORY);
    map_init(&gnb->connections, random_u64(core->random));
    map_init(&gnb->ran_ids, random_u64(core->random));
    return gnb;
}

void gnb_release_connections(struct gnb *gnb, const char *why)
{
    for (size_t cursor = 0;; cursor = 0) {
        void *connection;
        uint64_t id;
        if (!map_next(&gnb->connections, &cursor, &id, &connection))
            return;
        connection_lost(connection, why);
    }
}

void gnb_free(struct gnb *gnb, const char *why)
{
    gnb_release_connections(gnb, why);
    map_take(&gnb->core->gnbs, gnb->association);
    map_free(&gnb->connections);
    map_free(&gnb->ran_ids);
    arena_free(&gnb->memory);
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

static uint64_t draw_amf_id(const struct gnb *gnb)
{
    uint64_t id;
    do {
        id = random_u64(gnb->core->random) & amf_id_mask;
    } while (id == 0 || map_get(&gnb->connections, id));
    return id;
}

/* 0 would be no key of its own in some maps; RAN ids begin at 0. */
static uint64_t ran_key(uint32_t ran_ue_ngap_id)
{
    return (uint64_t)ran_ue_ngap_id + 1;
}

static struct connection *enter(struct connection *connection)
{
    struct gnb *gnb = connection->gnb;
    if (!map_put(&gnb->connections, connection->amf_ue_ngap_id, connection))
        return NULL;
    if (map_put(&gnb->ran_ids, ran_key(connection->ran_ue_ngap_id), connection))
        return connection;
    map_take(&gnb->connections, connection->amf_ue_ngap_id);
    return NULL;
}

struct connection *connection_new(struct gnb *gnb, struct ue *ue, uint32_t ran_ue_ngap_id, uint16_t stream)
{
    if (gnb->connections.count >= gnb->core->config->limits.ues_per_gnb)
        return NULL;
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        return NULL;
    *connection = (struct connection){
        .gnb = gnb,
        .amf_ue_ngap_id = draw_amf_id(gnb),
        .ran_ue_ngap_id = ran_ue_ngap_id,
        .stream = stream,
    };
    if (!enter(connection)) {
        free(connection);
        return NULL;
    }
    connection_move(connection, ue);
    return connection;
}

struct connection *connection_restore(struct gnb *gnb, struct ue *ue)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        return NULL;
    *connection = (struct connection){
        .gnb = gnb,
        .amf_ue_ngap_id = ue->kept.amf_ue_ngap_id,
        .ran_ue_ngap_id = ue->kept.ran_ue_ngap_id,
        .stream = ue->kept.stream,
        .context_up = ue->kept.context_up,
        .secured = true,
        .in_area = true,
        .selected = ue->tai.plmn,
    };
    if (connection_by_ran_id(gnb, ue->kept.ran_ue_ngap_id) || !enter(connection)) {
        free(connection);
        return NULL;
    }
    connection_move(connection, ue);
    return connection;
}

struct connection *connection_by_ran_id(const struct gnb *gnb, uint32_t ran_ue_ngap_id)
{
    return map_get(&gnb->ran_ids, ran_key(ran_ue_ngap_id));
}

struct connection *connection_by_amf_id(const struct gnb *gnb, uint64_t amf_ue_ngap_id)
{
    return map_get(&gnb->connections, amf_ue_ngap_id);
}

void connection_move(struct connection *connection, struct ue *ue)
{
    if (connection->ue)
        connection->ue->connection = NULL;
    connection->ue = ue;
    if (!ue)
        return;
    ue->connection = connection;
    ue->kept.association = 0;
}

void connection_free(struct connection *connection)
{
    struct gnb *gnb = connection->gnb;
    connection_move(connection, NULL);
    timer_stop(gnb->core->timers, &connection->timer);
    map_take(&gnb->connections, connection->amf_ue_ngap_id);
    map_take(&gnb->ran_ids, ran_key(connection->ran_ue_ngap_id));
    free(connection);
}

bool ue_room(struct core *core, supi_t supi)
{
    return amf_find(core, supi) || core->ues_by_supi.count < core->config->limits.ues;
}

bool ue_charge(struct ue *ue, struct gnb *gnb)
{
    if (gnb->unproven >= gnb->core->config->limits.procedures / 4 + 1)
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
    core->provisional++;
    return ue;
}

void ue_free(struct ue *ue)
{
    struct core *core = ue->core;
    timer_stop(core->timers, &ue->timer);
    core_clean(core, &ue->row);
    discharge(ue);
    ue_forget_former_tmsi(ue);
    if (ue->tmsi)
        map_take(&core->ues_by_tmsi, ue->tmsi);
    if (ue->provisional)
        core->provisional--;
    else
        map_take(&core->ues_by_supi, ue->supi);
    free((void *)ue->radio_capability.data);
    free((void *)ue->paging_capability.data);
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

void ue_take_back_tmsi(struct ue *ue)
{
    if (ue->tmsi)
        map_take(&ue->core->ues_by_tmsi, ue->tmsi);
    ue->tmsi = ue->former_tmsi;
    ue->former_tmsi = 0;
}

const char *ue_context_text(const struct ue *ue, char *buffer)
{
    char supi[SUPI_TEXT_BYTES];
    const char *gnb = ue->connection ? ue->connection->gnb->name : "";
    snprintf(buffer, UE_CONTEXT_TEXT, "supi=%s%s%.40s", ue->supi ? supi_text(ue->supi, supi) : "unknown",
             *gnb ? " gnb=" : "", gnb);
    return buffer;
}
