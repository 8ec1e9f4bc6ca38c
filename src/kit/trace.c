/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define SOCKET_NAME "trace.sock"

enum { HEADER_BYTES = 1 + 1 + 8 + 2 * 19, SOCKET_BUFFER_BYTES = 4 * 1024 * 1024, PROCESSES = 64 };

struct trace {
    struct loop *loop;
    struct watch directory; /* inotify: tells when a collector comes */
    struct sockaddr_un collector;
    int fd; /* the same number all the time, since other threads use it; connected while `wanted` */
    atomic_bool wanted;
};

static bool name_socket(struct sockaddr_un *name, const char *runtime_dir)
{
    name->sun_family = AF_UNIX;
    int length = snprintf(name->sun_path, sizeof name->sun_path, "%s/%s", runtime_dir, SOCKET_NAME);
    return length > 0 && (size_t)length < sizeof name->sun_path;
}

/* --- The process that reports --- */

static void find_collector(struct trace *trace)
{
    const int size = SOCKET_BUFFER_BYTES;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) != 0) /* needs a privilege */
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    if (connect(fd, (struct sockaddr *)&trace->collector, sizeof trace->collector) == 0 &&
        dup3(fd, trace->fd, O_CLOEXEC) >= 0)
        atomic_store(&trace->wanted, true);
    close(fd);
}

static void directory_changed(struct watch *watch, uint32_t events)
{
    struct trace *trace = (struct trace *)((char *)watch - offsetof(struct trace, directory));
    _Alignas(struct inotify_event) char news[4096];
    (void)events;
    while (read(watch->fd, news, sizeof news) > 0)
        continue;
    find_collector(trace);
}

static bool open_trace(struct trace *trace, const char *runtime_dir)
{
    return name_socket(&trace->collector, runtime_dir) &&
           (trace->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) >= 0 &&
           (trace->directory.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) >= 0 &&
           inotify_add_watch(trace->directory.fd, runtime_dir, IN_ATTRIB | IN_MOVED_TO) >= 0 &&
           loop_watch(trace->loop, &trace->directory, EPOLLIN);
}

struct trace *trace_new(struct loop *loop, const char *runtime_dir)
{
    struct trace *trace = calloc(1, sizeof *trace);
    if (!trace)
        return NULL;
    *trace = (struct trace){.loop = loop, .fd = -1, .directory = {.fd = -1, .ready = directory_changed}};
    if (!open_trace(trace, runtime_dir)) {
        trace_free(trace);
        return NULL;
    }
    find_collector(trace);
    return trace;
}

void trace_free(struct trace *trace)
{
    if (!trace)
        return;
    if (trace->directory.fd >= 0) {
        loop_forget(trace->loop, &trace->directory);
        close(trace->directory.fd);
    }
    if (trace->fd >= 0)
        close(trace->fd);
    free(trace);
}

bool trace_wanted(const struct trace *trace)
{
    return trace && atomic_load_explicit(&trace->wanted, memory_order_relaxed);
}

static void write_address(struct writer *w, const union socket_address *address)
{
    uint8_t host[16] = {0};
    bool v6 = address->any.sa_family == AF_INET6;
    memcpy(host, v6 ? (const void *)&address->v6.sin6_addr : (const void *)&address->v4.sin_addr,
           v6 ? 16 : 4);
    write_u8(w, v6 ? 6 : 4);
    write_bytes(w, BYTES(host));
    write_u16(w, address_port(address));
}

