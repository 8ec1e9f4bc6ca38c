/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registration (TS 24.501 5.5.1, TS 23.502 4.2.2.2): initial, mobility and periodic.
 */
#include <openssl/crypto.h>

#include "core/amf/away.h"
#include "core/amf/context_transfer.h"
#include "core/amf/gmm.h"
#include "core/amf/grant.h"
#include "core/amf/reactivation.h"
#include "core/amf/relay.h"
#include "core/amf/reroute.h"
#include "core/amf/restriction.h"
#include "core/amf/shelter.h"
#include "core/smf/remote.h"
#include "crypt/nas_security.h"
#include "kit/log.h"

enum kind { INITIAL, MOBILITY, PERIODIC };

struct run {
    struct procedure *p;
    struct ue *ue; /* provisional until the phone has proved who it is */
    const struct nas_registration_request *request;
    struct bytes pdu;               /* the request as it came */
    struct context_transfer *moved; /* from its old core; NULL: none */
    struct absence absence;         /* before it came here, from another core that serves it */
    enum kind kind;
    bool proven;
    bool secured;   /* by a security mode command of this procedure */
    uint32_t count; /* uplink NAS COUNT of the request, if proven */
    struct udm_access subscription;
    struct nssf_choice slices;
    struct reactivation sessions;
    bool sessions_ended;
    uint8_t refused; /* the cause told */
    bool done;
};

/* 5.5.1.2.5, 5.5.1.3.5. A context that proved nothing is gone with its connection; one that did stays as it was. */
static void reject(struct run *run, uint8_t cause)
{
    struct core *core = run->p->core;
    struct nas_message message = {.type = NAS_REGISTRATION_REJECT, .registration_reject = {.cause = cause}};
    run->refused = cause;
    core->metrics.registrations_failed[cause]++;
    if (cause == NAS_GMM_CONGESTION) {
        message.registration_reject.t3346 = gmm_back_off(core);
        message.registration_reject.has.t3346 = true;
    }
    if (cause == NAS_GMM_NO_NETWORK_SLICES_AVAILABLE && run->slices.rejected_count) {
        message.registration_reject.rejected_nssai =
            (struct nas_rejected_nssai){run->slices.rejected, run->slices.rejected_count};
        message.registration_reject.has.rejected_nssai = true;
    }
    char context[UE_CONTEXT_TEXT];
    log_info("amf", ue_context_text(run->ue, context), "%s rejected: cause %u, %s", run->p->name, cause,
             nas_gmm_cause_name(cause) ? nas_gmm_cause_name(cause) : "");
    gmm_refuse(run->ue, &message);
}

static enum kind kind_of(const struct nas_registration_request *request)
{
    switch (request->type.kind) {
    case NAS_MOBILITY_REGISTRATION:
        return MOBILITY;
    case NAS_PERIODIC_REGISTRATION:
        return PERIODIC;
    default: /* 9.11.3.7: reserved values are read as initial registration */
        return INITIAL;
    }
}

/* Keeps the request beyond the batch that brought it, and opens a ciphered container within it (4.4.6). */
static bool keep_request(struct run *run, const struct uplink *uplink)
{
    struct procedure *p = run->p;
    const struct nas_message *message = gmm_contained(uplink->plain, NAS_REGISTRATION_REQUEST, &p->memory);
    if (!message)
        return false;
    run->request = &message->registration_request;
    struct bytes container = run->request->nas_message_container;
    if (run->proven && run->request->has.nas_message_container && container.len) {
        nas_cipher_container(&run->ue->security, run->count, (uint8_t *)container.data, container.len);
        gmm_show(run->ue->connection->gnb, true, container);
        message = gmm_contained(container, NAS_REGISTRATION_REQUEST, &p->memory);
        if (!message)
            return false;
        run->request = &message->registration_request;
    }
    run->kind = kind_of(run->request);
    run->ue->connection->request = arena_copy(&p->memory, uplink->plain);
    return true;
}

static bool kind_supported(struct run *run)
{
    switch (run->request->type.kind) {
    case NAS_EMERGENCY_REGISTRATION:
        reject(run, NAS_GMM_PEI_NOT_ACCEPTED);
        return false;
    case NAS_SNPN_ONBOARDING_REGISTRATION:
    case NAS_DISASTER_MOBILITY_REGISTRATION:
    case NAS_DISASTER_INITIAL_REGISTRATION:
        reject(run, NAS_GMM_5GS_SERVICES_NOT_ALLOWED);
        return false;
    default:
        return true;
    }
}

