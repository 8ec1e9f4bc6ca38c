/* SPDX-License-Identifier: Apache-2.0 */
#include "ran/load.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ran/load_state.h"

enum { N3_PORT = 2152, TICK_MS = 1, DATA_NETWORK_BUFFER = 4 << 20 };

/* --- Phases: all walkers begin, and are done or meet again --- */

static void tick(struct timer *timer);

static bool at_gathering(const struct walker *walker)
{
    const struct load_options *options = &walker->load->options;
    return walker->step < options->step_count && options->steps[walker->step] == LOAD_GATHER;
}

static void begin_phase(struct load *load)
{
    load->begun = load->arrived = 0;
    load->phase_started = clock_now();
    tick(&load->tick);
}

static void leave_gathering(struct load *load)
{
    for (unsigned i = 0; i < load->options.phones; i++)
        load->walkers[i].step += at_gathering(&load->walkers[i]);
    begin_phase(load);
}

static void told_to_go_on(struct watch *word, uint32_t events)
{
    struct load *load = (struct load *)((char *)word - offsetof(struct load, word));
    char line[64];
    (void)events;
    if (read(word->fd, line, sizeof line) <= 0)
        loop_stop(load->driver.loop, 1);
    loop_forget(load->driver.loop, word);
    leave_gathering(load);
}

static void all_gathered(struct load *load)
{
    if (!load->options.pause) {
        leave_gathering(load);
        return;
    }
    printf("{\"gathered\":%u}\n", load->arrived);
    fflush(stdout);
    if (!loop_watch(load->driver.loop, &load->word, EPOLLIN))
        loop_stop(load->driver.loop, 1);
}

static void end_phase(struct load *load)
{
    unsigned gathered = load->options.phones;
    for (unsigned i = 0; i < load->options.phones; i++)
        gathered -= !at_gathering(&load->walkers[i]);
    if (gathered)
        all_gathered(load);
    else if (!load->options.hold)
        loop_stop(load->driver.loop, load->failed ? 1 : 0);
}

static void arrive(struct walker *walker)
{
    struct load *load = walker->load;
    walker->under_way = false;
    load->under_way--;
    load->arrived += !walker->failed;
    load->ended = clock_now();
    if (load->arrived + load->failed == load->options.phones)
        end_phase(load);
}

/* --- One phone --- */

static void begin_step(struct walker *walker)
{
    struct load *load = walker->load;
    walker->began = clock_now();
    if (walker->step == load->options.step_count)
        load->done++;
    if (walker->step == load->options.step_count || at_gathering(walker)) {
        arrive(walker);
        return;
    }
    struct step_figures *figures = &load->figures[load->options.steps[walker->step]];
    if (figures->running++ == 0)
        figures->since = walker->began;
    load_begin_step(walker);
}

static struct step_figures *end_step(struct walker *walker)
{
    struct load *load = walker->load;
    struct step_figures *figures = &load->figures[load->options.steps[walker->step]];
    timer_stop(load->driver.radio.timers, &walker->again);
    if (--figures->running == 0)
        figures->busy += clock_now() - figures->since;
    return figures;
}

void load_step_done(struct walker *walker)
{
    struct step_figures *figures = end_step(walker);
    latency_add(&figures->latency, clock_now() - walker->began);
    walker->step++;
    begin_step(walker);
}

void load_step_failed(struct walker *walker)
{
    end_step(walker)->failures++;
    walker->failed = true;
    walker->load->failed++;
    arrive(walker);
}

static void begin_walker(struct walker *walker)
{
    if (walker->failed)
        return;
    walker->under_way = true;
    walker->load->under_way++;
    begin_step(walker);
}

static void tick(struct timer *timer)
{
    struct load *load = (struct load *)((char *)timer - offsetof(struct load, tick));
    const struct load_options *options = &load->options;
    double due = options->phones;
    if (options->rate > 0)
        due = (double)(clock_now() - load->phase_started) * options->rate / 1e9 + 1;
    while (load->begun < options->phones && load->begun < due && load->under_way < options->window)
        begin_walker(&load->walkers[load->begun++]);
    if (load->begun < options->phones)
        timer_start(load->driver.radio.timers, timer, MILLISECONDS(TICK_MS));
}

static void on_gnb_ready(void *context, struct ran_gnb *gnb, bool accepted)
{
    struct load *load = context;
    if (!accepted) {
        fprintf(stderr, "demarc-ran: %s was refused by the core, or got no answer\n", gnb->settings.name);
        loop_stop(load->driver.loop, 1);
        return;
    }
    if (++load->gnbs_ready == load->driver.station_count) {
        load->started = clock_now();
        begin_phase(load);
    }
}

