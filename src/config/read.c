/* SPDX-License-Identifier: Apache-2.0 */
#include "config/read.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "config/nearest.h"

enum { LIST_MOST = 10000 };

struct source {
    yaml_document_t *document;
    const char *name;
    struct arena *memory;
    struct config_error *error;
    struct config_report *report; /* NULL: the first error ends it */
    struct map *lines;            /* of list items, by their address; NULL: they are not kept */
    unsigned unread; /* values that could not be read: what stands beside them is not compared with them */
};

/* Where in the file we are, for messages: smf.data_networks[1].dns[0]. */
struct place {
    const struct place *outer;
    const char *name; /* NULL: an item */
    unsigned index;
};

static size_t place_text(const struct place *place, char *buffer, size_t size)
{
    if (!place) {
        buffer[0] = '\0';
        return 0;
    }
    size_t used = place_text(place->outer, buffer, size);
    if (used >= size)
        return used;
    if (!place->name)
        used += (size_t)snprintf(buffer + used, size - used, "[%u]", place->index);
    else
        used += (size_t)snprintf(buffer + used, size - used, "%s%s", used ? "." : "", place->name);
    return used;
}

static bool tell(const struct source *source, const yaml_node_t *node, const struct place *place,
                 const char *found, const char *expected)
{
    char where[160], clean[100];
    size_t n = 0;
    for (; found[n] && n < sizeof clean - 1; n++)
        clean[n] = (unsigned char)found[n] < ' ' ? '?' : found[n];
    clean[n] = '\0';
    place_text(place, where, sizeof where);
    snprintf(source->error->text, sizeof source->error->text, "%s:%zu: %s: found %s, expected %s",
             source->name, node ? node->start_mark.line + 1 : 1, where[0] ? where : "file", clean, expected);
    if (source->report)
        config_report(source->report, "%s", source->error->text);
    return false;
}

static bool fail(struct source *source, const yaml_node_t *node, const struct place *place, const char *found,
                 const char *expected)
{
    source->unread++;
    return tell(source, node, place, found, expected);
}

static const char *kind_of(const yaml_node_t *node)
{
    if (!node)
        return "nothing";
    switch (node->type) {
    case YAML_MAPPING_NODE:
        return "a mapping";
    case YAML_SEQUENCE_NODE:
        return "a list";
    case YAML_SCALAR_NODE:
        return node->data.scalar.length ? (const char *)node->data.scalar.value : "nothing";
    default:
        return "nothing";
    }
}

/* `key:` with nothing behind it says as much as no key at all. */
static bool is_empty(const yaml_node_t *node)
{
    return !node || node->type == YAML_NO_NODE ||
           (node->type == YAML_SCALAR_NODE && node->data.scalar.length == 0 &&
            node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE);
}

static bool read_fields(struct source *source, const struct key *keys, yaml_node_t *node, void *base,
                        const struct place *place);
static bool read_default(struct source *source, const struct key *key, const yaml_node_t *near, void *base,
                         const struct place *place);

static bool read_scalar(struct source *source, const struct key *key, const yaml_node_t *node, void *member,
                        const struct place *place)
{
    if (node->type != YAML_SCALAR_NODE ||
        strlen((const char *)node->data.scalar.value) != node->data.scalar.length)
        return fail(source, node, place, kind_of(node),
                    key->type->expected ? key->type->expected : "a value");
    const char *text = (const char *)node->data.scalar.value;
    bool may_be_unset = key->optional || (key->initial && key->initial[0] == '\0');
    bool none = text[0] == '\0' && may_be_unset && key->type != &type_text;
    struct complaint complaint = {0};
    if (none || key->type->parse(key, text, source->memory, member, &complaint))
        return true;
    return fail(source, node, place, complaint.found[0] ? complaint.found : kind_of(node),
                complaint.expected[0] ? complaint.expected : key->type->expected);
}

