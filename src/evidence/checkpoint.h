/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints (C2SP tlog-checkpoint): notes that say how large a log is, and its root; and their cosignatures (tlog-cosignature). */
#ifndef EVIDENCE_CHECKPOINT_H
#define EVIDENCE_CHECKPOINT_H

#include "evidence/note.h"
#include "evidence/tree.h"

struct checkpoint {
    char origin[NOTE_NAME_BYTES]; /* of the log; the name of its key is the same */
    uint64_t size;
    uint8_t root[TREE_HASH_BYTES];
};

/* The whole note. False: no room, or it cannot be signed. */
bool checkpoint_write(struct writer *w, const struct checkpoint *checkpoint, const struct signing_key *key);
/* The text of a note. Lines behind the third are let by. */
bool checkpoint_read(struct bytes text, struct checkpoint *checkpoint, struct fault *fault);

/* Reads a note that the log has signed. */
bool checkpoint_open(struct bytes in, const struct note_key *log, struct note *note,
                     struct checkpoint *checkpoint, struct fault *fault);

/* The signature line of a witness; time in seconds since 1970. False: no room, or it cannot be signed. */
bool checkpoint_cosign(struct writer *w, struct bytes text, const struct note_key *witness,
                       const struct signing_key *key, uint64_t time);

#endif
