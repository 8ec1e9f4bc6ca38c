/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/cage.h"

#include <seccomp.h>

#include "kit/cage.h"
#include "kit/log.h"

enum { DESCRIPTORS = 512, OUTGOING = 2 };

static const struct cage_call needed[] = {
    {SCMP_SYS(epoll_wait), "loop"},
    {SCMP_SYS(epoll_pwait), "loop, where there is no epoll_wait"},
    {SCMP_SYS(epoll_ctl), "loop: sources, admin clients, witnesses"},
    {SCMP_SYS(poll), "libmicrohttpd"},
    {SCMP_SYS(ppoll), "the same"},
    {SCMP_SYS(select), "the same"},
    {SCMP_SYS(pselect6), "the same"},
    {SCMP_SYS(rt_sigtimedwait), "the witness's end"},
    {SCMP_SYS(read), "signals, files"},
    {SCMP_SYS(pread64), "nodes of the tree; admin: process"},
    {SCMP_SYS(write), "entries, log"},
    {SCMP_SYS(writev), "log"},
    {SCMP_SYS(pwrite64), "nodes of the tree"},
    {SCMP_SYS(recvmmsg), "sources, admin"},
    {SCMP_SYS(sendmmsg), "sources, admin"},
    {SCMP_SYS(recvmsg), "the keeper's charter, with a source's descriptor"},
    {SCMP_SYS(sendmsg), "answers over HTTP; a word to the keeper"},
    {SCMP_SYS(recvfrom), "HTTP"},
    {SCMP_SYS(sendto), "HTTP"},
    {SCMP_SYS(accept4), "admin clients; submissions"},
    {SCMP_SYS(getsockopt), "HTTP"},
    {SCMP_SYS(setsockopt), "HTTP"},
    {SCMP_SYS(getsockname), "HTTP"},
    {SCMP_SYS(getpeername), "HTTP"},
    {SCMP_SYS(shutdown), "HTTP"},
    {SCMP_SYS(fcntl), "HTTP"},
    {SCMP_SYS(close), "what went away"},
    {SCMP_SYS(openat), "files of the folder"},
    {SCMP_SYS(fstat), "how long a file is"},
    {SCMP_SYS(newfstatat), "the same"},
    {SCMP_SYS(lseek), "files through stdio"},
    {SCMP_SYS(getdents64), "files of the folder"},
    {SCMP_SYS(ftruncate), "a tail that could not be written"},
    {SCMP_SYS(fallocate), "pruning"},
    {SCMP_SYS(fsync), "durability"},
    {SCMP_SYS(fdatasync), "durability"},
    {SCMP_SYS(rename), "a file is replaced as a whole"},
    {SCMP_SYS(renameat), "the same"},
    {SCMP_SYS(renameat2), "the same"},
    {SCMP_SYS(unlink), "the admin socket"},
    {SCMP_SYS(unlinkat), "pruning"},
    {SCMP_SYS(clock_gettime), "time, where the kernel maps no clock"},
    {SCMP_SYS(gettimeofday), "the same"},
    {SCMP_SYS(getrandom), "libcrypto"},
    {SCMP_SYS(getpid), "admin: process"},
    {SCMP_SYS(getrusage), "admin: process"},
    {SCMP_SYS(brk), "memory"},
    {SCMP_SYS(munmap), "memory, segments"},
    {SCMP_SYS(mremap), "memory"},
    {SCMP_SYS(madvise), "memory"},
    {SCMP_SYS(futex), "locks"},
    {SCMP_SYS(sched_yield), "the same"},
    {SCMP_SYS(sched_getaffinity), "the same, under a sanitizer"},
    {SCMP_SYS(set_robust_list), "libmicrohttpd's thread, where it starts late"},
    {SCMP_SYS(rseq), "the same"},
    {SCMP_SYS(rt_sigprocmask), "end of the loop"},
    {SCMP_SYS(rt_sigreturn), "signals"},
    {SCMP_SYS(sigaltstack), "end of a thread under a sanitizer"},
    {SCMP_SYS(restart_syscall), "waiting after a stop"},
    {SCMP_SYS(exit), "end of a thread"},
    {SCMP_SYS(exit_group), "end"},
    {SCMP_SYS(socket), "witnesses"}, /* the last two: OUTGOING */
    {SCMP_SYS(connect), "witnesses"},
};

void evidence_cage_place(struct evidence_cage *cage, int folder)
{
    cage_limit(&(struct cage_limits){.descriptors = DESCRIPTORS, .writes_files = true});
    cage_drop_capabilities();
    cage->files = cage_files(&(struct cage_files){.folder = folder, .connects = cage->connects});
}

void evidence_cage_calls(struct evidence_cage *cage)
{
    cage->calls = cage_calls(needed, sizeof needed / sizeof *needed - (cage->connects ? 0 : OUTGOING));
}

void evidence_cage_report(const struct evidence_cage *cage, const char *unit)
{
    if (!cage->files)
        log_warning(
            unit, NULL,
            "this kernel has no Landlock: build it with CONFIG_SECURITY_LANDLOCK, and name it in lsm=");
    if (!cage->calls)
        log_warning(unit, NULL, "no seccomp filter: build the kernel with CONFIG_SECCOMP_FILTER");
    log_info(unit, NULL, "confined: %s%s%s", cage->files ? "landlock" : "",
             cage->files && cage->calls ? ", " : "", cage->calls ? "seccomp" : "");
}
