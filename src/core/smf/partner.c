/* SPDX-License-Identifier: Apache-2.0 */
#include "core/smf/partner.h"

#include <string.h>

#include "core/peer/peer.h"
#include "core/sharing.h"
#include "core/smf/n4.h"
#include "line/event.h"

/* --- what a session is about --- */

static const struct config_dnn *dnn_of(const struct session *session)
{
    const struct config_dnn *dnn =
        session->network ? config_find_dnn(session_smf(session)->core->config, session->network->name) : NULL;
    return dnn && *dnn->partner ? dnn : NULL;
}

static void add_hop(struct smf_crossing *crossing, enum path_part part, const char *name, uint32_t misfits)
{
    crossing->hops[crossing->path.count++] = (struct path_hop){part, name, misfits};
}

static void begin_path(const struct session *session, struct smf_crossing *crossing)
{
    const struct core *core = session_smf(session)->core;
    const struct config_dnn *dnn = dnn_of(session);
    *crossing = (struct smf_crossing){.partner = dnn ? dnn->partner : "",
                                      .label = dnn ? dnn->label : "",
                                      .end_to_end = dnn && dnn->end_to_end};
    crossing->path.hops = crossing->hops;
    add_hop(crossing, PATH_FUNCTION, core->config->network.amf_name, 0);
    add_hop(crossing, PATH_PLANE, session->upf ? session->upf->name : NULL, 0);
}

/* That core and its gNB are on the path, by what this core's inventory knows of them. */
static const char *peer_called(const struct core *core, uint32_t amf)
{
    const int peer = amf ? peer_of_amf(core, amf) : NO_PEER;
    return peer == NO_PEER ? NULL : peer_name(core, (unsigned)peer);
}

static struct config_ip ip_of(const struct tunnel *end)
{
    struct config_ip ip = {.family = end->family};
    memcpy(ip.address, end->address, sizeof ip.address);
    return ip;
}

/* Packets that go elsewhere than to the gNB's own addresses go nobody knows where. */
static bool ends_at(const struct core *core, struct config_gnb_id id, const struct tunnel *end)
{
    const struct config_ip ip = ip_of(end);
    return ledger_gnb_ends(core->ledger, id, &ip);
}

static void add_cell(struct smf_crossing *crossing, const struct core *core, const struct smf_cell *cell,
                     const struct tunnel *end)
{
    const struct ledger_asset *known;
    if (cell->gnb) {
        add_hop(crossing, PATH_GNB, amf_gnb_name(cell->gnb), amf_gnb_misfits(cell->gnb));
        return;
    }
    add_hop(crossing, PATH_PEER, peer_called(core, cell->amf), 0);
    if (end && !ends_at(core, cell->id, end))
        add_hop(crossing, PATH_GNB, NULL, 0);
    known = cell->id.bits ? ledger_gnb(core->ledger, cell->id) : NULL;
    add_hop(crossing, PATH_GNB, known ? known->name : NULL, amf_identity_misfits(core, cell->id));
}

struct smf_cell partner_cell(const struct session *session)
{
    const uint32_t amf = amf_away(session->ue);
    return amf ? (struct smf_cell){.amf = amf, .id = session->abroad}
               : (struct smf_cell){.gnb = amf_serving_gnb(session->ue)};
}

/* Whose phone is not connected crosses no cell, unless it is about to: then some cell is, and nobody knows which. */
static void describe_here(const struct session *session, bool connects, struct smf_crossing *crossing)
{
    const struct core *core = session_smf(session)->core;
    const struct smf_cell cell = partner_cell(session);
    begin_path(session, crossing);
    if (cell.gnb || cell.id.bits || connects)
        add_cell(crossing, core, &cell, session->state == SESSION_ACTIVE ? &session->gnb : NULL);
    else
        crossing->path.cells = PATH_NO_CELLS;
    if (crossing->path.cells == PATH_NO_CELLS && cell.amf)
        add_hop(crossing, PATH_PEER, peer_called(core, cell.amf), 0);
}

bool smf_crossing(const struct ue *ue, uint8_t pdu_session_id, struct smf_crossing *crossing)
{
    const struct session *session = session_find(ue, pdu_session_id);
    if (!session || session->state == SESSION_NEW)
        return false;
    describe_here(session, false, crossing);
    return true;
}

/* --- the answer about it --- */

static const char *gnb_of(const struct path *path)
{
    const struct path_hop *last = &path->hops[path->count - 1];
    return last->part == PATH_GNB ? last->name : NULL;
}

/* It is evidence when it is the first, or turns; of what would be elsewhere a no is, and turns nothing. */
static void tell(struct session *session, const struct line_answer *answer, const char *procedure, bool here)
{
    struct core *core = session_smf(session)->core;
    const uint8_t before = session->answered, now = (uint8_t)(answer->verdict + 1);
    const char *name = gnb_of(answer->question->path);
    struct sharing_proof proof;
    char why[SESSION_TEXT + 32], which[SESSION_TEXT];
    if (here ? before == now : line_shares(answer->verdict))
        return;
    snprintf(why, sizeof why, "%s, %s", procedure, session_text(session, which));
    sharing_record(core, answer, name ? name : "", why, &proof);
    if (here && before && before != now)
        sharing_flipped(core, answer, (enum line_verdict)(before - 1), name ? name : "", why, proof.entry);
    if (here)
        session->answered = now;
    sharing_forget(&proof);
}

static bool ask(struct session *session, const struct smf_crossing *crossing, const char *procedure,
                bool here)
{
    struct smf *smf = session_smf(session);
    const struct line_facts facts = amf_line_facts(smf->core);
    const struct line_question question = {.partner = crossing->partner,
                                           .labels = &crossing->label,
                                           .label_count = 1,
                                           .path = &crossing->path,
                                           .end_to_end = crossing->end_to_end,
                                           .standing = partner_standing(smf, crossing->partner)};
    struct line_answer answer;
    line_answer(&facts, partner_taken(smf), &question, &answer);
    tell(session, &answer, procedure, here);
    return line_shares(answer.verdict);
}

bool partner_lets(struct session *session, const struct smf_cell *cell, const struct tunnel *end,
                  const char *procedure)
{
    struct smf_crossing crossing;
    if (!dnn_of(session))
        return true;
    begin_path(session, &crossing);
    add_cell(&crossing, session_smf(session)->core, cell, end);
    return ask(session, &crossing, procedure, false);
}

static bool lets_here(struct session *session, bool connects, const char *procedure)
{
    struct smf_crossing crossing;
    if (!dnn_of(session))
        return true;
    describe_here(session, connects, &crossing);
    return ask(session, &crossing, procedure, true);
}

bool partner_lets_here(struct session *session, const char *procedure)
{
    return lets_here(session, true, procedure);
}

bool partner_keeps(struct session *session, const char *procedure)
{
    struct release release = {.cause = NAS_GSM_USER_AUTHENTICATION_FAILED,
                              .why = "it may not cross where the phone is"};
    const bool released = !session->upf;
    if (session->state == SESSION_NEW || released || lets_here(session, false, procedure))
        return true;
    if (!procedure_start(session_smf(session)->core, &session->procedure, "session release", session_release,
                         session, &release)) {
        session_disconnected(session);
        partner_ask_again(session_smf(session));
    }
    return false;
}

uint8_t partner_refusal(const struct session *session, uint8_t otherwise)
{
    const bool withheld = session->answered && !line_shares((enum line_verdict)(session->answered - 1));
    return withheld ? NAS_GSM_USER_AUTHENTICATION_FAILED : otherwise;
}
