/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static bool write_whole(int fd, struct bytes content)
{
    for (size_t at = 0; at < content.len;) {
        const ssize_t n = write(fd, content.data + at, content.len - at);
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return fsync(fd) == 0;
}

bool file_replace(int folder, const char *name, struct bytes content)
{
    char draft[NAME_MAX + 8];
    snprintf(draft, sizeof draft, "%s.new", name);
    const int fd = openat(folder, draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
        return false;
    const bool written = write_whole(fd, content);
    const int cause = errno;
    close(fd);
    errno = cause;
    return written && renameat(folder, draft, folder, name) == 0 && fsync(folder) == 0;
}

ssize_t file_read(int folder, const char *name, void *space, size_t size)
{
    size_t length = 0;
    const int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    for (ssize_t n = 1; n > 0 && length<size; length += n> 0 ? (size_t)n : 0)
        n = read(fd, (char *)space + length, size - length);
    close(fd);
    errno = EFBIG;
    return length < size ? (ssize_t)length : -1;
}
