/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What the packet program (plane/bpf/plane.bpf.c) and the agent share: the records of its maps. The agent writes rules into mapped memory and reads
 * counters there; the program counts. Records are whole cache lines, as at a million sessions it is the lines touched that a packet pays for.
 *
 * A rule is put in force by its first word (`teid`, `state`) last, and taken out by it first. Addresses and TEIDs are in network order, IPv4 addresses as
 * IPv4-mapped ones (RFC 4291 2.5.5.2), so that there is one comparison for both.
 */
#ifndef PLANE_BPF_LAYOUT_H
#define PLANE_BPF_LAYOUT_H

#include <linux/types.h>

#include "plane/bpf/classify.h"
#include "plane/drop.h"

enum {
    FAST_LAYOUT = 8,   /* counted up with each change: what was pinned with another one is not adopted */
    FAST_PORTS = 4096, /* by interface index; the host's others are served by the slow path */
    FAST_NETWORKS = 64,
    FAST_BLOCKS = 65536,  /* the IPv4 addresses by their upper 16 bits */
    FAST_PREFIXES = 4096, /* of pools and what is forbidden */
    FAST_ROUTES = 8192,   /* remembered by each processor; a power of two */
    FAST_REFUSED = 16384,
    FAST_ENDPOINTS = 64, /* at the RAN port; where more are configured it is nftables' alone */
    FAST_HOPS = 64,
    FAST_RATE_SHIFT = 16, /* prices are 1/65536 of a bucket's ticks (plane/bucket.h) */
    FAST_RATES =
        2, /* that an action takes from besides its own: of all PDRs of a session, and of all sessions of a phone */
    FAST_PDRS = 32,            /* actions of a session with several flows */
    FAST_SEEN_SHIFT = 24,      /* ns to the unit of fast_action.seen and fast_station.seen */
    FAST_PLACE_BITS = 22,      /* of a session's place: there are no more than 4,000,000 */
    FAST_BOTHER_NS = 50000000, /* of a budget of the slow path at once, and so many packets at least */
    FAST_BOTHER_LEAST = 256,
};

struct fast_address {
    __u64 half[2];
};

/* What a sender may have of the slow path (plane/bpf/bother.h): GTP-U's own messages and what is none, packets that are not plain, packets of sessions that the slow
 * path carries, and those of tunnels that are unknown. */
enum fast_bother_kind {
    FAST_BOTHER_MESSAGE,
    FAST_BOTHER_PACKET,
    FAST_BOTHER_TRAFFIC,
    FAST_BOTHER_UNKNOWN,
    FAST_BOTHER_KINDS
};
struct fast_bother {
    __u64 booked[FAST_BOTHER_KINDS]; /* ns until which it is spent */
};

/* What the program needs to know of the plane as a whole. */
struct fast_settings {
    __u32 layout;              /* FAST_LAYOUT; 0: nothing has been written yet */
    __u32 adopted;             /* how often another agent has taken over what it found */
    struct fast_address n3[2]; /* own tunnel addresses, IPv4 and IPv6; zero: none */
    __u32 tunnels;             /* places for tunnels, a power of two, less one */
    __u32 processors;
    __u32 mtu;    /* longest inner packet that a tunnel takes unfragmented */
    __u32 routes; /* counted up when the host's routes or neighbours change: what is remembered is void */
    __u32 jiffy;  /* ns */
    __u64 epoch;  /* the monotonic clock when jiffies were 0, ns */
    __u64
        instance; /* of the counters of gNBs, which go on from agent to agent (plane/tally.h); 0: none has been drawn */
    __u8 ue_to_ue; /* phones may reach phones */
    __u8
        knows; /* the agent knows the sessions: while it lives, the slow path carries them (plane/bpf/served.h) */
    __u8 mss_clamp;  /* the host lowers the segment size that TCP's SYNs ask for: they are the slow path's */
    __u8 crowded;    /* some tunnel has found its place taken: its packets look as if it were unknown */
    __u32 ran_rules; /* which of the two generations is in force */
    __u32 bother_interval[FAST_BOTHER_KINDS]; /* ns, one packet in each; 0: no bound */
    struct fast_address captured; /* the gNB of which what is refused is captured, too; zero: none */
};

