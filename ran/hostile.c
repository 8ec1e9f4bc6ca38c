/* SPDX-License-Identifier: Apache-2.0 */
/* Plays the catalogue: class after class, its variants, and what is seen of core and victims before and after. */
#include "ran/hostile.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ran/gnb_inside.h"
#include "ran/hostile_attack.h"
#include "ran/ping.h"
#include "ran/raw_sctp.h"
#include "ran/tun.h"

enum {
    STEP_STACK = 1024 * 1024,
    CONNECT_S = 5,
    ARENA_BYTES = 256 << 20,
    ALLOWED_DESCRIPTORS = 4,
    ALLOWED_BYTES = 16 << 20
};

struct totals {
    unsigned classes, passed, elsewhere, variants, shut_out;
};

/* --- What the radio reports --- */

static void on_packet(void *context, struct phone *phone, struct phone_session *session, struct bytes packet)
{
    struct attack *attack = context;
    struct victim *victim = phone->user;
    (void)session;
    if (!victim)
        attack->packets++;
    else if (ping_is_reply(packet) && victim == &attack->victims[0])
        victims_answered(victim, ping_sequence(packet));
    else if (attack->proving)
        victim->reached = true;
    else
        victim->disturbed = "a packet came to a victim's phone that it had not asked for";
    waiter_wake(&attack->waiter);
}

static const char *disturbance(enum phone_event event)
{
    static const char *const words[PHONE_EVENTS] = {
        [PHONE_DEREGISTERED] = "a victim's phone was deregistered",
        [PHONE_CONNECTED] = "a victim's phone was woken",
        [PHONE_IDLE] = "a victim's phone lost its connection",
        [PHONE_PAGED] = "a victim's phone was paged",
        [PHONE_SERVICE_FAILED] = "a victim's phone was refused service",
        [PHONE_SESSION_DOWN] = "a victim's session ended",
        [PHONE_KEYS_DIFFER] = "a victim's keys differ from the core's",
        [PHONE_REGISTRATION_FAILED] = "a victim's registration was refused"};
    return words[event];
}

static void on_event(void *context, struct phone *phone, enum phone_event event,
                     struct phone_session *session, uint8_t cause)
{
    struct attack *attack = context;
    struct victim *victim = phone->user;
    (void)session, (void)cause;
    if (!victim && event == PHONE_USER_PLANE_UP)
        attack->has_user_plane = true;
    if (!victim && (event == PHONE_IDLE || event == PHONE_SESSION_DOWN))
        attack->has_user_plane = false;
    if (victim && !attack->proving && disturbance(event))
        victim->disturbed = disturbance(event);
    waiter_wake(&attack->waiter);
}

static void on_gnb_ready(void *context, struct ran_gnb *gnb, bool accepted)
{
    struct attack *attack = context;
    if (attack->honest && gnb == &attack->honest->gnb)
        attack->honest_ready = accepted;
    else
        attack->setups++;
    waiter_wake(&attack->waiter);
}

static bool answers_update(enum ngap_message_type message)
{
    return message == NGAP_RAN_CONFIGURATION_UPDATE_ACKNOWLEDGE ||
           message == NGAP_RAN_CONFIGURATION_UPDATE_FAILURE || message == NGAP_ERROR_INDICATION;
}

static void heard_acknowledge(struct attack *attack,
                              const struct ngap_path_switch_request_acknowledge *acknowledge)
{
    const struct ngap_ue_security_capabilities *told = acknowledge->ue_security_capabilities;
    const struct ngap_path_switch_request_acknowledge_transfer *transfer;
    struct aper_diagnostics diagnostics;
    attack->told = told ? &attack->told_room : NULL;
    if (told)
        attack->told_room = *told;
    if (!acknowledge->pdu_session_resource_switched_list.count ||
        ngap_decode_path_switch_request_acknowledge_transfer(
            acknowledge->pdu_session_resource_switched_list.items[0].path_switch_request_acknowledge_transfer,
            &attack->station->gnb.arena, &transfer, &diagnostics) > NGAP_NOTIFY)
        return;
    attack->has_told_policy = transfer->security_indication != NULL;
    if (attack->has_told_policy)
        attack->told_policy = *transfer->security_indication;
}

