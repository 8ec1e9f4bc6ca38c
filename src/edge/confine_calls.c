/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system calls of a confined edge. Any other one fails with EPERM: a library may try something unforeseen
 * (libusrsctp looks for an interface called after each peer, with a socket of its own), and the radio shall not go
 * down for that. But what no edge ever does, and what somebody else's code would try first, ends the process: the
 * keeper logs the signal (SIGSYS) and starts a clean one.
 */
#include <errno.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

#include "edge/confine.h"

/* Numbers below 0 are calls that this machine does not have. */
struct call {
    int number;
    const char *why;
};

static const struct call needed[] = {
    {SCMP_SYS(epoll_wait), "loop"},
    {SCMP_SYS(epoll_pwait), "loop, where there is no epoll_wait"},
    {SCMP_SYS(epoll_ctl), "loop: clients, the wicket"},
    {SCMP_SYS(read), "signals (signalfd)"},
    {SCMP_SYS(recvmmsg), "N2, wicket, admin"},
    {SCMP_SYS(sendmmsg), "N2, wicket, admin"},
    {SCMP_SYS(sendmsg), "N2 with the kernel's SCTP; traces"},
    {SCMP_SYS(recvmsg), "the keeper's charter, with the wicket's descriptor"},
    {SCMP_SYS(accept4), "admin clients, a trace's collector"},
    {SCMP_SYS(dup3), "a trace's collector keeps its number"},
    {SCMP_SYS(close), "what went away"},
    {SCMP_SYS(write), "log"},
    {SCMP_SYS(writev), "log"},
    {SCMP_SYS(getrandom), "association ids; verification tags of SCTP"},
    {SCMP_SYS(clock_gettime), "time, where the kernel maps no clock"},
    {SCMP_SYS(gettimeofday), "the same, for libusrsctp"},
    {SCMP_SYS(getpid), "admin: process"},
    {SCMP_SYS(getrusage), "admin: process"},
    {SCMP_SYS(pread64), "admin: process (its memory, from a file opened before)"},
    {SCMP_SYS(brk), "memory"},
    {SCMP_SYS(munmap), "memory"},
    {SCMP_SYS(mremap), "memory"},
    {SCMP_SYS(madvise), "memory"},
    {SCMP_SYS(futex), "locks of libusrsctp and of memory"},
    {SCMP_SYS(sched_yield), "the same"},
    {SCMP_SYS(set_robust_list), "libusrsctp's thread, where it starts late"},
    {SCMP_SYS(rseq), "the same"},
    {SCMP_SYS(sched_getaffinity), "the same, under a sanitizer"},
    {SCMP_SYS(rt_sigprocmask), "end of the loop"},
    {SCMP_SYS(rt_sigreturn), "signals"},
    {SCMP_SYS(sigaltstack), "end of a thread under a sanitizer"},
    {SCMP_SYS(restart_syscall), "waiting after a stop"},
    {SCMP_SYS(exit), "end of libusrsctp's thread"},
    {SCMP_SYS(exit_group), "end"},
};

/* Memory, but none that is executed: code cannot be brought along. */
static const struct call for_data[] = {
    {SCMP_SYS(mmap), "memory"},
    {SCMP_SYS(mprotect), "memory of threads"},
};

static const struct call deadly[] = {
    {SCMP_SYS(execve), "programs"},
    {SCMP_SYS(execveat), "programs"},
    {SCMP_SYS(fork), "processes"},
    {SCMP_SYS(vfork), "processes"},
    {SCMP_SYS(clone), "processes and threads"},
    {SCMP_SYS(clone3), "processes and threads"},
    {SCMP_SYS(kill), "other processes"},
    {SCMP_SYS(tkill), "other processes"},
    {SCMP_SYS(pidfd_open), "other processes"},
    {SCMP_SYS(pidfd_getfd), "other processes' descriptors"},
    {SCMP_SYS(pidfd_send_signal), "other processes"},
    {SCMP_SYS(ptrace), "other processes"},
    {SCMP_SYS(process_vm_readv), "other processes' memory"},
    {SCMP_SYS(process_vm_writev), "other processes' memory"},
    {SCMP_SYS(connect), "another door"},
    {SCMP_SYS(bind), "another door"},
    {SCMP_SYS(setuid), "another user"},
    {SCMP_SYS(setresuid), "another user"},
    {SCMP_SYS(setgid), "another user"},
    {SCMP_SYS(setns), "out of here"},
    {SCMP_SYS(unshare), "a user namespace, with all its capabilities"},
    {SCMP_SYS(mount), "out of here"},
    {SCMP_SYS(umount2), "out of here"},
    {SCMP_SYS(chroot), "out of here"},
    {SCMP_SYS(pivot_root), "out of here"},
    {SCMP_SYS(open_by_handle_at), "files without their folder"},
    {SCMP_SYS(io_uring_setup), "calls that no filter sees"},
    {SCMP_SYS(io_uring_enter), "calls that no filter sees"},
    {SCMP_SYS(bpf), "the kernel"},
    {SCMP_SYS(perf_event_open), "the kernel"},
    {SCMP_SYS(userfaultfd), "the kernel"},
    {SCMP_SYS(init_module), "the kernel"},
    {SCMP_SYS(finit_module), "the kernel"},
    {SCMP_SYS(keyctl), "keys"},
    {SCMP_SYS(add_key), "keys"},
    {SCMP_SYS(request_key), "keys"},
};

#define EACH(calls, action)                                      \
    for (size_t i = 0; i < sizeof(calls) / sizeof *(calls); i++) \
        if ((calls)[i].number >= 0 && !(action))                 \
    return false

static bool add_rules(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp not_executed = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    EACH(needed, seccomp_rule_add(filter, SCMP_ACT_ALLOW, needed[i].number, 0) == 0);
    EACH(for_data, seccomp_rule_add(filter, SCMP_ACT_ALLOW, for_data[i].number, 1, not_executed) == 0);
    EACH(deadly, seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, deadly[i].number, 0) == 0);
    return true;
}

/* A thread more would count against the limit; there is none to come. */
void confine_calls(struct confinement *confinement)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    (void)setrlimit(RLIMIT_NPROC, &(struct rlimit){0, 0});
    confinement->calls = filter &&
                         seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
                         seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 && add_rules(filter) &&
                         seccomp_load(filter) == 0;
    if (filter)
        seccomp_release(filter);
}