static bool permitted_here(struct run *run)
{
    uint8_t cause = location_cause(run->ue->connection);
    if (cause)
        reject(run, cause);
    return cause == 0;
}

static const struct nas_suci *identify(struct run *run)
{
    if (run->request->identity.type == NAS_SUCI)
        return &run->request->identity.suci;
    const struct nas_suci *suci = identification(run->p);
    if (!suci && !procedure_cancelled(run->p))
        reject(run, NAS_GMM_UE_IDENTITY_CANNOT_BE_DERIVED);
    return suci;
}

static bool authenticate(struct run *run, struct proof *proof)
{
    const struct nas_suci *suci = identify(run);
    if (!suci)
        return false;
    switch (authentication(run->p, suci, run->request->ngksi, proof)) {
    case AUTHENTICATED:
        return true;
    case AUTHENTICATION_UNKNOWN:
        reject(run, NAS_GMM_ILLEGAL_UE);
        return false;
    case AUTHENTICATION_FOREIGN:
        reject(run, NAS_GMM_PLMN_NOT_ALLOWED);
        return false;
    case AUTHENTICATION_NOT_HERE:
        reject(run, NAS_GMM_SERVING_NETWORK_NOT_AUTHORIZED);
        return false;
    case AUTHENTICATION_IMPOSSIBLE:
        reject(run, NAS_GMM_CONGESTION);
        return false;
    case AUTHENTICATION_REFUSED:
        run->p->core->metrics.registrations_failed[NAS_GMM_ILLEGAL_UE]++;
        return false;
    case AUTHENTICATION_UNANSWERED:
        break;
    }
    return false;
}

/* The complete request comes in Security mode complete (4.4.6). What it says of algorithms must be what the first one
 * said: else a relay has been bidding down (TS 33.501 6.7.2). */
static bool take_complete_request(struct run *run, struct bytes container)
{
    if (!container.len)
        return true;
    const struct nas_message *message = gmm_contained(container, NAS_REGISTRATION_REQUEST, &run->p->memory);
    if (!message) {
        reject(run, NAS_PROTOCOL_ERROR);
        return false;
    }
    const struct nas_registration_request *complete = &message->registration_request;
    const struct nas_ue_security_capability *now = &complete->ue_security_capability;
    const struct nas_ue_security_capability *used = &run->ue->security_capability;
    if (complete->has.ue_security_capability &&
        (now->length != used->length || memcmp(now->octets, used->octets, now->length) != 0)) {
        reject(run, NAS_GMM_SECURITY_CAPABILITIES_MISMATCH);
        return false;
    }
    run->request = complete;
    run->kind = kind_of(complete);
    return true;
}

static bool secure(struct run *run, const struct proof *proof, struct bytes *container)
{
    if (!run->request->has.ue_security_capability) {
        reject(run, NAS_INVALID_MANDATORY_INFORMATION);
        return false;
    }
    bool ask_again = run->request->identity.type != NAS_SUCI;
    uint8_t cause = security_mode(run->p, proof, &run->request->ue_security_capability, ask_again, container);
    if (cause && cause != GMM_NO_ANSWER)
        reject(run, cause);
    run->secured = cause == 0;
    return run->secured;
}

/* The phone has proved who it is. If the core knows it already, the procedure goes on on that context, which so far
 * nothing has touched, and which nothing touches if the phone may not be served here (rule H4). 0, or the cause why not. */
static uint8_t join(struct run *run, supi_t supi)
{
    struct core *core = run->p->core;
    struct ue *ue = run->ue;
    struct ue *known = amf_find(core, supi);
    if (shelter_refuses_subscriber(ue->connection->gnb, LINE_REGISTRATION, supi)) {
        if (run->moved)
            context_transfer_refuse(core, run->moved);
        return NAS_GMM_NO_SUITABLE_CELLS;
    }
    if (known) {
        procedure_cancel(known->handover, run->p->name);
        procedure_cancel(known->procedure, run->p->name);
    }
    known = amf_find(core, supi);
    ue->supi = supi;
    if (!known) /* others may have come in while this one authenticated */
        return ue_room(core, supi) && ue_adopt(ue) ? 0 : NAS_GMM_CONGESTION;
    if (known->connection)
        n2_release(known->connection, N2_RADIO(RELEASE_DUE_TO_CN_DETECTED_MOBILITY));
    smf_deactivate(known, smf_active(known));
    timer_stop(core->timers, &known->timer);
    procedure_move(run->p, &known->procedure, known);
    run->absence = (struct absence){known->away, known->nonce};
    ue_take_over(known, ue);
    run->ue = known;
    return 0;
}

