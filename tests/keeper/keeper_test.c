/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper with processes that do nothing: started as a role, this program is such a process. It writes its pid
 * where the test finds it, stands for its admin socket with a file, and counts its reloads.
 */
#include "../check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../lab_config.h"
#include "config/config.h"
#include "keeper/keeper.h"
#include "kit/inherit.h"
#include "kit/log.h"
#include "kit/pass.h"
#include "wire/wicket/charter.h"

enum { PATIENCE_MS = 20000 };

static char folder[] = "/tmp/keeper-test-XXXXXX";
static const char *const roles[] = {"control", "plane-default", "edge-default"};
enum { CONTROL, PLANE, EDGE, ROLES };

static void write_number(const char *name, const char *kind, int number)
{
    char path[256], fresh[300];
    snprintf(path, sizeof path, "%s/%s.%s", getenv("KEEPER_TEST"), name, kind);
    snprintf(fresh, sizeof fresh, "%s.new", path);
    FILE *file = fopen(fresh, "w");
    if (!file)
        exit(1);
    fprintf(file, "%d\n", number);
    fclose(file);
    rename(fresh, path);
}

static int read_number(const char *name, const char *kind)
{
    char path[256];
    int number = 0;
    snprintf(path, sizeof path, "%s/%s.%s", folder, name, kind);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    if (fscanf(file, "%d", &number) != 1)
        number = 0;
    fclose(file);
    return number;
}

/* --- A process that does nothing --- */

static volatile sig_atomic_t reloads, stopped;
static int terms, wickets; /* that the keeper has given */

static void on_signal(int number)
{
    if (number == SIGHUP)
        reloads++;
    else if (number != SIGIO) /* the keeper speaks: to be heard when the wait is over */
        stopped = 1;
}

/* An edge hears of a reload from its charter. */
static void hear_keeper(int charter)
{
    uint8_t space[CHARTER_BYTES];
    struct charter word;
    struct fault fault;
    int descriptor;
    ssize_t length;
    while ((length = pass_receive(charter, space, sizeof space, &descriptor)) > 0) {
        if (!charter_decode(bytes_of(space, (size_t)length), &word, &fault))
            exit(1);
        terms += word.kind == CHARTER_TERMS;
        wickets += word.kind == CHARTER_WICKET && descriptor >= 0;
        if (descriptor >= 0)
            close(descriptor);
    }
}

static int play_role(int argc, char **argv)
{
    char name[64];
    snprintf(name, sizeof name, "%s%s%s", argv[1], argc > 2 && argv[2][0] != '-' ? "-" : "",
             argc > 2 && argv[2][0] != '-' ? argv[2] : "");
    sigset_t none, ours;
    sigemptyset(&none);
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGHUP);
    sigaddset(&ours, SIGIO);
    sigprocmask(SIG_BLOCK, &ours, NULL); /* but while it waits: none comes between look and wait */
    signal(SIGTERM, on_signal);
    signal(SIGHUP, on_signal);
    signal(SIGIO, on_signal);
    int charter = inherited("charter");
    if (charter >= 0 &&
        (fcntl(charter, F_SETOWN, getpid()) < 0 || fcntl(charter, F_SETFL, O_ASYNC | O_NONBLOCK) < 0))
        return 1;
    write_number(name, "sock", 0);
    write_number(name, "n2", inherited("n2.0"));
    write_number(name, "ready", getpid());
    while (!stopped) {
        if (charter >= 0)
            hear_keeper(charter);
        write_number(name, "wickets", wickets);
        write_number(name, "reloads", terms > 1 ? terms - 1 : (int)reloads);
        sigsuspend(&none);
    }
    return 0;
}

/* --- The test --- */

static pid_t outermost;

static struct config *configure(void)
{
    char text[1024];
    struct config_error error;
    snprintf(text, sizeof text,
             "runtime_dir: %s\nstate_dir: %s/state\nmetrics: {listen: 127.0.0.1:49090}\n"
             "smf: {n4: 127.0.0.4:48805}\n"
             "planes: [{name: default, n4: 127.0.0.7:48805, n3: [\"127.0.0.7:42152\"]}]\n",
             folder, folder);
    struct config *config =
        lab_config(text, "domains: [{name: default, listen: [\"127.0.0.5:48412\"]}]", &error);
    if (!config)
        fail_msg("%s", error.text);
    return config;
}

static void take_a_rest(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
}

/* The role's process, once it is another than `before`. */
static pid_t await(int role, pid_t before)
{
    for (int waited = 0; waited < PATIENCE_MS; waited += 5) {
        pid_t pid = read_number(roles[role], "ready");
        if (pid && pid != before && kill(pid, 0) == 0)
            return pid;
        take_a_rest();
    }
    fail_msg("%s does not come up", roles[role]);
    return 0;
}

static pid_t parent_of(pid_t pid)
{
    char path[64];
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*d (%*[^)]) %*c %d", &parent), 1);
    fclose(file);
    return parent;
}

