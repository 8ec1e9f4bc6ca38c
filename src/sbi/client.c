/* SPDX-License-Identifier: Apache-2.0 */
/* Own connections to peers, and what is asked on them. */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kit/log.h"
#include "sbi/state.h"

enum { REQUESTS_PER_PEER = 100 };

/* A request under way. */
struct errand {
    struct errand *next, *previous;
    struct timer timer;
    struct route *route;
    uint64_t token;
    struct sbi_link *link; /* it went out on; NULL: it is to go out again */
    int32_t stream;
    bool again; /* may be sent a second time */
    struct sbi_message request;
    struct arena memory; /* the request's copy */
};

/* The way to one peer. */
struct route {
    struct sbi *sbi;
    unsigned peer;
    struct sbi_link *link, *ending; /* the latter waits for its last answers */
    char authority[ADDRESS_TEXT];
    struct errand *errands, *latest; /* in the order in which they were asked */
    unsigned count;
    bool resend; /* some errand waits for another connection */
};

static const struct sbi_peer *peer_of(const struct route *route)
{
    return &route->sbi->settings.peers[route->peer];
}

/* --- errands --- */

static void errand_end(struct errand *errand, const struct sbi_message *response)
{
    struct route *route = errand->route;
    struct sbi *sbi = route->sbi;
    uint64_t token = errand->token;
    timer_stop(loop_timers(sbi->loop), &errand->timer);
    if (errand->previous)
        errand->previous->next = errand->next;
    else
        route->errands = errand->next;
    if (errand->next)
        errand->next->previous = errand->previous;
    else
        route->latest = errand->previous;
    route->count--;
    arena_free(&errand->memory);
    free(errand);
    sbi->events->response(sbi->context, token, response);
}

static void out_of_time(struct timer *timer)
{
    struct errand *errand = (struct errand *)((char *)timer - offsetof(struct errand, timer));
    struct route *route = errand->route;
    struct sbi_session *session = errand->link ? sbi_link_session(errand->link) : NULL;
    log_info("sbi", NULL, "%s does not answer %s %s", peer_of(route)->name,
             sbi_method_name(errand->request.method), errand->request.path);
    if (session) {
        sbi_session_cancel(session, errand->stream);
        sbi_link_flush(errand->link);
    }
    errand_end(errand, NULL);
}

static struct errand *errand_on(const struct route *route, const struct sbi_link *link, int32_t stream)
{
    struct errand *errand = route->errands;
    while (errand && (errand->link != link || errand->stream != stream))
        errand = errand->next;
    return errand;
}

static const char *keep_text(struct arena *arena, const char *text)
{
    return (const char *)arena_copy(arena, bytes_of(text, strlen(text) + 1)).data;
}

static bool keep_request(struct errand *errand, const struct sbi_message *request)
{
    arena_init(&errand->memory, 0);
    errand->request = (struct sbi_message){
        .method = request->method,
        .path = keep_text(&errand->memory, request->path),
        .type = keep_text(&errand->memory, request->type),
        .location = "",
        .body = arena_copy(&errand->memory, request->body),
    };
    return errand->request.path && errand->request.type && errand->request.body.len == request->body.len;
}

static struct errand *errand_new(struct route *route, const struct sbi_message *request)
{
    struct errand *errand = route->count < REQUESTS_PER_PEER ? calloc(1, sizeof *errand) : NULL;
    if (!errand)
        return NULL;
    if (!keep_request(errand, request)) {
        arena_free(&errand->memory);
        free(errand);
        return NULL;
    }
    errand->timer.fire = out_of_time;
    errand->route = route;
    errand->previous = route->latest;
    if (errand->previous)
        errand->previous->next = errand;
    else
        route->errands = errand;
    route->latest = errand;
    route->count++;
    return errand;
}

/* --- connections --- */

static void on_response(void *context, struct sbi_link *link, int32_t stream,
                        const struct sbi_message *response, bool unseen)
{
    struct route *route = context;
    struct errand *errand = errand_on(route, link, stream);
    if (!errand)
        return;
    if (response || !(unseen || errand->again)) {
        errand_end(errand, response);
        return;
    }
    errand->again = false;
    errand->link = NULL;
    route->resend = true;
}

static void send_again(struct route *route);

