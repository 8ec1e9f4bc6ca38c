/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "kit/cage.h"

/* Memory, but none that is executed: code cannot be brought along. */
static const struct cage_call for_data[] = {
    {SCMP_SYS(mmap), "memory"},
    {SCMP_SYS(mprotect), "memory of threads"},
};

static const struct cage_call deadly[] = {
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

static bool is_needed(int number, const struct cage_call *needed, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (needed[i].number == number)
            return true;
    return false;
}

static bool allow(scmp_filter_ctx filter, const struct cage_call *needed, size_t count)
{
    const struct scmp_arg_cmp not_executed = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    bool good = true;
    for (size_t i = 0; good && i < count; i++)
        good = needed[i].number < 0 || seccomp_rule_add(filter, SCMP_ACT_ALLOW, needed[i].number, 0) == 0;
    for (size_t i = 0; good && i < sizeof for_data / sizeof *for_data; i++)
        good = for_data[i].number < 0 ||
               seccomp_rule_add(filter, SCMP_ACT_ALLOW, for_data[i].number, 1, not_executed) == 0;
    return good;
}

static bool forbid(scmp_filter_ctx filter, const struct cage_call *needed, size_t count)
{
    bool good = true;
    for (size_t i = 0; good && i < sizeof deadly / sizeof *deadly; i++)
        good = deadly[i].number < 0 || is_needed(deadly[i].number, needed, count) ||
               seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, deadly[i].number, 0) == 0;
    return good;
}

/* A thread more would count against the limit; there is none to come. */
bool cage_calls(const struct cage_call *needed, size_t count)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    (void)setrlimit(RLIMIT_NPROC, &(struct rlimit){0, 0});
    const bool loaded =
        filter && seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
        seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 && allow(filter, needed, count) &&
        forbid(filter, needed, count) && seccomp_load(filter) == 0;
    if (filter)
        seccomp_release(filter);
    return loaded;
}
