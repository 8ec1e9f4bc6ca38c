/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/n2.h"

#include <stdio.h>

#include "core/amf/budget.h"
#include "core/amf/handover.h"
#include "kit/log.h"

struct config_plmn plmn_from_octets(const uint8_t octets[3])
{
    return (struct config_plmn){{octets[0], octets[1], octets[2]}};
}

struct tai tai_from_ngap(const struct ngap_tai *tai)
{
    return (struct tai){plmn_from_octets(tai->plmn_identity), tai->tac};
}

struct config_slice slice_from_ngap(const struct ngap_s_nssai *slice)
{
    return (struct config_slice){slice->sst, slice->has_sd ? slice->sd : CONFIG_NO_SD};
}

struct ngap_s_nssai slice_to_ngap(struct config_slice slice)
{
    return (struct ngap_s_nssai){.sst = slice.sst, .sd = slice.sd, .has_sd = slice.sd != CONFIG_NO_SD};
}

const char *n2_cause_text(const struct ngap_cause *cause, char *buffer, size_t size)
{
    static const char *const groups[] = {"none", "radioNetwork", "transport", "nas", "protocol", "misc"};
    unsigned which = cause->which < sizeof groups / sizeof groups[0] ? cause->which : 0;
    snprintf(buffer, size, "%s %d", groups[which], which ? (int)cause->radio_network : 0);
    return buffer;
}

bool n2_send(struct gnb *gnb, enum ngap_message_type message, const void *value)
{
    return gnb->replaying || gnb->gone || core_send_ngap(gnb->core, gnb->association, 0, message, value);
}

bool n2_send_ue(struct connection *connection, enum ngap_message_type message, const void *value)
{
    struct gnb *gnb = connection->gnb;
    return gnb->gone || core_send_ngap(gnb->core, gnb->association, connection->stream, message, value);
}

void n2_error(struct gnb *gnb, struct ngap_cause cause, const uint64_t *amf_id, const uint32_t *ran_id)
{
    struct ngap_error_indication indication = {
        .amf_ue_ngap_id = amf_id ? *amf_id : 0,
        .has_amf_ue_ngap_id = amf_id,
        .ran_ue_ngap_id = ran_id ? *ran_id : 0,
        .has_ran_ue_ngap_id = ran_id,
        .cause = &cause,
    };
    gnb->core->metrics.ngap_refused++;
    n2_send(gnb, NGAP_ERROR_INDICATION, &indication);
}

static void release_unanswered(struct timer *timer)
{
    struct connection *connection = (struct connection *)((char *)timer - offsetof(struct connection, timer));
    ng_reset_connection(connection);
    connection_free(connection);
}

static struct ngap_ue_ngap_ids ids_of(const struct connection *connection)
{
    if (!connection->numbered)
        return (struct ngap_ue_ngap_ids){.which = NGAP_UE_NGAP_IDS_AMF_UE_NGAP_ID,
                                         .amf_ue_ngap_id = connection->amf_ue_ngap_id};
    return (struct ngap_ue_ngap_ids){
        .which = NGAP_UE_NGAP_IDS_UE_NGAP_ID_PAIR,
        .ue_ngap_id_pair = {connection->amf_ue_ngap_id, connection->ran_ue_ngap_id}};
}

/* False: the answer is not waited for. So a gNB that answers nothing has no more timers than it may have phones. */
static bool await_release(struct connection *connection)
{
    struct gnb *gnb = connection->gnb;
    const bool stranger = !connection->released;
    connection->timer.fire = release_unanswered;
    if (gnb->gone || (stranger && !gnb_has_room_for_stranger(gnb)) ||
        !timer_start(gnb->core->timers, &connection->timer, gnb->core->config->amf.timers.n2_procedure))
        return false;
    connection->charged = stranger;
    gnb->unproven += stranger;
    return true;
}

void n2_release(struct connection *connection, struct ngap_cause cause)
{
    struct ngap_ue_context_release_command command = {.ue_ngap_ids = ids_of(connection), .cause = cause};
    n2_send_ue(connection, NGAP_UE_CONTEXT_RELEASE_COMMAND, &command);
    connection->released = connection->ue && !connection->ue->provisional ? connection->ue->supi : 0;
    connection_move(connection, NULL);
    connection->releasing = true;
    if (!await_release(connection))
        connection_free(connection);
}

void ue_became_idle(struct ue *ue, const char *why)
{
    struct core *core = ue->core;
    supi_t supi = ue->supi;
    bool provisional = ue->provisional;
    procedure_cancel(ue->handover, why);
    procedure_cancel(ue->procedure, why);
    if (provisional || amf_find(core, supi) != ue || ue->away)
        return; /* its procedure took it along, or it was on its way here only */
    held_nas_drop(ue);
    smf_deactivate(ue, smf_active(ue));
    ue_watch_idle(ue);
    core_dirty(core, &ue->row);
    if (smf_pending(ue) && !amf_page(ue, 0))
        smf_unreachable(ue);
}

void connection_lost(struct connection *connection, const char *why)
{
    struct ue *ue = connection->ue;
    enum procedure_event event =
        ue && ue->target == connection ? EV_HANDOVER_TARGET_LOST : EV_HANDOVER_SOURCE_LOST;
    connection_free(connection);
    if (ue && !procedure_offer(ue->handover, event, NULL))
        ue_became_idle(ue, why);
}

void an_release(struct ue *ue, struct ngap_cause cause, const char *why)
{
    if (ue->connection)
        n2_release(ue->connection, cause);
    ue_became_idle(ue, why);
}
