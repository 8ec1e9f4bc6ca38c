/* SPDX-License-Identifier: Apache-2.0 */
#include "ran/load.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ran/latency.h"

enum { N3_PORT = 2152, TICK_MS = 1, PING_BYTES = 64, ICMP_ECHO = 8, ICMP_PROTOCOL = 1 };

static const char *const step_names[LOAD_STEPS] = {"register", "session",  "ping",      "idle",
                                                   "service",  "periodic", "deregister"};

struct walker {
    struct phone phone;
    struct load *load;
    struct timer ping_again; /* packets may be lost */
    unsigned step;           /* place in the list */
    bool under_way;
    int64_t began; /* the present step */
};

struct load {
    struct load_options options;
    struct driver driver;
    struct radio_ports ports;
    struct walker *walkers;
    unsigned begun, done, failed, under_way, gnbs_ready;
    int64_t started, ended; /* the first phone began; the last one was done */
    struct timer tick, limit;
    struct latency latency[LOAD_STEPS];
    unsigned failures[LOAD_STEPS];
};

bool load_parse_steps(const char *text, struct load_options *options)
{
    char copy[256], *rest = copy;
    snprintf(copy, sizeof copy, "%s", text);
    options->step_count = 0;
    for (char *word; (word = strsep(&rest, ",")) && options->step_count < LOAD_LIST;) {
        unsigned step = 0;
        while (step < LOAD_STEPS && strcmp(word, step_names[step]) != 0)
            step++;
        if (step == LOAD_STEPS)
            return false;
        options->steps[options->step_count++] = (enum load_step)step;
    }
    return options->step_count > 0;
}

/* --- One phone --- */

