/* SPDX-License-Identifier: Apache-2.0 */
/* What the peer's SMF is told (TS 29.502 UpdateSMContext, ReleaseSMContext): of user planes, by the phone, by gNBs. */
#include <stdio.h>
#include <stdlib.h>

#include "core/cause.h"
#include "core/peer/services.h"
#include "core/peer/whereabouts.h"
#include "core/smf/remote_inside.h"
#include "core/smf/remote_tunnel.h"
#include "core/smf/sm_names.h"
#include "kit/log.h"
#include "wire/nas/nas.h"

/* A phone waits for the answer to its service request (T3517). */
#define ACTIVATION_TIME SECONDS(2)

/* Of its SM context; takes over the content. False: out of memory. */
static bool request_of(const struct remote *remote, const char *operation, struct sbi_content *content,
                       struct sbi_message *request)
{
    char path[PEER_PATH_BYTES];
    snprintf(path, sizeof path, NSMF_CONTEXTS "%s/%s", remote->ref, operation);
    return peer_request(amf_core(remote->ue), path, content, request);
}

bool remote_modify(struct remote *remote, struct sbi_content *content, peer_answered *answered)
{
    struct sbi_message request;
    return request_of(remote, "modify", content, &request) &&
           peer_post(amf_core(remote->ue), remote->peer, &request, answered, amf_supi(remote->ue),
                     remote->psi);
}

void remote_say_place(struct remote *remote, const struct sbi_content *content)
{
    struct whereabouts place;
    if (!amf_whereabouts(remote->ue, &place))
        return;
    json_object_set_new(content->json, "ueLocation", json_location(place));
    remote->told = place.gnb;
}

void remote_taken(struct core *core, unsigned peer, uint64_t supi, unsigned psi,
                  const struct sbi_message *response)
{
    struct remote *remote = remote_at(core, peer, supi, psi);
    if (remote && response && response->status == 404)
        remote_end(remote);
}

static struct sbi_content activation_of(struct remote *remote)
{
    struct sbi_content content = {.json = json_pack("{s:s}", "upCnxState", "ACTIVATING")};
    remote_say_place(remote, &content);
    return content;
}

/* The gNB's part of a user plane that was asked for; empty when it is not to be had. */
static struct bytes setup_of(const struct remote *remote, const struct sbi_message *response)
{
    struct core *core = amf_core(remote->ue);
    struct sbi_content content = {0};
    struct bytes transfer = {0};
    if (response && sbi_succeeded(response) && sbi_content_read(response, &core->batch, &content, NULL))
        transfer = smf_transfer_anew(core, &ngap_type_pdu_session_resource_setup_request_transfer,
                                     sbi_content_part(&content, content.json, "n2SmInfo"));
    if (!transfer.len)
        log_info("smf", NULL, "%s does not set up a user plane", peer_name(core, remote->peer));
    sbi_content_free(&content);
    return transfer;
}

/* It may have done what it was asked for, only too late. Said once: a repetition could meet a later user plane. */
static void take_back(struct remote *remote)
{
    struct sbi_content content = {.json = json_pack("{s:s}", "upCnxState", "DEACTIVATED")};
    remote->activating = remote->data_waits = false;
    remote_modify(remote, &content, remote_taken);
}

void remote_pass_on(struct remote *remote, const struct n1n2_message *message)
{
    const enum amf_delivery delivery = amf_n1n2_transfer(remote->ue, message);
    if (delivery == AMF_PAGING)
        remote_keep(remote, message);
    else if (delivery == AMF_UNREACHABLE && message->n2 == N2_SETUP_REQUEST)
        take_back(remote);
}

static void activated(struct core *core, unsigned peer, uint64_t supi, unsigned psi,
                      const struct sbi_message *response)
{
    struct remote *remote = remote_at(core, peer, supi, psi);
    if (!remote || !remote->activating)
        return;
    if (response && response->status == 404) {
        remote_end(remote);
        return;
    }
    const struct n1n2_message message = {.pdu_session_id = remote->psi,
                                         .slice = remote->slice,
                                         .n2 = N2_SETUP_REQUEST,
                                         .n2_transfer = setup_of(remote, response)};
    remote->data_waits = false;
    if (!message.n2_transfer.len) {
        remote->activating = false;
        return;
    }
    remote_pass_on(remote, &message);
}

void remote_wake(struct remote *remote)
{
    struct sbi_content content = activation_of(remote);
    remote->activating = remote_modify(remote, &content, activated);
}

