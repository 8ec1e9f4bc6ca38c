/* SPDX-License-Identifier: Apache-2.0 */
#include "core/smf/anchored.h"

#include <stdio.h>

#include "core/peer/services.h"
#include "core/smf/remote.h"
#include "core/smf/remote_tunnel.h"
#include "kit/log.h"

bool anchored_find(struct core *core, const struct moved_session *moved, struct anchored *session)
{
    const char *path;
    bool own;
    size_t prefix = strlen(NSMF_CONTEXTS);
    *session = (struct anchored){.moved = moved, .item = {.pdu_session_id = moved->psi}};
    session->anchor = peer_of_uri(core, moved->uri, &own, &path);
    session->item.slice = moved->slice;
    if (own)
        return true;
    if (session->anchor == NO_PEER || strncmp(path, NSMF_CONTEXTS, prefix) != 0)
        return false;
    session->ref = path + prefix;
    return remote_ref_is_plain(session->ref);
}

/* The session may end while its anchor is asked: its reference is kept. */
bool anchored_own(struct procedure *p, uint8_t pdu_session_id, struct anchored *session)
{
    struct smf_session_view view;
    const char *ref;
    unsigned peer;
    *session = (struct anchored){.item = {.pdu_session_id = pdu_session_id}, .anchor = NO_PEER};
    if (!remote_anchor(p->owner, pdu_session_id, &peer, &ref) ||
        !remote_view(p->owner, pdu_session_id, &view))
        return true;
    session->anchor = (int)peer;
    session->item.slice = view.slice;
    session->ref = (const char *)arena_copy(&p->memory, bytes_of(ref, strlen(ref) + 1)).data;
    return session->ref != NULL;
}

static bool is_own(const struct anchored *session)
{
    return session->anchor == NO_PEER;
}

/* --- the anchor's SMF --- */

static void cancel(struct core *core, const struct anchored *session)
{
    struct sbi_content content = {.json = json_pack("{s:s}", "hoState", "CANCELLED")};
    struct sbi_message request;
    char path[PEER_PATH_BYTES];
    snprintf(path, sizeof path, NSMF_CONTEXTS "%s/modify", session->ref);
    if (peer_request(core, path, &content, &request))
        peer_tell(core, (unsigned)session->anchor, &request);
}

/* Whose answer does not come may have done what it was asked for. */
static bool ask(struct procedure *p, struct anchored *session, struct remote_words words,
                struct meanwhile *meanwhile)
{
    words.refusal = &ngap_type_handover_preparation_unsuccessful_transfer;
    words.peer = (unsigned)session->anchor;
    words.ref = session->ref;
    bool done = remote_exchange(p, &words, meanwhile, &session->item.transfer);
    if (!done && !session->item.transfer.len)
        cancel(p->core, session);
    return done;
}

/* --- steps --- */

static bool keep(struct procedure *p, struct anchored *session, bool done)
{
    session->item.transfer = arena_copy(&p->memory, session->item.transfer);
    return done;
}

bool anchored_prepare(struct procedure *p, struct anchored *session, struct bytes required,
                      struct meanwhile *meanwhile)
{
    const struct remote_words words = {.state = "PREPARING",
                                       .type = "HANDOVER_REQUIRED",
                                       .transfer = required,
                                       .target = &session->target,
                                       .answer = &ngap_type_pdu_session_resource_setup_request_transfer};
    session->prepared = is_own(session)
                            ? keep(p, session, smf_handover_prepare(p->owner, required, &session->item))
                            : ask(p, session, words, meanwhile);
    return session->prepared;
}

bool anchored_admitted(struct procedure *p, struct anchored *session, struct bytes acknowledge,
                       struct meanwhile *meanwhile)
{
    const struct remote_words words = {.state = "PREPARED",
                                       .type = "HANDOVER_REQ_ACK",
                                       .transfer = acknowledge,
                                       .answer = &ngap_type_handover_command_transfer};
    if (is_own(session))
        return keep(p, session, smf_handover_admitted(p->owner, acknowledge, &session->item));
    session->item.admitted = remote_admits_handover(p->owner, amf_target_gnb(p->owner), acknowledge) &&
                             ask(p, session, words, meanwhile);
    return session->item.admitted;
}

struct bytes anchored_command(const struct procedure *p, const struct anchored *session)
{
    return is_own(session) ? smf_handover_command(p->owner, &session->item) : session->item.transfer;
}

bool anchored_arrived(struct ue *ue, const struct anchored *session)
{
    uint16_t bit = (uint16_t)(1u << session->item.pdu_session_id);
    if (!is_own(session))
        return session->moved ? remote_arrived(ue, (unsigned)session->anchor, session->moved, session->ref,
                                               session->item.admitted)
                              : remote_follows(ue, session->item.pdu_session_id);
    if (session->item.admitted)
        smf_handover_complete(ue, &session->item);
    else
        smf_deactivate(ue, smf_active(ue) & bit);
    return (smf_sessions(ue) & bit) != 0;
}

void anchored_cancelled(struct ue *ue, const struct anchored *session)
{
    if (is_own(session))
        smf_handover_cancelled(ue, &session->item);
    else if (session->prepared)
        cancel(amf_core(ue), session);
}
