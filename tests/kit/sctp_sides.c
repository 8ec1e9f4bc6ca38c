/* SPDX-License-Identifier: Apache-2.0 */
#include "sctp_sides.h"

#include <stdio.h>
#include <string.h>

enum { NGAP = 60, LONGEST = 100000 };

struct loop *loop;
struct side server, client;
enum sctp_stack usual_stack = SCTP_USERSPACE;

static struct timer deadline;
static bool (*done)(void);

static void on_up(void *context, struct sctp_association *association)
{
    struct side *side = context;
    side->ups++;
    side->last = association;
}

static void on_message(void *context, struct sctp_association *association, uint16_t stream, uint32_t ppid,
                       struct bytes message)
{
    struct side *side = context;
    uint32_t number = 0;
    side->messages++;
    side->wrong += ppid != NGAP || message.len < sizeof number;
    memcpy(&number, message.data, message.len < sizeof number ? message.len : sizeof number);
    if (!side->echo && number != side->next[stream % SIDE_STREAMS]++)
        side->out_of_order++;
    for (size_t i = sizeof number; i < message.len; i++)
        side->wrong += message.data[i] != (uint8_t)(number + i);
    if (side->echo)
        side->wrong += !sctp_send(association, stream, ppid, message);
}

static void on_down(void *context, struct sctp_association *association, const char *reason)
{
    struct side *side = context;
    assert_non_null(reason);
    side->downs++;
    if (side->last == association)
        side->last = NULL;
}

static void on_restarted(void *context, struct sctp_association *association)
{
    struct side *side = context;
    side->restarts++;
    side->last = association;
}

const struct sctp_events side_events = {on_up, on_message, on_down, on_restarted};

static void settle(void *context)
{
    (void)context;
    if (server.endpoint)
        sctp_flush(server.endpoint);
    if (client.endpoint)
        sctp_flush(client.endpoint);
    if (done && done())
        loop_stop(loop, 0);
}

static void too_late(struct timer *timer)
{
    (void)timer;
    loop_stop(loop, 1);
}

bool run_until(bool (*condition)(void), int milliseconds)
{
    done = condition;
    deadline.fire = too_late;
    timer_start(loop_timers(loop), &deadline, MILLISECONDS(milliseconds));
    int code = loop_run(loop);
    timer_stop(loop_timers(loop), &deadline);
    return code == 0;
}

struct sctp_endpoint *open_side(struct side *side, const char *host, uint16_t port,
                                struct sctp_settings settings)
{
    const char *why = "";
    *side = (struct side){0};
    settings.socket = -1;
    if (settings.stack == SCTP_AUTOMATIC)
        settings.stack = usual_stack;
    assert_true(address_parse(&settings.local, host, port));
    side->endpoint = sctp_open(loop, settings, &side_events, side, &why);
    if (!side->endpoint)
        fprintf(stderr, "sctp_open: %s\n", why);
    assert_non_null(side->endpoint);
    return side->endpoint;
}

struct sctp_association *connect_side(struct side *side, const char *host)
{
    const char *why = "";
    union socket_address to, at = sctp_local(server.endpoint);
    assert_true(address_parse(&to, host, address_port(&at)));
    struct sctp_association *association = sctp_connect(side->endpoint, &to, &why);
    assert_non_null(association);
    return association;
}

bool both_up(void)
{
    return server.ups && client.ups;
}

bool both_down(void)
{
    return server.downs && client.downs;
}

int sides_setup(void **state)
{
    (void)state;
    sctp_lose_packet = NULL;
    server = client = (struct side){0};
    loop = loop_new();
    if (!loop)
        return -1;
    loop_on_settle(loop, settle, NULL);
    return 0;
}

int sides_teardown(void **state)
{
    (void)state;
    sctp_close(client.endpoint);
    sctp_close(server.endpoint);
    loop_free(loop);
    return 0;
}

bool send_number(struct sctp_association *association, uint16_t stream, uint32_t number, size_t length)
{
    static uint8_t message[LONGEST];
    memcpy(message, &number, sizeof number);
    for (size_t i = sizeof number; i < length; i++)
        message[i] = (uint8_t)(number + i);
    return sctp_send(association, stream, NGAP, bytes_of(message, length));
}
