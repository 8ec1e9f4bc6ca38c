/* SPDX-License-Identifier: Apache-2.0 */
/* Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature. */
#ifndef EVIDENCE_NOTE_H
#define EVIDENCE_NOTE_H

#include "evidence/key.h"
#include "kit/bytes.h"

enum {
    NOTE_NAME_BYTES = 128, /* with the end mark */
    NOTE_KEY_TEXT_BYTES = 256,
    NOTE_BYTES = 16 * 1024, /* the longest note that is read or written */
    NOTE_COSIGNED_BYTES = NOTE_BYTES + 64,
    NOTE_SIGNATURES = 64,       /* looked at in one */
    NOTE_SIGNATURE_BYTES = 128, /* longer ones are of kinds that are not known here */
};

enum note_key_type { NOTE_ED25519 = 1, NOTE_COSIGNATURE = 4 };

/* Whose signature is trusted. Text ("vkey"): name+id+key, id in 8 hexadecimal digits, key in base 64. */
struct note_key {
    char name[NOTE_NAME_BYTES];
    enum note_key_type type;
    uint8_t public_key[KEY_PUBLIC_BYTES];
    uint32_t id;
};

/* False: the name has no place, or is none: visible ASCII without '+'. */
bool note_key_make(struct note_key *key, const char *name, enum note_key_type type,
                   const uint8_t public_key[KEY_PUBLIC_BYTES]);
bool note_key_parse(const char *text, struct note_key *key);
const char *note_key_text(const struct note_key *key, char text[NOTE_KEY_TEXT_BYTES]);

struct note {
    struct bytes text;       /* with the end of its last line */
    struct bytes signatures; /* lines */
};

/* Borrows. The signatures are well-formed then, but checked is none. */
bool note_read(struct bytes in, struct note *note, struct fault *fault);

struct note_signature {
    struct bytes name;
    uint32_t id;
    struct bytes octets; /* behind the id; empty: more than NOTE_SIGNATURE_BYTES */
    struct bytes line;   /* with its end */
    uint8_t space[NOTE_SIGNATURE_BYTES];
};

/* The signature at *at (0: the first) of note.signatures. False: there is none, or it is none. */
bool note_next(struct bytes signatures, size_t *at, struct note_signature *signature);

void note_sign_line(struct writer *w, const struct note_key *key, struct bytes octets);

/* What a cosigner signs: two lines, and the text (tlog-cosignature); time in seconds since 1970. */
void note_cosigned_text(struct writer *w, struct bytes text, uint64_t time);

enum note_verdict { NOTE_UNSIGNED, NOTE_WRONG, NOTE_GOOD };

/* Has the key (of either type) signed it? *time: of a cosignature, seconds since 1970. WRONG: it bears a signature under the key's
 * name and id that is none. */
enum note_verdict note_signed(const struct note *note, const struct note_key *key, uint64_t *time);
/* The line that holds a good signature of the key; empty: there is none. */
struct bytes note_line_of(const struct note *note, const struct note_key *key);

#endif
