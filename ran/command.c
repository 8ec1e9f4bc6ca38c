/* SPDX-License-Identifier: Apache-2.0 */
#include "ran/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ran/tun.h"

struct child {
    const char *text;
    int output;
};

/* In the child, inside its namespace. */
static int execute(void *argument)
{
    const struct child *child = argument;
    setpgid(0, 0);
    if (dup2(child->output, STDOUT_FILENO) >= 0 && dup2(child->output, STDERR_FILENO) >= 0)
        execl("/bin/sh", "sh", "-c", child->text, (char *)NULL);
    return -1;
}

static void say(struct command *command)
{
    command->line[command->length] = '\0';
    command->length = 0;
    command->said(command, command->line);
}

static void take(struct command *command, const char *text, ssize_t size)
{
    for (ssize_t i = 0; i < size; i++) {
        if (text[i] == '\n' || command->length == sizeof command->line - 1)
            say(command);
        if (text[i] != '\n')
            command->line[command->length++] = text[i];
    }
}

static void finish(struct command *command)
{
    int status = 0;
    loop_forget(command->loop, &command->output);
    close(command->output.fd);
    if (waitpid(command->pid, &status, 0) < 0)
        status = -1;
    command->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    command->pid = 0;
}

static void ready(struct watch *watch, uint32_t events)
{
    struct command *command = (struct command *)watch;
    char text[4096];
    ssize_t size = read(watch->fd, text, sizeof text);
    (void)events;
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size > 0) {
        take(command, text, size);
        return;
    }
    if (command->length)
        say(command);
    finish(command);
    command->ended(command);
}

bool command_start(struct command *command, struct loop *loop, const char *netns, const char *text)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return false;
    command->loop = loop;
    command->pid = fork();
    if (command->pid == 0) {
        struct child child = {.text = text, .output = ends[1]};
        in_netns(netns, execute, &child);
        _exit(127);
    }
    close(ends[1]);
    command->output = (struct watch){.fd = ends[0], .ready = ready};
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    if (command->pid > 0 && loop_watch(loop, &command->output, EPOLLIN))
        return true;
    close(ends[0]);
    return false;
}

void command_kill(struct command *command)
{
    if (command->pid <= 0)
        return;
    kill(-command->pid, SIGKILL);
    finish(command);
}
