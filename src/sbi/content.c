/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON with binary parts beside it: multipart/related (RFC 2387, RFC 2046 5.1) as TS 29.500 5.2.2.4 has it. The first part
 * is the JSON; it names the others by their Content-ID.
 */
#include <stdio.h>
#include <strings.h>

#include "sbi/message.h"

#define MULTIPART "multipart/related"

enum { BOUNDARY_BYTES = 70, PART_TEXT_BYTES = 128 }; /* RFC 2046 5.1.1 allows a boundary 70 characters */

/* --- texts of header fields --- */

static struct bytes text_bytes(const char *text)
{
    return bytes_of(text, strlen(text));
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static struct bytes trimmed(struct bytes text)
{
    while (text.len && is_space(text.data[0]))
        text = bytes_of(text.data + 1, text.len - 1);
    while (text.len && is_space(text.data[text.len - 1]))
        text.len--;
    return text;
}

static bool same_word(struct bytes text, const char *word)
{
    return text.len == strlen(word) &&
           (text.len == 0 || strncasecmp((const char *)text.data, word, text.len) == 0);
}

static struct bytes up_to(struct bytes text, uint8_t mark)
{
    const uint8_t *found = text.len ? memchr(text.data, mark, text.len) : NULL;
    return found ? bytes_of(text.data, (size_t)(found - text.data)) : text;
}

/* What is behind the first `taken` bytes and the mark that ended them. */
static struct bytes behind(struct bytes text, struct bytes taken)
{
    return taken.len < text.len ? bytes_of(text.data + taken.len + 1, text.len - taken.len - 1)
                                : (struct bytes){0};
}

/* "type/subtype" of a media type with parameters. */
static struct bytes media(struct bytes type)
{
    return trimmed(up_to(type, ';'));
}

static struct bytes unquoted(struct bytes value, uint8_t open, uint8_t close)
{
    if (value.len >= 2 && value.data[0] == open && value.data[value.len - 1] == close)
        return bytes_of(value.data + 1, value.len - 2);
    return value;
}

/* The value of a parameter (`; name=value`); empty if it has none. A quoted value may hold semicolons. */
static struct bytes parameter(struct bytes type, const char *name)
{
    for (struct bytes rest = behind(type, up_to(type, ';')); rest.len;) {
        struct bytes key = up_to(rest, '=');
        struct bytes value = trimmed(behind(rest, key));
        struct bytes item = up_to(value, ';');
        if (value.len && value.data[0] == '"') {
            struct bytes quoted = up_to(bytes_of(value.data + 1, value.len - 1), '"');
            if (quoted.len + 2 > value.len)
                return (struct bytes){0};
            item = bytes_of(value.data, quoted.len + 2);
        }
        if (same_word(trimmed(key), name))
            return unquoted(trimmed(item), '"', '"');
        struct bytes more = value.len ? bytes_of(value.data + item.len, value.len - item.len) : value;
        rest = behind(more, up_to(more, ';'));
    }
    return (struct bytes){0};
}

static const char *keep_text(struct arena *arena, struct bytes text)
{
    char *copy = text.len < PART_TEXT_BYTES ? arena_alloc(arena, text.len + 1) : NULL;
    if (copy && text.len)
        memcpy(copy, text.data, text.len);
    return copy;
}

/* --- JSON --- */

/* jansson reads nested values by recursion: depth is limited here, where the stack may be a small one. */
static bool shallow(struct bytes text)
{
    unsigned depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '[') && ++depth > SBI_JSON_DEPTH)
            return false;
        else if (!quoted && (c == '}' || c == ']') && depth)
            depth--;
    }
    return true;
}

