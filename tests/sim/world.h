/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole network in one process on a virtual clock: core, store, edge, plane and radio, joined by a seeded network that
 * delays, loses, doubles and reorders what may be, and by a hand that kills processes. One seed, one history.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "config/config.h"
#include "core/core.h"
#include "crypt/random.h"
#include "edge/edge.h"
#include "plane/agent.h"
#include "plane/pacer.h"
#include "plane/path.h"
#include "ran/gnb.h"
#include "ran/phone.h"
#include "store/store.h"

/* The small world that lives through a storm. In hostile mode its last gNB lies, and the phones from WORLD_HONEST on have no
 * other. */
enum {
    WORLD_GNBS = 3,
    WORLD_HOSTILE = WORLD_GNBS - 1,
    WORLD_PHONES = 8,
    WORLD_HONEST = 6,
    LIFE_SESSIONS = 3,
    WORLD_PLANES = 2, /* most that the configuration may name */
};

/* What a world is made with. */
struct world_plan {
    uint64_t seed;
    unsigned gnbs, phones;
    unsigned gnbs_a_tac;           /* neighbours that share a tracking area; 0: all do */
    const char *configurations[2]; /* YAML; the first is in force at the beginning */
    const char *inventories[2];    /* the same; NULL: every gNB is let in */
    bool mixed;                    /* its last gNB is high-risk, and somebody is protected */
};

/* Kinds of refusals that are counted twice (evident.c). */
enum { WORLD_REFUSALS = 4 };

enum process { PROCESS_CONTROL, PROCESS_EDGE, PROCESS_PLANE, PROCESSES };

/* How unkind the network is; per mille. */
struct weather {
    unsigned datagrams_lost, datagrams_doubled; /* N4 and N3 */
    int64_t delay;                              /* most, on every hop */
};

/* A gNB and its association. */
struct mast {
    struct ran_gnb gnb;
    struct world *world;
    unsigned number;
    struct edge_association *association; /* NULL: down */
    uint64_t generation;        /* of the association: what was on its way on an older one is lost */
    int64_t last_up, last_down; /* streams are ordered */
    struct timer again;         /* reconnects */
    struct timer ended;         /* the edge has ended the association: noticed in a moment */
    unsigned losses;
};

struct inhabitant {
    struct phone phone;
    struct world *world;
    struct timer next; /* when it does something again */
    unsigned number;
    unsigned answers; /* to its pings, and other packets */
    uint32_t tac;     /* where it registered last */
    bool refusable;   /* the network has deregistered it, and it may not know yet */
    int64_t refusable_until;
};

enum { GUARDED_ADDRESSES = 64 };

/* Who was seen to have an address last, in a world with few of them (guard.c). */
struct holder {
    uint64_t supi; /* 0: nobody yet */
    int64_t seen;
};

/* A UPF, as the configuration has it in that place. */
struct upf_host {
    struct world *world;
    unsigned number;
    struct plane plane;
    struct pacer *pacer; /* of its worker */
    struct timer paced;
    struct network network;
    struct agent *agent; /* NULL: killed */
    struct timer again;
    uint64_t generation;
    bool buried; /* it does not come back */
};

struct world {
    uint64_t seed;
    bool guarded;                      /* its gNBs are enrolled, and its line is held (guard.c) */
    bool mixed;                        /* its last gNB is high-risk (mixed.c) */
    uint64_t refusals[WORLD_REFUSALS]; /* entries of evidence since the core started, by kind (evident.c) */
    const char *wrong;                 /* what did not hold at some step; NULL: nothing */
    struct holder holders[GUARDED_ADDRESSES];
    struct random_seeded dice, secrets; /* what happens; what the parties draw */
    struct timers timers;
    struct weather weather;
    struct config *config, *configs[2]; /* the one in force is one of the two */
    struct store *store;
    uint64_t history; /* hash of all that was delivered */
    uint64_t delivered;

