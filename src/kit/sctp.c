/* SPDX-License-Identifier: Apache-2.0 */
/* The choice of the stack, and the book of associations that both stacks share. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "kit/log.h"
#include "kit/sctp_raw.h"
#include "kit/sctp_stack.h"

enum { DEFAULT_STREAMS = 2, DEFAULT_ASSOCIATIONS = 1024, DEFAULT_MESSAGE_BYTES = 64 * 1024 };

static bool kernel_has_sctp(void)
{
    int fd = socket(AF_INET, SOCK_SEQPACKET | SOCK_CLOEXEC, IPPROTO_SCTP);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* An inherited socket says by its type which stack it was opened for. */
static enum sctp_stack choose(const struct sctp_settings *settings)
{
    int type = 0;
    socklen_t size = sizeof type;
    if (settings->socket >= 0 && getsockopt(settings->socket, SOL_SOCKET, SO_TYPE, &type, &size) == 0)
        return type == SOCK_RAW ? SCTP_USERSPACE : SCTP_KERNEL;
    if (settings->stack != SCTP_AUTOMATIC)
        return settings->stack;
    return kernel_has_sctp() ? SCTP_KERNEL : SCTP_USERSPACE;
}

int sctp_socket(const struct sctp_settings *settings)
{
    struct sctp_settings fresh = *settings;
    fresh.socket = -1;
    return choose(&fresh) == SCTP_KERNEL ? sctp_kernel_socket(&fresh) : raw_socket(&fresh.local);
}

bool sctp_claim(const struct sctp_settings *settings, int *claim)
{
    struct sctp_settings fresh = *settings;
    fresh.socket = *claim = -1;
    return choose(&fresh) == SCTP_KERNEL || (*claim = raw_claim(&fresh.local)) >= 0;
}

static void association_free(struct association *association)
{
    const struct sctp_stack_calls *calls = association->endpoint->calls;
    if (calls->forget)
        calls->forget(association);
    free(association);
}

static void fill_defaults(struct sctp_settings *settings)
{
    if (!settings->streams)
        settings->streams = DEFAULT_STREAMS;
    if (!settings->associations)
        settings->associations = DEFAULT_ASSOCIATIONS;
    if (!settings->message_bytes)
        settings->message_bytes = DEFAULT_MESSAGE_BYTES;
}

static void tell_of_ended(struct timer *timer)
{
    struct sctp_endpoint *endpoint =
        (struct sctp_endpoint *)((char *)timer - offsetof(struct sctp_endpoint, end_timer));
    struct association *ended = endpoint->ended;
    if (!ended)
        return;
    endpoint->ended = ended->next_ended;
    if (endpoint->ended)
        timer_start(loop_timers(endpoint->loop), timer, 0);
    endpoint->events->down(endpoint->context, &ended->shown, "closed by this side");
    association_free(ended);
}

struct sctp_endpoint *sctp_open(struct loop *loop, struct sctp_settings settings,
                                const struct sctp_events *events, void *context, const char **why)
{
    fill_defaults(&settings);
    enum sctp_stack stack = choose(&settings);
    struct sctp_endpoint *endpoint =
        (stack == SCTP_KERNEL ? sctp_kernel_open : sctp_user_open)(loop, &settings, why);
    if (!endpoint)
        return NULL;
    endpoint->loop = loop;
    endpoint->events = events;
    endpoint->context = context;
    endpoint->end_timer.fire = tell_of_ended;
    map_init(&endpoint->associations, (uint64_t)clock_now());
    char at[ADDRESS_TEXT];
    log_info("sctp", NULL, "%s %s, stack: %s", settings.listen ? "listening on" : "open on",
             address_print(&endpoint->settings.local, at),
             stack == SCTP_KERNEL ? "kernel" : "user space (libusrsctp over raw IP)");
    return endpoint;
}

void sctp_close(struct sctp_endpoint *endpoint)
{
    if (!endpoint)
        return;
    timer_stop(loop_timers(endpoint->loop), &endpoint->end_timer);
    while (endpoint->ended) {
        struct association *next = endpoint->ended->next_ended;
        association_free(endpoint->ended);
        endpoint->ended = next;
    }
    size_t cursor = 0;
    uint64_t id;
    for (void *association; map_next(&endpoint->associations, &cursor, &id, &association);)
        association_free(association);
    map_free(&endpoint->associations);
    endpoint->calls->close(endpoint);
}

enum sctp_stack sctp_stack_of(const struct sctp_endpoint *endpoint)
{
    return endpoint->calls->stack;
}

union socket_address sctp_local(const struct sctp_endpoint *endpoint)
{
    return endpoint->settings.local;
}

static struct association *enter(struct sctp_endpoint *endpoint, uint32_t id,
                                 const union socket_address *peer)
{
    struct association *association = calloc(1, sizeof *association);
    if (!association)
        return NULL;
    *association = (struct association){.shown.peer = *peer, .endpoint = endpoint, .id = id};
    if (map_put(&endpoint->associations, id, association))
        return association;
    free(association);
    return NULL;
}