/* Where memory for one is not to be had, its line is not known later: a message is less exact then, nothing else. */
static void keep_line(struct map *lines, const void *item, const yaml_node_t *node)
{
    map_put(lines, (uintptr_t)item, (void *)(node->start_mark.line + 1)); // NOLINT(performance-no-int-to-ptr)
}

static bool read_item(struct source *source, const struct key *key, yaml_node_t *node, const char *base,
                      char *items, unsigned index, const struct place *place)
{
    struct complaint complaint = {0};
    void *item = items + index * key->item_size;
    if (node && source->lines)
        keep_line(source->lines, item, node);
    if (!node || (key->fields ? !read_fields(source, key->fields, node, item, place)
                              : !read_scalar(source, key, node, item, place)))
        return false;
    const bool good = source->unread || (check_once(key, items, index, &complaint) &&
                                         (!key->check || key->check(base, items, index, &complaint)));
    if (!good)
        return tell(source, node, place, complaint.found, complaint.expected);
    return true;
}

static bool read_list(struct source *source, const struct key *key, yaml_node_t *node, char *base,
                      const struct place *place)
{
    if (node->type != YAML_SEQUENCE_NODE)
        return fail(source, node, place, kind_of(node), "a list");
    yaml_node_item_t *first = node->data.sequence.items.start;
    size_t count = (size_t)(node->data.sequence.items.top - first);
    if (count < key->least)
        return fail(source, node, place, "an empty list", "one item at least");
    char *items = count <= LIST_MOST ? arena_array(source->memory, count ? count : 1, key->item_size) : NULL;
    if (!items)
        return fail(source, node, place, "too many items", "fewer");
    bool good = true;
    for (unsigned i = 0; i < count && (good || source->report); i++) {
        struct place item = {.outer = place, .index = i};
        good &=
            read_item(source, key, yaml_document_get_node(source->document, first[i]), base, items, i, &item);
    }
    *(void **)(base + key->offset) = items;
    *(unsigned *)(base + key->count_offset) = (unsigned)count;
    return good;
}

/* near: what a message about a missing key points at. */
static bool read_key(struct source *source, const struct key *key, yaml_node_t *node, const yaml_node_t *near,
                     char *base, const struct place *outer)
{
    struct place place = {.outer = outer, .name = key->name};
    if (key->fields && !key->list)
        return read_fields(source, key->fields, is_empty(node) ? NULL : node, base, &place);
    if (!node)
        return read_default(source, key, near, base, &place);
    if (key->list)
        return read_list(source, key, node, base, &place);
    return read_scalar(source, key, node, base + key->offset, &place);
}

static const struct key *find_key(const struct key *keys, const char *name)
{
    while (keys->name && strcmp(keys->name, name) != 0)
        keys++;
    return keys->name ? keys : NULL;
}

static bool unknown_key(struct source *source, const struct key *keys, const yaml_node_t *node,
                        const struct place *place)
{
    const char *names[64] = {0};
    size_t count = 0;
    for (; keys[count].name && count < 64; count++)
        names[count] = keys[count].name;
    char expected[300];
    const char *nearest = nearest_name(place->name, names, count);
    if (nearest) {
        snprintf(expected, sizeof expected, "a known one (did you mean %s?)", nearest);
    } else {
        size_t used = (size_t)snprintf(expected, sizeof expected, "one of");
        for (size_t i = 0; i < count && used < sizeof expected; i++)
            used +=
                (size_t)snprintf(expected + used, sizeof expected - used, "%s %s", i ? "," : "", names[i]);
    }
    return fail(source, node, place, "an unknown key", expected);
}

static bool check_name(struct source *source, const struct key *keys, const yaml_node_t *name,
                       const struct place *outer, bool *seen)
{
    if (!name || name->type != YAML_SCALAR_NODE)
        return fail(source, name, outer, kind_of(name), "the name of a key");
    const struct place place = {.outer = outer, .name = (const char *)name->data.scalar.value};
    const struct key *key = find_key(keys, place.name);
    if (!key)
        return unknown_key(source, keys, name, &place);
    if (seen[key - keys])
        return fail(source, name, &place, "the key twice", "it once");
    seen[key - keys] = true;
    return true;
}

