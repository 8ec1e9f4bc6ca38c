/* SPDX-License-Identifier: Apache-2.0 */
/* A simulated phone's mobility management (TS 24.501 clause 5, the UE's side). */
#include "ran/phone.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

enum rrc_cause { RRC_HIGH_PRIORITY = 1, RRC_MT_ACCESS = 2, RRC_MO_SIGNALLING = 3, RRC_MO_DATA = 4 };

#define T3510 SECONDS(15)
#define T3517 SECONDS(5)
#define T3521 SECONDS(15)

void phone_event(struct phone *phone, enum phone_event event, struct phone_session *session, uint8_t cause)
{
    phone->radio->ports->event(phone->radio->context, phone, event, session, cause);
}

const char *phone_event_name(enum phone_event event)
{
    static const char *const names[] = {
        [PHONE_REGISTERED] = "registered",
        [PHONE_REGISTRATION_FAILED] = "registration failed",
        [PHONE_DEREGISTERED] = "deregistered",
        [PHONE_NETWORK_NAME] = "network name",
        [PHONE_CONNECTED] = "connected",
        [PHONE_IDLE] = "idle",
        [PHONE_PAGED] = "paged",
        [PHONE_SERVICE_FAILED] = "service failed",
        [PHONE_SESSION_UP] = "session up",
        [PHONE_SESSION_FAILED] = "session failed",
        [PHONE_SESSION_DOWN] = "session down",
        [PHONE_FLOWS_CHANGED] = "QoS flows changed",
        [PHONE_FLOW_REFUSED] = "QoS flow refused",
        [PHONE_USER_PLANE_UP] = "user plane up",
        [PHONE_HANDED_OVER] = "handed over",
        [PHONE_HANDOVER_FAILED] = "handover failed",
        [PHONE_KEYS_DIFFER] = "keys differ",
    };
    return names[event];
}

bool phone_event_is_failure(enum phone_event event)
{
    return event == PHONE_REGISTRATION_FAILED || event == PHONE_SESSION_FAILED ||
           event == PHONE_SERVICE_FAILED || event == PHONE_HANDOVER_FAILED || event == PHONE_FLOW_REFUSED ||
           event == PHONE_KEYS_DIFFER;
}

/* --- Saying something --- */

static bool is_initial(uint8_t type)
{
    return type == NAS_REGISTRATION_REQUEST || type == NAS_SERVICE_REQUEST ||
           type == NAS_DEREGISTRATION_REQUEST;
}

static uint8_t establishment_cause(const struct nas_message *message)
{
    if (message->type != NAS_SERVICE_REQUEST)
        return RRC_MO_SIGNALLING;
    return message->service_request.service_type == NAS_SERVICE_MOBILE_TERMINATED ? RRC_MT_ACCESS
                                                                                  : RRC_MO_DATA;
}

/* Initial messages go in the clear, but for what has to hide: the whole message, ciphered, in a container
 * (TS 24.501 4.4.6). */
static void strip_registration(struct nas_registration_request *request, struct bytes container)
{
    struct nas_registration_request clear = {.type = request->type,
                                             .ngksi = request->ngksi,
                                             .identity = request->identity,
                                             .ue_security_capability = request->ue_security_capability,
                                             .nas_message_container = container};
    clear.has.ue_security_capability = true;
    clear.has.nas_message_container = container.len > 0;
    *request = clear;
}

static void strip_service(struct nas_service_request *request, struct bytes container)
{
    struct nas_service_request clear = {.ngksi = request->ngksi,
                                        .service_type = request->service_type,
                                        .identity = request->identity,
                                        .nas_message_container = container};
    clear.has.nas_message_container = container.len > 0;
    *request = clear;
}

static void hide_in_container(struct phone *phone, struct nas_message *message, struct writer *container)
{
    bool keyed = phone->security.ngksi != NAS_NO_KEY;
    if (keyed) {
        nas_encode(message, container);
        nas_cipher_container(&phone->security, phone->security.uplink, container->base,
                             writer_length(container));
    }
    if (message->type == NAS_REGISTRATION_REQUEST)
        strip_registration(&message->registration_request, writer_bytes(container));
    else if (message->type == NAS_SERVICE_REQUEST)
        strip_service(&message->service_request, writer_bytes(container));
    phone->full_in_complete = !keyed;
}

