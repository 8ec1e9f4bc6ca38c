/* SPDX-License-Identifier: Apache-2.0 */
#include "core/smf/remote.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/cause.h"
#include "core/peer/services.h"
#include "core/peer/whereabouts.h"
#include "core/smf/remote_tunnel.h"
#include "core/smf/sm_names.h"
#include "kit/log.h"
#include "store/store.h"
#include "wire/nas/nas.h"

/* A phone waits for the answer to its service request (T3517). */
#define ACTIVATION_TIME SECONDS(2)

enum { REF_BYTES = 64, ROW_VERSION = 'R', ROW_BYTES = 300 };

struct remote {
    struct row row;
    struct remote *next; /* of the same UE */
    struct ue *ue;
    unsigned peer;
    uint8_t psi;
    bool active, activating;
    bool data_waits; /* the peer's plane has packets for the phone */
    bool has_kept;
    struct bytes said;        /* by the phone, until the peer has answered; owned */
    struct n1n2_message kept; /* until the phone can be reached; its bytes are owned */
    struct config_slice slice;
    struct config_gnb_id told; /* the peer: where the phone is connected */
    char ref[REF_BYTES], dnn[MOVED_DNN_BYTES];
};

static struct remote *first_of(const struct ue *ue)
{
    return *amf_remotes((struct ue *)ue);
}

static struct remote *remote_find(const struct ue *ue, uint8_t psi)
{
    struct remote *remote = first_of(ue);
    while (remote && remote->psi != psi)
        remote = remote->next;
    return remote;
}

static uint16_t bit_of(const struct remote *remote)
{
    return (uint16_t)(1u << remote->psi);
}

/* --- what waits for the phone --- */

static void drop_kept(struct remote *remote)
{
    free((void *)remote->kept.n1.data);
    free((void *)remote->kept.n2_transfer.data);
    remote->kept = (struct n1n2_message){0};
    remote->has_kept = false;
}

static bool copy_bytes(struct bytes *to, struct bytes from)
{
    uint8_t *copy = from.len ? malloc(from.len) : NULL;
    if (from.len && !copy)
        return false;
    if (from.len)
        memcpy(copy, from.data, from.len);
    *to = bytes_of(copy, from.len);
    return true;
}

/* The newest message counts: the peer's SMF has one procedure at a time. */
static void keep(struct remote *remote, const struct n1n2_message *message)
{
    struct n1n2_message kept = *message;
    kept.n1 = kept.n2_transfer = (struct bytes){0};
    drop_kept(remote);
    remote->has_kept =
        copy_bytes(&kept.n1, message->n1) && copy_bytes(&kept.n2_transfer, message->n2_transfer);
    remote->kept = kept;
    if (!remote->has_kept)
        drop_kept(remote);
}

/* --- beginning and end --- */

static bool row_write(struct core *core, struct row *row)
{
    struct remote *remote = (struct remote *)((char *)row - offsetof(struct remote, row));
    char supi[SUPI_TEXT_BYTES];
    uint8_t blob[ROW_BYTES];
    struct writer w = writer_of(blob, sizeof blob);
    write_u8(&w, ROW_VERSION);
    write_u32(&w, peer_amf_id(core, remote->peer));
    write_u8(&w, remote->slice.sst);
    write_u32(&w, remote->slice.sd);
    write_u8(&w, remote->active);
    write_bytes(&w, BYTES(remote->ref));
    write_bytes(&w, BYTES(remote->dnn));
    return !w.full && store_session_put(core->store, supi_text(amf_supi(remote->ue), supi), remote->psi,
                                        writer_bytes(&w)) == STORE_OK;
}

static struct remote *remote_new(struct ue *ue, uint8_t psi)
{
    struct remote *remote = calloc(1, sizeof *remote);
    if (!remote)
        return NULL;
    remote->row.write = row_write;
    remote->ue = ue;
    remote->psi = psi;
    remote->next = first_of(ue);
    *amf_remotes(ue) = remote;
    return remote;
}

static void remote_free(struct remote *remote)
{
    struct remote **place = amf_remotes(remote->ue);
    while (*place != remote)
        place = &(*place)->next;
    *place = remote->next;
    core_clean(amf_core(remote->ue), &remote->row);
    drop_kept(remote);
    free((void *)remote->said.data);
    free(remote);
}

