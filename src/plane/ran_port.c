/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/ran_port.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "kit/log.h"
#include "plane/nft.h"
#include "plane/report.h"
#include "plane/status.h"

#define PERIOD      SECONDS(2)
#define TOLD_PERIOD SECONDS(10)

enum { SOURCE_TEXT = 64, EVENTS_AT_ONCE = 8 };

struct source {
    char text[SOURCE_TEXT];
    uint64_t packets, bytes;
    uint64_t told;   /* of the packets, those that evidence was given of */
    int64_t told_at; /* when */
};

struct counted {
    uint64_t packets, bytes;
};

enum kind { N2, N3, NEIGHBOURS, HOUSEKEEPING, DENIED, KINDS };
static const char *const kind_names[KINDS] = {"n2", "n3", "neighbours", "housekeeping", "denied"};

struct ran_port {
    struct config config; /* as the process began with it, but for its ran_port */
    struct timers *timers;
    struct timer timer;
    bool in_force, complained;
    char *rules; /* as nftables listed them when they had been put up; NULL: it has not been asked */
    struct counted counted[KINDS];
    struct counted *hops;   /* one for each of the inventory's */
    struct source *sources; /* in order of their texts */
    size_t source_count;
    uint64_t seen; /* sources that were told */
};

/* --- what nftables says --- */

static struct counted counter_of(const json_t *object)
{
    return (struct counted){(uint64_t)json_integer_value(json_object_get(object, "packets")),
                            (uint64_t)json_integer_value(json_object_get(object, "bytes"))};
}

static void take_counter(struct ran_port *port, const json_t *counter)
{
    const char *name = json_string_value(json_object_get(counter, "name"));
    for (unsigned i = 0; name && i < KINDS; i++)
        if (strcmp(name, kind_names[i]) == 0)
            port->counted[i] = counter_of(counter);
    if (!name || strncmp(name, "hop", 3) != 0)
        return;
    unsigned long hop = strtoul(name + 3, NULL, 10);
    if (hop < port->config.inventory.ran_port.hop_count)
        port->hops[hop] = counter_of(counter);
}

/* An address, or the address and type of a frame that is no IP. */
static void name_source(const json_t *value, char text[SOURCE_TEXT])
{
    const json_t *pair = json_object_get(value, "concat");
    const json_t *type = json_array_get(pair, 1);
    const char *address = json_string_value(pair ? json_array_get(pair, 0) : value);
    if (json_is_integer(type))
        snprintf(text, SOURCE_TEXT, "%s type 0x%04x", address ? address : "?",
                 (unsigned)json_integer_value(type));
    else if (type)
        snprintf(text, SOURCE_TEXT, "%s type %s", address ? address : "?", json_string_value(type));
    else
        snprintf(text, SOURCE_TEXT, "%s", address ? address : "?");
}

static size_t count_elements(const json_t *list)
{
    size_t count = 0, i;
    json_t *item;
    json_array_foreach(list, i, item) count +=
        json_array_size(json_object_get(json_object_get(item, "set"), "elem"));
    return count;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct source *)a)->text, ((const struct source *)b)->text);
}

static struct source *read_sources(const json_t *list, size_t *count)
{
    struct source *sources = calloc(count_elements(list) + 1, sizeof *sources);
    size_t i, k;
    json_t *item, *element;
    *count = 0;
    if (!sources)
        return NULL;
    json_array_foreach(list, i, item)
        json_array_foreach(json_object_get(json_object_get(item, "set"), "elem"), k, element)
    {
        const json_t *inner = json_object_get(element, "elem");
        const struct counted n = counter_of(json_object_get(inner, "counter"));
        struct source *source = &sources[(*count)++];
        *source = (struct source){.packets = n.packets, .bytes = n.bytes};
        name_source(json_object_get(inner, "val"), source->text);
    }
    qsort(sources, *count, sizeof *sources, by_text);
    return sources;
}

/* --- events --- */

static const struct source *known(const struct ran_port *port, const struct source *source)
{
    return port->source_count ? bsearch(source, port->sources, port->source_count, sizeof *source, by_text)
                              : NULL;
}