static uint16_t internet_checksum(const uint8_t *data, size_t size)
{
    uint32_t sum = 0;
    for (size_t i = 0; i + 1 < size; i += 2)
        sum += (uint32_t)(data[i] << 8 | data[i + 1]);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static void put_checksum(uint8_t *data, size_t size, size_t at)
{
    uint16_t sum = internet_checksum(data, size);
    data[at] = (uint8_t)(sum >> 8);
    data[at + 1] = (uint8_t)sum;
}

static void send_ping(struct load *load, struct phone *phone)
{
    struct phone_session *session = phone_session(phone, 1);
    uint8_t packet[PING_BYTES] = {0x45, [3] = PING_BYTES, [8] = 64, [9] = ICMP_PROTOCOL, [20] = ICMP_ECHO};
    uint32_t from = htonl(session ? session->ipv4 : 0);
    uint32_t to = htonl(load->options.ping_to ? load->options.ping_to
                                              : (session ? (session->ipv4 & 0xffff0000) | 1 : 0));
    memcpy(packet + 12, &from, 4);
    memcpy(packet + 16, &to, 4);
    put_checksum(packet, 20, 10);
    put_checksum(packet + 20, sizeof packet - 20, 2);
    if (session)
        phone_send_packet(phone, session, BYTES(packet));
}

static void ping(struct timer *timer)
{
    struct walker *walker = (struct walker *)((char *)timer - offsetof(struct walker, ping_again));
    send_ping(walker->load, &walker->phone);
    timer_start(walker->load->driver.radio.timers, timer, SECONDS(1));
}

static void begin_step(struct load *load, struct walker *walker)
{
    struct phone *phone = &walker->phone;
    walker->began = clock_now();
    switch (load->options.steps[walker->step]) {
    case LOAD_REGISTER:
        phone_register(phone, NAS_INITIAL_REGISTRATION);
        break;
    case LOAD_SESSION:
        phone_open_session(phone, 1, NULL, 0);
        break;
    case LOAD_PING:
        ping(&walker->ping_again);
        break;
    case LOAD_IDLE:
        if (phone->connection)
            ran_gnb_release_request(phone->connection);
        break;
    case LOAD_SERVICE:
        phone_request_service(phone, NAS_SERVICE_DATA);
        break;
    case LOAD_PERIODIC:
        phone_register(phone, NAS_PERIODIC_REGISTRATION);
        break;
    case LOAD_DEREGISTER:
        phone_deregister(phone, false);
        break;
    case LOAD_STEPS:
        break;
    }
}

static void finish(struct load *load, struct walker *walker, bool well)
{
    timer_stop(load->driver.radio.timers, &walker->ping_again);
    walker->under_way = false;
    load->under_way--;
    load->done += well;
    load->failed += !well;
    load->ended = clock_now();
    if (load->done + load->failed == load->options.phones && !load->options.hold)
        loop_stop(load->driver.loop, load->failed ? 1 : 0);
}

static void step_done(struct load *load, struct walker *walker)
{
    latency_add(&load->latency[load->options.steps[walker->step]], clock_now() - walker->began);
    if (++walker->step == load->options.step_count)
        finish(load, walker, true);
    else
        begin_step(load, walker);
}

static bool completes(enum load_step step, enum phone_event event)
{
    static const enum phone_event outcome[LOAD_STEPS] = {[LOAD_REGISTER] = PHONE_REGISTERED,
                                                         [LOAD_SESSION] = PHONE_SESSION_UP,
                                                         [LOAD_PING] = PHONE_EVENTS,
                                                         [LOAD_IDLE] = PHONE_IDLE,
                                                         [LOAD_SERVICE] = PHONE_CONNECTED,
                                                         [LOAD_PERIODIC] = PHONE_REGISTERED,
                                                         [LOAD_DEREGISTER] = PHONE_DEREGISTERED};
    return outcome[step] == event;
}

static void on_event(void *context, struct phone *phone, enum phone_event event,
                     struct phone_session *session, uint8_t cause)
{
    struct load *load = context;
    struct walker *walker = phone->user;
    (void)session, (void)cause;
    if (!walker->under_way)
        return;
    enum load_step step = load->options.steps[walker->step];
    if (event == PHONE_REGISTRATION_FAILED || event == PHONE_SESSION_FAILED ||
        event == PHONE_SERVICE_FAILED) {
        load->failures[step]++;
        finish(load, walker, false);
    } else if (completes(step, event)) {
        step_done(load, walker);
    }
}

static void on_packet(void *context, struct phone *phone, struct phone_session *session, struct bytes packet)
{
    struct load *load = context;
    struct walker *walker = phone->user;
    (void)session;
    bool answer = packet.len >= 28 && packet.data[9] == ICMP_PROTOCOL && packet.data[20] == 0;
    if (!answer || !walker->under_way || load->options.steps[walker->step] != LOAD_PING)
        return;
    timer_stop(load->driver.radio.timers, &walker->ping_again);
    step_done(load, walker);
}

/* --- Beginning phones --- */

static void begin_walker(struct load *load)
{
    struct walker *walker = &load->walkers[load->begun++];
    walker->under_way = true;
    load->under_way++;
    begin_step(load, walker);
}

static void tick(struct timer *timer)
{
    struct load *load = (struct load *)((char *)timer - offsetof(struct load, tick));
    const struct load_options *options = &load->options;
    double due = options->phones;
    if (options->rate > 0)
        due = (double)(clock_now() - load->started) * options->rate / 1e9 + 1;
    while (load->begun < options->phones && load->begun < due && load->under_way < options->window)
        begin_walker(load);
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
    if (++load->gnbs_ready == load->options.gnbs) {
        load->started = clock_now();
        tick(&load->tick);
    }
}

static void out_of_time(struct timer *timer)
{
    struct load *load = (struct load *)((char *)timer - offsetof(struct load, limit));
    load->failed += load->under_way;
    for (unsigned i = 0; i < load->begun; i++)
        if (load->walkers[i].under_way)
            load->failures[load->options.steps[load->walkers[i].step]]++;
    loop_stop(load->driver.loop, 1);
}

static void interrupted(void *context, int signal)
{
    struct load *load = context;
    (void)signal;
    loop_stop(load->driver.loop, load->done == load->options.phones ? 0 : 1);
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
        walker->ping_again.fire = ping;
        phone_camp(&walker->phone, &load->driver.stations[i % options->gnbs]->gnb);
    }
}