static void on_closed(void *context, struct sbi_link *link, const char *why)
{
    struct route *route = context;
    log_info("sbi", NULL, "connection to %s ended: %s", peer_of(route)->name, why);
    if (route->link == link)
        route->link = NULL;
    else
        route->ending = NULL;
    send_again(route);
}

static const struct sbi_link_events events = {.response = on_response, .closed = on_closed};

/* From the address that the peer knows us by. -1 with errno. */
static int begin_connection(const struct sbi *sbi, const union socket_address *peer)
{
    union socket_address own = sbi->settings.listen;
    const int on = 1;
    int fd = socket(peer->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    address_set_port(&own, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if ((own.any.sa_family == peer->any.sa_family && bind(fd, &own.any, address_length(&own)) < 0) ||
        (connect(fd, &peer->any, address_length(peer)) < 0 && errno != EINPROGRESS)) {
        close(fd);
        return -1;
    }
    return fd;
}

static struct sbi_link *connect_route(struct route *route)
{
    struct sbi *sbi = route->sbi;
    int fd = begin_connection(sbi, &peer_of(route)->address);
    struct sbi_link_settings settings = sbi_link_defaults(sbi, fd);
    settings.peer = peer_of(route)->name;
    settings.authority = address_print(&peer_of(route)->address, route->authority);
    settings.events = &events;
    settings.context = route;
    struct sbi_link *link = fd < 0 ? NULL : sbi_link_new(&settings);
    if (!link && fd >= 0)
        close(fd);
    return link;
}

/* The connection there is, or a new one when that one is ending. */
static struct sbi_link *link_of(struct route *route)
{
    struct sbi_session *session = route->link ? sbi_link_session(route->link) : NULL;
    if (session && sbi_session_usable(session))
        return route->link;
    if (route->link && route->ending)
        return NULL;
    if (route->link)
        route->ending = route->link;
    return route->link = connect_route(route);
}

static bool send_errand(struct errand *errand)
{
    struct sbi_link *link = link_of(errand->route);
    errand->stream = link ? sbi_session_request(sbi_link_session(link), &errand->request) : 0;
    errand->link = errand->stream ? link : NULL;
    return errand->stream != 0;
}

static void send_again(struct route *route)
{
    bool any = route->resend;
    route->resend = false;
    for (struct errand *errand = route->errands; any && errand; errand = errand->next) {
        if (!errand->link && !send_errand(errand)) /* told from the loop */
            timer_start(loop_timers(route->sbi->loop), &errand->timer, 0);
    }
}

bool sbi_ask(struct sbi *sbi, unsigned peer, uint64_t token, const struct sbi_message *request, bool again,
             int64_t time)
{
    struct errand *errand = errand_new(&sbi->routes[peer], request);
    if (!errand)
        return false;
    errand->token = token;
    errand->again = again;
    errand->route->resend = true; /* goes out with the flush */
    return timer_start(loop_timers(sbi->loop), &errand->timer, time);
}

void sbi_client_flush(struct sbi *sbi)
{
    for (unsigned i = 0; i < sbi->settings.peer_count; i++) {
        struct route *route = &sbi->routes[i];
        send_again(route);
        if (route->link)
            sbi_link_flush(route->link);
        if (route->ending)
            sbi_link_flush(route->ending);
    }
}

bool sbi_client_open(struct sbi *sbi)
{
    sbi->routes = calloc(sbi->settings.peer_count + 1, sizeof *sbi->routes);
    for (unsigned i = 0; sbi->routes && i < sbi->settings.peer_count; i++)
        sbi->routes[i] = (struct route){.sbi = sbi, .peer = i};
    return sbi->routes != NULL;
}

static void route_close(struct route *route)
{
    while (route->errands) {
        struct errand *errand = route->errands;
        route->errands = errand->next;
        timer_stop(loop_timers(route->sbi->loop), &errand->timer);
        arena_free(&errand->memory);
        free(errand);
    }
    sbi_link_free(route->link);
    sbi_link_free(route->ending);
}

void sbi_client_close(struct sbi *sbi)
{
    for (unsigned i = 0; sbi->routes && i < sbi->settings.peer_count; i++)
        route_close(&sbi->routes[i]);
    free(sbi->routes);
    sbi->routes = NULL;
}
