/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/checkpoint.h"

#include <stdio.h>

#include "evidence/lines.h"

static void write_body(struct writer *w, const struct checkpoint *checkpoint)
{
    char size[24];
    write_text(w, checkpoint->origin);
    snprintf(size, sizeof size, "\n%llu\n", (unsigned long long)checkpoint->size);
    write_text(w, size);
    base64_write(w, BYTES(checkpoint->root));
    write_u8(w, '\n');
}

bool checkpoint_write(struct writer *w, const struct checkpoint *checkpoint, const struct signing_key *key)
{
    uint8_t public_key[KEY_PUBLIC_BYTES], signature[KEY_SIGNATURE_BYTES];
    struct note_key name;
    const size_t begin = writer_length(w);
    write_body(w, checkpoint);
    signing_key_public(key, public_key);
    if (w->full || !note_key_make(&name, checkpoint->origin, NOTE_ED25519, public_key) ||
        !signing_key_sign(key, bytes_of(w->base + begin, writer_length(w) - begin), signature))
        return false;
    write_u8(w, '\n');
    note_sign_line(w, &name, BYTES(signature));
    return !w->full;
}

bool checkpoint_read(struct bytes text, struct checkpoint *checkpoint, struct fault *fault)
{
    struct reader r = reader_of(text);
    *checkpoint = (struct checkpoint){0};
    const struct bytes origin = read_line(&r), size = read_line(&r), root = read_line(&r);
    if (!origin.len || origin.len >= sizeof checkpoint->origin || memchr(origin.data, '\0', origin.len))
        reader_fail(&r, "origin", "is missing, or too long");
    else if (!decimal_read(size, &checkpoint->size) || checkpoint->size > INT64_MAX)
        reader_fail(&r, "tree size", "is no number");
    else if (base64_read(root, checkpoint->root, TREE_HASH_BYTES) != TREE_HASH_BYTES)
        reader_fail(&r, "root hash", "is none");
    else
        memcpy(checkpoint->origin, origin.data, origin.len);
    while (reader_ok(&r) && reader_left(&r))
        if (!read_line(&r).len)
            reader_fail(&r, "extension", "is empty");
    *fault = r.fault;
    return reader_ok(&r);
}

bool checkpoint_open(struct bytes in, const struct note_key *log, struct note *note,
                     struct checkpoint *checkpoint, struct fault *fault)
{
    uint64_t time;
    if (!note_read(in, note, fault) || !checkpoint_read(note->text, checkpoint, fault))
        return false;
    if (strcmp(checkpoint->origin, log->name) != 0)
        return fault_set(fault, 0, "origin", "is that of another log");
    if (log->type != NOTE_ED25519 || note_signed(note, log, &time) != NOTE_GOOD)
        return fault_set(fault, note->text.len, "checkpoint", "is not signed with the log's key");
    return true;
}

bool checkpoint_cosign(struct writer *w, struct bytes text, const struct note_key *witness,
                       const struct signing_key *key, uint64_t time)
{
    uint8_t message[NOTE_COSIGNED_BYTES], octets[8 + KEY_SIGNATURE_BYTES], signature[KEY_SIGNATURE_BYTES];
    struct writer m = writer_of(message, sizeof message), o = writer_of(octets, sizeof octets);
    note_cosigned_text(&m, text, time);
    if (m.full || !signing_key_sign(key, writer_bytes(&m), signature))
        return false;
    write_u64(&o, time);
    write_bytes(&o, BYTES(signature));
    note_sign_line(w, witness, writer_bytes(&o));
    return !w->full;
}
