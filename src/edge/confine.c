/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/confine.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kit/log.h"

enum { DESCRIPTORS = 256 };

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

static void set_limits(size_t memory)
{
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, DESCRIPTORS);
    limit(RLIMIT_MEMLOCK, 0);
    limit(RLIMIT_MSGQUEUE, 0);
    if (MEMORY_IS_LIMITED)
        limit(RLIMIT_AS, memory);
    if (!logs_to_file())
        limit(RLIMIT_FSIZE, 0);
}

/* --- Namespaces --- */

/* A file system of its own without a file in place of all others. */
static bool empty_root(void)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", "/proc", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k,nr_inodes=1,mode=555") !=
            0 ||
        chdir("/proc") != 0)
        return false;
    if (syscall(SYS_pivot_root, ".", ".") == 0)
        return umount2(".", MNT_DETACH) == 0 && chdir("/") == 0;
    return chroot(".") == 0 &&
           chdir("/") == 0; /* the root is one that cannot be moved, as in an initial RAM disk */
}

/* `more`: CLONE_NEWUSER lets a process without privilege do it, where the host lets it. */
static void leave_namespaces(struct confinement *confinement, int more)
{
    if (!confinement->network)
        confinement->network = unshare(more | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS) == 0;
    if (confinement->network && !confinement->root)
        confinement->root = empty_root();
}

/* --- User --- */

/* The kernel forgets at a change of user that we are to end with the keeper. */
static bool become(uint32_t id)
{
    return setgroups(0, NULL) == 0 && setresgid(id, id, id) == 0 && setresuid(id, id, id) == 0 &&
           prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
}

/* Those that a user namespace gave. */
static void drop_capabilities(void)
{
    struct {
        uint32_t version;
        int pid;
    } header = {0x20080522, 0}; /* _LINUX_CAPABILITY_VERSION_3 */
    const uint32_t none[6] = {0};
    (void)syscall(SYS_capset, &header, none);
}

/* --- Landlock: a domain without a rule. The libc has no names for its calls, and headers may be older than the kernel --- */

enum {
    LANDLOCK_CREATE_RULESET = 444,
    LANDLOCK_RESTRICT_SELF = 446,
    LANDLOCK_VERSION = 1, /* flag: what does this kernel know? */
};

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

static bool forbid_files(void)
{
    long version = syscall(LANDLOCK_CREATE_RULESET, NULL, 0, LANDLOCK_VERSION);
    if (version < 1)
        return false;
    const struct ruleset all = all_rights(version);
    const size_t size = version < 4 ? sizeof all.files : version < 6 ? 2 * sizeof all.files : sizeof all;
    int fd = (int)syscall(LANDLOCK_CREATE_RULESET, &all, size, 0);
    bool good = fd >= 0 && syscall(LANDLOCK_RESTRICT_SELF, fd, 0) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

struct confinement confine_place(uint32_t id, size_t memory)
{
    struct confinement confinement = {0};
    set_limits(memory);
    leave_namespaces(&confinement, 0);
    const bool became = id != 0 && become(id);
    if (id != 0 && !became)
        log_error("edge", NULL, "cannot become user %u: %s", id, strerror(errno));
    if (!confinement.network)
        leave_namespaces(&confinement, CLONE_NEWUSER);
    drop_capabilities();
    confinement.user = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && became;
    confinement.files = forbid_files();
    return confinement;
}

/* --- Seeing --- */

const char *confine_part(const struct confinement *confinement, unsigned i, bool *in_force)
{
    const struct {
        const char *name;
        bool in_force;
    } parts[CONFINE_PARTS] = {{"user", confinement->user},
                              {"network", confinement->network},
                              {"root", confinement->root},
                              {"landlock", confinement->files},
                              {"seccomp", confinement->calls}};
    *in_force = i < CONFINE_PARTS && parts[i].in_force;
    return i < CONFINE_PARTS ? parts[i].name : NULL;
}

void confine_report(const struct confinement *confinement)
{
    static const char *const remedies[CONFINE_PARTS] = {
        "no user of its own: start Demarc as root",
        "no network namespace of its own: the host allows neither CAP_SYS_ADMIN nor user namespaces",
        "no empty root folder: the host allows neither CAP_SYS_ADMIN nor user namespaces",
        "this kernel has no Landlock: build it with CONFIG_SECURITY_LANDLOCK, and name it in lsm=",
        "no seccomp filter: build the kernel with CONFIG_SECCOMP_FILTER",
    };
    char text[96] = "";
    bool in_force;
    const char *name;
    for (unsigned i = 0; (name = confine_part(confinement, i, &in_force)); i++) {
        if (in_force)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", *text ? ", " : "", name);
        else
            log_warning("edge", NULL, "%s", remedies[i]);
    }
    log_info("edge", NULL, "confined: %s", *text ? text : "not at all");
}
