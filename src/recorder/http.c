/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_BYTES = 1024, RECORD_BYTES = 16 * 1024 };

struct http_request {
    struct loop *loop;
    struct watch watch;
    struct timer patience;
    void (*done)(void *context, unsigned status, struct bytes body);
    void *context;
    uint8_t *said;
    struct bytes plain; /* what is still to be said */
    struct bytes out;   /* the same as the wire has it, on its way to the socket */
    struct tls *tls;    /* NULL: cleartext */
    size_t heard;
    uint8_t answer[HTTP_ANSWER_BYTES];
    uint8_t sealed[RECORD_BYTES];
};

bool http_answer(struct bytes in, unsigned *status, struct bytes *body)
{
    static const char end[] = "\r\n\r\n";
    if (in.len < 12 || memcmp(in.data, "HTTP/1.", 7) != 0 || in.data[8] != ' ')
        return false;
    const uint8_t *head = memmem(in.data, in.len, end, sizeof end - 1);
    if (!head)
        return false;
    *status = 0;
    for (size_t i = 9; i < 12; i++) {
        if (in.data[i] < '0' || in.data[i] > '9')
            return false;
        *status = 10 * *status + (unsigned)(in.data[i] - '0');
    }
    const uint8_t *begin = head + sizeof end - 1;
    *body = bytes_of(begin, in.len - (size_t)(begin - in.data));
    return true;
}

void http_cancel(struct http_request *request)
{
    if (!request)
        return;
    timer_stop(loop_timers(request->loop), &request->patience);
    if (request->watch.fd >= 0) {
        loop_forget(request->loop, &request->watch);
        close(request->watch.fd);
    }
    tls_free(request->tls);
    free(request->said);
    free(request);
}

static void end(struct http_request *request, const char *why)
{
    unsigned status = 0;
    struct bytes body = {0};
    if (!why && !http_answer(bytes_of(request->answer, request->heard), &status, &body))
        why = "its answer is not HTTP";
    request->done(request->context, why ? 0 : status, why ? bytes_of(why, strlen(why)) : body);
    http_cancel(request);
}

static void out_of_patience(struct timer *timer)
{
    end((struct http_request *)((char *)timer - offsetof(struct http_request, patience)),
        "it does not answer");
}

/* In TLS 1.3 a client has finished before the server has seen who it is. */
static const char *broken_off(const struct http_request *request, const char *how)
{
    return request->tls && tls_established(request->tls)
               ? "it breaks off behind the handshake (does it know our certificate?)"
               : how;
}

/* --- Out --- */

/* The next octets for the socket. False: there are none for now. */
static bool refill(struct http_request *request)
{
    if (!request->tls) {
        request->out = request->plain;
        request->plain = (struct bytes){0};
        return request->out.len != 0;
    }
    size_t count = tls_output(request->tls, request->sealed, sizeof request->sealed);
    if (!count && tls_established(request->tls) && tls_write(request->tls, request->plain)) {
        request->plain = (struct bytes){0};
        count = tls_output(request->tls, request->sealed, sizeof request->sealed);
    }
    request->out = bytes_of(request->sealed, count);
    return count != 0;
}

/* False with errno: the connection takes nothing. */
static bool speak(struct http_request *request)
{
    while (request->out.len || refill(request)) {
        const ssize_t n =
            send(request->watch.fd, request->out.data, request->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return loop_watch(request->loop, &request->watch, EPOLLIN | EPOLLOUT);
        if (n < 0)
            return false;
        request->out = bytes_of(request->out.data + n, request->out.len - (size_t)n);
    }
    return loop_watch(request->loop, &request->watch, EPOLLIN);
}

/* --- In --- */

/* False with *why: no more will come. */
static bool open_records(struct http_request *request, struct bytes wire, const char **why)
{
    const bool good = tls_receive(request->tls, wire);
    for (size_t n = 1; good && n && request->heard < sizeof request->answer; request->heard += n)
        n = tls_read(request->tls, request->answer + request->heard, sizeof request->answer - request->heard);
    if (!speak(request)) {
        *why = broken_off(request, strerror(errno));
        return false;
    }
    *why = request->heard ? NULL : tls_why(request->tls);
    return good && !tls_failed(request->tls);
}

static bool take(struct http_request *request, struct bytes wire, const char **why)
{
    if (request->tls)
        return open_records(request, wire, why);
    const size_t room = sizeof request->answer - request->heard, n = wire.len < room ? wire.len : room;
    memcpy(request->answer + request->heard, wire.data, n);
    request->heard += n;
    return true;
}

static void listen_on(struct http_request *request)
{
    uint8_t wire[RECORD_BYTES];
    const char *why = NULL;
    const ssize_t n = recv(request->watch.fd, wire, sizeof wire, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        end(request,
            request->heard ? NULL : broken_off(request, n ? strerror(errno) : "it closes the connection"));
    else if (!take(request, bytes_of(wire, (size_t)n), &why))
        end(request, why);
    else if (request->heard == sizeof request->answer)
        end(request, "its answer is too long");
}

static void ready(struct watch *watch, uint32_t events)
{
    struct http_request *request =
        (struct http_request *)((char *)watch - offsetof(struct http_request, watch));
    if (events & EPOLLOUT && !speak(request))
        end(request, broken_off(request, strerror(errno)));
    else if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        listen_on(request);
}

/* --- Life --- */

static bool compose(struct http_request *request, const struct http_target *target, struct bytes body)
{
    char head[HEAD_BYTES];
    const int length = snprintf(head, sizeof head,
                                "POST %s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\n"
                                "Content-Type: text/plain\r\nContent-Length: %zu\r\n\r\n",
                                target->path, target->authority, body.len);
    request->said = length < HEAD_BYTES ? malloc((size_t)length + body.len) : NULL;
    if (!request->said)
        return false;
    memcpy(request->said, head, (size_t)length);
    memcpy(request->said + length, body.data, body.len);
    request->plain = bytes_of(request->said, (size_t)length + body.len);
    if (target->identity)
        request->tls = tls_new(target->identity, false, target->host);
    return request->tls || !target->identity;
}

static bool begin(struct http_request *request, const struct http_target *target, struct bytes body)
{
    const union socket_address *to = &target->address;
    request->watch.fd = socket(to->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return request->watch.fd >= 0 &&
           (connect(request->watch.fd, &to->any, address_length(to)) == 0 || errno == EINPROGRESS) &&
           compose(request, target, body) && loop_watch(request->loop, &request->watch, EPOLLIN | EPOLLOUT);
}

struct http_request *http_post(struct loop *loop, const struct http_target *target, struct bytes body,
                               int64_t patience,
                               void (*done)(void *context, unsigned status, struct bytes body), void *context)
{
    struct http_request *request = calloc(1, sizeof *request);
    if (!request)
        return NULL;
    request->loop = loop;
    request->done = done;
    request->context = context;
    request->patience.fire = out_of_patience;
    request->watch = (struct watch){.fd = -1, .ready = ready};
    if (begin(request, target, body) && timer_start(loop_timers(loop), &request->patience, patience))
        return request;
    const int cause = errno;
    http_cancel(request);
    errno = cause;
    return NULL;
}
