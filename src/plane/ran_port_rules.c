/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>

#include "plane/ran_port.h"

/* Before anything else on the host sees the frame: forwarding, bridges and protocols other than IP included. */
#define HOOK "type filter hook ingress devices = { "

static const char *family_of(uint8_t family)
{
    return family == AF_INET ? "ip" : "ip6";
}

/* Behind the first fragment there is no port to look at. Without a first one that was let in they come to nothing, and the kernel
 * drops those that overlap. The protocol is that of a packet whose lengths are right. */
static void write_fragments(FILE *to, uint8_t family, const char *destination, const char *protocol,
                            const char *counter)
{
    if (family == AF_INET)
        fprintf(to, "  %s meta l4proto %s ip frag-off & 0x1fff != 0 counter name %s accept\n", destination,
                protocol, counter);
    else
        fprintf(to, "  %s meta l4proto %s frag frag-off != 0 counter name %s accept\n", destination, protocol,
                counter);
}

static void write_endpoint(FILE *to, const union socket_address *own, const char *protocol,
                           const char *counter)
{
    char destination[INET6_ADDRSTRLEN + 16], text[INET6_ADDRSTRLEN];
    const uint8_t family = (uint8_t)own->any.sa_family;
    inet_ntop(family, family == AF_INET ? (const void *)&own->v4.sin_addr : &own->v6.sin6_addr, text,
              sizeof text);
    snprintf(destination, sizeof destination, "%s daddr %s", family_of(family), text);
    fprintf(to, "  %s %s dport %u counter name %s accept\n", destination, protocol, address_port(own),
            counter);
    write_fragments(to, family, destination, protocol, counter);
}

static void write_endpoints(FILE *to, const struct config *config)
{
    for (unsigned i = 0; i < config->edge_count; i++)
        for (unsigned k = 0; k < config->edges[i].listen_count; k++)
            write_endpoint(to, &config->edges[i].listen[k], "sctp", "n2");
    for (unsigned i = 0; i < config->plane_count; i++)
        for (unsigned k = 0; k < config->planes[i].n3_count; k++)
            write_endpoint(to, &config->planes[i].n3[k], "udp", "n3");
}

static const char *protocol_name(const struct config_hop *hop)
{
    switch (hop->protocol) {
    case CONFIG_HOP_ICMP:
        return hop->source.family == AF_INET ? "icmp" : "ipv6-icmp";
    case CONFIG_HOP_TCP:
        return "tcp";
    case CONFIG_HOP_UDP:
        return "udp";
    case CONFIG_HOP_SCTP:
        return "sctp";
    default:
        return NULL;
    }
}

static void write_hop(FILE *to, const struct config_hop *hop, unsigned number)
{
    char source[VALUE_TEXT_BYTES], destination[VALUE_TEXT_BYTES];
    const char *family = family_of(hop->source.family), *protocol = protocol_name(hop);
    fprintf(to, "  %s saddr %s %s daddr %s", family, config_prefix_text(&hop->source, source), family,
            config_prefix_text(&hop->destination, destination));
    if (protocol)
        fprintf(to, " meta l4proto %s", protocol);
    if ((hop->port || hop->source_port) && hop->source.family == AF_INET)
        fputs(" ip frag-off & 0x1fff == 0",
              to); /* what stands there behind the first fragment are no ports */
    if (hop->port)
        fprintf(to, " th dport %u", hop->port);
    if (hop->source_port)
        fprintf(to, " th sport %u", hop->source_port);
    fprintf(to, " counter name hop%u accept\n", number);
}

static void write_counters(FILE *to, const struct config_ran_port *port)
{
    static const char *const names[] = {"n2", "n3", "neighbours", "housekeeping", "denied", "too_big"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        fprintf(to, " counter %s {}\n", names[i]);
    for (unsigned i = 0; i < port->hop_count; i++)
        fprintf(to, " counter hop%u {}\n", i);
}

static void write_sets(FILE *to, const struct config_ran_port *port)
{
    static const char *const sets[][2] = {{"sources_v4", "ipv4_addr"},
                                          {"sources_v6", "ipv6_addr"},
                                          {"sources_link", "ether_addr . ether_type"}};
    for (unsigned i = 0; i < sizeof sets / sizeof *sets; i++)
        fprintf(to, " set %s { type %s; size %u; flags dynamic,timeout; timeout %us; counter; }\n",
                sets[i][0], sets[i][1], port->sources, (unsigned)(port->forget / SECONDS(1)));
}

/* Router advertisements are not among them: radio equipment is nobody's router. What every host sends of itself and nobody here
 * listens to is not worth an event. */
static void write_neighbours(FILE *to)
{
    fputs("  arp operation { request, reply } counter name neighbours accept\n"
          "  ip6 hoplimit 255 icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } counter name "
          "neighbours accept\n"
          "  icmpv6 type { mld-listener-report, mld2-listener-report, nd-router-solicit } counter name "
          "housekeeping "
          "drop\n",
          to);
}

void ran_port_write_rules(FILE *to, const struct config *config)
{
    const struct config_ran_port *port = &config->inventory.ran_port;
    fputs("add table netdev " RAN_PORT_TABLE "\ndelete table netdev " RAN_PORT_TABLE "\n", to);
    if (!port->interface_count)
        return;
    fputs("table netdev " RAN_PORT_TABLE " {\n", to);
    write_counters(to, port);
    write_sets(to, port);
    fputs(" chain ingress {\n  " HOOK, to);
    for (unsigned i = 0; i < port->interface_count; i++)
        fprintf(to, "%s\"%s\"", i ? ", " : "", port->interfaces[i]);
    fputs(" } priority -500; policy drop;\n", to);
    write_endpoints(to, config);
    write_neighbours(to);
    for (unsigned i = 0; i < port->hop_count; i++)
        write_hop(to, &port->hops[i], i);
    fputs("  ip frag-off & 0x1fff == 0 icmp type destination-unreachable icmp code frag-needed counter name "
          "too_big\n"
          "  icmpv6 type packet-too-big counter name too_big\n"
          "  counter name denied\n"
          "  update @sources_v4 { ip saddr } drop\n"
          "  update @sources_v6 { ip6 saddr } drop\n"
          "  update @sources_link { ether saddr . ether type } drop\n"
          " }\n}\n",
          to);
}