/* Whom the old core meant is not who has authenticated. */
static void forget_stranger(struct run *run)
{
    if (run->moved && run->moved->context.supi != run->ue->supi)
        run->moved = NULL;
}

/* A phone that asks for no slices when it reports keeps those it has (5.5.1.3.4). */
static const struct nas_nssai *requested_slices(struct run *run)
{
    const struct ue *ue = run->ue;
    if (run->request->has.requested_nssai)
        return &run->request->requested_nssai;
    if (run->kind == INITIAL || !ue->allowed_count)
        return NULL;
    struct nas_s_nssai *slices = arena_array(&run->p->memory, ue->allowed_count, sizeof *slices);
    struct nas_nssai *kept = ARENA_NEW(&run->p->memory, struct nas_nssai);
    for (unsigned i = 0; slices && i < ue->allowed_count; i++)
        slices[i] = (struct nas_s_nssai){.sst = ue->allowed[i].sst, .sd = ue->allowed[i].sd};
    if (kept)
        *kept = (struct nas_nssai){slices, slices ? ue->allowed_count : 0};
    return kept;
}

/* --- is this the right AMF for it? (TS 23.502 4.2.2.2.3) --- */

/* Not once it has new keys, which the other core would not know. A phone of this core's own takes its context along: the other core
 * fetches it with the very request, which therefore counts as not heard yet. */
static bool sent_elsewhere(struct run *run)
{
    struct ue *ue = run->ue;
    const struct reroute question = {requested_slices(run), &run->subscription, run->pdu};
    if (run->secured || !reroute(run->p, &question))
        return false;
    if (run->moved)
        context_transfer_refuse(run->p->core, run->moved);
    else if (run->proven)
        ue->security.uplink = run->count;
    return true;
}

/* Before keys are made, but of nobody who has not proved who he is. */
static bool stays(struct run *run, const struct proof *proof)
{
    struct core *core = run->p->core;
    if (core->config->peer_count == 0 ||
        udm_access_data(core->udm, proof->supi, &run->p->memory, &run->subscription) != UDM_OK)
        return true;
    return !sent_elsewhere(run) && !procedure_cancelled(run->p);
}

static bool prove(struct run *run)
{
    struct proof proof;
    struct bytes container = {0};
    bool secured = authenticate(run, &proof) && stays(run, &proof) && secure(run, &proof, &container);
    OPENSSL_cleanse(proof.kamf, sizeof proof.kamf);
    if (!secured)
        return false;
    uint8_t cause = join(run, proof.supi);
    if (cause) {
        reject(run, cause);
        return false;
    }
    run->proven = true;
    ue_goes_by(run->ue, gmm_own_tmsi(run->p->core, &run->request->identity));
    forget_stranger(run);
    return take_complete_request(run, container);
}

/* A phone from another core, with a key that was derived for this one. */
static bool derive(struct run *run, struct proof *proof)
{
    const struct nas_ue_security_capability *capability = &run->moved->context.capability;
    struct bytes container = {0};
    uint8_t cause = security_mode(run->p, proof, capability, true, &container);
    OPENSSL_cleanse(proof->kamf, sizeof proof->kamf);
    if (cause == 0)
        cause = join(run, proof->supi);
    if (cause && cause != GMM_NO_ANSWER)
        reject(run, cause);
    run->proven = run->secured = cause == 0;
    return run->proven && take_complete_request(run, container);
}

/* A phone from another core, with the key that it had there. */
static bool resume(struct run *run, const struct uplink *uplink)
{
    run->proven = true;
    run->count = run->ue->connection->kgnb_count;
    uint8_t cause = keep_request(run, uplink) ? join(run, run->moved->context.supi) : NAS_GMM_CONGESTION;
    if (cause)
        reject(run, cause);
    return cause == 0;
}

/* A phone from another core proves itself with what that core knows of it (TS 23.502 4.2.2.2.2, steps 4 and 5); if that is not
 * enough, it authenticates. */
static bool fetch(struct run *run, const struct uplink *uplink)
{
    struct arena *memory = &run->p->memory;
    struct uplink kept = {.pdu = run->pdu, .plain = arena_copy(memory, uplink->plain)};
    struct proof proof;
    run->moved = context_transfer(run->p, &run->request->identity, kept.pdu);
    if (run->moved && context_transfer_new_key(run->moved, &proof))
        return derive(run, &proof);
    if (run->moved && context_transfer_take_keys(run->ue, run->moved, kept.pdu))
        return resume(run, &kept);
    return !procedure_cancelled(run->p);
}

