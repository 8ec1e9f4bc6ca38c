/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/segments.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void segment_name(uint64_t first, char name[SEGMENT_NAME_BYTES])
{
    snprintf(name, SEGMENT_NAME_BYTES, "%020" PRIu64 ".jsonl", first);
}

static bool note_first(struct segments *segments, uint64_t first)
{
    uint64_t *firsts = realloc(segments->firsts, (segments->count + 1) * sizeof *firsts);
    if (!firsts)
        return false;
    segments->firsts = firsts;
    firsts[segments->count++] = first;
    return true;
}

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Takes over the folder's stream. Files of other names are nobody's. */
static bool list(struct segments *segments, DIR *stream)
{
    bool good = stream != NULL;
    for (struct dirent *entry; good && (entry = readdir(stream));) {
        char name[SEGMENT_NAME_BYTES];
        const uint64_t first = strtoull(entry->d_name, NULL, 10);
        segment_name(first, name);
        if (strcmp(name, entry->d_name) == 0)
            good = note_first(segments, first);
    }
    if (stream)
        closedir(stream);
    if (segments->count)
        qsort(segments->firsts, segments->count, sizeof *segments->firsts, compare);
    return good;
}

bool segments_open(struct segments *segments, int folder, bool writable)
{
    *segments = (struct segments){.folder = -1};
    if (writable && mkdirat(folder, "entries", 0750) != 0 && errno != EEXIST)
        return false;
    segments->folder = openat(folder, "entries", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int stream =
        segments->folder < 0 ? -1 : openat(segments->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return stream >= 0 && list(segments, fdopendir(stream));
}

void segments_close(struct segments *segments)
{
    if (segments->folder >= 0)
        close(segments->folder);
    free(segments->firsts);
}

/* One that could not be made known before may be there already, empty. */
static int create(const struct segments *segments, const char *name)
{
    struct stat is;
    const int fd = openat(segments->folder, name, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0 || (fstat(fd, &is) == 0 && is.st_size == 0))
        return fd;
    close(fd);
    errno = EEXIST;
    return -1;
}

int segments_add(struct segments *segments, uint64_t first)
{
    char name[SEGMENT_NAME_BYTES];
    segment_name(first, name);
    const int fd = create(segments, name);
    if (fd >= 0 && fsync(segments->folder) == 0 && note_first(segments, first))
        return fd;
    const int cause = errno;
    if (fd >= 0) {
        close(fd);
        unlinkat(segments->folder, name, 0);
    }
    errno = cause;
    return -1;
}

bool segments_remove_first(struct segments *segments)
{
    char name[SEGMENT_NAME_BYTES];
    segment_name(segments->firsts[0], name);
    if (unlinkat(segments->folder, name, 0) != 0)
        return false;
    memmove(segments->firsts, segments->firsts + 1, --segments->count * sizeof *segments->firsts);
    return true;
}

bool segments_find(const struct segments *segments, uint64_t index, size_t *place)
{
    size_t low = 0, high = segments->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (segments->firsts[middle] <= index)
            low = middle + 1;
        else
            high = middle;
    }
    *place = low - 1;
    return low > 0;
}

bool segment_map(const struct segments *segments, size_t place, struct bytes *content)
{
    char name[SEGMENT_NAME_BYTES];
    struct stat is;
    segment_name(segments->firsts[place], name);
    *content = (struct bytes){0};
    const int fd = openat(segments->folder, name, O_RDONLY | O_CLOEXEC);
    void *map = NULL;
    if (fd < 0)
        return false;
    const bool known = fstat(fd, &is) == 0;
    if (known && is.st_size)
        map = mmap(NULL, (size_t)is.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    close(fd);
    if (!known || map == MAP_FAILED)
        return false;
    *content = bytes_of(map, (size_t)is.st_size);
    return true;
}

void segment_unmap(struct bytes content)
{
    if (content.len)
        munmap((void *)(uintptr_t)content.data, content.len);
}

bool segment_line(struct bytes content, size_t *at, struct bytes *line)
{
    const uint8_t *begin = content.data + *at;
    const uint8_t *end = *at < content.len ? memchr(begin, '\n', content.len - *at) : NULL;
    if (!end)
        return false;
    *line = bytes_of(begin, (size_t)(end - begin));
    *at += line->len + 1;
    return true;
}