static uint8_t security_header(const struct phone *phone, uint8_t type)
{
    if (phone->security.ngksi == NAS_NO_KEY)
        return NAS_PLAIN;
    if (type == NAS_SECURITY_MODE_COMPLETE)
        return NAS_INTEGRITY_CIPHERED_NEW;
    if (!phone->secured)
        return is_initial(type) ? NAS_INTEGRITY : NAS_PLAIN;
    return NAS_INTEGRITY_CIPHERED;
}

bool phone_say(struct phone *phone, const struct nas_message *message)
{
    uint8_t hidden[PHONE_NAS_BYTES], plain[PHONE_NAS_BYTES], wire[PHONE_NAS_BYTES + NAS_ENVELOPE_BYTES];
    struct writer container = writer_of(hidden, sizeof hidden);
    struct writer w = writer_of(plain, sizeof plain);
    struct writer out = writer_of(wire, sizeof wire);
    struct nas_message said = *message;
    uint8_t header = security_header(phone, message->type);
    if (phone->radio->ports->saw_nas)
        phone->radio->ports->saw_nas(phone->radio->context, phone, true, &said);
    if (!phone->secured && is_initial(message->type) && message->type != NAS_DEREGISTRATION_REQUEST)
        hide_in_container(phone, &said, &container);
    if (!nas_encode(&said, &w) || w.full)
        return false;
    struct bytes nas = writer_bytes(&w);
    if (header != NAS_PLAIN && (!phone->connection || message->type == NAS_SECURITY_MODE_COMPLETE))
        phone->kgnb_count = phone->security.uplink;
    if (header != NAS_PLAIN) {
        if (nas_protect(&phone->security, header, nas, &out) != NAS_ACCEPTED)
            return false;
        nas = writer_bytes(&out);
    }
    return ran_gnb_uplink_nas(phone->gnb, phone, nas, establishment_cause(message),
                              phone->has_guti ? &phone->guti.s_tmsi : NULL);
}

/* --- Identities --- */

static struct nas_mobile_identity suci_of(struct phone *phone)
{
    const struct phone_model *model = phone->model;
    uint8_t packed[8];
    struct writer msin = writer_of(packed, sizeof packed);
    uint8_t *room = arena_alloc(&phone->radio->scratch, 128);
    struct writer out = writer_of(room, room ? 128 : 0);
    char plmn[NAS_PLMN_TEXT];
    nas_plmn_text(model->plmn, plmn);
    nas_bcd_write(&msin, phone->imsi + strlen(plmn));
    suci_conceal(model->suci_scheme, model->suci_key, phone->radio->random, writer_bytes(&msin), &out);
    struct nas_mobile_identity identity = {.type = NAS_SUCI,
                                           .suci = {.supi_format = NAS_SUPI_IMSI,
                                                    .scheme = (uint8_t)model->suci_scheme,
                                                    .key_id = model->suci_key_id,
                                                    .plmn = model->plmn,
                                                    .routing_indicator = "0",
                                                    .scheme_output = writer_bytes(&out)}};
    return identity;
}

static struct nas_mobile_identity own_identity(struct phone *phone)
{
    if (!phone->has_guti)
        return suci_of(phone);
    return (struct nas_mobile_identity){.type = NAS_GUTI, .guti = phone->guti};
}

static struct nas_mobile_identity imeisv_of(const struct phone *phone)
{
    struct nas_mobile_identity identity = {.type = NAS_IMEISV};
    memcpy(identity.digits, phone->imeisv, sizeof phone->imeisv);
    return identity;
}

