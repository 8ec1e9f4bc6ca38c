/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiles the PDRs of a ruleset to lookups (plane/bpf/classify.h) when a session is set up or changed, so that no packet walks a list of rules. A record
 * holds what nearly all sessions have; a ruleset that asks for more has several, in order of precedence.
 */
#ifndef PLANE_CLASSIFIER_H
#define PLANE_CLASSIFIER_H

#include "plane/bpf/classify.h"
#include "plane/rules.h"

/*
 * Where filters ask for what stands in Ethernet frames (ruleset->asks_frames) records are pairs: the second of a pair has the same filters, of the frame that the
 * packet is in. `count` counts both, and the packet program takes no ruleset of more than one record: sessions with Ethernet packet filters are the slow path's.
 */
struct classifiers {
    unsigned count;
    bool frames;
    struct classifier records[];
};

/* What a frame has in the places of an IP packet's fields. MAC addresses are numbers; CLASSIFIER_NO_PORT: there is none. Of the tags the priorities
 * (PCP, DEI) are in the place of the protocol, the service tag's in the upper half. */
enum {
    FRAME_FIELD_TYPE = CLASSIFY_REMOTE_PORT,
    FRAME_FIELD_C_VID = CLASSIFY_LOCAL_PORT,
    FRAME_FIELD_S_VID = CLASSIFY_SPI,
    FRAME_FIELD_REMOTE = CLASSIFY_REMOTE_V6,
    FRAME_FIELD_LOCAL = CLASSIFY_LOCAL_V6
};

/* Of the PDRs of one direction, each with the number that it has in the ruleset. The caller frees it; NULL: out of memory. */
struct classifiers *classifiers_compile(const struct ruleset *rules, enum direction direction);

#endif
