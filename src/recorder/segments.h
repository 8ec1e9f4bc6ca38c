/* SPDX-License-Identifier: Apache-2.0 */
/* The entries in files: `entries/FIRST.jsonl`, where FIRST is the index of the first entry in 20 digits; an entry a line. */
#ifndef RECORDER_SEGMENTS_H
#define RECORDER_SEGMENTS_H

#include "kit/bytes.h"

enum { SEGMENT_NAME_BYTES = 32, SEGMENT_ENTRIES = 65536 };

struct segments {
    int folder;
    uint64_t *firsts; /* in order; owned */
    size_t count;
};

/* `folder` is that of the log. False with errno. */
bool segments_open(struct segments *segments, int folder, bool writable);
void segments_close(struct segments *segments);

void segment_name(uint64_t first, char name[SEGMENT_NAME_BYTES]);
/* An empty file, known from now on. The descriptor, or -1 with errno. */
int segments_add(struct segments *segments, uint64_t first);
bool segments_remove_first(struct segments *segments);
/* The place of the segment that would hold the entry; false: it is before all of them. */
bool segments_find(const struct segments *segments, uint64_t index, size_t *place);

/* The whole file in memory, to be given back. False with errno. */
bool segment_map(const struct segments *segments, size_t place, struct bytes *content);
void segment_unmap(struct bytes content);

/* The next line without its end; false: there is none, and *at is where the rest begins. */
bool segment_line(struct bytes content, size_t *at, struct bytes *line);

#endif
