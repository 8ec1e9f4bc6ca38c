/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs of control's admin socket (docs/admin.md).
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "core/amf/context.h"
#include "core/amf/proof.h"
#include "core/control.h"
#include "core/control_digest.h"
#include "core/peer/peer.h"
#include "core/share_history.h"
#include "core/smf/smf.h"
#include "core/traffic.h"
#include "kit/log.h"
#include "kit/mac.h"
#include "store/subscriber_admin.h"

static json_int_t unix_seconds(int64_t wall)
{
    return (json_int_t)(wall / SECONDS(1));
}

static json_t *slices_of(const struct config_slice *slices, unsigned count)
{
    json_t *list = json_array();
    char text[VALUE_TEXT_BYTES];
    for (unsigned i = 0; i < count; i++)
        json_array_append_new(list, json_string(config_slice_text(slices[i], text)));
    return list;
}

static struct ue *ue_asked_for(const struct control *control, const json_t *request)
{
    const char *supi = json_string_value(json_object_get(request, "supi"));
    return supi ? amf_find(control->core, supi_of_text(supi)) : NULL;
}

static bool names_ue(const json_t *request)
{
    return json_object_get(request, "supi") != NULL;
}

/* --- paging through a map: "after" is the place where the next page begins --- */

struct page {
    json_t *items;
    size_t cursor;
};

static struct page page_begin(const json_t *request)
{
    const char *after = json_string_value(json_object_get(request, "after"));
    return (struct page){json_array(), after ? (size_t)strtoull(after, NULL, 10) : 0};
}

static json_t *page_end(const struct page *page, bool more)
{
    json_t *reply = json_pack("{s:o}", "items", page->items);
    char text[24];
    snprintf(text, sizeof text, "%zu", page->cursor);
    if (more)
        json_object_set_new(reply, "more", json_string(text));
    return reply;
}

/* --- status --- */

static json_t *plmns(const struct config *config)
{
    json_t *list = json_array();
    char text[VALUE_TEXT_BYTES];
    for (unsigned i = 0; i < config->network.serving_count; i++)
        json_array_append_new(list, json_string(config_plmn_text(config->network.serving[i].plmn, text)));
    return list;
}

static json_t *plane_of(const struct smf_plane_view *plane)
{
    char text[VALUE_TEXT_BYTES];
    json_t *item =
        json_pack("{s:s, s:s, s:b, s:b, s:b, s:i, s:i, s:i, s:i, s:b, s:s}", "name", plane->name, "address",
                  config_endpoint_text(&plane->address, text), "associated", plane->associated, "external",
                  plane->external, "drained", plane->drained, "sessions", (int)plane->sessions,
                  "load_percent", (int)plane->load, "overload_percent", (int)plane->reduction, "failed_paths",
                  (int)plane->failed_paths, "open", !*plane->closed, "closed", plane->closed);
    if (plane->sessions_most)
        json_object_set_new(item, "sessions_most", json_integer(plane->sessions_most));
    if (plane->lost_for)
        json_object_set_new(item, "lost_seconds", json_integer(plane->lost_for / SECONDS(1)));
    return item;
}

static json_t *planes(const struct core *core)
{
    json_t *list = json_array();
    struct smf_plane_view plane;
    for (unsigned i = 0; smf_plane(core, i, &plane); i++)
        json_array_append_new(list, plane_of(&plane));
    return list;
}

/* {"plane", "drained": true, "move": true} */
static json_t *plane_drain(void *context, const json_t *request)
{
    const struct control *control = context;
    const char *plane = json_string_value(json_object_get(request, "plane"));
    const bool drained = json_is_true(json_object_get(request, "drained"));
    if (!plane ||
        !smf_plane_drain(control->core, plane, drained, json_is_true(json_object_get(request, "move"))))
        return admin_refuse("there is no such plane");
    return json_object();
}

static unsigned gnbs_of_edge(const struct core *core, const char *edge)
{
    unsigned count = 0;
    size_t cursor = 0;
    void *gnb;
    while (map_next(&core->gnbs, &cursor, NULL, &gnb))
        count += ((struct gnb *)gnb)->ready && (!edge || strcmp(((struct gnb *)gnb)->peer.edge, edge) == 0);
    return count;
}

