/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a changed subscription means for a phone that is registered. Changes are noted as the store reports them, and looked at
 * when the batch ends.
 */
#include "core/amf/area.h"
#include "core/amf/gmm.h"
#include "core/amf/restriction.h"
#include "core/smf/smf.h"
#include "kit/log.h"
#include "store/store.h"

void amf_subscription_changed(struct ue *ue)
{
    if (ue->changed)
        return;
    ue->changed = true;
    ue->next_changed = ue->core->changed;
    ue->core->changed = ue;
}

static void note(void *context, const char *supi, enum store_change change)
{
    struct core *core = context;
    struct ue *ue = amf_find(core, supi_of_text(supi));
    if (change != STORE_REMOVED)
        smf_subscriber_noted(core, supi);
    if (ue)
        amf_subscription_changed(ue);
}

void amf_watch_subscribers(struct core *core)
{
    store_on_change(core->store, note, core);
}

static bool subscribed(const struct udm_access *access, struct config_slice slice)
{
    for (unsigned i = 0; i < access->slice_count; i++) {
        if (config_slice_equal(slice, access->slices[i].slice))
            return true;
    }
    return false;
}

/* The allowed slices that are left; true if one has gone. */
static bool leave_slices(struct ue *ue, const struct udm_access *access)
{
    unsigned left = 0, had = ue->allowed_count;
    for (unsigned i = 0; i < had; i++) {
        if (subscribed(access, ue->allowed[i]))
            ue->allowed[left++] = ue->allowed[i];
    }
    ue->allowed_count = (uint8_t)left;
    return left != had;
}

/* True if where the subscriber may go has changed: his registration area follows. */
static bool change_restrictions(struct ue *ue, const struct store_access *access)
{
    static const struct store_access none;
    struct area area;
    if (store_access_equal(ue->restrictions ? ue->restrictions : &none, access) ||
        !restriction_keep(ue, access))
        return false;
    area_choose(ue, NULL, &area);
    return area_keep(ue, &area);
}

static void take(struct ue *ue, const struct udm_access *access)
{
    uint8_t cause =
        access->barred ? NAS_GMM_5GS_SERVICES_NOT_ALLOWED : restriction_cause(ue, &access->access);
    if (cause) {
        amf_deregister(ue, cause, false);
        return;
    }
    bool left = leave_slices(ue, access), moved = change_restrictions(ue, &access->access);
    if (!ue->allowed_count) {
        amf_deregister(ue, 0, true);
        return;
    }
    ue->update_due |= left || moved;
    bool same = ue->ambr_uplink == access->ambr_uplink && ue->ambr_downlink == access->ambr_downlink;
    ue->ambr_uplink = access->ambr_uplink;
    ue->ambr_downlink = access->ambr_downlink;
    smf_subscription_changed(ue);
    if (same)
        return;
    core_dirty(ue->core, &ue->row);
    context_modification_ambr(ue);
}

static void look_at(struct ue *ue)
{
    struct udm_access access;
    switch (udm_access_data(ue->core->udm, ue->supi, &ue->core->batch, &access)) {
    case UDM_OK:
        take(ue, &access);
        if (!ue->dead && ue->update_due) {
            core_dirty(ue->core, &ue->row);
            configuration_update_due(ue);
        }
        break;
    case UDM_UNKNOWN_SUBSCRIBER:
        amf_deregister(ue, NAS_GMM_5GS_SERVICES_NOT_ALLOWED, false);
        break;
    default:
        log_error("amf", NULL, "a changed subscription cannot be read");
    }
}

/* Another core serves the phone, and decides on all but the sessions that are anchored here. */
static void look_at_sessions(struct ue *ue)
{
    struct udm_access access;
    if (udm_access_data(ue->core->udm, ue->supi, &ue->core->batch, &access) == UDM_OK) {
        ue->ambr_uplink = access.ambr_uplink;
        ue->ambr_downlink = access.ambr_downlink;
        core_dirty(ue->core, &ue->row);
    }
    smf_subscription_changed(ue);
}

void amf_apply_changes(struct core *core)
{
    while (core->changed) {
        struct ue *ue = core->changed;
        core->changed = ue->next_changed;
        ue->changed = false;
        if (!ue->dead && ue->registered)
            look_at(ue);
        else if (!ue->dead && ue->away)
            look_at_sessions(ue);
    }
}