    struct core *core; /* NULL: killed, starts again soon */
    struct timer core_again;
    uint64_t core_generation;
    int64_t wicket_up, wicket_down; /* last due times: channels are ordered */
    bool core_muted;                /* dies between commit and sending */
    struct edge *edge;              /* NULL: killed */
    struct timer edge_again;
    struct arena arena; /* for one wicket message */
    struct upf_host upfs[WORLD_PLANES];
    unsigned upf_count;
    int64_t plane_cut_until; /* until then no datagram arrives anywhere */

    struct hostile *hostile; /* NULL: all are honest */
    struct radio radio;
    struct phone_model model;
    struct mast *masts;
    struct inhabitant *inhabitants;
    unsigned gnbs, phones, gnbs_a_tac;
    unsigned killed[PROCESSES], resets, plane_cuts;
    uint64_t carried; /* octets, by planes that were killed */
    unsigned registrations, services, pagings, sessions_up, handovers, keys_differ;
    unsigned long handovers_done[HANDOVER_KINDS]; /* as cores counted them that were killed since */
};

/* --- Parts of the world, for each other --- */

enum place { TO_EDGE, TO_MAST, TO_CORE, TO_EDGE_FROM_CORE, TO_AGENT, TO_CORE_N4, TO_PLANE, TO_MAST_N3 };

/* Something on its way. */
struct parcel {
    struct timer timer;
    struct world *world;
    enum place place;
    unsigned mast, upf;
    uint16_t stream;
    uint64_t generation; /* of who receives it; stale parcels are lost */
    union socket_address address;
    size_t length;
    uint8_t content[];
};

/* network.c */
struct parcel *parcel_new(struct world *world, enum place place, struct bytes content);
/* On an ordered channel nothing overtakes; *last is its latest due time. */
void post_ordered(struct world *world, struct parcel *parcel, int64_t *last);
/* Copies of the header's mast, generation and address; or none, or two. */
void post_datagram(struct world *world, enum place place, const struct parcel *header, struct bytes content);
void drop_parcels(struct world *world);

/* radio.c */
extern const struct aka_key world_subscription;
union socket_address mast_address(unsigned number);
/* A GTP-U packet for one of the gNBs; false: the address is none of theirs. */
bool post_to_mast(struct world *world, unsigned upf, const union socket_address *to, struct bytes packet);
void make_radio(struct world *world);
/* Others in their place, that remember nothing; they connect in a moment. */
void renew_gnbs(struct world *world);

/* processes.c */
void start_edge(struct timer *timer);
void start_core(struct timer *timer);
void start_plane(struct timer *timer);
/* context: struct upf_host */
void plane_to_n3(void *context, struct packet *packet);
void world_plane_receives(struct upf_host *upf, const struct parcel *parcel);
void upf_free(struct upf_host *upf);

double world_seconds(const struct world *world);
unsigned world_kills(const struct world *world);

/* --- The world as a whole --- */

/* False and a message on stderr when the world cannot be made. */
bool world_init(struct world *world, const struct world_plan *plan);
void world_free(struct world *world);

/* What falls due next, and what becomes of it at once: a turn of everybody's loop. */
void world_turn(struct world *world);
/* Everything that happens until then. */
void world_run(struct world *world, int64_t until);

unsigned world_dice(struct world *world, unsigned sides); /* 0 to sides - 1 */

/* The hand of fate. */
void world_kill_core(struct world *world);
void world_kill_edge(struct world *world);
void world_kill_plane(struct world *world, unsigned upf);
/* The same, for good. */
void world_bury_plane(struct world *world, unsigned upf);
void world_cut(struct mast *mast); /* the association breaks; the gNB comes back by itself */

/* What befalls the network, at random (fate.c): its processes and what they stand on; its gNBs and phones; either. In the end,
 * what was broken is mended. */
void fate_strike_core(struct world *world);
void fate_strike_radio(struct world *world);
void fate_strike(struct world *world);
void fate_end(struct world *world);