static json_t *edges(const struct control *control)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < control->config->edge_count; i++) {
        const char *name = control->config->edges[i].name;
        bool connected = false;
        for (const struct edge_link *link = control->links; link; link = link->next)
            connected |= link->edge.greeted && strcmp(link->edge.name, name) == 0;
        json_array_append_new(list, json_pack("{s:s, s:b, s:i}", "name", name, "connected", connected, "gnbs",
                                              (int)gnbs_of_edge(control->core, name)));
    }
    return list;
}

static unsigned connected_ues(const struct core *core)
{
    unsigned count = 0;
    size_t cursor = 0;
    void *ue;
    while (map_next(&core->ues_by_supi, &cursor, NULL, &ue))
        count += ((struct ue *)ue)->connection != NULL;
    return count;
}

static void add_limit(const struct core *core, json_t *share, enum config_rule rule)
{
    const struct config_profile *profile = &core->config->inventory.profile;
    for (unsigned i = 0; i < profile->limit_count; i++)
        if (profile->limits[i].rule == rule)
            json_object_set_new(share, "limit", json_integer(profile->limits[i].most));
}

/* Rules H1 and H2 of the line. */
static json_t *line_shares(const struct core *core)
{
    const struct ledger_counts *counts = ledger_counts(core->ledger);
    json_t *sites =
        json_pack("{s:i, s:i}", "sites", (int)counts->sites, "high_risk_sites", (int)counts->high_risk_sites);
    add_limit(core, sites, CONFIG_H1);
    return json_pack("{s:o, s:o}", "sites", sites, "traffic", traffic_summary(core));
}

static json_t *status(void *context, const json_t *request)
{
    struct control *control = context;
    uint64_t subscribers = 0;
    (void)request;
    store_subscriber_count(control->store, &subscribers);
    return json_pack("{s:s, s:b, s:s, s:o, s:I, s:i, s:i, s:i, s:i, s:o, s:o, s:o}", "policy",
                     control->policy, "reloading", control_reloads(control), "amf_name",
                     control->config->network.amf_name, "plmns", plmns(control->config), "subscribers",
                     (json_int_t)subscribers, "gnbs", (int)gnbs_of_edge(control->core, NULL), "ues",
                     (int)control->core->ues_by_supi.count, "ues_connected",
                     (int)connected_ues(control->core), "sessions", (int)control->core->sessions, "planes",
                     planes(control->core), "edges", edges(control), "shares", line_shares(control->core));
}

static json_t *traffic(void *context, const json_t *request)
{
    return traffic_reply(((const struct control *)context)->core, request);
}

static json_t *shares(void *context, const json_t *request)
{
    return share_history_reply(((const struct control *)context)->core, request);
}

static json_t *metrics(void *context, const json_t *request)
{
    const struct control *control = context;
    (void)request;
    json_t *list = core_metrics_list(control->core);
    control_evidence_metrics(control, list);
    return json_pack("{s:o}", "metrics", list);
}

/* --- gNBs --- */

static void gnb_id(const struct gnb *gnb, char *text, size_t size)
{
    char plmn[VALUE_TEXT_BYTES];
    snprintf(text, size, "%s-%08x", config_plmn_text(gnb->identity.plmn, plmn), gnb->identity.value);
}

static json_t *describe_gnb(const struct gnb *gnb)
{
    char id[VALUE_TEXT_BYTES], address[VALUE_TEXT_BYTES];
    json_t *tacs = json_array();
    gnb_id(gnb, id, sizeof id);
    for (unsigned i = 0; i < gnb->area_count; i++)
        json_array_append_new(tacs, json_integer(gnb->areas[i].tai.tac));
    const struct gnb_area *first = gnb->areas;
    json_t *item =
        json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:i, s:I}", "id", id, "name", gnb->name, "edge",
                  gnb->peer.edge, "address", config_endpoint_text(&gnb->peer.address, address), "tacs", tacs,
                  "slices", slices_of(first ? first->slices : NULL, first ? first->slice_count : 0), "ues",
                  (int)gnb->connections.count, "since", unix_seconds(gnb->since));
    const char *certificate = proof_state(gnb);
    if (certificate)
        json_object_set_new(item, "certificate", json_string(certificate));
    if (certificate && gnb->certificate)
        json_object_set_new(item, "proved_by", json_string(gnb->certificate));
    control_describe_conduct(gnb, item);
    return item;
}

