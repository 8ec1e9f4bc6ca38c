/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two simulated gNBs and a phone with a session, and nobody behind them: what a core would say is said by the test, what it
 * would hear is looked at.
 */
#ifndef TESTS_RADIO_WORLD_H
#define TESTS_RADIO_WORLD_H

#include "check.h"
#include "ran/gnb.h"
#include "ran/phone.h"
#include "wire/ngap/ngap.h"

enum { SOURCE, TARGET, WORLD_GNBS, WORLD_GOT = 32, SESSION = 1, UPLINK_TEID = 0x1000, AMF_ID = 77 };

struct radio_world {
    struct timers timers;
    struct random_seeded dice;
    struct radio_ports ports;
    struct radio radio;
    struct phone_model model;
    struct ran_gnb gnbs[WORLD_GNBS];
    struct phone phone;
    unsigned events[PHONE_EVENTS];
    unsigned said[NGAP_MESSAGES]; /* by gNBs */
    struct arena memory;
    struct bytes transfer;            /* the session's setup request transfer */
    struct ngap_pdu last[WORLD_GNBS]; /* said by each */
    uint8_t got[WORLD_GOT];           /* the first octet of each packet that reached the phone */
    unsigned got_count, to_upf;
    uint32_t upf_teid; /* of the latest packet to the UPF */
};

/* cmocka's setup and teardown; *state is the world. */
int radio_world_begin(void **state);
int radio_world_end(void **state);

/* The core's message to a gNB. */
void core_says(struct radio_world *world, unsigned gnb, enum ngap_message_type type, const void *value);
/* A packet by the tunnel of that TEID, or an end marker if `octet` is 0. */
void upf_sends(struct radio_world *world, unsigned gnb, uint32_t teid, uint8_t octet);
/* The octets that reached the phone, in order, must be these. */
void expect_got(struct radio_world *world, const char *octets);
struct ran_gnb_tunnel *tunnel_at(struct ran_gnb_connection *connection);

#endif