enum fast_port_flags {
    FAST_N3 = 1 << 0,
    FAST_N6 = 1 << 1,
    FAST_RAN = 1 << 2,        /* default-deny (rule L2 of the line) */
    FAST_OUT = 1 << 3,        /* packets may be sent there */
    FAST_HOST = 1 << 4,       /* the end of a passage: the host has routed what comes (plane/passage.h) */
    FAST_UNFINISHED = 1 << 5, /* checksums of what comes may have been left to the device that it leaves by */
    FAST_LAN = 1 << 6, /* frames of a data network come in: the end of its passage (plane/passage.h) ... */
    FAST_TAP = 1 << 7, /* ... and those of the slow path, for that end */
};

/* An interface. */
struct fast_port {
    __u32 flags;
    __u32 network; /* FAST_LAN, FAST_TAP: whose frames come */
    __u64 mac;     /* its own address, as a number; 0: what comes is for it, whatever it says */
    __u16 mtu;     /* of IP packets */
    __u16 reserved[3];
};

/* What a block of IPv4 addresses, or a prefix, is: the pool of the network with that number less FAST_POOL, from there on. Of a block that is several things
 * its prefixes tell. */
enum fast_place { FAST_ELSEWHERE, FAST_FORBIDDEN, FAST_MIXED, FAST_POOL };

/* Of a prefix besides: a network behind the phone whose session has the place in the other bits. */
#define FAST_FRAMED 0x80000000u

/* Elements of maps are multiples of eight octets. */
struct fast_blocks {
    __u8 place[8];
};
struct fast_addresses {
    __u32 session[2]; /* index; 0: nobody's */
};

struct fast_prefix {
    __u32 length;
    struct fast_address address;
} __attribute__((packed));

/* Where packets for an address go next. Of those that are remembered each processor has its own, so no two write one. */
struct fast_route {
    struct fast_address to;
    __u64 until;  /* ns; neighbours move also while nobody is there to count `routes` up */
    __u32 routes; /* fast_settings.routes when it was looked up */
    __u32 device;
    __u32 mac[3];      /* destination, source */
    __u16 mtu;         /* of packets that may go there; into a tunnel, of those inside */
    __u8 routed_there; /* the hop is counted there */
    __u8 reserved[17];
};

/* A data network's pools, and where the addresses of its phones are found in the table of them. */
struct fast_network {
    __u64 v6;                                     /* of its IPv6 pool the upper half, host order */
    __u32 v4;                                     /* of its IPv4 pool the first address, host order */
    __u32 gateway;                                /* network order */
    __u32 v4_first, v4_count, v6_first, v6_count; /* in the table of addresses */
    __u32 lan;                                    /* made of its name, if it carries frames; else 0 */
    __u8 encapsulation;                           /* phones may send IP in IP and the like */
    __u8 reserved;
    __u16 mtu;    /* of what is in a frame */
    __u32 ageing; /* of a MAC address, in units of fast_station.seen */
    __u32 reserved_too;
    struct fast_route
        host; /* into its passage, where the host translates, or its bridge is; device 0: the program finds the way itself */
    __u32 slow; /* of frames: the device by which the slow path gets them; 0: not at all */
    __u32 reserved_three;
};

/* Where a MAC address is, found by it and the number of its data network. Place and address are one word: what the kernel takes for another address
 * while it is looked at never leads to a wrong phone. */
struct fast_station {
    __u64
        place; /* of the session, and above it some of the address (fast_station_place); place 0: in the data network */
    __u64 settling; /* ns until which the slow path may have frames for it that are not counted */
    __u32 seen;     /* when it last sent */
    __u32 reserved;
};

