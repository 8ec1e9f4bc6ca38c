/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/hashes.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

bool hashes_open(struct hashes *hashes, int folder, bool writable)
{
    *hashes = (struct hashes){.writable = writable};
    for (unsigned level = 0; level < TREE_LEVELS; level++)
        hashes->levels[level].fd = -1;
    if (writable && mkdirat(folder, "hashes", 0750) != 0 && errno != EEXIST)
        return false;
    hashes->folder = openat(folder, "hashes", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return hashes->folder >= 0;
}

void hashes_close(struct hashes *hashes)
{
    if (hashes->folder < 0)
        return;
    for (unsigned level = 0; level < TREE_LEVELS; level++) {
        if (hashes->levels[level].fd >= 0)
            close(hashes->levels[level].fd);
        free(hashes->levels[level].fresh);
    }
    close(hashes->folder);
}

static int file_of(struct hashes *hashes, unsigned level)
{
    struct hashes_level *its = &hashes->levels[level];
    char name[8];
    snprintf(name, sizeof name, "%02x", level);
    if (its->fd < 0)
        its->fd = openat(hashes->folder, name,
                         hashes->writable ? O_RDWR | O_CREAT | O_CLOEXEC : O_RDONLY | O_CLOEXEC, 0640);
    return its->fd;
}

/* --- As the tree sees it --- */

static bool make_room(struct hashes_level *its)
{
    if (its->fresh_octets + TREE_HASH_BYTES <= its->room)
        return true;
    const size_t room = its->room ? 2 * its->room : 4096;
    uint8_t *fresh = realloc(its->fresh, room);
    if (!fresh)
        return false;
    its->fresh = fresh;
    its->room = room;
    return true;
}

static void keep(void *context, unsigned level, uint64_t index, const uint8_t hash[TREE_HASH_BYTES])
{
    struct hashes *hashes = context;
    struct hashes_level *its = &hashes->levels[level];
    if (!make_room(its)) {
        hashes->short_of_memory = true;
        return;
    }
    if (!its->fresh_octets)
        its->first = index;
    memcpy(its->fresh + its->fresh_octets, hash, TREE_HASH_BYTES);
    its->fresh_octets += TREE_HASH_BYTES;
}

static bool find(void *context, unsigned level, uint64_t index, uint8_t hash[TREE_HASH_BYTES])
{
    static const uint8_t hole[TREE_HASH_BYTES];
    struct hashes *hashes = context;
    const int fd = file_of(hashes, level);
    return fd >= 0 && pread(fd, hash, TREE_HASH_BYTES, (off_t)(index * TREE_HASH_BYTES)) == TREE_HASH_BYTES &&
           memcmp(hash, hole, sizeof hole) != 0;
}

struct tree_keeper hashes_keeper(struct hashes *hashes)
{
    return (struct tree_keeper){hashes, keep, find};
}

/* --- Writing --- */

static bool write_level(struct hashes *hashes, unsigned level)
{
    struct hashes_level *its = &hashes->levels[level];
    const int fd = file_of(hashes, level);
    size_t at = 0;
    while (fd >= 0 && at < its->fresh_octets) {
        const ssize_t n =
            pwrite(fd, its->fresh + at, its->fresh_octets - at, (off_t)(its->first * TREE_HASH_BYTES + at));
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    its->dirty |= at > 0;
    return fd >= 0;
}

bool hashes_write(struct hashes *hashes)
{
    if (hashes->short_of_memory) {
        errno = ENOMEM;
        return false;
    }
    for (unsigned level = 0; level < TREE_LEVELS; level++)
        if (hashes->levels[level].fresh_octets && !write_level(hashes, level))
            return false;
    hashes_forget_fresh(hashes);
    return true;
}

void hashes_forget_fresh(struct hashes *hashes)
{
    for (unsigned level = 0; level < TREE_LEVELS; level++)
        hashes->levels[level].fresh_octets = 0;
    hashes->short_of_memory = false;
}

bool hashes_sync(struct hashes *hashes)
{
    for (unsigned level = 0; level < TREE_LEVELS; level++) {
        if (hashes->levels[level].dirty && fdatasync(hashes->levels[level].fd) != 0)
            return false;
        hashes->levels[level].dirty = false;
    }
    return fsync(hashes->folder) == 0;
}

/* --- Cutting at either end --- */

static bool cut_level(struct hashes *hashes, unsigned level, uint64_t size)
{
    struct stat is;
    const off_t octets = (off_t)((size >> level) * TREE_HASH_BYTES);
    char name[8];
    snprintf(name, sizeof name, "%02x", level);
    if (fstatat(hashes->folder, name, &is, 0) != 0)
        return errno == ENOENT;
    return is.st_size <= octets ||
           (file_of(hashes, level) >= 0 && ftruncate(file_of(hashes, level), octets) == 0);
}

bool hashes_cut(struct hashes *hashes, uint64_t size)
{
    bool cut = true;
    for (unsigned level = 0; level < TREE_LEVELS; level++)
        cut &= cut_level(hashes, level, size);
    return cut;
}

/* The last node before `first` at each level may be a peak of the tree of that size: it stays. */
void hashes_prune(struct hashes *hashes, uint64_t first)
{
    for (unsigned level = 0; level < TREE_LEVELS && first >> level > 1; level++) {
        const off_t octets = (off_t)(((first >> level) - 1) * TREE_HASH_BYTES);
        if (file_of(hashes, level) >= 0)
            (void)fallocate(file_of(hashes, level), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, octets);
    }
}
