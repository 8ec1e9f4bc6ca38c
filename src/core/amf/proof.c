/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/proof.h"

#include <stdlib.h>

#include "core/amf/fence.h"
#include "core/amf/n2.h"
#include "line/event.h"

enum { FLAT_BYTES = 32 * 1024 }; /* of a message that waits */

/* What came, for the procedures that wait. */
struct answer {
    uint64_t question;
    const struct gateway_view *view; /* NULL: there is none */
};

static void ask(struct core *core)
{
    core->gateway.asked++;
    if (core->ports.gateway)
        core->ports.gateway(core->ports.context, core->gateway.asked);
}

static void note_proof(struct gnb *gnb, const char *certificate)
{
    gnb->proved = gnb->core->timers->now;
    if (gnb->certificate && strcmp(gnb->certificate, certificate) == 0)
        return;
    free(gnb->certificate);
    gnb->certificate = strdup(certificate);
}

static enum gateway_verdict judge(struct gnb *gnb, const struct config_gnb *enrolled,
                                  const struct gateway_view *view)
{
    const struct config_edge *edge = config_find_edge(gnb->core->config, gnb->peer.edge);
    const char *certificate;
    const enum gateway_verdict verdict =
        edge ? gateway_who(view, enrolled, &gnb->peer.address, edge, &certificate) : GATEWAY_NOBODY;
    if (verdict == GATEWAY_PROVED)
        note_proof(gnb, certificate);
    return verdict;
}

/* --- a gNB that comes, or changes --- */

static struct bytes keep(struct procedure *p, const struct ngap_pdu *pdu)
{
    uint8_t *room = arena_alloc(&p->memory, FLAT_BYTES);
    struct writer writer = writer_of(room, room ? FLAT_BYTES : 0);
    return ngap_flatten(&writer, pdu, NULL) ? writer_bytes(&writer) : (struct bytes){0};
}

static void carry_out(struct gnb *gnb, const struct ngap_pdu *pdu)
{
    if (pdu->message == NGAP_NG_SETUP_REQUEST)
        ng_setup(gnb, pdu->value.ng_setup_request);
    else
        ran_configuration_update(gnb, pdu->value.ran_configuration_update);
}

/* The enrolment is the one of the moment when the answer comes. */
static void carry_out_as(struct gnb *gnb, const struct gateway_view *view, const struct ngap_pdu *pdu)
{
    const char *words;
    const struct config_gnb *enrolled = gnb_enrolment(gnb, gnb->claimed, &words);
    gnb->proof = enrolled ? judge(gnb, enrolled, view) : GATEWAY_NOBODY;
    carry_out(gnb, pdu);
    gnb->proof = GATEWAY_SILENT;
}

/* An answer to an earlier question may not know of the tunnel yet. */
static enum procedure_event await_answer(struct procedure *p, uint64_t question)
{
    const int64_t limit = p->core->config->inventory.security_gateway.answer;
    enum procedure_event event;
    do
        event = procedure_wait(p, EVENT(EV_GATEWAY_ANSWER), limit);
    while (event == EV_GATEWAY_ANSWER && ((const struct answer *)p->data)->question < question);
    return event;
}

/* A message too long to wait is carried out without a proof. */
static void prove(struct procedure *p)
{
    struct gnb *gnb = p->owner;
    const struct bytes kept = keep(p, p->argument);
    struct ngap_pdu pdu;
    if (!kept.len) {
        carry_out(gnb, p->argument);
        return;
    }
    const enum procedure_event event = await_answer(p, p->core->gateway.asked);
    const struct answer *answer = event == EV_GATEWAY_ANSWER ? p->data : NULL;
    if (event != EV_CANCELLED && ngap_unflatten(kept, &p->core->batch, &pdu, NULL))
        carry_out_as(gnb, answer ? answer->view : NULL, &pdu);
}

bool proof_awaited(struct gnb *gnb, struct gnb_identity identity, const struct ngap_pdu *pdu)
{
    const char *words;
    const struct config_gnb *enrolled = gnb_enrolment(gnb, identity, &words);
    if (!enrolled || !enrolled->certificate_count)
        return false;
    ask(gnb->core);
    gnb->claimed = identity;
    return procedure_start(gnb->core, &gnb->proving, "proof of identity", prove, gnb, (void *)pdu);
}

