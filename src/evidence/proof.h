/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs that can be checked without the log (C2SP tlog-proof): the entry, its place, the path to the root, and the checkpoint with
 * its cosignatures. The entry itself is the format's extra data, so that the file stands for itself.
 */
#ifndef EVIDENCE_PROOF_H
#define EVIDENCE_PROOF_H

#include "evidence/checkpoint.h"
#include "evidence/entry.h"

enum { PROOF_BYTES = NOTE_BYTES + 64 * 48 + EVIDENCE_ENTRY_BYTES / 3 * 4 + 256 };

struct proof {
    uint8_t entry[EVIDENCE_ENTRY_BYTES];
    size_t entry_length;
    uint64_t index;
    struct tree_proof path;
    struct bytes checkpoint; /* the note; borrowed */
};

bool proof_write(struct writer *w, const struct proof *proof);
bool proof_read(struct bytes in, struct proof *proof, struct fault *fault);

/* Whom the reader of a proof trusts. */
struct proof_trust {
    const struct note_key *log;
    const struct note_key *witnesses;
    unsigned witness_count, quorum;
};

/* False with *fault: it does not hold. *cosigned: how many of the witnesses have signed. */
bool proof_check(const struct proof *proof, const struct proof_trust *trust, struct checkpoint *checkpoint,
                 unsigned *cosigned, struct fault *fault);
/* How many of the witnesses have cosigned the note. */
unsigned note_cosigners(const struct note *note, const struct note_key *witnesses, unsigned count);

#endif
