/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/trace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kit/channel.h"

#define PREFIX "trace-"
#define SUFFIX ".sock"

enum {
    SOCKET_BUFFER_BYTES = 4 * 1024 * 1024,
    PROCESSES = 64,
    PATH_BYTES = 256,
    HEADER_BYTES = 1 + 1 + 1 + 8 + 2 * 19,
    WISH_BYTES = 1 + TRACE_NAME_BYTES
};

struct trace {
    struct loop *loop;
    struct watch listening;
    struct watch coming; /* who has not said yet what he wants; -1: nobody */
    /* Its descriptor is the same number all the time, since other threads use it; connected while `collector` is not 0. */
    struct watch served;
    char path[PATH_BYTES];
    _Atomic uint64_t collector; /* its number */
    uint64_t collectors;        /* that have come */
    _Atomic bool deciphered;    /* what it wants */
    _Atomic uint64_t records;   /* that it was sent */
    bool shown;                 /* it has begun, and has not ended */
    struct trace_overseer overseer;
};

/* --- The process that reports --- */

#define TRACE_OF(watch, member) ((struct trace *)((char *)(watch)-offsetof(struct trace, member)))

static void forget_coming(struct trace *trace)
{
    if (trace->coming.fd < 0)
        return;
    loop_forget(trace->loop, &trace->coming);
    close(trace->coming.fd);
    trace->coming.fd = -1;
}

static void end_showing(struct trace *trace)
{
    loop_forget(trace->loop, &trace->served);
    atomic_store(&trace->collector, 0);
    if (trace->shown && trace->overseer.ends)
        trace->overseer.ends(trace->overseer.context, atomic_load(&trace->records));
    trace->shown = false;
}

static void collector_goes(struct watch *watch, uint32_t events)
{
    (void)events;
    end_showing(TRACE_OF(watch, served));
}

/* It takes the place of the one before. */
static void begin_showing(struct trace *trace, const struct trace_wish *wish)
{
    const int size = SOCKET_BUFFER_BYTES, fd = trace->coming.fd;
    end_showing(trace);
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) != 0) /* needs a privilege */
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    if (dup3(fd, trace->served.fd, O_CLOEXEC) < 0 || !loop_watch(trace->loop, &trace->served, 0))
        return;
    trace->shown = true;
    atomic_store(&trace->records, 0);
    atomic_store(&trace->deciphered, wish->deciphered);
    if (trace->overseer.begins)
        trace->overseer.begins(trace->overseer.context, channel_user(fd), wish);
    atomic_store(&trace->collector, ++trace->collectors);
}

static void wish_comes(struct watch *watch, uint32_t events)
{
    struct trace *trace = TRACE_OF(watch, coming);
    uint8_t message[WISH_BYTES];
    const ssize_t length = read(watch->fd, message, sizeof message);
    struct trace_wish wish = {0};
    (void)events;
    if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (length > 0) {
        wish.deciphered = message[0];
        memcpy(wish.by, message + 1, (size_t)length - 1);
        wish.by[sizeof wish.by - 1] = '\0';
        begin_showing(trace, &wish);
    }
    forget_coming(trace);
}

static void collector_comes(struct watch *watch, uint32_t events)
{
    struct trace *trace = TRACE_OF(watch, listening);
    int fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    (void)events;
    if (fd < 0)
        return;
    forget_coming(trace);
    trace->coming.fd = fd;
    if (loop_watch(trace->loop, &trace->coming, EPOLLIN))
        wish_comes(&trace->coming, EPOLLIN); /* mostly it is there already */
    else
        forget_coming(trace);
}

static bool open_trace(struct trace *trace)
{
    return (trace->served.fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) >= 0 &&
           (trace->listening.fd = channel_listen(trace->path)) >= 0 &&
           loop_watch(trace->loop, &trace->listening, EPOLLIN);
}

struct trace *trace_new_at(struct loop *loop, const char *path)
{
    struct trace *trace = calloc(1, sizeof *trace);
    if (!trace)
        return NULL;
    *trace = (struct trace){.loop = loop,
                            .listening = {.fd = -1, .ready = collector_comes},
                            .coming = {.fd = -1, .ready = wish_comes},
                            .served = {.fd = -1, .ready = collector_goes}};
    snprintf(trace->path, sizeof trace->path, "%s", path);
    if (open_trace(trace))
        return trace;
    trace_free(trace);
    return NULL;
}

