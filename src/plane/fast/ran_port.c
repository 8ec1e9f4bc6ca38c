/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/ran_port.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plane/fast/networks.h"
#include "plane/fast/ports.h"
#include "plane/protocols.h"

/* --- the rules --- */

static bool add_endpoint(struct fast_ran_rules *rules, const union socket_address *own, uint8_t protocol)
{
    if (rules->endpoints == FAST_ENDPOINTS)
        return false;
    rules->endpoint[rules->endpoints++] = (struct fast_endpoint){
        .address = fast_address_of(own), .port = htons(address_port(own)), .protocol = protocol};
    return true;
}

static bool add_endpoints(struct fast_ran_rules *rules, const struct config *config)
{
    bool all = true;
    for (unsigned i = 0; i < config->plane_count; i++)
        for (unsigned k = 0; k < config->planes[i].n3_count; k++)
            all &= add_endpoint(rules, &config->planes[i].n3[k], PROTOCOL_UDP);
    for (unsigned i = 0; i < config->edge_count; i++)
        for (unsigned k = 0; k < config->edges[i].listen_count; k++)
            all &= add_endpoint(rules, &config->edges[i].listen[k], PROTOCOL_SCTP);
    return all;
}

static struct fast_address mask_of(const struct config_prefix *prefix)
{
    struct fast_address mask;
    uint8_t *octets = (uint8_t *)&mask;
    const unsigned bits = prefix->length + (prefix->family == AF_INET ? 96u : 0);
    for (unsigned i = 0; i < 16; i++) {
        const unsigned left = bits > 8 * i ? bits - 8 * i : 0;
        octets[i] = left >= 8 ? 0xff : (uint8_t) ~(0xff >> left);
    }
    return mask;
}

static uint8_t protocol_of(const struct config_hop *hop)
{
    switch (hop->protocol) {
    case CONFIG_HOP_ICMP:
        return hop->source.family == AF_INET ? PROTOCOL_ICMP : PROTOCOL_ICMPV6;
    case CONFIG_HOP_TCP:
        return PROTOCOL_TCP;
    case CONFIG_HOP_UDP:
        return PROTOCOL_UDP;
    case CONFIG_HOP_SCTP:
        return PROTOCOL_SCTP;
    default:
        return 0;
    }
}

static struct fast_hop hop_of(const struct config_hop *hop)
{
    return (struct fast_hop){.source = fast_address_of_prefix(&hop->source),
                             .source_mask = mask_of(&hop->source),
                             .destination = fast_address_of_prefix(&hop->destination),
                             .destination_mask = mask_of(&hop->destination),
                             .port = htons(hop->port),
                             .source_port = htons(hop->source_port),
                             .protocol = protocol_of(hop),
                             .version = hop->source.family == AF_INET ? 4 : 6};
}

/* False: there are more than fit. */
static bool compile(struct fast_ran_rules *rules, const struct config *config)
{
    const struct config_ran_port *port = &config->inventory.ran_port;
    memset(rules, 0, sizeof *rules);
    for (unsigned i = 0; i < port->hop_count && i < FAST_HOPS; i++)
        rules->hop[rules->hops++] = hop_of(&port->hops[i]);
    return add_endpoints(rules, config) && port->hop_count <= FAST_HOPS;
}

/* A packet sees the one generation or the other. */
static bool put_rules(struct fast *fast, const struct config *config)
{
    struct fast_ran_rules *rules = malloc(sizeof *rules);
    const bool fit = rules && compile(rules, config);
    const uint32_t now = fast->settings->ran_rules & 1;
    if (fit && memcmp(&fast->ran_rules[now], rules, sizeof *rules) != 0) {
        fast->ran_rules[!now] = *rules;
        atomic_thread_fence(memory_order_release);
        fast->settings->ran_rules = !now;
    }
    free(rules);
    return fit;
}

/* --- the interfaces --- */

static bool is_named(const struct config_ran_port *port, const char *device)
{
    for (unsigned i = 0; i < port->interface_count; i++)
        if (strcmp(port->interfaces[i], device) == 0)
            return true;
    return false;
}

static void leave_others(struct fast *fast, const struct config_ran_port *port)
{
    char device[IF_NAMESIZE];
    for (unsigned index = 1; index < FAST_PORTS; index++)
        if ((fast->ports[index].flags & FAST_RAN) &&
            (!if_indextoname(index, device) || !is_named(port, device)))
            fast->ports[index].flags &= ~(__u32)FAST_RAN;
}

static bool hold_interface(struct fast *fast, const char *device, enum config_fast mode,
                           char why[FAST_WHY_BYTES])
{
    const unsigned index = if_nametoindex(device);
    if (index && index < FAST_PORTS && (fast->ports[index].flags & FAST_RAN))
        return true;
    if (fast_attach(fast, device, FAST_RAN, mode, why))
        return true;
    if (index < FAST_PORTS)
        fast->ports[index].flags &= ~(__u32)FAST_RAN;
    return false;
}

bool fast_hold_ran_port(struct fast *fast, const struct config *config, char why[FAST_WHY_BYTES])
{
    const struct config_ran_port *port = &config->inventory.ran_port;
    static const struct config_ran_port none;
    const bool fit = put_rules(fast, config);
    bool all = fit;
    leave_others(fast, fit ? port : &none);
    if (!fit)
        snprintf(why, FAST_WHY_BYTES, "there are more than %d addresses of N2 and N3, or %d hops",
                 FAST_ENDPOINTS, FAST_HOPS);
    for (unsigned i = 0; fit && i < port->interface_count; i++)
        all &= hold_interface(fast, port->interfaces[i], config->planes[0].fast, why);
    return all;
}

/* --- what was counted --- */

void fast_ran_ended(const struct fast *fast, struct fast_ended ended[FAST_RAN_ENDS])
{
    memset(ended, 0, FAST_RAN_ENDS * sizeof *ended);
    for (unsigned lane = 0; lane < fast->sizes.processors; lane++)
        for (unsigned i = 0; i < FAST_RAN_ENDS; i++) {
            ended[i].packets += __atomic_load_n(&fast->lanes[lane].ran[i][0], __ATOMIC_RELAXED);
            ended[i].bytes += __atomic_load_n(&fast->lanes[lane].ran[i][1], __ATOMIC_RELAXED);
        }
}

unsigned fast_strangers(const struct fast *fast, struct fast_stranger *strangers, struct fast_denied *denied,
                        unsigned most)
{
    return fast_take(fast->denied, strangers, sizeof *strangers, denied, sizeof *denied, most);
}
