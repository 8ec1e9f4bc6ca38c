/* SPDX-License-Identifier: Apache-2.0 */
#include "core/smf/relocated.h"

#include <stdio.h>

#include "core/peer/services.h"
#include "core/smf/remote.h"
#include "kit/log.h"

bool relocated_find(struct core *core, const struct moved_session *moved, struct relocated *session)
{
    const char *path;
    bool own;
    size_t prefix = strlen(NSMF_CONTEXTS);
    *session = (struct relocated){.moved = moved, .item = {.pdu_session_id = moved->psi}};
    session->anchor = peer_of_uri(core, moved->uri, &own, &path);
    session->item.slice = moved->slice;
    if (own)
        return true;
    if (session->anchor == NO_PEER || strncmp(path, NSMF_CONTEXTS, prefix) != 0)
        return false;
    session->ref = path + prefix;
    return remote_ref_is_plain(session->ref);
}

static bool is_own(const struct relocated *session)
{
    return session->anchor == NO_PEER;
}

/* --- the anchor's SMF --- */

static bool ask(struct procedure *p, struct relocated *session, const char *state, const char *type,
                struct bytes words)
{
    return remote_exchange(p, (unsigned)session->anchor, session->ref, state, type, words,
                           &session->item.transfer);
}

static void tell(struct core *core, const struct relocated *session, const char *state)
{
    struct sbi_content content = {.json = json_pack("{s:s}", "hoState", state)};
    struct sbi_message request;
    char path[PEER_PATH_BYTES];
    snprintf(path, sizeof path, NSMF_CONTEXTS "%s/modify", session->ref);
    if (peer_request(core, path, &content, &request))
        peer_tell(core, (unsigned)session->anchor, &request);
}

/* --- steps --- */

static bool keep(struct procedure *p, struct relocated *session, bool done)
{
    session->item.transfer = arena_copy(&p->memory, session->item.transfer);
    return done;
}

bool relocated_prepare(struct procedure *p, struct relocated *session, struct bytes required)
{
    struct ue *ue = p->owner;
    if (is_own(session))
        session->asked = keep(p, session, smf_handover_prepare(ue, required, &session->item));
    else
        session->asked = ask(p, session, "PREPARING", "HANDOVER_REQUIRED", required);
    return session->asked;
}

bool relocated_admitted(struct procedure *p, struct relocated *session, struct bytes acknowledge)
{
    struct ue *ue = p->owner;
    if (is_own(session))
        return keep(p, session, smf_handover_admitted(ue, acknowledge, &session->item));
    session->item.admitted = ask(p, session, "PREPARED", "HANDOVER_REQ_ACK", acknowledge);
    return session->item.admitted;
}

struct bytes relocated_command(const struct procedure *p, const struct relocated *session)
{
    return is_own(session) ? smf_handover_command(p->owner, &session->item) : session->item.transfer;
}

bool relocated_arrived(struct ue *ue, const struct relocated *session)
{
    uint16_t bit = (uint16_t)(1u << session->moved->psi);
    if (!is_own(session))
        return remote_arrived(ue, (unsigned)session->anchor, session->moved, session->ref,
                              session->item.admitted);
    if (session->item.admitted)
        smf_handover_complete(ue, &session->item, 1);
    else
        smf_deactivate(ue, smf_active(ue) & bit);
    return (smf_sessions(ue) & bit) != 0;
}

void relocated_cancelled(struct ue *ue, const struct relocated *session)
{
    if (is_own(session))
        smf_handover_cancelled(ue, &session->item, 1);
    else if (session->asked)
        tell(amf_core(ue), session, "CANCELLED");
}
