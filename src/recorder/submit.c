/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/submit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "evidence/lines.h"
#include "evidence/proof.h"
#include "evidence/witness.h"
#include "kit/log.h"
#include "recorder/courier.h"
#include "recorder/files.h"

enum { WHY_BYTES = 96 };

struct witness {
    struct submission *submission;
    struct note_key key;
    struct courier *courier;
    uint64_t size; /* that it cosigned last, as far as we know */
    bool asked;    /* and has not answered yet */
    bool present;
    bool again; /* it has told its size: once more, with the right proof */
    char why[WHY_BYTES];
};

struct submission {
    struct evidence_log *log;
    struct resolver *resolver;
    unsigned quorum;
    struct witness *witnesses;
    struct note_key *keys; /* the same as theirs, in a row */
    unsigned count;
    uint8_t note[NOTE_BYTES]; /* of this round, with the cosignatures so far */
    size_t note_length;
    uint64_t size, witnessed;
};

/* --- What a witness says --- */

static void fails(struct witness *witness, const char *why, size_t length)
{
    if (witness->present || !*witness->why)
        log_warning("recorder", NULL, "witness %s does not cosign: %.*s", witness->key.name, (int)length,
                    why);
    witness->present = false;
    snprintf(witness->why, sizeof witness->why, "%.*s", (int)length, why);
}

/* With the quorum the note takes the place of the former one. */
static void keep_note(struct submission *submission)
{
    struct note note;
    struct fault fault;
    const struct bytes bytes = bytes_of(submission->note, submission->note_length);
    if (!note_read(bytes, &note, &fault) || note_cosigners(&note, submission->keys, submission->count) <
                                                (submission->quorum ? submission->quorum : 1))
        return;
    if (file_replace(submission->log->folder, "cosigned", bytes))
        submission->witnessed = submission->size;
    else
        log_error("recorder", NULL, "the cosigned checkpoint cannot be kept: %s", strerror(errno));
}

/* Only what is the witness's own signature on this very text is taken over. */
static void take_signature(struct witness *witness, struct bytes lines)
{
    struct submission *submission = witness->submission;
    struct note note;
    struct fault fault;
    if (!note_read(bytes_of(submission->note, submission->note_length), &note, &fault))
        return;
    const struct note theirs = {note.text, lines};
    const struct bytes line = note_line_of(&theirs, &witness->key);
    if (!line.len || line.len > sizeof submission->note - submission->note_length) {
        static const char why[] = "what it answers is not its cosignature";
        fails(witness, why, sizeof why - 1);
        return;
    }
    memcpy(submission->note + submission->note_length, line.data, line.len);
    submission->note_length += line.len;
    if (!witness->present)
        log_info("recorder", NULL, "witness %s cosigns", witness->key.name);
    witness->present = true;
    witness->size = submission->size;
    witness->why[0] = '\0';
    keep_note(submission);
}

/* It knows a checkpoint of another size. Larger than ours: then ours is not the log that it has seen. */
static void take_size(struct witness *witness, struct bytes body)
{
    struct reader r = reader_of(body);
    uint64_t size;
    char why[WHY_BYTES];
    if (!decimal_read(read_line(&r), &size)) {
        snprintf(why, sizeof why, "it knows another tree of this size");
        fails(witness, why, strlen(why));
    } else if (size > witness->submission->log->checkpoint.size) {
        snprintf(why, sizeof why, "it has cosigned a longer log, of %llu entries", (unsigned long long)size);
        fails(witness, why, strlen(why));
    } else {
        witness->again = witness->size != size;
        witness->size = size;
    }
}

static void ask(struct witness *witness);

static void answered(void *context, unsigned status, struct bytes body)
{
    struct witness *witness = context;
    char why[32];
    witness->asked = false;
    witness->again = false;
    if (status == WITNESS_COSIGN)
        take_signature(witness, body);
    else if (status == WITNESS_CONFLICT)
        take_size(witness, body);
    else if (!status)
        fails(witness, (const char *)body.data, body.len);
    else
        fails(witness, why, (size_t)snprintf(why, sizeof why, "it answers %u", status));
    if (witness->again)
        ask(witness);
}

/* --- What it is asked --- */

