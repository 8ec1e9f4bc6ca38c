/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/ran_port.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "kit/log.h"
#include "plane/fast/ran_port.h"
#include "plane/nft.h"
#include "plane/ran_port_sources.h"
#include "plane/report.h"
#include "plane/status.h"

#define PERIOD      SECONDS(2)
#define TOLD_PERIOD SECONDS(10)
#define TOLD_AGAIN  SECONDS(3600)

enum { EVENTS_AT_ONCE = 8 };

enum kind { N2, N3, NEIGHBOURS, HOUSEKEEPING, DENIED, TOO_BIG, KINDS };
static const char *const kind_names[KINDS] = {"n2", "n3", "neighbours", "housekeeping", "denied", "too_big"};

struct ran_port {
    struct config config; /* as the process began with it, but for its ran_port */
    struct timers *timers;
    struct timer timer;
    bool in_force, complained;
    char *rules; /* as nftables listed them when they had been put up; NULL: it has not been asked */
    struct counted counted[KINDS];
    struct counted *hops; /* one for each of the inventory's */
    struct sources sources;
    struct fast *fast;                       /* NULL: there is no packet program, and nftables is alone */
    bool in_program;                         /* it holds the port, too */
    struct fast_ended before[FAST_RAN_ENDS]; /* when nftables began to count */
    uint64_t seen;                           /* sources that were told */
    uint64_t too_big;                        /* that were told, and ... */
    int64_t too_big_at;                      /* ... when; 0: never */
};

/* --- what nftables says --- */

static void take_counter(struct ran_port *port, const json_t *counter)
{
    const char *name = json_string_value(json_object_get(counter, "name"));
    for (unsigned i = 0; name && i < KINDS; i++)
        if (strcmp(name, kind_names[i]) == 0)
            port->counted[i] = ran_port_counter(counter);
    if (!name || strncmp(name, "hop", 3) != 0)
        return;
    unsigned long hop = strtoul(name + 3, NULL, 10);
    if (hop < port->config.inventory.ran_port.hop_count)
        port->hops[hop] = ran_port_counter(counter);
}

/* --- events --- */

/* Of each that has sent more, at most so many at once, each not more often than once in a while. */
static void tell(struct ran_port *port, struct source *sources, size_t count)
{
    size_t fresh = 0, told = 0;
    for (size_t i = 0; i < count; i++) {
        struct source *source = &sources[i];
        const struct source *before = sources_find(&port->sources, source);
        const uint64_t packets = source->counted.packets;
        fresh += !before;
        source->told = before && before->told <= packets ? before->told : 0; /* or it was forgotten */
        source->told_at = before ? before->told_at : port->timers->now - TOLD_PERIOD;
        if (packets == source->told || port->timers->now - source->told_at < TOLD_PERIOD ||
            told == EVENTS_AT_ONCE)
            continue;
        plane_report_denied(source->text, packets - source->told);
        source->told = packets;
        source->told_at = port->timers->now;
        told++;
    }
    port->seen += fresh;
    if (fresh > EVENTS_AT_ONCE)
        log_warning("line", NULL, "RAN port: so do %zu more; see demarc line port", fresh - EVENTS_AT_ONCE);
}

/* It is not believed, and packets may be lost for it: who runs the host can see to that. */
static void tell_too_big(struct ran_port *port)
{
    const uint64_t packets = port->counted[TOO_BIG].packets;
    const int64_t now = port->timers->now;
    if (packets <= port->too_big || (port->too_big_at && now - port->too_big_at < TOLD_AGAIN))
        return;
    log_warning("line", NULL,
                "RAN port: somebody says that packets of this host are too long for the way to a gNB (%llu "
                "times); rule L2 believes nobody there: if it is so, give the route `mtu` (ip route change "
                "... mtu ...), or lower "
                "the MTU of N3",
                (unsigned long long)(packets - port->too_big));
    port->too_big = packets;
    port->too_big_at = now ? now : 1;
}

/* What has ended in the packet program nftables has not seen. */
static void add_ended(struct ran_port *port)
{
    static const enum kind kinds[FAST_RAN_ENDS] = {[FAST_RAN_N3] = N3,
                                                   [FAST_RAN_HOUSEKEEPING] = HOUSEKEEPING,
                                                   [FAST_RAN_DENIED] = DENIED,
                                                   [FAST_RAN_TOO_BIG] = TOO_BIG};
    struct fast_ended ended[FAST_RAN_ENDS];
    if (!port->fast)
        return;
    fast_ran_ended(port->fast, ended);
    for (unsigned i = 0; i < FAST_RAN_ENDS; i++) {
        port->counted[kinds[i]].packets += ended[i].packets - port->before[i].packets;
        port->counted[kinds[i]].bytes += ended[i].bytes - port->before[i].bytes;
    }
}

