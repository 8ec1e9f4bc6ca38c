/* SPDX-License-Identifier: Apache-2.0 */
/* What the phones of a load run do, and how it is known that they have done it. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "ran/load_state.h"
#include "ran/ping.h"

enum { UDP_PROTOCOL = 17, DISCARD_PORT = 9, DWELL_MS = 100, REST_MS = 700 };

static const char *const step_names[LOAD_STEPS] = {[LOAD_REGISTER] = "register",
                                                   [LOAD_SESSION] = "session",
                                                   [LOAD_PING] = "ping",
                                                   [LOAD_IDLE] = "idle",
                                                   [LOAD_SERVICE] = "service",
                                                   [LOAD_PAGE] = "page",
                                                   [LOAD_MOVE] = "move",
                                                   [LOAD_FLEE] = "flee",
                                                   [LOAD_XN_HANDOVER] = "xn_handover",
                                                   [LOAD_N2_HANDOVER] = "n2_handover",
                                                   [LOAD_N2_DIRECT_HANDOVER] = "n2_direct_handover",
                                                   [LOAD_PERIODIC] = "periodic",
                                                   [LOAD_DEREGISTER] = "deregister",
                                                   [LOAD_GATHER] = "gather",
                                                   [LOAD_STREAM] = "stream",
                                                   [LOAD_DWELL] = "dwell",
                                                   [LOAD_REST] = "rest"};

const char *load_step_name(enum load_step step)
{
    return step_names[step];
}

bool load_parse_steps(const char *text, struct load_options *options)
{
    char copy[LOAD_LIST * 12], *rest = copy;
    if (strlen(text) >= sizeof copy)
        return false;
    snprintf(copy, sizeof copy, "%s", text);
    options->step_count = 0;
    for (char *word; (word = strsep(&rest, ",")) != NULL;) {
        unsigned step = 0;
        while (step < LOAD_STEPS && strcmp(word, step_names[step]) != 0)
            step++;
        if (step == LOAD_STEPS || options->step_count == LOAD_LIST)
            return false;
        options->steps[options->step_count++] = (enum load_step)step;
    }
    return options->step_count > 0;
}

/* --- Packets --- */

uint32_t load_gateway(const struct load *load, const struct phone_session *session)
{
    return load->options.ping_to ? load->options.ping_to : (session->ipv4 & 0xffff0000) | 1;
}

static void send_ping(struct load *load, struct phone *phone)
{
    struct phone_session *session = phone_session(phone, 1);
    uint8_t packet[PING_BYTES];
    if (!session)
        return;
    ping_write(packet, (struct ping){.from = session->ipv4, .to = load_gateway(load, session)});
    phone_send_packet(phone, session, BYTES(packet));
}

/* From the data network to a phone that sleeps. */
static void send_downlink(const struct load *load, struct phone *phone)
{
    const struct phone_session *session = phone_session(phone, 1);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(DISCARD_PORT)};
    if (!session)
        return;
    to.sin_addr.s_addr = htonl(session->ipv4);
    sendto(load->data_network, "", 1, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof to);
}

void load_send_again(struct timer *timer)
{
    struct walker *walker = (struct walker *)((char *)timer - offsetof(struct walker, again));
    struct load *load = walker->load;
    enum load_step step = load->options.steps[walker->step];
    if (step == LOAD_DWELL || step == LOAD_REST) {
        load_step_done(walker);
        return;
    }
    if (step == LOAD_PING)
        send_ping(load, &walker->phone);
    else
        send_downlink(load, &walker->phone);
    timer_start(load->driver.radio.timers, timer, SECONDS(1));
}

void load_on_packet(void *context, struct phone *phone, struct phone_session *session, struct bytes packet)
{
    struct load *load = context;
    struct walker *walker = phone->user;
    (void)session;
    if (packet.len < 28 || load_stream_arrived(walker, packet) || !walker->under_way)
        return;
    enum load_step step = load->options.steps[walker->step];
    if ((step == LOAD_PING && ping_is_reply(packet)) || (step == LOAD_PAGE && packet.data[9] == UDP_PROTOCOL))
        load_step_done(walker);
}

/* --- Procedures --- */

static struct ran_gnb *next_gnb(const struct walker *walker)
{
    const struct driver *driver = &walker->load->driver;
    unsigned here = 0;
    while (&driver->stations[here]->gnb != walker->phone.gnb)
        here++;
    return &driver->stations[(here + 1) % driver->station_count]->gnb;
}

/* The last gNB is the refuge. */
static void flee(struct phone *phone, const struct driver *driver)
{
    struct ran_gnb *refuge = &driver->stations[driver->station_count - 1]->gnb;
    if (phone->connection || phone->gnb == refuge)
        return; /* it is served yet, or on its way */
    phone_camp(phone, refuge);
    phone_register(phone, NAS_MOBILITY_REGISTRATION);
}

