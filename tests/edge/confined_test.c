/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An edge that has been taken over (docs/line.md): a confined process tries whatever might help it, one attempt a process.
 * Being ended for it (SIGSYS) counts as a failure of the attempt, as it should.
 */
#include "../check.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "edge/confine.h"
#include "kit/log.h"
#include "kit/pass.h"

enum { ID = 70000, MEMORY = 1 << 30 };

/* As much as an edge has, and what it is to keep its hands off. Permissions are no hindrance anywhere here. */
static char folder[] = "/tmp/confined-test-XXXXXX", database[64], door[64];
static int datagrams, raw, other_namespace, listener;
static pid_t parent;
static char secret[] = "home network key";

/* --- Attempts: true if they succeed --- */

static bool opens(const char *path, int flags)
{
    return syscall(SYS_openat, AT_FDCWD, path, flags, 0600) >= 0;
}

static bool reads_a_public_file(void)
{
    return opens("/etc/passwd", O_RDONLY);
}

static bool reads_the_store(void)
{
    return opens(database, O_RDONLY);
}

static bool writes_the_store(void)
{
    return opens(database, O_WRONLY);
}

static bool makes_a_file(void)
{
    return opens("/tmp/here", O_WRONLY | O_CREAT) || opens("here", O_WRONLY | O_CREAT);
}

static bool opens_the_root_folder(void)
{
    return opens("/", O_RDONLY | O_DIRECTORY);
}

static bool reads_its_memory_map(void)
{
    return opens("/proc/self/maps", O_RDONLY);
}

static bool sees_that_a_file_exists(void)
{
    struct stat file;
    return syscall(SYS_newfstatat, AT_FDCWD, database, &file, 0) == 0;
}

static bool removes_the_store(void)
{
    return syscall(SYS_unlinkat, AT_FDCWD, database, 0) == 0;
}

static bool makes_sockets(void)
{
    static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_VSOCK};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        for (int type = SOCK_STREAM; type <= SOCK_SEQPACKET; type++)
            if (socket(families[i], type, 0) >= 0)
                return true;
    return false;
}

static bool makes_a_socket_pair(void)
{
    int ends[2];
    return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0;
}

static bool connects_to_control(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    snprintf(name.sun_path, sizeof name.sun_path, "%s", door);
    return connect(listener, (struct sockaddr *)&name, sizeof name) == 0;
}

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static bool connects_a_socket_that_it_has(void)
{
    struct sockaddr_in to = loopback(53);
    return connect(datagrams, (struct sockaddr *)&to, sizeof to) == 0;
}

static bool binds_a_socket_that_it_has(void)
{
    struct sockaddr_in at = loopback(0);
    return bind(datagrams, (struct sockaddr *)&at, sizeof at) == 0;
}

static bool listens_on_a_socket_that_it_has(void)
{
    return listen(listener, 1) == 0;
}

static bool sends_packets_of_another_protocol(void)
{
    const int on = 1;
    return setsockopt(raw, IPPROTO_IP, IP_HDRINCL, &on, sizeof on) == 0;
}

static bool hears_packets_for_others(void)
{
    const int off = 0;
    return setsockopt(raw, SOL_SOCKET, SO_DETACH_FILTER, &off, sizeof off) == 0;
}

static bool runs_a_program(void)
{
    char *arguments[] = {(char *)"true", NULL};
    execve("/bin/true", arguments, NULL);
    execve("/proc/self/exe", arguments, NULL);
    return false;
}

static bool forks(void)
{
    long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(0);
    return pid > 0;
}

static bool traces_its_parent(void)
{
    return ptrace(PTRACE_SEIZE, parent, NULL, NULL) == 0;
}

static bool kills_its_parent(void)
{
    return kill(parent, 0) == 0;
}

static bool reads_its_parents_memory(void)
{
    char copy[sizeof secret];
    struct iovec own = {copy, sizeof copy}, its = {secret, sizeof secret};
    return process_vm_readv(parent, &own, 1, &its, 1, 0) > 0;
}

static bool takes_its_parents_descriptor(void)
{
    long pid = syscall(SYS_pidfd_open, parent, 0);
    return pid >= 0 && syscall(SYS_pidfd_getfd, pid, 0, 0) >= 0;
}