static inline __u64 fast_station_key(__u32 network, __u64 mac)
{
    return (__u64)network << 48 | mac;
}

static inline __u64 fast_station_place(__u64 key, __u32 place)
{
    return key * 0x9e3779b97f4a7c15u << FAST_PLACE_BITS | place;
}

/* How much of an action's counters is in the agent's books, and how much of that has been reported: an agent that comes after this one begins there. Of a
 * tunnel at its place, of a session behind all places, of flows behind those. */
struct fast_booked {
    __u64 bytes, packets;
    __u64 reported_bytes, reported_packets;
};

enum fast_verdict { FAST_SLOW, FAST_TO_CORE, FAST_TO_TUNNEL, FAST_DROP };

/* What is done with the packets of a PDR, and what was. */
struct fast_action {
    __u8 verdict; /* enum fast_verdict */
    __u8 qfi, reflective, marking;
    __u32 seen; /* when the last packet went */
    union {     /* written and read as one: no packet goes to a gNB under a TEID that is another's */
        struct {
            __u32 gnb; /* where a tunnel leads */
            union {
                __u32 teid;   /* of the outer header */
                __u32 reason; /* enum drop, with FAST_DROP */
            };
        };
        __u64 outer;
    };
    __u32 rates[FAST_RATES]; /* places of those that others take from, too; 0: none */
    __u64 price;             /* of a byte, at the rate of its own; 0: no limit */
    __u64 booked;
    __u64 bytes, packets;
    __u64 credit; /* of bytes: beyond it the slow path decides */
};

/* FAST_HELD: known, and the slow path's. FAST_RETURNING: as soon as that has done with all that it was given (plane/bpf/order.h). */
enum fast_state { FAST_HELD, FAST_ACTIVE, FAST_RETURNING };

/* Packets of a session in one direction that the program gives to the slow path. The program writes all but `done`. */
struct fast_queue {
    __u32 given, done;
    __u16 last,
        since; /* 2^20 ns: when one was given, and when the first had to queue since it began to return; 0: none */
};

enum fast_tunnel_flags {
    FAST_FROM_CORE = 1 << 0, /* packets for the phone are in it (N9), and take the session's action */
    FAST_CAPTURED = 1 << 1,  /* they are shown to the agent (plane/capture.h) */
    FAST_BEHIND = 1 << 2,    /* there are networks behind the phone: `prefixes` knows them */
    FAST_FRAMES = 1 << 3,    /* Ethernet frames are in it */
};

/* Found by the lower bits of its TEID. An uplink packet needs no other record of its session. */
struct fast_tunnel {
    __u32 teid; /* 0: free */
    __u8 network;
    __u8 flags;
    __u8 strangers; /* packets of other senders than the peer that the slow path was given in that second */
    __u8 second;
    __u32 gnb;               /* or UPF (N9): who may send, and where packets count */
    __u32 session;           /* place */
    __u64 qfis;              /* bit n: QFI n matches; all: any */
    __u64 v6;                /* the phone's prefix; 0: none */
    __u32 v4;                /* the phone's address; 0: none */
    __u32 flows;             /* place of the classifiers and actions; 0: all packets take the action below */
    __u32 state;             /* enum fast_state */
    struct fast_queue queue; /* uplink */
    __u64 settling; /* ns until which what other peers send is the slow path's: the phone has moved, or may */
    struct fast_action action;
};

