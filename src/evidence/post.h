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
 *                                             <--   STATE  size 8 | ...  (each second, to control: how far the log is proved)
 */
#ifndef EVIDENCE_POST_H
#define EVIDENCE_POST_H

#include "evidence/entry.h"

enum post_kind { POST_HELLO = 1, POST_ENTRY, POST_BEAT, POST_TAKEN, POST_AGAIN, POST_STATE };

enum { POST_BYTES = 1024 };

/* How far what is recorded is beyond doubt. */
struct post_state {
    uint64_t
        covered; /* entries below the newest checkpoint; the number of the message: those that are durable */
    uint64_t witnessed;  /* entries below the newest checkpoint that the quorum has cosigned */
    uint32_t quorum;     /* of witnesses that is asked for; 0: none is */
    int64_t unwitnessed; /* how long the oldest entry without it has waited, nanoseconds; 0: none waits */
    uint32_t silent;     /* sources that should be heard, and are not */
};

struct post_message {
    enum post_kind kind;
    uint64_t number;             /* or the run */
    struct post_state state;     /* of STATE */
    struct evidence_entry entry; /* of ENTRY; source, run and number are not said in it */
};

bool post_write(struct writer *w, const struct post_message *message);
bool post_read(struct bytes in, struct post_message *message, struct fault *fault);

#endif
