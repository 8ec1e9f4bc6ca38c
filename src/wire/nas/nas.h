/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NAS-5GS (TS 24.501, Rel-17): plain messages to and from structs, and the envelope of protected ones. No
 * crypto here: who holds the keys opens the envelope, checks the MAC over `covered`, deciphers `payload`, and
 * decodes that.
 */
#ifndef WIRE_NAS_NAS_H
#define WIRE_NAS_NAS_H

#include "kit/arena.h"
#include "kit/print.h"
#include "wire/nas/cause.h"
#include "wire/nas/envelope.h"
#include "wire/nas/gmm.h"
#include "wire/nas/gsm.h"

enum { NAS_EPD_5GSM = 0x2e, NAS_EPD_5GMM = 0x7e };

/* 9.7; the values of 5GMM and 5GSM do not overlap */
enum nas_message_type {
    NAS_REGISTRATION_REQUEST = 0x41,
    NAS_REGISTRATION_ACCEPT = 0x42,
    NAS_REGISTRATION_COMPLETE = 0x43,
    NAS_REGISTRATION_REJECT = 0x44,
    NAS_DEREGISTRATION_REQUEST = 0x45, /* UE originating */
    NAS_DEREGISTRATION_ACCEPT = 0x46,
    NAS_NETWORK_DEREGISTRATION_REQUEST = 0x47, /* UE terminated */
    NAS_NETWORK_DEREGISTRATION_ACCEPT = 0x48,
    NAS_SERVICE_REQUEST = 0x4c,
    NAS_SERVICE_REJECT = 0x4d,
    NAS_SERVICE_ACCEPT = 0x4e,
    NAS_CONTROL_PLANE_SERVICE_REQUEST = 0x4f,
    NAS_CONFIGURATION_UPDATE_COMMAND = 0x54,
    NAS_CONFIGURATION_UPDATE_COMPLETE = 0x55,
    NAS_AUTHENTICATION_REQUEST = 0x56,
    NAS_AUTHENTICATION_RESPONSE = 0x57,
    NAS_AUTHENTICATION_REJECT = 0x58,
    NAS_AUTHENTICATION_FAILURE = 0x59,
    NAS_AUTHENTICATION_RESULT = 0x5a,
    NAS_IDENTITY_REQUEST = 0x5b,
    NAS_IDENTITY_RESPONSE = 0x5c,
    NAS_SECURITY_MODE_COMMAND = 0x5d,
    NAS_SECURITY_MODE_COMPLETE = 0x5e,
    NAS_SECURITY_MODE_REJECT = 0x5f,
    NAS_GMM_STATUS = 0x64,
    NAS_NOTIFICATION = 0x65,
    NAS_NOTIFICATION_RESPONSE = 0x66,
    NAS_UL_NAS_TRANSPORT = 0x67,
    NAS_DL_NAS_TRANSPORT = 0x68,

    NAS_SESSION_ESTABLISHMENT_REQUEST = 0xc1,
    NAS_SESSION_ESTABLISHMENT_ACCEPT = 0xc2,
    NAS_SESSION_ESTABLISHMENT_REJECT = 0xc3,
    NAS_SESSION_AUTHENTICATION_COMMAND = 0xc5,
    NAS_SESSION_AUTHENTICATION_COMPLETE = 0xc6,
    NAS_SESSION_AUTHENTICATION_RESULT = 0xc7,
    NAS_SESSION_MODIFICATION_REQUEST = 0xc9,
    NAS_SESSION_MODIFICATION_REJECT = 0xca,
    NAS_SESSION_MODIFICATION_COMMAND = 0xcb,
    NAS_SESSION_MODIFICATION_COMPLETE = 0xcc,
    NAS_SESSION_MODIFICATION_COMMAND_REJECT = 0xcd,
    NAS_SESSION_RELEASE_REQUEST = 0xd1,
    NAS_SESSION_RELEASE_REJECT = 0xd2,
    NAS_SESSION_RELEASE_COMMAND = 0xd3,
    NAS_SESSION_RELEASE_COMPLETE = 0xd4,
    NAS_GSM_STATUS = 0xd6,
};

