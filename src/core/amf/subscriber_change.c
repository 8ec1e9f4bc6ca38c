/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a changed subscription means for a phone that is registered. Changes are noted as the store reports them, and looked at
 * when the batch ends.
 */
#include "core/amf/gmm.h"
#include "core/smf/smf.h"
#include "kit/log.h"
#include "store/store.h"

static void note(void *context, const char *supi, enum store_change change)
{
    struct core *core = context;
    struct ue *ue = amf_find(core, supi_of_text(supi));
    if (change != STORE_REMOVED)
        smf_subscriber_noted(core, supi);
    if (!ue || ue->changed)
        return;
    ue->changed = true;
    ue->next_changed = core->changed;
    core->changed = ue;
}

void amf_watch_subscribers(struct core *core)
{
    store_on_change(core->store, note, core);
}

static bool still_subscribed(const struct ue *ue, const struct udm_access *access)
{
    for (unsigned i = 0; i < ue->allowed_count; i++) {
        bool found = false;
        for (unsigned k = 0; k < access->slice_count; k++)
            found |= config_slice_equal(ue->allowed[i], access->slices[k].slice);
        if (!found)
            return false;
    }
    return true;
}

/* TS 38.413 8.3.4 */
static void tell_ambr(struct ue *ue)
{
    struct connection *connection = ue->connection;
    struct ngap_ue_aggregate_maximum_bit_rate ambr = {ue->ambr_downlink, ue->ambr_uplink};
    if (!connection || !connection->context_up)
        return;
    struct ngap_ue_context_modification_request request = {
        .amf_ue_ngap_id = connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = connection->ran_ue_ngap_id,
        .ue_aggregate_maximum_bit_rate = &ambr,
    };
    n2_send_ue(connection, NGAP_UE_CONTEXT_MODIFICATION_REQUEST, &request);
}

static void take(struct ue *ue, const struct udm_access *access)
{
    if (access->barred) {
        amf_deregister(ue, NAS_GMM_5GS_SERVICES_NOT_ALLOWED, false);
        return;
    }
    if (!still_subscribed(ue, access)) {
        amf_deregister(ue, 0, true);
        return;
    }
    bool same = ue->ambr_uplink == access->ambr_uplink && ue->ambr_downlink == access->ambr_downlink;
    ue->ambr_uplink = access->ambr_uplink;
    ue->ambr_downlink = access->ambr_downlink;
    smf_subscription_changed(ue);
    if (same)
        return;
    core_dirty(ue->core, &ue->row);
    tell_ambr(ue);
}

static void look_at(struct ue *ue)
{
    struct udm_access access;
    switch (udm_access_data(ue->core->udm, ue->supi, &ue->core->batch, &access)) {
    case UDM_OK:
        take(ue, &access);
        break;
    case UDM_UNKNOWN_SUBSCRIBER:
        amf_deregister(ue, NAS_GMM_5GS_SERVICES_NOT_ALLOWED, false);
        break;
    default:
        log_error("amf", NULL, "a changed subscription cannot be read");
    }
}

void amf_apply_changes(struct core *core)
{
    while (core->changed) {
        struct ue *ue = core->changed;
        core->changed = ue->next_changed;
        ue->changed = false;
        if (!ue->dead && ue->registered)
            look_at(ue);
    }
}
