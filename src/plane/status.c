/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/status.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "plane/agent_state.h"
#include "plane/fast/counts.h"
#include "plane/fast/fast.h"
#include "plane/fast/senders.h"
#include "plane/held.h"

#define PFCP_REFUSED "PFCP of those who are no SMF (peer), or that is not whole (message)"

static uint64_t sum_drops(const struct plane *plane, enum drop reason)
{
    uint64_t sum = fast_drops(plane, reason);
    for (unsigned i = 0; i < plane->lane_count; i++)
        sum += counted(&plane->lanes[i].counters.drops[reason]);
    return sum;
}

static void put(json_t *object, const char *name, uint64_t value)
{
    json_object_set_new(object, name, json_integer((json_int_t)value));
}

static void put_carried(json_t *object, struct tally_reading reading)
{
    put(object, "uplink_packets", reading.packets[UPLINK]);
    put(object, "uplink_bytes", reading.bytes[UPLINK]);
    put(object, "downlink_packets", reading.packets[DOWNLINK]);
    put(object, "downlink_bytes", reading.bytes[DOWNLINK]);
}

static json_t *drops_of(const struct plane *plane, uint64_t *total)
{
    json_t *drops = json_object();
    *total = 0;
    for (enum drop reason = DROP_NONE + 1; reason < DROP_REASONS; reason++) {
        uint64_t n = sum_drops(plane, reason);
        *total += n;
        if (n)
            put(drops, drop_name(reason), n);
    }
    return drops;
}

/* How much of it the fast path has carried. */
static void put_fast_packets(json_t *reply, const struct plane *plane)
{
    const struct fast_carried up = fast_carried(plane, UPLINK), down = fast_carried(plane, DOWNLINK);
    put(reply, "fast_uplink_packets", up.packets);
    put(reply, "fast_downlink_packets", down.packets);
    put(reply, "left_to_slow_path", up.passed + down.passed);
}

/* For how many sessions there is room, and what the maps take. */
static json_t *fast_of(const struct fast *fast)
{
    return json_pack("{s:I, s:I, s:I}", "sessions", (json_int_t)fast->sizes.sessions, "free",
                     (json_int_t)fast->free_count, "memory", (json_int_t)fast->memory);
}

/* Where the packet program sits, and how; or only that it does not, and why. */
static void put_fast(json_t *reply, const struct plane *plane)
{
    json_t *devices = json_array();
    const char *mode = "off";
    for (unsigned i = 0; plane->fast && i < plane->fast->seat_count; i++) {
        if (plane->fast->seats[i].mode == FAST_NOWHERE)
            continue;
        mode = fast_mode_name(plane->fast->seats[i].mode); /* they are all alike */
        json_array_append_new(devices, json_string(plane->fast->seats[i].device));
    }
    if (!plane->fast)
        json_object_set_new(reply, "fast_why", json_string(plane->fast_why ? plane->fast_why : ""));
    json_object_set_new(reply, "fast_mode", json_string(mode));
    json_object_set_new(reply, "fast_at", devices);
}

json_t *status_reply(const struct agent *agent, const struct config_plane *config)
{
    const struct plane *plane = agent->settings.plane;
    json_t *reply = json_object(), *n3 = json_array(), *tun = json_array();
    char text[VALUE_TEXT_BYTES];
    bool associated = false;
    uint64_t dropped;
    for (unsigned i = 0; i < agent->smf_count; i++)
        associated |= agent->smfs[i].associated;
    for (unsigned i = 0; i < config->n3_count; i++)
        json_array_append_new(n3, json_string(config_endpoint_text(&config->n3[i], text)));
    for (unsigned i = 0; i < plane->network_count; i++) {
        snprintf(text, sizeof text, "%s%u", config->tun, i);
        json_array_append_new(tun, json_string(text));
    }
    json_object_set_new(reply, "name", json_string(config->name));
    json_object_set_new(reply, "n3", n3);
    json_object_set_new(reply, "tun", tun);
    put_fast(reply, plane);
    json_object_set_new(reply, "associated", json_boolean(associated));
    put(reply, "sessions", agent_sessions(agent));
    put(reply, "workers", plane->lane_count - 1);
    put_carried(reply, tally_read_all(plane));
    put_fast_packets(reply, plane);
    json_object_set_new(reply, "drops", drops_of(plane, &dropped));
    put(reply, "dropped_packets", dropped);
    if (plane->fast)
        json_object_set_new(reply, "fast", fast_of(plane->fast));
    return reply;
}

