/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/note.h"

#include <stdio.h>

#include "crypt/primitive.h"
#include "evidence/lines.h"
#include "kit/hex.h"

#define DASH "\u2014 "

enum { ID_BYTES = 4, TIME_BYTES = 8, COSIGNED_BYTES = TIME_BYTES + KEY_SIGNATURE_BYTES };

static bool is_name(struct bytes name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.data[i] <= ' ' || name.data[i] >= 0x7f || name.data[i] == '+')
            return false;
    return name.len > 0 && name.len < NOTE_NAME_BYTES;
}

static uint32_t id_of(const struct note_key *key)
{
    const uint8_t middle[] = {'\n', (uint8_t)key->type};
    uint8_t digest[32];
    sha256(
        (const struct bytes[]){bytes_of(key->name, strlen(key->name)), BYTES(middle), BYTES(key->public_key)},
        3, digest);
    struct reader r = reader_of(BYTES(digest));
    return read_u32(&r);
}

bool note_key_make(struct note_key *key, const char *name, enum note_key_type type,
                   const uint8_t public_key[KEY_PUBLIC_BYTES])
{
    *key = (struct note_key){.type = type};
    if (!is_name(bytes_of(name, strlen(name))))
        return false;
    memcpy(key->name, name, strlen(name));
    memcpy(key->public_key, public_key, KEY_PUBLIC_BYTES);
    key->id = id_of(key);
    return true;
}

bool note_key_parse(const char *text, struct note_key *key)
{
    const char *id = strchr(text, '+'), *octets = id ? strchr(id + 1, '+') : NULL;
    uint8_t number[ID_BYTES], material[1 + KEY_PUBLIC_BYTES];
    char name[NOTE_NAME_BYTES], digits[2 * ID_BYTES + 1];
    if (!octets || id - text >= NOTE_NAME_BYTES || octets - id != sizeof digits)
        return false;
    snprintf(name, sizeof name, "%.*s", (int)(id - text), text);
    snprintf(digits, sizeof digits, "%s", id + 1);
    if (!hex_read(digits, number, sizeof number) ||
        base64_read(bytes_of(octets + 1, strlen(octets + 1)), material, sizeof material) != sizeof material)
        return false;
    struct reader r = reader_of(BYTES(number));
    return (material[0] == NOTE_ED25519 || material[0] == NOTE_COSIGNATURE) &&
           note_key_make(key, name, (enum note_key_type)material[0], material + 1) && key->id == read_u32(&r);
}

const char *note_key_text(const struct note_key *key, char text[NOTE_KEY_TEXT_BYTES])
{
    uint8_t material[1 + KEY_PUBLIC_BYTES] = {(uint8_t)key->type};
    memcpy(material + 1, key->public_key, KEY_PUBLIC_BYTES);
    const int length = snprintf(text, NOTE_KEY_TEXT_BYTES, "%s+%08x+", key->name, key->id);
    struct writer w = writer_of(text + length, NOTE_KEY_TEXT_BYTES - (size_t)length);
    base64_write(&w, BYTES(material));
    write_u8(&w, '\0');
    return text;
}

/* --- Notes --- */

/* The last empty line stands between text and signatures. */
static size_t text_length(struct bytes in)
{
    for (size_t at = in.len; at >= 2; at--)
        if (in.data[at - 1] == '\n' && in.data[at - 2] == '\n')
            return at - 1;
    return 0;
}

static bool has_controls(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++)
        if (in.data[i] < ' ' && in.data[i] != '\n')
            return true;
    return false;
}

bool note_read(struct bytes in, struct note *note, struct fault *fault)
{
    const size_t length = text_length(in);
    struct note_signature signature;
    size_t at = 0, count = 0;
    if (in.len > NOTE_BYTES || has_controls(in))
        return fault_set(fault, 0, "note", "is too long, or no text");
    if (!length || length + 1 >= in.len)
        return fault_set(fault, 0, "note", "has no signatures behind an empty line");
    *note = (struct note){bytes_of(in.data, length), bytes_of(in.data + length + 1, in.len - length - 1)};
    while (note_next(note->signatures, &at, &signature))
        count++;
    if (at != note->signatures.len || count > NOTE_SIGNATURES)
        return fault_set(fault, length + 1 + at, "signature", "is none, or one too many");
    return true;
}

