/* SPDX-License-Identifier: Apache-2.0 */
/* The core's questions to the security gateway, over charon's VICI socket: a connection for each. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/control.h"
#include "kit/log.h"
#include "line/gateway.h"

enum { VIEW_BYTES = 16 * 1024 * 1024, OWN_PACKET_BYTES = 64 };

struct control_gateway {
    struct control *control;
    struct watch watch; /* fd -1: not connected */
    struct timer limit;
    uint64_t asking, wanted; /* the question that is being answered, and the last one */
    bool busy, failed;       /* failed: the last time */
    bool listing;            /* it has been asked for its list */
    struct arena arena;
    struct gateway_view view;
    size_t held;
    uint8_t buffer[VICI_LENGTH_BYTES + VICI_PACKET_BYTES]; /* what has come and is not a whole packet yet */
};

static void begin(struct control_gateway *gateway);

static void hang_up(struct control_gateway *gateway)
{
    timer_stop(loop_timers(gateway->control->loop), &gateway->limit);
    if (gateway->watch.fd < 0)
        return;
    loop_forget(gateway->control->loop, &gateway->watch);
    close(gateway->watch.fd);
    gateway->watch.fd = -1;
}

/* why NULL: the view is whole. */
static void finish(struct control_gateway *gateway, const char *why)
{
    const char *path = gateway->control->config->inventory.security_gateway.vici;
    hang_up(gateway);
    if (why && !gateway->failed)
        log_error("control", NULL, "the security gateway at %s gives no answer: %s", path, why);
    else if (!why && gateway->failed)
        log_info("control", NULL, "the security gateway at %s answers again", path);
    gateway->failed = why;
    core_gateway(gateway->control->core, gateway->asking, why ? NULL : &gateway->view);
    gateway->view = (struct gateway_view){0};
    arena_reset(&gateway->arena);
    gateway->busy = false;
    if (gateway->wanted > gateway->asking)
        begin(gateway);
}

/* --- what it says --- */

static const char *send_packet(const struct control_gateway *gateway, enum vici_kind kind, const char *name)
{
    uint8_t packet[OWN_PACKET_BYTES];
    struct writer w = writer_of(packet, sizeof packet);
    vici_write(&w, kind, name);
    const ssize_t sent = send(gateway->watch.fd, packet, writer_length(&w), MSG_NOSIGNAL);
    return sent == (ssize_t)writer_length(&w) ? NULL : "it does not take the question";
}

static const char *take_sa(struct control_gateway *gateway, struct bytes message)
{
    struct vici_sa sa;
    struct fault fault = {0};
    if (!vici_decode_sa(message, &gateway->arena, &sa, &fault))
        return fault.what;
    return gateway_take(&gateway->view, &gateway->arena, &sa) ? NULL : "an IKE_SA that cannot be read";
}

static const char *ask_for_list(struct control_gateway *gateway)
{
    gateway->listing = true;
    return send_packet(gateway, VICI_REQUEST, "list-sas");
}

/* Each packet is answered, or the reason returned why there is no use in going on. What is not asked for is no answer: an
 * empty list would cost every gNB its association. */
static const char *take_packet(struct control_gateway *gateway, struct bytes in, bool *whole)
{
    struct vici_packet packet;
    struct fault fault = {0};
    if (!vici_decode(in, &packet, &fault))
        return fault.what;
    if (packet.kind == VICI_UNKNOWN_REQUEST || packet.kind == VICI_UNKNOWN_EVENT)
        return "it does not know the question";
    if (packet.kind == VICI_CONFIRMED && !gateway->listing)
        return ask_for_list(gateway);
    if (packet.kind == VICI_EVENT && gateway->listing && bytes_are(packet.name, "list-sa"))
        return take_sa(gateway, packet.message);
    *whole = packet.kind == VICI_RESPONSE && gateway->listing;
    return *whole ? NULL : "it answers what it has not been asked";
}

static const char *take_packets(struct control_gateway *gateway, bool *whole)
{
    const char *why = NULL;
    size_t used = 0;
    while (!why && !*whole && gateway->held - used >= VICI_LENGTH_BYTES) {
        struct reader r = reader_of(bytes_of(gateway->buffer + used, gateway->held - used));
        const uint32_t length = read_u32(&r);
        if (length > VICI_PACKET_BYTES)
            return "a packet that is too long";
        if (reader_left(&r) < length)
            break;
        why = take_packet(gateway, read_bytes(&r, length), whole);
        used += reader_offset(&r);
    }
    memmove(gateway->buffer, gateway->buffer + used, gateway->held - used);
    gateway->held -= used;
    return why;
}

static void ready(struct watch *watch, uint32_t events)
{
    struct control_gateway *gateway =
        (struct control_gateway *)((char *)watch - offsetof(struct control_gateway, watch));
    bool whole = false;
    (void)events;
    const ssize_t size = recv(watch->fd, gateway->buffer + gateway->held,
                              sizeof gateway->buffer - gateway->held, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size <= 0) {
        finish(gateway, size ? strerror(errno) : "it has hung up");
        return;
    }
    gateway->held += (size_t)size;
    const char *why = take_packets(gateway, &whole);
    if (why || whole)
        finish(gateway, why);
}

/* --- asking --- */

static void time_is_up(struct timer *timer)
{
    struct control_gateway *gateway =
        (struct control_gateway *)((char *)timer - offsetof(struct control_gateway, limit));
    finish(gateway, gateway->watch.fd < 0 ? "nobody listens there" : "it takes too long");
}

static bool dial(struct control_gateway *gateway, const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof name.sun_path)
        return false;
    memcpy(name.sun_path, path, strlen(path));
    gateway->watch.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return gateway->watch.fd >= 0 && connect(gateway->watch.fd, (struct sockaddr *)&name, sizeof name) == 0 &&
           loop_watch(gateway->control->loop, &gateway->watch, EPOLLIN) &&
           !send_packet(gateway, VICI_REGISTER, "list-sa");
}

/* The core is told nothing within its own call, so a failure waits for the timer. */
static void begin(struct control_gateway *gateway)
{
    const struct config_security_gateway *config = &gateway->control->config->inventory.security_gateway;
    gateway->busy = true;
    gateway->asking = gateway->wanted;
    gateway->held = 0;
    gateway->listing = false;
    const bool dialled = dial(gateway, config->vici);
    if (!dialled)
        hang_up(gateway);
    timer_start(loop_timers(gateway->control->loop), &gateway->limit, dialled ? config->answer : 0);
}

void control_gateway_ask(void *context, uint64_t question)
{
    struct control *control = context;
    struct control_gateway *gateway = control->gateway;
    if (!gateway) {
        gateway = control->gateway = calloc(1, sizeof *gateway);
        if (!gateway)
            return;
        gateway->control = control;
        gateway->watch = (struct watch){.fd = -1, .ready = ready};
        gateway->limit.fire = time_is_up;
        arena_init(&gateway->arena, VIEW_BYTES);
    }
    gateway->wanted = question;
    if (!gateway->busy)
        begin(gateway);
}

void control_gateway_close(struct control *control)
{
    if (!control->gateway)
        return;
    hang_up(control->gateway);
    arena_free(&control->gateway->arena);
    free(control->gateway);
    control->gateway = NULL;
}