static void send_identity(struct phone *phone, uint8_t type)
{
    struct nas_message response = {.type = NAS_IDENTITY_RESPONSE};
    struct nas_mobile_identity *identity = &response.identity_response.identity;
    if (type == NAS_SUCI)
        *identity = suci_of(phone);
    else if (type == NAS_IMEISV)
        *identity = imeisv_of(phone);
    else if (type == NAS_GUTI && phone->has_guti)
        *identity = own_identity(phone);
    else
        identity->type = NAS_NO_IDENTITY;
    phone_say(phone, &response);
}

/* --- Registration (5.5.1) --- */

static struct nas_ue_security_capability capability_of(const struct phone *phone)
{
    return (struct nas_ue_security_capability){.length = 2, .ea = phone->model->ea, .ia = phone->model->ia};
}

/* 5.3.6 */
static void ask_for_mico(const struct phone *phone, struct nas_registration_request *request)
{
    request->has.mico_indication = phone->model->mico;
    request->t3324 = phone->model->active_time;
    request->has.t3324 = phone->model->mico && phone->model->active_time;
}

struct nas_message phone_registration_request(struct phone *phone)
{
    struct nas_message message = {.type = NAS_REGISTRATION_REQUEST};
    struct nas_registration_request *request = &message.registration_request;
    bool initial = phone->registration_kind == NAS_INITIAL_REGISTRATION;
    request->type = (struct nas_registration_type){.kind = phone->registration_kind, .follow_on = initial};
    request->ngksi = phone->security.ngksi;
    request->identity = own_identity(phone);
    request->ue_security_capability = capability_of(phone);
    request->has.ue_security_capability = true;
    request->has.gmm_capability = phone->registration_kind != NAS_PERIODIC_REGISTRATION;
    request->requested_nssai = (struct nas_nssai){.items = &phone->model->slice, .count = 1};
    request->has.requested_nssai = phone->registration_kind != NAS_PERIODIC_REGISTRATION;
    request->pdu_session_status = phone_session_set(phone);
    request->has.pdu_session_status = !initial;
    ask_for_mico(phone, request);
    return message;
}

void phone_register(struct phone *phone, enum nas_registration_kind kind)
{
    phone->registration_kind = (uint8_t)kind;
    phone->state = kind == NAS_INITIAL_REGISTRATION ? PHONE_REGISTERING : phone->state;
    if (kind == NAS_INITIAL_REGISTRATION)
        phone_forget_sessions(phone);
    phone->began = phone->radio->timers->now;
    arena_reset(&phone->radio->scratch);
    struct nas_message request = phone_registration_request(phone);
    phone_say(phone, &request);
    timer_start(phone->radio->timers, &phone->guard, T3510);
}

/* To paging. */
static void stop_listening(struct phone *phone)
{
    if (phone->gnb && phone->has_guti)
        map_take(&phone->gnb->camped, phone->guti.s_tmsi.tmsi);
}

static void forget_network(struct phone *phone)
{
    stop_listening(phone);
    nas_security_clear(&phone->security);
    phone->security.ngksi = NAS_NO_KEY;
    phone->next_ngksi = NAS_NO_KEY;
    phone->has_guti = phone->secured = false;
}

static void take_guti(struct phone *phone, const struct nas_guti *guti)
{
    stop_listening(phone);
    phone->guti = *guti;
    phone->has_guti = true;
    map_put(&phone->gnb->camped, guti->s_tmsi.tmsi, phone);
}

static void on_registration_accept(struct phone *phone, const struct nas_registration_accept *accept)
{
    if (phone->state == PHONE_OFF || phone->state == PHONE_LEAVING)
        return;
    timer_stop(phone->radio->timers, &phone->guard);
    phone->state = PHONE_ON;
    phone->mico = accept->has.mico_indication;
    phone->listens = accept->has.t3324 ? SECONDS(accept->t3324) : 0;
    if (accept->has.pdu_session_status)
        phone_keep_sessions(phone, accept->pdu_session_status);
    if (accept->has.guti && accept->guti.type == NAS_GUTI) {
        take_guti(phone, &accept->guti.guti);
        phone_say(phone, &(struct nas_message){.type = NAS_REGISTRATION_COMPLETE});
    }
    phone_event(phone, PHONE_REGISTERED, NULL, 0);
}