/* gNBs release phones that do nothing; those that the core does not know (it died with the command in hand) too. */
void world_let_sleep(struct world *world);

/* What holds in fair weather (holds.c): NULL, or what does not. */
const char *world_holds(struct world *world);
/* When all phones have left and what was on its way has come (rest.c): NULL, or what somebody still holds. */
/* Octets that the plane has carried, up and down. */
uint64_t world_carried(const struct world *world, unsigned upf);
const char *world_nothing_left(struct world *world);
/* Armed timers, and bytes of the heap (bytes.h), when nobody does anything. What is on its way comes and goes, so these are the
 * fewest of some moments, for which some seconds of the world's time pass. */
struct world_rest {
    size_t timers, bytes;
};

struct world_rest world_at_rest(struct world *world);

/* Every session that is not in the middle of something has in the plane the rules that the core told it, none of a handover that
 * is over, and its downlink tunnel leads to where the phone is (agree.c). NULL, or what is not so. */
const char *world_disagrees(const struct world *world);

/* A world whose line is held: what it is configured with, and the inventory; hostile: the last gNB is in a trust domain of its own. */
#define GUARD_POOL   "10.45.0.0/26"
#define GUARD_TIMERS ", t3346: 1s"
#define GUARD_SMF    ", address_rest: 6s"
const char *guard_inventory(bool hostile);
/* A gNB is fenced for some seconds by command. */
void guard_strike(struct world *world);
/* NULL, or what the line did not hold: looked at now and then. */
const char *guard_holds(struct world *world);

/* Networks with high-risk radio and somebody or something protected (mixed.c): what one is made of; the two differ in who is protected. */
const char *mixed_inventory(unsigned which);
/* NULL, or who is where he may not be (rule H4): looked at after each thing that happens. */
const char *mixed_holds(const struct world *world);
/* The high-risk vendor is barred in calm weather (rule K1). NULL, or what was lost of what is protected. */
const char *mixed_bars(struct world *world);
/* All phones find a trusted cell. */
void mixed_settle(struct world *world);

/* For the worlds of one process one at a time: its evidence is listened to; a core starts. */
void evident_begin(struct world *world);
void evident_end(void);
void evident_anew(struct world *world);
/* NULL, or what of the evidence does not agree with what the core counts. */
const char *evident_holds(const struct world *world);

/* --- Shaping (shaping.c) --- */

/* From now on the configuration has a share of traffic that shapes. */
void shaping_configure(struct config *config);
/* With the plane. */
void shaping_begin(struct upf_host *upf);
void shaping_end(struct upf_host *upf);
/* Phones of this world send too little to go beyond a rate: somebody else has just used up what may pass at once. */
void shaping_use_up(struct upf_host *upf);
/* A packet for N3 of a gNB that is shaped. */
void shaping_take(struct upf_host *upf, struct packet *packet);
/* At rest: NULL, or what is not as it should be. */
const char *shaping_left(const struct world *world);

/* While honest phones rest, the lies of the hostile gNB change nothing of theirs. */
const char *world_keeps(struct world *world);

/* "imsi-..." of the phone of that number. */
void world_supi(unsigned number, char supi[STORE_SUPI_BYTES]);
/* Adds or restores its subscription. */
bool world_subscribe(struct world *world, unsigned number);
/* A packet for one of the phone's sessions from the data network; none if it has no address yet. */
void world_downlink(struct inhabitant *inhabitant);
/* A packet from the phone to the data network, which echoes it; false: the session has no address yet. */
bool life_ping(struct phone *phone, struct phone_session *session);

/* A cell that the phone may camp on. */
struct ran_gnb *life_cell(const struct inhabitant *inhabitant);

/* Phones that live at random until told to stop (life.c). */
void life_begin(struct world *world);
void life_stop(struct world *world);
void life_event(struct world *world, struct phone *phone, enum phone_event event, uint8_t cause);

#endif