void trace_send(struct trace *trace, const struct trace_record *record)
{
    uint8_t header[HEADER_BYTES];
    struct writer w = writer_of(header, sizeof header);
    struct timespec now;
    if (!trace_wanted(trace))
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    write_u8(&w, (uint8_t)record->kind);
    write_u8(&w, record->incoming);
    write_u64(&w, (uint64_t)(SECONDS(now.tv_sec) + now.tv_nsec));
    write_address(&w, &record->from);
    write_address(&w, &record->to);
    struct iovec parts[] = {{header, writer_length(&w)}, {(void *)record->bytes.data, record->bytes.len}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    if (sendmsg(trace->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
        (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN))
        atomic_store(&trace->wanted, false); /* the collector went away */
}

/* --- The collector --- */

/* Everything the collector listens to stands in one epoll set. */
struct collector {
    int set, listening;
    struct sockaddr_un name;
    int processes[PROCESSES];
    unsigned count;
    uint8_t space[TRACE_RECORD_BYTES];
};

static bool listens(struct collector *collector, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return fd >= 0 && epoll_ctl(collector->set, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* Processes of other users report too; runtime_dir says who may enter. The socket's change of mode is also what they wait for:
 * by then it listens. */
static bool open_collector(struct collector *collector, const char *runtime_dir)
{
    collector->set = epoll_create1(EPOLL_CLOEXEC);
    collector->listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    errno = ENAMETOOLONG;
    if (!name_socket(&collector->name, runtime_dir))
        return false;
    unlink(collector->name.sun_path);
    return listens(collector, collector->listening) &&
           bind(collector->listening, (struct sockaddr *)&collector->name, sizeof collector->name) == 0 &&
           listen(collector->listening, PROCESSES) == 0 && chmod(collector->name.sun_path, 0666) == 0;
}

static void close_collector(struct collector *collector)
{
    for (unsigned i = 0; i < collector->count; i++)
        close(collector->processes[i]);
    if (collector->listening >= 0)
        close(collector->listening);
    if (collector->set >= 0)
        close(collector->set);
    free(collector);
}

struct collector *trace_listen(const char *runtime_dir)
{
    struct collector *collector = calloc(1, sizeof *collector);
    if (!collector || open_collector(collector, runtime_dir))
        return collector;
    int cause = errno;
    close_collector(collector);
    errno = cause;
    return NULL;
}

void trace_hang_up(struct collector *collector)
{
    unlink(collector->name.sun_path);
    close_collector(collector);
}

int trace_descriptor(const struct collector *collector)
{
    return collector->set;
}

static void take_process(struct collector *collector)
{
    int fd = accept4(collector->listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (collector->count < PROCESSES && listens(collector, fd))
        collector->processes[collector->count++] = fd;
    else if (fd >= 0)
        close(fd);
}

static void process_ended(struct collector *collector, int fd)
{
    unsigned i = 0;
    while (collector->processes[i] != fd)
        i++;
    collector->processes[i] = collector->processes[--collector->count];
    close(fd);
}

/* The next message, or an empty view: none waits. */
static struct bytes next_message(struct collector *collector)
{
    struct epoll_event event;
    while (epoll_wait(collector->set, &event, 1, 0) == 1) {
        if (event.data.fd == collector->listening) {
            take_process(collector);
            continue;
        }
        ssize_t length = recv(event.data.fd, collector->space, sizeof collector->space, 0);
        if (length > 0)
            return bytes_of(collector->space, (size_t)length);
        process_ended(collector, event.data.fd);
    }
    return (struct bytes){0};
}

static void read_address(struct reader *r, union socket_address *address)
{
    uint8_t version = read_u8(r);
    struct bytes host = read_bytes(r, 16);
    uint16_t port = read_u16(r);
    *address = (union socket_address){0};
    if (!host.data)
        return;
    address->any.sa_family = version == 6 ? AF_INET6 : AF_INET;
    memcpy(version == 6 ? (void *)&address->v6.sin6_addr : (void *)&address->v4.sin_addr, host.data,
           version == 6 ? 16 : 4);
    address_set_port(address, port);
}

bool trace_receive(struct collector *collector, struct trace_record *record)
{
    struct bytes message = next_message(collector);
    struct reader r = reader_of(message);
    errno = message.len ? EBADMSG : EAGAIN;
    record->kind = (enum trace_kind)read_u8(&r);
    record->incoming = read_u8(&r);
    record->time = (int64_t)read_u64(&r);
    read_address(&r, &record->from);
    read_address(&r, &record->to);
    record->bytes = read_rest(&r);
    return reader_ok(&r) && record->kind >= TRACE_NGAP && record->kind <= TRACE_NAS;
}
