/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system calls of a confined edge. Any other one fails with EPERM: a library may try something unforeseen
 * (libusrsctp looks for an interface called after each peer, with a socket of its own), and the radio shall not go
 * down for that.
 */
#include <seccomp.h>

#include "edge/confine.h"
#include "kit/cage.h"

static const struct cage_call needed[] = {
    {SCMP_SYS(epoll_wait), "loop"},
    {SCMP_SYS(epoll_pwait), "loop, where there is no epoll_wait"},
    {SCMP_SYS(epoll_ctl), "loop: clients, the wicket"},
    {SCMP_SYS(read), "signals (signalfd); what a trace's collector wants"},
    {SCMP_SYS(recvmmsg), "N2, wicket, admin"},
    {SCMP_SYS(sendmmsg), "N2, wicket, admin"},
    {SCMP_SYS(sendmsg), "N2 with the kernel's SCTP; traces"},
    {SCMP_SYS(recvmsg), "the keeper's charter, with the wicket's descriptor"},
    {SCMP_SYS(accept4), "admin clients, a trace's collector"},
    {SCMP_SYS(dup3), "a trace's collector keeps its number"},
    {SCMP_SYS(getsockopt), "whose that is"},
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

void confine_calls(struct confinement *confinement)
{
    confinement->calls = cage_calls(needed, sizeof needed / sizeof *needed);
}
