/* SPDX-License-Identifier: Apache-2.0 */
/* Which sessions there are, their rows, and what waits for their phones. */
#include "core/smf/remote.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/peer/services.h"
#include "core/smf/remote_inside.h"

enum { ROW_VERSION = 'R', ROW_BYTES = 300 };

struct remote *remote_first(const struct ue *ue)
{
    return *amf_remotes((struct ue *)ue);
}

struct remote *remote_find(const struct ue *ue, uint8_t psi)
{
    struct remote *remote = remote_first(ue);
    while (remote && remote->psi != psi)
        remote = remote->next;
    return remote;
}

struct remote *remote_at(struct core *core, unsigned peer, uint64_t supi, unsigned psi)
{
    struct ue *ue = amf_find(core, supi);
    struct remote *remote = ue ? remote_find(ue, (uint8_t)psi) : NULL;
    return remote && remote->peer == peer ? remote : NULL;
}

uint16_t remote_bit(const struct remote *remote)
{
    return (uint16_t)(1u << remote->psi);
}

/* --- what waits for the phone --- */

void remote_drop_kept(struct remote *remote)
{
    free((void *)remote->kept.n1.data);
    free((void *)remote->kept.n2_transfer.data);
    remote->kept = (struct n1n2_message){0};
    remote->has_kept = false;
}

bool remote_copy(struct bytes *to, struct bytes from)
{
    uint8_t *copy = from.len ? malloc(from.len) : NULL;
    if (from.len && !copy)
        return false;
    if (from.len)
        memcpy(copy, from.data, from.len);
    *to = bytes_of(copy, from.len);
    return true;
}

void remote_keep(struct remote *remote, const struct n1n2_message *message)
{
    struct n1n2_message kept = *message;
    kept.n1 = kept.n2_transfer = (struct bytes){0};
    remote_drop_kept(remote);
    remote->has_kept =
        remote_copy(&kept.n1, message->n1) && remote_copy(&kept.n2_transfer, message->n2_transfer);
    remote->kept = kept;
    if (!remote->has_kept)
        remote_drop_kept(remote);
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
    remote->next = remote_first(ue);
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
    remote_drop_kept(remote);
    free((void *)remote->said.data);
    free(remote);
}

void remote_end(struct remote *remote)
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
    return length && length < REMOTE_REF_BYTES;
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
    while (remote_first(ue))
        remote_end(remote_first(ue));
}

void remote_free_all(struct ue *ue)
{
    while (remote_first(ue))
        remote_free(remote_first(ue));
}

void remote_list(const struct ue *ue, struct moved_context *context)
{
    for (const struct remote *remote = remote_first(ue); remote && context->session_count < MOVED_SESSIONS;
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

/* --- sets --- */

uint16_t remote_sessions(const struct ue *ue)
{
    uint16_t set = 0;
    for (const struct remote *remote = remote_first(ue); remote; remote = remote->next)
        set |= remote_bit(remote);
    return set;
}

uint16_t remote_active(const struct ue *ue)
{
    uint16_t set = 0;
    for (const struct remote *remote = remote_first(ue); remote; remote = remote->next)
        set |= remote->active || remote->activating ? remote_bit(remote) : 0;
    return set;
}

uint16_t remote_pending(const struct ue *ue)
{
    uint16_t set = 0;
    for (const struct remote *remote = remote_first(ue); remote; remote = remote->next)
        set |= remote->data_waits || remote->has_kept ? remote_bit(remote) : 0;
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