struct trace *trace_new(struct loop *loop, const char *runtime_dir, const char *name)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/" PREFIX "%s" SUFFIX, runtime_dir, name);
    return trace_new_at(loop, path);
}

void trace_free(struct trace *trace)
{
    if (!trace)
        return;
    if (trace->listening.fd >= 0) {
        loop_forget(trace->loop, &trace->listening);
        close(trace->listening.fd);
        unlink(trace->path);
    }
    forget_coming(trace);
    if (trace->served.fd >= 0) {
        end_showing(trace);
        close(trace->served.fd);
    }
    free(trace);
}

void trace_oversee(struct trace *trace, const struct trace_overseer *overseer)
{
    if (trace)
        trace->overseer = *overseer;
}

bool trace_wanted(const struct trace *trace)
{
    return trace && atomic_load_explicit(&trace->collector, memory_order_relaxed) != 0;
}

bool trace_wanted_deciphered(const struct trace *trace)
{
    return trace_wanted(trace) && atomic_load_explicit(&trace->deciphered, memory_order_relaxed);
}

bool trace_followed(const struct trace *trace)
{
    struct pollfd poll_for = {.fd = trace ? trace->served.fd : -1, .events = 0};
    return trace_wanted(trace) && poll(&poll_for, 1, 0) >= 0 && !(poll_for.revents & (POLLHUP | POLLERR));
}