static void fail_registration(struct phone *phone, uint8_t cause)
{
    timer_stop(phone->radio->timers, &phone->guard);
    phone->state = PHONE_OFF;
    phone_event(phone, PHONE_REGISTRATION_FAILED, NULL, cause);
}

/* 5.5.1.3.5: a phone that reports stays registered, and looks for another tracking area. */
static bool is_only_here(const struct phone *phone, uint8_t cause)
{
    return cause == NAS_GMM_NO_SUITABLE_CELLS && phone->has_guti &&
           (phone->registration_kind == NAS_MOBILITY_REGISTRATION ||
            phone->registration_kind == NAS_PERIODIC_REGISTRATION);
}

static void on_registration_reject(struct phone *phone, uint8_t cause)
{
    if (is_only_here(phone, cause)) {
        timer_stop(phone->radio->timers, &phone->guard);
        phone->state = PHONE_ON;
        phone_event(phone, PHONE_REGISTRATION_FAILED, NULL, cause);
        return;
    }
    if (cause != NAS_GMM_CONGESTION)
        forget_network(phone);
    fail_registration(phone, cause);
}

/* --- Deregistration (5.5.2) --- */

void phone_deregister(struct phone *phone, bool switch_off)
{
    struct nas_message message = {.type = NAS_DEREGISTRATION_REQUEST};
    struct nas_deregistration_request *request = &message.deregistration_request;
    arena_reset(&phone->radio->scratch);
    request->type = (struct nas_deregistration_type){.access = NAS_ACCESS_3GPP, .switch_off = switch_off};
    request->ngksi = phone->security.ngksi;
    request->identity = own_identity(phone);
    phone->state = PHONE_LEAVING;
    phone->began = phone->radio->timers->now;
    phone_say(phone, &message);
    timer_start(phone->radio->timers, &phone->guard, switch_off ? MILLISECONDS(1) : T3521);
}

static void left(struct phone *phone)
{
    timer_stop(phone->radio->timers, &phone->guard);
    phone_forget_sessions(phone);
    phone->state = PHONE_OFF;
    phone_event(phone, PHONE_DEREGISTERED, NULL, 0);
}

static void on_network_deregistration(struct phone *phone,
                                      const struct nas_network_deregistration_request *request)
{
    phone_say(phone, &(struct nas_message){.type = NAS_NETWORK_DEREGISTRATION_ACCEPT});
    if (!request->type.reregistration_required)
        forget_network(phone);
    left(phone);
}

/* --- Service request (5.6.1) --- */

void phone_request_service(struct phone *phone, enum nas_service_type type)
{
    struct nas_message message = {.type = NAS_SERVICE_REQUEST};
    struct nas_service_request *request = &message.service_request;
    request->ngksi = phone->security.ngksi;
    request->service_type = (uint8_t)type;
    request->identity = (struct nas_mobile_identity){.type = NAS_S_TMSI, .s_tmsi = phone->guti.s_tmsi};
    request->pdu_session_status = phone_session_set(phone);
    request->has.pdu_session_status = true;
    if (type == NAS_SERVICE_DATA) {
        request->uplink_data_status = phone_sessions_up(phone);
        request->has.uplink_data_status = request->uplink_data_status != 0;
    }
    phone->awaiting_service = true;
    phone->began = phone->radio->timers->now;
    phone_say(phone, &message);
    timer_start(phone->radio->timers, &phone->guard, T3517);
}

static void on_service_accept(struct phone *phone, const struct nas_service_accept *accept)
{
    if (!phone->awaiting_service)
        return;
    if (accept->has.pdu_session_status)
        phone_keep_sessions(phone, accept->pdu_session_status);
    timer_stop(phone->radio->timers, &phone->guard);
    phone->awaiting_service = false;
    phone_event(phone, PHONE_CONNECTED, NULL, 0);
}

