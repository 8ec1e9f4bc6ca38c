/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How entries get from a source to the recorder, over a channel that the keeper made for the two: each message below is one of the
 * channel's. Entries are numbered within a run of the source; the recorder says up to which number all are durable, and until then
 * the source keeps them, so that a recorder that dies loses none.
 *
 *     source                                        recorder
 *     HELLO  run 8                            -->
 *                                             <--   TAKEN  number 8      (where to go on)
 *     ENTRY  number 8 | entry                 -->
 *     BEAT   last number 8                    -->                        (each second)
 *                                             <--   TAKEN  number 8
 *                                             <--   AGAIN  number 8      (all behind it was lost here: say it again)
 */
#ifndef EVIDENCE_POST_H
#define EVIDENCE_POST_H

#include "evidence/entry.h"

enum post_kind { POST_HELLO = 1, POST_ENTRY, POST_BEAT, POST_TAKEN, POST_AGAIN };

enum { POST_BYTES = 1024 };

struct post_message {
    enum post_kind kind;
    uint64_t number;             /* or the run */
    struct evidence_entry entry; /* of ENTRY; source, run and number are not said in it */
};

bool post_write(struct writer *w, const struct post_message *message);
bool post_read(struct bytes in, struct post_message *message, struct fault *fault);

#endif
