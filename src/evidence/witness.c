/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/witness.h"

#include <stdio.h>

#include "evidence/lines.h"

bool witness_request_write(struct writer *w, const struct witness_request *request)
{
    char old[32];
    snprintf(old, sizeof old, "old %llu\n", (unsigned long long)request->old);
    write_text(w, old);
    write_proof(w, &request->proof);
    write_bytes(w, request->note);
    return !w->full;
}

bool witness_request_read(struct bytes in, struct witness_request *request, struct fault *fault)
{
    struct reader r = reader_of(in);
    struct bytes rest;
    *request = (struct witness_request){0};
    if (!begins(read_line(&r), "old ", &rest) || !decimal_read(rest, &request->old))
        reader_fail(&r, "old", "is no tree size");
    read_proof(&r, &request->proof);
    request->note = read_rest(&r);
    *fault = r.fault;
    return reader_ok(&r);
}

static const struct witness_log *log_named(const struct witness_log *logs, unsigned count, const char *origin)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(logs[i].key.name, origin) == 0)
            return &logs[i];
    return NULL;
}

enum witness_verdict witness_decide(const struct witness_request *request, const struct witness_log *logs,
                                    unsigned log_count, const struct witness_log **log,
                                    struct checkpoint *submitted, struct bytes *text)
{
    struct note note;
    struct fault fault;
    uint64_t time;
    *log = NULL;
    if (!note_read(request->note, &note, &fault) || !checkpoint_read(note.text, submitted, &fault))
        return WITNESS_BAD;
    *text = note.text;
    *log = log_named(logs, log_count, submitted->origin);
    if (!*log)
        return WITNESS_UNKNOWN;
    if (note_signed(&note, &(*log)->key, &time) != NOTE_GOOD)
        return WITNESS_UNTRUSTED;
    if (request->old > submitted->size)
        return WITNESS_BAD;
    const struct checkpoint *last = &(*log)->last;
    if (request->old != last->size)
        return WITNESS_CONFLICT;
    if (last->size == submitted->size && last->size &&
        memcmp(last->root, submitted->root, sizeof last->root) != 0)
        return WITNESS_CONFLICT;
    return tree_continues(&request->proof, last->size, last->root, submitted->size, submitted->root)
               ? WITNESS_COSIGN
               : WITNESS_UNPROVED;
}
