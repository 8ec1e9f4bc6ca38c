/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "admin/admin.h"

struct peer {
    struct peer *next;
    struct admin *admin;
    struct channel *channel;
    json_t *waiting; /* replies that go out at the next flush */
    uint64_t ticket; /* for replies that come later */
    uid_t user;
};

struct admin {
    struct watch listening; /* first: the loop hands it back */
    struct loop *loop;
    char name[64];
    const struct admin_verb *verbs;
    size_t verb_count;
    void *context;
    struct peer *peers;
    uint64_t tickets; /* given out */
    uint64_t asking;  /* whose request is being handled */
    uid_t user;       /* of that one's process */
    time_t started;
    int memory; /* /proc/self/statm, opened while the process may open files; -1: there is none */
    long page_bytes;
};

static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* 0 where there is no /proc. */
static json_int_t resident_bytes(const struct admin *admin)
{
    char text[128] = "";
    long pages = 0;
    if (pread(admin->memory, text, sizeof text - 1, 0) < 0 || sscanf(text, "%*d %ld", &pages) != 1)
        pages = 0;
    return (json_int_t)pages * admin->page_bytes;
}

static json_t *describe_process(const struct admin *admin)
{
    json_t *reply =
        json_pack("{s:s, s:s, s:i, s:I, s:f}", "process", admin->name, "version", DEMARC_VERSION, "pid",
                  getpid(), "started", (json_int_t)admin->started, "cpu_seconds", cpu_seconds());
    json_int_t resident = resident_bytes(admin);
    if (resident)
        json_object_set_new(reply, "resident_bytes", json_integer(resident));
    return reply;
}

static json_t *answer(const struct admin *admin, const json_t *request)
{
    const char *verb = json_string_value(json_object_get(request, "verb"));
    if (!verb)
        return admin_refuse("expected an object with a verb");
    if (strcmp(verb, "process") == 0)
        return describe_process(admin);
    for (size_t i = 0; i < admin->verb_count; i++)
        if (strcmp(admin->verbs[i].name, verb) == 0)
            return admin->verbs[i].handle(admin->context, request);
    return admin_refuse("%s does not know the verb %.40s", admin->name, verb);
}

static void let_wait(struct peer *peer, json_t *reply)
{
    if (!reply)
        reply = admin_refuse("out of memory");
    if (!json_object_get(reply, "ok"))
        json_object_set_new(reply, "ok", json_true());
    json_array_append_new(peer->waiting, reply);
}

static void on_message(void *context, struct channel *channel, struct bytes message)
{
    (void)channel;
    struct peer *peer = context;
    json_t *request = json_loadb((const char *)message.data, message.len, 0, NULL);
    peer->admin->asking = peer->ticket;
    peer->admin->user = peer->user;
    json_t *reply = answer(peer->admin, request);
    json_decref(request);
    if (!json_is_null(reply))
        let_wait(peer, reply);
}

json_t *admin_later(const struct admin *admin, uint64_t *ticket)
{
    *ticket = admin->asking;
    return json_null();
}

void admin_answer(struct admin *admin, uint64_t ticket, json_t *reply)
{
    struct peer *peer = admin->peers;
    while (peer && peer->ticket != ticket)
        peer = peer->next;
    if (peer)
        let_wait(peer, reply);
    else
        json_decref(reply);
}

uid_t admin_user(const struct admin *admin)
{
    return admin->user;
}

static void forget_peer(struct peer *peer)
{
    struct peer **at = &peer->admin->peers;
    while (*at != peer)
        at = &(*at)->next;
    *at = peer->next;
    json_decref(peer->waiting);
    free(peer);
}

static void on_closed(void *context, struct channel *channel)
{
    (void)channel;
    forget_peer(context);
}

static const struct channel_events events = {.message = on_message, .closed = on_closed};

static void accept_peer(struct watch *watch, uint32_t ready)
{
    (void)ready;
    struct admin *admin = (struct admin *)watch;
    int fd = accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    struct peer *peer = calloc(1, sizeof *peer);
    if (peer) {
        *peer = (struct peer){.next = admin->peers,
                              .admin = admin,
                              .waiting = json_array(),
                              .ticket = ++admin->tickets,
                              .user = channel_user(fd)};
        peer->channel = channel_new(admin->loop, fd, &events, peer);
    }
    if (!peer || !peer->channel) {
        if (peer)
            json_decref(peer->waiting);
        free(peer);
        close(fd);
        return;
    }
    admin->peers = peer;
}

struct admin *admin_serve_socket(struct loop *loop, int listening, const char *name,
                                 const struct admin_verb *verbs, size_t verb_count, void *context)
{
    struct admin *admin = calloc(1, sizeof *admin);
    if (!admin)
        return NULL;
    *admin = (struct admin){.listening = {.fd = listening, .ready = accept_peer},
                            .loop = loop,
                            .verbs = verbs,
                            .verb_count = verb_count,
                            .context = context,
                            .started = time(NULL),
                            .memory = open("/proc/self/statm", O_RDONLY | O_CLOEXEC),
                            .page_bytes = sysconf(_SC_PAGESIZE)};
    snprintf(admin->name, sizeof admin->name, "%s", name);
    if (!loop_watch(loop, &admin->listening, EPOLLIN)) {
        if (admin->memory >= 0)
            close(admin->memory);
        free(admin);
        return NULL;
    }
    return admin;
}

struct admin *admin_serve(struct loop *loop, const char *path, const char *name,
                          const struct admin_verb *verbs, size_t verb_count, void *context)
{
    mode_t before = umask(0117); /* the owner and its group */
    int listening = channel_listen(path);
    umask(before);
    if (listening < 0)
        return NULL;
    struct admin *admin = admin_serve_socket(loop, listening, name, verbs, verb_count, context);
    if (!admin)
        close(listening);
    return admin;
}

void admin_close(struct admin *admin)
{
    if (!admin)
        return;
    loop_forget(admin->loop, &admin->listening);
    close(admin->listening.fd);
    if (admin->memory >= 0)
        close(admin->memory);
    for (struct peer *peer = admin->peers, *next; peer; peer = next) {
        next = peer->next;
        channel_free(peer->channel);
        json_decref(peer->waiting);
        free(peer);
    }
    free(admin);
}

static void send_reply(struct channel *channel, json_t *reply)
{
    char *text = json_dumps(reply, JSON_COMPACT);
    if (text && channel_send(channel, bytes_of(text, strlen(text)))) {
        free(text);
        return;
    }
    static const char sorry[] = "{\"ok\": false, \"error\": \"the reply is too long for one message\"}";
    channel_send(channel, bytes_of(sorry, strlen(sorry)));
    free(text);
}

void admin_flush(struct admin *admin, const char *failed)
{
    for (struct peer *peer = admin->peers, *next; peer; peer = next) {
        next = peer->next; /* sending may find the peer gone */
        json_t *waiting = peer->waiting, *reply;
        size_t i, count = json_array_size(waiting);
        if (count == 0)
            continue;
        json_t *refusal = failed ? admin_refuse("%s", failed) : NULL;
        json_array_foreach(waiting, i, reply) send_reply(peer->channel, refusal ? refusal : reply);
        json_decref(refusal);
        json_array_clear(waiting);
        channel_flush(peer->channel);
    }
}
