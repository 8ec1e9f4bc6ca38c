/* SPDX-License-Identifier: Apache-2.0 */
#include "config/schema.h"

#include <string.h>

#include "crypt/suci.h"

bool check_found(struct complaint *complaint, const char *format, const char *text)
{
    snprintf(complaint->found, sizeof complaint->found, format, text);
    return false;
}

bool check_serving(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    (void)base;
    const struct config_serving *all = items;
    char text[VALUE_TEXT_BYTES];
    for (unsigned i = 0; i < index; i++)
        if (memcmp(&all[i].plmn, &all[index].plmn, sizeof all->plmn) == 0)
            return check_found(complaint, "%s twice", config_plmn_text(all[index].plmn, text)) ||
                   complain(complaint, "each network once");
    if (all[index].equivalent_count > CONFIG_EQUIVALENTS)
        return check_found(complaint, "%s with more equivalents", config_plmn_text(all[index].plmn, text)) ||
               complain(complaint, "at most %d", CONFIG_EQUIVALENTS);
    return true;
}

static const char *text_in(const struct key *list, const void *items, unsigned index, size_t offset)
{
    return *(const char *const *)((const char *)items + index * list->item_size + offset);
}

static bool text_once(const struct key *list, const void *items, unsigned index, const struct key *key,
                      struct complaint *complaint)
{
    const size_t offset = key == list ? 0 : key->offset;
    const char *own = text_in(list, items, index, offset);
    for (unsigned i = 0; i < index; i++) {
        if (strcmp(text_in(list, items, i, offset), own) != 0)
            continue;
        snprintf(complaint->found, sizeof complaint->found, "the %s %s twice",
                 key == list ? "name" : key->name, own);
        return complain(complaint, key == list ? "each once" : "a %s of its own for each", key->name);
    }
    return true;
}

bool check_once(const struct key *list, const void *items, unsigned index, struct complaint *complaint)
{
    if (!list->fields)
        return !list->once || text_once(list, items, index, list, complaint);
    for (const struct key *key = list->fields; key->name; key++)
        if (key->once && !key->list && !text_once(list, items, index, key, complaint))
            return false;
    return true;
}

bool check_area(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    (void)base;
    const struct config_registration_area *all = items;
    if (all[index].tai_count <= CONFIG_AREA_TAIS)
        return true;
    return check_found(complaint, "more tracking areas in %s", all[index].name) ||
           complain(complaint, "at most %d", CONFIG_AREA_TAIS);
}

/* TS 38.413 9.3.1.72: attempts are counted to 16. */
bool check_paging_step(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    (void)base, (void)items;
    return index < CONFIG_PAGING_STEPS || check_found(complaint, "%s", "more") ||
           complain(complaint, "at most 16");
}

/* A pool is big enough for somebody to live in. */
bool check_pool_sizes(const char *name, const struct config_prefix *ipv4, const struct config_prefix *ipv6,
                      struct complaint *complaint)
{
    if (ipv4->family && ipv4->length > 29)
        return check_found(complaint, "%s with a tiny pool", name) ||
               complain(complaint, "a /29 at least for IPv4");
    if (ipv6->family && ipv6->length > 63)
        return check_found(complaint, "%s with a tiny pool", name) ||
               complain(complaint, "a /63 at least for IPv6");
    return true;
}

/* Frames have no use for what packets need, nor packets for what frames do. */
static bool check_ethernet(const struct config_dnn *dnn, struct complaint *complaint)
{
    if (dnn->type != CONFIG_ETHERNET && *dnn->bridge)
        return check_found(complaint, "%s with a bridge, and of another type than ethernet", dnn->name) ||
               complain(complaint, "type: ethernet, or no bridge");
    if (dnn->type == CONFIG_ETHERNET && (dnn->ipv4.family || dnn->ipv6.family || dnn->dns_count))
        return check_found(complaint, "%s of type ethernet with ipv4, ipv6 or dns", dnn->name) ||
               complain(complaint, "none of them: phones are given no addresses there");
    return true;
}

static bool check_pools(const struct config_dnn *dnn, struct complaint *complaint)
{
    if (dnn->type == CONFIG_ETHERNET)
        return true;
    if (dnn->type & CONFIG_IPV4 && dnn->ipv4.family != AF_INET)
        return check_found(complaint, "%s without an IPv4 pool in ipv4", dnn->name) ||
               complain(complaint, "one, such as 10.45.0.0/16, or type: ipv6");
    if (dnn->type & CONFIG_IPV6 && dnn->ipv6.family != AF_INET6)
        return check_found(complaint, "%s without an IPv6 pool in ipv6", dnn->name) ||
               complain(complaint, "one, such as 2001:db8:cafe::/48, or type: ipv4");
    return check_pool_sizes(dnn->name, &dnn->ipv4, &dnn->ipv6, complaint);
}