struct nas_message {
    uint8_t type; /* enum nas_message_type; says which member of the union holds, and the protocol */
    uint8_t pdu_session_id, pti; /* 5GSM only */
    union {
        struct nas_registration_request registration_request;
        struct nas_registration_accept registration_accept;
        struct nas_registration_complete registration_complete;
        struct nas_registration_reject registration_reject;
        struct nas_deregistration_request deregistration_request;
        struct nas_network_deregistration_request network_deregistration_request;
        struct nas_service_request service_request;
        struct nas_service_accept service_accept;
        struct nas_service_reject service_reject;
        struct nas_control_plane_service_request control_plane_service_request;
        struct nas_configuration_update_command configuration_update_command;
        struct nas_authentication_request authentication_request;
        struct nas_authentication_response authentication_response;
        struct nas_authentication_reject authentication_reject;
        struct nas_authentication_failure authentication_failure;
        struct nas_authentication_result authentication_result;
        struct nas_identity_request identity_request;
        struct nas_identity_response identity_response;
        struct nas_security_mode_command security_mode_command;
        struct nas_security_mode_complete security_mode_complete;
        struct nas_security_mode_reject security_mode_reject;
        struct nas_gmm_status gmm_status;
        struct nas_notification notification;
        struct nas_notification_response notification_response;
        struct nas_ul_nas_transport ul_nas_transport;
        struct nas_dl_nas_transport dl_nas_transport;

        struct nas_session_establishment_request session_establishment_request;
        struct nas_session_establishment_accept session_establishment_accept;
        struct nas_session_establishment_reject session_establishment_reject;
        struct nas_session_authentication_command session_authentication_command;
        struct nas_session_authentication_complete session_authentication_complete;
        struct nas_session_authentication_result session_authentication_result;
        struct nas_session_modification_request session_modification_request;
        struct nas_session_modification_reject session_modification_reject;
        struct nas_session_modification_command session_modification_command;
        struct nas_session_modification_complete session_modification_complete;
        struct nas_session_modification_command_reject session_modification_command_reject;
        struct nas_session_release_request session_release_request;
        struct nas_session_release_reject session_release_reject;
        struct nas_session_release_command session_release_command;
        struct nas_session_release_complete session_release_complete;
        struct nas_gsm_status gsm_status;
    };
};

struct nas_error {
    struct fault fault;
    uint8_t
        cause; /* to answer with in a status message or reject; 0: the message is to be ignored (7.2, 7.3) */
};

/*
 * Decodes a plain message as clause 7 demands: unknown, repeated and syntactically incorrect optional IEs count as absent, all
 * else is an error; order among optional IEs is not insisted on. True with error->fault set means that an IE was dropped.
 * False still fills type, pdu_session_id and pti as far as they were there. Views point into `plain`, lists and texts live
 * in the arena.
 */
bool nas_decode(struct bytes plain, struct arena *arena, struct nas_message *out, struct nas_error *error);

/* False: a value cannot be said on the wire, a list is too long, or the writer is full. */
bool nas_encode(const struct nas_message *message, struct writer *w);

/* As an object of that name (NULL: outermost), as in kit/print.h. */
void nas_print(struct printer *p, const char *name, const struct nas_message *message);

/* "Registration request", or NULL for no known type. */
const char *nas_message_name(uint8_t type);

/* The type of a plain message without decoding it; 0 when it is too short, protected or of another protocol.
 */
uint8_t nas_peek(struct bytes plain);

struct nas_envelope {
    uint8_t security_header; /* enum nas_security_header */
    uint32_t mac;
    uint8_t sequence;
    struct bytes payload; /* the plain or ciphered message inside; for NAS_PLAIN the whole */
    struct bytes covered; /* what the MAC covers: sequence number and payload; empty for NAS_PLAIN */
};

/* 9.1.1: takes the outermost header apart; false for anything that is no 5GMM message or has a reserved
 * header type. A plain 5GSM message is none: it comes only inside a payload container. */
bool nas_open(struct bytes pdu, struct nas_envelope *envelope, struct fault *fault);

/*
 * Begins a protected message with a MAC of zero; the message is encoded behind it, ciphered in place from
 * start + NAS_ENVELOPE_BYTES on, and then the MAC is computed over all from start + NAS_COVERED_AT on and
 * set. Returns start, the envelope's offset in the writer.
 */
size_t nas_wrap(struct writer *w, uint8_t security_header, uint8_t sequence);
void nas_set_mac(struct writer *w, size_t start, uint32_t mac);

#endif
