/* SPDX-License-Identifier: Apache-2.0 */
/* What finding a packet's PDR takes in a session of that many, each with a filter for another server; beside the walk through them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../tests/plane/walk.h"
#include "measure.h"

enum { SERVERS = 32 };

struct bench {
    struct ruleset *rules;
    uint8_t servers[SERVERS][4];
    unsigned next;
    uintptr_t seen; /* keeps the compiler from leaving the work out */
};

static void set_up(struct bench *bench, unsigned pdrs)
{
    const struct ruleset counts = {.pdr_count = (uint8_t)pdrs, .filter_count = (uint16_t)pdrs};
    bench->rules = ruleset_new(&counts);
    for (unsigned i = 0; bench->rules && i < pdrs; i++) {
        const uint16_t port = (uint16_t)(5000 + i);
        bench->rules->pdrs[i] =
            (struct pdr){.source = PFCP_CORE, .first_filter = (uint16_t)i, .filter_count = 1};
        bench->rules->filters[i] = (struct sdf_filter){.protocol = 17,
                                                       .remote = {.family = AF_INET,
                                                                  .length = 24,
                                                                  .address = {203, 0, (uint8_t)(i * 7)},
                                                                  .range_count = 1,
                                                                  .ranges = {{port, port}}}};
    }
    for (unsigned i = 0; i < SERVERS; i++)
        memcpy(bench->servers[i], (uint8_t[]){203, 0, (uint8_t)(i % pdrs * 7), 9}, 4);
    if (!bench->rules || !ruleset_compile(bench->rules))
        exit(1);
}

/* The flows of all PDRs in turn. */
static void match(struct bench *bench, typeof(ruleset_match) *matcher)
{
    static const uint8_t phone[4] = {10, 45, 0, 7};
    const unsigned server = bench->next++ % SERVERS;
    const struct flow flow = {.source = bench->servers[server],
                              .destination = phone,
                              .version = 4,
                              .protocol = 17,
                              .has_ports = true,
                              .source_port = (uint16_t)(5000 + server % bench->rules->pdr_count),
                              .destination_port = 4000};
    bench->seen ^= (uintptr_t)matcher(bench->rules, PFCP_CORE, 0, 0, &flow);
}

static void compiled(void *context)
{
    match(context, ruleset_match);
}

static void walked(void *context)
{
    match(context, walk_match);
}

int main(void)
{
    static const unsigned counts[] = {1, 8, 32};
    for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct bench bench = {.next = 0};
        char name[32];
        set_up(&bench, counts[i]);
        snprintf(name, sizeof name, "pdr_match_ns_%u", counts[i]);
        measure_row(name, measure_ns(compiled, &bench), "ns/packet");
        snprintf(name, sizeof name, "pdr_walk_ns_%u", counts[i]);
        measure_row(name, measure_ns(walked, &bench), "ns/packet");
        ruleset_free(bench.rules);
    }
    return 0;
}
