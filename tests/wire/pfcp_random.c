/* SPDX-License-Identifier: Apache-2.0 */
#include "pfcp_random.h"

#include <assert.h>

static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

/* Octets that the value accepts, found by trying; octet strings are a readable label. */
static void random_value(struct arena *arena, uint64_t *state, const struct pfcp_value *value, void *to)
{
    static const uint8_t label[] = "\x08internet";
    uint8_t octets[64];
    if (value == &pfcp_value_octets || value == &pfcp_value_text || value == &pfcp_value_labels) {
        *(struct bytes *)to = bytes_of(label, sizeof label - 1);
        return;
    }
    for (unsigned attempt = 0; attempt < 100000; attempt++) {
        for (size_t i = 0; i < sizeof octets; i++)
            octets[i] = (uint8_t)next(state);
        if (attempt % 2)
            octets[1] = octets[2] = 0; /* short inner lengths */
        struct bytes trial = bytes_of(octets, value->shortest + next(state) % 8 * 5);
        struct reader r = reader_of(trial);
        memset(to, 0, value->size);
        value->read(value, &r, to);
        if (!reader_ok(&r))
            continue;
        r = reader_of(arena_copy(arena, trial));
        value->read(value, &r, to);
        if (value == &pfcp_value_node_id && ((struct pfcp_node_id *)to)->fqdn.len)
            ((struct pfcp_node_id *)to)->fqdn = bytes_of(label, sizeof label - 1);
        return;
    }
    assert(!"no octets make this value");
}

static void random_group(struct arena *arena, uint64_t *state, const struct pfcp_group *group, void *to);

static void random_element(struct arena *arena, uint64_t *state, uint16_t type, void *to)
{
    const struct pfcp_element *element = pfcp_element_of(type);
    if (element->group)
        random_group(arena, state, element->group, to);
    else
        random_value(arena, state, element->value, to);
}

static void random_list(struct arena *arena, uint64_t *state, const struct pfcp_member *member, void *to)
{
    size_t least = member->presence == PFCP_MANDATORY_LIST;
    size_t count = least + next(state) % 3;
    char *list = arena_array(arena, count, member->size);
    *(void **)((char *)to + member->offset) = list;
    *(size_t *)((char *)to + member->mark) = count;
    for (size_t i = 0; i < count; i++)
        random_element(arena, state, member->type, list + i * member->size);
}

static void random_group(struct arena *arena, uint64_t *state, const struct pfcp_group *group, void *to)
{
    for (unsigned i = 0; i < group->count; i++) {
        const struct pfcp_member *member = &group->members[i];
        if (member->presence == PFCP_LIST || member->presence == PFCP_MANDATORY_LIST) {
            random_list(arena, state, member, to);
            continue;
        }
        bool present = member->presence == PFCP_MANDATORY || next(state) % 2;
        if (present)
            random_element(arena, state, member->type, (char *)to + member->offset);
        if (member->mark != PFCP_NO_MARK)
            *(bool *)((char *)to + member->mark) = present;
    }
}

void pfcp_random_message(struct arena *arena, uint64_t seed, uint8_t type, struct pfcp_message *message)
{
    uint64_t state = seed << 8 | type;
    const struct pfcp_message_form *form = pfcp_form_of(type);
    memset(message, 0, sizeof *message);
    message->type = type;
    message->sequence = next(&state) & 0xffffff;
    message->seid = form->session ? next(&state) : 0;
    message->priority = (uint8_t)(next(&state) % 17);
    random_group(arena, &state, form->group, &message->heartbeat_request);
}

unsigned pfcp_every_type(uint8_t types[256])
{
    unsigned count = 0;
    for (unsigned type = 0; type < 256; type++)
        if (pfcp_form_of((uint8_t)type))
            types[count++] = (uint8_t)type;
    return count;
}
