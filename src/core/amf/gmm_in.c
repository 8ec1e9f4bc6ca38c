/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uplink NAS: from bytes to the procedure that waits for them, or to a new one (TS 24.501 4.4.4.3, 5.3.1, clause 7).
 */
#include "core/amf/fence.h"
#include "core/amf/gmm.h"
#include "core/amf/shelter.h"
#include "core/smf/smf.h"
#include "crypt/nas_security.h"
#include "crypt/primitive.h"
#include "kit/log.h"
#include "line/event.h"

static bool verify(struct core *core, struct nas_security *security, struct bytes pdu, struct uplink *uplink)
{
    struct nas_opened opened;
    void *buffer = arena_alloc(&core->batch, pdu.len);
    if (!buffer || nas_unprotect(security, pdu, buffer, pdu.len, &opened) != NAS_ACCEPTED)
        return false;
    uplink->proven = true;
    uplink->plain = opened.message;
    uplink->count = opened.count;
    return true;
}

/* Opens the envelope, if there is one, and decodes. False: undecodable; error tells. An envelope that cannot be
 * verified but is not ciphered gives an unproven message. */
static bool open_message(struct core *core, struct nas_security *security, struct bytes pdu,
                         struct uplink *uplink, struct nas_error *error)
{
    struct nas_envelope envelope;
    *uplink = (struct uplink){0};
    if (!nas_open(pdu, &envelope, &error->fault))
        return false;
    uplink->pdu = pdu;
    uplink->plain = envelope.payload;
    if (envelope.security_header != NAS_PLAIN && security && security->ngksi != NAS_KSI_NONE)
        uplink->failed = !verify(core, security, pdu, uplink);
    if (!uplink->proven && envelope.security_header != NAS_PLAIN && envelope.security_header != NAS_INTEGRITY)
        return fault_set(&error->fault, 0, "NAS", "ciphered, and not by a key the core has");
    return nas_decode(uplink->plain, &core->batch, &uplink->message, error);
}

static void note_failure(struct gnb *gnb)
{
    gnb->core->metrics.nas_integrity_failures++;
    gnb_misdeed(gnb, MISDEED_FAILED_MAC, 1);
}

/* While it is open which keys the phone has taken, it may mean the others. Such a message is not heard, but nobody's misdeed. */
static bool by_other_keys(struct core *core, const struct nas_security *others, struct bytes pdu)
{
    struct nas_security copy = *others; /* the COUNT does not move on */
    struct uplink ignored;
    bool verified = copy.ngksi != NAS_KSI_NONE && verify(core, &copy, pdu, &ignored);
    secret_clear(&copy, sizeof copy);
    return verified;
}

/* With the keys that its header names: fresh are those that the phone is being told to take. */
static bool open_by(struct connection *connection, bool fresh, struct bytes pdu, struct uplink *uplink,
                    struct nas_error *error)
{
    struct ue *ue = connection->ue;
    struct nas_security *pending = ue->pending ? &ue->pending->security : NULL;
    struct nas_security *others = fresh ? &ue->security : pending;
    bool readable = open_message(ue->core, fresh ? pending : &ue->security, pdu, uplink, error);
    if (uplink->failed && !(others && by_other_keys(ue->core, others, pdu)))
        note_failure(connection->gnb);
    return readable;
}

void gmm_show(const struct gnb *gnb, bool uplink, struct bytes plain)
{
    const struct core_ports *ports = &gnb->core->ports;
    if (ports->nas && plain.len)
        ports->nas(ports->context, &gnb->peer, uplink, plain);
}

const struct nas_message *gmm_contained(struct bytes container, uint8_t type, struct arena *memory)
{
    struct nas_error error = {0};
    struct nas_message *message = ARENA_NEW(memory, struct nas_message);
    struct bytes copy = arena_copy(memory, container);
    if (!message || nas_peek(copy) != type || !nas_decode(copy, memory, message, &error))
        return NULL;
    return message;
}

/* --- messages on an established connection --- */