void ran_port_take(struct ran_port *port, const json_t *list)
{
    const struct config_ran_port *own = &port->config.inventory.ran_port;
    const struct source_terms terms = {port->fast, own->sources, own->forget, port->timers->now};
    struct sources sources = port->sources;
    size_t i;
    json_t *item;
    memset(port->counted, 0, sizeof port->counted);
    json_array_foreach(list, i, item) take_counter(port, json_object_get(item, "counter"));
    add_ended(port);
    tell_too_big(port);
    if (!sources_read(&sources, list, &terms))
        return;
    tell(port, sources.list, sources.count);
    free(port->sources.list);
    port->sources = sources;
}

/* --- in force --- */

/* Chain and rules with their handles: what is put in the place of one has another. To be freed; NULL: out of memory. */
static char *print_of(const json_t *list)
{
    json_t *kept = json_array(), *item;
    size_t i;
    json_array_foreach(list, i, item) if (json_object_get(item, "chain") || json_object_get(item, "rule"))
        json_array_append(kept, item);
    char *print = json_dumps(kept, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(kept);
    return print;
}

bool ran_port_untouched(struct ran_port *port, const json_t *list)
{
    char *print = print_of(list);
    const bool first = !port->rules && print, same = first || (print && strcmp(print, port->rules) == 0);
    if (first)
        port->rules = print;
    else
        free(print);
    return same;
}

/* To be freed; NULL: out of memory. */
static char *script_of(const struct config *config)
{
    char *script = NULL;
    size_t length;
    FILE *to = open_memstream(&script, &length);
    if (!to)
        return NULL;
    ran_port_write_rules(to, config);
    if (fclose(to) == 0)
        return script;
    free(script);
    return NULL;
}

static bool put_up(const struct ran_port *port, char *why, size_t size)
{
    char *script = script_of(&port->config);
    snprintf(why, size, "out of memory");
    bool done = script && nft_run(script, why, size);
    free(script);
    return done;
}

/* A kernel that takes rules for interfaces to come (Linux 6.16) does not say that they are not there. */
static void miss_interfaces(const struct config_ran_port *own)
{
    for (unsigned i = 0; i < own->interface_count; i++)
        if (!if_nametoindex(own->interfaces[i]))
            log_warning("line", NULL, "RAN port: there is no interface %s, which the inventory names",
                        own->interfaces[i]);
}

/* Again and again, as interfaces come late. */
static void hold_in_program(struct ran_port *port)
{
    char why[FAST_WHY_BYTES] = "";
    const bool before = port->in_program;
    if (!port->fast)
        return;
    port->in_program = fast_hold_ran_port(port->fast, &port->config, why);
    if (port->in_program && !before)
        log_info("line", NULL, "RAN port is held in the packet program, too");
    else if (!port->in_program && (before || !port->complained))
        log_warning("line", NULL, "RAN port is left to nftables: %s", why);
}

static void say_open(const struct ran_port *port, const char *why)
{
    if (port->in_program)
        log_warning("line", NULL, "RAN port is held by the packet program alone: %s", why);
    else
        log_error("line", NULL,
                  "RAN PORT IS OPEN: rule L2 is not in force: %s; are the interfaces of ran_port there (ip "
                  "link), does the "
                  "kernel have nf_tables, is this root? It is tried again all the while",
                  why);
}

static void hold(struct ran_port *port)
{
    char why[256];
    if (!port->complained)
        miss_interfaces(&port->config.inventory.ran_port);
    port->in_force = put_up(port, why, sizeof why);
    free(port->rules);
    port->rules = NULL;
    if (port->in_force && port->fast)
        fast_ran_ended(port->fast, port->before);
    if (port->in_force)
        log_info("line", NULL, "RAN port is held: %u interfaces, %u management hops (rule L2)",
                 port->config.inventory.ran_port.interface_count, port->config.inventory.ran_port.hop_count);
    else if (!port->complained)
        say_open(port, why);
    port->complained = !port->in_force;
}

/* Others may flush the host's rules. */
static void look(struct ran_port *port)
{
    char why[256];
    json_t *list = nft_list("list table netdev " RAN_PORT_TABLE "\n", why, sizeof why);
    if (list && ran_port_untouched(port, list)) {
        ran_port_take(port, list);
    } else {
        if (list)
            snprintf(why, sizeof why, "there are other rules than were put up");
        log_error("line", NULL, "RAN port was opened by another hand: %s", why);
        plane_report_port_opened(why);
        hold(port);
    }
    json_decref(list);
}

static void due(struct timer *timer)
{
    struct ran_port *port = (struct ran_port *)((char *)timer - offsetof(struct ran_port, timer));
    hold_in_program(port);
    if (!port->in_force)
        hold(port);
    if (port->in_force)
        look(port);
    else if (port->in_program)
        ran_port_take(port, NULL);
    timer_start(port->timers, &port->timer, PERIOD);
}

/* What a former configuration put up goes. */
static void leave_open(struct ran_port *port)
{
    char why[256];
    if (port->fast)
        fast_hold_ran_port(port->fast, &port->config, why);
    if (!put_up(port, why, sizeof why))
        log_debug("line", NULL, "nftables: %s", why);
    log_warning(
        "line", NULL,
        "RAN port is open: ran_port.interfaces of the inventory names none, so that rule L2 is not in force");
}

struct ran_port *ran_port_new(const struct config *config, struct timers *timers, struct fast *fast)
{
    struct ran_port *port = calloc(1, sizeof *port);
    if (!port)
        return NULL;
    *port = (struct ran_port){.config = *config, .timers = timers, .timer.fire = due, .fast = fast};
    port->hops = calloc(config->inventory.ran_port.hop_count + 1, sizeof *port->hops);
    if (port->hops)
        return port;
    free(port);
    return NULL;
}

void ran_port_hold(struct ran_port *port)
{
    if (!port->config.inventory.ran_port.interface_count) {
        leave_open(port);
        return;
    }
    due(&port->timer);
}

bool ran_port_in_force(const struct ran_port *port)
{
    return port->in_force || port->in_program;
}

bool ran_port_follow(struct ran_port *port, const struct config_ran_port *own)
{
    struct config next = port->config;
    next.inventory.ran_port = *own;
    char *before = script_of(&port->config), *after = script_of(&next);
    struct counted *hops = calloc(own->hop_count + 1, sizeof *hops);
    const bool possible = before && after && hops, same = possible && strcmp(before, after) == 0;
    free(before);
    free(after);
    if (!possible || same)
        free(hops);
    if (!possible)
        return false;
    port->config = next;
    if (same)
        return true;
    free(port->hops);
    port->hops = hops;
    port->complained = port->in_force = false;
    timer_stop(port->timers, &port->timer);
    ran_port_hold(port);
    return true;
}

void ran_port_free(struct ran_port *port)
{
    if (!port)
        return;
    timer_stop(port->timers, &port->timer);
    free(port->hops);
    free(port->sources.list);
    free(port->rules);
    free(port);
}

/* --- for people --- */

static json_t *item_of(const char *key, const char *name, struct counted n)
{
    return json_pack("{s:s, s:I, s:I}", key, name, "packets", (json_int_t)n.packets, "bytes",
                     (json_int_t)n.bytes);
}

json_t *ran_port_reply(const struct ran_port *port)
{
    const struct config_ran_port *own = &port->config.inventory.ran_port;
    json_t *interfaces = json_array(), *passed = json_array(), *sources = json_array();
    for (unsigned i = 0; i < own->interface_count; i++)
        json_array_append_new(interfaces, json_string(own->interfaces[i]));
    for (unsigned i = 0; i < DENIED; i++)
        json_array_append_new(passed, item_of("what", kind_names[i], port->counted[i]));
    for (unsigned i = 0; i < own->hop_count; i++)
        json_array_append_new(passed, item_of("what", own->hops[i].name, port->hops[i]));
    for (size_t i = 0; i < port->sources.count; i++)
        json_array_append_new(sources,
                              item_of("source", port->sources.list[i].text, port->sources.list[i].counted));
    return json_pack("{s:b, s:b, s:o, s:I, s:I, s:o, s:o}", "in_force", ran_port_in_force(port), "in_program",
                     port->in_program, "interfaces", interfaces, "denied_packets",
                     (json_int_t)port->counted[DENIED].packets, "too_big_packets",
                     (json_int_t)port->counted[TOO_BIG].packets, "passed", passed, "items", sources);
}

static void add(json_t *metrics, const char *name, const char *type, const char *help, uint64_t value,
                const char *what)
{
    metric_add(metrics, name, type, help, value, what ? "what" : NULL, what);
}

void ran_port_metrics(const struct ran_port *port, json_t *metrics)
{
    static const char packets[] = "demarc_ran_port_packets", help[] = "packets that came in at the RAN port";
    const struct config_ran_port *own = &port->config.inventory.ran_port;
    add(metrics, "demarc_ran_port_in_force", "gauge", "rule L2 is in force on this host",
        ran_port_in_force(port), NULL);
    add(metrics, "demarc_ran_port_sources", "gauge", "senders of what may not come in", port->sources.count,
        NULL);
    add(metrics, "demarc_ran_port_sources_told", "counter", "senders that were told in the log", port->seen,
        NULL);
    for (unsigned i = 0; i < KINDS; i++)
        add(metrics, packets, "counter", help, port->counted[i].packets, kind_names[i]);
    for (unsigned i = 0; i < own->hop_count; i++)
        add(metrics, packets, "counter", help, port->hops[i].packets, own->hops[i].name);
}
