/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration puts other registration areas around phones. Those at work are told at once, the others when they next come
 * (TS 24.501 5.4.4): until then they are paged in the area that they know.
 */
#include "config/config.h"
#include "core/amf/area.h"
#include "core/amf/gmm.h"

static void note(void *context, const char *key, bool needs_restart)
{
    bool *changed = context;
    (void)needs_restart;
    *changed |= strcmp(key, "network.registration_areas") == 0;
}

bool area_differs(const struct config *old, const struct config *new)
{
    bool changed = false;
    config_compare(old, new, note, &changed);
    return changed;
}

void area_tell_all(struct core *core)
{
    size_t cursor = 0;
    void *value;
    while (map_next(&core->ues_by_supi, &cursor, NULL, &value)) {
        struct ue *ue = value;
        ue->update_due |= ue->registered;
        configuration_update_due(ue);
    }
}
