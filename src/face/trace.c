/* SPDX-License-Identifier: Apache-2.0 */
/* demarc trace: collects what the processes report and writes it to a capture file, until it is interrupted. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "face/ask.h"
#include "face/command.h"
#include "face/pcap.h"

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

static bool drain(struct collector *collector, struct pcap *pcap, unsigned long long *count)
{
    struct trace_record record;
    for (;;) {
        errno = 0;
        if (trace_receive(collector, &record)) {
            if (!pcap_write(pcap, &record))
                return false;
            ++*count;
        } else if (errno != EBADMSG) {
            return fflush(pcap->to) == 0;
        }
    }
}

/* Until a signal, or a write that fails. */
static int collect(struct collector *collector, struct pcap *pcap)
{
    unsigned long long count = 0;
    struct pollfd wait = {.fd = trace_descriptor(collector), .events = POLLIN};
    bool good = true;
    while (good && !interrupted)
        if (poll(&wait, 1, 500) > 0)
            good = drain(collector, pcap, &count);
    good = good && drain(collector, pcap, &count);
    fprintf(stderr, "%llu messages\n", count);
    return good ? EXIT_DONE : failed("cannot write: %s", strerror(errno));
}

/* It sees what workers carry; a copy of all that the packet program carries would be too much for it. */
static void tell_what_is_missing(const struct config *config)
{
    bool fast = false;
    for (unsigned i = 0; i < config->plane_count; i++)
        fast |= !config->planes[i].external && config->planes[i].fast != CONFIG_FAST_OFF;
    if (fast)
        fputs("without packets of the fast path: demarc plane capture takes those of a session or a gNB\n",
              stderr);
}

static int trace_to(FILE *to, const struct config *config, bool with_nas)
{
    static struct pcap pcap;
    struct trace_wish wish = {.deciphered = with_nas};
    const char *by = getlogin();
    snprintf(wish.by, sizeof wish.by, "%s", by ? by : "");
    struct collector *collector = trace_collect(config->runtime_dir, &wish);
    if (!collector)
        return failed("cannot collect in %s: %s; is the core's runtime_dir right, and are you its user?",
                      config->runtime_dir, strerror(errno));
    fprintf(stderr, "%u processes report\n", trace_reporters(collector));
    tell_what_is_missing(config);
    int code = pcap_begin(&pcap, to, with_nas) ? collect(collector, &pcap)
                                               : failed("cannot write: %s", strerror(errno));
    trace_hang_up(collector);
    return code;
}

int run_trace(const struct command *command, int argc, char **argv)
{
    const char *config_path = NULL, *file = NULL;
    bool with_nas = false;
    const struct option_slot slots[] = {
        {"pcap", NULL, &file}, {"decipher-nas", &with_nas, NULL}, {"config", NULL, &config_path}, {0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc || !file)
        return wrong_usage(command, argc ? "unexpected %s" : "--pcap FILE is needed%s", argc ? argv[0] : "");
    struct config *config = load_or_fail(config_path);
    bool standard = strcmp(file, "-") == 0;
    FILE *to = !config ? NULL : standard ? stdout : fopen(file, "we");
    int code = EXIT_FAILED;
    signal(SIGINT, interrupt);
    signal(SIGTERM, interrupt);
    if (to)
        code = trace_to(to, config, with_nas);
    else if (config)
        code = failed("%s: %s", file, strerror(errno));
    if (to && !standard && fclose(to) != 0)
        code = failed("%s: %s", file, strerror(errno));
    config_free(config);
    return code;
}