bool check_gateway(const struct config_prefix *pool, struct config_ip *gateway, struct complaint *complaint)
{
    if (!pool->family)
        return true;
    if (!gateway->family) {
        gateway->family = AF_INET;
        memcpy(gateway->address, pool->address, 4);
        gateway->address[3]++;
    }
    char text[VALUE_TEXT_BYTES];
    if (config_prefix_holds(pool, gateway))
        return true;
    return check_found(complaint, "a gateway %s", config_ip_text(gateway, text)) ||
           complain(complaint, "one within %s", config_prefix_text(pool, text));
}

bool check_dnn(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    (void)base;
    struct config_dnn *all = items, *dnn = &all[index];
    if (!check_ethernet(dnn, complaint) || !check_pools(dnn, complaint) ||
        !check_gateway(&dnn->ipv4, &dnn->ipv4_gateway, complaint))
        return false;
    if (!*dnn->partner != !*dnn->label)
        return check_found(complaint, "%s with one of partner and label", dnn->name) ||
               complain(complaint, "both of them or none");
    for (unsigned i = 0; i < index; i++) {
        if (config_prefix_overlaps(&dnn->ipv4, &all[i].ipv4) ||
            config_prefix_overlaps(&dnn->ipv6, &all[i].ipv6))
            return check_found(complaint, "a pool that overlaps with that of %s", all[i].name) ||
                   complain(complaint, "pools apart from each other");
    }
    return true;
}

static bool same_amf(const struct config_peer *a, const struct config_peer *b)
{
    return a->amf_region == b->amf_region && a->amf_set == b->amf_set && a->amf_pointer == b->amf_pointer;
}

/* Whom to believe is said where TLS is spoken, and only there; by one of the two ways. */
static bool check_trust(const struct config_witness *witness, struct complaint *complaint)
{
    const unsigned ways = !!*witness->authorities + !!*witness->certificate;
    if (ways != (witness->place.secure ? 1 : 0))
        return check_found(complaint, "%s", witness->url) ||
               complain(complaint,
                        "either authorities or certificate with https, and none of them with http");
    if (!*witness->client_certificate != !*witness->client_key ||
        (*witness->client_certificate && !witness->place.secure))
        return check_found(complaint, "%s", witness->url) ||
               complain(complaint, "client_certificate and client_key together, and with https");
    return true;
}

bool check_witness(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    (void)base;
    struct config_witness *all = items, *witness = &all[index];
    const char *id = strchr(witness->key, '+');
    if (!id || id == witness->key || strcspn(id + 1, "+") != 8)
        return check_found(complaint, "key %s", witness->key) || complain(complaint, "NAME+ID+KEY");
    if (!config_url_parse(witness->url, &witness->place))
        return check_found(complaint, "url %s", witness->url) ||
               complain(complaint, "http[s]://HOST[:PORT][/PREFIX]");
    return check_trust(witness, complaint);
}

bool check_peer(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    (void)base;
    const struct config_peer *all = items, *peer = &all[index];
    for (unsigned i = 0; i < index; i++) {
        if (same_amf(peer, &all[i]))
            return check_found(complaint, "%s with the AMF identifier of another", peer->name) ||
                   complain(complaint, "region, set and pointer of its own");
        if (address_same_host(&peer->address, &all[i].address))
            return check_found(complaint, "%s with the address of another", peer->name) ||
                   complain(complaint, "an address of its own");
    }
    return true;
}

static const uint8_t published_keys[][32] = {
    {0xc5, 0x3c, 0x22, 0x20, 0x8b, 0x61, 0x86, 0x0b, 0x06, 0xc6, 0x2e, 0x54, 0x06, 0xa7, 0xb3, 0x30,
     0xc2, 0xb5, 0x77, 0xaa, 0x55, 0x58, 0x98, 0x15, 0x10, 0xd1, 0x28, 0x24, 0x7d, 0x38, 0xbd, 0x1d},
    {0xf1, 0xab, 0x10, 0x74, 0x47, 0x7e, 0xbc, 0xc7, 0xf5, 0x54, 0xea, 0x1c, 0x5f, 0xc3, 0x68, 0xb1,
     0x61, 0x67, 0x30, 0x15, 0x5e, 0x00, 0x41, 0xac, 0x44, 0x7d, 0x63, 0x01, 0x97, 0x5f, 0xec, 0xda},
};

bool home_key_is_published(const uint8_t private_key[32])
{
    for (size_t i = 0; i < sizeof published_keys / sizeof published_keys[0]; i++)
        if (memcmp(private_key, published_keys[i], 32) == 0)
            return true;
    return false;
}

bool check_home_key(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    (void)base;
    struct config_home_key *all = items;
    for (unsigned i = 0; i < index; i++)
        if (all[i].id == all[index].id)
            return check_found(complaint, "an id%s twice", "") ||
                   complain(complaint, "an id of its own for each key");
    struct suci_home_key *key = suci_home_key_new(all[index].profile == 'A' ? SUCI_PROFILE_A : SUCI_PROFILE_B,
                                                  BYTES(all[index].private_key));
    if (!key)
        return check_found(complaint, "a private key%s", " beyond its curve") ||
               complain(complaint, "one of the profile's curve: openssl rand -hex 32 makes one");
    suci_home_key_free(key);
    all[index].published = home_key_is_published(all[index].private_key);
    return true;
}
