/* SPDX-License-Identifier: Apache-2.0 */
/* What a source may say to the recorder: refused, or written to the same bytes and fit to be an entry. */

#include "../fuzz/must.h"
#include "evidence/post.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t space[POST_BYTES], line[EVIDENCE_ENTRY_BYTES];
    struct writer w = writer_of(space, sizeof space), l = writer_of(line, sizeof line);
    struct post_message message;
    struct evidence_entry again;
    struct fault fault = {0};
    if (!post_read(bytes_of(data, size), &message, &fault)) {
        must(fault.what);
        return 0;
    }
    must(post_write(&w, &message) && bytes_equal(writer_bytes(&w), bytes_of(data, size)));
    if (message.kind == POST_ENTRY && evidence_entry_write(&l, &message.entry))
        must(evidence_entry_read(writer_bytes(&l), &again, &fault) ||
             message.entry.time >= INT64_C(9214646400000000000));
    return 0;
}
