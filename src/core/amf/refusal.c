/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the network does not grant, as evidence. Nothing in it tells who the phone is: those who oversee the line need not know. Its
 * line in the log is written where the reason is known.
 */
#include <stdio.h>

#include "core/amf/gmm.h"
#include "line/event.h"

enum { WORDS_BYTES = 128 };

void amf_refused(const struct ue *ue, const char *rule, const char *procedure, const char *reason)
{
    const struct line_event event = {.procedure = procedure, .rule = rule, .reason = reason, .logged = true};
    const struct connection *connection = ue->connection ? ue->connection : ue->target;
    if (connection)
        gnb_event(connection->gnb, event);
    else
        core_event(ue->core, event);
}

void amf_refused_by(const struct ue *ue, uint8_t message, const char *sublayer, uint8_t cause,
                    const char *name)
{
    char reason[WORDS_BYTES];
    snprintf(reason, sizeof reason, "%s cause %u%s%s", sublayer, cause, name ? ", " : "", name ? name : "");
    amf_refused(ue, "", nas_message_name(message) ? nas_message_name(message) : "NAS message", reason);
}

static uint8_t cause_in(const struct nas_message *message)
{
    switch (message->type) {
    case NAS_REGISTRATION_REJECT:
        return message->registration_reject.cause;
    case NAS_SERVICE_REJECT:
        return message->service_reject.cause;
    case NAS_DL_NAS_TRANSPORT:
        return message->dl_nas_transport.cause;
    default:
        return message->gmm_status.cause;
    }
}

void gmm_refuse(struct ue *ue, const struct nas_message *message)
{
    const uint8_t cause = cause_in(message);
    amf_refused_by(ue, message->type, "5GMM", cause, nas_gmm_cause_name(cause));
    gmm_send(ue, message);
}

void n2_refuse(struct gnb *gnb, const char *rule, const char *reason, struct ngap_cause cause,
               const uint64_t *amf_id, const uint32_t *ran_id)
{
    gnb_event(gnb, (struct line_event){
                       .procedure = "NGAP message", .rule = rule, .reason = reason, .logged = true});
    n2_error(gnb, cause, amf_id, ran_id);
}