static void hand_over(struct walker *walker, enum load_step way)
{
    struct ran_gnb_connection *connection = walker->phone.connection;
    struct ran_gnb *target = next_gnb(walker);
    bool begun =
        connection &&
        (way == LOAD_XN_HANDOVER ? ran_gnb_xn_handover(connection, target)
                                 : ran_gnb_n2_handover(connection, target, way == LOAD_N2_DIRECT_HANDOVER));
    if (!begun)
        load_step_failed(walker);
}

void load_on_path_ended(void *context, int64_t after)
{
    struct load *load = context;
    latency_add(&load->path_ended, after);
}

void load_begin_step(struct walker *walker)
{
    struct phone *phone = &walker->phone;
    struct timers *timers = walker->load->driver.radio.timers;
    switch (walker->load->options.steps[walker->step]) {
    case LOAD_REGISTER:
        phone_register(phone, NAS_INITIAL_REGISTRATION);
        break;
    case LOAD_SESSION:
        phone_open_session(phone, 1, NULL, 0);
        break;
    case LOAD_PING:
    case LOAD_PAGE:
        load_send_again(&walker->again);
        break;
    case LOAD_IDLE:
        if (phone->connection)
            ran_gnb_release_request(phone->connection);
        else
            load_step_done(walker);
        break;
    case LOAD_SERVICE:
        phone_request_service(phone, NAS_SERVICE_DATA);
        break;
    case LOAD_MOVE:
        phone_camp(phone, next_gnb(walker));
        phone_register(phone, NAS_MOBILITY_REGISTRATION);
        break;
    case LOAD_FLEE:
        flee(phone, &walker->load->driver);
        break;
    case LOAD_XN_HANDOVER:
    case LOAD_N2_HANDOVER:
    case LOAD_N2_DIRECT_HANDOVER:
        hand_over(walker, walker->load->options.steps[walker->step]);
        break;
    case LOAD_PERIODIC:
        phone_register(phone, NAS_PERIODIC_REGISTRATION);
        break;
    case LOAD_DEREGISTER:
        phone_deregister(phone, false);
        break;
    case LOAD_STREAM:
        load_stream(&walker->stream);
        load_step_done(walker);
        break;
    case LOAD_DWELL:
        timer_start(timers, &walker->again, MILLISECONDS(DWELL_MS));
        break;
    case LOAD_REST:
        timer_stop(timers, &walker->stream);
        timer_start(timers, &walker->again, MILLISECONDS(REST_MS));
        break;
    case LOAD_GATHER:
    case LOAD_STEPS:
        break;
    }
}

static bool completes(enum load_step step, enum phone_event event)
{
    static const enum phone_event outcome[LOAD_STEPS] = {[LOAD_REGISTER] = PHONE_REGISTERED,
                                                         [LOAD_SESSION] = PHONE_SESSION_UP,
                                                         [LOAD_PING] = PHONE_EVENTS,
                                                         [LOAD_IDLE] = PHONE_IDLE,
                                                         [LOAD_SERVICE] = PHONE_CONNECTED,
                                                         [LOAD_PAGE] = PHONE_EVENTS,
                                                         [LOAD_MOVE] = PHONE_REGISTERED,
                                                         [LOAD_FLEE] = PHONE_REGISTERED,
                                                         [LOAD_XN_HANDOVER] = PHONE_HANDED_OVER,
                                                         [LOAD_N2_HANDOVER] = PHONE_HANDED_OVER,
                                                         [LOAD_N2_DIRECT_HANDOVER] = PHONE_HANDED_OVER,
                                                         [LOAD_PERIODIC] = PHONE_REGISTERED,
                                                         [LOAD_DEREGISTER] = PHONE_DEREGISTERED,
                                                         [LOAD_GATHER] = PHONE_EVENTS,
                                                         [LOAD_STREAM] = PHONE_EVENTS,
                                                         [LOAD_DWELL] = PHONE_EVENTS,
                                                         [LOAD_REST] = PHONE_EVENTS};
    return outcome[step] == event;
}

void load_on_event(void *context, struct phone *phone, enum phone_event event, struct phone_session *session,
                   uint8_t cause)
{
    struct load *load = context;
    struct walker *walker = phone->user;
    (void)session, (void)cause;
    if (!walker->under_way)
        return;
    if (event == PHONE_IDLE && load->options.steps[walker->step] == LOAD_FLEE)
        flee(phone, &load->driver);
    else if (phone_event_is_failure(event))
        load_step_failed(walker);
    else if (completes(load->options.steps[walker->step], event))
        load_step_done(walker);
}
