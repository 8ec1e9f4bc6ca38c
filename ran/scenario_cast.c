/* SPDX-License-Identifier: Apache-2.0 */
/* Who plays in a scenario, and how what they do is shown. */
#include "ran/scenario_cast.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdlib.h>

#include "ran/command.h"
#include "wire/ngap/ngap.h"

/* --- Showing --- */

enum colour { PLAIN, DIM, GREEN, YELLOW, BLUE, CYAN, RED };

static const char *paint(const struct scenario *scenario, enum colour colour)
{
    static const char *const codes[] = {"\033[0m",  "\033[2m",  "\033[32m", "\033[33m",
                                        "\033[34m", "\033[36m", "\033[31m"};
    return scenario->options.colour ? codes[colour] : "";
}

static void show_time(const struct scenario *scenario)
{
    int64_t elapsed = clock_now() - scenario->began;
    printf("%s%8.3f%s  ", paint(scenario, DIM), (double)elapsed / 1e9, paint(scenario, PLAIN));
}

static void show_message(const struct scenario *scenario, const char *who, bool up, const char *what,
                         enum colour colour)
{
    show_time(scenario);
    printf("%-10s %s%s %s%s\n", who, paint(scenario, colour), up ? "──▶" : "◀──", what,
           paint(scenario, PLAIN));
}

static struct actor *actor_of(struct phone *phone)
{
    return phone->user;
}

static void saw_nas(void *context, struct phone *phone, bool up, const struct nas_message *message)
{
    struct scenario *scenario = context;
    const struct actor *actor = actor_of(phone);
    char who[32];
    if (scenario->options.show != SCENARIO_FLOW || actor->number > scenario->watched)
        return;
    snprintf(who, sizeof who, "phone %u", actor->number);
    const char *name = nas_message_name(message->type);
    show_message(scenario, who, up, name ? name : "unknown NAS message", up ? CYAN : GREEN);
}

static bool is_transport(enum ngap_message_type type)
{
    return type == NGAP_INITIAL_UE_MESSAGE || type == NGAP_UPLINK_NAS_TRANSPORT ||
           type == NGAP_DOWNLINK_NAS_TRANSPORT;
}

static void saw_ngap(void *context, struct ran_gnb *gnb, bool up, const struct ngap_pdu *pdu)
{
    struct scenario *scenario = context;
    if (scenario->options.show != SCENARIO_FLOW || is_transport(pdu->message) || !scenario->watched)
        return;
    show_message(scenario, gnb->settings.name, up, ngap_message_name(pdu->message), BLUE);
}

static void show_addresses(const struct scenario *scenario, const struct actor *actor,
                           const struct phone_session *session)
{
    char ipv4[INET_ADDRSTRLEN] = "", ipv6[INET6_ADDRSTRLEN] = "";
    struct in_addr v4 = {.s_addr = htonl(session->ipv4)};
    struct in6_addr v6;
    memcpy(v6.s6_addr, session->ipv6_prefix, 8);
    memcpy(v6.s6_addr + 8, session->ipv6_interface, 8);
    if (session->ipv4)
        inet_ntop(AF_INET, &v4, ipv4, sizeof ipv4);
    if (session->has_prefix)
        inet_ntop(AF_INET6, &v6, ipv6, sizeof ipv6);
    show_time(scenario);
    printf("%sphone %-4u ✔   PDU session %u: %s%s%s%s\n", paint(scenario, YELLOW), actor->number, session->id,
           session->type == NAS_SESSION_ETHERNET ? "Ethernet" : ipv4, *ipv4 && *ipv6 ? "  " : "", ipv6,
           paint(scenario, PLAIN));
}

static void show_event(const struct scenario *scenario, const struct actor *actor, enum phone_event event,
                       uint8_t cause)
{
    bool bad = phone_event_is_failure(event);
    show_time(scenario);
    printf("%sphone %-4u %s   %s", paint(scenario, bad ? RED : YELLOW), actor->number, bad ? "✘" : "✔",
           phone_event_name(event));
    if (bad && cause)
        printf(", cause %u", cause);
    else if (bad)
        printf(", no answer");
    printf("%s\n", paint(scenario, PLAIN));
}

/* --- Events --- */

static void attach_tun(struct scenario *scenario, struct actor *actor, struct phone_session *session)
{
    char name[IFNAMSIZ];
    const char *why;
    if (!actor->wants_tun)
        return;
    snprintf(name, sizeof name, "ue%us%u", actor->number, session->id);
    if (!driver_attach_tun(&scenario->driver, &actor->phone, session, actor->netns, name, &why))
        scenario_fail(scenario, "phone %u: %s: %m", actor->number, why);
}

