/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses that subscribers have for their own (TS 23.501 5.8.2.2.1) are kept out of the pools that they lie in, from the
 * start and from each change on. One that is given up again returns to its pool with the next start.
 */
#include "core/smf/session.h"
#include "kit/log.h"
#include "store/store.h"

static void reserve_dnn(struct smf *smf, const struct store_dnn *data)
{
    const struct config_dnn *dnn = config_find_dnn(smf->core->config, data->name);
    struct network *network = dnn ? network_get(&smf->networks, data->name, smf->core->config) : NULL;
    if (!network)
        return;
    if (data->ipv4.family)
        network_reserve_ipv4(network, data->ipv4.address);
    if (data->ipv6.family)
        network_reserve_ipv6(network, data->ipv6.address);
}

static bool reserve(void *context, const struct store_subscriber *subscriber)
{
    for (unsigned i = 0; i < subscriber->slice_count; i++)
        for (unsigned k = 0; k < subscriber->slices[i].dnn_count; k++) {
            const struct store_dnn *dnn = &subscriber->slices[i].dnns[k];
            if (dnn->ipv4.family || dnn->ipv6.family)
                reserve_dnn(context, dnn);
        }
    return true;
}

void statics_reserve(struct smf *smf)
{
    enum store_result result = store_subscriber_each(smf->core->store, "", reserve, smf);
    if (result != STORE_OK && result != STORE_NOT_FOUND)
        log_error("smf", NULL, "subscribers' own addresses cannot be read: %s", store_result_text(result));
}

void smf_subscriber_noted(struct core *core, const char *supi)
{
    struct store_subscriber subscriber;
    struct arena memory;
    arena_init(&memory, 0);
    if (store_subscriber_get(core->store, supi, &memory, &subscriber) == STORE_OK)
        reserve(core->smf, &subscriber);
    store_subscriber_wipe(&subscriber);
    arena_free(&memory);
}
