/* SPDX-License-Identifier: Apache-2.0 */
/* The ground floor: switching coroutines, arming timers, looking up, and SCTP over loopback. */
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include "kit/co.h"
#include "kit/log.h"
#include "kit/loop.h"
#include "kit/map.h"
#include "kit/sctp.h"
#include "kit/timers.h"
#include "measure.h"

/* --- Coroutines, timers, maps --- */

static void for_ever(void *argument)
{
    (void)argument;
    while (co_suspend() == 0)
        continue;
}

static void resume(void *context)
{
    co_resume(context, 0);
}

static void bench_co(void)
{
    struct co_pool *pool = co_pool_new(64 * 1024, 16);
    struct co *co;
    if (!pool || !co_start(pool, &co, for_ever, NULL))
        return;
    measure_row("co_switch_ns", measure_ns(resume, co) / 2, "ns");
    co_resume(co, 1);
    co_pool_free(pool);
}

enum { TIMERS = 100000, KEYS = 100000 };

static struct timers timers;
static struct timer many[TIMERS];

static void nothing(struct timer *timer)
{
    (void)timer;
}

static void rearm(void *context)
{
    static uint32_t x = 1;
    (void)context;
    x = x * 1664525 + 1013904223;
    timer_start(&timers, &many[x % TIMERS], SECONDS(1) + (x >> 8));
}

static void bench_timers(void)
{
    timers_init(&timers, 0);
    for (int i = 0; i < TIMERS; i++) {
        many[i].fire = nothing;
        timer_start(&timers, &many[i], SECONDS(1) + i);
    }
    measure_row("timer_rearm_among_100000_ns", measure_ns(rearm, NULL), "ns");
    timers_free(&timers);
}

static void look_up(void *context)
{
    static uint64_t x = 1;
    x = (x * 1664525 + 1013904223) % KEYS;
    if (!map_get(context, x << 20))
        abort();
}

static void bench_map(void)
{
    struct map map;
    map_init(&map, 42);
    for (uint64_t i = 0; i < KEYS; i++)
        map_put(&map, i << 20, &map);
    measure_row("map_get_among_100000_ns", measure_ns(look_up, &map), "ns");
    map_free(&map);
}

/* --- SCTP: one side asks, the other answers, both in this process --- */

enum { MESSAGES = 200000, IN_FLIGHT = 256, MESSAGE_BYTES = 100 };

static struct loop *loop;
static struct sctp_endpoint *server, *client;
static unsigned sent, answered;

static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void ask(struct sctp_association *association)
{
    static const uint8_t message[MESSAGE_BYTES] = {1};
    for (; sent < MESSAGES && sent - answered < IN_FLIGHT; sent++)
        if (!sctp_send(association, 0, 60, BYTES(message)))
            break;
}

static void up(void *context, struct sctp_association *association)
{
    if (context == &client)
        ask(association);
}

static void message(void *context, struct sctp_association *association, uint16_t stream, uint32_t ppid,
                    struct bytes bytes)
{
    if (context == &server) {
        sctp_send(association, stream, ppid, bytes);
        return;
    }
    if (++answered == MESSAGES)
        loop_stop(loop, 0);
    ask(association);
}

static void down(void *context, struct sctp_association *association, const char *reason)
{
    (void)context;
    (void)association;
    fprintf(stderr, "association lost: %s\n", reason);
    loop_stop(loop, 1);
}

static void restarted(void *context, struct sctp_association *association)
{
    (void)context;
    (void)association;
}

static void settle(void *context)
{
    (void)context;
    sctp_flush(server);
    sctp_flush(client);
}

static struct sctp_endpoint *open_side(bool listening, void *context)
{
    static const struct sctp_events events = {up, message, down, restarted};
    const char *why = "";
    struct sctp_settings settings = {.listen = listening, .socket = -1};
    address_parse(&settings.local, "127.0.0.1", 0);
    struct sctp_endpoint *endpoint = sctp_open(loop, settings, &events, context, &why);
    if (!endpoint)
        fprintf(stderr, "sctp: %s\n", why);
    return endpoint;
}

static void bench_sctp(void)
{
    const char *why;
    loop = loop_new();
    server = loop ? open_side(true, &server) : NULL;
    client = server ? open_side(false, &client) : NULL;
    if (!client)
        return;
    union socket_address at = sctp_local(server);
    double begin = cpu_seconds();
    loop_on_settle(loop, settle, NULL);
    if (sctp_connect(client, &at, &why) && loop_run(loop) == 0)
        /* Each of the two directions is one message sent and received. */
        measure_row("sctp_messages_per_cpu_second", 2 * MESSAGES / (cpu_seconds() - begin), "1/s");
    sctp_close(client);
    sctp_close(server);
    loop_free(loop);
}

int main(void)
{
    log_setup((struct log_settings){.level = LOG_ERROR});
    bench_co();
    bench_timers();
    bench_map();
    bench_sctp();
    return 0;
}
