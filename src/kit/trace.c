/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/trace.h"

#include <errno.h>
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

enum { HEADER_BYTES = 1 + 1 + 8 + 2 * 19, SOCKET_BUFFER_BYTES = 4 * 1024 * 1024 };

struct trace {
    struct loop *loop;
    struct watch directory; /* inotify: tells when a collector comes */
    struct sockaddr_un collector;
    int fd; /* connected while `wanted` */
    atomic_bool wanted;
};

bool trace_path(const char *runtime_dir, char *path, size_t size)
{
    int length = snprintf(path, size, "%s/%s", runtime_dir, SOCKET_NAME);
    return length > 0 && (size_t)length < size &&
           (size_t)length < sizeof(((struct sockaddr_un *)0)->sun_path);
}

/* --- The process that reports --- */

static void find_collector(struct trace *trace)
{
    if (connect(trace->fd, (struct sockaddr *)&trace->collector, sizeof trace->collector) == 0)
        atomic_store(&trace->wanted, true);
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
    trace->collector.sun_family = AF_UNIX;
    return trace_path(runtime_dir, trace->collector.sun_path, sizeof trace->collector.sun_path) &&
           (trace->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) >= 0 &&
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
        (errno == ECONNREFUSED || errno == ENOTCONN))
        atomic_store(&trace->wanted, false); /* the collector went away */
}

/* --- The collector --- */

int trace_listen(const char *runtime_dir)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (!trace_path(runtime_dir, name.sun_path, sizeof name.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    const int size = SOCKET_BUFFER_BYTES;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    unlink(name.sun_path);
    /* Processes of other users report too; runtime_dir says who may enter. Its change of mode is also what they
     * wait for: by then the socket is bound. */
    if (bind(fd, (struct sockaddr *)&name, sizeof name) == 0 && chmod(name.sun_path, 0666) == 0)
        return fd;
    int cause = errno;
    close(fd);
    errno = cause;
    return -1;
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

bool trace_receive(int fd, struct trace_record *record, uint8_t space[static TRACE_RECORD_BYTES])
{
    ssize_t length = recv(fd, space, TRACE_RECORD_BYTES, MSG_DONTWAIT);
    if (length < 0)
        return false;
    struct reader r = reader_of(bytes_of(space, (size_t)length));
    record->kind = (enum trace_kind)read_u8(&r);
    record->incoming = read_u8(&r);
    record->time = (int64_t)read_u64(&r);
    read_address(&r, &record->from);
    read_address(&r, &record->to);
    record->bytes = read_rest(&r);
    errno = EBADMSG;
    return reader_ok(&r) && record->kind >= TRACE_NGAP && record->kind <= TRACE_NAS;
}
