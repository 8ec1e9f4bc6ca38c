/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorder's end of a channel, and at the other end an edge that has been taken over: it says what it likes, goes and comes again. Nothing
 * of it is an entry but refusals and losses, each under its own name, and control beside it is heard as before. Steps of one octet:
 * 0 a letter (length 2), 1 a letter that says its length wrong, 2 a greeting, 3 it comes again, 4 a second passes.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../fuzz/must.h"
#include "kit/log.h"
#include "recorder/recorder.h"

enum { STEPS = 64, LETTER_BYTES = 2048, FRESH_OCTETS = 256 * 1024, RATE = 50 };

#define CAPTURED "edge-captured"

static struct recorder recorder;
static struct config config;
static char folder[32];
static int edge = -1, control = -1;

/* --- The recorder --- */

static int remove_one(const char *path, const struct stat *is, int kind, struct FTW *where)
{
    (void)is, (void)kind, (void)where;
    return remove(path);
}

static void make_anew(void)
{
    static FILE *nowhere;
    char why[LOG_WHY_BYTES];
    if (!nowhere)
        nowhere = fopen("/dev/null", "we");
    if (*folder) {
        evidence_log_close(&recorder.log);
        nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
        loop_free(recorder.loop);
    }
    log_setup((struct log_settings){.level = LOG_ERROR, .to = nowhere, .name = "recorder"});
    strcpy(folder, "log-fuzz-XXXXXX");
    config.recorder.source_rate = RATE;
    must(mkdtemp(folder));
    recorder = (struct recorder){.config = &config, .loop = loop_new(), .run = 9, .keeper.watch.fd = -1};
    must(recorder.loop && evidence_log_open(&recorder.log, folder, "demarc.example/log", SECONDS(1), why));
}

static void leave_nothing(void)
{
    if (*folder)
        nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void stop(struct timer *timer)
{
    (void)timer;
    loop_stop(recorder.loop, 0);
}

static void turn(void)
{
    struct timer timer = {.fire = stop};
    must(timer_start(loop_timers(recorder.loop), &timer, 0));
    loop_run(recorder.loop);
}

/* --- Who speaks --- */

static void arrive(const char *name, int *end)
{
    int ends[2];
    if (*end >= 0)
        close(*end);
    must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    source_comes(&recorder, name, ends[0]);
    *end = ends[1];
}

static void say(int end, uint32_t length, struct bytes letter)
{
    uint8_t space[4 + LETTER_BYTES];
    memcpy(space, &length, sizeof length);
    if (letter.len)
        memcpy(space + 4, letter.data, letter.len);
    send(end, space, 4 + letter.len, MSG_NOSIGNAL);
    turn();
}

static void post(int end, const struct post_message *message)
{
    uint8_t space[POST_BYTES];
    struct writer w = writer_of(space, sizeof space);
    must(post_write(&w, message));
    say(end, (uint32_t)writer_length(&w), writer_bytes(&w));
}

/* The loop's clock is the host's: what was, was a second earlier. */
static void grow_older(void)
{
    for (struct source *source = recorder.sources; source; source = source->next)
        source->heard_at -= SECONDS(1);
    recorder.watched_at -= recorder.watched_at ? SECONDS(1) : 0;
    sources_watch(&recorder);
}

static void step(struct reader *r)
{
    const uint8_t what = read_u8(r);
    struct bytes letter;
    switch (what) {
    case 0:
    case 1:
        letter = read_bytes(r, read_u16(r) % LETTER_BYTES);
        say(edge, (uint32_t)letter.len + what, letter);
        break;
    case 2:
        post(edge, &(struct post_message){.kind = POST_HELLO, .number = 77});
        break;
    case 3:
        arrive(CAPTURED, &edge);
        break;
    default:
        grow_older();
    }
}

/* --- What must hold --- */

/* The only entry that control has given, so it was heard behind all that. */
static unsigned look(size_t before)
{
    const struct bytes fresh = bytes_of((const char *)recorder.log.fresh, recorder.log.fresh_octets);
    struct bytes line;
    unsigned of_control = 0;
    while (segment_line(fresh, &before, &line)) {
        struct evidence_entry entry;
        struct fault fault;
        must(evidence_entry_read(line, &entry, &fault));
        of_control += strcmp(entry.source, "control") == 0;
        if (strcmp(entry.source, CAPTURED) == 0)
            must(entry.kind == EVIDENCE_REFUSAL || entry.kind == EVIDENCE_LOSS);
        else
            must(strcmp(entry.source, "control") == 0 || strcmp(entry.source, "recorder") == 0);
    }
    return of_control;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned inputs;
    struct reader r = reader_of(bytes_of(data, size));
    if (inputs == 0)
        atexit(leave_nothing);
    if (inputs++ == 0 || recorder.log.fresh_octets > FRESH_OCTETS)
        make_anew();
    const size_t before = recorder.log.fresh_octets;
    arrive("control", &control);
    post(control, &(struct post_message){.kind = POST_HELLO, .number = inputs});
    arrive(CAPTURED, &edge);
    for (unsigned i = 0; i < STEPS && reader_ok(&r) && reader_left(&r); i++)
        step(&r);
    post(control, &(struct post_message){.kind = POST_ENTRY,
                                         .number = 1,
                                         .entry = {.kind = EVIDENCE_POLICY, .time = SECONDS(2)}});
    must(look(before) == 1);
    sources_free(&recorder);
    return 0;
}