/* Found by the phone's address. */
struct fast_session {
    __u32 state; /* enum fast_state */
    __u16 network;
    __u16 captured; /* as FAST_CAPTURED */
    __u64 v6;
    __u32 v4;
    __u32 flows;             /* own_flows; 0: all packets downlink take the action below */
    __u32 mtu;               /* of its data network: what is longer, the host refuses, or cuts up */
    __u32 known;             /* the place is a session's */
    __u32 own_flows;         /* place of two classifiers, by direction, and FAST_PDRS actions; 0: none */
    struct fast_queue queue; /* downlink */
    __u32 at_home;           /* the place has the number of its IPv4 address in the table of addresses */
    __u32 smf;               /* made of its N4 address, and ... */
    __u64 cp_seid;           /* ... its number of the session: who this is, if the phone has no address */
    struct fast_action action;
};

/* A rate over several actions; place * 2 + direction. */
struct fast_rate {
    __u64 price, booked;
};

/* A radio node or another UPF, by the address it takes tunnels at, and ours towards it. */
struct fast_gnb {
    struct fast_address address, source;
    __u32
        shaped[2];  /* uplink, downlink: its packets wait for their rate in the slow path (plane/shaping.h) */
    __u32 captured; /* as fast_session.captured */
    __u32 reserved;
};

/* What may come in where radio equipment is connected (rule L2 of the line; plane/ran_port.h): N2 and N3 to own addresses ... */
struct fast_endpoint {
    struct fast_address address;
    __u16 port; /* network order */
    __u8 protocol;
    __u8 reserved[5];
};

/* ... and management hops. */
struct fast_hop {
    struct fast_address source, source_mask, destination, destination_mask;
    __u16 port, source_port; /* network order; 0: any */
    __u8 protocol;           /* 0: any */
    __u8 version;
    __u8 reserved[2];
};

struct fast_ran_rules {
    __u32 endpoints, hops;
    struct fast_endpoint endpoint[FAST_ENDPOINTS];
    struct fast_hop hop[FAST_HOPS];
};

/* Of what came in there, what ended in the program; the rest nftables counts. */
enum fast_ran_end { FAST_RAN_N3, FAST_RAN_HOUSEKEEPING, FAST_RAN_DENIED, FAST_RAN_TOO_BIG, FAST_RAN_ENDS };

/* Who sends what may not come in: an IP address, or a MAC address and the type of a frame that is no IP. */
struct fast_stranger {
    struct fast_address address;
    __u16 type; /* network order; 0: IP */
    __u16 reserved[3];
};
struct fast_denied {
    __u64 packets, bytes;
};

/* What was carried through a gNB by one processor (plane/counters.h), uplink and downlink. */
struct fast_gnb_count {
    __u64 packets[2], bytes[2], reserved[4];
};

/* The same of a thread of the slow path (struct gnb_counters in plane/counters.h): kept here to outlive it. */
struct fast_slow_count {
    __u64 packets[2], bytes[2], share, reserved[3];
};

/* A processor's counters. */
struct fast_lane {
    __u64 packets[2], bytes[2];
    __u64 passed[2]; /* to the slow path */
    __u64 drops[DROP_REASONS];
    __u64 ran[FAST_RAN_ENDS][2]; /* packets, bytes */
};

/* In front of a frame as it came in, of a session or gNB that is captured. */
struct fast_captured {
    __u64 at;     /* ns, of the monotonic clock */
    __u32 gnb;    /* outgoing: where it went, under ... */
    __u32 teid;   /* ... network order; 0: nowhere */
    __u32 frame;  /* octets */
    __u16 offset; /* outgoing: of the packet that the tunnel got */
    __u8 outgoing;
    __u8 reason; /* enum drop */
    __u8 qfi, reflective, uplink;
    __u8 reserved[5];
};

/* Who sends what is refused. */
struct fast_refused {
    __u64 packets;
    __u32 reasons[DROP_REASONS];
};

_Static_assert(sizeof(struct fast_action) == 64, "a line");
_Static_assert(sizeof(struct fast_tunnel) == 128 && sizeof(struct fast_session) == 128, "two lines");
_Static_assert(sizeof(struct fast_route) == 64, "a line");
_Static_assert(sizeof(struct fast_gnb_count) == 64, "a line, which no other processor writes");

#endif
