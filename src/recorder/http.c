/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_BYTES = 512 };

struct http_request {
    struct loop *loop;
    struct watch watch;
    struct timer patience;
    void (*done)(void *context, unsigned status, struct bytes body);
    void *context;
    struct bytes out; /* what is still to be said */
    uint8_t *said;
    size_t heard;
    uint8_t answer[HTTP_ANSWER_BYTES];
};

bool http_answer(struct bytes in, unsigned *status, struct bytes *body)
{
    static const char end[] = "\r\n\r\n";
    const uint8_t *head = in.len ? memmem(in.data, in.len, end, sizeof end - 1) : NULL;
    if (!head || in.len < 12 || memcmp(in.data, "HTTP/1.", 7) != 0 || in.data[8] != ' ')
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
    loop_forget(request->loop, &request->watch);
    close(request->watch.fd);
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

static bool speak(struct http_request *request)
{
    while (request->out.len) {
        const ssize_t n =
            send(request->watch.fd, request->out.data, request->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        request->out = bytes_of(request->out.data + n, request->out.len - (size_t)n);
    }
    return loop_watch(request->loop, &request->watch, EPOLLIN);
}

static void listen_on(struct http_request *request)
{
    const size_t room = sizeof request->answer - request->heard;
    const ssize_t n = recv(request->watch.fd, request->answer + request->heard, room, MSG_DONTWAIT);
    if (n > 0)
        request->heard += (size_t)n;
    if (n == 0)
        end(request, NULL);
    else if (request->heard == sizeof request->answer)
        end(request, "its answer is too long");
    else if (n < 0 && errno != EAGAIN && errno != EINTR)
        end(request, strerror(errno));
}

static void ready(struct watch *watch, uint32_t events)
{
    struct http_request *request =
        (struct http_request *)((char *)watch - offsetof(struct http_request, watch));
    if (events & EPOLLOUT && request->out.len && !speak(request))
        end(request, strerror(errno));
    else if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        listen_on(request);
}

static bool compose(struct http_request *request, const union socket_address *to, const char *path,
                    struct bytes body)
{
    char host[ADDRESS_TEXT], head[HEAD_BYTES];
    const int length = snprintf(head, sizeof head,
                                "POST %s HTTP/1.0\r\nHost: %s\r\nContent-Type: text/plain\r\n"
                                "Content-Length: %zu\r\n\r\n",
                                path, address_print(to, host), body.len);
    request->said = malloc((size_t)length + body.len);
    if (!request->said || length >= HEAD_BYTES)
        return false;
    memcpy(request->said, head, (size_t)length);
    memcpy(request->said + length, body.data, body.len);
    request->out = bytes_of(request->said, (size_t)length + body.len);
    return true;
}

struct http_request *http_post(struct loop *loop, const union socket_address *to, const char *path,
                               struct bytes body, int64_t patience,
                               void (*done)(void *context, unsigned status, struct bytes body), void *context)
{
    struct http_request *request = calloc(1, sizeof *request);
    if (!request)
        return NULL;
    request->loop = loop;
    request->done = done;
    request->context = context;
    request->patience.fire = out_of_patience;
    request->watch = (struct watch){
        .fd = socket(to->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), .ready = ready};
    if (request->watch.fd >= 0 &&
        (connect(request->watch.fd, &to->any, address_length(to)) == 0 || errno == EINPROGRESS) &&
        compose(request, to, path, body) && loop_watch(loop, &request->watch, EPOLLIN | EPOLLOUT) &&
        timer_start(loop_timers(loop), &request->patience, patience))
        return request;
    const int cause = errno;
    if (request->watch.fd >= 0)
        close(request->watch.fd);
    free(request->said);
    free(request);
    errno = cause;
    return NULL;
}
