/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/confine.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kit/cage.h"
#include "kit/log.h"

enum { DESCRIPTORS = 256 };

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

struct confinement confine_place(uint32_t id, size_t memory)
{
    struct confinement confinement = {0};
    cage_limit(&(struct cage_limits){.memory = memory, .descriptors = DESCRIPTORS});
    leave_namespaces(&confinement, 0);
    const bool became = id != 0 && cage_become(id);
    if (id != 0 && !became)
        log_error("edge", NULL, "cannot become user %u: %s", id, strerror(errno));
    if (!confinement.network)
        leave_namespaces(&confinement, CLONE_NEWUSER);
    cage_drop_capabilities();
    confinement.user = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && became;
    confinement.files = cage_files(&(struct cage_files){.folder = -1});
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
