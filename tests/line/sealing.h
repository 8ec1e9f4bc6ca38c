/* SPDX-License-Identifier: Apache-2.0 */
/* Persons with keys, and their signatures, for tests of what they may change. */
#ifndef TESTS_LINE_SEALING_H
#define TESTS_LINE_SEALING_H

#include <stdio.h>
#include <string.h>

#include "evidence/lines.h"
#include "evidence/note.h"
#include "line/seal.h"

enum { ANN, BOB, EVE, PERSONS };

static const char *const person_names[PERSONS] = {"ann", "bob", "eve"};

static inline struct signing_key *secret_of(int person)
{
    return signing_key_of((const uint8_t[32]){(uint8_t)(person + 1)});
}

static inline struct note_key public_key_of(int person)
{
    uint8_t octets[KEY_PUBLIC_BYTES];
    struct note_key key;
    struct signing_key *secret = secret_of(person);
    signing_key_public(secret, octets);
    signing_key_free(secret);
    assert_true(note_key_make(&key, person_names[person], NOTE_ED25519, octets));
    return key;
}

/* {name: ann, key: ...} in a static buffer for each. */
static inline const char *person_of(int person)
{
    static char lines[PERSONS][NOTE_KEY_TEXT_BYTES + 32];
    char text[NOTE_KEY_TEXT_BYTES];
    const struct note_key key = public_key_of(person);
    snprintf(lines[person], sizeof lines[person], "{name: %s, key: %s}", person_names[person],
             note_key_text(&key, text));
    return lines[person];
}

/* A note begins with its text and an empty line. */
static inline void seal_begin(struct writer *w, struct bytes text)
{
    write_bytes(w, text);
    write_u8(w, '\n');
}

static inline void seal_sign(struct writer *w, struct bytes text, int person)
{
    uint8_t signature[KEY_SIGNATURE_BYTES];
    struct signing_key *secret = secret_of(person);
    const struct note_key key = public_key_of(person);
    assert_true(signing_key_sign(secret, text, signature));
    signing_key_free(secret);
    note_sign_line(w, &key, BYTES(signature));
}

#endif
