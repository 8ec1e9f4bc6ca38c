/* SPDX-License-Identifier: Apache-2.0 */
/* The attacker: its association, its phone, and how each variant is judged. */
#include "ran/hostile_attack.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "ran/gnb_inside.h"
#include "ran/raw_sctp.h"

enum {
    PATIENCE_S = 3,
    FENCE_MS = 250,
    ASSOCIATION_S = 2,
    SESSION = 1,
    DISCARD_PORT = 9,
    SHOWN_BYTES = 64,
    SECOND_THOUGHTS_MS = 30,
    SETUPS = 5,
    SETUP_PAUSE_MS = 30
};

/* --- Variants --- */

static const char *hexadecimal(struct bytes from, char text[2 * SHOWN_BYTES + 1])
{
    *text = '\0';
    for (size_t i = 0; i < from.len && i < SHOWN_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", from.data[i]);
    return text;
}

static void show_sent(const struct attack *attack)
{
    char hex[2 * SHOWN_BYTES + 1];
    struct bytes sent = bytes_of(attack->latest, attack->latest_length);
    if (sent.len)
        fprintf(stderr, "      last sent, of %zu octets: %s%s\n", sent.len, hexadecimal(sent, hex),
                sent.len > SHOWN_BYTES ? "..." : "");
}

void attack_fail(struct attack *attack, const char *format, ...)
{
    char why[256], place[32];
    va_list args;
    if (attack->variant_failed)
        return;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    attack->variant_failed = true;
    attack->failed++;
    snprintf(place, sizeof place, attack->variant ? "%u/%u" : "%u", attack->class->number, attack->variant);
    fprintf(stderr, "%s    ✘ %s %s: %s\n", attack->options->live ? "\r\033[K" : "", place, attack->name, why);
    show_sent(attack);
    fprintf(stderr, "      again: demarc-ran hostile %s\n", place);
}

static bool has_answered(void *argument)
{
    const struct attack *attack = argument;
    return attack->honest_answered || attack->honest_lost;
}

static bool has_said(void *argument)
{
    const struct attack *attack = argument;
    return attack->heard[attack->awaited];
}

static bool has_said_wrong(void *argument)
{
    const struct attack *attack = argument;
    return attack->heard[attack->forbidden];
}

static void judge_answers(struct attack *attack)
{
    if (attack->awaited && !waiter_until(&attack->waiter, has_said, attack, SECONDS(PATIENCE_S)))
        attack_fail(attack, "no %s came", ngap_message_name(attack->awaited));
    if (attack->forbidden &&
        waiter_until(&attack->waiter, has_said_wrong, attack, MILLISECONDS(SECOND_THOUGHTS_MS)))
        attack_fail(attack, "the core answered with %s", ngap_message_name(attack->forbidden));
}

bool attack_fence_honest(struct attack *attack)
{
    const struct ngap_ran_configuration_update nothing = {0};
    attack->honest_answered = false;
    ran_gnb_send(&attack->honest->gnb, 0, NGAP_RAN_CONFIGURATION_UPDATE, &nothing);
    return waiter_until(&attack->waiter, has_answered, attack, SECONDS(PATIENCE_S));
}

/* Does the core still hear the honest gNB, and are its phones as they were? */
static void judge_core(struct attack *attack)
{
    if (!attack_fence_honest(attack))
        attack_fail(attack, "the core does not answer the honest gNB");
    const char *complaint = victims_complaint(attack);
    if (complaint)
        attack_fail(attack, "%s", complaint);
}

void attack_end(struct attack *attack)
{
    if (!attack->under_way)
        return;
    attack->under_way = false;
    attack_fence(attack);
    judge_answers(attack);
    judge_core(attack);
    attack->tamper = NULL;
}

static void show_progress(const struct attack *attack)
{
    if (attack->options->live && attack->played % 16 == 0) {
        printf("\r%4u  %-60.60s %6u", attack->class->number, attack->class->words, attack->played);
        fflush(stdout);
    }
}

bool attack_variant(struct attack *attack, const char *format, ...)
{
    va_list args;
    attack_end(attack);
    attack->variant++;
    bool chosen = !attack->wanted || attack->wanted == attack->variant;
    va_start(args, format);
    vsnprintf(attack->name, sizeof attack->name, format, args);
    va_end(args);
    if (attack->listing && chosen)
        printf("  %u/%u  %s\n", attack->class->number, attack->variant, attack->name);
    if (!attack->playing || !chosen || attack->waiter.interrupted)
        return false;
    attack->under_way = true;
    attack->variant_failed = false;
    attack->played++;
    attack->forbidden = attack->awaited = NGAP_NO_MESSAGE;
    attack->latest_length = 0;
    memset(attack->heard, 0, sizeof attack->heard);
    show_progress(attack);
    return true;
}

void attack_forbid(struct attack *attack, enum ngap_message_type message)
{
    attack->forbidden = message;
    attack->heard[message] = false;
}

void attack_await(struct attack *attack, enum ngap_message_type message)
{
    attack->awaited = message;
}

/* --- Association --- */

static bool is_up(void *argument)
{
    const struct attack *attack = argument;
    return attack->station->association != NULL;
}

static bool is_down(void *argument)
{
    return !is_up(argument);
}

static bool setup_is_answered(void *argument)
{
    const struct attack *attack = argument;
    return attack->setups || is_down(argument);
}

void attack_leave(struct attack *attack, bool abort)
{
    if (!attack->station->association)
        return;
    driver_disconnect(attack->station, abort);
    waiter_until(&attack->waiter, is_down, attack, SECONDS(ASSOCIATION_S));
}

static bool associate(struct attack *attack)
{
    const char *why;
    attack_leave(attack, true);
    attack->driver.amf = attack->options->attacked;
    bool begun = driver_connect(attack->station, &why);
    attack->driver.amf = attack->options->amf;
    return begun && waiter_until(&attack->waiter, is_up, attack, SECONDS(ASSOCIATION_S));
}

bool attack_associate(struct attack *attack)
{
    bool done = associate(attack);
    attack->shut_out += !done;
    return done;
}

static bool try_to_set_up(struct attack *attack)
{
    if (!associate(attack))
        return false;
    attack->setups = 0;
    ran_gnb_setup(&attack->station->gnb);
    waiter_until(&attack->waiter, setup_is_answered, attack, SECONDS(PATIENCE_S));
    return attack->station->gnb.ready;
}

/* The core may not have noticed yet that the association before is gone, and take this one for a clone. */
bool attack_set_up(struct attack *attack)
{
    if (attack->station->association && attack->station->gnb.ready)
        return true;
    for (unsigned i = 0; i < SETUPS && !attack->waiter.interrupted; i++) {
        if (try_to_set_up(attack))
            return true;
        waiter_rest(&attack->waiter, MILLISECONDS(SETUP_PAUSE_MS));
    }
    attack->shut_out++;
    return false;
}

void attack_send_as(struct attack *attack, uint16_t stream, uint32_t ppid, struct bytes message)
{
    size_t kept = message.len < sizeof attack->latest ? message.len : sizeof attack->latest;
    memcpy(attack->latest, message.data, kept);
    attack->latest_length = kept;
    if (attack->restarted)
        raw_sctp_say(attack->restarted, stream, ppid, message);
    else if (attack->station->association)
        attack->station->full = !sctp_send(attack->station->association, stream, ppid, message);
}

void attack_send(struct attack *attack, uint16_t stream, struct bytes message)
{
    attack_send_as(attack, stream, NGAP_PPID, message);
}

void attack_say(struct attack *attack, enum ngap_message_type type, const void *value)
{
    uint8_t room[16 * 1024];
    struct writer w = writer_of(room, sizeof room);
    struct fault fault = {0};
    if (ngap_encode(&w, type, value, &fault))
        attack_send(attack, attack_is_of_phone(type) ? 1 : 0, writer_bytes(&w));
    else
        attack_fail(attack, "%s cannot be said: %s", ngap_message_name(type), fault.what ? fault.what : "");
}

static bool is_fenced(void *argument)
{
    const struct attack *attack = argument;
    return attack->fence_answered || is_down(argument);
}

void attack_fence(struct attack *attack)
{
    const struct ngap_ran_configuration_update nothing = {0};
    attack->fence_answered = false;
    if (!attack->station->association || !attack->station->gnb.ready)
        return;
    ran_gnb_send(&attack->station->gnb, 0, NGAP_RAN_CONFIGURATION_UPDATE, &nothing);
    waiter_until(&attack->waiter, is_fenced, attack, MILLISECONDS(FENCE_MS));
}

/* --- Its own phone --- */

static bool is_registered(void *argument)
{
    const struct phone *phone = &((const struct attack *)argument)->phone;
    return (phone->state == PHONE_ON && phone->connection) || phone->state == PHONE_OFF;
}

static bool has_user_plane(void *argument)
{
    const struct attack *attack = argument;
    return attack->has_user_plane || !attack->phone.connection;
}

void attack_forget_phone(struct attack *attack)
{
    struct phone *phone = &attack->phone;
    char imsi[24];
    snprintf(imsi, sizeof imsi, "%015llu", strtoull(attack->options->first_imsi, NULL, 10) + VICTIMS);
    ran_gnb_lose(phone->connection);
    phone_free(phone);
    phone_init(phone, &attack->driver.radio, &attack->options->model, imsi, &attack->options->key);
    phone_camp(phone, &attack->station->gnb);
    attack->has_user_plane = false;
}

bool attack_call(const struct attack *attack, const struct phone_session *session)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(DISCARD_PORT),
                             .sin_addr.s_addr = session ? htonl(session->ipv4) : 0};
    return session && attack->data_network >= 0 &&
           sendto(attack->data_network, "", 1, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof to) == 1;
}

