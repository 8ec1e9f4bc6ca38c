/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule H4 at phones: who or what is protected is never served by a high-risk gNB, whatever asks; a trusted one serves it as before; and
 * nobody else feels or learns anything. gNBs 0 and 1 are trusted, 2 and 3 are high-risk; phone 0 is protected, where anybody is.
 */
#ifndef TESTS_CORE_AMF_SHELTER_WORLD_H
#define TESTS_CORE_AMF_SHELTER_WORLD_H

#include "amf_world.h"
#include "core/amf/gmm.h"
#include "line/event.h"

enum { OTHER = 1, ROUGH = 2, ROUGHER = 3, ASSOCIATION = 100, POLICE = 2 };

#define GNB(number, domain) "  - {name: g" number ", domain: " domain ", id: 999/70-0000000" number "}\n"
#define LINE                                                               \
    "vendors: [{name: ours, risk: trusted}, {name: theirs, risk: high}]\n" \
    "domains:\n"                                                           \
    "  - {name: test, vendor: ours, listen: [127.0.0.5]}\n"                \
    "  - {name: rough, vendor: theirs, listen: [127.0.0.6]}\n"             \
    "gnbs:\n" GNB("1", "test") GNB("2", "test") GNB("3", "rough") GNB("4", "rough")

#define SUBSCRIBER "protected: {subscribers: [999700000000001]}\n"
#define NETWORK    "protected: {data_networks: [police]}\n"
#define SLICE      "protected: {slices: [1]}\n"

/* For both risks. */
#define TACS "network: {plmns: [{plmn: 999/70, tacs: [1, 2]}]}\n"

extern struct world world;

/* What gNBs and phones were told, and evidence. */
extern struct shelter_seen {
    unsigned events;
    char last_reason[EVIDENCE_REASON_BYTES];
    struct ngap_cause preparation_failure;
    unsigned command_refused, request_sessions, switch_released;
    uint64_t target_id;
    unsigned forbidden_told, forbidden_tais, paged[WORLD_GNBS];
    unsigned lists_changed, reregistrations; /* for phones at work */
    unsigned slices_named;                   /* to the target of the last handover */
} seen;

/* For cmocka. */
int shelter_open(void **state);
int shelter_close(void **state);

/* The core begins with that inventory, and that of `network:` in its configuration. gNBs of the same risk have the same tracking area. */
void shelter_begin_in(const char *network, const char *inventory);
void shelter_begin(const char *inventory);

/* Of phone 0; NULL: it has no context. */
struct ue *shelter_ue(void);
struct gnb *shelter_gnb(unsigned i);

/* Both sides of phone 0 have the session. */
void have_session(uint8_t psi);
/* Phone 0 camps there. */
void at(unsigned cell);
/* And registers. */
void enter(unsigned cell, enum nas_registration_kind kind);
/* Phone 0 is at work at a high-risk cell, with two sessions, when the data network of one (POLICE) becomes protected. */
void shelter_begin_at_rough(void);
/* It was refused, nobody has kept anything of it, and evidence has it once. */
void is_refused(void);

#endif
