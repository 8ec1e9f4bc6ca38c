/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/show.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "admin/admin.h"
#include "kit/mac.h"
#include "plane/agent_state.h"
#include "plane/fast/counts.h"
#include "plane/fast/ports.h"
#include "plane/fast/rules.h"
#include "plane/find.h"
#include "plane/held.h"

enum { WORDS = 256 };

static void put(json_t *object, const char *name, uint64_t value)
{
    json_object_set_new(object, name, json_integer((json_int_t)value));
}

static void put_text(json_t *object, const char *name, const char *text)
{
    json_object_set_new(object, name, json_string(text));
}

/* --- the paths --- */

static json_t *interface_item(const struct fast_port *port, unsigned index, const char *device)
{
    static const char *const names[] = {"n3", "n6", "ran"};
    json_t *uses = json_array();
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (port->flags >> i & 1)
            json_array_append_new(uses, json_string(names[i]));
    return json_pack("{s:s, s:s, s:o, s:i}", "interface", device, "mode",
                     fast_is_native(index) ? "native" : "generic", "uses", uses, "mtu", (int)port->mtu);
}

static json_t *interfaces_of(const struct fast *fast)
{
    char device[IF_NAMESIZE];
    json_t *list = json_array();
    for (unsigned index = 1; index < FAST_PORTS; index++)
        if ((fast->ports[index].flags & (FAST_N3 | FAST_N6 | FAST_RAN)) && if_indextoname(index, device))
            json_array_append_new(list, interface_item(&fast->ports[index], index, device));
    return list;
}

json_t *paths_reply(const struct agent *agent)
{
    const struct plane *plane = agent->settings.plane;
    const struct fast *fast = plane->fast;
    json_t *reply = json_object();
    json_object_set_new(reply, "fast", json_boolean(fast != NULL));
    put(reply, "sessions", agent_sessions(agent));
    put(reply, "workers", plane->lane_count - 1);
    if (!fast) {
        put_text(reply, "why", plane->fast_why);
        return reply;
    }
    json_object_set_new(reply, "interfaces", interfaces_of(fast));
    put(reply, "memory_bytes", fast->memory);
    put(reply, "places", fast->sizes.sessions);
    put(reply, "places_used", fast->sizes.sessions - fast->free_count);
    put(reply, "adopted", fast->settings->adopted);
    return reply;
}

/* --- a session --- */

static size_t add_words(char words[WORDS], size_t at, const char *more)
{
    const int length = snprintf(words + at, WORDS - at, "%s", more);
    return length < 0 || (size_t)length >= WORDS - at ? WORDS - 1 : at + (size_t)length;
}

static void put_copies(json_t *item, const struct ruleset *rules, const struct far *far)
{
    char text[SENDER_TEXT], words[WORDS];
    if (!far || !(far->action & PFCP_DUPL) || far->duplicating_count == 0)
        return;
    json_t *copies = json_array();
    for (unsigned i = 0; i < far->duplicating_count; i++) {
        const struct duplicating *to = &rules->duplicating[far->first_duplicating + i];
        snprintf(words, sizeof words, "0x%08x at %s", to->teid, sender_text(&to->to, text));
        json_array_append_new(copies, json_string(words));
    }
    json_object_set_new(item, "copies", copies);
}

static const char *far_text(const struct far *far, char words[WORDS])
{
    char text[SENDER_TEXT];
    if (!far)
        return "nowhere: no FAR is named";
    if (far->action & PFCP_DROP)
        return "nowhere: dropped";
    if (far->action & PFCP_BUFF)
        return far->action & PFCP_NOCP ? "held, SMF is told" : "held";
    if (!far->has_outer)
        return far->action & PFCP_FORW ? "data network" : "nowhere";
    snprintf(words, WORDS, "0x%08x at %s", far->teid, sender_text(&far->to, text));
    return words;
}

/* What the QERs of the PDR say in that direction: rates, of which one that others take from, too, is shared. */
static void put_qers(json_t *item, const struct ruleset *rules, const struct pdr *pdr,
                     enum direction direction)
{
    char words[WORDS] = "", more[WORDS], text[VALUE_TEXT_BYTES];
    size_t at = 0;
    for (unsigned i = 0; i < rules->qer_count; i++) {
        const struct qer *qer = &rules->qers[i];
        if (!(pdr->qers >> i & 1))
            continue;
        if (qer->closed[direction])
            at = add_words(words, at, at ? ", gate closed" : "gate closed");
        if (qer->has_mbr) {
            snprintf(more, sizeof more, "%s%s%s", at ? ", " : "",
                     config_rate_text(qer->mbr[direction] * 1000, text), qer->shared ? " shared" : "");
            at = add_words(words, at, more);
        }
        if (qer->has_qfi && direction == DOWNLINK) {
            snprintf(more, sizeof more, "%u%s", qer->qfi, qer->rqi ? " reflective" : "");
            put_text(item, "qfi", more);
        }
    }
    put_text(item, "rates", words);
}