static enum procedure_event event_of(uint8_t type)
{
    switch (type) {
    case NAS_IDENTITY_RESPONSE:
        return EV_IDENTITY_RESPONSE;
    case NAS_AUTHENTICATION_RESPONSE:
        return EV_AUTHENTICATION_RESPONSE;
    case NAS_AUTHENTICATION_FAILURE:
        return EV_AUTHENTICATION_FAILURE;
    case NAS_SECURITY_MODE_COMPLETE:
        return EV_SECURITY_MODE_COMPLETE;
    case NAS_SECURITY_MODE_REJECT:
        return EV_SECURITY_MODE_REJECT;
    case NAS_REGISTRATION_COMPLETE:
        return EV_REGISTRATION_COMPLETE;
    case NAS_CONFIGURATION_UPDATE_COMPLETE:
        return EV_CONFIGURATION_UPDATE_COMPLETE;
    case NAS_NETWORK_DEREGISTRATION_ACCEPT:
        return EV_DEREGISTRATION_ACCEPT;
    default:
        return EV_NONE;
    }
}

/* 4.4.4.3: what may be heard without integrity protection, and only while the connection is not secured. */
static bool heard_unproven(uint8_t type)
{
    switch (type) {
    case NAS_REGISTRATION_REQUEST:
    case NAS_IDENTITY_RESPONSE:
    case NAS_AUTHENTICATION_RESPONSE:
    case NAS_AUTHENTICATION_FAILURE:
    case NAS_SECURITY_MODE_REJECT:
        return true;
    default:
        return false;
    }
}

/* The reject that belongs to the request, which has failed; false: there is none. */
static bool reject_of(struct core *core, uint8_t type, uint8_t cause, struct nas_message *reject)
{
    uint32_t back_off = cause == NAS_GMM_CONGESTION ? gmm_back_off(core) : 0;
    *reject = (struct nas_message){.type = NAS_REGISTRATION_REJECT};
    if (type == NAS_REGISTRATION_REQUEST) {
        reject->registration_reject =
            (struct nas_registration_reject){.cause = cause, .t3346 = back_off, .has = {.t3346 = back_off}};
        core->metrics.registrations_failed[cause]++;
    } else if (type == NAS_SERVICE_REQUEST) {
        reject->type = NAS_SERVICE_REJECT;
        reject->service_reject =
            (struct nas_service_reject){.cause = cause, .t3346 = back_off, .has = {.t3346 = back_off}};
        core->metrics.service_requests_failed++;
    } else {
        return false;
    }
    return true;
}

/* Tells the phone a cause in the reject that belongs to its request; nothing if there is none. */
static void refuse(struct ue *ue, uint8_t type, uint8_t cause)
{
    struct nas_message reject;
    if (reject_of(ue->core, type, cause, &reject))
        gmm_refuse(ue, &reject);
    else
        amf_refused_by(ue, 0, "5GMM", cause, nas_gmm_cause_name(cause));
}

const char gmm_superseded[] = "the phone registers anew";

static void start(struct ue *ue, const char *name, void (*run)(struct procedure *p), struct uplink *uplink)
{
    procedure_cancel(ue->procedure, run == registration ? gmm_superseded : name);
    if (ue->dead || procedure_start(ue->core, &ue->procedure, name, run, ue, uplink))
        return;
    log_warning("amf", NULL, "%s: limits.procedures is reached", name);
    amf_overloaded(ue->core);
    refuse(ue, uplink->message.type, NAS_GMM_CONGESTION);
    smf_unreachable(ue);
    if (ue->provisional)
        ue_discard(ue, N2_MISC(CONTROL_PROCESSING_OVERLOAD));
    else
        an_release(ue, N2_MISC(CONTROL_PROCESSING_OVERLOAD), "limits.procedures is reached");
}

static const char *registration_name(const struct nas_registration_request *request)
{
    switch (request->type.kind) {
    case NAS_MOBILITY_REGISTRATION:
        return "mobility registration";
    case NAS_PERIODIC_REGISTRATION:
        return "periodic registration";
    default:
        return "initial registration";
    }
}