static void out_of_time(struct timer *timer)
{
    struct load *load = (struct load *)((char *)timer - offsetof(struct load, limit));
    load->failed += load->under_way;
    for (unsigned i = 0; i < load->options.phones; i++)
        if (load->walkers[i].under_way)
            load->figures[load->options.steps[load->walkers[i].step]].failures++;
    loop_stop(load->driver.loop, 1);
}

static void interrupted(void *context, int signal)
{
    struct load *load = context;
    (void)signal;
    loop_stop(load->driver.loop, load->done == load->options.phones ? 0 : 1);
}

/* A burst to many phones at once must not stop at the socket. */
static int open_data_network(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), buffer = DATA_NETWORK_BUFFER;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer);
    return fd;
}

static bool start_gnb(struct load *load, unsigned number)
{
    const struct load_options *options = &load->options;
    const char *why;
    struct ran_gnb_settings settings = {
        .id = 1 + number, .plmn = options->model.plmn, .tac = options->tac, .slice = options->model.slice};
    snprintf(settings.name, sizeof settings.name, "load-gnb-%u", number + 1);
    settings.address.v4.sin_family = AF_INET;
    settings.address.v4.sin_port = htons(N3_PORT);
    settings.address.v4.sin_addr.s_addr = htonl(options->gnb_address + number);
    struct station *station = driver_add(&load->driver, &settings, options->netns, &why);
    if (station && driver_connect(station, &why))
        return true;
    fprintf(stderr, "demarc-ran: %s: %s\n", settings.name, why);
    return false;
}

static void make_walkers(struct load *load)
{
    const struct load_options *options = &load->options;
    unsigned long long first = strtoull(options->first_imsi, NULL, 10);
    for (unsigned i = 0; i < options->phones; i++) {
        struct walker *walker = &load->walkers[i];
        char imsi[24];
        snprintf(imsi, sizeof imsi, "%015llu", first + i);
        phone_init(&walker->phone, &load->driver.radio, &options->model, imsi, &options->key);
        walker->phone.user = walker;
        walker->load = load;
        walker->again.fire = load_send_again;
        walker->stream.fire = load_stream;
        phone_camp(&walker->phone, &load->driver.stations[i % options->gnbs]->gnb);
    }
}

static void close_down(struct load *load)
{
    for (unsigned i = 0; i < load->options.phones; i++)
        load->walkers[i].under_way = false;
    driver_free(&load->driver);
    for (unsigned i = 0; i < LOAD_STEPS; i++)
        latency_free(&load->figures[i].latency);
    latency_free(&load->path_ended);
    if (load->data_network >= 0)
        close(load->data_network);
    free(load->walkers);
}

static bool has_stream(const struct load_options *options)
{
    for (unsigned i = 0; i < options->step_count; i++)
        if (options->steps[i] == LOAD_STREAM)
            return true;
    return false;
}

int load_run(const struct load_options *options)
{
    struct load load = {.options = *options,
                        .tick.fire = tick,
                        .limit.fire = out_of_time,
                        .word = {.fd = STDIN_FILENO, .ready = told_to_go_on},
                        .data_network = open_data_network()};
    load.ports = (struct radio_ports){.event = load_on_event,
                                      .packet = load_on_packet,
                                      .gnb_ready = on_gnb_ready,
                                      .path_ended = load_on_path_ended};
    load.walkers = calloc(options->phones, sizeof *load.walkers);
    if (!load.walkers || !driver_init(&load.driver, &load.ports, &load)) {
        fprintf(stderr, "demarc-ran: out of memory\n");
        return 1;
    }
    load.driver.amf = options->amf;
    loop_on_signal(load.driver.loop, SIGINT, interrupted, &load);
    loop_on_signal(load.driver.loop, SIGTERM, interrupted, &load);
    bool ready = !has_stream(options) || load_stream_open(&load);
    if (!ready)
        fprintf(stderr, "demarc-ran: UDP port %d is not free\n", LOAD_STREAM_PORT);
    for (unsigned i = 0; ready && i < options->gnbs; i++)
        ready = start_gnb(&load, i);
    if (ready && options->refuge.any.sa_family) {
        load.driver.amf = options->refuge;
        ready = start_gnb(&load, options->gnbs);
    }
    if (ready) {
        make_walkers(&load);
        timer_start(load.driver.radio.timers, &load.limit, SECONDS(options->seconds));
    }
    int code = ready ? loop_run(load.driver.loop) : 1;
    if (ready)
        load_report(&load);
    close_down(&load);
    return code;
}
