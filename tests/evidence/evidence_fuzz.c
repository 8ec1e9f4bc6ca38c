/* SPDX-License-Identifier: Apache-2.0 */
/* The texts that others may hand in: what is read must be written to the same bytes, and nobody's signature is in it. */

#include "../fuzz/must.h"
#include "evidence/entry.h"
#include "evidence/proof.h"
#include "evidence/witness.h"

static void try_entry(struct bytes in)
{
    static uint8_t space[EVIDENCE_ENTRY_BYTES];
    struct writer w = writer_of(space, sizeof space);
    struct evidence_entry entry;
    struct fault fault = {0};
    if (evidence_entry_read(in, &entry, &fault))
        must(evidence_entry_write(&w, &entry) && bytes_equal(writer_bytes(&w), in));
    else
        must(fault.what);
}

static void try_note(struct bytes in)
{
    /* A key that is one (RFC 8032 7.1, test 1): of small order, as zeros are, anybody may sign for it. */
    static const struct note_key nobody = {.name = "name",
                                           .type = NOTE_COSIGNATURE,
                                           .id = 0x41414141,
                                           .public_key = {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7,
                                                          0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
                                                          0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25,
                                                          0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a}};
    struct note note;
    struct checkpoint checkpoint;
    struct fault fault = {0};
    uint64_t time;
    if (!note_read(in, &note, &fault)) {
        must(fault.what);
        return;
    }
    must(note.text.len + 1 + note.signatures.len == in.len);
    must(note_signed(&note, &nobody, &time) != NOTE_GOOD);
    checkpoint_read(note.text, &checkpoint, &fault);
}

static void try_proof(struct bytes in)
{
    static uint8_t space[PROOF_BYTES + NOTE_BYTES];
    struct writer w = writer_of(space, sizeof space);
    struct proof proof;
    struct fault fault = {0};
    if (proof_read(in, &proof, &fault) && in.len < PROOF_BYTES)
        must(proof_write(&w, &proof) && bytes_equal(writer_bytes(&w), in));
}

static void try_request(struct bytes in)
{
    static uint8_t space[WITNESS_REQUEST_BYTES + NOTE_BYTES];
    static const struct witness_log watched = {.key = {.name = "name", .type = NOTE_ED25519}};
    struct writer w = writer_of(space, sizeof space);
    struct witness_request request;
    const struct witness_log *log;
    struct checkpoint submitted;
    struct bytes text;
    struct fault fault = {0};
    if (!witness_request_read(in, &request, &fault) || in.len > WITNESS_REQUEST_BYTES)
        return;
    must(witness_request_write(&w, &request) && bytes_equal(writer_bytes(&w), in));
    must(witness_decide(&request, &watched, 1, &log, &submitted, &text) != WITNESS_COSIGN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_entry(bytes_of(data, size));
    try_note(bytes_of(data, size));
    try_proof(bytes_of(data, size));
    try_request(bytes_of(data, size));
    return 0;
}
