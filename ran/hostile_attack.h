/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of a run of the catalogue: the attacker, its victims, and what a class is made of.
 *
 * A class is a function that names its variants one after the other and plays those that it is told to:
 *
 *     if (attack_variant(attack, "%s without %s", message, ie))
 *         attack_send(attack, 1, bytes);
 *
 * A variant is judged when the next one begins. The same function counts and lists them, so nothing but the loops may stand outside
 * of the condition.
 */
#ifndef RAN_HOSTILE_ATTACK_H
#define RAN_HOSTILE_ATTACK_H

#include "ran/driver.h"
#include "ran/hostile.h"
#include "ran/ngap_values.h"
#include "ran/waiter.h"

enum { HOSTILE_CLASSES = 37, VICTIMS = 3, OVERHEARD = 48, ATTACK_WORDS = 160, NGAP_PPID = 60 };

struct attack;
struct raw_sctp;

struct hostile_class {
    unsigned number;
    const char *words;
    void (*play)(struct attack *attack);
    const char *elsewhere; /* what cannot be done from the radio: how it is shown */
};

extern const struct hostile_class hostile_classes[HOSTILE_CLASSES];

/* A phone at the honest gNB. The first stays connected and sends a packet every few milliseconds that must be answered; the others
 * sleep. */
struct victim {
    struct phone phone;
    struct attack *attack;
    struct timer beat;
    uint16_t sequence, counted_from; /* of its pings: the latest, and the first that `answered` counts */
    unsigned sent, answered;
    bool reached;          /* by a packet from the data network */
    const char *disturbed; /* what has happened to it that nobody asked for; NULL: nothing */
};

/* How a phone is named on N2. */
struct ids {
    uint64_t amf;
    uint32_t ran;
};

struct attack {
    const struct hostile_options *options;
    struct driver driver;
    struct radio_ports ports;
    struct waiter waiter;
    struct co_pool *stacks;
    struct arena arena; /* for what a class makes; reset by each message of attack_messages */
    struct dice dice;

    struct station *honest;
    struct victim victims[VICTIMS];
    bool proving; /* the victims do something of their own */
    bool honest_ready, honest_lost, honest_answered;
    bool honest_told; /* what only the attacker can have said */
    uint64_t strays;  /* packets for nobody that had come to the honest gNB before */
    int data_network;
    struct {
        uint8_t content[256];
        size_t length;
    } overheard[OVERHEARD]; /* protected NAS messages of the victims */
    unsigned overheard_count;

    struct station *station;    /* the attacker's */
    struct raw_sctp *restarted; /* its association, by hand; NULL: the stack's */
    bool by_hand;               /* what is heard comes over that */
    struct phone phone;
    unsigned setups; /* answers to NG Setup */
    bool fence_answered;
    bool has_user_plane;
    bool heard[NGAP_MESSAGES];                        /* from the core, since the variant began */
    uint64_t latest_amf_id;                           /* that the core has named a phone by */
    const struct ngap_ue_security_capabilities *told; /* by the latest path switch acknowledge */
    struct ngap_ue_security_capabilities told_room;
    struct ngap_security_indication told_policy; /* of the first session, likewise */
    bool has_told_policy;
    unsigned packets; /* that reached the attacker's phone */
    /* A lying relay: what becomes of its phone's messages; the result is sent, empty: nothing is. NULL: passed on. */
    struct bytes (*tamper)(struct attack *attack, struct bytes message);

    const struct hostile_class *class;
    bool playing, listing;
    unsigned wanted; /* variant; 0: all */
    unsigned variant, played, failed;
    unsigned shut_out,
        unserved; /* times that the core took no association, and did not serve the attacker's phone */
    bool under_way, variant_failed;
    char name[ATTACK_WORDS];
    enum ngap_message_type forbidden, awaited; /* NGAP_NO_MESSAGE: none */
    uint8_t latest[4096];                      /* what was sent last */
    size_t latest_length;
};

/* --- Variants (hostile_attack.c) --- */

/* Is this variant to be played? */
__attribute__((format(printf, 2, 3))) bool attack_variant(struct attack *attack, const char *format, ...);
/* The last one is judged. */
void attack_end(struct attack *attack);
__attribute__((format(printf, 2, 3))) void attack_fail(struct attack *attack, const char *format, ...);
/* The core must not say it, or must, in answer to this variant. */
void attack_forbid(struct attack *attack, enum ngap_message_type message);
void attack_await(struct attack *attack, enum ngap_message_type message);

/* --- The attacker --- */