static bool choose_slices(struct run *run)
{
    const struct ue *ue = run->ue;
    struct nssf_question question = {
        .requested = requested_slices(run),
        .subscribed = run->subscription.slices,
        .subscribed_count = run->subscription.slice_count,
    };
    question.served_count =
        shelter_slices(ue->connection->gnb, ue->tai, ue->supi, &run->p->memory, &question.served);
    return nssf_select(&question, &run->slices);
}

static uint8_t subscription_cause(struct run *run)
{
    switch (udm_access_data(run->p->core->udm, run->ue->supi, &run->p->memory, &run->subscription)) {
    case UDM_OK:
        if (run->subscription.barred)
            return NAS_GMM_5GS_SERVICES_NOT_ALLOWED;
        if (shelter_refuses_subscriber(run->ue->connection->gnb, LINE_REGISTRATION, run->ue->supi))
            return NAS_GMM_NO_SUITABLE_CELLS;
        return restriction_cause(run->ue, &run->subscription.access);
    case UDM_UNKNOWN_SUBSCRIBER:
        return NAS_GMM_5GS_SERVICES_NOT_ALLOWED;
    default:
        return NAS_GMM_CONGESTION;
    }
}

/* Subscription and slices decide what the phone gets; nothing has changed so far but its keys. */
static bool decide(struct run *run)
{
    uint8_t cause = subscription_cause(run);
    if (!cause && (sent_elsewhere(run) || procedure_cancelled(run->p)))
        return false;
    if (!cause && !choose_slices(run))
        cause = NAS_GMM_NO_NETWORK_SLICES_AVAILABLE;
    if (cause)
        reject(run, cause);
    return cause == 0;
}

static bool commit(struct run *run)
{
    struct ue *ue = run->ue;
    struct grant before;
    if (!grant_give(ue, run->request, &run->subscription, &run->slices, &before)) {
        reject(run, NAS_GMM_CONGESTION);
        return false;
    }
    if (procedure_commit(run->p)) {
        grant_settle(&before);
        if (run->moved)
            context_transfer_done(ue->core, run->moved);
        return true;
    }
    grant_undo(ue, &before);
    if (run->moved)
        remote_forget_all(ue);
    if (!procedure_cancelled(run->p))
        reject(run, NAS_GMM_CONGESTION);
    return false;
}

static struct bytes accept_message(struct run *run)
{
    struct registration_answer answer = {
        .request = run->request,
        .slices = &run->slices,
        .subscription = &run->subscription,
        .sessions = &run->sessions,
        .sessions_ended = run->sessions_ended,
    };
    return registration_accept(run->ue, &run->p->memory, &answer);
}

static void send_accept_again(struct run *run)
{
    gmm_send_sealed(run->ue, accept_message(run));
}

/* The gNB asks the phone anew when the core has nothing to tell (TS 23.501 5.4.4.1). */
static void forget_radio_capability(struct run *run)
{
    struct ue *ue = run->ue;
    if (run->kind == INITIAL || run->request->update_type.radio_capability_update)
        relay_forget_capability(ue);
}

static struct reactivation wanted(const struct run *run)
{
    const struct nas_registration_request *request = run->request;
    return reactivation_wanted(run->ue, request->has.uplink_data_status ? request->uplink_data_status : 0,
                               request->has.allowed_pdu_session_status ? request->allowed_pdu_session_status
                                                                       : 0,
                               restriction_lets_serve(run->ue));
}

/* 5.5.1.2.4 and TS 38.413 8.3.1: the accept rides in Initial Context Setup, or in a transport if the gNB has the
 * context already. */
static bool send_accept(struct run *run)
{
    struct ue *ue = run->ue;
    forget_radio_capability(run);
    run->sessions = wanted(run);
    struct context_setup setup = {.sessions = run->sessions.wanted};
    if (!context_setup_anchors(run->p, &setup))
        return false;
    context_setup_prepare(ue, &setup);
    run->sessions.activated = setup.activated | smf_active(ue);
    return context_setup_send(ue, &setup, accept_message(run));
}

