/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deregistration (TS 24.501 5.5.2, TS 23.502 4.2.2.3) by the phone and by the network.
 */
#include "core/amf/gmm.h"
#include "kit/log.h"

void ue_discard(struct ue *ue, struct ngap_cause cause)
{
    procedure_cancel(ue->handover, "the context ends");
    if (ue->dead) /* it had begun with that handover */
        return;
    smf_release_all(ue);
    if (ue->connection)
        n2_release(ue->connection, cause);
    ue_free(ue);
}

void ue_remove(struct ue *ue, struct ngap_cause cause)
{
    struct core *core = ue->core;
    char context[UE_CONTEXT_TEXT];
    supi_t supi = ue->supi;
    log_info("amf", ue_context_text(ue, context), "deregistered");
    core->metrics.deregistrations++;
    ue_discard(ue, cause);
    core_remove(core, supi, 0);
    log_info("amf", NULL, "number of UEs: %zu", core->ues_by_supi.count);
}

/* 5.5.2.2. The phone has proved itself; whoever has not was answered without any effect. */
void deregistration_by_ue(struct procedure *p)
{
    const struct uplink *uplink = p->argument;
    struct ue *ue = p->owner;
    if (!uplink->message.deregistration_request.type.switch_off)
        gmm_send(ue, &(struct nas_message){.type = NAS_DEREGISTRATION_ACCEPT});
    procedure_leave(p);
    ue_remove(ue, N2_NAS(DEREGISTER));
}

static void ask(struct procedure *p, void *context)
{
    const struct deregistration *how = context;
    struct nas_message message = {
        .type = NAS_NETWORK_DEREGISTRATION_REQUEST,
        .network_deregistration_request = {.type = {.access = NAS_ACCESS_3GPP,
                                                    .reregistration_required = how->reregister},
                                           .cause = how->cause,
                                           .has = {.cause = how->cause}},
    };
    gmm_send(p->owner, &message);
}

/* TS 23.502 4.2.2.3.3 step 2: an idle phone is called first. */
static bool can_be_told(struct procedure *p)
{
    const struct ue *ue = p->owner;
    if (!ue->connection && ue_can_be_paged(ue, 0))
        page_and_wait(p, 0, EVENT(EV_PAGING_ANSWERED));
    return ue->connection && ue->connection->secured;
}

/* 5.5.2.3.5 f: a phone that asks for service meanwhile is told again. */
static void tell(struct procedure *p, struct deregistration *how)
{
    const uint64_t events = EVENT(EV_DEREGISTRATION_ACCEPT) | EVENT(EV_PAGING_ANSWERED);
    unsigned asked = 0;
    while (procedure_ask(p, ask, how, events, p->core->config->amf.timers.t3522) == EV_PAGING_ANSWERED &&
           ++asked < NAS_TRANSMISSIONS)
        ;
}

/* 5.5.2.3. A registration that comes over a connection of the phone's goes on in its place (5.5.2.3.5 d). */
void deregistration_by_network(struct procedure *p)
{
    struct deregistration how = *(const struct deregistration *)p->argument;
    struct ue *ue = p->owner;
    if (can_be_told(p))
        tell(p, &how);
    if (procedure_cancelled(p) && ue->connection)
        return;
    procedure_leave(p);
    ue_remove(ue, N2_NAS(DEREGISTER));
}

bool amf_deregister(struct ue *ue, uint8_t cause, bool reregister)
{
    struct deregistration how = {.cause = cause, .reregister = reregister};
    procedure_cancel(ue->procedure, "deregistration by the network");
    if (ue->dead) /* it was being deregistered, and is now */
        return true;
    return procedure_start(ue->core, &ue->procedure, "deregistration by the network",
                           deregistration_by_network, ue, &how);
}
