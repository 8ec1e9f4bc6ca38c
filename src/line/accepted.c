/* SPDX-License-Identifier: Apache-2.0 */
#include "line/accepted.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "line/seal.h"

static const char seal_name[] = "accepted", draft_name[] = "draft";

enum { PATH_BYTES = 4096 };

static bool complain(struct config_error *error, const char *folder, const char *name, const char *found)
{
    snprintf(
        error->text, sizeof error->text,
        "%s%s:1: file: found %s, expected the line's last accepted state; without it nobody can tell whose "
        "signatures count (see docs/line.md)",
        folder, name, found);
    return false;
}

static const char *folder_of(const char *state_dir, char path[PATH_BYTES])
{
    snprintf(path, PATH_BYTES, "%s/line/", state_dir);
    return path;
}

/* --- reading --- */

static bool read_seal(const char *folder, struct accepted *accepted, struct config_error *error)
{
    char path[PATH_BYTES + sizeof seal_name];
    snprintf(path, sizeof path, "%s%s", folder, seal_name);
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT || complain(error, folder, seal_name, strerror(errno));
    const ssize_t n = read(fd, accepted->seal, sizeof accepted->seal);
    const int cause = errno;
    close(fd);
    if (n <= 0)
        return complain(error, folder, seal_name, n < 0 ? strerror(cause) : "nothing");
    accepted->length = (size_t)n;
    return true;
}

bool accepted_read(const char *state_dir, struct accepted *accepted, struct config_error *error)
{
    char folder[PATH_BYTES];
    *accepted = (struct accepted){0};
    if (!read_seal(folder_of(state_dir, folder), accepted, error))
        return false;
    if (!accepted->length)
        return true;
    const struct bytes seal = bytes_of(accepted->seal, accepted->length);
    accepted->bundle = config_bundle_kept(folder);
    if (accepted->bundle && seal_list(seal_signed_part(seal), accepted->bundle, &accepted->serial))
        return true;
    config_bundle_free(accepted->bundle);
    accepted->bundle = NULL;
    return complain(error, folder, seal_name, "something else");
}

/* --- writing --- */

static bool write_all(int fd, struct bytes octets)
{
    for (size_t done = 0; done < octets.len;) {
        const ssize_t n = write(fd, octets.data + done, octets.len - done);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* Whole and durable under its name, or not at all. Processes that run as somebody else read it: the folder keeps others out. */
static bool put(int folder, const char *name, struct bytes octets)
{
    unlinkat(folder, draft_name, 0);
    const int fd = openat(folder, draft_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    bool done = fd >= 0 && write_all(fd, octets) && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
    if (fd >= 0)
        done = close(fd) == 0 && done;
    return done && renameat(folder, draft_name, folder, name) == 0;
}

static bool put_part(int folder, const struct config_part *part)
{
    char name[CONFIG_DIGEST_TEXT];
    struct stat about;
    config_digest_text(part->digest, name);
    if (fstatat(folder, name, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(about.st_mode) &&
        (size_t)about.st_size == part->length)
        return true;
    return put(folder, name, bytes_of(part->text, part->length));
}

static bool is_part(const struct config_bundle *bundle, const char *name)
{
    char digits[CONFIG_DIGEST_TEXT];
    for (unsigned i = 0; i < config_bundle_count(bundle); i++)
        if (strcmp(config_digest_text(config_bundle_part(bundle, i)->digest, digits), name) == 0)
            return true;
    return false;
}

/* Copies of states that were in force before. */
static void clear(int folder, const struct config_bundle *bundle)
{
    const int again = dup(folder);
    DIR *list = again < 0 ? NULL : fdopendir(again);
    if (!list)
        return;
    for (struct dirent *entry; (entry = readdir(list));)
        if (*entry->d_name != '.' && strcmp(entry->d_name, seal_name) != 0 && !is_part(bundle, entry->d_name))
            unlinkat(folder, entry->d_name, 0);
    closedir(list);
}

static bool put_all(int folder, const struct config_bundle *bundle, struct bytes seal)
{
    for (unsigned i = 0; i < config_bundle_count(bundle); i++)
        if (!put_part(folder, config_bundle_part(bundle, i)))
            return false;
    return fsync(folder) == 0 && put(folder, seal_name, seal) && fsync(folder) == 0;
}

bool accepted_write(const char *state_dir, const struct config_bundle *bundle, struct bytes seal,
                    struct config_error *error)
{
    char path[PATH_BYTES];
    mkdir(state_dir, 0750);
    snprintf(path, sizeof path, "%s/line", state_dir); /* with a slash behind it a link would be followed */
    mkdir(path, 0750);
    const int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    const bool done = folder >= 0 && put_all(folder, bundle, seal);
    if (!done)
        snprintf(error->text, sizeof error->text, "%s:1: file: found %s, expected room for the line's state",
                 path, strerror(errno));
    else
        clear(folder, bundle);
    if (folder >= 0)
        close(folder);
    return done;
}
