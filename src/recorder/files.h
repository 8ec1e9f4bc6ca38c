/* SPDX-License-Identifier: Apache-2.0 */
/* Small files that are whole at any time. */
#ifndef RECORDER_FILES_H
#define RECORDER_FILES_H

#include <sys/types.h>

#include "kit/bytes.h"

/* Old or new, and durable when it returns. False with errno. */
bool file_replace(int folder, const char *name, struct bytes content);
/* How much of the file there is; -1 with errno (ENOENT: no file; EFBIG: more than there is room for). */
ssize_t file_read(int folder, const char *name, void *space, size_t size);

#endif