static void await_end(pid_t pid)
{
    for (int waited = 0; waited < PATIENCE_MS; waited += 5) {
        if (kill(pid, 0) < 0)
            return;
        take_a_rest();
    }
    fail_msg("process %d goes on", pid);
}

static int setup(void **state)
{
    (void)state;
    static const char *const kinds[] = {"pid", "n2", "reloads", "wickets"};
    for (int role = 0; role < ROLES; role++)
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
            char path[256];
            snprintf(path, sizeof path, "%s/%s.%s", folder, roles[role], kinds[i]);
            unlink(path);
        }
    struct config *config = configure();
    outermost = fork();
    if (outermost == 0)
        _exit(keeper_main(config, NULL, NULL));
    config_free(config);
    return outermost > 0 ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    int status;
    if (outermost <= 0)
        return 0;
    kill(outermost, SIGTERM);
    waitpid(outermost, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static void every_role_comes_up_and_the_edge_gets_its_socket(void **state)
{
    (void)state;
    for (int role = 0; role < ROLES; role++)
        await(role, 0);
    assert_true(read_number(roles[EDGE], "n2") > 2);
    assert_int_equal(read_number(roles[CONTROL], "n2"), -1);
}

static void await_wickets(int role, int count)
{
    for (int waited = 0; waited < PATIENCE_MS && read_number(roles[role], "wickets") != count; waited += 5)
        take_a_rest();
    assert_int_equal(read_number(roles[role], "wickets"), count);
}

static void edge_and_control_are_introduced_whoever_of_them_dies(void **state)
{
    (void)state;
    pid_t control = await(CONTROL, 0), edge = await(EDGE, 0);
    await_wickets(CONTROL, 1);
    await_wickets(EDGE, 1);
    kill(edge, SIGKILL);
    await(EDGE, edge);
    await_wickets(CONTROL, 2);
    await_wickets(EDGE, 1);
    kill(control, SIGKILL);
    await(CONTROL, control);
    await_wickets(CONTROL, 1);
    await_wickets(EDGE, 2);
}

static void what_is_killed_is_started_again_and_the_others_stay(void **state)
{
    (void)state;
    pid_t control = await(CONTROL, 0), edge = await(EDGE, 0);
    kill(control, SIGKILL);
    await(CONTROL, control);
    assert_int_equal(kill(edge, 0), 0);
    assert_int_equal(read_number(roles[EDGE], "ready"), edge);
}

static void a_killed_keeper_is_replaced_with_all_it_kept(void **state)
{
    (void)state;
    pid_t before[ROLES];
    for (int role = 0; role < ROLES; role++)
        before[role] = await(role, 0);
    kill(parent_of(before[CONTROL]), SIGKILL);
    for (int role = 0; role < ROLES; role++)
        await(role, before[role]);
    for (int role = 0; role < ROLES; role++)
        await_end(before[role]);
}

static void a_reload_reaches_everybody(void **state)
{
    (void)state;
    for (int role = 0; role < ROLES; role++)
        await(role, 0);
    kill(outermost, SIGHUP);
    for (int role = 0; role < ROLES; role++) {
        for (int waited = 0; waited < PATIENCE_MS && !read_number(roles[role], "reloads"); waited += 5)
            take_a_rest();
        assert_int_equal(read_number(roles[role], "reloads"), 1);
    }
}

static void the_end_takes_everybody_along(void **state)
{
    (void)state;
    int status;
    pid_t pids[ROLES];
    for (int role = 0; role < ROLES; role++)
        pids[role] = await(role, 0);
    kill(outermost, SIGTERM);
    assert_int_equal(waitpid(outermost, &status, 0), outermost);
    outermost = 0;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    for (int role = 0; role < ROLES; role++)
        assert_int_equal(kill(pids[role], 0), -1);
}

static void remove_folder(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    if (system(command) != 0)
        fprintf(stderr, "%s stays behind\n", folder);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    if (argc > 1)
        return play_role(argc, argv);
    if (geteuid() != 0 || access("/dev/net/tun", R_OK | W_OK) < 0) {
        puts("1..0 # SKIP the keeper needs root and /dev/net/tun");
        return 0;
    }
    log_setup((struct log_settings){.level = LOG_ERROR});
    if (!mkdtemp(folder))
        return 1;
    setenv("KEEPER_TEST", folder, 1);
    const struct CMUnitTest tests[] = {
        TEST(every_role_comes_up_and_the_edge_gets_its_socket),
        TEST(edge_and_control_are_introduced_whoever_of_them_dies),
        TEST(what_is_killed_is_started_again_and_the_others_stay),
        TEST(a_killed_keeper_is_replaced_with_all_it_kept),
        TEST(a_reload_reaches_everybody),
        TEST(the_end_takes_everybody_along),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove_folder();
    return failed;
}