void trace_send(struct trace *trace, const struct trace_record *record)
{
    uint8_t header[HEADER_BYTES];
    struct writer w = writer_of(header, sizeof header);
    struct timespec now;
    uint64_t collector = trace ? atomic_load(&trace->collector) : 0;
    if (!collector)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    write_u8(&w, (uint8_t)record->kind);
    write_u8(&w, record->incoming);
    write_u8(&w, record->note);
    write_u64(&w, record->time ? (uint64_t)record->time : (uint64_t)(SECONDS(now.tv_sec) + now.tv_nsec));
    address_write(&w, &record->from);
    address_write(&w, &record->to);
    struct iovec parts[] = {{header, writer_length(&w)}, {(void *)record->bytes.data, record->bytes.len}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    if (sendmsg(trace->served.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
        atomic_fetch_add_explicit(&trace->records, 1, memory_order_relaxed);
    else if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN)
        atomic_compare_exchange_strong(&trace->collector, &collector,
                                       0); /* it went away; another may have come */
}

/* --- The collector --- */

/* A process that reports; its socket's inode tells it from the one before it. */
struct reporter {
    int fd;
    ino_t inode;
};

/* Everything the collector waits for stands in one epoll set. */
struct collector {
    int set, changes; /* inotify: tells when a process comes */
    char runtime_dir[PATH_BYTES];
    struct trace_wish wish;
    struct reporter reporters[PROCESSES];
    unsigned count;
    uint8_t space[TRACE_RECORD_BYTES];
};

static bool ask(int fd, const struct trace_wish *wish)
{
    uint8_t message[WISH_BYTES];
    message[0] = wish->deciphered;
    memcpy(message + 1, wish->by, TRACE_NAME_BYTES);
    return send(fd, message, sizeof message, MSG_NOSIGNAL) == (ssize_t)sizeof message;
}

static bool listens(struct collector *collector, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return fd >= 0 && epoll_ctl(collector->set, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool knows(const struct collector *collector, ino_t inode)
{
    for (unsigned i = 0; i < collector->count; i++)
        if (collector->reporters[i].inode == inode)
            return true;
    return false;
}

static void call_on(struct collector *collector, const char *name)
{
    char path[PATH_BYTES];
    struct stat file;
    snprintf(path, sizeof path, "%.*s/%.100s", PATH_BYTES - 110, collector->runtime_dir, name);
    if (collector->count == PROCESSES || stat(path, &file) != 0 || knows(collector, file.st_ino))
        return;
    int fd = channel_connect(path);
    if (listens(collector, fd) && ask(fd, &collector->wish))
        collector->reporters[collector->count++] = (struct reporter){fd, file.st_ino};
    else if (fd >= 0)
        close(fd);
}

static bool is_trace(const char *name)
{
    const size_t length = strlen(name), suffix = sizeof SUFFIX - 1;
    return strncmp(name, PREFIX, sizeof PREFIX - 1) == 0 && length > suffix &&
           strcmp(name + length - suffix, SUFFIX) == 0;
}

static bool call_on_all(struct collector *collector)
{
    DIR *folder = opendir(collector->runtime_dir);
    if (!folder)
        return false;
    for (const struct dirent *entry; (entry = readdir(folder));)
        if (is_trace(entry->d_name))
            call_on(collector, entry->d_name);
    closedir(folder);
    return true;
}

struct collector *trace_collect_at(const char *path, const struct trace_wish *wish)
{
    struct collector *collector = calloc(1, sizeof *collector);
    int cause = ENOMEM;
    if (!collector)
        return NULL;
    collector->changes = -1;
    collector->set = epoll_create1(EPOLL_CLOEXEC);
    const int fd = channel_connect(path);
    if (listens(collector, fd) && ask(fd, wish)) {
        collector->reporters[collector->count++] = (struct reporter){.fd = fd};
        return collector;
    }
    cause = errno;
    if (fd >= 0)
        close(fd);
    trace_hang_up(collector);
    errno = cause;
    return NULL;
}

/* That a socket changes hands (channel_listen) is the sign that it listens. */
static bool open_collector(struct collector *collector)
{
    collector->set = epoll_create1(EPOLL_CLOEXEC);
    collector->changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    return listens(collector, collector->changes) &&
           inotify_add_watch(collector->changes, collector->runtime_dir, IN_ATTRIB) >= 0 &&
           call_on_all(collector);
}

void trace_hang_up(struct collector *collector)
{
    for (unsigned i = 0; i < collector->count; i++)
        close(collector->reporters[i].fd);
    if (collector->changes >= 0)
        close(collector->changes);
    if (collector->set >= 0)
        close(collector->set);
    free(collector);
}

struct collector *trace_collect(const char *runtime_dir, const struct trace_wish *wish)
{
    struct collector *collector = calloc(1, sizeof *collector);
    if (!collector)
        return NULL;
    collector->wish = *wish;
    snprintf(collector->runtime_dir, sizeof collector->runtime_dir, "%s", runtime_dir);
    if (open_collector(collector))
        return collector;
    int cause = errno;
    trace_hang_up(collector);
    errno = cause;
    return NULL;
}

int trace_descriptor(const struct collector *collector)
{
    return collector->set;
}

unsigned trace_reporters(const struct collector *collector)
{
    return collector->count;
}

static void take_newcomers(struct collector *collector)
{
    _Alignas(struct inotify_event) char news[4096];
    while (read(collector->changes, news, sizeof news) > 0)
        continue;
    call_on_all(collector);
}

static void process_ended(struct collector *collector, int fd)
{
    unsigned i = 0;
    while (collector->reporters[i].fd != fd)
        i++;
    collector->reporters[i] = collector->reporters[--collector->count];
    close(fd);
}

/* The next message, or an empty view: none waits. */
static struct bytes next_message(struct collector *collector)
{
    struct epoll_event event;
    while (epoll_wait(collector->set, &event, 1, 0) == 1) {
        if (event.data.fd == collector->changes) {
            take_newcomers(collector);
            continue;
        }
        ssize_t length = recv(event.data.fd, collector->space, sizeof collector->space, 0);
        if (length > 0)
            return bytes_of(collector->space, (size_t)length);
        process_ended(collector, event.data.fd);
    }
    return (struct bytes){0};
}

bool trace_receive(struct collector *collector, struct trace_record *record)
{
    struct bytes message = next_message(collector);
    struct reader r = reader_of(message);
    errno = message.len ? EBADMSG : EAGAIN;
    record->kind = (enum trace_kind)read_u8(&r);
    record->incoming = read_u8(&r);
    record->note = read_u8(&r);
    record->time = (int64_t)read_u64(&r);
    address_read(&r, &record->from);
    address_read(&r, &record->to);
    record->bytes = read_rest(&r);
    return reader_ok(&r) && record->kind >= TRACE_NGAP && record->kind <= TRACE_IP;
}
