/* SPDX-License-Identifier: Apache-2.0 */
#include "keeper/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kit/log.h"
#include "kit/loop.h"
#include "kit/pass.h"
#include "kit/sctp.h"

enum {
    SOCKETS = 4 * CONFIG_LISTEN + 1,
    PATIENT_DEATHS = 3,
    FIRST_PAUSE_MS = 100,
    LONGEST_PAUSE_MS = 5000,
    FORMER_TRIES = 100,
    FORMER_PAUSE_MS = 10
};

/* Descriptors on their way to a child. */
struct gift {
    struct {
        char name[16];
        int fd;
    } items[SOCKETS];
    unsigned count;
};

const char *child_title(const struct child *child, char text[static 64])
{
    snprintf(text, 64, "%s%s%s", child->role, child->name ? " " : "", child->name ? child->name : "");
    return text;
}

enum { PATH_BYTES = 256 };

static const char *path_of(const struct child *child, const struct config *config, const char *suffix,
                           char path[static PATH_BYTES])
{
    snprintf(path, PATH_BYTES, "%s/%s%s%s.%s", config->runtime_dir, child->role, child->name ? "-" : "",
             child->name ? child->name : "", suffix);
    return path;
}

bool child_is_up(const struct child *child, const struct config *config)
{
    char path[PATH_BYTES];
    return child->answers ? access(path_of(child, config, "sock", path), F_OK) == 0 : child->pid != 0;
}

void pid_file_write(const char *path, pid_t pid)
{
    FILE *file = fopen(path, "we");
    if (!file || fprintf(file, "%d\n", (int)pid) < 0)
        log_warning("keeper", NULL, "%s cannot be written: %s", path, strerror(errno));
    if (file)
        fclose(file);
}

/* A process of this program that has not ended. */
static bool lives(pid_t pid)
{
    char link[32], its[PATH_BYTES], ours[PATH_BYTES];
    snprintf(link, sizeof link, "/proc/%d/exe", (int)pid);
    ssize_t length = readlink(link, its, sizeof its);
    return length > 0 && readlink("/proc/self/exe", ours, sizeof ours) == length &&
           memcmp(its, ours, (size_t)length) == 0;
}

static pid_t pid_file_read(const char *path)
{
    char text[16] = "";
    FILE *file = fopen(path, "re");
    if (file && !fgets(text, sizeof text, file))
        text[0] = '\0';
    if (file)
        fclose(file);
    return (pid_t)strtol(text, NULL, 10);
}

void child_succeed(const struct child *child, const struct config *config)
{
    char path[PATH_BYTES];
    pid_t former = pid_file_read(path_of(child, config, "pid", path));
    for (unsigned tries = 0; former > 0 && lives(former) && tries < FORMER_TRIES; tries++)
        nanosleep(&(struct timespec){.tv_nsec = MILLISECONDS(FORMER_PAUSE_MS)}, NULL);
    if (former > 0)
        unlink(path_of(child, config, "sock", path));
}

static void add(struct gift *gift, int fd, const char *format, unsigned i)
{
    if (fd < 0 || gift->count == SOCKETS)
        return;
    snprintf(gift->items[gift->count].name, sizeof gift->items->name, format, i);
    gift->items[gift->count++].fd = fd;
}

/* Counted on over all edges of a process. */
static void open_n2(struct gift *gift, const struct config_edge *edge, enum sctp_stack stack)
{
    for (unsigned i = 0; i < edge->listen_count; i++) {
        const struct sctp_settings settings = {
            .stack = stack, .local = edge->listen[i], .listen = true, .socket = -1};
        add(gift, sctp_socket(&settings), "n2.%u", gift->count);
    }
}

static void open_gift(struct gift *gift, struct child *child, const struct config *config)
{
    int ends[2];
    gift->count = 0;
    if (child->edge)
        open_n2(gift, child->edge, config->sctp);
    for (unsigned i = 0; child->has_edges && i < config->edge_count; i++)
        open_n2(gift, &config->edges[i], config->sctp);
    if (child->chartered && pass_pair(ends)) {
        child->charter.fd = ends[0];
        add(gift, ends[1], "charter", 0);
    }
}

static void close_gift(const struct gift *gift)
{
    for (unsigned i = 0; i < gift->count; i++)
        close(gift->items[i].fd);
}

/* kit/inherit.h */
static void hand_over(const struct gift *gift)
{
    char list[SOCKETS * 32] = "";
    size_t length = 0;
    for (unsigned i = 0; i < gift->count; i++)
        if (fcntl(gift->items[i].fd, F_SETFD, 0) == 0)
            length += (size_t)snprintf(list + length, sizeof list - length, "%s%s=%d", length ? " " : "",
                                       gift->items[i].name, gift->items[i].fd);
    setenv("DEMARC_FDS", list, 1);
}

static bool become(struct host_user user)
{
    return setgroups(0, NULL) == 0 && setgid(user.gid) == 0 && setuid(user.uid) == 0;
}

/* In the new process. Ends with the keeper: after the change of user, which would undo it. A session of its own leaves an edge no
 * terminal, and where the host shares processors between sessions (sched(7), autogroups) no more than a share: who floods one
 * trust domain takes no time from control and the other edges. */
static void enter(const struct child *child, const char *config_path, struct host_user user, pid_t keeper)
{
    char *arguments[6] = {(char *)"demarc", (char *)child->role};
    unsigned count = 2;
    if (child->name)
        arguments[count++] = (char *)child->name;
    if (config_path && !child->edge) {
        arguments[count++] = (char *)"--config";
        arguments[count++] = (char *)config_path;
    }
    signal(SIGHUP, SIG_IGN); /* reaches those that await it in their loop, and does not end the others */
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (child->edge)
        setsid();
    if (user.set && child->unprivileged && !become(user))
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (child->unprivileged || child->edge)
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (getppid() == keeper)
        execv("/proc/self/exe", arguments);
    _exit(127);
}

bool child_start(struct child *child, const struct config *config, const char *config_path,
                 struct host_user user)
{
    struct gift gift;
    char title[64];
    const pid_t keeper = getpid();
    open_gift(&gift, child, config);
    child->pid = fork();
    if (child->pid == 0) {
        hand_over(&gift);
        enter(child, config_path, user, keeper);
    }
    int cause = errno;
    close_gift(&gift);
    child->started = clock_now();
    if (child->pid > 0) {
        char path[PATH_BYTES];
        pid_file_write(path_of(child, config, "pid", path), child->pid);
        return true;
    }
    child->pid = 0;
    child_hang_up(child);
    log_error("keeper", NULL, "%s cannot be started: %s", child_title(child, title), strerror(cause));
    return false;
}

void child_hang_up(struct child *child)
{
    if (child->charter.fd >= 0)
        close(child->charter.fd);
    child->charter.fd = -1;
}

int64_t child_pause(struct child *child, int64_t now)
{
    child->quick_deaths = now - child->started < SECONDS(1) ? child->quick_deaths + 1 : 0;
    if (child->quick_deaths <= PATIENT_DEATHS)
        return 0;
    unsigned doublings = child->quick_deaths - PATIENT_DEATHS - 1;
    int64_t pause = doublings < 6 ? FIRST_PAUSE_MS << doublings : LONGEST_PAUSE_MS;
    return MILLISECONDS(pause);
}
