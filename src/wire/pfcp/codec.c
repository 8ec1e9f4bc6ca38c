/* SPDX-License-Identifier: Apache-2.0 */
/* The engine that reads and writes PFCP messages by the tables. */
#include "wire/pfcp/table.h"

enum { HEADER_VERSION = 1, FLAG_SEID = 1, FLAG_PRIORITY = 2, SHORT_HEADER = 8, LONG_HEADER = 16 };

struct decoder {
    struct arena *arena;
    struct pfcp_problem *problem;
};

/* Always returns false. */
static bool refuse(struct decoder *d, const struct reader *r, uint16_t type, uint8_t cause, const char *what)
{
    fault_set(&d->problem->fault, reader_offset(r), pfcp_ie_name(type), what);
    d->problem->cause = cause;
    d->problem->offending_ie = type;
    return false;
}

static bool decode_group(struct decoder *d, struct reader *r, const struct pfcp_group *group, void *to);

static bool decode_value(struct decoder *d, struct reader *r, uint16_t type, const struct pfcp_value *value,
                         void *to)
{
    if (reader_left(r) < value->shortest)
        return refuse(d, r, type, PFCP_INVALID_LENGTH, "shorter than its shortest form");
    value->read(value, r, to);
    if (reader_ok(r))
        return true;
    /* A reader that ran out names no place; a value that is wrong does. */
    uint8_t cause = r->fault.where ? PFCP_MANDATORY_IE_INCORRECT : PFCP_INVALID_LENGTH;
    return refuse(d, r, type, cause, r->fault.what);
}

static bool decode_element(struct decoder *d, struct reader *r, uint16_t type, void *to)
{
    const struct pfcp_element *element = pfcp_element_of(type);
    return element->group ? decode_group(d, r, element->group, to)
                          : decode_value(d, r, type, element->value, to);
}

/* How many elements of this type are still to come in this group, lengths as far as they make sense. */
static size_t count_ahead(struct reader r, uint16_t type)
{
    size_t count = 0;
    while (reader_left(&r) >= 4) {
        count += read_u16(&r) == type;
        read_bytes(&r, read_u16(&r));
    }
    return count;
}

/* The place for one more of a list; room for all that follow is taken at the first. */
static void *list_room(struct decoder *d, const struct reader *rest, const struct pfcp_member *member,
                       void *to)
{
    void **list = (void **)((char *)to + member->offset);
    size_t *count = (size_t *)((char *)to + member->mark);
    if (*count == 0)
        *list = arena_array(d->arena, 1 + count_ahead(*rest, member->type), member->size);
    return *list ? (char *)*list + (*count)++ * member->size : NULL;
}

static bool decode_list_item(struct decoder *d, struct reader *r, const struct reader *rest,
                             const struct pfcp_member *member, void *to)
{
    void *room = list_room(d, rest, member, to);
    if (!room)
        return refuse(d, r, member->type, PFCP_NO_RESOURCES_AVAILABLE, "more than there is memory for");
    return decode_element(d, r, member->type, room);
}

static bool decode_single(struct decoder *d, struct reader *r, const struct pfcp_member *member, void *to)
{
    void *place = (char *)to + member->offset;
    if (!decode_element(d, r, member->type, place)) {
        if (member->presence != PFCP_OPTIONAL)
            return false;
        memset(place, 0, member->size);
        *d->problem = (struct pfcp_problem){0};
        return true;
    }
    if (member->mark != PFCP_NO_MARK)
        *(bool *)((char *)to + member->mark) = true;
    return true;
}

static int member_index(const struct pfcp_group *group, uint16_t type)
{
    for (unsigned i = 0; i < group->count; i++)
        if (group->members[i].type == type)
            return (int)i;
    return -1;
}

static bool is_list(const struct pfcp_member *member)
{
    return member->presence == PFCP_LIST || member->presence == PFCP_MANDATORY_LIST;
}

static bool all_present(struct decoder *d, const struct reader *r, const struct pfcp_group *group,
                        uint64_t seen)
{
    for (unsigned i = 0; i < group->count; i++) {
        uint8_t presence = group->members[i].presence;
        if ((presence == PFCP_MANDATORY || presence == PFCP_MANDATORY_LIST) && !(seen >> i & 1))
            return refuse(d, r, group->members[i].type, PFCP_MANDATORY_IE_MISSING,
                          "mandatory element missing");
    }
    return true;
}

/* An element of another enterprise than ours. Of one of our own the number is passed over. */
static bool is_strange(struct reader *content, uint16_t type)
{
    return type >= PFCP_IE_OWN && (reader_left(content) < 2 || read_u16(content) != PFCP_ENTERPRISE);
}

