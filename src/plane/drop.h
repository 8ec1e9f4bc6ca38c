/* SPDX-License-Identifier: Apache-2.0 */
/* Why a packet went no further; of both packet paths. */
#ifndef PLANE_DROP_H
#define PLANE_DROP_H

enum drop {
    DROP_NONE,
    DROP_OUTER_MALFORMED, /* no GTP-U packet */
    DROP_OUTER_TYPE,      /* a message type we do not serve */
    DROP_UNKNOWN_TEID,
    DROP_WRONG_PEER,      /* outer source is not the tunnel's gNB */
    DROP_TOO_MANY,        /* more than one sender may bother the slow path with */
    DROP_INNER_MALFORMED, /* lengths, options or extension headers */
    DROP_SPOOFED_SOURCE,  /* an address that is not the phone's, or a MAC address that is held by another */
    DROP_MANY_MACS,       /* more MAC addresses behind one phone than may be */
    DROP_LINK_LOCAL,      /* neighbour discovery and the like, of no use on a tunnel */
    DROP_INNER_TUNNEL,    /* GTP-U inside GTP-U */
    DROP_ENCAPSULATED,    /* IP in IP, GRE and the like, on a data network that does not allow them */
    DROP_INFRASTRUCTURE,  /* towards the core's or the radio's own networks */
    DROP_UE_TO_UE,
    DROP_NO_SESSION, /* downlink: nobody has this address */
    DROP_NO_RULE,    /* no PDR matches, or it has no FAR */
    DROP_ACTION,     /* the FAR says drop */
    DROP_GATE,
    DROP_QUOTA,
    DROP_RATE,
    DROP_BUFFER_FULL,
    DROP_TOO_BIG,
    DROP_SEND, /* the kernel did not take it */
    DROP_REASONS
};

#endif