/* Every key of the mapping is one of ours, and there once. */
static bool check_names(struct source *source, const struct key *keys, const yaml_node_t *node,
                        const struct place *outer)
{
    bool seen[64] = {0};
    bool good = true;
    yaml_node_pair_t *pair = node->data.mapping.pairs.start;
    for (; pair < node->data.mapping.pairs.top && (good || source->report); pair++)
        good &= check_name(source, keys, yaml_document_get_node(source->document, pair->key), outer, seen);
    return good;
}

static yaml_node_t *value_of(struct source *source, const yaml_node_t *mapping, const char *name)
{
    yaml_node_pair_t *pair = mapping ? mapping->data.mapping.pairs.start : NULL;
    for (; pair && pair < mapping->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = yaml_document_get_node(source->document, pair->key);
        if (key && key->type == YAML_SCALAR_NODE && strcmp((const char *)key->data.scalar.value, name) == 0)
            return yaml_document_get_node(source->document, pair->value);
    }
    return NULL;
}

/* node NULL: everything by default. */
static bool read_fields(struct source *source, const struct key *keys, yaml_node_t *node, void *base,
                        const struct place *place)
{
    if (node && node->type != YAML_MAPPING_NODE)
        return fail(source, node, place, kind_of(node), "a mapping of keys");
    bool good = !node || check_names(source, keys, node, place);
    for (const struct key *key = keys; key->name && (good || source->report); key++)
        good &= read_key(source, key, value_of(source, node, key->name), node, base, place);
    return good;
}

/* Loads the text and hands its root (NULL: an empty document) to read_key or read_fields. */
static bool read_document(struct source *source, const struct key *key, const struct key *keys,
                          const char *text, size_t length, void *base, const struct place *place)
{
    yaml_parser_t parser;
    yaml_document_t document;
    if (!yaml_parser_initialize(&parser))
        return fail(source, NULL, place, "no memory", "some");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    if (!yaml_parser_load(&parser, &document)) {
        yaml_node_t here = {.start_mark = parser.problem_mark};
        fail(source, &here, place, parser.problem ? parser.problem : "no memory", "YAML");
        yaml_parser_delete(&parser);
        return false;
    }
    source->document = &document;
    yaml_node_t *root = yaml_document_get_root_node(&document);
    bool ok = key ? read_key(source, key, root, NULL, base, place)
                  : read_fields(source, keys, is_empty(root) ? NULL : root, base, place);
    source->document = NULL;
    yaml_document_delete(&document);
    yaml_parser_delete(&parser);
    return ok;
}

static bool read_default(struct source *source, const struct key *key, const yaml_node_t *near, void *base,
                         const struct place *place)
{
    if (!key->initial)
        return fail(source, near, place, "nothing", "a value: this key has no default");
    if (!key->list) {
        yaml_node_t node = {.type = YAML_SCALAR_NODE};
        node.data.scalar.value = (yaml_char_t *)(uintptr_t)key->initial;
        node.data.scalar.length = strlen(key->initial);
        return read_scalar(source, key, &node, (char *)base + key->offset, place);
    }
    struct source inner = *source;
    inner.lines = NULL;
    return read_document(&inner, key, NULL, key->initial, strlen(key->initial), base, place->outer);
}

bool config_read(const struct key *keys, const struct config_source *text, void *base, struct arena *memory,
                 struct map *lines, struct config_error *error)
{
    struct source source = {.name = text->name, .memory = memory, .error = error, .lines = lines};
    return read_document(&source, NULL, keys, text->text, text->length, base, NULL);
}

bool config_read_all(const struct key *keys, const struct config_source *text, void *base,
                     struct arena *memory, struct map *lines, struct config_report *report)
{
    struct config_error error;
    struct source source = {
        .name = text->name, .memory = memory, .error = &error, .report = report, .lines = lines};
    return read_document(&source, NULL, keys, text->text, text->length, base, NULL);
}