static void put_addresses(json_t *item, const struct ruleset *rules)
{
    char text[SENDER_TEXT];
    uint8_t v6[16] = {0};
    if (rules->has_v4)
        json_object_set_new(item, "ipv4", json_string(inet_ntop(AF_INET, rules->v4, text, sizeof text)));
    memcpy(v6, rules->v6, sizeof rules->v6);
    if (rules->has_v6)
        json_object_set_new(item, "ipv6", json_string(inet_ntop(AF_INET6, v6, text, sizeof text)));
}

static json_t *session_item(struct session *session)
{
    char seid[17];
    json_t *item = json_object();
    snprintf(seid, sizeof seid, "%" PRIx64, session->seid);
    json_object_set_new(item, "seid", json_string(seid));
    session_lock(session);
    struct session_counters counters = session->counters;
    unsigned held = held_pieces(session);
    session_unlock(session);
    put_addresses(item, session->rules);
    put(item, "uplink_packets", counters.passed.packets[UPLINK]);
    put(item, "uplink_bytes", counters.passed.bytes[UPLINK]);
    put(item, "downlink_packets", counters.passed.packets[DOWNLINK]);
    put(item, "downlink_bytes", counters.passed.bytes[DOWNLINK]);
    put(item, "dropped_packets", (uint64_t)counters.dropped[UPLINK] + counters.dropped[DOWNLINK]);
    put(item, "buffered_packets", held);
    return item;
}

/* The smallest SEIDs above `after`, in order: pages do not lose or repeat a session that stays. */
static size_t next_page(const struct agent *agent, uint64_t after, struct session *page[ADMIN_PAGE],
                        bool *more)
{
    size_t count = 0, cursor = 0;
    uint64_t seid;
    void *value;
    *more = false;
    while (map_next(&agent->sessions, &cursor, &seid, &value)) {
        if (seid <= after)
            continue;
        size_t at = count;
        while (at > 0 && page[at - 1]->seid > seid)
            at--;
        if (count == ADMIN_PAGE)
            *more = true;
        if (at == ADMIN_PAGE)
            continue;
        size_t kept = count < ADMIN_PAGE ? count : ADMIN_PAGE - 1;
        memmove(&page[at + 1], &page[at], (kept - at) * sizeof page[0]);
        page[at] = value;
        count = kept + 1;
    }
    return count;
}

static uint64_t hex_of(const json_t *request, const char *key)
{
    const char *text = json_string_value(json_object_get(request, key));
    return text ? strtoull(text, NULL, 16) : 0;
}

json_t *session_reply(const struct agent *agent, const json_t *request)
{
    struct session *page[ADMIN_PAGE];
    json_t *items = json_array();
    json_t *reply = json_pack("{s:o}", "items", items);
    uint64_t one = hex_of(request, "seid");
    if (one) {
        struct session *session = map_get(&agent->sessions, one);
        if (session)
            json_array_append_new(items, session_item(session));
        return reply;
    }
    bool more;
    size_t count = next_page(agent, hex_of(request, "after"), page, &more);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(items, session_item(page[i]));
    if (more && count)
        json_object_set(reply, "more", json_object_get(json_array_get(items, count - 1), "seid"));
    return reply;
}

static json_t *gnb_item(const struct plane *plane, const struct gnb *gnb)
{
    char text[VALUE_TEXT_BYTES];
    json_t *item = json_object();
    json_object_set_new(item, "address", json_string(config_endpoint_text(&gnb->address, text)));
    put(item, "sessions", gnb->path.sessions);
    json_object_set_new(item, "path", json_string(gnb->path.failed ? "failed" : "ok"));
    put_carried(item, tally_read(plane, gnb));
    return item;
}

