/* SPDX-License-Identifier: Apache-2.0 */
/* demarc status: all processes and what each says of itself. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "face/ask.h"
#include "face/command.h"
#include "face/line_stand.h"
#include "face/status.h"
#include "face/table.h"
#include "face/upf.h"

static const struct column process_columns[] = {
    {"PROCESS", "process", CELL_TEXT, 0},
    {"STATE", "state", CELL_TEXT, 0},
    {"PID", "pid", CELL_NUMBER, 0},
    {"UP", "started", CELL_SINCE, 0},
    {"CPU S", "cpu_seconds", CELL_NUMBER, 0},
    {"MEMORY", "resident_bytes", CELL_BYTES, 0},
    {0},
};

static const struct column edge_columns[] = {
    {"EDGE", "name", CELL_TEXT, 0},         {"VENDOR", "vendor", CELL_TEXT, 2},
    {"N2", "listen", CELL_TEXT, 0},         {"SCTP", "stack", CELL_TEXT, 1},
    {"CONFINED", "confined", CELL_TEXT, 3}, {"GNBS", "gnbs", CELL_NUMBER, 0},
    {"IN", "messages_in", CELL_NUMBER, 0},  {"OUT", "messages_out", CELL_NUMBER, 0},
    {"REFUSED", "refused", CELL_NUMBER, 0}, {0},
};

static const struct column plane_columns[] = {
    {"PLANE", "name", CELL_TEXT, 0},
    {"N3", "n3", CELL_TEXT, 0},
    {"TUN", "tun", CELL_TEXT, 2},
    {"FAST", "fast_mode", CELL_TEXT, 0},
    {"AT", "fast_at", CELL_TEXT, 1},
    {"N4", "associated", CELL_TEXT, 0},
    {"SESSIONS", "sessions", CELL_NUMBER, 0},
    {"UP", "uplink_bytes", CELL_BYTES, 0},
    {"DOWN", "downlink_bytes", CELL_BYTES, 0},
    {"DROPPED", "dropped_packets", CELL_NUMBER, 0},
    {0},
};

/* Adds what the process answers to two lists: itself, and its status. */
static void visit(const struct config *config, const char *kind, const char *name, json_t *processes,
                  json_t *statuses)
{
    char full[96];
    json_t *process = ask_quietly(config, kind, name, "process");
    const char *state = process ? "up" : errno == EAGAIN ? "silent" : "down";
    json_t *status = process ? ask_quietly(config, kind, name, "status") : NULL;
    snprintf(full, sizeof full, "%s%s%s", kind, name ? "-" : "", name ? name : "");
    if (!process)
        process = json_pack("{s:s}", "process", full);
    json_object_set_new(process, "state", json_string(state));
    json_object_del(process, "ok");
    json_array_append_new(processes, process);
    if (!status)
        return;
    json_object_del(status, "ok");
    json_array_append_new(statuses, status);
}

json_t *status_gather(const struct config *config)
{
    json_t *processes = json_array(), *control = json_array(), *recorder = json_array(),
           *edges = json_array(), *planes = json_array();
    visit(config, "control", NULL, processes, control);
    visit(config, "recorder", NULL, processes, recorder);
    for (unsigned i = 0; i < config->edge_count; i++)
        visit(config, "edge", config->edges[i].name, processes, edges);
    for (unsigned i = 0; i < config->plane_count; i++)
        if (!config->planes[i].external)
            visit(config, "plane", config->planes[i].name, processes, planes);
    json_t *all = json_pack("{s:o, s:o, s:o}", "processes", processes, "edges", edges, "planes", planes);
    if (json_array_size(control))
        json_object_set(all, "control", json_array_get(control, 0));
    if (json_array_size(recorder))
        json_object_set(all, "recorder", json_array_get(recorder, 0));
    json_decref(control);
    json_decref(recorder);
    return all;
}

static long long number(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

static void print_summary(const json_t *control)
{
    char plmns[200], amf[200];
    cell_text(json_object_get(control, "plmns"), CELL_TEXT, plmns, sizeof plmns);
    cell_text(json_object_get(control, "amf_name"), CELL_TEXT, amf, sizeof amf);
    printf("AMF %s   PLMN %s   subscribers %lld\n", amf, plmns, number(control, "subscribers"));
    printf("gNBs %lld   phones %lld (%lld connected)   sessions %lld\n\n", number(control, "gnbs"),
           number(control, "ues"), number(control, "ues_connected"), number(control, "sessions"));
}

static void print_evidence(const json_t *recorder)
{
    const json_t *witnesses = json_object_get(recorder, "witnesses");
    size_t i, cosigning = 0;
    json_t *witness;
    json_array_foreach(witnesses, i, witness) cosigning += json_is_true(json_object_get(witness, "cosigns"));
    printf("evidence: %lld entries   checkpoint %lld   witnesses %zu of %zu   witnessed: %s%s\n\n",
           number(recorder, "entries"), number(recorder, "checkpoint"), cosigning, json_array_size(witnesses),
           json_string_value(json_object_get(recorder, "witnessed")),
           json_is_true(json_object_get(recorder, "full")) ? "   NO ROOM" : "");
}

/* Without a fast path everything works, but at another pace: it must not go unnoticed. */
static void print_slow_planes(const json_t *planes)
{
    size_t i;
    json_t *plane;
    json_array_foreach(planes, i, plane)
    {
        const char *why = json_string_value(json_object_get(plane, "fast_why"));
        if (why)
            printf("%s: no fast path: %s\n", json_string_value(json_object_get(plane, "name")), why);
    }
}

static void print_status(const json_t *all)
{
    const json_t *edges = json_object_get(all, "edges"), *planes = json_object_get(all, "planes");
    if (json_object_get(all, "control"))
        print_summary(json_object_get(all, "control"));
    if (json_object_get(all, "control")) {
        line_shares_print(json_object_get(json_object_get(all, "control"), "shares"));
        putchar('\n');
    }
    if (json_object_get(all, "recorder"))
        print_evidence(json_object_get(all, "recorder"));
    table_print(stdout, process_columns, json_object_get(all, "processes"));
    fputs(json_array_size(edges) ? "\n" : "", stdout);
    table_print(stdout, edge_columns, edges);
    fputs(json_array_size(planes) ? "\n" : "", stdout);
    table_print(stdout, plane_columns, planes);
    print_slow_planes(planes);
    if (json_object_get(all, "control")) {
        putchar('\n');
        upfs_print(json_object_get(json_object_get(all, "control"), "planes"));
    }
}

int run_status(const struct command *command, int argc, char **argv)
{
    bool json = false;
    const char *path = NULL;
    const struct option_slot slots[] = {{"json", &json, NULL}, {"config", NULL, &path}, {0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc > 0)
        return wrong_usage(command, "unexpected %s", argv[0]);
    struct config *config = load_or_fail(path);
    if (!config)
        return EXIT_FAILED;
    json_t *all = status_gather(config);
    bool up = json_object_get(all, "control") != NULL;
    if (json)
        json_print(stdout, all);
    else
        print_status(all);
    json_decref(all);
    config_free(config);
    return up ? EXIT_DONE : EXIT_FAILED;
}