/* With its row. */
static void remote_end(struct remote *remote)
{
    core_remove(amf_core(remote->ue), amf_supi(remote->ue), remote->psi);
    remote_free(remote);
}

bool remote_ref_is_plain(const char *ref)
{
    size_t length = strlen(ref);
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)ref[i]) && !strchr("-_.", ref[i]))
            return false;
    }
    return length && length < REF_BYTES;
}

bool remote_add(struct ue *ue, unsigned peer, const struct moved_session *session, const char *ref)
{
    struct remote *remote = smf_sessions(ue) >> session->psi & 1 || !remote_ref_is_plain(ref)
                                ? NULL
                                : remote_new(ue, session->psi);
    if (!remote)
        return false;
    remote->peer = peer;
    remote->slice = session->slice;
    snprintf(remote->ref, sizeof remote->ref, "%s", ref);
    snprintf(remote->dnn, sizeof remote->dnn, "%s", session->dnn);
    core_dirty(amf_core(ue), &remote->row);
    return true;
}

void remote_forget_all(struct ue *ue)
{
    while (first_of(ue))
        remote_end(first_of(ue));
}

void remote_free_all(struct ue *ue)
{
    while (first_of(ue))
        remote_free(first_of(ue));
}

void remote_list(const struct ue *ue, struct moved_context *context)
{
    for (const struct remote *remote = first_of(ue); remote && context->session_count < MOVED_SESSIONS;
         remote = remote->next) {
        struct moved_session *session = &context->sessions[context->session_count++];
        session->psi = remote->psi;
        session->slice = remote->slice;
        snprintf(session->dnn, sizeof session->dnn, "%s", remote->dnn);
        peer_uri(amf_core(ue), remote->peer, NSMF_CONTEXTS, remote->ref, session->uri, sizeof session->uri);
    }
}

static void read_text(struct reader *r, char *text, size_t size)
{
    struct bytes from = read_bytes(r, size);
    if (from.len)
        memcpy(text, from.data, size - 1);
}

bool remote_load(struct ue *ue, uint8_t psi, struct bytes blob)
{
    struct reader r = reader_of(blob);
    if (read_u8(&r) != ROW_VERSION)
        return false;
    int peer = peer_of_amf(amf_core(ue), read_u32(&r));
    struct remote *remote = peer == NO_PEER ? NULL : remote_new(ue, psi);
    if (!remote)
        return false;
    remote->peer = (unsigned)peer;
    remote->slice.sst = read_u8(&r);
    remote->slice.sd = read_u32(&r);
    remote->active = read_u8(&r);
    read_text(&r, remote->ref, sizeof remote->ref);
    read_text(&r, remote->dnn, sizeof remote->dnn);
    if (!reader_ok(&r))
        remote_free(remote);
    return reader_ok(&r);
}

/* --- towards the peer's SMF --- */

static bool request_for(const struct remote *remote, const char *operation, struct sbi_content *content,
                        struct sbi_message *request)
{
    char path[PEER_PATH_BYTES];
    snprintf(path, sizeof path, NSMF_CONTEXTS "%s/%s", remote->ref, operation);
    return peer_request(amf_core(remote->ue), path, content, request);
}

/* The anchor's sessions to partners depend on it. */
static void say_place(struct remote *remote, const struct sbi_content *content)
{
    struct whereabouts place;
    if (!amf_whereabouts(remote->ue, &place))
        return;
    json_object_set_new(content->json, "ueLocation", json_location(place));
    remote->told = place.gnb;
}