/* The note as the log signed it, without what others have added meanwhile. */
static bool compose(const struct witness *witness, struct writer *w)
{
    struct submission *submission = witness->submission;
    const struct tree_keeper keeper = hashes_keeper(&submission->log->hashes);
    struct witness_request request = {.old = witness->size,
                                      .note = bytes_of(submission->note, submission->note_length)};
    return (!witness->size ||
            tree_prove_consistency(&keeper, witness->size, submission->size, &request.proof)) &&
           witness_request_write(w, &request);
}

static void ask(struct witness *witness)
{
    struct submission *submission = witness->submission;
    uint8_t space[WITNESS_REQUEST_BYTES];
    const char *why;
    struct writer w = writer_of(space, sizeof space);
    if (witness->size > submission->size || !compose(witness, &w)) {
        why = "the proof that it asks for cannot be made";
        fails(witness, why, strlen(why));
        return;
    }
    witness->asked =
        courier_ask(witness->courier, "/add-checkpoint", writer_bytes(&w), answered, witness, &why);
    if (!witness->asked)
        fails(witness, why, strlen(why));
}

static bool is_running(const struct submission *submission)
{
    for (unsigned i = 0; i < submission->count; i++)
        if (submission->witnesses[i].asked)
            return true;
    return false;
}

void submission_turn(struct submission *submission)
{
    struct writer w = writer_of(submission->note, sizeof submission->note);
    const uint64_t size = submission->log->checkpoint.size;
    if (!submission->count || !size || is_running(submission) ||
        (size == submission->size && !submission_missing(submission)))
        return;
    if (size != submission->size && !evidence_log_note(submission->log, &w))
        return;
    if (size != submission->size)
        submission->note_length = writer_length(&w);
    for (unsigned i = 0; i < submission->count; i++)
        if (size != submission->size || !submission->witnesses[i].present)
            submission->witnesses[i].again = true;
    submission->size = size;
    for (unsigned i = 0; i < submission->count; i++)
        if (submission->witnesses[i].again)
            ask(&submission->witnesses[i]);
}

/* --- Life --- */

static bool open_witness(struct submission *submission, struct loop *loop,
                         const struct config_witness *config)
{
    struct witness *witness = &submission->witnesses[submission->count];
    *witness = (struct witness){.submission = submission};
    if (!note_key_parse(config->key, &witness->key) || witness->key.type != NOTE_COSIGNATURE) {
        log_error("recorder", NULL, "recorder.witnesses: %s is no key of a witness", config->key);
        return false;
    }
    submission->keys[submission->count++] = witness->key;
    witness->courier = courier_new(loop, submission->resolver, config);
    return witness->courier != NULL;
}

struct submission *submission_new(struct loop *loop, struct evidence_log *log,
                                  const struct config_recorder *config)
{
    struct submission *submission = calloc(1, sizeof *submission);
    if (!submission)
        return NULL;
    const size_t room = config->witness_count ? config->witness_count : 1;
    submission->log = log;
    submission->quorum = config->quorum;
    submission->resolver = resolver_new(loop, "/etc/resolv.conf", "/etc/hosts");
    submission->witnesses = calloc(room, sizeof *submission->witnesses);
    submission->keys = calloc(room, sizeof *submission->keys);
    bool good = submission->resolver && submission->witnesses && submission->keys;
    for (unsigned i = 0; good && i < config->witness_count; i++)
        good = open_witness(submission, loop, &config->witnesses[i]);
    if (good)
        return submission;
    submission_free(submission);
    return NULL;
}

void submission_free(struct submission *submission)
{
    if (!submission)
        return;
    for (unsigned i = 0; i < submission->count; i++)
        courier_free(submission->witnesses[i].courier);
    resolver_free(submission->resolver);
    free(submission->witnesses);
    free(submission->keys);
    free(submission);
}

bool submission_look(const struct submission *submission, unsigned i, struct submission_view *view)
{
    if (i >= submission->count)
        return false;
    const struct witness *witness = &submission->witnesses[i];
    *view = (struct submission_view){witness->key.name, witness->size, witness->present, witness->why};
    return true;
}

unsigned submission_missing(const struct submission *submission)
{
    unsigned missing = 0;
    for (unsigned i = 0; i < submission->count; i++)
        missing += !submission->witnesses[i].present;
    return missing;
}

uint64_t submission_witnessed(const struct submission *submission)
{
    return submission->witnessed;
}