static void on_service_reject(struct phone *phone, uint8_t cause)
{
    timer_stop(phone->radio->timers, &phone->guard);
    phone->awaiting_service = false;
    if (cause == NAS_GMM_UE_IDENTITY_CANNOT_BE_DERIVED || cause == NAS_GMM_IMPLICITLY_DEREGISTERED) {
        forget_network(phone);
        phone->state = PHONE_OFF;
    }
    phone_event(phone, PHONE_SERVICE_FAILED, NULL, cause);
}

/* The connection went before the answer came; who still has packets asks again (5.6.1.7). */
static void abort_service_request(struct phone *phone)
{
    timer_stop(phone->radio->timers, &phone->guard);
    phone->awaiting_service = false;
}

/* --- What the network says --- */

static void on_configuration_update(struct phone *phone,
                                    const struct nas_configuration_update_command *command)
{
    if (command->has.guti && command->guti.type == NAS_GUTI)
        take_guti(phone, &command->guti.guti);
    if (command->has.indication && command->indication.acknowledge)
        phone_say(phone, &(struct nas_message){.type = NAS_CONFIGURATION_UPDATE_COMPLETE});
    if (command->has.full_name || command->has.short_name)
        phone_event(phone, PHONE_NETWORK_NAME, NULL, 0);
}

static void on_transport(struct phone *phone, const struct nas_dl_nas_transport *transport)
{
    struct nas_message inner;
    struct nas_error error;
    if (transport->has.cause) { /* our own message, returned: no SMF took it */
        struct phone_session *session = phone_session(phone, transport->pdu_session_id);
        if (session && !session->up)
            phone_event(phone, PHONE_SESSION_FAILED, session, transport->cause);
    } else if (transport->payload_container_type == NAS_PAYLOAD_N1_SM &&
               nas_decode(transport->payload_container, &phone->radio->scratch, &inner, &error)) {
        phone_on_gsm(phone, &inner);
    }
}

/* Only these may come without protection (4.4.4.2). */
static bool may_be_plain(uint8_t type)
{
    return type == NAS_IDENTITY_REQUEST || type == NAS_AUTHENTICATION_REQUEST ||
           type == NAS_AUTHENTICATION_RESULT || type == NAS_AUTHENTICATION_REJECT ||
           type == NAS_REGISTRATION_REJECT || type == NAS_DEREGISTRATION_ACCEPT || type == NAS_SERVICE_REJECT;
}

static void on_message(struct phone *phone, const struct nas_message *message)
{
    if (phone->radio->ports->saw_nas)
        phone->radio->ports->saw_nas(phone->radio->context, phone, false, message);
    switch (message->type) {
    case NAS_IDENTITY_REQUEST:
        send_identity(phone, message->identity_request.identity_type);
        break;
    case NAS_AUTHENTICATION_REQUEST:
        phone_authenticate(phone, &message->authentication_request);
        break;
    case NAS_AUTHENTICATION_REJECT:
        on_registration_reject(phone, 0);
        break;
    case NAS_REGISTRATION_ACCEPT:
        on_registration_accept(phone, &message->registration_accept);
        break;
    case NAS_REGISTRATION_REJECT:
        on_registration_reject(phone, message->registration_reject.cause);
        break;
    case NAS_DEREGISTRATION_ACCEPT:
        left(phone);
        break;
    case NAS_NETWORK_DEREGISTRATION_REQUEST:
        on_network_deregistration(phone, &message->network_deregistration_request);
        break;
    case NAS_SERVICE_ACCEPT:
        on_service_accept(phone, &message->service_accept);
        break;
    case NAS_SERVICE_REJECT:
        on_service_reject(phone, message->service_reject.cause);
        break;
    case NAS_CONFIGURATION_UPDATE_COMMAND:
        on_configuration_update(phone, &message->configuration_update_command);
        break;
    case NAS_DL_NAS_TRANSPORT:
        on_transport(phone, &message->dl_nas_transport);
        break;
    default:
        break;
    }
}