json_t *gnb_reply(const struct agent *agent, const json_t *request)
{
    const struct plane *plane = agent->settings.plane;
    json_t *items = json_array();
    size_t cursor = (size_t)hex_of(request, "after");
    uint64_t key;
    void *gnb;
    bool more = false;
    while (!(more = json_array_size(items) == ADMIN_PAGE) && table_next(&plane->gnbs, &cursor, &key, &gnb))
        json_array_append_new(items, gnb_item(plane, gnb));
    json_t *reply = json_pack("{s:o}", "items", items);
    char place[20];
    snprintf(place, sizeof place, "%zx", cursor);
    if (more)
        json_object_set_new(reply, "more", json_string(place));
    return reply;
}

enum { SENDERS_SHOWN = 1024, SENDERS_MEASURED = 10 };

static unsigned gather_senders(const struct plane *plane, struct sender *list)
{
    unsigned count = 0;
    fast_collect_senders(plane);
    for (unsigned i = 0; i < plane->lane_count; i++)
        count = senders_gather(&plane->lanes[i].senders, list, count, SENDERS_SHOWN);
    senders_sort(list, count);
    return count;
}

static json_t *sender_item(const struct sender *sender)
{
    char text[SENDER_TEXT];
    json_t *reasons = json_object();
    for (enum drop reason = DROP_NONE + 1; reason <= DROP_UE_TO_UE; reason++)
        if (sender->reasons[reason])
            put(reasons, drop_name(reason), sender->reasons[reason]);
    return json_pack("{s:s, s:I, s:o}", "sender", sender_text(&sender->address, text), "packets",
                     (json_int_t)sender->packets, "reasons", reasons);
}

json_t *sender_reply(const struct agent *agent)
{
    static struct sender list[SENDERS_SHOWN];
    json_t *items = json_array();
    unsigned count = gather_senders(agent->settings.plane, list);
    for (unsigned i = 0; i < count && i < ADMIN_PAGE; i++)
        json_array_append_new(items, sender_item(&list[i]));
    return json_pack("{s:o}", "items", items);
}

static void add_senders(const struct plane *plane, json_t *metrics)
{
    static struct sender list[SENDERS_SHOWN];
    char text[SENDER_TEXT];
    unsigned count = gather_senders(plane, list);
    for (unsigned i = 0; i < count && i < SENDERS_MEASURED; i++)
        json_array_append_new(metrics, json_pack("{s:s, s:s, s:s, s:I, s:{s:s}}", "name",
                                                 "demarc_plane_refused_packets", "type", "counter", "help",
                                                 "packets refused on N3, of those who sent the most", "value",
                                                 (json_int_t)list[i].packets, "labels", "sender",
                                                 sender_text(&list[i].address, text)));
}

void metric_add(json_t *metrics, const char *name, const char *type, const char *help, uint64_t value,
                const char *label, const char *labelled)
{
    json_t *metric = json_pack("{s:s, s:s, s:s, s:I}", "name", name, "type", type, "help", help, "value",
                               (json_int_t)value);
    if (label)
        json_object_set_new(metric, "labels", json_pack("{s:s}", label, labelled));
    json_array_append_new(metrics, metric);
}

static void add_metric(json_t *metrics, const char *name, const char *type, const char *help, uint64_t value,
                       const char *reason)
{
    metric_add(metrics, name, type, help, value, reason ? "reason" : NULL, reason);
}

static uint64_t sum_lanes(const struct plane *plane, size_t offset)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < plane->lane_count; i++)
        sum += counted((const _Atomic uint64_t *)((const char *)&plane->lanes[i].counters + offset));
    return sum;
}

static unsigned gnbs_shaped(const struct plane *plane)
{
    unsigned gnbs = 0;
    size_t cursor = 0;
    uint64_t key;
    for (void *gnb; table_next(&plane->gnbs, &cursor, &key, &gnb);)
        gnbs += ((struct gnb *)gnb)->shaping.by != NULL;
    return gnbs;
}