/* The network's own procedure that called the phone goes on; any other, and a phone that begins anew, makes room. */
static bool answers_paging(struct ue *ue, const struct uplink *uplink)
{
    const struct nas_message *message = &uplink->message;
    bool answer = message->type == NAS_SERVICE_REQUEST ||
                  (message->type == NAS_REGISTRATION_REQUEST &&
                   (message->registration_request.type.kind == NAS_MOBILITY_REGISTRATION ||
                    message->registration_request.type.kind == NAS_PERIODIC_REGISTRATION));
    return answer && procedure_offer(ue->procedure, EV_PAGING_ANSWERED, uplink);
}

/* The phone lost patience and said the same again: what runs goes on, and repeats its answer if it gave one. */
static bool repeats(struct ue *ue, const struct uplink *uplink)
{
    const struct bytes *request = &ue->connection->request;
    if (!request->len || !bytes_equal(*request, uplink->plain))
        return false;
    procedure_offer(ue->procedure, EV_REGISTRATION_REQUEST, uplink);
    return true;
}

/* What answers a security mode command whose procedure is over (5.4.2.7 c): the phone has taken the keys, or never will. */
static bool settles_keys(struct ue *ue, const struct uplink *uplink)
{
    bool complete = uplink->message.type == NAS_SECURITY_MODE_COMPLETE;
    if (!ue->pending || !uplink->proven || (!complete && uplink->message.type != NAS_SECURITY_MODE_REJECT))
        return false;
    if (complete)
        pending_keys_take(ue, uplink->count);
    else
        pending_keys_drop(ue);
    held_nas_send(ue);
    return true;
}

static void dispatch(struct ue *ue, struct uplink *uplink)
{
    struct nas_message *message = &uplink->message;
    if (uplink->proven && answers_paging(ue, uplink))
        return;
    switch (message->type) {
    case NAS_REGISTRATION_REQUEST:
        if (repeats(ue, uplink))
            return;
        start(ue, registration_name(&message->registration_request), registration, uplink);
        return;
    case NAS_SERVICE_REQUEST:
        start(ue, "service request", service_request, uplink);
        return;
    case NAS_DEREGISTRATION_REQUEST:
        start(ue, "deregistration", deregistration_by_ue, uplink);
        return;
    case NAS_UL_NAS_TRANSPORT:
        ul_nas_transport(ue, &message->ul_nas_transport);
        reauthentication_due(ue);
        return;
    case NAS_GMM_STATUS:
        log_info("amf", NULL, "the phone reports 5GMM cause %u", message->gmm_status.cause);
        return;
    default:
        break;
    }
    enum procedure_event event = event_of(message->type);
    if (!event)
        gmm_status(ue, NAS_MESSAGE_TYPE_UNKNOWN);
    else if (!procedure_offer(ue->procedure, event, uplink) && !settles_keys(ue, uplink))
        gmm_status(ue, NAS_MESSAGE_TYPE_NOT_COMPATIBLE);
}

/* 7.4: a type of the other direction is as unknown as one that does not exist. */
static bool is_uplink(uint8_t type)
{
    switch (type) {
    case NAS_REGISTRATION_REQUEST:
    case NAS_SERVICE_REQUEST:
    case NAS_DEREGISTRATION_REQUEST:
    case NAS_UL_NAS_TRANSPORT:
    case NAS_GMM_STATUS:
        return true;
    default:
        return event_of(type) != EV_NONE;
    }
}

/* Clause 7: an answer is worth sending only to who has proved himself; a request has its own reject (5.5.1.2.8, 5.6.1.8). */
static void answer_error(struct ue *ue, const struct uplink *uplink, const struct nas_error *error)
{
    uint8_t type = uplink->message.type;
    char context[UE_CONTEXT_TEXT];
    log_info("amf", ue_context_text(ue, context), "NAS refused: %s: %s",
             error->fault.where ? error->fault.where : "message", error->fault.what ? error->fault.what : "");
    if (!uplink->proven || !error->cause)
        return;
    if (type == NAS_REGISTRATION_REQUEST || type == NAS_SERVICE_REQUEST)
        refuse(ue, type, error->cause);
    else
        gmm_status(ue, is_uplink(type) ? error->cause : NAS_MESSAGE_TYPE_UNKNOWN);
}