static bool activation_of(struct remote *remote, struct sbi_message *request)
{
    struct sbi_content content = {.json = json_pack("{s:s}", "upCnxState", "ACTIVATING")};
    say_place(remote, &content);
    remote->activating = request_for(remote, "modify", &content, request);
    return remote->activating;
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

static void taken(struct core *core, unsigned peer, uint64_t supi, unsigned psi,
                  const struct sbi_message *response);

/* It may have done what it was asked for, only too late. Said once: a repetition could meet a later user plane. */
static void take_back(struct remote *remote)
{
    struct core *core = amf_core(remote->ue);
    struct sbi_content content = {.json = json_pack("{s:s}", "upCnxState", "DEACTIVATED")};
    struct sbi_message request;
    remote->activating = remote->data_waits = false;
    if (request_for(remote, "modify", &content, &request))
        peer_post(core, remote->peer, &request, taken, amf_supi(remote->ue), remote->psi);
}

/* Kept for when it can be delivered; a user plane that never can be does not stay asked for. */
static void pass_on(struct remote *remote, const struct n1n2_message *message)
{
    const enum amf_delivery delivery = amf_n1n2_transfer(remote->ue, message);
    if (delivery == AMF_PAGING)
        keep(remote, message);
    else if (delivery == AMF_UNREACHABLE && message->n2 == N2_SETUP_REQUEST)
        take_back(remote);
}

/* Packets of the peer's plane wait for a connected phone. */
static void activated(struct core *core, unsigned peer, uint64_t supi, unsigned psi,
                      const struct sbi_message *response)
{
    struct ue *ue = amf_find(core, supi);
    struct remote *remote = ue ? remote_find(ue, (uint8_t)psi) : NULL;
    if (!remote || remote->peer != peer || !remote->activating)
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
    pass_on(remote, &message);
}

static void activate(struct remote *remote)
{
    struct sbi_message request;
    remote->activating =
        activation_of(remote, &request) &&
        peer_post(amf_core(remote->ue), remote->peer, &request, activated, amf_supi(remote->ue), remote->psi);
}

/* The session may end, and the procedure be cancelled, while its anchor is asked. */
static bool ask_activation(struct procedure *p, uint8_t psi, struct smf_setup_item *item)
{
    struct meanwhile meanwhile = {.time = ACTIVATION_TIME};
    struct remote *remote = remote_find(p->owner, psi);
    struct sbi_message request;
    if (!remote || remote->has_kept || remote->activating || !activation_of(remote, &request))
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
    for (struct remote *remote = first_of(ue); remote; remote = remote->next) {
        struct sbi_content content = {0};
        struct sbi_message request;
        if (!(which & bit_of(remote)) || !(remote->active || remote->activating))
            continue;
        remote->active = remote->activating = false;
        remote->told = (struct config_gnb_id){0};
        core_dirty(amf_core(ue), &remote->row);
        content.json = json_pack("{s:s}", "upCnxState", "DEACTIVATED");
        if (request_for(remote, "modify", &content, &request))
            peer_tell(amf_core(ue), remote->peer, &request);
    }
}

void remote_keep_only(struct ue *ue, uint16_t existing)
{
    for (struct remote *remote = first_of(ue), *next; remote; remote = next) {
        struct sbi_content content = {.json = NULL};
        struct sbi_message request;
        next = remote->next;
        if (existing & bit_of(remote))
            continue;
        content.json = json_object();
        if (request_for(remote, "release", &content, &request))
            peer_tell(amf_core(ue), remote->peer, &request);
        remote_end(remote);
    }
}

/* An answer that says nothing more than whether the peer still has the session. */
static void taken(struct core *core, unsigned peer, uint64_t supi, unsigned psi,
                  const struct sbi_message *response)
{
    struct ue *ue = amf_find(core, supi);
    struct remote *remote = ue ? remote_find(ue, (uint8_t)psi) : NULL;
    if (remote && remote->peer == peer && response && response->status == 404)
        remote_end(remote);
}

static void forward(struct remote *remote, struct sbi_content *content)
{
    struct sbi_message request;
    if (request_for(remote, "modify", content, &request))
        peer_post(amf_core(remote->ue), remote->peer, &request, taken, amf_supi(remote->ue), remote->psi);
}

/* Nobody is there, or nobody who knows the session: the phone need not wait for its timers (TS 24.501 5.4.5.2.5). */
static void heard(struct core *core, unsigned peer, uint64_t supi, unsigned psi,
                  const struct sbi_message *response)
{
    struct ue *ue = amf_find(core, supi);
    struct remote *remote = ue ? remote_find(ue, (uint8_t)psi) : NULL;
    if (!remote || remote->peer != peer)
        return;
    bool lost = !response || response->status == 404 || response->status >= 500;
    if (lost && remote->said.len)
        amf_n1_not_forwarded(ue, remote->psi, remote->said);
    free((void *)remote->said.data);
    remote->said = (struct bytes){0};
    taken(core, peer, supi, psi, response);
}

static void tell_n1(struct remote *remote, struct bytes payload)
{
    struct core *core = amf_core(remote->ue);
    struct sbi_content content = {0};
    struct sbi_message request;
    free((void *)remote->said.data);
    if (!copy_bytes(&remote->said, payload))
        remote->said = (struct bytes){0};
    content.json = json_pack("{s:o}", "n1SmMsg", sbi_content_add(&content, &core->batch, SBI_5GNAS, payload));
    if (request_for(remote, "modify", &content, &request))
        peer_post(core, remote->peer, &request, heard, amf_supi(remote->ue), remote->psi);
}

bool remote_n1_message(struct ue *ue, const struct smf_n1 *message)
{
    struct remote *remote = remote_find(ue, message->pdu_session_id);
    if (remote && nas_peek(message->payload) == NAS_SESSION_ESTABLISHMENT_REQUEST) {
        remote_keep_only(ue, (uint16_t)~bit_of(remote)); /* set up anew: here */
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
    forward(remote, &content);
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
    struct ue *ue = amf_find(core, supi);
    struct remote *remote = ue ? remote_find(ue, (uint8_t)psi) : NULL;
    if (!remote || remote->peer != peer || (response && sbi_succeeded(response)))
        return;
    log_warning("smf", NULL, "%s does not follow a handover", peer_name(core, peer));
    if (response && response->status == 404)
        remote_end(remote);
    amf_lost_user_plane(ue);
}

/* hoState COMPLETED (TS 29.502 5.2.2.3.4.3). */
static void complete(struct remote *remote)
{
    struct core *core = amf_core(remote->ue);
    struct sbi_content content = {.json = json_pack("{s:s}", "hoState", "COMPLETED")};
    struct sbi_message request;
    if (!request_for(remote, "modify", &content, &request) ||
        !peer_post(core, remote->peer, &request, completed, amf_supi(remote->ue), remote->psi))
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
        remote_deactivate(ue, bit_of(remote));
    return true;
}

bool remote_follows(struct ue *ue, uint8_t pdu_session_id)
{
    struct remote *remote = remote_find(ue, pdu_session_id);
    if (remote)
        complete(remote);
    return remote != NULL;
}

/* --- sets --- */

uint16_t remote_sessions(const struct ue *ue)
{
    uint16_t set = 0;
    for (const struct remote *remote = first_of(ue); remote; remote = remote->next)
        set |= bit_of(remote);
    return set;
}

uint16_t remote_active(const struct ue *ue)
{
    uint16_t set = 0;
    for (const struct remote *remote = first_of(ue); remote; remote = remote->next)
        set |= remote->active || remote->activating ? bit_of(remote) : 0;
    return set;
}

uint16_t remote_pending(const struct ue *ue)
{
    uint16_t set = 0;
    for (const struct remote *remote = first_of(ue); remote; remote = remote->next)
        set |= remote->data_waits || remote->has_kept ? bit_of(remote) : 0;
    return set;
}

bool remote_view(const struct ue *ue, uint8_t pdu_session_id, struct smf_session_view *view)
{
    const struct remote *remote = remote_find(ue, pdu_session_id);
    if (!remote)
        return false;
    *view = (struct smf_session_view){.pdu_session_id = remote->psi,
                                      .active = remote->active,
                                      .dnn = remote->dnn,
                                      .plane = peer_name(amf_core(ue), remote->peer),
                                      .slice = remote->slice};
    return true;
}

/* --- from the peer's SMF --- */

/* False: what is for the gNB cannot be read. */
static bool write_anew(struct core *core, struct n1n2_message *message)
{
    static const struct aper_type *const types[] = {
        [N2_SETUP_REQUEST] = &ngap_type_pdu_session_resource_setup_request_transfer,
        [N2_MODIFY_REQUEST] = &ngap_type_pdu_session_resource_modify_request_transfer,
        [N2_RELEASE_COMMAND] = &ngap_type_pdu_session_resource_release_command_transfer,
    };
    if (message->n2 == N2_NONE)
        return true;
    message->n2_transfer = smf_transfer_anew(core, types[message->n2], message->n2_transfer);
    return message->n2_transfer.len != 0;
}

enum amf_delivery remote_transfer(struct ue *ue, unsigned peer, const struct n1n2_message *told)
{
    struct remote *remote = remote_find(ue, told->pdu_session_id);
    struct n1n2_message own = *told, *message = &own;
    enum amf_delivery delivery;
    if (!remote || remote->peer != peer || !write_anew(amf_core(ue), message))
        return AMF_UNREACHABLE;
    if (!message->n1.len && message->n2 == N2_NONE) {
        remote->data_waits = true;
        if (!amf_connected(ue))
            return amf_page(ue, remote->psi) ? AMF_PAGING : AMF_UNREACHABLE;
        if (!remote->activating)
            activate(remote);
        return AMF_SENT;
    }
    delivery = amf_n1n2_transfer(ue, message);
    if (delivery != AMF_UNREACHABLE)
        remote->activating = remote->activating || message->n2 == N2_SETUP_REQUEST;
    if (delivery == AMF_PAGING)
        keep(remote, message);
    return delivery;
}

/* Nobody heard it: said again when the phone next does something. */
static void placed(struct core *core, unsigned peer, uint64_t supi, unsigned psi,
                   const struct sbi_message *response)
{
    struct ue *ue = amf_find(core, supi);
    struct remote *remote = ue ? remote_find(ue, (uint8_t)psi) : NULL;
    if (remote && !response)
        remote->told = (struct config_gnb_id){0};
    taken(core, peer, supi, psi, response);
}

/* TS 23.502 4.2.2.2.2 step 17, TS 29.502 5.2.2.3.1: who serves the phone, and where. Its user planes are not touched. */
static void tell_place(struct remote *remote)
{
    struct sbi_content content = {0};
    struct sbi_message request;
    struct whereabouts place;
    if (!amf_whereabouts(remote->ue, &place) || config_gnb_id_equal(place.gnb, remote->told))
        return;
    content.json = json_object();
    say_place(remote, &content);
    if (request_for(remote, "modify", &content, &request))
        peer_post(amf_core(remote->ue), remote->peer, &request, placed, amf_supi(remote->ue), remote->psi);
}

void remote_reachable(struct ue *ue)
{
    for (struct remote *remote = first_of(ue); remote; remote = remote->next) {
        struct n1n2_message message = remote->kept;
        tell_place(remote);
        if (!remote->has_kept)
            continue;
        remote->has_kept = false;
        remote->kept = (struct n1n2_message){0};
        pass_on(remote, &message);
        free((void *)message.n1.data);
        free((void *)message.n2_transfer.data);
    }
}

/* N1N2MsgTxfrFailureNotification (TS 29.518 6.1.6.2.31). */
void remote_unreachable(struct ue *ue)
{
    for (struct remote *remote = first_of(ue); remote; remote = remote->next) {
        struct sbi_content content = {0};
        struct sbi_message request;
        char path[PEER_PATH_BYTES];
        if (!remote->has_kept && !remote->data_waits)
            continue;
        drop_kept(remote);
        remote->data_waits = remote->activating = false;
        snprintf(path, sizeof path, FAILURE_NOTIFY "%s", remote->ref);
        content.json = json_pack("{s:s, s:s}", "cause", "UE_NOT_RESPONDING", "n1n2MsgDataUri", path);
        if (peer_request(amf_core(ue), path, &content, &request))
            peer_tell(amf_core(ue), remote->peer, &request);
    }
}

static struct ue *ue_before(const struct peer_request *request, const char *slash)
{
    char supi[SUPI_TEXT_BYTES];
    if (!slash || (size_t)(slash - request->rest) >= sizeof supi)
        return NULL;
    snprintf(supi, sizeof supi, "%.*s", (int)(slash - request->rest), request->rest);
    return amf_find(request->core, supi_of_text(supi));
}

/* POST STATUS_NOTIFY {supi}/{psi} */
void sm_context_status(struct peer_request *request)
{
    const char *slash = strchr(request->rest, '/');
    struct ue *ue = ue_before(request, slash);
    unsigned long psi = slash ? strtoul(slash + 1, NULL, 10) : 0;
    struct remote *remote = ue && psi <= SMF_SESSIONS_PER_UE ? remote_find(ue, (uint8_t)psi) : NULL;
    const json_t *info = json_object_get(request->content.json, "statusInfo");
    const char *status = json_string_value(json_object_get(info, "resourceStatus"));
    if (!remote || remote->peer != request->peer) {
        peer_refuse(request, 404, "CONTEXT_NOT_FOUND");
        return;
    }
    if (status && strcmp(status, "RELEASED") == 0)
        remote_end(remote);
    peer_reply(request, NULL);
}