static bool worth_showing(enum phone_event event)
{
    return event != PHONE_CONNECTED && event != PHONE_NETWORK_NAME && event != PHONE_USER_PLANE_UP &&
           event != PHONE_SESSION_UP;
}

static void on_event(void *context, struct phone *phone, enum phone_event event,
                     struct phone_session *session, uint8_t cause)
{
    struct scenario *scenario = context;
    struct actor *actor = actor_of(phone);
    if (phone_event_is_failure(event)) {
        actor->failed = true;
        actor->cause = cause;
    }
    if (event == PHONE_IDLE)
        actor->released = true;
    if (event == PHONE_HANDED_OVER)
        actor->handed_over = true;
    if (event == PHONE_SESSION_DOWN)
        driver_detach_tun(&scenario->driver, session);
    if (event == PHONE_USER_PLANE_UP)
        attach_tun(scenario, actor, session);
    if (event == PHONE_USER_PLANE_UP && scenario->options.show == SCENARIO_FLOW &&
        phone_session_is_ready(session))
        show_addresses(scenario, actor, session);
    if (scenario->options.show == SCENARIO_FLOW && worth_showing(event) && !scenario->ending)
        show_event(scenario, actor, event, cause);
    scenario_wake(scenario);
}

static void on_packet(void *context, struct phone *phone, struct phone_session *session, struct bytes packet)
{
    (void)context, (void)phone;
    driver_deliver(session, packet);
}

static void on_gnb_ready(void *context, struct ran_gnb *gnb, bool accepted)
{
    struct scenario *scenario = context;
    for (unsigned i = 0; i < SCENARIO_STATIONS; i++)
        if (scenario->stations[i] && &scenario->stations[i]->gnb == gnb)
            scenario->answered[i] = true;
    if (!accepted)
        fprintf(stderr, "%s: refused by the core, or no answer\n", gnb->settings.name);
    scenario_wake(scenario);
}

/* --- Commands --- */

struct shown_command {
    struct command command;
    struct scenario *scenario;
    bool ended;
};

static void command_said(struct command *command, const char *line)
{
    struct shown_command *shown = command->context;
    if (shown->scenario->options.show == SCENARIO_FLOW)
        printf("          %s│%s %s\n", paint(shown->scenario, DIM), paint(shown->scenario, PLAIN), line);
}

static void command_ended(struct command *command)
{
    struct shown_command *shown = command->context;
    shown->ended = true;
    scenario_wake(shown->scenario);
}

static bool command_has_ended(struct scenario *scenario, const void *argument)
{
    (void)scenario;
    return ((const struct shown_command *)argument)->ended;
}

int scenario_command(struct scenario *scenario, const char *netns, const char *text)
{
    struct shown_command shown = {.scenario = scenario};
    shown.command.said = command_said;
    shown.command.ended = command_ended;
    shown.command.context = &shown;
    if (!command_start(&shown.command, scenario->driver.loop, netns, text))
        return -1;
    if (!scenario_until(scenario, command_has_ended, &shown, SECONDS(120)))
        command_kill(&shown.command);
    return shown.ended ? shown.command.status : -1;
}

/* --- Beginning and end --- */

bool scenario_cast_init(struct scenario *scenario)
{
    scenario->ports = (struct radio_ports){.packet = on_packet,
                                           .event = on_event,
                                           .gnb_ready = on_gnb_ready,
                                           .saw_ngap = saw_ngap,
                                           .saw_nas = saw_nas};
    scenario->began = clock_now();
    scenario->watched = UINT32_MAX;
    scenario->tac = 1;
    scenario->model = (struct phone_model){.plmn = {{0x99, 0xf9, 0x07}},
                                           .slice = {.sst = 1, .sd = NAS_NO_SD},
                                           .dnn = "internet",
                                           .session_type = NAS_SESSION_IPV4,
                                           .ea = 0xf0,
                                           .ia = 0x70};
    map_init(&scenario->actors, 0);
    address_parse(&scenario->driver.amf, "127.0.0.5", 38412);
    return driver_init(&scenario->driver, &scenario->ports, scenario);
}

void scenario_cast_free(struct scenario *scenario)
{
    size_t cursor = 0;
    void *value;
    scenario->ending = true;
    while (map_next(&scenario->actors, &cursor, NULL, &value)) {
        struct actor *actor = value;
        if (actor->phone.connection)
            ran_gnb_forget(actor->phone.connection);
        phone_free(&actor->phone);
        free(actor);
    }
    map_free(&scenario->actors);
    driver_free(&scenario->driver);
}