static json_t *pdr_item(const struct ruleset *rules, const struct pdr *pdr)
{
    char words[WORDS] = "data network";
    const enum direction direction = pdr->source == PFCP_ACCESS ? UPLINK : DOWNLINK;
    const struct far *far = pdr->far != RULES_NONE ? &rules->fars[pdr->far] : NULL;
    json_t *item = json_pack("{s:i, s:I}", "pdr", (int)pdr->id, "precedence", (json_int_t)pdr->precedence);
    if (pdr->teid)
        snprintf(words, sizeof words, "0x%08x", pdr->teid);
    put_text(item, "from", words);
    put_text(item, "to", far_text(far, words));
    put_qers(item, rules, pdr, direction);
    if (pdr->filter_count)
        put(item, "filters", pdr->filter_count);
    put_copies(item, rules, far);
    return item;
}

static json_t *urr_item(const struct urr *urr)
{
    return json_pack("{s:I, s:I, s:I, s:b}", "urr", (json_int_t)urr->id, "uplink_bytes",
                     (json_int_t)urr->volume.bytes[UPLINK], "downlink_bytes",
                     (json_int_t)urr->volume.bytes[DOWNLINK], "exhausted", urr->exhausted);
}

/* Which path its packets take, and why not the fast one. */
static const char *path_of(const struct plane *plane, const struct session *session, enum direction direction,
                           uint32_t state, uint8_t verdict, uint32_t classifier, const char **why)
{
    *why = "";
    if (!plane->fast || session->place == 0) {
        *why = plane->fast ? "it has no place there" : plane->fast_why;
        return "slow";
    }
    const bool carried = verdict != FAST_SLOW || classifier;
    if (state == FAST_RETURNING && carried) {
        *why = "what was given to the slow path comes first";
        return "returning";
    }
    if (state == FAST_ACTIVE && carried)
        return "fast";
    const bool frames = session->port && !plane->fast->networks[session->network->index].host.device;
    *why = frames                                          ? "its data network's frames take no passage"
           : session->held                                 ? "packets wait for the phone"
           : session->early                                ? "the SMF has not said yet where the phone is"
           : !session->gnb                                 ? "the phone has no gNB"
           : ruleset_duplicates(session->rules, direction) ? "its packets are duplicated"
                                                           : "its rules are the slow path's";
    return "slow";
}

static void put_paths(json_t *reply, const struct plane *plane, const struct session *session)
{
    const struct fast *fast = plane->fast;
    const struct fast_session *down = fast ? &fast->sessions[session->place] : NULL;
    const struct fast_tunnel *up = NULL;
    const char *why[2];
    for (unsigned i = 0; fast && i < session->rules->pdr_count && !up; i++)
        if (session->rules->pdrs[i].teid)
            up = fast_tunnel_at(fast, session->rules->pdrs[i].teid);
    put_text(reply, "uplink_path",
             path_of(plane, session, UPLINK, up ? up->state : FAST_HELD, up ? up->action.verdict : FAST_SLOW,
                     up ? up->flows : 0, &why[UPLINK]));
    put_text(reply, "downlink_path",
             path_of(plane, session, DOWNLINK, down ? down->state : FAST_HELD,
                     down ? down->action.verdict : FAST_SLOW, down ? down->flows : 0, &why[DOWNLINK]));
    put_text(reply, "uplink_why", why[UPLINK]);
    put_text(reply, "downlink_why", why[DOWNLINK]);
}

static void put_addresses(json_t *reply, const struct session *session)
{
    char text[SENDER_TEXT], prefix[VALUE_TEXT_BYTES];
    uint8_t v6[16] = {0};
    memcpy(v6, session->rules->v6, sizeof session->rules->v6);
    snprintf(text, sizeof text, "%" PRIx64, session->seid);
    put_text(reply, "seid", text);
    put_text(reply, "network", session->network->name);
    if (session->rules->has_v4)
        put_text(reply, "ipv4", inet_ntop(AF_INET, session->rules->v4, text, sizeof text));
    if (session->rules->has_v6)
        put_text(reply, "ipv6", inet_ntop(AF_INET6, v6, text, sizeof text));
    json_t *routes = json_array();
    for (unsigned i = 0; i < session->rules->route_count; i++)
        json_array_append_new(routes, json_string(config_prefix_text(&session->rules->routes[i], prefix)));
    json_object_set_new(reply, "routes", routes);
    put_text(reply, "gnb", session->gnb ? sender_text(&session->gnb->address, text) : "none");
}

