/* SPDX-License-Identifier: Apache-2.0 */
#include "config/schema.h"

#include <string.h>

static const struct config_inventory *inventory_of(const void *base)
{
    return &((const struct config *)base)->inventory;
}

/* The key itself is looked at where signatures are (line/seal.c). */
bool check_person(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    const struct config_person *all = items, *own = &all[index];
    const char *id = strchr(own->key, '+');
    (void)base;
    if (!id || id == own->key || strcspn(id + 1, "+") != 8)
        return check_found(complaint, "key %s", own->key) ||
               complain(complaint, "NAME+ID+KEY, as demarc line key prints it");
    return true;
}

static bool same_endpoint(const union socket_address *a, const union socket_address *b)
{
    return address_length(a) == address_length(b) && memcmp(a, b, address_length(a)) == 0;
}

static bool listens_apart(const union socket_address *some, unsigned some_count,
                          const union socket_address *others, unsigned other_count,
                          struct complaint *complaint)
{
    char text[VALUE_TEXT_BYTES];
    for (unsigned i = 0; i < some_count; i++)
        for (unsigned k = 0; k < other_count; k++)
            if (same_endpoint(&some[i], &others[k]))
                return check_found(complaint, "%s twice", config_endpoint_text(&some[i], text)) ||
                       complain(complaint, "an N2 address of its own for each");
    return true;
}

static bool listens_at_few(unsigned count, struct complaint *complaint)
{
    return count <= CONFIG_LISTEN || check_found(complaint, "%s of them", "more") ||
           complain(complaint, "at most 16 N2 addresses");
}

static bool take_risk(struct config_domain *domain, const struct config_inventory *inventory)
{
    for (unsigned i = 0; i < inventory->vendor_count; i++)
        if (strcmp(inventory->vendors[i].name, domain->vendor) == 0) {
            domain->risk = inventory->vendors[i].risk;
            return true;
        }
    return false;
}

bool check_domain(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    struct config_domain *all = items, *domain = &all[index];
    for (unsigned i = 0; i < index; i++)
        if (!listens_apart(domain->listen, domain->listen_count, all[i].listen, all[i].listen_count,
                           complaint))
            return false;
    if (!listens_at_few(domain->listen_count, complaint))
        return false;
    return take_risk(domain, inventory_of(base)) || check_found(complaint, "vendor %s", domain->vendor) ||
           complain(complaint, "one of vendors");
}

static bool gnb_apart(const struct config_gnb *gnb, const struct config_gnb *other,
                      struct complaint *complaint)
{
    char text[VALUE_TEXT_BYTES];
    if (config_gnb_id_equal(gnb->id, other->id))
        return check_found(complaint, "%s twice", config_gnb_id_text(gnb->id, text)) ||
               complain(complaint, "an identity of its own for each");
    return listens_apart(gnb->listen, gnb->listen_count, other->listen, other->listen_count, complaint);
}

static bool can_prove_itself(const struct config_gnb *gnb, const struct config_security_gateway *gateway,
                             struct complaint *complaint)
{
    if (gnb->certificate_count && !*gateway->vici)
        return check_found(complaint, "certificates of %s", gnb->name) ||
               complain(complaint, "security_gateway.vici, which tells whose certificate there is");
    if (gateway->required && !gnb->certificate_count)
        return check_found(complaint, "%s without certificates", gnb->name) ||
               complain(complaint, "them, as security_gateway.required is true");
    return true;
}

bool check_gnb(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    const struct config_inventory *inventory = inventory_of(base);
    const struct config_gnb *all = items, *gnb = &all[index];
    for (unsigned i = 0; i < index; i++)
        if (!gnb_apart(gnb, &all[i], complaint))
            return false;
    if (!config_find_domain(inventory, gnb->domain))
        return check_found(complaint, "domain %s", gnb->domain) || complain(complaint, "one of domains");
    if (inventory->isolation == CONFIG_ISOLATION_GNB && gnb->listen_count == 0)
        return check_found(complaint, "%s without listen", gnb->name) ||
               complain(complaint, "an N2 address of its own, as isolation is gnb");
    return can_prove_itself(gnb, &inventory->security_gateway, complaint) &&
           listens_at_few(gnb->listen_count, complaint);
}

bool check_hop(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    const struct config_hop *all = items, *hop = &all[index];
    (void)base;
    if (hop->source.family != hop->destination.family)
        return check_found(complaint, "%s from one family to another", hop->name) ||
               complain(complaint, "source and destination both IPv4 or both IPv6");
    bool ports = hop->port || hop->source_port;
    if (ports && (hop->protocol == CONFIG_HOP_ANY || hop->protocol == CONFIG_HOP_ICMP))
        return check_found(complaint, "%s with a port", hop->name) ||
               complain(complaint, "protocol tcp, udp or sctp with it");
    return true;
}

bool check_neighbourhood(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    const struct config_neighbourhood *all = items, *own = &all[index];
    for (unsigned i = 0; i < own->gnb_count; i++)
        if (!config_find_gnb(inventory_of(base), own->gnbs[i]))
            return check_found(complaint, "gNB %s", own->gnbs[i]) || complain(complaint, "names of gnbs");
    return true;
}

bool check_budget(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    const struct config_budget *all = items, *own = &all[index];
    return strcmp(own->domain, CONFIG_ANY) == 0 || config_find_domain(inventory_of(base), own->domain) ||
           check_found(complaint, "domain %s", own->domain) || complain(complaint, "one of domains, or any");
}

static bool relay_end(const struct config *config, const char *name)
{
    bool found = strcmp(name, CONFIG_ANY) == 0 || config_find_domain(&config->inventory, name);
    for (unsigned i = 0; !found && i < config->peer_count; i++)
        found = strcmp(config->peers[i].name, name) == 0;
    return found;
}

bool check_relay_rule(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    const struct config_relay_rule *rule = (const struct config_relay_rule *)items + index;
    const char *ends[] = {rule->from, rule->to};
    for (unsigned i = 0; i < 2; i++)
        if (!relay_end(base, ends[i]))
            return check_found(complaint, "%s", ends[i]) ||
                   complain(complaint, "one of domains or peers, or any");
    return true;
}
