/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recorder or witness that has been taken over: a process in its cage tries whatever might help it, one attempt a process. Being
 * ended for it (SIGSYS) counts as a failure of the attempt, as it should.
 */
#include "house.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "recorder/cage.h"

static struct house house;
static int folder;

/* --- Attempts: true if they succeed --- */

static bool reads_a_public_file(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool writes_beside_its_folder(void)
{
    return openat(folder, "../beside", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0;
}

static bool starts_a_program(void)
{
    static char program[] = "/bin/true";
    return execve(program, (char *[]){program, NULL}, NULL) == 0;
}

static bool makes_a_process(void)
{
    return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0) >= 0;
}

static bool signals_its_parent(void)
{
    return kill(getppid(), 0) == 0;
}

static bool brings_code_along(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool opens_a_door(void)
{
    const struct sockaddr_in any = {.sin_family = AF_INET};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return fd >= 0 && bind(fd, (const struct sockaddr *)&any, sizeof any) == 0;
}

static bool traces_its_parent(void)
{
    return syscall(SYS_ptrace, 16, getppid(), NULL, NULL) == 0; /* PTRACE_ATTACH */
}

static bool connects(void)
{
    const struct sockaddr_in nowhere = {
        .sin_family = AF_INET, .sin_port = htons(1), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return fd >= 0 &&
           (connect(fd, (const struct sockaddr *)&nowhere, sizeof nowhere) == 0 || errno == ECONNREFUSED);
}

static bool writes_in_its_folder(void)
{
    const int fd = openat(folder, "own", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    return fd >= 0 && write(fd, "x", 1) == 1 && fsync(fd) == 0 && ftruncate(fd, 0) == 0 &&
           renameat(folder, "own", folder, "own again") == 0 && unlinkat(folder, "own again", 0) == 0;
}

/* --- The test --- */

/* Not 0: a program that an attempt starts would end with that. */
enum outcome { DONE = 1, REFUSED, NOT_CONFINED };

static enum outcome attempt(bool (*act)(void), bool recorder)
{
    int status;
    const pid_t child = fork();
    if (child == 0) {
        struct evidence_cage cage = {.connects = recorder};
        evidence_cage_place(&cage, folder);
        evidence_cage_calls(&cage);
        if (!cage.files || !cage.calls)
            _exit(NOT_CONFINED);
        _exit(act() ? DONE : REFUSED);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status))
        return (enum outcome)WEXITSTATUS(status);
    assert_int_equal(WTERMSIG(status), SIGSYS);
    return REFUSED;
}

static bool is_caged_here(void)
{
    const bool is = attempt(writes_in_its_folder, true) != NOT_CONFINED;
    if (!is)
        fprintf(stderr, "SKIPPED: this kernel has no Landlock or no seccomp\n");
    return is;
}

static void nothing_but_its_folder_is_left(void **state)
{
    static const struct {
        const char *name;
        bool (*act)(void);
    } attempts[] = {
        {"reads a public file", reads_a_public_file},
        {"writes beside its folder", writes_beside_its_folder},
        {"starts a program", starts_a_program},
        {"makes a process", makes_a_process},
        {"signals its parent", signals_its_parent},
        {"brings code along", brings_code_along},
        {"opens a door", opens_a_door},
        {"traces its parent", traces_its_parent},
    };
    (void)state;
    if (!is_caged_here())
        return;
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++)
        for (unsigned recorder = 0; recorder < 2; recorder++)
            if (attempt(attempts[i].act, recorder) != REFUSED)
                fail_msg("in its cage it %s", attempts[i].name);
    assert_int_equal(attempt(writes_in_its_folder, true), DONE);
    assert_int_equal(attempt(writes_in_its_folder, false), DONE);
}

static void a_recorder_asks_witnesses_and_a_witness_asks_nobody(void **state)
{
    (void)state;
    if (!is_caged_here())
        return;
    assert_int_equal(attempt(connects, true), DONE);
    assert_int_equal(attempt(connects, false), REFUSED);
}

static int make(void **state)
{
    (void)state;
    house_make(&house);
    folder = open(house.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return folder < 0;
}

static int clear(void **state)
{
    (void)state;
    close(folder);
    house_remove(&house);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_but_its_folder_is_left),
        cmocka_unit_test(a_recorder_asks_witnesses_and_a_witness_asks_nobody),
    };
    return cmocka_run_group_tests(tests, make, clear);
}