static bool becomes_root(void)
{
    return syscall(SYS_setuid, 0) == 0 || syscall(SYS_setresuid, 0, 0, 0) == 0;
}

static bool makes_a_user_namespace(void)
{
    return unshare(CLONE_NEWUSER) == 0;
}

static bool enters_the_hosts_network(void)
{
    return setns(other_namespace, CLONE_NEWNET) == 0;
}

static bool mounts(void)
{
    return mount("none", "/", "tmpfs", 0, NULL) == 0;
}

static bool changes_its_root(void)
{
    return chroot(".") == 0;
}

static bool makes_a_ring(void)
{
    struct io_uring_params parameters = {0};
    return syscall(SYS_io_uring_setup, 1, &parameters) >= 0;
}

static bool loads_a_program_into_the_kernel(void)
{
    union bpf_attr map = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
    return syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map) >= 0;
}

static bool reaches_the_key_ring(void)
{
    return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 1) >= 0;
}

static bool brings_code_along(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
           MAP_FAILED;
}

static bool turns_data_into_code(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page != MAP_FAILED && mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool makes_a_file_in_memory(void)
{
    return syscall(SYS_memfd_create, "code", 0) >= 0;
}

static bool lifts_its_limits(void)
{
    return syscall(SYS_prlimit64, 0, 7 /* RLIMIT_NOFILE */, &(uint64_t[2]){4096, 4096}, NULL) == 0;
}

/* --- What an edge needs --- */

static bool answers_and_draws(void)
{
    uint8_t drawn[16];
    char text[4];
    int descriptor = -1;
    return getrandom(drawn, sizeof drawn, 0) == sizeof drawn && malloc(1 << 20) &&
           pass_receive(datagrams, text, sizeof text, &descriptor) < 0 && errno == EAGAIN &&
           accept4(listener, NULL, NULL, SOCK_NONBLOCK) < 0 && errno == EAGAIN;
}

/* --- The test --- */

static bool is_whole(const struct confinement *confinement)
{
    bool in_force, whole = true;
    const char *name;
    for (unsigned i = 0; (name = confine_part(confinement, i, &in_force)); i++)
        if (!in_force) {
            fprintf(stderr, "SKIPPED: %s is not in force on this host\n", name);
            whole = false;
        }
    return whole;
}

/* Not 0: a program that an attempt starts would end with that. */
enum outcome { DONE, REFUSED, NOT_CONFINED };

enum depth { OUTSIDE, PLACE, CALLS };

static enum outcome attempt(bool (*act)(void), enum depth depth)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct confinement confinement = {0};
        if (depth >= PLACE)
            confinement = confine_place(ID, MEMORY);
        if (depth == CALLS)
            confine_calls(&confinement);
        if (depth == CALLS && !confinement.calls)
            _exit(NOT_CONFINED);
        _exit(act() ? DONE : REFUSED);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status))
        return (enum outcome)WEXITSTATUS(status);
    assert_int_equal(WTERMSIG(status), SIGSYS);
    return REFUSED;
}

static const struct {
    const char *name;
    bool (*act)(void);
} attempts[] = {
#define ATTEMPT(act) \
    {                \
#act, act    \
    }
    ATTEMPT(reads_a_public_file),
    ATTEMPT(reads_the_store),
    ATTEMPT(writes_the_store),
    ATTEMPT(makes_a_file),
    ATTEMPT(opens_the_root_folder),
    ATTEMPT(reads_its_memory_map),
    ATTEMPT(sees_that_a_file_exists),
    ATTEMPT(removes_the_store),
    ATTEMPT(makes_sockets),
    ATTEMPT(makes_a_socket_pair),
    ATTEMPT(connects_to_control),
    ATTEMPT(connects_a_socket_that_it_has),
    ATTEMPT(binds_a_socket_that_it_has),
    ATTEMPT(listens_on_a_socket_that_it_has),
    ATTEMPT(sends_packets_of_another_protocol),
    ATTEMPT(hears_packets_for_others),
    ATTEMPT(runs_a_program),
    ATTEMPT(forks),
    ATTEMPT(traces_its_parent),
    ATTEMPT(kills_its_parent),
    ATTEMPT(reads_its_parents_memory),
    ATTEMPT(takes_its_parents_descriptor),
    ATTEMPT(becomes_root),
    ATTEMPT(makes_a_user_namespace),
    ATTEMPT(enters_the_hosts_network),
    ATTEMPT(mounts),
    ATTEMPT(changes_its_root),
    ATTEMPT(makes_a_ring),
    ATTEMPT(loads_a_program_into_the_kernel),
    ATTEMPT(reaches_the_key_ring),
    ATTEMPT(brings_code_along),
    ATTEMPT(turns_data_into_code),
    ATTEMPT(makes_a_file_in_memory),
    ATTEMPT(lifts_its_limits),
};

