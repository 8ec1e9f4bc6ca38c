/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A peer on N2 that keeps no rule: connects, sends what it is told, and leaves; as often as it is told. It does not wait until what it sent has come,
 * but for the last time.
 *
 *     e2e-raw-gnb AMF-ADDRESS OWN-ADDRESS TIMES PPID [HEX...]
 *
 * Ends with status 0 when each time the association came up, or was refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/hex.h"
#include "kit/sctp.h"

enum { MESSAGES = 64, MESSAGE_BYTES = 65536, LINGER_MS = 20, PATIENCE_S = 60 };

struct raw {
    struct loop *loop;
    struct sctp_endpoint *endpoint;
    struct sctp_association *association;
    union socket_address amf;
    unsigned times;
    uint32_t ppid;
    struct bytes messages[MESSAGES];
    unsigned count;
    struct timer leave, again, patience;
};

static struct raw raw;

static void settle(void *context)
{
    (void)context;
    sctp_flush(raw.endpoint);
}

static void connect_again(struct timer *timer)
{
    const char *why = "";
    (void)timer;
    if (raw.times-- == 0) {
        loop_stop(raw.loop, 0);
        return;
    }
    raw.association = sctp_connect(raw.endpoint, &raw.amf, &why);
    if (raw.association)
        return;
    fprintf(stderr, "cannot connect: %s\n", why);
    loop_stop(raw.loop, 1);
}

static void leave(struct timer *timer)
{
    (void)timer;
    if (raw.association)
        sctp_shutdown(raw.association, raw.times > 0);
}

static void up(void *context, struct sctp_association *association)
{
    (void)context;
    for (unsigned i = 0; i < raw.count; i++)
        sctp_send(association, (uint16_t)(i % 2), raw.ppid, raw.messages[i]);
    timer_start(loop_timers(raw.loop), &raw.leave, raw.count ? MILLISECONDS(LINGER_MS) : 0);
}

static void message(void *context, struct sctp_association *association, uint16_t stream, uint32_t ppid,
                    struct bytes bytes)
{
    (void)context, (void)association, (void)stream, (void)ppid, (void)bytes;
}

static void down(void *context, struct sctp_association *association, const char *reason)
{
    (void)context, (void)association, (void)reason;
    raw.association = NULL;
    timer_stop(loop_timers(raw.loop), &raw.leave);
    timer_start(loop_timers(raw.loop), &raw.again, 0);
}

static void give_up(struct timer *timer)
{
    (void)timer;
    fprintf(stderr, "no end within %d s\n", PATIENCE_S);
    loop_stop(raw.loop, 1);
}

static bool take_hex(const char *hex, struct bytes *out)
{
    size_t length = strlen(hex) / 2;
    uint8_t *bytes = malloc(length + 1);
    *out = bytes_of(bytes, length);
    return bytes && hex_read(hex, bytes, length);
}

static bool take_arguments(int argc, char **argv, union socket_address *own)
{
    if (argc < 5 || argc > 5 + MESSAGES || !address_parse(&raw.amf, argv[1], 38412) ||
        !address_parse(own, argv[2], 0))
        return false;
    raw.times = (unsigned)strtoul(argv[3], NULL, 10);
    raw.ppid = (uint32_t)strtoul(argv[4], NULL, 10);
    for (int i = 5; i < argc; i++)
        if (!take_hex(argv[i], &raw.messages[raw.count++]))
            return false;
    return true;
}

int main(int argc, char **argv)
{
    static const struct sctp_events events = {.up = up, .message = message, .down = down};
    struct sctp_settings settings = {.socket = -1};
    const char *why = "";
    if (!take_arguments(argc, argv, &settings.local)) {
        fprintf(stderr, "usage: %s AMF-ADDRESS OWN-ADDRESS TIMES PPID [HEX...]\n", argv[0]);
        return 2;
    }
    raw.loop = loop_new();
    raw.endpoint = sctp_open(raw.loop, settings, &events, NULL, &why);
    if (!raw.endpoint) {
        fprintf(stderr, "no SCTP: %s\n", why);
        return 1;
    }
    raw.leave.fire = leave;
    raw.again.fire = connect_again;
    raw.patience.fire = give_up;
    loop_on_settle(raw.loop, settle, NULL);
    timer_start(loop_timers(raw.loop), &raw.patience, SECONDS(PATIENCE_S));
    timer_start(loop_timers(raw.loop), &raw.again, 0);
    int code = loop_run(raw.loop);
    sctp_close(raw.endpoint);
    loop_free(raw.loop);
    for (unsigned i = 0; i < raw.count; i++)
        free((void *)raw.messages[i].data);
    return code;
}