/* An association on which nothing was said; false: the core does not take it any more. */
bool attack_associate(struct attack *attack);
void attack_leave(struct attack *attack, bool abort);
/* An association with NG Setup, the one that is there if it will do. */
bool attack_set_up(struct attack *attack);
/* Sends on what is there; harmless when it has fallen. */
void attack_send(struct attack *attack, uint16_t stream, struct bytes message);
void attack_send_as(struct attack *attack, uint16_t stream, uint32_t ppid, struct bytes message);
void attack_say(struct attack *attack, enum ngap_message_type type, const void *value);
/* Until the core has answered what was sent before, or for a moment if it does not. */
void attack_fence(struct attack *attack);
/* Until the core has answered the honest gNB, and so heard what that has sent before; false: it does not. */
bool attack_fence_honest(struct attack *attack);
/* Its own phone, registered and connected; its ids, or such as nobody has where the core serves it no more. */
struct ids attack_own(struct attack *attack);
/* ... and with a session. */
struct ids attack_own_with_session(struct attack *attack);
/* A packet from the data network for a phone's session; false: there is no session or no data network. */
bool attack_call(const struct attack *attack, const struct phone_session *session);
/* The phone forgets all and its connection goes. */
void attack_forget_phone(struct attack *attack);
/* The first victim's. */
struct ids attack_victims_ids(const struct attack *attack);
/* Of the connection's first session; all zero where there is none. */
const struct ran_gnb_tunnel *attack_tunnel_of(const struct ran_gnb_connection *connection);
const struct ran_gnb_tunnel *attack_victims_tunnel(const struct attack *attack);

/* --- Messages (hostile_message.c) --- */

/* A valid message of random content but the PLMN, taken apart. Lives in the attack's arena. */
bool attack_message(struct attack *attack, enum ngap_message_type type, struct raw_pdu *raw);
/* Plays every message of NGAP. */
void attack_messages(struct attack *attack,
                     void (*play)(struct attack *attack, enum ngap_message_type type, struct raw_pdu *raw));
bool attack_is_of_phone(enum ngap_message_type type);
void attack_put_ids(struct attack *attack, struct raw_pdu *raw, struct ids ids);
struct raw_field *attack_field(struct raw_pdu *raw, uint16_t id); /* NULL: none */
/* Puts it together; empty when it is too long for that. */
struct bytes attack_whole(struct attack *attack, const struct raw_pdu *raw);
/* ... with the ids, and sends it as gNBs do. */
void attack_send_raw(struct attack *attack, struct raw_pdu *raw, struct ids ids);
const char *attack_ie_name(enum ngap_message_type type, uint16_t id);

/* NAS for a phone: in an Initial UE Message of its own, or an Uplink NAS Transport. s_tmsi may be NULL. */
void attack_initial(struct attack *attack, struct bytes nas, const struct nas_s_tmsi *s_tmsi);
void attack_uplink(struct attack *attack, struct bytes nas, struct ids ids);

/* --- Victims (hostile_victims.c) --- */

/* Registers them and gives them sessions. False: and said on stderr. */
bool victims_begin(struct attack *attack);
void victims_end(struct attack *attack);
/* Where pings of a session go; host order. */
uint32_t victims_target(const struct attack *attack, const struct phone_session *session);
/* What has become of them; NULL: nothing. */
const char *victims_complaint(struct attack *attack);
/* They show that the network still knows them: NULL, or what does not work. */
const char *victims_prove(struct attack *attack);
/* An answer to one of the pings came. */
void victims_answered(struct victim *victim, uint16_t sequence);
void victims_overhear(struct attack *attack, struct bytes ngap);

/* --- The core itself, as far as it may be looked at (hostile_check.c) --- */

enum { DIGEST_TEXT = 129 };

struct core_size {
    unsigned processes;
    uint64_t resident, descriptors;
};

/* What the digest command says once the core has come to rest; "" without one. */
void check_digest(struct attack *attack, char text[static DIGEST_TEXT]);
/* False: one of the processes has ended. */
bool check_processes(const char *list, struct core_size *size);

/* --- Classes --- */

#define PLAYS(name) void hostile_##name(struct attack *attack)
PLAYS(plain_text);
PLAYS(before_setup);
PLAYS(wrong_kinds);
PLAYS(broken_encoding);
PLAYS(connections);
PLAYS(streams);
PLAYS(restarts); /* of the same class */
PLAYS(missing);
PLAYS(disorder);
PLAYS(ids_out_of_range);
PLAYS(wrong_sizes);
PLAYS(nas_sizes);
PLAYS(identities);
PLAYS(reserved);
PLAYS(foreign_setup);
PLAYS(clone);
PLAYS(neighbours_area);
PLAYS(anothers_session);
PLAYS(foreign_tunnel);
PLAYS(anothers_path);
PLAYS(anothers_release);
PLAYS(anothers_reset);
PLAYS(handovers);
PLAYS(relay); /* of the same class */
PLAYS(mixed_ids);
PLAYS(live_id);
PLAYS(foreign_location);
PLAYS(weaker_path);
PLAYS(bidding_down);
PLAYS(replays);
PLAYS(stolen_guti);
PLAYS(deregistrations);
PLAYS(wrong_proofs);
PLAYS(flood);
PLAYS(forged_packets);
PLAYS(inner_addresses);
PLAYS(malformed_packets);
PLAYS(n4);
#undef PLAYS

#endif
