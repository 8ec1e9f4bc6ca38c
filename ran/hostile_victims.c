/* SPDX-License-Identifier: Apache-2.0 */
/* Honest phones beside the attack: one talks all the while, the others sleep; and what shows that they are as they were. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ran/gnb_inside.h"
#include "ran/hostile_attack.h"
#include "ran/ping.h"

enum { BEAT_MS = 20, PATIENCE_S = 5, GRACE_MS = 1500, SESSION = 1 };

static struct victim *talker(struct attack *attack)
{
    return &attack->victims[0];
}

/* --- Traffic --- */

uint32_t victims_target(const struct attack *attack, const struct phone_session *session)
{
    return attack->options->ping_to ? attack->options->ping_to : (session->ipv4 & 0xffff0000) | 1;
}

static void beat(struct timer *timer)
{
    struct victim *victim = (struct victim *)((char *)timer - offsetof(struct victim, beat));
    struct phone_session *session = phone_session(&victim->phone, SESSION);
    uint8_t packet[PING_BYTES];
    if (session && victim->phone.connection) {
        ping_write(packet,
                   (struct ping){session->ipv4, victims_target(victim->attack, session), ++victim->sequence});
        victim->sent += phone_send_packet(&victim->phone, session, BYTES(packet));
    }
    timer_start(victim->phone.radio->timers, timer, MILLISECONDS(BEAT_MS));
}

/* From now on; answers to what was sent before are late, and count no more. */
static void count_anew(struct victim *victim)
{
    victim->sent = victim->answered = 0;
    victim->counted_from = victim->sequence + 1;
    beat(&victim->beat);
}

void victims_answered(struct victim *victim, uint16_t sequence)
{
    victim->answered += (int16_t)(sequence - victim->counted_from) >= 0;
}

static bool all_answered(void *argument)
{
    const struct victim *victim = argument;
    return victim->sent == victim->answered;
}

/* --- Waiting for phones --- */

static bool is_registered(void *argument)
{
    const struct victim *victim = argument;
    return victim->phone.state == PHONE_ON || victim->phone.state == PHONE_OFF;
}

static bool has_user_plane(void *argument)
{
    struct phone *phone = &((struct victim *)argument)->phone;
    const struct ran_gnb_connection *connection = phone->connection;
    return attack_tunnel_of(connection)->pdu_session_id && phone_session(phone, SESSION) &&
           phone_session(phone, SESSION)->up;
}

static bool is_idle(void *argument)
{
    return !((struct victim *)argument)->phone.connection;
}

static bool was_reached(void *argument)
{
    return ((struct victim *)argument)->reached;
}

static bool await(struct victim *victim, bool (*holds)(void *))
{
    return waiter_until(&victim->attack->waiter, holds, victim, SECONDS(PATIENCE_S));
}

static bool fall_asleep(struct victim *victim)
{
    if (victim->phone.connection)
        ran_gnb_release_request(victim->phone.connection);
    return await(victim, is_idle);
}

/* --- Beginning --- */

static const char *begin_one(struct victim *victim)
{
    phone_register(&victim->phone, NAS_INITIAL_REGISTRATION);
    victim->phone.state = PHONE_REGISTERING;
    if (!await(victim, is_registered) || victim->phone.state != PHONE_ON)
        return "a victim's phone cannot register";
    if (!phone_open_session(&victim->phone, SESSION, NULL, 0) || !await(victim, has_user_plane))
        return "a victim's phone gets no session";
    if (victim != talker(victim->attack) && !fall_asleep(victim))
        return "a victim's phone is not released";
    return NULL;
}

static bool first_answer(void *argument)
{
    return ((struct victim *)argument)->answered > 0;
}

static const char *begin_all(struct attack *attack)
{
    unsigned long long imsi = strtoull(attack->options->first_imsi, NULL, 10);
    const char *why = NULL;
    for (unsigned i = 0; i < VICTIMS && !why; i++) {
        struct victim *victim = &attack->victims[i];
        char digits[24];
        snprintf(digits, sizeof digits, "%015llu", imsi + i);
        *victim = (struct victim){.attack = attack, .beat.fire = beat};
        phone_init(&victim->phone, &attack->driver.radio, &attack->options->model, digits,
                   &attack->options->key);
        victim->phone.user = victim;
        phone_camp(&victim->phone, &attack->honest->gnb);
        why = begin_one(victim);
    }
    if (why)
        return why;
    beat(&talker(attack)->beat);
    if (!await(talker(attack), first_answer))
        return "packets of a victim's phone are not answered: is there a host at --ping-to?";
    timer_stop(attack->driver.radio.timers, &talker(attack)->beat);
    count_anew(talker(attack));
    return NULL;
}