static void add_shaping(const struct plane *plane, json_t *metrics)
{
    static const char *const names[HURRIED_REASONS] = {[HURRIED_LATE] = "late", [HURRIED_FULL] = "full"};
    add_metric(metrics, "demarc_plane_shaped_gnbs", "gauge", "gNBs whose packets are delayed from a rate on",
               gnbs_shaped(plane), NULL);
    add_metric(metrics, "demarc_plane_shaped_packets", "counter",
               "packets that had to wait for their gNB's rate",
               sum_lanes(plane, offsetof(struct lane_counters, shaped[0])), NULL);
    add_metric(metrics, "demarc_plane_shaped_octets", "counter",
               "octets that had to wait for their gNB's rate",
               sum_lanes(plane, offsetof(struct lane_counters, shaped[1])), NULL);
    add_metric(metrics, "demarc_plane_marked_packets", "counter", "packets that had to wait and say so (ECN)",
               sum_lanes(plane, offsetof(struct lane_counters, marked)), NULL);
    for (enum hurried reason = 0; reason < HURRIED_REASONS; reason++)
        add_metric(metrics, "demarc_plane_hurried_packets", "counter",
                   "packets that went sooner than their gNB's rate would have it, so as not to be lost",
                   sum_lanes(plane, offsetof(struct lane_counters, hurried) + reason * sizeof(uint64_t)),
                   names[reason]);
}

json_t *metrics_reply(const struct agent *agent)
{
    const struct plane *plane = agent->settings.plane;
    const struct tally_reading carried = tally_read_all(plane);
    json_t *metrics = json_array();
    add_metric(metrics, "fivegs_upffunction_upf_sessionnbr", "gauge", "PDU sessions", agent_sessions(agent),
               NULL);
    if (plane->fast) {
        add_metric(metrics, "demarc_plane_fast_free", "gauge", "sessions for which the fast path has room",
                   plane->fast->free_count, NULL);
        add_metric(metrics, "demarc_plane_fast_memory_bytes", "gauge", "of the fast path's maps",
                   plane->fast->memory, NULL);
    }
    add_metric(metrics, "fivegs_ep_n3_gtp_indatapktn3upf", "counter", "data packets in from N3",
               carried.packets[UPLINK], NULL);
    add_metric(metrics, "fivegs_ep_n3_gtp_outdatapktn3upf", "counter", "data packets out to N3",
               carried.packets[DOWNLINK], NULL);
    add_metric(metrics, "fivegs_ep_n3_gtp_indatavolumen3upf", "counter",
               "bytes in from N3, without tunnel headers", carried.bytes[UPLINK], NULL);
    add_metric(metrics, "fivegs_ep_n3_gtp_outdatavolumen3upf", "counter",
               "bytes out to N3, without tunnel headers", carried.bytes[DOWNLINK], NULL);
    add_metric(metrics, "demarc_plane_led_on_octets", "counter",
               "octets led on from a gNB to the next at handovers",
               sum_lanes(plane, offsetof(struct lane_counters, led_on[1])), NULL);
    add_metric(metrics, "demarc_plane_copied_packets", "counter",
               "copies of packets that an SMF has asked for (DUPL)",
               sum_lanes(plane, offsetof(struct lane_counters, copied[0])), NULL);
    add_metric(metrics, "demarc_plane_copied_octets", "counter",
               "octets of such copies, without tunnel headers",
               sum_lanes(plane, offsetof(struct lane_counters, copied[1])), NULL);
    add_shaping(plane, metrics);
    add_metric(metrics, "demarc_plane_held_packets", "gauge", "packets held for idle phones",
               atomic_load((atomic_uint *)&plane->held_total), NULL);
    add_metric(metrics, "demarc_plane_echo_requests", "counter", "GTP-U echo requests sent to gNBs",
               agent->echo_requests, NULL);
    add_metric(metrics, "demarc_plane_path_failures", "counter", "GTP-U paths that failed",
               agent->path_failures, NULL);
    add_metric(metrics, "demarc_plane_refused_pfcp_messages", "counter", PFCP_REFUSED, agent->refused_peers,
               "peer");
    add_metric(metrics, "demarc_plane_refused_pfcp_messages", "counter", PFCP_REFUSED,
               agent->refused_messages, "message");
    for (enum drop reason = DROP_NONE + 1; reason < DROP_REASONS; reason++)
        add_metric(metrics, "demarc_plane_dropped_packets", "counter", "packets that went no further",
                   sum_drops(plane, reason), drop_name(reason));
    add_senders(plane, metrics);
    return json_pack("{s:o}", "metrics", metrics);
}
