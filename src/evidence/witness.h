/* SPDX-License-Identifier: Apache-2.0 */
/* What a witness answers when a checkpoint is submitted to it (C2SP tlog-witness, add-checkpoint), without files and sockets. */
#ifndef EVIDENCE_WITNESS_H
#define EVIDENCE_WITNESS_H

#include "evidence/checkpoint.h"

enum { WITNESS_REQUEST_BYTES = NOTE_BYTES + 64 * 48 + 64 };

struct witness_request {
    uint64_t old;
    struct tree_proof proof;
    struct bytes note; /* borrowed */
};

bool witness_request_write(struct writer *w, const struct witness_request *request);
bool witness_request_read(struct bytes in, struct witness_request *request, struct fault *fault);

/* A log that it watches, with what it cosigned last. */
struct witness_log {
    struct note_key key;
    struct checkpoint last; /* size 0: nothing yet */
    uint64_t time;          /* of that cosignature, seconds since 1970; 0: none */
};

/* The codes are HTTP's. */
enum witness_verdict {
    WITNESS_COSIGN = 200, /* keep `submitted` before the answer is given */
    WITNESS_BAD = 400,
    WITNESS_UNTRUSTED = 403, /* not signed by the log */
    WITNESS_UNKNOWN = 404,   /* no such log */
    WITNESS_CONFLICT = 409,  /* another size was cosigned last, or another root */
    WITNESS_UNPROVED = 422,
};

/* Decides on the request; *log and *submitted are set as far as it was read. It never lets two trees of one size through, nor a
 * smaller one than the last. */
enum witness_verdict witness_decide(const struct witness_request *request, const struct witness_log *logs,
                                    unsigned log_count, const struct witness_log **log,
                                    struct checkpoint *submitted, struct bytes *text);

#endif