static void heard(struct attack *attack, const struct ngap_pdu *pdu)
{
    if (attack->restarted && attack->restarted->up && !attack->by_hand)
        return;
    attack->heard[pdu->message] = true;
    if (pdu->has_amf_ue_ngap_id)
        attack->latest_amf_id = pdu->amf_ue_ngap_id;
    attack->fence_answered |= pdu->message == NGAP_RAN_CONFIGURATION_UPDATE_ACKNOWLEDGE ||
                              pdu->message == NGAP_RAN_CONFIGURATION_UPDATE_FAILURE;
    if (pdu->message == NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE)
        heard_acknowledge(attack, pdu->value.path_switch_request_acknowledge);
}

/* Nobody but the attacker hands phones over, or tells of its configuration. */
static void honest_heard(struct attack *attack, enum ngap_message_type message)
{
    attack->honest_answered |= answers_update(message);
    attack->honest_told |=
        message == NGAP_HANDOVER_REQUEST || message == NGAP_DOWNLINK_RAN_CONFIGURATION_TRANSFER;
}

static void saw_ngap(void *context, struct ran_gnb *gnb, bool up, const struct ngap_pdu *pdu)
{
    struct attack *attack = context;
    if (up)
        return;
    if (gnb == &attack->honest->gnb)
        honest_heard(attack, pdu->message);
    else
        heard(attack, pdu);
    waiter_wake(&attack->waiter);
}

static void (*pass_on)(void *context, struct ran_gnb *gnb, uint16_t stream, struct bytes message);

/* Messages of both gNBs on their way to the core: the attacker hears the victims on the air, and lies for its own phone. */
static void on_ngap(void *context, struct ran_gnb *gnb, uint16_t stream, struct bytes message)
{
    struct attack *attack = context;
    if (gnb == &attack->honest->gnb)
        victims_overhear(attack, message);
    else if (attack->tamper)
        message = attack->tamper(attack, message);
    if (!message.len)
        return;
    if (attack->restarted && gnb == &attack->station->gnb)
        raw_sctp_say(attack->restarted, stream, NGAP_PPID, message);
    else
        pass_on(context, gnb, stream, message);
}

static void settled(void *context)
{
    struct attack *attack = context;
    if (attack->honest_ready && !attack->honest->association)
        attack->honest_lost = true;
    if (attack->station && !attack->station->association)
        waiter_wake(&attack->waiter);
    waiter_settled(&attack->waiter);
}

/* --- One class --- */

static const char *compare_sizes(const struct core_size *before, const struct core_size *after)
{
    static char why[128];
    *why = '\0';
    if (after->descriptors > before->descriptors + ALLOWED_DESCRIPTORS)
        snprintf(why, sizeof why, "the core held %" PRIu64 " descriptors, and now %" PRIu64,
                 before->descriptors, after->descriptors);
    else if (after->resident > before->resident + ALLOWED_BYTES)
        snprintf(why, sizeof why, "the core held %" PRIu64 " KiB of memory, and now %" PRIu64,
                 before->resident >> 10, after->resident >> 10);
    return *why ? why : NULL;
}

static void prove(struct attack *attack, const char *digest, const struct core_size *size)
{
    char now[DIGEST_TEXT];
    struct core_size after;
    snprintf(attack->name, sizeof attack->name, "after the class");
    attack->variant = 0;
    attack->latest_length = 0;
    attack->variant_failed = false;
    attack_leave(attack, true); /* whatever it has called itself */
    check_digest(attack, now);
    if (strcmp(now, digest) != 0)
        attack_fail(attack, "the core's state has changed: %.16s before, %.16s after", digest, now);
    if (!check_processes(attack->options->processes, &after))
        attack_fail(attack, "a process of the core has ended");
    else if (compare_sizes(size, &after))
        attack_fail(attack, "%s", compare_sizes(size, &after));
    const char *why = victims_prove(attack);
    if (why)
        attack_fail(attack, "%s", why);
    if (!attack_set_up(attack) && attack->failed)
        attack_fail(attack, "a new association is not set up any more");
}

static bool honest_is_ready(void *argument)
{
    return ((const struct attack *)argument)->honest_ready;
}