static const struct ids nobody = {.amf = 0xfedcba98, .ran = 0xfedcba};

static bool is_served(const struct attack *attack)
{
    const struct ran_gnb_connection *connection = attack->phone.connection;
    return attack->phone.state == PHONE_ON && connection && connection->has_amf_id;
}

struct ids attack_own(struct attack *attack)
{
    if (!attack_set_up(attack))
        return nobody;
    if (!is_served(attack)) {
        attack_forget_phone(attack);
        phone_register(&attack->phone, NAS_INITIAL_REGISTRATION);
        waiter_until(&attack->waiter, is_registered, attack, SECONDS(PATIENCE_S));
    }
    const struct ran_gnb_connection *connection = attack->phone.connection;
    attack->unserved += !is_served(attack);
    return is_served(attack) ? (struct ids){connection->amf_ue_ngap_id, connection->ran_ue_ngap_id} : nobody;
}

struct ids attack_own_with_session(struct attack *attack)
{
    struct ids ids = attack_own(attack);
    if (attack->phone.state == PHONE_ON && !attack->has_user_plane &&
        phone_open_session(&attack->phone, SESSION, NULL, 0))
        waiter_until(&attack->waiter, has_user_plane, attack, SECONDS(PATIENCE_S));
    return ids;
}

struct ids attack_victims_ids(const struct attack *attack)
{
    const struct ran_gnb_connection *connection = attack->victims[0].phone.connection;
    return connection ? (struct ids){connection->amf_ue_ngap_id, connection->ran_ue_ngap_id} : nobody;
}

const struct ran_gnb_tunnel *attack_tunnel_of(const struct ran_gnb_connection *connection)
{
    static const struct ran_gnb_tunnel none;
    for (unsigned i = 0; connection && i < GNB_TUNNELS; i++)
        if (connection->tunnels[i].pdu_session_id == SESSION)
            return &connection->tunnels[i];
    return &none;
}

const struct ran_gnb_tunnel *attack_victims_tunnel(const struct attack *attack)
{
    return attack_tunnel_of(attack->victims[0].phone.connection);
}