struct sctp_association *sctp_connect(struct sctp_endpoint *endpoint, const union socket_address *peer,
                                      const char **why)
{
    uint32_t id;
    if (endpoint->associations.count >= endpoint->settings.associations) {
        *why = "the endpoint's limit of associations is reached";
        return NULL;
    }
    if (peer->any.sa_family != endpoint->settings.local.any.sa_family) {
        *why = "the peer's address is of another family than the endpoint's";
        return NULL;
    }
    if (!endpoint->calls->connect(endpoint, peer, &id)) {
        *why = "the SCTP stack refused to connect (no route, or an association with this peer exists)";
        return NULL;
    }
    struct association *association = enter(endpoint, id, peer);
    if (!association) {
        *why = "out of memory";
        endpoint->calls->end(endpoint, id, true);
        return NULL;
    }
    return &association->shown;
}

bool sctp_send(struct sctp_association *shown, uint16_t stream, uint32_t ppid, struct bytes message)
{
    struct association *association = (struct association *)shown;
    struct sctp_endpoint *endpoint = association->endpoint;
    if (!association->up || association->ending || stream >= shown->outbound_streams || !message.len)
        return false;
    return endpoint->calls->send(association, stream, ppid, message);
}

void sctp_hold_off(struct sctp_association *shown, int64_t time)
{
    struct association *association = (struct association *)shown;
    const struct sctp_stack_calls *calls = association->endpoint->calls;
    if (calls->hold_off && !association->ending)
        calls->hold_off(association, time);
}

static void abort_now(struct association *association)
{
    struct sctp_endpoint *endpoint = association->endpoint;
    map_take(&endpoint->associations, association->id);
    association->ending = true;
    association->next_ended = endpoint->ended;
    endpoint->ended = association;
    timer_start(loop_timers(endpoint->loop), &endpoint->end_timer, 0);
    endpoint->calls->end(endpoint, association->id, true);
}

void sctp_shutdown(struct sctp_association *shown, bool abort)
{
    struct association *association = (struct association *)shown;
    if (map_get(&association->endpoint->associations, association->id) != association)
        return; /* aborted already; `down` is on its way */
    if (abort) {
        abort_now(association);
    } else if (!association->ending) {
        association->ending = true;
        association->endpoint->calls->end(association->endpoint, association->id, false);
    }
}

void sctp_flush(struct sctp_endpoint *endpoint)
{
    endpoint->calls->flush(endpoint);
}

static struct association *find(const struct sctp_endpoint *endpoint, uint32_t id)
{
    return map_get(&endpoint->associations, id);
}

void sctp_came_up(struct sctp_endpoint *endpoint, uint32_t id, const union socket_address *peer,
                  uint16_t outbound_streams)
{
    struct association *association = find(endpoint, id);
    if (!association) {
        bool room = endpoint->associations.count < endpoint->settings.associations;
        association = room && endpoint->settings.listen ? enter(endpoint, id, peer) : NULL;
        if (!association) {
            char from[ADDRESS_TEXT];
            log_warning("sctp", NULL, "association from %s refused: limit of %u reached",
                        address_print(peer, from), endpoint->settings.associations);
            endpoint->calls->end(endpoint, id, true);
            return;
        }
    }
    association->up = true;
    association->shown.outbound_streams = outbound_streams;
    endpoint->events->up(endpoint->context, &association->shown);
}

void sctp_got_message(struct sctp_endpoint *endpoint, uint32_t id, uint16_t stream, uint32_t ppid,
                      struct bytes message)
{
    struct association *association = find(endpoint, id);
    if (!association || !association->up || association->ending)
        return;
    if (message.len > endpoint->settings.message_bytes)
        sctp_got_too_much(endpoint, id);
    else
        endpoint->events->message(endpoint->context, &association->shown, stream, ppid, message);
}

void sctp_got_too_much(struct sctp_endpoint *endpoint, uint32_t id)
{
    struct association *association = find(endpoint, id);
    if (!association)
        return;
    char from[ADDRESS_TEXT];
    log_warning("sctp", NULL, "message longer than %zu bytes from %s: association aborted",
                endpoint->settings.message_bytes, address_print(&association->shown.peer, from));
    abort_now(association);
}

void sctp_went_down(struct sctp_endpoint *endpoint, uint32_t id, const char *reason)
{
    struct association *association = map_take(&endpoint->associations, id);
    if (!association)
        return;
    association->ending = true;
    endpoint->events->down(endpoint->context, &association->shown, reason);
    association_free(association);
}

void sctp_was_restarted(struct sctp_endpoint *endpoint, uint32_t id)
{
    struct association *association = find(endpoint, id);
    if (association && association->up && !association->ending)
        endpoint->events->restarted(endpoint->context, &association->shown);
}