/* Until the phone has confirmed (T3550) and the gNB has set up its context. */
static bool confirmed(struct run *run)
{
    struct ue *ue = run->ue;
    const struct config_amf_timers *timers = &run->p->core->config->amf.timers;
    const uint64_t events = EVENT(EV_REGISTRATION_COMPLETE) | EVENT(EV_REGISTRATION_REQUEST) |
                            EVENT(EV_INITIAL_CONTEXT_SETUP_RESPONSE) |
                            EVENT(EV_INITIAL_CONTEXT_SETUP_FAILURE);
    bool complete = false;
    for (unsigned sent = 1; !complete || !ue->connection->context_up;) {
        switch (procedure_wait(run->p, events, timers->t3550)) {
        case EV_REGISTRATION_COMPLETE:
            complete = true;
            break;
        case EV_INITIAL_CONTEXT_SETUP_RESPONSE:
            break;
        case EV_REGISTRATION_REQUEST: /* the same again (5.5.1.2.8, 5.5.1.3.8): its answer was lost */
            send_accept_again(run);
            break;
        case EV_TIMEOUT:
            if (sent++ == NAS_TRANSMISSIONS)
                return false;
            if (!complete)
                send_accept_again(run);
            break;
        default:
            return false;
        }
    }
    return true;
}

static void finish(struct run *run)
{
    struct ue *ue = run->ue;
    char context[UE_CONTEXT_TEXT];
    ue_forget_former_tmsi(ue);
    run->p->core->metrics.registrations_done[run->kind]++;
    log_info("amf", ue_context_text(ue, context), "registration complete (%s), number of UEs: %zu",
             run->p->name, ue->core->ues_by_supi.count);
    if (run->kind == INITIAL)
        configuration_update(ue);
    run->done = true;
}

static bool carry_out(struct run *run, const struct uplink *uplink)
{
    if (!kind_supported(run) || !permitted_here(run))
        return false;
    if (!run->proven && !fetch(run, uplink))
        return false;
    if (!run->proven && !prove(run))
        return false;
    if (!decide(run))
        return false;
    if (run->moved)
        context_transfer_take_sessions(run->ue, run->moved);
    run->sessions_ended = sessions_align(run->ue, run->request, &run->slices);
    return commit(run) && send_accept(run) && confirmed(run);
}

/* 5.5.1.3.4: without follow-on request or data the connection is of no more use. */
static bool connection_idle(const struct run *run)
{
    return run->kind != INITIAL && !run->request->type.follow_on && !smf_active(run->ue) &&
           !smf_pending(run->ue);
}

/* After these the phone is 5GMM-DEREGISTERED, or may not come back with what it has (5.5.1.2.5, 5.5.1.3.5). */
static bool ends_registration(uint8_t cause)
{
    switch (cause) {
    case NAS_GMM_5GS_SERVICES_NOT_ALLOWED:
    case NAS_GMM_PLMN_NOT_ALLOWED:
    case NAS_GMM_TRACKING_AREA_NOT_ALLOWED:
    case NAS_GMM_ROAMING_NOT_ALLOWED:
    case NAS_GMM_N1_MODE_NOT_ALLOWED:
    case NAS_GMM_NO_NETWORK_SLICES_AVAILABLE:
        return true;
    default:
        return false;
    }
}

static void leave(struct run *run)
{
    struct ue *ue = run->ue;
    if (run->p->why == gmm_superseded && ue->connection)
        return;
    if (run->done) {
        if (connection_idle(run)) {
            procedure_leave(run->p);
            an_release(ue, N2_NAS(NORMAL_RELEASE), "registration is done");
        } else {
            mobility_done(ue);
        }
        return;
    }
    if (ue->provisional || !ue->registered) {
        procedure_leave(run->p);
        if (!ue_stays_away(ue, run->absence))
            ue_discard(ue, N2_NAS(UNSPECIFIED));
    } else if (ends_registration(run->refused)) {
        procedure_leave(run->p);
        ue_remove(ue, N2_NAS(UNSPECIFIED));
    } else if (!procedure_cancelled(run->p)) {
        procedure_leave(run->p);
        smf_unreachable(ue);
        an_release(ue, N2_NAS(UNSPECIFIED), "registration failed");
    }
}

void registration(struct procedure *p)
{
    const struct uplink *uplink = p->argument;
    struct run run = {.p = p,
                      .ue = p->owner,
                      .pdu = arena_copy(&p->memory, uplink->pdu),
                      .proven = uplink->proven,
                      .count = uplink->count};
    if (keep_request(&run, uplink)) {
        p->core->metrics.registrations_asked[run.kind]++;
        run.done = carry_out(&run, uplink);
        if (run.done)
            finish(&run);
    } else {
        reject(&run, NAS_INVALID_MANDATORY_INFORMATION);
    }
    if (run.ue->connection)
        run.ue->connection->request = (struct bytes){0};
    leave(&run);
}
