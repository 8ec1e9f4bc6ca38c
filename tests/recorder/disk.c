/* SPDX-License-Identifier: Apache-2.0 */
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

struct disk disk;

ssize_t __real_write(int fd, const void *octets, size_t length);
ssize_t __real_pwrite64(int fd, const void *octets, size_t length, off_t at);
int __real_ftruncate64(int fd, off_t length);
int __real_fsync(int fd);
int __real_fdatasync(int fd);
int __real_renameat(int from, const char *name, int to, const char *new_name);
ssize_t __wrap_write(int fd, const void *octets, size_t length);
ssize_t __wrap_pwrite64(int fd, const void *octets, size_t length, off_t at);
int __wrap_ftruncate64(int fd, off_t length);
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_renameat(int from, const char *name, int to, const char *new_name);

/* False: it is not in the folder that is watched. */
static bool name_of(int fd, char name[64])
{
    char link[32], path[512];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t length = disk.folder ? readlink(link, path, sizeof path - 1) : -1;
    path[length < 0 ? 0 : length] = '\0';
    char *at = length < 0 ? NULL : strstr(path, disk.folder);
    if (!at)
        return false;
    at += strlen(disk.folder);
    snprintf(name, 64, "%s", *at == '/' ? at + 1 : at);
    return true;
}

static bool fails(void)
{
    const bool fails = disk.count >= disk.fail_from && disk.count < disk.fail_from + disk.fail_count;
    if (fails)
        errno = disk.fail_with;
    return fails;
}

static struct disk_operation *note(enum disk_what what, const char *name)
{
    assert_true(disk.count < DISK_OPERATIONS);
    struct disk_operation *operation = &disk.operations[disk.count++];
    *operation = (struct disk_operation){.what = what, .acknowledged = disk.acknowledged};
    snprintf(operation->file, sizeof operation->file, "%s", name);
    return operation;
}

static void note_write(const char *name, const void *octets, size_t length, off_t at)
{
    struct disk_operation *operation = note(DISK_WRITE, name);
    operation->octets = malloc(length + 1);
    assert_non_null(operation->octets);
    memcpy(operation->octets, octets, length);
    operation->length = length;
    operation->at = at;
}

static off_t end_of(int fd)
{
    struct stat is;
    assert_int_equal(fstat(fd, &is), 0);
    return is.st_size;
}

/* All of it is appended, here. What fails has written half. */
ssize_t __wrap_write(int fd, const void *octets, size_t length)
{
    char name[64];
    if (!name_of(fd, name))
        return __real_write(fd, octets, length);
    const bool failed = fails();
    const int cause = errno;
    const size_t done = failed ? length / 2 : length;
    note_write(name, octets, done, end_of(fd));
    assert_int_equal(__real_write(fd, octets, done), done);
    errno = cause;
    return failed ? -1 : (ssize_t)done;
}

ssize_t __wrap_pwrite64(int fd, const void *octets, size_t length, off_t at)
{
    char name[64];
    if (!name_of(fd, name))
        return __real_pwrite64(fd, octets, length, at);
    const bool failed = fails();
    const int cause = errno;
    const size_t done = failed ? length / 2 : length;
    note_write(name, octets, done, at);
    assert_int_equal(__real_pwrite64(fd, octets, done, at), done);
    errno = cause;
    return failed ? -1 : (ssize_t)done;
}

int __wrap_ftruncate64(int fd, off_t length)
{
    char name[64];
    if (!name_of(fd, name))
        return __real_ftruncate64(fd, length);
    if (fails()) {
        note_write(name, "", 0, 0);
        errno = disk.fail_with;
        return -1;
    }
    note(DISK_CUT, name)->at = length;
    return __real_ftruncate64(fd, length);
}

static int sync_file(int fd)
{
    char name[64];
    if (!name_of(fd, name))
        return 0;
    const bool failed = fails();
    note(DISK_SYNC, name)->failed = failed;
    return failed ? -1 : 0;
}

int __wrap_fsync(int fd)
{
    return sync_file(fd);
}

int __wrap_fdatasync(int fd)
{
    return sync_file(fd);
}

int __wrap_renameat(int from, const char *name, int to, const char *new_name)
{
    char folder[64];
    if (!name_of(from, folder))
        return __real_renameat(from, name, to, new_name);
    if (fails()) {
        note_write("checkpoint.new", "", 0, 0);
        errno = disk.fail_with;
        return -1;
    }
    struct disk_operation *operation = note(DISK_RENAME, name);
    snprintf(operation->to, sizeof operation->to, "%s", new_name);
    return __real_renameat(from, name, to, new_name);
}

void disk_watch(const char *folder)
{
    disk_forget();
    disk = (struct disk){.folder = folder};
}

void disk_forget(void)
{
    for (unsigned i = 0; i < disk.count; i++)
        free(disk.operations[i].octets);
    disk.count = 0;
    disk.folder = NULL;
}

/* --- What a crash leaves --- */

static bool is_settled_by(const struct disk_operation *operation, const struct disk_operation *sync)
{
    const char *what = operation->what == DISK_RENAME ? "" : operation->file;
    return sync->what == DISK_SYNC && strcmp(sync->file, what) == 0;
}

/* The first sync behind it decides: after one that failed the kernel takes for written what may not be. */
static bool is_settled(unsigned i, unsigned end)
{
    for (unsigned k = i + 1; k < end; k++)
        if (is_settled_by(&disk.operations[i], &disk.operations[k]))
            return !disk.operations[k].failed;
    return false;
}

static void carry_out(const struct disk_operation *operation, size_t octets, int folder)
{
    const int fd =
        operation->what == DISK_WRITE || operation->what == DISK_CUT
            ? openat(folder, operation->file,
                     O_RDWR | O_CREAT | (strstr(operation->file, ".new") && !operation->at ? O_TRUNC : 0),
                     0640)
            : -1;
    if (operation->what == DISK_WRITE && octets)
        assert_int_equal(__real_pwrite64(fd, operation->octets, octets, operation->at), octets);
    if (operation->what == DISK_CUT)
        assert_int_equal(__real_ftruncate64(fd, operation->at), 0);
    if (operation->what == DISK_RENAME)
        assert_int_equal(__real_renameat(folder, operation->file, folder, operation->to), 0);
    if (fd >= 0)
        close(fd);
}

void disk_crash(unsigned end, size_t octets, enum disk_luck luck, unsigned seed, const char *folder)
{
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    for (unsigned i = 0; i < end; i++) {
        seed = seed * 1664525u + 1013904223u;
        const bool lucky = luck == DISK_ALL || (luck == DISK_CHANCE && seed >> 31);
        if (lucky || is_settled(i, end))
            carry_out(&disk.operations[i], disk.operations[i].length, fd);
    }
    if (octets)
        carry_out(&disk.operations[end], octets, fd);
    close(fd);
}
