/* SPDX-License-Identifier: Apache-2.0 */
/* demarc plane capture: the packets of one session or one gNB, from both packet paths, in a file that Wireshark opens. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "face/pcap.h"
#include "face/plane.h"
#include "plane/capture.h"
#include "plane/counters.h"

enum { PACKETS = 10000, SECONDS_LONG = 60 };

/* What is asked for, and what has come of it. */
struct taking {
    struct plane_question question; /* first: what is handed back */
    const char *gnb, *file, *packets, *time, *octets;
    bool decapsulated;
    unsigned long most;
    int64_t for_long; /* nanoseconds */
    int64_t until;    /* of clock_now */
    unsigned long count;
    struct pcap pcap;
};

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

static const char *comment_of(uint8_t note, char text[64])
{
    const unsigned reason = note & CAPTURE_REASON;
    if (!(note & CAPTURE_FAST))
        return "slow path";
    if (reason == DROP_NONE || reason >= DROP_REASONS)
        return "fast path";
    snprintf(text, 64, "fast path: dropped, %s", drop_name((enum drop)reason));
    return text;
}

static bool keep(struct taking *taking, const struct trace_record *record)
{
    char text[64];
    taking->pcap.comment = comment_of(record->note, text);
    taking->count++;
    return taking->decapsulated ? pcap_write_inner(&taking->pcap, record) : pcap_write(&taking->pcap, record);
}

/* False: it could not be written. */
static bool drain(struct taking *taking, struct collector *collector)
{
    struct trace_record record;
    while (taking->count < taking->most) {
        errno = 0;
        if (trace_receive(collector, &record)) {
            if (!keep(taking, &record))
                return false;
        } else if (errno != EBADMSG) {
            return fflush(taking->pcap.to) == 0;
        }
    }
    return true;
}

static bool collect(struct taking *taking, struct collector *collector)
{
    struct pollfd wait = {.fd = trace_descriptor(collector), .events = POLLIN};
    bool good = true;
    taking->until = clock_now() + taking->for_long;
    while (good && !interrupted && taking->count < taking->most && clock_now() < taking->until &&
           trace_reporters(collector)) {
        poll(&wait, 1, 200);
        good = drain(taking, collector);
    }
    return good;
}

static json_t *begin(struct taking *taking, char why[PLANE_WHY])
{
    json_t *request = json_pack("{s:s}", "verb", "capture");
    if (taking->question.whose)
        json_object_set_new(request, "session", json_string(taking->question.session));
    else
        json_object_set_new(request, "gnb", json_string(taking->gnb));
    const char *by = getlogin();
    if (by)
        json_object_set_new(request, "by", json_string(by));
    json_object_set_new(request, "decapsulated", json_boolean(taking->decapsulated));
    return plane_ask_any(&taking->question, request, why);
}

static int take(struct taking *taking, FILE *to)
{
    char why[PLANE_WHY];
    json_t *reply = begin(taking, why);
    if (!reply)
        return failed("%s", why);
    const char *path = json_string_value(json_object_get(reply, "socket"));
    struct collector *collector = trace_collect_at(path ? path : "", &(struct trace_wish){0});
    if (!collector) {
        json_decref(reply);
        return failed("cannot collect: %s; are you the core's user?", strerror(errno));
    }
    char time[VALUE_TEXT_BYTES];
    fprintf(stderr, "captures %s%s; it ends after %lu packets or %s, or with Ctrl-C\n",
            taking->question.whose ? taking->question.whose : taking->gnb,
            json_is_true(json_object_get(reply, "fast")) ? "" : ", from the slow path alone", taking->most,
            config_duration_text(taking->for_long, time));
    json_decref(reply);
    bool good = pcap_begin(&taking->pcap, to, false);
    taking->pcap.longest = taking->octets ? strtoul(taking->octets, NULL, 10) : 0;
    good = good && collect(taking, collector);
    trace_hang_up(collector);
    fprintf(stderr, "%lu packets\n", taking->count);
    return good ? EXIT_DONE : failed("cannot write: %s", strerror(errno));
}

static bool is_number(const char *text)
{
    return !text || (text[0] && strspn(text, "0123456789") == strlen(text) && strlen(text) < 10);
}

/* False: it was said what is wrong. */
static bool understand(const struct command *command, struct taking *taking)
{
    int64_t time = SECONDS(SECONDS_LONG);
    if (!taking->question.whose == !taking->gnb)
        return wrong_usage(command, "either --session or --gnb is needed") == EXIT_DONE;
    if (!taking->file)
        return wrong_usage(command, "--pcap FILE is needed") == EXIT_DONE;
    if (!is_number(taking->packets) || !is_number(taking->octets))
        return wrong_usage(command, "--packets and --octets take numbers") == EXIT_DONE;
    if (taking->time && !config_duration_parse(taking->time, &time))
        return wrong_usage(command, "%s is no time such as 90s, 10m or 2h", taking->time) == EXIT_DONE;
    taking->most = taking->packets ? strtoul(taking->packets, NULL, 10) : PACKETS;
    taking->for_long = time;
    return true;
}

static int capture_to_file(struct plane_question *question)
{
    struct taking *taking = (struct taking *)question;
    const bool standard = strcmp(taking->file, "-") == 0;
    if (taking->question.whose && !plane_resolve(&taking->question))
        return EXIT_FAILED;
    FILE *to = standard ? stdout : fopen(taking->file, "we");
    if (!to)
        return failed("%s: %s", taking->file, strerror(errno));
    int code = take(taking, to);
    if (!standard && fclose(to) != 0)
        code = failed("%s: %s", taking->file, strerror(errno));
    return code;
}

int run_plane_capture(const struct command *command, int argc, char **argv)
{
    static struct taking taking;
    const char *path = NULL;
    const struct option_slot slots[] = {{"session", NULL, &taking.question.whose},
                                        {"gnb", NULL, &taking.gnb},
                                        {"pcap", NULL, &taking.file},
                                        {"packets", NULL, &taking.packets},
                                        {"for", NULL, &taking.time},
                                        {"octets", NULL, &taking.octets},
                                        {"decapsulated", &taking.decapsulated, NULL},
                                        {"plane", NULL, &taking.question.plane},
                                        {"config", NULL, &path},
                                        {0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc)
        return wrong_usage(command, "unexpected %s", argv[0]);
    if (!understand(command, &taking))
        return EXIT_USAGE;
    signal(SIGINT, interrupt);
    signal(SIGTERM, interrupt);
    return plane_with_config(&taking.question, path, capture_to_file);
}