void gmm_uplink(struct connection *connection, struct bytes pdu)
{
    struct ue *ue = connection->ue;
    struct uplink uplink;
    struct nas_error error = {0};
    struct nas_envelope envelope;
    if (!ue || !nas_open(pdu, &envelope, &error.fault))
        return;
    if (connection
            ->context_unknown) { /* a second Initial Context Setup would bring a key that the phone does not use */
        an_release(ue, N2_RADIO(UNSPECIFIED), "nobody knows whether the gNB has its context");
        return;
    }
    /* 9.3.1 keeps this header for the security mode complete. Simulators in the field go on using it: with no context
     * waiting to be taken into use they can only mean the current one, whose MAC and COUNT are checked all the same. */
    bool fresh = envelope.security_header == NAS_INTEGRITY_CIPHERED_NEW && ue->pending;
    bool readable = open_by(connection, fresh, pdu, &uplink, &error);
    gmm_show(connection->gnb, true, uplink.plain);
    if (!uplink.proven && (connection->secured || !readable || !heard_unproven(uplink.message.type))) {
        log_info("amf", NULL, "NAS message dropped: not integrity protected, or not by this phone");
        amf_refused(ue, "", "NAS message", "not integrity protected, or not by this phone");
        return;
    }
    if (fresh != (uplink.message.type == NAS_SECURITY_MODE_COMPLETE))
        return;
    if (!readable) {
        answer_error(ue, &uplink, &error);
        return;
    }
    if (uplink.proven && ue->registered)
        core_dirty(ue->core, &ue->row);
    dispatch(ue, &uplink);
}

/* --- the first message of a connection --- */

static bool own_s_tmsi(const struct config_network *network, const struct nas_s_tmsi *s_tmsi)
{
    return s_tmsi->amf_set_id == network->amf_set && s_tmsi->amf_pointer == network->amf_pointer;
}

uint32_t gmm_own_tmsi(const struct core *core, const struct nas_mobile_identity *identity)
{
    const struct config_network *network = &core->config->network;
    if (identity->type == NAS_S_TMSI && own_s_tmsi(network, &identity->s_tmsi))
        return identity->s_tmsi.tmsi;
    if (identity->type != NAS_GUTI || identity->guti.amf_region_id != network->amf_region ||
        !own_s_tmsi(network, &identity->guti.s_tmsi) ||
        !config_find_plmn(core->config, plmn_from_octets(identity->guti.plmn.octets)))
        return 0;
    return identity->guti.s_tmsi.tmsi;
}

static const struct nas_mobile_identity *identity_in(const struct nas_message *message)
{
    switch (message->type) {
    case NAS_REGISTRATION_REQUEST:
        return &message->registration_request.identity;
    case NAS_SERVICE_REQUEST:
        return &message->service_request.identity;
    case NAS_DEREGISTRATION_REQUEST:
        return &message->deregistration_request.identity;
    default:
        return NULL;
    }
}

/* 5.5.1.2.8, 5.6.1.8: protocol errors in the first message are answered with its own reject. */
static void reject_initial(struct ue *ue, uint8_t type, uint8_t cause)
{
    refuse(ue, type, cause);
    ue_discard(ue, N2_NAS(UNSPECIFIED));
}