static void nothing_helps_an_edge_that_was_taken_over(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++)
        if (attempt(attempts[i].act, CALLS) == DONE)
            fail_msg("a confined edge %s", attempts[i].name);
}

/* One wall is not to hold the house up alone. */
static void without_the_filter_of_calls_files_and_processes_stay_out_of_reach(void **state)
{
    static bool (*const by_place[])(void) = {
        reads_a_public_file,
        reads_the_store,
        writes_the_store,
        removes_the_store,
        makes_a_file,
        reads_its_memory_map,
        traces_its_parent,
        kills_its_parent,
        connects_to_control,
        becomes_root,
        reads_its_parents_memory,
        enters_the_hosts_network,
        mounts,
        takes_its_parents_descriptor,
    };
    (void)state;
    for (size_t i = 0; i < sizeof by_place / sizeof *by_place; i++)
        if (attempt(by_place[i], PLACE) == DONE)
            fail_msg("attempt %zu succeeds in the place alone", i);
}

static void the_attempts_would_succeed_outside(void **state)
{
    (void)state;
    assert_true(sees_that_a_file_exists());
    assert_true(reads_the_store());
    assert_true(makes_sockets());
    assert_true(kills_its_parent());
    assert_true(brings_code_along());
    assert_true(turns_data_into_code());
}

static void what_an_edge_needs_works(void **state)
{
    (void)state;
    assert_int_equal(attempt(answers_and_draws, CALLS), DONE);
}

static bool all_is_in_force(void)
{
    struct confinement confinement = confine_place(ID, MEMORY);
    confine_calls(&confinement);
    return is_whole(&confinement);
}

static void all_parts_are_in_force_here(void **state)
{
    (void)state;
    if (attempt(all_is_in_force, OUTSIDE) != DONE)
        skip();
}

static int setup(void **state)
{
    (void)state;
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (!mkdtemp(folder) || chmod(folder, 0777) != 0)
        return -1;
    snprintf(database, sizeof database, "%s/demarc.db", folder);
    snprintf(door, sizeof door, "%s/control.sock", folder);
    snprintf(name.sun_path, sizeof name.sun_path, "%s", door);
    int file = open(database, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    parent = getpid();
    datagrams = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    raw = socket(AF_INET, SOCK_RAW, IPPROTO_SCTP);
    listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
    other_namespace = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    bool good = file >= 0 && fchmod(file, 0666) == 0 && datagrams >= 0 && raw >= 0 && other_namespace >= 0 &&
                bind(listener, (struct sockaddr *)&name, sizeof name) == 0 && chmod(door, 0777) == 0 &&
                listen(listener, 8) == 0;
    close(file);
    return good ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    unlink(database);
    unlink(door);
    return rmdir(folder);
}

int main(void)
{
    if (geteuid() != 0) {
        puts("1..0 # SKIP an edge gets a user and namespaces of its own from root only");
        return 0;
    }
    log_setup((struct log_settings){.level = LOG_ERROR});
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_attempts_would_succeed_outside),
        cmocka_unit_test(all_parts_are_in_force_here),
        cmocka_unit_test(nothing_helps_an_edge_that_was_taken_over),
        cmocka_unit_test(without_the_filter_of_calls_files_and_processes_stay_out_of_reach),
        cmocka_unit_test(what_an_edge_needs_works),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
