/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/gmm.h"

static void ask(struct procedure *p, void *context)
{
    (void)context;
    gmm_send(p->owner, &(struct nas_message){.type = NAS_IDENTITY_REQUEST,
                                             .identity_request = {.identity_type = NAS_SUCI}});
}

const struct nas_suci *identification(struct procedure *p)
{
    const struct config_amf_timers *timers = &p->core->config->amf.timers;
    if (procedure_ask(p, ask, NULL, EVENT(EV_IDENTITY_RESPONSE), timers->t3570) != EV_IDENTITY_RESPONSE)
        return NULL;
    const struct uplink *uplink = p->data;
    struct bytes copy = arena_copy(&p->memory, uplink->plain);
    struct nas_message *response = ARENA_NEW(&p->memory, struct nas_message);
    struct nas_error error = {0};
    if (!response || !nas_decode(copy, &p->memory, response, &error))
        return NULL;
    const struct nas_mobile_identity *identity = &response->identity_response.identity;
    return identity->type == NAS_SUCI ? &identity->suci : NULL;
}