static bool decode_group(struct decoder *d, struct reader *r, const struct pfcp_group *group, void *to)
{
    uint64_t seen = 0;
    while (reader_left(r) > 0) {
        uint16_t type = read_u16(r);
        uint16_t length = read_u16(r);
        struct reader content = read_sub(r, length);
        if (!reader_ok(r))
            return refuse(d, r, type, PFCP_INVALID_LENGTH, "element reaches beyond what holds it");
        int i = is_strange(&content, type) ? -1 : member_index(group, type);
        if (i < 0)
            continue;
        const struct pfcp_member *member = &group->members[i];
        bool repeated = seen >> i & 1;
        if (repeated && !is_list(member))
            continue;
        seen |= UINT64_C(1) << i;
        bool decoded = is_list(member) ? decode_list_item(d, &content, r, member, to)
                                       : decode_single(d, &content, member, to);
        if (!decoded)
            return false;
    }
    return all_present(d, r, group, seen);
}

/* Reads the header; on success r holds the elements. `reaction` is what a fault found here deserves. */
static bool decode_header(struct reader *r, struct pfcp_message *message, struct pfcp_problem *problem)
{
    size_t whole = reader_left(r);
    uint8_t flags = read_u8(r);
    message->type = read_u8(r);
    size_t length = read_u16(r);
    bool has_seid = flags & FLAG_SEID;
    if (has_seid)
        message->seid = read_u64(r);
    message->sequence = (uint32_t)read_uint(r, 3);
    uint8_t priority = read_u8(r);
    if (flags & FLAG_PRIORITY)
        message->priority = (uint8_t)(1 + (priority >> 4));
    if (!reader_ok(r))
        return fault_set(&problem->fault, r->fault.at, "header", r->fault.what);
    if (flags >> 5 != HEADER_VERSION) {
        if (message->type != PFCP_VERSION_NOT_SUPPORTED_RESPONSE)
            problem->reaction = PFCP_ANSWER_VERSION;
        return fault_set(&problem->fault, 0, "header", "version is not 1");
    }
    const struct pfcp_message_form *form = pfcp_form_of(message->type);
    if (!form)
        return fault_set(&problem->fault, 1, "header", "unknown message type");
    if (form->session != has_seid)
        return fault_set(&problem->fault, 0, "header", "SEID flag does not fit the message type");
    if (pfcp_is_request(message->type))
        problem->reaction = PFCP_ANSWER_CAUSE;
    if (length + 4 != whole) {
        problem->cause = PFCP_INVALID_LENGTH;
        return fault_set(&problem->fault, 2, "header", "length is not the datagram's");
    }
    return true;
}

bool pfcp_decode(struct arena *arena, struct bytes in, struct pfcp_message *message,
                 struct pfcp_problem *problem)
{
    struct reader r = reader_of(in);
    memset(message, 0, sizeof *message);
    *problem = (struct pfcp_problem){0};
    if (!decode_header(&r, message, problem))
        return false;
    enum pfcp_reaction reaction = problem->reaction;
    struct decoder d = {arena, problem};
    bool decoded = decode_group(&d, &r, pfcp_form_of(message->type)->group, &message->heartbeat_request);
    problem->reaction = decoded ? PFCP_DISCARD : reaction;
    return decoded;
}

static void encode_group(struct writer *w, const struct pfcp_group *group, const void *from);

static void encode_element(struct writer *w, uint16_t type, const void *from)
{
    const struct pfcp_element *element = pfcp_element_of(type);
    write_u16(w, type);
    size_t mark = write_length_open(w, 2);
    if (type >= PFCP_IE_OWN)
        write_u16(w, PFCP_ENTERPRISE);
    if (element->group)
        encode_group(w, element->group, from);
    else
        element->value->write(element->value, w, from);
    write_length_close(w, mark, 2);
}

static void encode_list(struct writer *w, const struct pfcp_member *member, const void *from)
{
    const char *list = *(void *const *)((const char *)from + member->offset);
    size_t count = *(const size_t *)((const char *)from + member->mark);
    if (count == 0 && member->presence == PFCP_MANDATORY_LIST)
        w->full = true;
    for (size_t i = 0; i < count && !w->full; i++)
        encode_element(w, member->type, list + i * member->size);
}

static void encode_group(struct writer *w, const struct pfcp_group *group, const void *from)
{
    for (unsigned i = 0; i < group->count; i++) {
        const struct pfcp_member *member = &group->members[i];
        if (is_list(member))
            encode_list(w, member, from);
        else if (member->presence == PFCP_MANDATORY || *(const bool *)((const char *)from + member->mark))
            encode_element(w, member->type, (const char *)from + member->offset);
    }
}

size_t pfcp_encode(const struct pfcp_message *message, void *buffer, size_t size)
{
    const struct pfcp_message_form *form = pfcp_form_of(message->type);
    if (!form || message->sequence > 0xffffff || message->priority > 16)
        return 0;
    struct writer w = writer_of(buffer, size);
    write_u8(&w, (uint8_t)(HEADER_VERSION << 5 | (message->priority ? FLAG_PRIORITY : 0) |
                           (form->session ? FLAG_SEID : 0)));
    write_u8(&w, message->type);
    size_t mark = write_length_open(&w, 2);
    if (form->session)
        write_u64(&w, message->seid);
    write_uint(&w, message->sequence, 3);
    write_u8(&w, message->priority ? (uint8_t)((message->priority - 1) << 4) : 0);
    encode_group(&w, form->group, &message->heartbeat_request);
    write_length_close(&w, mark, 2);
    return w.full ? 0 : writer_length(&w);
}