void phone_on_nas(struct phone *phone, struct bytes nas)
{
    struct nas_envelope envelope;
    struct nas_message message;
    struct nas_error error;
    struct nas_opened opened;
    uint8_t plain[PHONE_NAS_BYTES];
    struct bytes inner = nas;
    arena_reset(&phone->radio->scratch);
    if (!nas_open(nas, &envelope, NULL))
        return;
    if (envelope.security_header == NAS_INTEGRITY_NEW) {
        phone_security_mode(phone, nas);
        return;
    }
    if (envelope.security_header != NAS_PLAIN) {
        if (nas_unprotect(&phone->security, nas, plain, sizeof plain, &opened) != NAS_ACCEPTED)
            return;
        phone->secured = true;
        inner = opened.message;
    }
    if (!nas_decode(inner, &phone->radio->scratch, &message, &error))
        return;
    if (envelope.security_header != NAS_PLAIN || may_be_plain(message.type))
        on_message(phone, &message);
}

void phone_on_release(struct phone *phone)
{
    phone->connection = NULL;
    phone->secured = false;
    phone->idle_since = phone->radio->timers->now;
    if (phone->state == PHONE_REGISTERING)
        fail_registration(phone, 0);
    else if (phone->state == PHONE_LEAVING) /* 5.5.2.2.6 b */
        left(phone);
    else if (phone->awaiting_service)
        abort_service_request(phone);
    phone_event(phone, PHONE_IDLE, NULL, 0);
}

static bool asleep(const struct phone *phone)
{
    return phone->mico && phone->radio->timers->now - phone->idle_since >= phone->listens;
}

void phone_on_paging(struct phone *phone)
{
    if (phone->connection || phone->state != PHONE_ON || asleep(phone))
        return;
    phone_event(phone, PHONE_PAGED, NULL, 0);
    phone_request_service(phone, NAS_SERVICE_MOBILE_TERMINATED);
}

/* --- Birth and cell --- */

/* The procedure is given up, and with it the connection (5.5.1.2.7, 5.6.1.7, 5.5.2.2.6). */
static void guard_expired(struct timer *timer)
{
    struct phone *phone = (struct phone *)((char *)timer - offsetof(struct phone, guard));
    if (phone->state == PHONE_REGISTERING) {
        fail_registration(phone, 0);
    } else if (phone->state == PHONE_LEAVING) {
        left(phone);
    } else if (phone->awaiting_service) {
        phone->awaiting_service = false;
        phone_event(phone, PHONE_SERVICE_FAILED, NULL, 0);
    }
    ran_gnb_lose(phone->connection);
}

void phone_init(struct phone *phone, struct radio *radio, const struct phone_model *model, const char *imsi,
                const struct aka_key *key)
{
    *phone = (struct phone){.radio = radio, .model = model, .guard.fire = guard_expired};
    snprintf(phone->imsi, sizeof phone->imsi, "%s", imsi);
    snprintf(phone->imeisv, sizeof phone->imeisv, "43%s", imsi + 1);
    usim_init(&phone->usim, key);
    forget_network(phone);
}

void phone_free(struct phone *phone)
{
    timer_stop(phone->radio->timers, &phone->guard);
    phone_forget_sessions(phone);
    forget_network(phone);
    OPENSSL_cleanse(&phone->usim, sizeof phone->usim);
    OPENSSL_cleanse(phone->kamf, sizeof phone->kamf);
    OPENSSL_cleanse(phone->next_kamf, sizeof phone->next_kamf);
    OPENSSL_cleanse(&phone->access, sizeof phone->access);
}

static void listen_at(struct phone *phone, struct ran_gnb *gnb)
{
    stop_listening(phone);
    phone->gnb = gnb;
    if (phone->has_guti)
        map_put(&gnb->camped, phone->guti.s_tmsi.tmsi, phone);
}

void phone_camp(struct phone *phone, struct ran_gnb *gnb)
{
    if (phone->gnb == gnb)
        return;
    if (phone->connection)
        ran_gnb_forget(phone->connection);
    phone->connection = NULL;
    phone->secured = false;
    listen_at(phone, gnb);
}

void phone_on_handover(struct phone *phone, struct ran_gnb_connection *connection)
{
    phone->connection = connection;
    listen_at(phone, connection->gnb);
}