static bool begin_honest(struct attack *attack)
{
    const char *why = "no answer to NG Setup";
    attack->honest_ready = attack->honest_lost = false;
    if ((attack->honest->association || driver_connect(attack->honest, &why)) &&
        (attack->honest->gnb.ready ||
         waiter_until(&attack->waiter, honest_is_ready, attack, SECONDS(CONNECT_S)))) {
        attack->honest_ready = true;
        return victims_begin(attack);
    }
    fprintf(stderr, "demarc-ran: the honest gNB is not served: %s\n", why);
    return false;
}

/* After a failure: the next class finds everybody in good order. */
static bool restore(struct attack *attack)
{
    attack->proving = true;
    victims_end(attack);
    bool well = begin_honest(attack);
    attack->strays = attack->honest->gnb.packets_dropped;
    return well;
}

static void show(const struct attack *attack, const struct hostile_class *class, unsigned failed,
                 double seconds)
{
    const struct hostile_options *options = attack->options;
    const char *good = options->colour ? "\033[32m✔\033[0m" : "✔",
               *bad = options->colour ? "\033[31m✘\033[0m" : "✘";
    if (options->json) {
        printf("{\"class\": %u, \"words\": \"%s\", \"variants\": %u, \"failed\": %u, \"seconds\": %.2f}\n",
               class->number, class->words, attack->played, failed, seconds);
    } else {
        printf("%s%4u  %-60s %6u  %s %6.1f s\n", options->live ? "\r\033[K" : "", class->number, class->words,
               attack->played, failed ? bad : good, seconds);
    }
    fflush(stdout);
}

static void show_elsewhere(const struct hostile_options *options, const struct hostile_class *class)
{
    if (options->json)
        printf("{\"class\": %u, \"words\": \"%s\", \"elsewhere\": \"%s\"}\n", class->number, class->words,
               class->elsewhere);
    else
        printf("%4u  %-60s      -  %s\n", class->number, class->words, class->elsewhere);
}

static bool play_class(struct attack *attack, const struct hostile_class *class, struct totals *totals)
{
    char digest[DIGEST_TEXT];
    struct core_size size = {0};
    int64_t began = clock_now();
    attack->class = class;
    attack->played = attack->failed = 0;
    attack->wanted = attack->options->variant;
    attack_own(attack);
    check_digest(attack, digest);
    for (unsigned i = 0; i < attack->options->repeat; i++) {
        attack->variant = 0;
        class->play(attack);
        attack_end(attack);
        if (i == 0) /* buffers and arenas have reached their sizes */
            check_processes(attack->options->processes, &size);
    }
    prove(attack, digest, &size);
    show(attack, class, attack->failed, (double)(clock_now() - began) / 1e9);
    totals->classes++;
    totals->passed += !attack->failed;
    totals->variants += attack->played;
    return !attack->failed || restore(attack);
}

static void show_totals(const struct attack *attack, const struct totals *totals)
{
    const char *form =
        attack->options->json
            ? "{\"classes\": %u, \"passed\": %u, \"elsewhere\": %u, \"variants\": %u, \"shut_out\": %u, "
              "\"unserved\": %u}\n"
            : "\n%u classes played, %u passed, %u shown elsewhere; %u variants, the attacker shut out %u "
              "times\n";
    printf(form, totals->classes, totals->passed, totals->elsewhere, totals->variants, attack->shut_out,
           attack->unserved);
}

static bool is_chosen(const struct hostile_options *options, const struct hostile_class *class)
{
    return !options->class_number || options->class_number == class->number;
}

static bool can_be_played(const struct hostile_options *options, const struct hostile_class *class)
{
    return class->play && (class->number != 36 || options->n4.any.sa_family);
}

static void play_all(void *argument)
{
    struct attack *attack = argument;
    struct totals totals = {0};
    bool well = begin_honest(attack);
    int code = well ? 0 : 2;
    attack->proving = false;
    attack->playing = true;
    for (unsigned i = 0; well && i < HOSTILE_CLASSES && !attack->waiter.interrupted; i++) {
        const struct hostile_class *class = &hostile_classes[i];
        if (!is_chosen(attack->options, class))
            continue;
        totals.elsewhere += !can_be_played(attack->options, class);
        if (can_be_played(attack->options, class))
            well = play_class(attack, class, &totals);
        else
            show_elsewhere(attack->options, class);
        attack->proving = false;
    }
    if (!code) {
        show_totals(attack, &totals);
        code = totals.passed < totals.classes || attack->waiter.interrupted;
    }
    loop_stop(attack->driver.loop, code);
}