/* The session may end, and the procedure be cancelled, while its anchor is asked. */
static bool ask_activation(struct procedure *p, uint8_t psi, struct smf_setup_item *item)
{
    struct meanwhile meanwhile = {.time = ACTIVATION_TIME};
    struct remote *remote = remote_find(p->owner, psi);
    struct sbi_message request;
    if (!remote || remote->has_kept || remote->activating)
        return false;
    struct sbi_content content = activation_of(remote);
    remote->activating = request_of(remote, "modify", &content, &request);
    if (!remote->activating)
        return false;
    const struct sbi_message *response = peer_ask_unless(p, remote->peer, &request, &meanwhile);
    remote = remote_find(p->owner, psi);
    if (!remote)
        return false;
    if (response && response->status == 404) {
        remote_end(remote);
        return false;
    }
    *item = (struct smf_setup_item){psi, remote->slice, arena_copy(&p->memory, setup_of(remote, response))};
    if (item->transfer.len)
        remote->data_waits = false;
    else
        take_back(remote);
    return item->transfer.len != 0;
}

unsigned remote_activate(struct procedure *p, uint16_t wanted, struct smf_setup_item *items)
{
    unsigned count = 0;
    for (uint8_t psi = 1; psi <= SMF_SESSIONS_PER_UE && !procedure_cancelled(p); psi++) {
        if ((wanted >> psi & 1) && ask_activation(p, psi, &items[count]))
            count++;
    }
    return count;
}

void remote_deactivate(struct ue *ue, uint16_t which)
{
    for (struct remote *remote = remote_first(ue); remote; remote = remote->next) {
        struct sbi_content content = {0};
        struct sbi_message request;
        if (!(which & remote_bit(remote)) || !(remote->active || remote->activating))
            continue;
        remote->active = remote->activating = false;
        remote->told = (struct config_gnb_id){0};
        core_dirty(amf_core(ue), &remote->row);
        content.json = json_pack("{s:s}", "upCnxState", "DEACTIVATED");
        if (request_of(remote, "modify", &content, &request))
            peer_tell(amf_core(ue), remote->peer, &request);
    }
}

void remote_keep_only(struct ue *ue, uint16_t existing)
{
    for (struct remote *remote = remote_first(ue), *next; remote; remote = next) {
        struct sbi_content content = {.json = NULL};
        struct sbi_message request;
        next = remote->next;
        if (existing & remote_bit(remote))
            continue;
        content.json = json_object();
        if (request_of(remote, "release", &content, &request))
            peer_tell(amf_core(ue), remote->peer, &request);
        remote_end(remote);
    }
}

/* Nobody is there, or nobody who knows the session: the phone need not wait for its timers (TS 24.501 5.4.5.2.5). */
static void heard(struct core *core, unsigned peer, uint64_t supi, unsigned psi,
                  const struct sbi_message *response)
{
    struct remote *remote = remote_at(core, peer, supi, psi);
    if (!remote)
        return;
    bool lost = !response || response->status == 404 || response->status >= 500;
    if (lost && remote->said.len)
        amf_n1_not_forwarded(remote->ue, remote->psi, remote->said);
    free((void *)remote->said.data);
    remote->said = (struct bytes){0};
    remote_taken(core, peer, supi, psi, response);
}

static void tell_n1(struct remote *remote, struct bytes payload)
{
    struct core *core = amf_core(remote->ue);
    struct sbi_content content = {0};
    free((void *)remote->said.data);
    if (!remote_copy(&remote->said, payload))
        remote->said = (struct bytes){0};
    content.json = json_pack("{s:o}", "n1SmMsg", sbi_content_add(&content, &core->batch, SBI_5GNAS, payload));
    remote_modify(remote, &content, heard);
}

bool remote_n1_message(struct ue *ue, const struct smf_n1 *message)
{
    struct remote *remote = remote_find(ue, message->pdu_session_id);
    if (remote && nas_peek(message->payload) == NAS_SESSION_ESTABLISHMENT_REQUEST) {
        remote_keep_only(ue, (uint16_t)~remote_bit(remote)); /* set up anew: here */
        return false;
    }
    if (!remote)
        return false;
    tell_n1(remote, message->payload);
    return true;
}

static void note_answer(struct remote *remote, enum n2_answer kind)
{
    if (kind == N2_SETUP_RESPONSE)
        remote->active = remote->activating;
    if (kind == N2_SETUP_UNSUCCESSFUL || kind == N2_NOTIFY_RELEASED || kind == N2_RELEASE_RESPONSE)
        remote->active = false;
    remote->activating = false;
    core_dirty(amf_core(remote->ue), &remote->row);
}

bool remote_n2_response(struct ue *ue, uint8_t pdu_session_id, enum n2_answer kind, struct bytes transfer)
{
    struct remote *remote = remote_find(ue, pdu_session_id);
    struct sbi_content content = {0};
    if (remote)
        remote_check_answer(ue, &kind, &transfer);
    const char *type = name_of_value(n2_answer_names, (int)kind);
    if (!remote || !type)
        return remote != NULL;
    note_answer(remote, kind);
    content.json =
        json_pack("{s:o, s:s}", "n2SmInfo",
                  sbi_content_add(&content, &amf_core(ue)->batch, SBI_NGAP, transfer), "n2SmInfoType", type);
    remote_modify(remote, &content, remote_taken);
    return true;
}

