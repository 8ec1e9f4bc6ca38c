/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that peers open, and their requests. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "kit/log.h"
#include "sbi/state.h"

enum { BACKLOG = 64, GUESTS_PER_PEER = 4, NOBODY = -1 };

/* A connection from outside. */
struct guest {
    struct guest *next;
    struct sbi *sbi;
    struct sbi_link *link;
    union socket_address from;
    int peer; /* whose it is; NOBODY: it has not shown its certificate yet */
};

/* A request that awaits its answer. */
struct asked {
    struct guest *guest;
    int32_t stream;
};

static int peer_at(const struct sbi *sbi, const union socket_address *address)
{
    for (unsigned i = 0; i < sbi->settings.peer_count; i++) {
        if (address_same_host(&sbi->settings.peers[i].address, address))
            return (int)i;
    }
    return NOBODY;
}

static int peer_certified(const struct sbi *sbi, const struct tls *tls)
{
    for (unsigned i = 0; i < sbi->settings.peer_count; i++) {
        if (tls_peer_is(tls, sbi->settings.peers[i].name))
            return (int)i;
    }
    return NOBODY;
}

static void turn_away(const struct sbi *sbi, const union socket_address *from, const char *why)
{
    char text[ADDRESS_TEXT];
    log_warning("sbi", NULL, "%s is turned away: %s", address_print(from, text), why);
    if (sbi->events->turned_away)
        sbi->events->turned_away(sbi->context, from, why);
}

static void refuse(struct sbi_link *link, int32_t stream, unsigned status, const char *cause)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct sbi_message problem = sbi_problem(&arena, status, cause, NULL);
    sbi_session_respond(sbi_link_session(link), stream, &problem);
    arena_free(&arena);
}

static void on_request(void *context, struct sbi_link *link, int32_t stream,
                       const struct sbi_message *request)
{
    struct guest *guest = context;
    struct sbi *sbi = guest->sbi;
    if (guest->peer == NOBODY && sbi_link_tls(link))
        guest->peer = peer_certified(sbi, sbi_link_tls(link));
    if (guest->peer == NOBODY) {
        turn_away(sbi, &guest->from, "its certificate is no peer's");
        refuse(link, stream, 403, "UNAUTHORIZED_CLIENT");
        return;
    }
    struct asked *asked = malloc(sizeof *asked);
    uint64_t token = ++sbi->tokens;
    if (!asked || !map_put(&sbi->asked, token, asked)) {
        free(asked);
        refuse(link, stream, 503, "INSUFFICIENT_RESOURCES");
        return;
    }
    *asked = (struct asked){guest, stream};
    sbi->events->request(sbi->context, (unsigned)guest->peer, token, request);
}

void sbi_answer(struct sbi *sbi, uint64_t token, const struct sbi_message *response)
{
    struct asked *asked = map_take(&sbi->asked, token);
    struct sbi_session *session = asked ? sbi_link_session(asked->guest->link) : NULL;
    if (session)
        sbi_session_respond(session, asked->stream, response);
    free(asked);
}

static bool next_of(const struct guest *guest, uint64_t *token)
{
    size_t cursor = 0;
    void *asked;
    while (map_next(&guest->sbi->asked, &cursor, token, &asked)) {
        if (((struct asked *)asked)->guest == guest)
            return true;
    }
    return false;
}

static void forget(struct guest *guest)
{
    struct guest **at = &guest->sbi->guests;
    uint64_t token;
    while (next_of(guest, &token))
        free(map_take(&guest->sbi->asked, token));
    while (*at != guest)
        at = &(*at)->next;
    *at = guest->next;
    guest->sbi->guest_count--;
    free(guest);
}

static void on_closed(void *context, struct sbi_link *link, const char *why)
{
    struct guest *guest = context;
    (void)link;
    log_debug("sbi", NULL, "connection of %s ended: %s",
              guest->peer == NOBODY ? "a stranger" : guest->sbi->settings.peers[guest->peer].name, why);
    forget(guest);
}

static const struct sbi_link_events events = {.request = on_request, .closed = on_closed};

static bool welcome(struct sbi *sbi, int fd, const union socket_address *from, int peer)
{
    struct guest *guest = calloc(1, sizeof *guest);
    struct sbi_link_settings settings = sbi_link_defaults(sbi, fd);
    if (!guest)
        return false;
    settings.server = true;
    settings.events = &events;
    settings.context = guest;
    *guest = (struct guest){.next = sbi->guests, .sbi = sbi, .from = *from, .peer = peer};
    guest->link = sbi_link_new(&settings);
    if (!guest->link) {
        free(guest);
        return false;
    }
    sbi->guests = guest;
    sbi->guest_count++;
    return true;
}

static void accept_guest(struct watch *watch, uint32_t ready)
{
    struct sbi *sbi = (struct sbi *)((char *)watch - offsetof(struct sbi, listening));
    union socket_address from = {0};
    socklen_t length = sizeof from;
    (void)ready;
    int fd = accept4(watch->fd, &from.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    int peer = sbi->identity ? NOBODY : peer_at(sbi, &from);
    if (!sbi->identity && peer == NOBODY)
        turn_away(sbi, &from, "it is no peer of ours");
    else if (sbi->guest_count < sbi->settings.peer_count * GUESTS_PER_PEER && welcome(sbi, fd, &from, peer))
        return;
    close(fd);
}

bool sbi_server_open(struct sbi *sbi, const char **why)
{
    const union socket_address *address = &sbi->settings.listen;
    const int on = 1;
    int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sbi->listening = (struct watch){.fd = fd, .ready = accept_guest};
    *why = NULL;
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(fd, &address->any, address_length(address)) == 0 && listen(fd, BACKLOG) == 0 &&
        loop_watch(sbi->loop, &sbi->listening, EPOLLIN))
        return true;
    *why = strerror(errno);
    if (fd >= 0)
        close(fd);
    sbi->listening.fd = -1;
    return false;
}

void sbi_server_close(struct sbi *sbi)
{
    for (struct guest *guest = sbi->guests, *next; guest; guest = next) {
        next = guest->next;
        sbi_link_free(guest->link);
        forget(guest);
    }
    if (sbi->listening.fd < 0)
        return;
    loop_forget(sbi->loop, &sbi->listening);
    close(sbi->listening.fd);
}

void sbi_server_flush(struct sbi *sbi)
{
    for (struct guest *guest = sbi->guests; guest; guest = guest->next)
        sbi_link_flush(guest->link);
}

union socket_address sbi_local(const struct sbi *sbi)
{
    union socket_address local = {0};
    socklen_t length = sizeof local;
    getsockname(sbi->listening.fd, &local.any, &length);
    return local;
}