/* Behind an Ethernet session. */
static void put_macs(json_t *reply, const struct session *session, int64_t now)
{
    enum { MOST = 1024 };
    static uint8_t macs[MOST][FRAME_MAC];
    put_text(reply, "type", session->port ? "ethernet" : "ip");
    if (!session->port)
        return;
    json_t *list = json_array();
    const unsigned count = lan_macs(session->network->lan, session, macs, MOST, now);
    for (unsigned i = 0; i < count; i++) {
        char text[MAC_TEXT];
        json_array_append_new(list, json_string(mac_write(macs[i], text)));
    }
    json_object_set_new(reply, "macs", list);
}

static void put_counts(json_t *reply, const struct session *session)
{
    const struct session_counters *counters = &session->counters;
    put(reply, "uplink_packets", counters->passed.packets[UPLINK]);
    put(reply, "uplink_bytes", counters->passed.bytes[UPLINK]);
    put(reply, "downlink_packets", counters->passed.packets[DOWNLINK]);
    put(reply, "downlink_bytes", counters->passed.bytes[DOWNLINK]);
    put(reply, "dropped_packets", (uint64_t)counters->dropped[UPLINK] + counters->dropped[DOWNLINK]);
    put(reply, "buffered_packets", held_pieces(session));
}

json_t *rules_reply(const struct agent *agent, const json_t *request)
{
    const char *whose = json_string_value(json_object_get(request, "session"));
    struct session *session = whose ? find_session_by(agent, whose) : NULL;
    json_t *reply = json_object(), *pdrs = json_array(), *urrs = json_array();
    json_object_set_new(reply, "pdrs", pdrs);
    json_object_set_new(reply, "urrs", urrs);
    if (!session) {
        json_decref(reply);
        return admin_refuse("there is no such session");
    }
    session_lock(session);
    fast_absorb(agent->settings.plane, session, agent_now(agent));
    put_addresses(reply, session);
    put_macs(reply, session, agent_now(agent));
    put_paths(reply, agent->settings.plane, session);
    put_counts(reply, session);
    for (unsigned i = 0; i < session->rules->pdr_count; i++)
        json_array_append_new(pdrs, pdr_item(session->rules, &session->rules->pdrs[i]));
    for (unsigned i = 0; i < session->rules->urr_count; i++)
        json_array_append_new(urrs, urr_item(&session->rules->urrs[i]));
    session_unlock(session);
    return reply;
}

/* --- counters --- */

static json_t *row(const char *path, unsigned number, const uint64_t packets[2], const uint64_t bytes[2],
                   uint64_t left)
{
    json_t *item = json_pack("{s:s, s:i}", "path", path, "number", (int)number);
    put(item, "uplink_packets", packets[UPLINK]);
    put(item, "uplink_bytes", bytes[UPLINK]);
    put(item, "downlink_packets", packets[DOWNLINK]);
    put(item, "downlink_bytes", bytes[DOWNLINK]);
    put(item, "left_packets", left);
    return item;
}

static void add_fast_rows(const struct fast *fast, json_t *rows)
{
    for (unsigned i = 0; fast && i < fast->sizes.processors; i++) {
        const struct fast_lane *lane = &fast->lanes[i];
        const uint64_t packets[2] = {lane->packets[0], lane->packets[1]},
                       bytes[2] = {lane->bytes[0], lane->bytes[1]};
        const uint64_t left = lane->passed[0] + lane->passed[1];
        if (packets[0] + packets[1] + left)
            json_array_append_new(rows, row("fast", i, packets, bytes, left));
    }
}

static void add_slow_rows(const struct plane *plane, json_t *rows)
{
    for (unsigned i = 0; i + 1 < plane->lane_count; i++) {
        const struct lane_counters *lane = &plane->lanes[i].counters;
        const uint64_t packets[2] = {counted(&lane->packets[0]), counted(&lane->packets[1])},
                       bytes[2] = {counted(&lane->bytes[0]), counted(&lane->bytes[1])};
        json_array_append_new(rows, row("slow", i, packets, bytes, 0));
    }
}

static uint64_t slow_drops(const struct plane *plane, enum drop reason)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < plane->lane_count; i++)
        sum += counted(&plane->lanes[i].counters.drops[reason]);
    return sum;
}

json_t *counters_reply(const struct agent *agent)
{
    const struct plane *plane = agent->settings.plane;
    json_t *rows = json_array(), *drops = json_array();
    add_fast_rows(plane->fast, rows);
    add_slow_rows(plane, rows);
    for (enum drop reason = DROP_NONE + 1; reason < DROP_REASONS; reason++) {
        const uint64_t fast = fast_drops(plane, reason), slow = slow_drops(plane, reason);
        if (fast + slow)
            json_array_append_new(drops, json_pack("{s:s, s:I, s:I}", "reason", drop_name(reason), "fast",
                                                   (json_int_t)fast, "slow", (json_int_t)slow));
    }
    return json_pack("{s:o, s:o}", "rows", rows, "drops", drops);
}