/* --- with a procedure that waits --- */

bool remote_anchor(const struct ue *ue, uint8_t pdu_session_id, unsigned *peer, const char **ref)
{
    const struct remote *remote = remote_find(ue, pdu_session_id);
    if (!remote)
        return false;
    *peer = remote->peer;
    *ref = remote->ref;
    return true;
}

bool remote_exchange(struct procedure *p, const struct remote_words *words, struct meanwhile *meanwhile,
                     struct bytes *answer)
{
    struct sbi_content content = {0};
    struct sbi_message request;
    char path[PEER_PATH_BYTES];
    content.json =
        json_pack("{s:s*, s:s, s:o}", "hoState", words->state, "n2SmInfoType", words->type, "n2SmInfo",
                  sbi_content_add(&content, &p->core->batch, SBI_NGAP, words->transfer));
    if (words->target)
        json_object_set_new(content.json, "targetId", json_target(*words->target));
    if (words->here)
        json_object_set_new(content.json, "ueLocation", json_location(*words->here));
    snprintf(path, sizeof path, NSMF_CONTEXTS "%s/modify", words->ref);
    const struct sbi_message *response = peer_request(p->core, path, &content, &request)
                                             ? peer_ask_unless(p, words->peer, &request, meanwhile)
                                             : NULL;
    *answer = (struct bytes){0};
    content = (struct sbi_content){0};
    if (!response || !sbi_content_read(response, &p->memory, &content, NULL))
        return false;
    const bool done = sbi_succeeded(response);
    *answer = arena_copy(&p->memory, smf_transfer_anew(p->core, done ? words->answer : words->refusal,
                                                       sbi_content_part(&content, content.json, "n2SmInfo")));
    sbi_content_free(&content);
    return done && answer->len;
}

bool remote_switch_path(struct procedure *p, struct bytes transfer, struct smf_switch *item)
{
    struct whereabouts here;
    struct remote_words words = {.type = "PATH_SWITCH_REQ",
                                 .transfer = transfer,
                                 .here = amf_whereabouts(p->owner, &here) ? &here : NULL,
                                 .answer = &ngap_type_path_switch_request_acknowledge_transfer,
                                 .refusal = &ngap_type_path_switch_request_unsuccessful_transfer};
    if (!remote_admits_switch(p->owner, item->target.gnb, transfer)) {
        item->answer = arena_copy(
            &p->memory, smf_path_switch_unsuccessful(p->core, N2_TRANSPORT(TRANSPORT_RESOURCE_UNAVAILABLE)));
        return false;
    }
    if (remote_anchor(p->owner, item->pdu_session_id, &words.peer, &words.ref) &&
        remote_exchange(p, &words, NULL, &item->answer))
        return true;
    if (!item->answer.len)
        item->answer = arena_copy(
            &p->memory, smf_path_switch_unsuccessful(
                            p->core, N2_RADIO(HO_FAILURE_IN_TARGET_5GC_NGRAN_NODE_OR_TARGET_SYSTEM)));
    return false;
}

/* --- at the end of a handover --- */

static void completed(struct core *core, unsigned peer, uint64_t supi, unsigned psi,
                      const struct sbi_message *response)
{
    struct remote *remote = remote_at(core, peer, supi, psi);
    if (!remote || (response && sbi_succeeded(response)))
        return;
    struct ue *ue = remote->ue;
    log_warning("smf", NULL, "%s does not follow a handover", peer_name(core, peer));
    if (response && response->status == 404)
        remote_end(remote);
    amf_lost_user_plane(ue);
}

/* hoState COMPLETED (TS 29.502 5.2.2.3.4.3). */
static void complete(struct remote *remote)
{
    struct sbi_content content = {.json = json_pack("{s:s}", "hoState", "COMPLETED")};
    if (!remote_modify(remote, &content, completed))
        remote->active = false;
}

bool remote_arrived(struct ue *ue, unsigned peer, const struct moved_session *session, const char *ref,
                    bool follows)
{
    if (!remote_add(ue, peer, session, ref))
        return false;
    struct remote *remote = remote_find(ue, session->psi);
    remote->active = true;
    if (follows)
        complete(remote);
    else
        remote_deactivate(ue, remote_bit(remote));
    return true;
}

bool remote_follows(struct ue *ue, uint8_t pdu_session_id)
{
    struct remote *remote = remote_find(ue, pdu_session_id);
    if (remote)
        complete(remote);
    return remote != NULL;
}
