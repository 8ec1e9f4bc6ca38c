/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The evidence log as others than its writer see it: read, verified as a whole, and proved entry by entry. The writer may go on
 * meanwhile; what counts is what the newest checkpoint covers.
 */
#ifndef RECORDER_READER_H
#define RECORDER_READER_H

#include "evidence/proof.h"
#include "recorder/log.h"

struct evidence_reader {
    int folder;
    struct segments segments;
    struct hashes hashes;
    struct note_key key; /* log.pub: who says that he is the log */
};

/* False with why. */
bool evidence_reader_open(struct evidence_reader *reader, const char *folder, char why[LOG_WHY_BYTES]);
void evidence_reader_close(struct evidence_reader *reader);

/* The index of the first entry that is kept. */
uint64_t evidence_reader_first(const struct evidence_reader *reader);

/* Calls `see` for the entries of [from, to) that there are, one after the other, until it returns false. False with why: they
 * cannot be read. */
bool evidence_reader_each(const struct evidence_reader *reader, uint64_t from, uint64_t to,
                          bool (*see)(void *context, uint64_t index, struct bytes line), void *context,
                          char why[LOG_WHY_BYTES]);

/* The newest checkpoint that the quorum has cosigned, if it covers the entry (index + 1 <= size); else the newest at all. The
 * note's length; -1 with why. */
ssize_t evidence_reader_note(const struct evidence_reader *reader, uint64_t index, uint8_t space[NOTE_BYTES],
                             struct checkpoint *checkpoint, char why[LOG_WHY_BYTES]);

/* The proof of an entry, as proof_write has it, checked before it is given out. False with why. */
bool evidence_reader_prove(struct evidence_reader *reader, uint64_t index, struct writer *w,
                           char why[LOG_WHY_BYTES]);

/* What a verified log is. */
struct evidence_findings {
    uint64_t first;    /* of the entries that are kept; those before were pruned, as an entry says */
    uint64_t size;     /* that the newest checkpoint covers */
    uint64_t tail;     /* entries that no checkpoint covers yet */
    uint64_t lost;     /* numbers that are missing within runs of sources */
    uint64_t repairs;  /* torn tails that were cut */
    uint64_t set_back; /* entries that are earlier than the one before of the same run: a clock was set */
    unsigned cosigned; /* witnesses of those asked for that have cosigned the newest cosigned checkpoint */
    uint64_t cosigned_size;
    struct checkpoint checkpoint;
};

/*
 * Every entry is canonical, every node is the hash of what it stands for, the root is that of the checkpoint, which `trust->log`
 * has signed; entries before the first one are gone only because a pruning says so; what was cosigned is the beginning of it.
 * False with why: what was found wrong first.
 */
bool evidence_verify(struct evidence_reader *reader, const struct proof_trust *trust,
                     struct evidence_findings *findings, char why[LOG_WHY_BYTES]);

#endif