static bool read_json(struct bytes text, struct sbi_content *content, struct fault *fault)
{
    if (!shallow(text))
        return fault_set(fault, 0, "JSON", "nested too deep");
    json_t *json =
        text.len ? json_loadb((const char *)text.data, text.len, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (!json_is_object(json)) {
        json_decref(json);
        return fault_set(fault, 0, "JSON", "expected an object");
    }
    content->json = json;
    return true;
}

/* --- multipart, reading --- */

/* The body up to the next "CRLF--boundary", which the cursor then has behind it; false: there is none. */
static bool next_delimiter(struct reader *r, struct bytes boundary, struct bytes *before)
{
    const uint8_t *from = r->at;
    for (const uint8_t *at = from; (size_t)(r->end - at) >= boundary.len + 4; at++) {
        at = memchr(at, '\r', (size_t)(r->end - at));
        if (!at || (size_t)(r->end - at) < boundary.len + 4)
            return false;
        if (memcmp(at, "\r\n--", 4) != 0 || memcmp(at + 4, boundary.data, boundary.len) != 0)
            continue;
        *before = bytes_of(from, (size_t)(at - from));
        r->at = at + 4 + boundary.len;
        return true;
    }
    return false;
}

/* A line without its CRLF. */
static bool next_line(struct reader *r, struct bytes *line)
{
    struct bytes rest = bytes_of(r->at, reader_left(r));
    *line = up_to(rest, '\r');
    if (rest.len - line->len < 2 || line->data[line->len + 1] != '\n')
        return false;
    read_bytes(r, line->len + 2);
    return true;
}

static bool take_field(struct bytes line, struct arena *arena, struct sbi_part *part)
{
    struct bytes name = up_to(line, ':');
    struct bytes value = trimmed(behind(line, name));
    if (name.len == line.len)
        return false;
    if (same_word(name, "Content-Type"))
        part->type = keep_text(arena, media(value));
    else if (same_word(name, "Content-ID"))
        part->id = keep_text(arena, unquoted(value, '<', '>'));
    return part->type && part->id;
}

static bool read_part(struct bytes whole, struct arena *arena, struct sbi_part *part)
{
    struct reader r = reader_of(whole);
    struct bytes line;
    *part = (struct sbi_part){.id = "", .type = ""};
    do {
        if (!next_line(&r, &line) || (line.len && !take_field(line, arena, part)))
            return false;
    } while (line.len);
    part->data = read_rest(&r);
    return true;
}

static bool take_part(struct bytes whole, bool first, struct arena *arena, struct sbi_content *content,
                      struct fault *fault)
{
    struct sbi_part part;
    if (!read_part(whole, arena, &part))
        return fault_set(fault, 0, "multipart", "a part's header fields cannot be read");
    if (first)
        return same_word(text_bytes(part.type), SBI_JSON)
                   ? read_json(part.data, content, fault)
                   : fault_set(fault, 0, "multipart", "the first part is not JSON");
    if (content->count == SBI_PARTS)
        return fault_set(fault, 0, "multipart", "too many parts");
    content->parts[content->count++] = part;
    return true;
}

/* The body begins with a delimiter that has no CRLF before it; what stands before the first one is no part. */
static bool read_multipart(struct bytes body, struct bytes boundary, struct arena *arena,
                           struct sbi_content *content, struct fault *fault)
{
    struct reader r = reader_of(body);
    struct bytes before, line;
    if (boundary.len == 0 || boundary.len > BOUNDARY_BYTES)
        return fault_set(fault, 0, "Content-Type", "no boundary of 1 to 70 characters");
    bool at_once = body.len >= boundary.len + 2 && memcmp(body.data, "--", 2) == 0 &&
                   memcmp(body.data + 2, boundary.data, boundary.len) == 0;
    if (at_once)
        read_bytes(&r, boundary.len + 2);
    else if (!next_delimiter(&r, boundary, &before))
        return fault_set(fault, 0, "multipart", "the boundary does not occur");
    for (bool first = true;; first = false) {
        if (reader_left(&r) >= 2 && memcmp(r.at, "--", 2) == 0)
            return content->json || fault_set(fault, 0, "multipart", "no parts");
        if (!next_line(&r, &line) || trimmed(line).len || !next_delimiter(&r, boundary, &before))
            return fault_set(fault, reader_offset(&r), "multipart", "a part does not end");
        if (!take_part(before, first, arena, content, fault))
            return false;
    }
}

bool sbi_content_read(const struct sbi_message *message, struct arena *arena, struct sbi_content *content,
                      struct fault *fault)
{
    struct bytes type = text_bytes(message->type);
    bool read;
    content->json = NULL;
    content->count = 0;
    if (same_word(media(type), SBI_JSON) || same_word(media(type), SBI_PROBLEM))
        read = read_json(message->body, content, fault);
    else if (same_word(media(type), MULTIPART))
        read = read_multipart(message->body, parameter(type, "boundary"), arena, content, fault);
    else
        read = fault_set(fault, 0, "Content-Type", "neither JSON nor multipart/related");
    if (!read)
        sbi_content_free(content);
    return read;
}

void sbi_content_free(struct sbi_content *content)
{
    json_decref(content->json);
    content->json = NULL;
    content->count = 0;
}

struct bytes sbi_content_part(const struct sbi_content *content, const json_t *object, const char *name)
{
    const char *id = json_string_value(json_object_get(json_object_get(object, name), "contentId"));
    for (unsigned i = 0; id && i < content->count; i++) {
        if (strcmp(content->parts[i].id, id) == 0)
            return content->parts[i].data;
    }
    return (struct bytes){0};
}

/* --- writing --- */

json_t *sbi_content_add(struct sbi_content *content, struct arena *arena, const char *type, struct bytes data)
{
    char id[16];
    snprintf(id, sizeof id, "part%u", content->count + 1);
    const char *kept = content->count < SBI_PARTS ? keep_text(arena, text_bytes(id)) : NULL;
    if (!kept)
        return NULL;
    content->parts[content->count++] = (struct sbi_part){kept, type, data};
    return json_pack("{s:s}", "contentId", kept);
}

static bool occurs(struct bytes needle, struct bytes hay)
{
    return hay.len && memmem(hay.data, hay.len, needle.data, needle.len) != NULL;
}

/* A text that no part holds. */
static bool choose_boundary(const struct sbi_content *content, struct bytes json, char text[BOUNDARY_BYTES])
{
    for (unsigned attempt = 0; attempt < 1000; attempt++) {
        snprintf(text, BOUNDARY_BYTES, "demarc-part-%03u", attempt);
        bool found = occurs(text_bytes(text), json);
        for (unsigned i = 0; i < content->count && !found; i++)
            found = occurs(text_bytes(text), content->parts[i].data);
        if (!found)
            return true;
    }
    return false;
}

static void write_text(struct writer *w, const char *text)
{
    write_bytes(w, text_bytes(text));
}

static void write_part(struct writer *w, const char *boundary, const struct sbi_part *part)
{
    const char *const header[] = {"--", boundary, "\r\nContent-Type: ", part->type};
    for (size_t i = 0; i < sizeof header / sizeof *header; i++)
        write_text(w, header[i]);
    if (*part->id) {
        write_text(w, "\r\nContent-ID: ");
        write_text(w, part->id);
    }
    write_text(w, "\r\n\r\n");
    write_bytes(w, part->data);
    write_text(w, "\r\n");
}

static bool write_multipart(const struct sbi_content *content, struct bytes json, struct arena *arena,
                            struct sbi_message *message)
{
    enum { FIELDS = 2 * BOUNDARY_BYTES + 2 * PART_TEXT_BYTES };
    char boundary[BOUNDARY_BYTES];
    size_t room = json.len + FIELDS;
    for (unsigned i = 0; i < content->count; i++)
        room += content->parts[i].data.len + FIELDS;
    uint8_t *body = arena_alloc(arena, room);
    char *type = arena_alloc(arena, SBI_TEXT_BYTES);
    if (!body || !type || !choose_boundary(content, json, boundary))
        return false;
    struct writer w = writer_of(body, room);
    write_part(&w, boundary, &(struct sbi_part){.id = "", .type = SBI_JSON, .data = json});
    for (unsigned i = 0; i < content->count; i++)
        write_part(&w, boundary, &content->parts[i]);
    write_text(&w, "--");
    write_text(&w, boundary);
    write_text(&w, "--\r\n");
    snprintf(type, SBI_TEXT_BYTES, MULTIPART "; boundary=%s", boundary);
    message->type = type;
    message->body = writer_bytes(&w);
    return !w.full;
}

static struct bytes dump(const json_t *json, struct arena *arena)
{
    size_t length = json ? json_dumpb(json, NULL, 0, JSON_COMPACT) : 0;
    char *text = length ? arena_alloc(arena, length) : NULL;
    if (!text || json_dumpb(json, text, length, JSON_COMPACT) != length)
        return (struct bytes){0};
    return bytes_of(text, length);
}

bool sbi_content_write(const struct sbi_content *content, struct arena *arena, struct sbi_message *message)
{
    struct bytes json = dump(content->json, arena);
    if (!json.len)
        return false;
    if (content->count)
        return write_multipart(content, json, arena, message);
    message->type = SBI_JSON;
    message->body = json;
    return true;
}