/* A first message without proof: a registration goes on on a provisional context, all else ends here. */
static void unproven(struct ue *ue, struct uplink *uplink)
{
    switch (uplink->message.type) {
    case NAS_REGISTRATION_REQUEST:
        dispatch(ue, uplink);
        return;
    case NAS_SERVICE_REQUEST:
        reject_initial(ue, NAS_SERVICE_REQUEST, NAS_GMM_UE_IDENTITY_CANNOT_BE_DERIVED);
        return;
    case NAS_DEREGISTRATION_REQUEST:
        if (!uplink->message.deregistration_request.type.switch_off)
            gmm_send(ue, &(struct nas_message){.type = NAS_DEREGISTRATION_ACCEPT});
        ue_discard(ue, N2_NAS(DEREGISTER));
        return;
    default:
        amf_refused(ue, "", "NAS message", "no phone may begin with it");
        ue_discard(ue, N2_NAS(UNSPECIFIED));
    }
}

/* The message that counts is in it, ciphered; it is shown when it has been opened. */
static bool has_container(const struct nas_message *message)
{
    return (message->type == NAS_REGISTRATION_REQUEST &&
            message->registration_request.has.nas_message_container) ||
           (message->type == NAS_SERVICE_REQUEST && message->service_request.has.nas_message_container);
}

static struct connection *refuse_connection(struct gnb *gnb, uint32_t ran_id, const char *why)
{
    gnb_event(gnb, (struct line_event){.procedure = "Initial UE Message", .rule = "", .reason = why});
    n2_error(gnb, N2_MISC(CONTROL_PROCESSING_OVERLOAD), NULL, &ran_id);
    return NULL;
}

/* Where the phone is, and which of the networks broadcast there it has chosen (TS 38.413 9.2.5.1). Both must be the gNB's. */
static void place(struct connection *connection, struct ue *ue, const struct ngap_initial_ue_message *message)
{
    const struct ngap_user_location_information *location = &message->user_location_information;
    connection->selected = connection->gnb->areas[0].tai.plmn;
    if (location->which == NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR)
        connection->selected = plmn_from_octets(location->user_location_information_nr.tai.plmn_identity);
    connection->in_area = gmm_locate(ue, connection->gnb, location);
    connection->establishment_cause = (uint8_t)message->rrc_establishment_cause;
    connection->rerouted = message->has_amf_set_id;
    if (!message->has_selected_plmn_identity)
        return;
    connection->selected = plmn_from_octets(message->selected_plmn_identity);
    struct tai chosen = {connection->selected, ue->tai.tac};
    connection->in_area = connection->in_area && gnb_area_of(connection->gnb, chosen);
    if (connection->in_area)
        ue->tai = chosen;
}

static struct connection *open_connection(struct gnb *gnb, struct ue *ue, uint16_t stream,
                                          const struct ngap_initial_ue_message *message)
{
    struct connection *connection = connection_new(gnb, ue, message->ran_ue_ngap_id, stream);
    if (!connection)
        return refuse_connection(gnb, message->ran_ue_ngap_id, "limits.ues_per_gnb is reached");
    place(connection, ue, message);
    return connection;
}

/* The phone has proved itself with the very first message: a connection it may still have had is void. */
static void proven(struct ue *ue, struct gnb *gnb, uint16_t stream,
                   const struct ngap_initial_ue_message *message, struct uplink *uplink)
{
    procedure_cancel(ue->handover, "the phone appeared elsewhere");
    if (ue->connection)
        n2_release(ue->connection, N2_RADIO(RELEASE_DUE_TO_CN_DETECTED_MOBILITY));
    smf_deactivate(ue, smf_active(ue));
    struct connection *connection = open_connection(gnb, ue, stream, message);
    if (!connection) {
        smf_unreachable(ue);
        ue_became_idle(ue, "no room for its connection");
        return;
    }
    timer_stop(ue->core->timers, &ue->timer);
    ue->unreachable = false;
    connection->secured = true;
    connection->kgnb_count = uplink->count;
    core_dirty(ue->core, &ue->row);
    dispatch(ue, uplink);
}