/* Of each that has sent more, at most so many at once, each not more often than once in a while. */
static void tell(struct ran_port *port, struct source *sources, size_t count)
{
    size_t fresh = 0, told = 0;
    for (size_t i = 0; i < count; i++) {
        const struct source *before = known(port, &sources[i]);
        fresh += !before;
        sources[i].told = before ? before->told : 0;
        sources[i].told_at = before ? before->told_at : port->timers->now - TOLD_PERIOD;
        if (sources[i].packets <= sources[i].told || port->timers->now - sources[i].told_at < TOLD_PERIOD ||
            told == EVENTS_AT_ONCE)
            continue;
        plane_report_denied(sources[i].text, sources[i].packets - sources[i].told);
        sources[i].told = sources[i].packets;
        sources[i].told_at = port->timers->now;
        told++;
    }
    port->seen += fresh;
    if (fresh > EVENTS_AT_ONCE)
        log_warning("line", NULL, "RAN port: so do %zu more; see demarc line port", fresh - EVENTS_AT_ONCE);
}

void ran_port_take(struct ran_port *port, const json_t *list)
{
    size_t i, count;
    json_t *item;
    json_array_foreach(list, i, item) take_counter(port, json_object_get(item, "counter"));
    struct source *sources = read_sources(list, &count);
    if (!sources)
        return;
    tell(port, sources, count);
    free(port->sources);
    port->sources = sources;
    port->source_count = count;
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

static void hold(struct ran_port *port)
{
    char why[256];
    if (!port->complained)
        miss_interfaces(&port->config.inventory.ran_port);
    port->in_force = put_up(port, why, sizeof why);
    free(port->rules);
    port->rules = NULL;
    if (port->in_force)
        log_info("line", NULL, "RAN port is held: %u interfaces, %u management hops (rule L2)",
                 port->config.inventory.ran_port.interface_count, port->config.inventory.ran_port.hop_count);
    else if (!port->complained)
        log_error("line", NULL,
                  "RAN PORT IS OPEN: rule L2 is not in force: %s; are the interfaces of ran_port there (ip "
                  "link), does the "
                  "kernel have nf_tables, is this root? It is tried again all the while",
                  why);
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
    if (!port->in_force)
        hold(port);
    if (port->in_force)
        look(port);
    timer_start(port->timers, &port->timer, PERIOD);
}

/* What a former configuration put up goes. */
static void leave_open(struct ran_port *port)
{
    char why[256];
    if (!put_up(port, why, sizeof why))
        log_debug("line", NULL, "nftables: %s", why);
    log_warning(
        "line", NULL,
        "RAN port is open: ran_port.interfaces of the inventory names none, so that rule L2 is not in force");
}

struct ran_port *ran_port_new(const struct config *config, struct timers *timers)
{
    struct ran_port *port = calloc(1, sizeof *port);
    if (!port)
        return NULL;
    *port = (struct ran_port){.config = *config, .timers = timers, .timer.fire = due};
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
    return port->in_force;
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
    free(port->sources);
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
    for (size_t i = 0; i < port->source_count; i++)
        json_array_append_new(sources,
                              item_of("source", port->sources[i].text,
                                      (struct counted){port->sources[i].packets, port->sources[i].bytes}));
    return json_pack("{s:b, s:o, s:I, s:o, s:o}", "in_force", port->in_force, "interfaces", interfaces,
                     "denied_packets", (json_int_t)port->counted[DENIED].packets, "passed", passed, "items",
                     sources);
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
    add(metrics, "demarc_ran_port_in_force", "gauge", "rule L2 is in force on this host", port->in_force,
        NULL);
    add(metrics, "demarc_ran_port_sources", "gauge", "senders of what may not come in", port->source_count,
        NULL);
    add(metrics, "demarc_ran_port_sources_told", "counter", "senders that were told in the log", port->seen,
        NULL);
    for (unsigned i = 0; i < KINDS; i++)
        add(metrics, packets, "counter", help, port->counted[i].packets, kind_names[i]);
    for (unsigned i = 0; i < own->hop_count; i++)
        add(metrics, packets, "counter", help, port->hops[i].packets, own->hops[i].name);
}
