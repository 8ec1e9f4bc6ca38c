/* SPDX-License-Identifier: Apache-2.0 */
/* A plane without sockets: an agent on a virtual clock, one SMF to talk to it, and everything it sends caught. */
#ifndef TESTS_PLANE_LAB_H
#define TESTS_PLANE_LAB_H

#include "../check.h"
#include "crypt/random.h"
#include "describe.h"
#include "kit/arena.h"
#include "plane/agent.h"
#include "wire/gtpu/gtpu.h"

enum { LAB_CAUGHT = 512, LAB_PACKET = 8192, LAB_LED = 128 };

struct caught {
    union socket_address to;
    size_t length;
    uint8_t data[LAB_PACKET];
};

struct led {
    const struct network *network;
    struct config_prefix route;
};

struct lab {
    struct network networks[2];
    struct plane plane;
    struct timers timers;
    struct agent *agent;
    struct arena arena;
    struct random_seeded random;
    uint64_t narrow; /* 0, or the bits that a drawn number may have */
    uint32_t sequence;
    union socket_address smf, gnb, other_gnb;
    struct caught n4[LAB_CAUGHT], n3[LAB_CAUGHT];
    unsigned n4_count, n3_count, n6_count;
    struct led led
        [LAB_LED]; /* networks behind phones to which the host leads; as it takes them, none overlaps another */
    unsigned led_count;
    uint8_t buffer[PATH_HEADROOM + 4096];
};

/* With an association between SMF and plane. */
struct lab *lab_new(void);
/* The same with a data network of Ethernet frames. */
struct lab *lab_new_ethernet(const struct lan_settings *settings);
/* The SMF asks for the association. */
void lab_associate(struct lab *lab);
void lab_free(struct lab *lab);
/* Of a state that cmocka has allocated, and that begins with its lab. */
int lab_tear_down(void **state);

void lab_sleep(struct lab *lab, int64_t ns);

/* The SMF sends; the plane's answer is decoded (in the lab's arena, until the next call). */
struct pfcp_message lab_ask(struct lab *lab, struct pfcp_message *request);
/* The last message that the plane sent to the SMF. */
struct pfcp_message lab_last(struct lab *lab);

/* The SMF's answer to a session report. */
void lab_answer_with(struct lab *lab, uint64_t seid, uint32_t sequence,
                     const struct pfcp_session_report_response *response);
void lab_answer(struct lab *lab, uint64_t seid, uint32_t sequence, uint8_t cause);

/* Establishes and returns the plane's SEID; *teid is the uplink tunnel. */
uint64_t lab_establish(struct lab *lab, struct lab_session *session, uint32_t *teid);

/* Leads the downlink FAR to the gNB's tunnel (action FORW), or makes it buffer (BUFF | NOCP, teid 0). Returns the cause. */
uint8_t lab_switch(struct lab *lab, uint64_t seid, const union socket_address *gnb, uint32_t teid,
                   bool end_marker);

/* Makes a tunnel from the phone's gNB to the other one (TS 23.502 4.9.1.3: indirect forwarding); returns its TEID. */
uint32_t lab_lead_on(struct lab *lab, uint64_t seid);

/* An IPv4/UDP packet into `to`; returns its length. */
size_t lab_udp(uint8_t *to, const uint8_t from[4], const uint8_t dest[4], uint16_t port, size_t payload);

enum { LAB_NO_QFI = 0xff };

/* Runs a packet through the path; `packet` then says what became of it. LAB_NO_QFI: without a PDU session container. */
enum verdict lab_uplink(struct lab *lab, const union socket_address *peer, uint32_t teid, uint8_t qfi,
                        struct bytes inner, struct packet *packet);
enum verdict lab_downlink(struct lab *lab, struct bytes inner, struct packet *packet);
/* A packet of these octets, with room in front. */
void lab_load(struct lab *lab, struct bytes inner, struct packet *packet);

uint64_t lab_drops(const struct lab *lab, enum drop reason);

#endif
