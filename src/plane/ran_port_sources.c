/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/ran_port_sources.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plane/fast/networks.h"
#include "plane/fast/ran_port.h"

struct counted ran_port_counter(const json_t *object)
{
    return (struct counted){(uint64_t)json_integer_value(json_object_get(object, "packets")),
                            (uint64_t)json_integer_value(json_object_get(object, "bytes"))};
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct source *)a)->text, ((const struct source *)b)->text);
}

const struct source *sources_find(const struct sources *sources, const struct source *like)
{
    return sources->count ? bsearch(like, sources->list, sources->count, sizeof *like, by_text) : NULL;
}

/* --- of nftables --- */

static void name_element(const json_t *value, char text[SOURCE_TEXT])
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

static void add_elements(struct sources *to, const json_t *list)
{
    size_t i, k;
    json_t *item, *element;
    json_array_foreach(list, i, item)
        json_array_foreach(json_object_get(json_object_get(item, "set"), "elem"), k, element)
    {
        const json_t *inner = json_object_get(element, "elem");
        struct source *source = &to->list[to->count++];
        *source = (struct source){.counted = ran_port_counter(json_object_get(inner, "counter"))};
        name_element(json_object_get(inner, "val"), source->text);
    }
}

/* --- of the packet program --- */

/* As nftables writes them. */
static const char *type_name(uint16_t type, char text[8])
{
    switch (type) {
    case ETH_P_IP:
        return "ip";
    case ETH_P_IPV6:
        return "ip6";
    case ETH_P_ARP:
        return "arp";
    case ETH_P_8021Q:
        return "8021q";
    default:
        snprintf(text, 8, "0x%04x", type);
        return text;
    }
}

static void name_stranger(const struct fast_stranger *stranger, char text[SOURCE_TEXT])
{
    char type[8], address[SENDER_TEXT];
    const uint8_t *octets = (const uint8_t *)&stranger->address;
    const union socket_address ip = fast_address_as_socket(&stranger->address);
    if (stranger->type == 0)
        snprintf(text, SOURCE_TEXT, "%s", sender_text(&ip, address));
    else
        snprintf(text, SOURCE_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x type %s", octets[0], octets[1], octets[2],
                 octets[3], octets[4], octets[5], type_name(ntohs(stranger->type), type));
}

static void add_strangers(struct sources *to, const struct source_terms *terms)
{
    static struct fast_stranger strangers[FAST_REFUSED];
    static struct fast_denied denied[FAST_REFUSED];
    const unsigned most = terms->most < FAST_REFUSED ? terms->most : FAST_REFUSED;
    const unsigned count = fast_strangers(terms->fast, strangers, denied, most);
    for (unsigned i = 0; i < count; i++) {
        struct source *source = &to->list[to->count++];
        *source = (struct source){.ended = {denied[i].packets, denied[i].bytes}, .ended_at = terms->now};
        name_stranger(&strangers[i], source->text);
    }
}

/* What is remembered of those that it has met before, as far as there is room. */
static void add_remembered(struct sources *to, const struct sources *before, const struct source_terms *terms)
{
    size_t kept = 0;
    for (size_t i = 0; i < before->count && kept < terms->most; i++) {
        const struct source *source = &before->list[i];
        if (source->ended.packets == 0 || terms->now - source->ended_at > terms->forget)
            continue;
        struct source *next = &to->list[to->count++];
        *next = (struct source){.ended = source->ended, .ended_at = source->ended_at};
        memcpy(next->text, source->text, sizeof next->text);
        kept++;
    }
}

/* --- both --- */

static void add_to(struct source *sum, const struct source *source)
{
    sum->counted.packets += source->counted.packets;
    sum->counted.bytes += source->counted.bytes;
    sum->ended.packets += source->ended.packets;
    sum->ended.bytes += source->ended.bytes;
    if (source->ended_at > sum->ended_at)
        sum->ended_at = source->ended_at;
}

/* One entry for each text. */
static void merge(struct sources *sources)
{
    size_t kept = 0;
    qsort(sources->list, sources->count, sizeof *sources->list, by_text);
    for (size_t i = 0; i < sources->count; i++)
        if (kept && by_text(&sources->list[kept - 1], &sources->list[i]) == 0)
            add_to(&sources->list[kept - 1], &sources->list[i]);
        else
            sources->list[kept++] = sources->list[i];
    sources->count = kept;
    for (size_t i = 0; i < kept; i++) {
        sources->list[i].counted.packets += sources->list[i].ended.packets;
        sources->list[i].counted.bytes += sources->list[i].ended.bytes;
    }
}

bool sources_read(struct sources *sources, const json_t *list, const struct source_terms *terms)
{
    const size_t most = count_elements(list) + (terms->fast ? 2 * (size_t)terms->most : 0);
    struct sources next = {.list = calloc(most + 1, sizeof *next.list)};
    if (!next.list)
        return false;
    add_elements(&next, list);
    if (terms->fast) {
        add_remembered(&next, sources, terms);
        add_strangers(&next, terms);
    }
    merge(&next);
    *sources = next;
    return true;
}
