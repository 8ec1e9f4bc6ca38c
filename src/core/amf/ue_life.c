/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a UE's context begins to be known, survives restarts and ends.
 */
#include <openssl/crypto.h>
#include <stdlib.h>

#include "core/amf/away.h"
#include "core/amf/bar.h"
#include "core/amf/fence.h"
#include "core/amf/gmm.h"
#include "kit/log.h"
#include "store/store.h"

void ue_keep(struct bytes *kept, struct bytes from, size_t most)
{
    if (!from.len || from.len > most)
        return;
    uint8_t *copy = realloc((void *)kept->data, from.len);
    if (!copy)
        return;
    memcpy(copy, from.data, from.len);
    *kept = bytes_of(copy, from.len);
}

void ue_forget(struct bytes *kept)
{
    free((void *)kept->data);
    *kept = (struct bytes){0};
}

void ue_take_over(struct ue *known, struct ue *provisional)
{
    ue_comes_back(known);
    known->security = provisional->security;
    known->downlink_reserved = provisional->downlink_reserved;
    memcpy(known->kamf, provisional->kamf, sizeof known->kamf);
    known->keyed = provisional->keyed;
    pending_keys_drop(known);
    known->security_capability = provisional->security_capability;
    memcpy(known->imeisv, provisional->imeisv, sizeof known->imeisv);
    known->tai = provisional->tai;
    known->cell = provisional->cell;
    connection_move(provisional->connection, known);
    ue_free(provisional);
}

uint8_t location_cause(const struct connection *connection)
{
    if (connection->in_area)
        return 0;
    return config_find_plmn(connection->gnb->core->config, connection->selected)
               ? NAS_GMM_TRACKING_AREA_NOT_ALLOWED
               : NAS_GMM_PLMN_NOT_ALLOWED;
}

/* --- start --- */

struct loading {
    struct core *core;
    bool failed;
};

static bool load_one(void *context, const char *supi, uint32_t tmsi, struct bytes blob)
{
    struct loading *loading = context;
    if (!ue_row_load(loading->core, supi, tmsi, blob))
        log_error("amf", NULL, "the stored context of %s cannot be read; the phone will register anew", supi);
    return true;
}

bool amf_load(struct core *core, const char **why)
{
    struct loading loading = {.core = core};
    enum store_result result = store_ue_each(core->store, load_one, &loading);
    if (result != STORE_OK) {
        *why = store_result_text(result);
        return false;
    }
    if (!fences_load(core)) {
        *why = "the fences cannot be read";
        return false;
    }
    *why = "out of memory";
    if (!adoption_start(core))
        return false;
    *why = "the barred vendors cannot be read";
    return bars_load(core);
}

/* Memory only: what is stored stays. */
void amf_stop(struct core *core)
{
    size_t cursor = 0;
    void *gnb;
    store_on_change(core->store, NULL, NULL);
    adoption_stop(core);
    timer_stop(core->timers, &core->overload);
    timer_stop(core->timers, &core->gateway.timer);
    while (map_next(&core->gnbs, &cursor, NULL, &gnb)) {
        gnb_free(gnb, "the core stops");
        ghosts_free(core);
        map_taken(&cursor);
    }
    fences_free(core);
    bars_free(core);
}

void amf_free_ues(struct core *core)
{
    size_t cursor = 0;
    for (void *value; map_next(&core->ues_by_supi, &cursor, NULL, &value); map_taken(&cursor)) {
        struct ue *ue = value;
        procedure_cancel(ue->handover, "the core stops");
        procedure_cancel(ue->procedure, "the core stops");
        if (!ue->dead)
            ue_free(ue);
    }
    ue_bury(core);
}