/* --- The run --- */

static void begin(struct timer *timer)
{
    struct waiter *waiter = (struct waiter *)((char *)timer - offsetof(struct waiter, patience));
    struct attack *attack = (struct attack *)((char *)waiter - offsetof(struct attack, waiter));
    waiter_init(waiter, attack->driver.radio.timers);
    co_start(attack->stacks, &waiter->co, play_all, attack);
}

static void interrupted(void *context, int signal)
{
    struct attack *attack = context;
    (void)signal;
    attack->waiter.interrupted = true;
    waiter_wake(&attack->waiter);
}

static int open_data_network(void *argument)
{
    (void)argument;
    return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static bool open_stations(struct attack *attack)
{
    const char *why;
    attack->honest = driver_add(&attack->driver, &attack->options->honest, "", &why);
    attack->station =
        attack->honest ? driver_add(&attack->driver, &attack->options->attacker, "", &why) : NULL;
    if (!attack->station) {
        fprintf(stderr, "demarc-ran: %s\n", why);
        return false;
    }
    attack->station->silent = true;
    phone_init(&attack->phone, &attack->driver.radio, &attack->options->model, "000000000000000",
               &attack->options->key);
    return true;
}

static int run(struct attack *attack)
{
    loop_on_signal(attack->driver.loop, SIGINT, interrupted, attack);
    loop_on_signal(attack->driver.loop, SIGTERM, interrupted, attack);
    attack->driver.settled = settled;
    attack->driver.context = attack;
    attack->waiter.patience.fire = begin;
    timer_start(attack->driver.radio.timers, &attack->waiter.patience, 0);
    return loop_run(attack->driver.loop);
}

int hostile_run(const struct hostile_options *options)
{
    struct attack *attack = calloc(1, sizeof *attack);
    int code = 2;
    if (!attack)
        return code;
    *attack = (struct attack){
        .options = options,
        .ports = {.packet = on_packet, .event = on_event, .gnb_ready = on_gnb_ready, .saw_ngap = saw_ngap},
        .driver.amf = options->amf,
        .data_network = -1,
        .stacks = co_pool_new(STEP_STACK, 1)};
    arena_init(&attack->arena, ARENA_BYTES);
    if (options->data_network)
        attack->data_network = in_netns(options->data_network, open_data_network, NULL);
    if (attack->stacks && driver_init(&attack->driver, &attack->ports, attack)) {
        pass_on = attack->ports.ngap;
        attack->ports.ngap = on_ngap;
        if (open_stations(attack))
            code = run(attack);
        attack->proving = true;
        victims_end(attack);
        ran_gnb_forget(attack->phone.connection);
        phone_free(&attack->phone);
        driver_free(&attack->driver);
    }
    if (attack->data_network >= 0)
        close(attack->data_network);
    co_pool_free(attack->stacks);
    arena_free(&attack->arena);
    free(attack);
    return code;
}

/* --- The list --- */

int hostile_list(const struct hostile_options *options)
{
    static struct attack attack;
    unsigned total = 0;
    attack = (struct attack){.options = options, .listing = options->class_number};
    arena_init(&attack.arena, ARENA_BYTES);
    for (unsigned i = 0; i < HOSTILE_CLASSES; i++) {
        const struct hostile_class *class = &hostile_classes[i];
        if (!is_chosen(options, class))
            continue;
        attack.class = class;
        attack.variant = 0;
        attack.wanted = options->variant;
        if (class->play)
            class->play(&attack);
        total += attack.variant;
        if (class->play)
            printf("%4u  %-60s %6u\n", class->number, class->words, attack.variant);
        else
            printf("%4u  %-60s      -  %s\n", class->number, class->words, class->elsewhere);
    }
    printf("\n%u variants\n", total);
    arena_free(&attack.arena);
    return 0;
}
