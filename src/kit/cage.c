/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/cage.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A sanitizer's shadow is larger than any limit. */
#if defined(__SANITIZE_ADDRESS__)
enum { MEMORY_IS_LIMITED = 0 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { MEMORY_IS_LIMITED = 0 };
#else
enum { MEMORY_IS_LIMITED = 1 };
#endif
#else
enum { MEMORY_IS_LIMITED = 1 };
#endif

/* --- Limits --- */

static void limit(int resource, rlim_t most)
{
    struct rlimit now;
    if (getrlimit((__rlimit_resource_t)resource, &now) == 0 &&
        (now.rlim_max == RLIM_INFINITY || now.rlim_max > most))
        (void)setrlimit((__rlimit_resource_t)resource, &(struct rlimit){most, most});
}

/* The log may be a file that standard error was led to; it is the only one. */
static bool logs_to_file(void)
{
    struct stat file;
    return fstat(STDERR_FILENO, &file) == 0 && S_ISREG(file.st_mode);
}

void cage_limit(const struct cage_limits *limits)
{
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, limits->descriptors);
    limit(RLIMIT_MEMLOCK, 0);
    limit(RLIMIT_MSGQUEUE, 0);
    if (MEMORY_IS_LIMITED && limits->memory)
        limit(RLIMIT_AS, limits->memory);
    if (!limits->writes_files && !logs_to_file())
        limit(RLIMIT_FSIZE, 0);
}

/* --- User --- */

bool cage_become(uint32_t id)
{
    return setgroups(0, NULL) == 0 && setresgid(id, id, id) == 0 && setresuid(id, id, id) == 0 &&
           prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
}

/* Those that a user namespace gave. */
void cage_drop_capabilities(void)
{
    struct {
        uint32_t version;
        int pid;
    } header = {0x20080522, 0}; /* _LINUX_CAPABILITY_VERSION_3 */
    const uint32_t none[6] = {0};
    (void)syscall(SYS_capset, &header, none);
}

/* --- Landlock. The libc has no names for its calls, and headers may be older than the kernel --- */

enum {
    LANDLOCK_CREATE_RULESET = 444,
    LANDLOCK_ADD_RULE = 445,
    LANDLOCK_RESTRICT_SELF = 446,
    LANDLOCK_VERSION = 1,      /* flag: what does this kernel know? */
    LANDLOCK_PATH_BENEATH = 1, /* kind of rule */
    LANDLOCK_CONNECT_TCP = 2,
};

/* Read, write, cut and remove files, read folders, make files and folders (linux/landlock.h). */
static const uint64_t IN_FOLDER = 1u << 1 | 1u << 2 | 1u << 3 | 1u << 5 | 1u << 7 | 1u << 8 | 1u << 14;

struct ruleset {
    uint64_t files, network, scopes;
};

/* All rights that a version of the kernel's interface can withhold (linux/landlock.h). */
static struct ruleset all_rights(long version)
{
    struct ruleset all = {.files = (1u << 13) - 1};
    if (version >= 2)
        all.files |= 1u << 13; /* moves between folders */
    if (version >= 3)
        all.files |= 1u << 14; /* truncation */
    if (version >= 4)
        all.network = 3; /* TCP bind, connect */
    if (version >= 5)
        all.files |= 1u << 15; /* ioctl of devices */
    if (version >= 6)
        all.scopes = 3; /* abstract sockets, signals */
    return all;
}

static bool allow_below(int ruleset, int folder, uint64_t handled)
{
    const struct __attribute__((packed)) {
        uint64_t access;
        int32_t folder;
    } rule = {IN_FOLDER & handled, folder};
    return folder < 0 || syscall(LANDLOCK_ADD_RULE, ruleset, LANDLOCK_PATH_BENEATH, &rule, 0) == 0;
}

bool cage_files(const struct cage_files *files)
{
    const long version = syscall(LANDLOCK_CREATE_RULESET, NULL, 0, LANDLOCK_VERSION);
    if (version < 1)
        return false;
    struct ruleset all = all_rights(version);
    if (files->connects)
        all.network &= ~(uint64_t)LANDLOCK_CONNECT_TCP;
    const size_t size = version < 4 ? sizeof all.files : version < 6 ? 2 * sizeof all.files : sizeof all;
    const int fd = (int)syscall(LANDLOCK_CREATE_RULESET, &all, size, 0);
    const bool good = fd >= 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                      allow_below(fd, files->folder, all.files) &&
                      syscall(LANDLOCK_RESTRICT_SELF, fd, 0) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}
