/* SPDX-License-Identifier: Apache-2.0 */
/* A simulated phone proves itself and takes keys into use (TS 24.501 5.4.1, 5.4.2; TS 33.501 6.1.3.2, 6.7.2). */
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "crypt/kdf.h"
#include "ran/phone.h"

/* "5G:mnc070.mcc999.3gppnetwork.org" (TS 24.501 9.12.1) */
static struct bytes serving_network_name(const struct phone *phone, char text[40])
{
    char plmn[NAS_PLMN_TEXT];
    nas_plmn_text(phone->gnb->settings.plmn, plmn);
    const char *mnc = plmn + 3;
    int length =
        snprintf(text, 40, "5G:mnc%s%s.mcc%.3s.3gppnetwork.org", strlen(mnc) == 2 ? "0" : "", mnc, plmn);
    return bytes_of(text, (size_t)length);
}

static void refuse_challenge(struct phone *phone, enum usim_verdict verdict, const uint8_t auts[14])
{
    struct nas_message message = {.type = NAS_AUTHENTICATION_FAILURE};
    struct nas_authentication_failure *failure = &message.authentication_failure;
    failure->cause = NAS_GMM_MAC_FAILURE;
    if (verdict == USIM_NOT_5G)
        failure->cause = NAS_GMM_NON_5G_AUTHENTICATION_UNACCEPTABLE;
    if (verdict == USIM_SYNCH_FAILURE) {
        failure->cause = NAS_GMM_SYNCH_FAILURE;
        failure->has.auts = true;
        memcpy(failure->auts, auts, sizeof failure->auts);
    }
    phone_say(phone, &message);
}

void phone_authenticate(struct phone *phone, const struct nas_authentication_request *request)
{
    char name[40];
    struct usim_answer answer;
    if (!request->has.rand || !request->has.autn)
        return;
    enum usim_verdict verdict = usim_authenticate(&phone->usim, request->rand, request->autn,
                                                  serving_network_name(phone, name), &answer);
    if (verdict != USIM_OK) {
        refuse_challenge(phone, verdict, answer.auts);
        return;
    }
    kdf_kamf(answer.kseaf, bytes_of(phone->imsi, strlen(phone->imsi)), request->abba, phone->next_kamf);
    phone->next_ngksi = request->ngksi;
    struct nas_message message = {.type = NAS_AUTHENTICATION_RESPONSE};
    message.authentication_response.response = BYTES(answer.res_star);
    message.authentication_response.has.response = true;
    phone_say(phone, &message);
    OPENSSL_cleanse(&answer, sizeof answer);
}

static void reject_security_mode(struct phone *phone, uint8_t cause)
{
    phone_say(phone,
              &(struct nas_message){.type = NAS_SECURITY_MODE_REJECT, .security_mode_reject.cause = cause});
}

/* What the network replays must be what we said, else somebody between us bids the algorithms down. */
static bool replayed_rightly(const struct phone *phone, const struct nas_security_mode_command *command)
{
    const struct nas_ue_security_capability *replayed = &command->replayed_capability;
    return replayed->ea == phone->model->ea && replayed->ia == phone->model->ia &&
           nas_algorithm_offered(replayed->ea, command->algorithms.ciphering) &&
           nas_algorithm_offered(replayed->ia, command->algorithms.integrity);
}

static void complete_security_mode(struct phone *phone, bool imeisv)
{
    struct nas_message complete = {.type = NAS_SECURITY_MODE_COMPLETE};
    struct nas_security_mode_complete *body = &complete.security_mode_complete;
    uint8_t request[PHONE_NAS_BYTES];
    struct writer w = writer_of(request, sizeof request);
    if (imeisv) {
        body->imeisv.type = NAS_IMEISV;
        memcpy(body->imeisv.digits, phone->imeisv, sizeof phone->imeisv);
        body->has.imeisv = true;
    }
    if (phone->full_in_complete) {
        struct nas_message whole = phone_registration_request(phone);
        nas_encode(&whole, &w);
        body->nas_message_container = writer_bytes(&w);
        body->has.nas_message_container = true;
        phone->full_in_complete = false;
    }
    phone_say(phone, &complete);
}

/* Another AMF than the one that has authenticated us gets a key of its own, from the COUNT of our request to it (TS 33.501 6.9.3). */
static void derive_from_present(struct phone *phone)
{
    if (phone->security.ngksi == NAS_KSI_NONE)
        return;
    kdf_kamf_prime(phone->kamf, KDF_IDLE_MOBILITY, phone->security.uplink - 1, phone->next_kamf);
    phone->next_ngksi = phone->security.ngksi;
}

void phone_security_mode(struct phone *phone, struct bytes envelope)
{
    uint8_t plain[PHONE_NAS_BYTES];
    struct nas_message message;
    struct nas_error error;
    struct nas_opened opened;
    struct nas_security fresh;
    struct bytes inner = {envelope.data + NAS_ENVELOPE_BYTES, envelope.len - NAS_ENVELOPE_BYTES};
    if (!nas_decode(inner, &phone->radio->scratch, &message, &error) ||
        message.type != NAS_SECURITY_MODE_COMMAND)
        return;
    const struct nas_security_mode_command *command = &message.security_mode_command;
    if (command->has.additional_information && command->additional_information.horizontal_derivation)
        derive_from_present(phone);
    if (command->ngksi != phone->next_ngksi)
        return;
    nas_security_start(&fresh, NAS_UE, phone->next_kamf, command->algorithms.integrity,
                       command->algorithms.ciphering, command->ngksi);
    if (nas_unprotect(&fresh, envelope, plain, sizeof plain, &opened) != NAS_ACCEPTED)
        return;
    if (phone->radio->ports->saw_nas)
        phone->radio->ports->saw_nas(phone->radio->context, phone, false, &message);
    if (!replayed_rightly(phone, command)) {
        reject_security_mode(phone, NAS_GMM_SECURITY_CAPABILITIES_MISMATCH);
        return;
    }
    if (command->has.additional_information && command->additional_information.retransmission_requested)
        phone->full_in_complete = true;
    phone->security = fresh;
    memcpy(phone->kamf, phone->next_kamf, sizeof phone->kamf);
    phone->secured = true;
    complete_security_mode(phone, command->has.imeisv_request && command->imeisv_request == 1);
}