static json_t *list_gnbs(void *context, const json_t *request)
{
    struct control *control = context;
    const char *wanted = json_string_value(json_object_get(request, "id"));
    struct page page = page_begin(request);
    void *value = NULL;
    while (json_array_size(page.items) < ADMIN_PAGE &&
           map_next(&control->core->gnbs, &page.cursor, NULL, &value)) {
        const struct gnb *gnb = value;
        char id[VALUE_TEXT_BYTES];
        gnb_id(gnb, id, sizeof id);
        if (gnb->ready && (!wanted || strcmp(wanted, id) == 0))
            json_array_append_new(page.items, describe_gnb(gnb));
    }
    return page_end(&page, json_array_size(page.items) == ADMIN_PAGE);
}

/* --- UEs --- */

static void guti_text(const struct ue *ue, char *text, size_t size)
{
    const struct config_network *network = &ue->core->config->network;
    char plmn[VALUE_TEXT_BYTES];
    snprintf(text, size, "%s-%02x-%03x-%02x-%08x", config_plmn_text(ue->tai.plmn, plmn), network->amf_region,
             network->amf_set, network->amf_pointer, ue->tmsi);
}

static const char *state_of(const struct ue *ue)
{
    if (ue->away)
        return "away";
    return ue->registered ? "registered" : "registering";
}

static json_t *describe_ue(const struct ue *ue)
{
    char supi[SUPI_TEXT_BYTES], guti[VALUE_TEXT_BYTES], cell[20];
    guti_text(ue, guti, sizeof guti);
    snprintf(cell, sizeof cell, "%09llx", (unsigned long long)ue->cell);
    json_t *item =
        json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:i, s:o, s:I}", "supi", supi_text(ue->supi, supi), "guti",
                  guti, "state", state_of(ue), "connection", ue->connection ? "connected" : "idle", "tac",
                  (int)ue->tai.tac, "cell", cell, "sessions", __builtin_popcount(smf_sessions(ue)), "slices",
                  slices_of(ue->allowed, ue->allowed_count), "since", unix_seconds(ue->since));
    int server = ue->away ? peer_of_amf(ue->core, ue->away) : NO_PEER;
    if (server != NO_PEER)
        json_object_set_new(item, "served_by", json_string(peer_name(ue->core, (unsigned)server)));
    if (ue->connection)
        json_object_set_new(item, "gnb", json_string(ue->connection->gnb->name));
    if (ue->mico)
        json_object_set_new(item, "mico", json_true());
    if (*ue->imeisv) {
        char pei[32];
        snprintf(pei, sizeof pei, "imeisv-%s", ue->imeisv);
        json_object_set_new(item, "pei", json_string(pei));
    }
    return item;
}

static json_t *list_ues(void *context, const json_t *request)
{
    struct control *control = context;
    struct page page = page_begin(request);
    void *value = ue_asked_for(control, request);
    if (names_ue(request)) {
        if (value)
            json_array_append_new(page.items, describe_ue(value));
        return page_end(&page, false);
    }
    while (json_array_size(page.items) < ADMIN_PAGE &&
           map_next(&control->core->ues_by_supi, &page.cursor, NULL, &value))
        json_array_append_new(page.items, describe_ue(value));
    return page_end(&page, json_array_size(page.items) == ADMIN_PAGE);
}

static json_t *deregister(void *context, const json_t *request)
{
    struct ue *ue = ue_asked_for(context, request);
    if (!ue)
        return admin_refuse("no such phone is registered");
    if (!amf_deregister(ue, 0, false))
        return admin_refuse("limits.procedures is reached");
    return json_pack("{s:s}", "state", "deregistering");
}