/* --- Results --- */

static double seconds_taken(const struct load *load)
{
    return load->ended > load->started ? (double)(load->ended - load->started) / 1e9 : 0;
}

static void report_json(struct load *load)
{
    double taken = seconds_taken(load);
    printf("{\"phones\":%u,\"done\":%u,\"failed\":%u,\"seconds\":%.3f,\"phones_per_second\":%.1f,\"steps\":{",
           load->options.phones, load->done, load->failed, taken, taken > 0 ? load->done / taken : 0);
    const char *comma = "";
    for (unsigned step = 0; step < LOAD_STEPS; step++) {
        struct latency *latency = &load->latency[step];
        if (!latency->count && !load->failures[step])
            continue;
        printf("%s\"%s\":{\"count\":%zu,\"failed\":%u,\"p50_ms\":%.3f,\"p90_ms\":%.3f,\"p99_ms\":%.3f,\"max_"
               "ms\":%.3f}",
               comma, step_names[step], latency->count, load->failures[step], latency_ms(latency, 50),
               latency_ms(latency, 90), latency_ms(latency, 99), latency_ms(latency, 100));
        comma = ",";
    }
    printf("}}\n");
}

static void report_table(struct load *load)
{
    double taken = seconds_taken(load);
    printf("%u phones, %u done, %u failed, in %.2f s: %.0f phones/s\n\n", load->options.phones, load->done,
           load->failed, taken, taken > 0 ? load->done / taken : 0);
    printf("%-12s %9s %7s %10s %10s %10s %10s\n", "step", "count", "failed", "p50 ms", "p90 ms", "p99 ms",
           "max ms");
    for (unsigned step = 0; step < LOAD_STEPS; step++) {
        struct latency *latency = &load->latency[step];
        if (latency->count || load->failures[step])
            printf("%-12s %9zu %7u %10.2f %10.2f %10.2f %10.2f\n", step_names[step], latency->count,
                   load->failures[step], latency_ms(latency, 50), latency_ms(latency, 90),
                   latency_ms(latency, 99), latency_ms(latency, 100));
    }
}

static void close_down(struct load *load)
{
    for (unsigned i = 0; i < load->options.phones; i++)
        load->walkers[i].under_way = false;
    driver_free(&load->driver);
    for (unsigned i = 0; i < LOAD_STEPS; i++)
        latency_free(&load->latency[i]);
    free(load->walkers);
}

int load_run(const struct load_options *options)
{
    struct load load = {.options = *options};
    load.ports = (struct radio_ports){.event = on_event, .packet = on_packet, .gnb_ready = on_gnb_ready};
    load.walkers = calloc(options->phones, sizeof *load.walkers);
    if (!load.walkers || !driver_init(&load.driver, &load.ports, &load)) {
        fprintf(stderr, "demarc-ran: out of memory\n");
        return 1;
    }
    load.driver.amf = options->amf;
    load.tick.fire = tick;
    load.limit.fire = out_of_time;
    loop_on_signal(load.driver.loop, SIGINT, interrupted, &load);
    loop_on_signal(load.driver.loop, SIGTERM, interrupted, &load);
    bool ready = true;
    for (unsigned i = 0; ready && i < options->gnbs; i++)
        ready = start_gnb(&load, i);
    if (ready) {
        make_walkers(&load);
        timer_start(load.driver.radio.timers, &load.limit, SECONDS(options->seconds));
    }
    int code = ready ? loop_run(load.driver.loop) : 1;
    if (ready && options->json)
        report_json(&load);
    else if (ready)
        report_table(&load);
    close_down(&load);
    return code;
}