bool proof_suffices(const struct gnb *gnb, const struct config_gnb *enrolled, const char **words)
{
    if (!enrolled->certificate_count || gnb->proof == GATEWAY_PROVED || gnb->replaying)
        return true;
    gnb->core->metrics.unproved++;
    *words = gateway_verdict_text(gnb->proof);
    return false;
}

/* --- those that are there --- */

/* By the inventory as it is now; NULL: it needs none. */
static const struct config_gnb *needs_proof(const struct gnb *gnb)
{
    const struct config_gnb *enrolled = config_find_gnb_id(&gnb->core->config->inventory, gnb_id_of(gnb));
    return gnb->ready && gnb->enrolled && enrolled && enrolled->certificate_count ? enrolled : NULL;
}

const char *proof_state(const struct gnb *gnb)
{
    const struct config_gnb *enrolled = config_find_gnb_id(&gnb->core->config->inventory, gnb_id_of(gnb));
    if (!enrolled || !enrolled->certificate_count)
        return NULL;
    return gnb->enrolled && gnb->proved ? "proved" : "unproved";
}

/* False: it has to go. */
static bool still_proved(const struct gnb *gnb, enum gateway_verdict verdict)
{
    const int64_t grace = gnb->core->config->inventory.security_gateway.grace;
    return verdict != GATEWAY_ANOTHER && gnb->proved && gnb->core->timers->now - gnb->proved <= grace;
}

/* True: the gNB is gone. */
static bool look_after(struct gnb *gnb, const struct config_gnb *enrolled, const struct gateway_view *view)
{
    struct core *core = gnb->core;
    const uint64_t association = gnb->association;
    const enum gateway_verdict verdict = judge(gnb, enrolled, view);
    if (still_proved(gnb, verdict))
        return false;
    const bool lab = core->config->inventory.profile.records_only;
    core->metrics.unproved++;
    gnb_event(gnb, (struct line_event){.kind = lab ? EVIDENCE_EXCEPTION : EVIDENCE_ADMISSION,
                                       .step = lab ? EVIDENCE_ONCE : EVIDENCE_ENDS,
                                       .procedure = "association",
                                       .rule = "N1",
                                       .reason = gateway_verdict_text(verdict)});
    if (lab) {
        gnb->enrolled = false;
        gnb->risk = CONFIG_HIGH_RISK;
        return false;
    }
    gnb_free(gnb, "its gNB does not prove its identity any more");
    core_close(core, association);
    return true;
}

void core_gateway(struct core *core, uint64_t question, const struct gateway_view *view)
{
    const struct answer answer = {question, view};
    size_t cursor = 0;
    core->gateway.answered = question;
    for (void *value; map_next(&core->gnbs, &cursor, NULL, &value);) {
        struct gnb *gnb = value;
        procedure_offer(gnb->proving, EV_GATEWAY_ANSWER, &answer);
        const struct config_gnb *enrolled = needs_proof(gnb);
        if (enrolled && look_after(gnb, enrolled, view))
            map_taken(&cursor);
    }
}

static bool anybody_needs_proof(const struct core *core)
{
    size_t cursor = 0;
    for (void *gnb; map_next(&core->gnbs, &cursor, NULL, &gnb);)
        if (needs_proof(gnb))
            return true;
    return false;
}

/* A question that is still open after a whole period has no answer. */
static void look_again(struct timer *timer)
{
    struct core *core = (struct core *)((char *)timer - offsetof(struct core, gateway.timer));
    if (core->gateway.answered < core->gateway.asked)
        core_gateway(core, core->gateway.asked, NULL);
    proof_watch(core);
}

void proof_watch(struct core *core)
{
    core->gateway.timer.fire = look_again;
    if (timer_armed(&core->gateway.timer) || !anybody_needs_proof(core))
        return;
    ask(core);
    timer_start(core->timers, &core->gateway.timer, core->config->inventory.security_gateway.period);
}