/* --- sessions --- */

static const char *session_type(uint8_t type)
{
    static const char *const names[] = {"", "ipv4", "ipv6", "ipv4v6", "", "ethernet"};
    return type < sizeof names / sizeof *names ? names[type] : "";
}

static void add_addresses(json_t *item, const struct smf_session_view *view)
{
    char text[INET6_ADDRSTRLEN];
    uint8_t prefix[16] = {0};
    memcpy(prefix, view->prefix, sizeof view->prefix);
    if (view->has_ipv4)
        json_object_set_new(item, "ipv4", json_string(inet_ntop(AF_INET, view->ipv4, text, sizeof text)));
    if (view->has_prefix)
        json_object_set_new(item, "ipv6", json_string(inet_ntop(AF_INET6, prefix, text, sizeof text)));
}

static void add_routes(json_t *item, const struct smf_session_view *view)
{
    char text[VALUE_TEXT_BYTES];
    json_t *routes = json_array();
    for (unsigned i = 0; i < view->route_count; i++)
        json_array_append_new(routes, json_string(config_prefix_text(&view->routes[i], text)));
    json_object_set_new(item, "routes", routes);
}

static void add_macs(json_t *item, const struct smf_session_view *view)
{
    char text[MAC_TEXT];
    json_t *macs = json_array();
    for (unsigned i = 0; i < view->mac_count; i++)
        json_array_append_new(macs, json_string(mac_write(view->macs[i], text)));
    json_object_set_new(item, "macs", macs);
}

/* Our own planes are asked for what they have carried. */
static void add_reported(json_t *item, const struct smf_session_view *view)
{
    json_object_set_new(item, "uplink_bytes", json_integer((json_int_t)view->reported_uplink));
    json_object_set_new(item, "downlink_bytes", json_integer((json_int_t)view->reported_downlink));
}

static void add_flows(json_t *item, const struct ue *ue, uint8_t psi)
{
    struct smf_flow_view flow;
    json_t *flows = json_array();
    for (unsigned i = 0; smf_view_flow(ue, psi, i, &flow); i++)
        json_array_append_new(
            flows, json_pack("{s:i, s:i, s:i, s:I, s:I, s:I, s:I}", "qfi", flow.qfi, "fiveqi", flow.fiveqi,
                             "rules", (int)flow.rules, "gfbr_uplink", (json_int_t)flow.gfbr_uplink,
                             "gfbr_downlink", (json_int_t)flow.gfbr_downlink, "mfbr_uplink",
                             (json_int_t)flow.mfbr_uplink, "mfbr_downlink", (json_int_t)flow.mfbr_downlink));
    json_object_set_new(item, "flows", flows);
}

static json_t *describe_session(const struct ue *ue, const struct smf_session_view *view)
{
    char supi[SUPI_TEXT_BYTES], slice[VALUE_TEXT_BYTES], seid[20];
    snprintf(seid, sizeof seid, "%llx", (unsigned long long)view->plane_seid);
    json_t *item =
        json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:i, s:i, s:I, s:I, s:s, s:s, s:I}", "supi",
                  supi_text(ue->supi, supi), "psi", view->pdu_session_id, "dnn", view->dnn, "slice",
                  config_slice_text(view->slice, slice), "type", session_type(view->type), "state",
                  view->active ? "active" : "idle", "fiveqi", view->fiveqi, "arp", view->arp, "ambr_uplink",
                  (json_int_t)view->ambr_uplink, "ambr_downlink", (json_int_t)view->ambr_downlink, "plane",
                  view->plane, "seid", seid, "since", unix_seconds(view->since));
    if (ue->connection)
        json_object_set_new(item, "gnb", json_string(ue->connection->gnb->name));
    add_addresses(item, view);
    add_routes(item, view);
    add_macs(item, view);
    if (view->external)
        add_reported(item, view);
    add_flows(item, ue, view->pdu_session_id);
    return item;
}

