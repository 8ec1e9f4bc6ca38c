/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fast path: the packet program in the kernel (plane/bpf) and its maps, seen from the agent. Program, links and maps are pinned in a folder of the BPF
 * file system: they go on when this process ends, in whatever way, and the next one adopts them. What packets need is in maps that are mapped here, so that
 * a session is programmed by stores, without a system call.
 */
#ifndef PLANE_FAST_H
#define PLANE_FAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plane/bpf/layout.h"

struct bpf_object;
struct grace;
struct fast_found_route;

enum {
    FAST_MAPS = 16,
    FAST_WHY_BYTES = 256,
    FAST_FOLDER_BYTES = 224,
    FAST_SEATS = 32,
    FAST_DEVICE_BYTES = 16
};

/* An interface where the program sits, or should. */
struct fast_seat {
    char device[FAST_DEVICE_BYTES];
    unsigned flags;   /* enum fast_port_flags */
    unsigned network; /* with FAST_LAN, FAST_TAP */
    enum fast_mode { FAST_NOWHERE, FAST_NATIVE, FAST_GENERIC } mode;
    unsigned index; /* of the interface that had that name when the program came there */
};

static inline const char *fast_mode_name(enum fast_mode mode)
{
    return mode == FAST_NATIVE ? "native" : mode == FAST_GENERIC ? "generic" : "off";
}

/* At most. */
struct fast_sizes {
    unsigned sessions;
    unsigned flows;     /* sessions with several service data flows */
    unsigned routes;    /* networks behind phones */
    unsigned addresses; /* of all pools together */
    unsigned gnbs;
    unsigned processors;
    unsigned lanes;    /* threads of the slow path */
    unsigned stations; /* MAC addresses in data networks of frames */
};

/* A place that nothing leads to any more, and the grace period (plane/fast/grace.h) after which no processor looks at it. */
struct fast_resting {
    uint64_t mark;
    unsigned place;
};

struct fast {
    struct bpf_object *object;
    char folder[FAST_FOLDER_BYTES]; /* where all is pinned; "": nowhere */
    int held;                       /* the folder, locked while this process lives */
    int program,
        frame_program; /* descriptors: the program, that at interfaces with FAST_LAN and FAST_TAP, ... */
    int prefixes, refused, denied, bothers, stations; /* ... and maps */
    struct fast_sizes sizes;
    unsigned tunnels; /* places, a power of two */
    struct fast_settings *settings;
    struct fast_port *ports;
    struct fast_network *networks;
    struct fast_blocks *blocks;
    struct fast_tunnel *places;
    struct fast_addresses *addresses;
    struct fast_session *sessions;
    struct fast_booked *books;
    struct classifier *classifiers;
    struct fast_action *actions;
    struct fast_rate *rates;
    struct fast_gnb *gnbs;
    struct fast_gnb_count *gnb_counts;
    struct fast_slow_count *slow_counts;
    struct fast_lane *lanes;
    struct fast_ran_rules *ran_rules; /* two generations */
    size_t memory;                    /* bytes of all maps */
    struct grace *grace;              /* NULL: nobody but this process runs the program */
    unsigned *free_places;            /* of sessions, a stack from 1 on; the agent's */
    unsigned *among_free;             /* by place: where it is in there; 0: it is not */
    unsigned free_count;
    struct fast_resting *resting; /* places that were given back (plane/fast/places.h): a ring */
    unsigned resting_first, resting_count;
    bool *claimed;        /* by place: a session of this process has it */
    unsigned *free_rates; /* a stack */
    unsigned free_rate_count;
    bool *claimed_rates;
    bool rates_short;                /* they were all taken once */
    struct fast_resting *free_flows; /* a ring, those at its end still resting */
    unsigned first_free_flows, free_flow_count;
    unsigned flows_refused;         /* updates of sessions that the slow path serves for want of a place */
    unsigned *mixed;                /* by block: for how many reasons its prefixes tell what it is */
    unsigned framed;                /* networks behind phones that the program knows */
    struct fast_found_route *found; /* those of sessions that were found, until they are spoken of */
    struct fast_found_route **found_by_place;
    unsigned found_count, found_left; /* of all; of those that nobody has spoken of */
    unsigned *first_found,
        *next_found; /* tunnels that were found, by session and by place; both one more, 0: none */
    /* One of those goes; NULL: nobody is to know. */
    void (*unlead)(void *context, unsigned network, const struct fast_prefix *prefix);
    void *unlead_context;
    bool awaits;                         /* sessions were found, and SMFs have time to speak of them */
    unsigned unclaimed;                  /* those that none has spoken of yet */
    int64_t last_claim;                  /* when one did */
    uint64_t drops_before[DROP_REASONS]; /* what the program had counted before this process was there */
    struct {
        void *at;
        size_t bytes;
    } mapped[FAST_MAPS];
    unsigned mapped_count;
    unsigned network_count;
    struct fast_seat seats[FAST_SEATS];
    unsigned seat_count;
};

/* Loads the program; what is pinned in the folder (NULL: nothing is to be) under the same layout and sizes is adopted, what is pinned there otherwise goes.
 * False: there is no fast path here, and `why` says why not. */
bool fast_open(struct fast *fast, const struct fast_sizes *sizes, const char *folder,
               char why[FAST_WHY_BYTES]);
/* Octets of all maps of that size, without loading any; 0: this build has none. */
size_t fast_memory_of(const struct fast_sizes *sizes);
/* What is pinned stays, and packets go on. */
void fast_close(struct fast *fast);

/* What is pinned of the maps goes; who has them open keeps them. */
void fast_remove_pins(const struct fast *fast);

/* The program's clock is this process's again. False: the kernel has not run it. */
bool fast_set_clock(struct fast *fast);

/* True: packets went on before this process was there. */
static inline bool fast_adopted(const struct fast *fast)
{
    return fast->settings->adopted != 0;
}

/* What a prefix is, besides what blocks say; IPv4 prefixes as IPv4-mapped ones. False: no room. */
bool fast_put_prefix(struct fast *fast, const struct fast_prefix *prefix, uint32_t place);
void fast_take_prefix(struct fast *fast, const struct fast_prefix *prefix);
/* What the addresses of the prefix are. */
uint32_t fast_prefix_place(const struct fast *fast, const struct fast_prefix *prefix);
/* Each one, which may be taken out meanwhile. */
void fast_each_prefix(const struct fast *fast,
                      void (*visit)(void *context, const struct fast_prefix *prefix, uint32_t place),
                      void *context);
/* Takes out all others but networks behind phones; those are in order (plane/fast/prefixes.h). */
void fast_keep_prefixes(struct fast *fast, const struct fast_prefix *kept, unsigned count);

/* A sender has budgets of the slow path from now on (plane/bpf/bother.h); NULL: all who are no gNB together. */
void fast_give_budgets(const struct fast *fast, const struct fast_address *gnb);

/* Takes entries out of a table of counters, by its descriptor, `most` at most; returns how many. */
unsigned fast_take(int table, void *keys, size_t key_bytes, void *values, size_t value_bytes, unsigned most);

#endif