/* — NAME BASE64 */
static bool read_signature(struct bytes line, struct note_signature *signature)
{
    struct bytes rest;
    if (!begins(line, DASH, &rest))
        return false;
    const uint8_t *space = rest.len ? memchr(rest.data, ' ', rest.len) : NULL;
    if (!space)
        return false;
    signature->name = bytes_of(rest.data, (size_t)(space - rest.data));
    const struct bytes digits = bytes_of(space + 1, rest.len - signature->name.len - 1);
    uint8_t octets[NOTE_BYTES];
    const size_t size = base64_read(digits, octets, sizeof octets);
    if (size <= ID_BYTES || !is_name(signature->name))
        return false;
    struct reader r = reader_of(bytes_of(octets, size));
    signature->id = read_u32(&r);
    signature->octets = bytes_of(signature->space, 0);
    if (reader_left(&r) <= sizeof signature->space) {
        signature->octets.len = reader_left(&r);
        memcpy(signature->space, r.at, signature->octets.len);
    }
    return true;
}

bool note_next(struct bytes signatures, size_t *at, struct note_signature *signature)
{
    if (*at >= signatures.len)
        return false;
    struct reader r = reader_of(bytes_of(signatures.data + *at, signatures.len - *at));
    const struct bytes line = read_line(&r);
    if (!reader_ok(&r) || !read_signature(line, signature))
        return false;
    signature->line = bytes_of(line.data, line.len + 1);
    *at += line.len + 1;
    return true;
}

void note_sign_line(struct writer *w, const struct note_key *key, struct bytes octets)
{
    uint8_t space[ID_BYTES + NOTE_SIGNATURE_BYTES];
    struct writer all = writer_of(space, sizeof space);
    write_u32(&all, key->id);
    write_bytes(&all, octets);
    write_text(w, DASH);
    write_text(w, key->name);
    write_u8(w, ' ');
    base64_write(w, writer_bytes(&all));
    write_u8(w, '\n');
}

/* --- Checking --- */

void note_cosigned_text(struct writer *w, struct bytes text, uint64_t time)
{
    char head[64];
    snprintf(head, sizeof head, "cosignature/v1\ntime %llu\n", (unsigned long long)time);
    write_text(w, head);
    write_bytes(w, text);
}

static bool cosigned(struct bytes text, const struct note_key *key, struct bytes octets, uint64_t *time)
{
    struct reader r = reader_of(octets);
    uint8_t message[NOTE_COSIGNED_BYTES];
    *time = read_u64(&r);
    struct writer w = writer_of(message, sizeof message);
    note_cosigned_text(&w, text, *time);
    return !w.full && *time <= INT64_MAX && key_signed(key->public_key, writer_bytes(&w), r.at);
}

static bool is_good(struct bytes text, const struct note_key *key, struct bytes octets, uint64_t *time)
{
    if (key->type == NOTE_COSIGNATURE)
        return octets.len == COSIGNED_BYTES && cosigned(text, key, octets, time);
    return octets.len == KEY_SIGNATURE_BYTES && key_signed(key->public_key, text, octets.data);
}

static enum note_verdict find(const struct note *note, const struct note_key *key, uint64_t *time,
                              struct bytes *line)
{
    struct note_signature signature;
    *line = (struct bytes){0};
    for (size_t at = 0; note_next(note->signatures, &at, &signature);) {
        if (signature.id != key->id || !bytes_are(signature.name, key->name))
            continue;
        if (!is_good(note->text, key, signature.octets, time))
            return NOTE_WRONG;
        *line = signature.line;
        return NOTE_GOOD;
    }
    return NOTE_UNSIGNED;
}

enum note_verdict note_signed(const struct note *note, const struct note_key *key, uint64_t *time)
{
    struct bytes line;
    return find(note, key, time, &line);
}

struct bytes note_line_of(const struct note *note, const struct note_key *key)
{
    struct bytes line;
    uint64_t time;
    find(note, key, &time, &line);
    return line;
}
