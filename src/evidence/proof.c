/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/proof.h"

#include <stdio.h>

#include "evidence/lines.h"

bool proof_write(struct writer *w, const struct proof *proof)
{
    char index[40];
    write_text(w, "c2sp.org/tlog-proof@v1\nextra ");
    base64_write(w, bytes_of(proof->entry, proof->entry_length));
    snprintf(index, sizeof index, "\nindex %llu\n", (unsigned long long)proof->index);
    write_text(w, index);
    write_proof(w, &proof->path);
    write_bytes(w, proof->checkpoint);
    return !w->full;
}

bool proof_read(struct bytes in, struct proof *proof, struct fault *fault)
{
    struct reader r = reader_of(in);
    struct bytes rest;
    *proof = (struct proof){0};
    if (!bytes_are(read_line(&r), "c2sp.org/tlog-proof@v1"))
        reader_fail(&r, "proof", "is none of c2sp.org/tlog-proof@v1");
    if (begins(read_line(&r), "extra ", &rest))
        proof->entry_length = base64_read(rest, proof->entry, sizeof proof->entry);
    if (!proof->entry_length)
        reader_fail(&r, "extra", "does not hold the entry");
    if (!begins(read_line(&r), "index ", &rest) || !decimal_read(rest, &proof->index))
        reader_fail(&r, "index", "is no number");
    read_proof(&r, &proof->path);
    proof->checkpoint = read_rest(&r);
    *fault = r.fault;
    return reader_ok(&r);
}

unsigned note_cosigners(const struct note *note, const struct note_key *witnesses, unsigned count)
{
    unsigned good = 0;
    uint64_t time;
    for (unsigned i = 0; i < count; i++)
        good += note_signed(note, &witnesses[i], &time) == NOTE_GOOD;
    return good;
}

bool proof_check(const struct proof *proof, const struct proof_trust *trust, struct checkpoint *checkpoint,
                 unsigned *cosigned, struct fault *fault)
{
    struct note note;
    uint8_t leaf[TREE_HASH_BYTES];
    if (!checkpoint_open(proof->checkpoint, trust->log, &note, checkpoint, fault))
        return false;
    tree_leaf(bytes_of(proof->entry, proof->entry_length), leaf);
    if (!tree_includes(&proof->path, proof->index, checkpoint->size, leaf, checkpoint->root))
        return fault_set(fault, 0, "path", "does not lead from the entry to the checkpoint's root");
    *cosigned = note_cosigners(&note, trust->witnesses, trust->witness_count);
    if (*cosigned < trust->quorum)
        return fault_set(fault, note.text.len, "checkpoint", "has fewer cosignatures than are asked for");
    return true;
}