static void add_sessions(json_t *items, const struct ue *ue, int wanted)
{
    struct smf_session_view view;
    for (int psi = 1; psi <= SMF_SESSIONS_PER_UE; psi++) {
        if ((wanted == 0 || wanted == psi) && smf_view(ue, (uint8_t)psi, &view))
            json_array_append_new(items, describe_session(ue, &view));
    }
}

static json_t *list_sessions(void *context, const json_t *request)
{
    struct control *control = context;
    struct page page = page_begin(request);
    int psi = (int)json_integer_value(json_object_get(request, "psi"));
    void *value = ue_asked_for(control, request);
    if (names_ue(request)) {
        if (value)
            add_sessions(page.items, value, psi);
        return page_end(&page, false);
    }
    while (json_array_size(page.items) < ADMIN_PAGE - SMF_SESSIONS_PER_UE) {
        if (!map_next(&control->core->ues_by_supi, &page.cursor, NULL, &value))
            return page_end(&page, false);
        add_sessions(page.items, value, psi);
    }
    return page_end(&page, true);
}

static json_t *release_session(void *context, const json_t *request)
{
    struct ue *ue = ue_asked_for(context, request);
    json_int_t psi = json_integer_value(json_object_get(request, "psi"));
    if (!ue || psi < 1 || psi > SMF_SESSIONS_PER_UE || !smf_admin_release(ue, (uint8_t)psi))
        return admin_refuse("no such session");
    return json_pack("{s:s}", "state", "releasing");
}

/* --- QoS flows of a session --- */

static json_t *tell_flow(enum smf_flow_verdict verdict, const char *why)
{
    switch (verdict) {
    case SMF_FLOW_BEGUN:
        return json_pack("{s:s}", "state", "modifying");
    case SMF_FLOW_NO_SESSION:
        return admin_refuse("no such session");
    case SMF_FLOW_UNKNOWN:
        return admin_refuse("no such QoS flow");
    case SMF_FLOW_BUSY:
        return admin_refuse("another procedure of the session is under way: try again");
    default:
        return admin_refuse("%s", why ? why : "refused");
    }
}

/* False: the value is there, and is none of that kind or range. */
static bool take_rate(const json_t *request, const char *key, uint64_t *rate)
{
    const json_t *value = json_object_get(request, key);
    return !value || (json_is_string(value) && config_rate_parse(json_string_value(value), rate));
}

static bool take_number(const json_t *request, const char *key, json_int_t most, json_int_t *number)
{
    const json_t *value = json_object_get(request, key);
    *number = value ? json_integer_value(value) : *number;
    return (!value || json_is_integer(value)) && *number >= 0 && *number <= most;
}

static bool take_mac(const json_t *request, const char *key, bool *has, uint8_t mac[MAC_OCTETS])
{
    const json_t *value = json_object_get(request, key);
    *has = value != NULL;
    return !value || (json_is_string(value) && mac_read(json_string_value(value), mac));
}

/* As read_order(), what is of Ethernet frames. */
static const char *read_frame_filter(const json_t *request, struct smf_flow_filter *filter)
{
    json_int_t vlan = 0, ethertype = 0;
    if (!take_mac(request, "remote_mac", &filter->has_remote_mac, filter->remote_mac) ||
        !take_mac(request, "local_mac", &filter->has_local_mac, filter->local_mac))
        return "a MAC address is text such as 02:00:00:00:00:01";
    if (!take_number(request, "vlan", 4094, &vlan) || !take_number(request, "ethertype", 65535, &ethertype))
        return "a number is out of range";
    filter->has_vlan = json_object_get(request, "vlan") != NULL;
    filter->vlan = (uint16_t)vlan;
    filter->ethertype = (uint16_t)ethertype;
    return NULL;
}