bool victims_begin(struct attack *attack)
{
    attack->proving = true;
    const char *why = begin_all(attack);
    attack->proving = false;
    if (why)
        fprintf(stderr, "demarc-ran: %s\n", why);
    return !why;
}

void victims_end(struct attack *attack)
{
    for (unsigned i = 0; i < VICTIMS; i++) {
        struct victim *victim = &attack->victims[i];
        if (!victim->attack)
            continue;
        timer_stop(attack->driver.radio.timers, &victim->beat);
        if (victim->phone.connection)
            ran_gnb_forget(victim->phone.connection);
        phone_free(&victim->phone);
    }
}

/* --- What became of them --- */

/* Each is told once: of the variant that it belongs to. */
const char *victims_complaint(struct attack *attack)
{
    uint64_t strays = attack->honest->gnb.packets_dropped - attack->strays;
    attack->strays += strays;
    bool told = attack->honest_told;
    attack->honest_told = false;
    if (attack->honest_lost)
        return "the honest gNB lost its association";
    if (told)
        return "the honest gNB was told what the attacker says";
    for (unsigned i = 0; i < VICTIMS; i++) {
        const char *disturbed = attack->victims[i].disturbed;
        attack->victims[i].disturbed = NULL;
        if (disturbed)
            return disturbed;
    }
    return strays ? "packets that are for nobody came to the honest gNB" : NULL;
}

static const char *prove_traffic(struct victim *victim)
{
    static char why[96];
    timer_stop(victim->phone.radio->timers, &victim->beat);
    bool complete = waiter_until(&victim->attack->waiter, all_answered, victim, MILLISECONDS(GRACE_MS));
    snprintf(why, sizeof why, "a victim's phone has sent %u packets and got %u answers", victim->sent,
             victim->answered);
    count_anew(victim);
    return complete ? NULL : why;
}

/* Its next protected message is accepted: it registers anew, connected as it is. */
static const char *prove_registration(struct victim *victim)
{
    victim->phone.state = PHONE_REGISTERING;
    phone_register(&victim->phone, NAS_PERIODIC_REGISTRATION);
    return await(victim, is_registered) && victim->phone.state == PHONE_ON
               ? NULL
               : "a victim's phone cannot register any more";
}

static const char *prove_service(struct victim *victim)
{
    phone_request_service(&victim->phone, NAS_SERVICE_DATA);
    if (!await(victim, has_user_plane))
        return "a victim's phone gets no service any more";
    return fall_asleep(victim) ? NULL : "a victim's phone is not released any more";
}

static const char *prove_paging(struct victim *victim)
{
    victim->reached = false;
    if (!attack_call(victim->attack, phone_session(&victim->phone, SESSION)))
        return "no packet can be sent to a victim's phone";
    if (!await(victim, was_reached))
        return "a victim's phone is not paged any more";
    return fall_asleep(victim) ? NULL : "a victim's phone is not released any more";
}

const char *victims_prove(struct attack *attack)
{
    const char *why = victims_complaint(attack);
    attack->proving = true;
    if (!why)
        why = prove_traffic(&attack->victims[0]);
    if (!why)
        why = prove_registration(&attack->victims[0]);
    if (!why)
        why = prove_service(&attack->victims[1]);
    if (!why)
        why = attack->data_network >= 0 ? prove_paging(&attack->victims[2])
                                        : prove_service(&attack->victims[2]);
    attack->proving = false;
    return why;
}

/* --- What the attacker hears of them --- */

static void keep(struct attack *attack, struct bytes nas)
{
    unsigned place = attack->overheard_count++ % OVERHEARD;
    if (nas.len > sizeof attack->overheard[place].content)
        return;
    memcpy(attack->overheard[place].content, nas.data, nas.len);
    attack->overheard[place].length = nas.len;
}

void victims_overhear(struct attack *attack, struct bytes ngap)
{
    struct arena arena;
    struct ngap_pdu pdu;
    arena_init(&arena, 0);
    if (ngap_decode(ngap, &arena, NGAP_STRICT_ORDER, &pdu) <= NGAP_NOTIFY) {
        if (pdu.message == NGAP_INITIAL_UE_MESSAGE)
            keep(attack, pdu.value.initial_ue_message->nas_pdu);
        else if (pdu.message == NGAP_UPLINK_NAS_TRANSPORT)
            keep(attack, pdu.value.uplink_nas_transport->nas_pdu);
    }
    arena_free(&arena);
}
