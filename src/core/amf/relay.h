/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Relay control in the AMF: whatever one radio node says to another through this core is decided on by line/relay.h, compared
 * with what the core knows, and written anew. What is dropped is an event and is counted. Private to core/amf.
 */
#ifndef CORE_AMF_RELAY_H
#define CORE_AMF_RELAY_H

#include "core/amf/n2.h"
#include "line/relay.h"

/* --- containers of an N2 handover (relay_container.c) --- */

struct relay_handover {
    struct core *core;
    struct relay_way way;                       /* of the container at hand */
    const struct gnb *from;                     /* NULL: at another core */
    const struct gnb *to;                       /* likewise */
    const struct ngap_target_ran_node_id *node; /* where the phone goes */
    const struct connection *source;            /* the phone's, if it is at this core */
    uint16_t sessions;                          /* that are handed over: bit n is PDU session n */
};

/* From source to target, and back: *container becomes what is passed on, in core->batch or as it came. A verdict that is dropped
 * leaves it alone: the handover has to fail, with relay_cause. */
enum relay_verdict relay_source_container(const struct relay_handover *handover, struct bytes *container);
enum relay_verdict relay_target_container(const struct relay_handover *handover, struct bytes *container);
/* Of a handover that fails: empty if it is dropped, as the source can do without. */
struct bytes relay_failure_container(const struct relay_handover *handover, struct bytes container);
struct ngap_cause relay_cause(enum relay_verdict verdict);

/* --- the rest (relay.c) --- */

struct relay_way relay_between(const struct gnb *from, const struct gnb *to);
/* Under the profile lab what does not fit is recorded only. */
bool relay_records_only(const struct core *core);
/* Counts the verdict; a drop is an event. from: NULL at another core. */
void relay_note(struct core *core, const struct gnb *from, struct relay_way way, enum config_relayed kind,
                enum relay_verdict verdict);
/* May what belongs to a handover under way, and is of bounded size, follow it? Notes the answer. */
bool relay_follows(struct core *core, const struct gnb *from, struct relay_way way);

/* What a gNB or, with from NULL, the core of that name tells of the phone's radio is kept with where it came from, if it is not too
 * long. paging: of UERadioCapabilityForPaging, or empty. False: it was not, or it is what was known before. */
bool relay_keep_capability(struct ue *ue, const struct gnb *from, const char *domain, struct bytes capability,
                           struct bytes paging);
void relay_forget_capability(struct ue *ue);
/* The phone's radio capability for a gNB of that domain, or the core of that name; empty: it has to ask the phone. */
struct bytes relay_capability(const struct ue *ue, const char *to);
/* May that gNB be told what others have said for paging? Notes no more than a drop. */
bool relay_lets_hints(const struct ue *ue, const struct gnb *to);

/* Configuration Transfer (configuration_transfer.c; TS 38.413 8.8) */
void ran_configuration_transfer(struct gnb *gnb,
                                const struct ngap_uplink_ran_configuration_transfer *transfer);

#endif