/* The phone has the keys in use, or those it was last commanded to take: now it is known which. */
static bool proves_itself(struct ue *ue, struct gnb *gnb, struct bytes pdu, struct uplink *uplink)
{
    struct nas_error ignored = {0};
    if (open_message(ue->core, &ue->security, pdu, uplink, &ignored) && uplink->proven) {
        pending_keys_drop(ue);
        return !nas_security_worn_out(&ue->security);
    }
    if (ue->pending && open_message(ue->core, &ue->pending->security, pdu, uplink, &ignored) &&
        uplink->proven) {
        pending_keys_take(ue, uplink->count);
        return true;
    }
    if (uplink->failed)
        note_failure(gnb);
    return false;
}

/* By rule H4, with words that only the phone can read. What it has where it may be served stays as it is, but for the NAS COUNTs. To
 * deregister it may be anywhere: that ends its service. */
static bool turned_away(struct ue *known, struct gnb *gnb, uint16_t stream,
                        const struct ngap_initial_ue_message *message, uint8_t type)
{
    struct core *core = gnb->core;
    struct nas_message reject;
    if (type == NAS_DEREGISTRATION_REQUEST ||
        !shelter_refuses_subscriber(
            gnb, type == NAS_REGISTRATION_REQUEST ? LINE_REGISTRATION : LINE_SERVICE_REQUEST, known->supi))
        return false;
    core_dirty(core, &known->row);
    struct ue *stranger = ue_new(core);
    if (!stranger || !open_connection(gnb, stranger, stream, message)) {
        if (stranger)
            ue_free(stranger);
        return true;
    }
    if (reject_of(core, type, NAS_GMM_NO_SUITABLE_CELLS, &reject)) {
        amf_refused_by(stranger, reject.type, "5GMM", NAS_GMM_NO_SUITABLE_CELLS,
                       nas_gmm_cause_name(NAS_GMM_NO_SUITABLE_CELLS));
        gmm_send_sealed(stranger, gmm_seal_with(known, &known->security, NAS_INTEGRITY_CIPHERED, &reject));
    }
    ue_discard(stranger, N2_NAS(UNSPECIFIED));
    return true;
}

void gmm_initial(struct gnb *gnb, uint16_t stream, const struct ngap_initial_ue_message *message)
{
    struct core *core = gnb->core;
    if (connection_by_ran_id(gnb, message->ran_ue_ngap_id)) {
        n2_refuse(gnb, "", "its RAN UE NGAP ID is in use",
                  N2_PROTOCOL(MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE), NULL, &message->ran_ue_ngap_id);
        return;
    }
    struct uplink uplink, verified;
    struct nas_error error = {0};
    bool readable = open_message(core, NULL, message->nas_pdu, &uplink, &error);
    const struct nas_mobile_identity *identity = readable ? identity_in(&uplink.message) : NULL;
    if (!readable || !has_container(&uplink.message))
        gmm_show(gnb, true, uplink.plain);
    uint32_t tmsi = identity ? gmm_own_tmsi(core, identity) : 0;
    struct ue *known = ue_by_tmsi(core, tmsi);
    if (known && proves_itself(known, gnb, message->nas_pdu, &verified)) {
        ue_goes_by(known, tmsi);
        if (!turned_away(known, gnb, stream, message, verified.message.type))
            proven(known, gnb, stream, message, &verified);
        return;
    }
    struct ue *ue = ue_new(core);
    if (!ue || !open_connection(gnb, ue, stream, message)) {
        if (ue)
            ue_free(ue);
        return;
    }
    if (!ue_charge(ue, gnb))
        reject_initial(ue, uplink.message.type, NAS_GMM_CONGESTION);
    else if (readable)
        unproven(ue, &uplink);
    else
        reject_initial(ue, uplink.message.type, error.cause ? error.cause : NAS_PROTOCOL_ERROR);
}

/* --- location --- */

bool gmm_locate(struct ue *ue, const struct gnb *gnb, const struct ngap_user_location_information *location)
{
    if (location->which != NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR)
        return false;
    const struct ngap_user_location_information_nr *nr = &location->user_location_information_nr;
    struct tai tai = tai_from_ngap(&nr->tai);
    if (!gnb_area_of(gnb, tai))
        return false;
    ue->tai = tai;
    ue->cell = nr->nr_cgi.nr_cell_identity;
    return true;
}
