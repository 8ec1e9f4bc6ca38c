/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "admin/admin.h"

struct count {
    unsigned associations, ready;
};

static struct count count_of(const struct edge *edge)
{
    struct count count = {0};
    struct edge_gnb gnb;
    for (size_t cursor = 0; edge_next_gnb(edge, &cursor, &gnb); count.associations++)
        count.ready += gnb.ready;
    return count;
}

static json_t *listen_list(const struct charter_terms *terms)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < terms->listen_count; i++) {
        char text[ADDRESS_TEXT];
        json_array_append_new(list, json_string(address_print(&terms->listen[i], text)));
    }
    return list;
}

static json_t *confinement_list(const struct confinement *confinement)
{
    json_t *list = json_array();
    const char *name;
    bool in_force;
    for (unsigned i = 0; (name = confine_part(confinement, i, &in_force)); i++)
        if (in_force)
            json_array_append_new(list, json_string(name));
    return list;
}

json_t *edge_report_status(const struct edge_report *report)
{
    const struct charter_terms *terms = &report->charter->terms;
    struct edge_counters totals = edge_totals(report->edge);
    struct count count = count_of(report->edge);
    return json_pack("{s:s, s:s, s:o, s:s, s:b, s:o, s:i, s:i, s:I, s:I, s:I}", "name", report->charter->name,
                     "vendor", terms->vendor, "listen", listen_list(terms), "stack",
                     report->stack == SCTP_KERNEL ? "kernel" : "userspace", "control",
                     edge_has_control(report->edge), "confined", confinement_list(report->confinement),
                     "associations", (int)count.associations, "gnbs", (int)count.ready, "messages_in",
                     (json_int_t)totals.messages_in, "messages_out", (json_int_t)totals.messages_out,
                     "refused", (json_int_t)totals.refused);
}

/* Names come from the radio and may be no text at all. */
static void set_text(json_t *item, const char *key, const char *text)
{
    if (*text)
        json_object_set_new(item, key, json_string(text));
}

static json_t *describe(const struct edge_gnb *gnb, int64_t now)
{
    char id[24], address[ADDRESS_TEXT];
    snprintf(id, sizeof id, "%016" PRIx64, gnb->association);
    json_t *item = json_pack(
        "{s:s, s:s, s:i, s:I, s:I, s:I, s:I, s:I}", "association", id, "address",
        address_print(&gnb->address, address), "streams", (int)gnb->streams, "messages_in",
        (json_int_t)gnb->counters.messages_in, "messages_out", (json_int_t)gnb->counters.messages_out,
        "refused", (json_int_t)gnb->counters.refused, "overruns", (json_int_t)gnb->counters.overruns, "since",
        (json_int_t)(time(NULL) - (now - gnb->since) / SECONDS(1)));
    set_text(item, "id", gnb->id);
    set_text(item, "name", gnb->name);
    return item;
}

/* "after" is how many have been shown: an association that comes or goes between pages may shift them by one. */
json_t *edge_report_gnbs(const struct edge *edge, int64_t now, const json_t *request)
{
    const char *after = json_string_value(json_object_get(request, "after"));
    unsigned long skip = after ? strtoul(after, NULL, 10) : 0, seen = 0;
    json_t *items = json_array();
    struct edge_gnb gnb;
    size_t cursor = 0;
    while (json_array_size(items) < ADMIN_PAGE && edge_next_gnb(edge, &cursor, &gnb))
        if (seen++ >= skip)
            json_array_append_new(items, describe(&gnb, now));
    bool more = edge_next_gnb(edge, &cursor, &gnb);
    json_t *reply = json_pack("{s:o}", "items", items);
    if (more) {
        char text[24];
        snprintf(text, sizeof text, "%lu", seen);
        json_object_set_new(reply, "more", json_string(text));
    }
    return reply;
}

static void add_metric(json_t *list, const char *edge, const char *name, const char *type, const char *help,
                       uint64_t value)
{
    json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:I, s:{s:s}}", "name", name, "type", type, "help",
                                          help, "value", (json_int_t)value, "labels", "edge", edge));
}

json_t *edge_report_metrics(const struct edge *edge, const char *name)
{
    struct edge_counters totals = edge_totals(edge);
    struct count count = count_of(edge);
    json_t *list = json_array();
    add_metric(list, name, "demarc_edge_associations", "gauge", "SCTP associations with gNBs.",
               count.associations);
    add_metric(list, name, "demarc_edge_messages_in_total", "counter", "NGAP messages from gNBs.",
               totals.messages_in);
    add_metric(list, name, "demarc_edge_messages_out_total", "counter", "NGAP messages to gNBs.",
               totals.messages_out);
    add_metric(list, name, "demarc_edge_refused_total", "counter",
               "NGAP messages answered or dropped at the edge.", totals.refused);
    add_metric(list, name, "demarc_edge_overruns_total", "counter",
               "NGAP messages dropped unread, beyond their gNB's budget.", totals.overruns);
    return json_pack("{s:o}", "metrics", list);
}
