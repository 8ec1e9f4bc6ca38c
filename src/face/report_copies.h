/* SPDX-License-Identifier: Apache-2.0 */
/* The copies of reports that were released, as the evidence log knows them; and whose a copy is that has turned up. */
#ifndef FACE_REPORT_COPIES_H
#define FACE_REPORT_COPIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct released {
    uint64_t mark, index; /* of its entry */
    int64_t time;         /* wall clock, nanoseconds since 1970 */
    char recipient[64];
};

struct copies {
    struct released *copies; /* owned */
    size_t count, room;
};

/* False: the log cannot be read; nothing has been said. */
bool copies_read(const char *folder, struct copies *copies);
void copies_free(struct copies *copies);
const struct released *copies_find(const struct copies *copies, uint64_t mark); /* NULL: there is none */

/* demarc report --whose: the exit code. */
int report_whose(const char *config_path, const char *file);

#endif