/* NULL: it is whole; else what is wrong. */
static const char *read_order(const json_t *request, struct smf_flow_order *order)
{
    json_int_t fiveqi = 0, precedence = 100, protocol = 0, remote_port = 0, local_port = 0;
    const char *remote = json_string_value(json_object_get(request, "remote"));
    *order = (struct smf_flow_order){0};
    if (!take_rate(request, "gfbr_uplink", &order->gfbr_uplink) ||
        !take_rate(request, "gfbr_downlink", &order->gfbr_downlink) ||
        !take_rate(request, "mfbr_uplink", &order->mfbr_uplink) ||
        !take_rate(request, "mfbr_downlink", &order->mfbr_downlink))
        return "a rate is text such as 128 kbps";
    if (!take_number(request, "fiveqi", 254, &fiveqi) ||
        !take_number(request, "precedence", 254, &precedence) ||
        !take_number(request, "protocol", 255, &protocol) ||
        !take_number(request, "remote_port", 65535, &remote_port) ||
        !take_number(request, "local_port", 65535, &local_port))
        return "a number is out of range";
    if (remote && !config_prefix_parse(remote, &order->filter.remote))
        return "remote is a prefix such as 192.0.2.0/24";
    order->fiveqi = (uint8_t)fiveqi;
    order->precedence = (uint8_t)precedence;
    order->filter.protocol = (uint8_t)protocol;
    order->filter.remote_port = (uint16_t)remote_port;
    order->filter.local_port = (uint16_t)local_port;
    return read_frame_filter(request, &order->filter);
}

static uint8_t psi_of(const json_t *request)
{
    json_int_t psi = json_integer_value(json_object_get(request, "psi"));
    return psi < 1 || psi > SMF_SESSIONS_PER_UE ? 0 : (uint8_t)psi;
}

static json_t *add_flow(void *context, const json_t *request)
{
    struct ue *ue = ue_asked_for(context, request);
    struct smf_flow_order order;
    const char *why = read_order(request, &order);
    if (why)
        return admin_refuse("%s", why);
    if (!ue)
        return admin_refuse("no such session");
    enum smf_flow_verdict verdict = smf_admin_add_flow(ue, psi_of(request), &order, &why);
    return tell_flow(verdict, why);
}

static json_t *release_flow(void *context, const json_t *request)
{
    struct ue *ue = ue_asked_for(context, request);
    json_int_t qfi = json_integer_value(json_object_get(request, "qfi"));
    if (!ue || qfi < 1 || qfi > 63)
        return admin_refuse("no such QoS flow");
    return tell_flow(smf_admin_release_flow(ue, psi_of(request), (uint8_t)qfi), NULL);
}

/* --- subscribers --- */

#define SUBSCRIBER_VERB(verb)                                              \
    static json_t *subscriber_##verb(void *context, const json_t *request) \
    {                                                                      \
        const struct control *control = context;                           \
        const struct store_desk desk = {control->store, control->config};  \
        return store_admin_##verb(&desk, request);                         \
    }

SUBSCRIBER_VERB(get)
SUBSCRIBER_VERB(list)
SUBSCRIBER_VERB(add)
SUBSCRIBER_VERB(put)
SUBSCRIBER_VERB(remove)

const struct admin_verb control_verbs[] = {
    {"status", status},
    {"answer", control_answer},
    {"facts", control_facts},
    {"metrics", metrics},
    {"traffic", traffic},
    {"shares", shares},
    {"gnb", list_gnbs},
    {"gnb.fence", control_fence},
    {"gnb.unfence", control_unfence},
    {"plane.drain", plane_drain},
    {"line.bar", control_bar},
    {"line.unbar", control_unbar},
    {"line.bars", control_bars},
    {"line.bar.areas", control_bar_areas},
    {"report.release", control_report_release},
    {"ue", list_ues},
    {"ue.deregister", deregister},
    {"session", list_sessions},
    {"session.release", release_session},
    {"session.flow.add", add_flow},
    {"session.flow.release", release_flow},
    {"digest", control_digest},
    {"reload", control_reload_verb},
    {"subscriber.get", subscriber_get},
    {"subscriber.list", subscriber_list},
    {"subscriber.add", subscriber_add},
    {"subscriber.put", subscriber_put},
    {"subscriber.remove", subscriber_remove},
};

const size_t control_verb_count = sizeof control_verbs / sizeof control_verbs[0];
