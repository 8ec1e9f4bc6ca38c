/* SPDX-License-Identifier: Apache-2.0 */
#include "sbi/link.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_BYTES = 16 * 1024, READS_PER_TURN = 16 };

struct sbi_link {
    struct watch watch; /* first: the loop hands it back */
    struct timer timer;
    struct sbi_link_settings settings;
    struct sbi_session *session;
    struct tls *tls;
    struct bytes out; /* on its way to the socket */
    uint8_t sealed[READ_BYTES];
    unsigned owed;   /* by the peer, when the timer was set */
    bool blocked;    /* the socket takes nothing for now */
    bool proven;     /* a client has sent a whole message, a server anything */
    const char *why; /* it is to end */
};

static struct timers *timers_of(const struct sbi_link *link)
{
    return loop_timers(link->settings.loop);
}

/* --- life --- */

static void close_link(struct sbi_link *link)
{
    const char *why = link->why;
    sbi_session_free(link->session);
    link->session = NULL;
    link->settings.events->closed(link->settings.context, link, why);
    sbi_link_free(link);
}

static void out_of_patience(struct timer *timer)
{
    struct sbi_link *link = (struct sbi_link *)((char *)timer - offsetof(struct sbi_link, timer));
    if (!link->why)
        link->why = "nothing more came";
    close_link(link);
}

/* A peer that drips bytes gains nothing: only a whole message, or output taken, restarts the clock. */
static void set_timer(struct sbi_link *link, bool progress)
{
    const struct sbi_link_settings *settings = &link->settings;
    unsigned owed = settings->server ? sbi_session_owed(link->session) : 0;
    bool owes = owed || link->blocked || !link->proven;
    if (link->why)
        timer_start(timers_of(link), &link->timer, 0);
    else if (progress || !timer_armed(&link->timer) || owed < link->owed || (owed && !link->owed))
        timer_start(timers_of(link), &link->timer, owes ? settings->patience : settings->idle);
    link->owed = owed;
}

static void on_request(void *context, int32_t stream, const struct sbi_message *request)
{
    struct sbi_link *link = context;
    link->proven = true;
    link->settings.events->request(link->settings.context, link, stream, request);
}

static void on_response(void *context, int32_t stream, const struct sbi_message *response, bool unseen)
{
    struct sbi_link *link = context;
    link->proven |= response != NULL;
    link->settings.events->response(link->settings.context, link, stream, response, unseen);
}

static const struct sbi_session_events session_events = {.request = on_request, .response = on_response};

/* --- out --- */

/* The next bytes for the socket. False: there are none. */
static bool refill(struct sbi_link *link)
{
    if (!link->tls) {
        link->out = sbi_session_output(link->session);
        return link->out.len != 0;
    }
    size_t count = tls_output(link->tls, link->sealed, sizeof link->sealed);
    if (!count && tls_established(link->tls)) {
        struct bytes plain = sbi_session_output(link->session);
        if (!tls_write(link->tls, plain))
            link->why = "TLS failed";
        count = tls_output(link->tls, link->sealed, sizeof link->sealed);
    }
    link->out = bytes_of(link->sealed, count);
    return count != 0;
}

static void want_writable(struct sbi_link *link, bool blocked)
{
    if (link->blocked == blocked)
        return;
    link->blocked = blocked;
    loop_watch(link->settings.loop, &link->watch, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static bool send_some(struct sbi_link *link)
{
    while (link->out.len || refill(link)) {
        ssize_t sent = send(link->watch.fd, link->out.data, link->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR || errno == ENOTCONN;
        link->out = bytes_of(link->out.data + sent, link->out.len - (size_t)sent);
    }
    return true;
}

void sbi_link_flush(struct sbi_link *link)
{
    if (!link->session)
        return;
    if (!send_some(link) && !link->why)
        link->why = "the peer takes nothing more";
    bool taken = link->blocked && !link->out.len;
    want_writable(link, link->out.len != 0);
    set_timer(link, taken);
}

/* --- in --- */

static bool take_sealed(struct sbi_link *link, struct bytes wire)
{
    uint8_t plain[READ_BYTES];
    if (!tls_receive(link->tls, wire)) {
        link->why = "TLS refused";
        return false;
    }
    for (size_t count; (count = tls_read(link->tls, plain, sizeof plain)) != 0;) {
        if (!sbi_session_receive(link->session, bytes_of(plain, count), &link->why))
            return false;
    }
    return true;
}

static bool take(struct sbi_link *link, struct bytes wire)
{
    if (link->tls)
        return take_sealed(link, wire);
    return sbi_session_receive(link->session, wire, &link->why);
}

static void receive(struct sbi_link *link)
{
    uint8_t wire[READ_BYTES];
    for (int turn = 0; turn < READS_PER_TURN; turn++) {
        ssize_t count = recv(link->watch.fd, wire, sizeof wire, MSG_DONTWAIT);
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (count <= 0)
            link->why = count ? "the connection failed" : "the peer closed it";
        if (count <= 0 || !take(link, bytes_of(wire, (size_t)count)))
            return;
        link->proven |= !link->settings.server; /* there is a time limit on each of its answers */
    }
}

static void ready(struct watch *watch, uint32_t events)
{
    struct sbi_link *link = (struct sbi_link *)watch;
    bool was_proven = link->proven;
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        receive(link);
    sbi_link_flush(link);
    if (link->why)
        close_link(link);
    else if (link->proven && !was_proven)
        set_timer(link, true);
}

struct sbi_link *sbi_link_new(const struct sbi_link_settings *settings)
{
    struct sbi_link *link = calloc(1, sizeof *link);
    if (!link)
        return NULL;
    link->watch = (struct watch){.fd = settings->fd, .ready = ready};
    link->timer.fire = out_of_patience;
    link->settings = *settings;
    link->blocked = !settings->server; /* it connects */
    const struct sbi_session_settings session = {.server = settings->server,
                                                 .secure = settings->identity != NULL,
                                                 .authority = settings->authority,
                                                 .limits = settings->limits};
    link->session = sbi_session_new(&session, &session_events, link);
    if (settings->identity)
        link->tls = tls_new(settings->identity, settings->server, settings->peer);
    if (!link->session || (settings->identity && !link->tls) ||
        !loop_watch(settings->loop, &link->watch, link->blocked ? EPOLLIN | EPOLLOUT : EPOLLIN)) {
        sbi_session_free(link->session);
        tls_free(link->tls);
        free(link);
        return NULL;
    }
    set_timer(link, true);
    return link;
}

void sbi_link_free(struct sbi_link *link)
{
    if (!link)
        return;
    loop_forget(link->settings.loop, &link->watch);
    timer_stop(timers_of(link), &link->timer);
    sbi_session_free(link->session);
    tls_free(link->tls);
    close(link->watch.fd);
    free(link);
}

struct sbi_session *sbi_link_session(struct sbi_link *link)
{
    return link->why ? NULL : link->session;
}

const struct tls *sbi_link_tls(const struct sbi_link *link)
{
    return link->tls;
}
