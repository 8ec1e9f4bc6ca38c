/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any datagram on N3 and any packet from the data network, to a plane with two sessions. The first byte chooses where it comes
 * from, and whether the tunnel is a real one, as its number cannot be guessed. What gets through is one phone's and stays in its
 * bounds; who is not the tunnel's gNB changes nothing.
 */

#include "../fuzz/must.h"
#include "lab.h"
#include "plane/flow.h"

enum { FROM_NETWORK = 1, FROM_OTHER_GNB = 2, FROM_STRANGER = 4, REAL_TUNNEL = 8, SECOND_SESSION = 16 };
enum { PHONES = 2, INPUTS = 4096, TEID_AT = 4, LONGEST = 2048 };

struct ground {
    struct lab *lab;
    struct lab_session sessions[PHONES];
    uint32_t teids[PHONES];
    union socket_address stranger;
    unsigned inputs;
};

static void renew(struct ground *ground)
{
    if (ground->lab)
        lab_free(ground->lab);
    ground->lab = lab_new();
    ground->inputs = 0;
    address_parse(&ground->stranger, "127.0.0.66", GTPU_PORT);
    for (uint8_t i = 0; i < PHONES; i++) {
        lab_describe(&ground->sessions[i], (uint8_t)(i + 2));
        uint64_t seid = lab_establish(ground->lab, &ground->sessions[i], &ground->teids[i]);
        lab_switch(ground->lab, seid, &ground->lab->gnb, i ? 0 : 0x55,
                   false); /* the second one's packets wait */
    }
}

static const union socket_address *peer_of(const struct ground *ground, uint8_t choice)
{
    if (choice & FROM_STRANGER)
        return &ground->stranger;
    return choice & FROM_OTHER_GNB ? &ground->lab->other_gnb : &ground->lab->gnb;
}

static void load(const struct ground *ground, uint8_t choice, struct bytes in, struct packet *packet)
{
    struct lab *lab = ground->lab;
    *packet = (struct packet){.data = lab->buffer + PATH_HEADROOM,
                              .length = in.len,
                              .end = lab->buffer + sizeof lab->buffer,
                              .now = lab->timers.now};
    memcpy(packet->data, in.data, in.len);
    if (!(choice & REAL_TUNNEL) || in.len < GTPU_HEADER_BYTES)
        return;
    struct writer w = writer_of(packet->data + TEID_AT, sizeof(uint32_t));
    write_u32(&w, ground->teids[choice & SECOND_SESSION ? 1 : 0]);
}

/* A phone's own address, as lab_describe gives it out. */
static bool is_a_phones(const struct flow *flow)
{
    static const uint8_t pool_v4[3] = {10, 45, 0}, pool_v6[6] = {0x20, 0x01, 0x0d, 0xb8, 0xca, 0xfe};
    const uint8_t *source = flow->source;
    if (flow->version == 4)
        return memcmp(source, pool_v4, sizeof pool_v4) == 0 && source[3] >= 2 && source[3] < 2 + PHONES;
    return memcmp(source, pool_v6, sizeof pool_v6) == 0 && source[6] == 0 && source[7] >= 2 &&
           source[7] < 2 + PHONES;
}

static void check(const struct ground *ground, uint8_t choice, const struct packet *packet,
                  enum verdict verdict)
{
    const struct lab *lab = ground->lab;
    struct flow flow;
    must(packet->data >= lab->buffer && packet->data + packet->length <= packet->end);
    if (verdict == PATH_TO_N6) {
        must(!(choice & (FROM_NETWORK | FROM_OTHER_GNB | FROM_STRANGER)));
        must(!flow_parse(bytes_of(packet->data, packet->length), &flow) && is_a_phones(&flow));
    }
    if (choice & (FROM_OTHER_GNB | FROM_STRANGER) && !(choice & FROM_NETWORK))
        must(lab->n4_count == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ground ground = {.inputs = INPUTS};
    struct packet packet;
    if (size == 0 || size > LONGEST)
        return 0;
    if (ground.inputs++ >= INPUTS)
        renew(&ground);
    struct lab *lab = ground.lab;
    lab->n3_count = lab->n4_count = lab->n6_count = 0;
    load(&ground, data[0], bytes_of(data + 1, size - 1), &packet);
    enum verdict verdict =
        data[0] & FROM_NETWORK
            ? path_downlink(&lab->plane, &lab->plane.lanes[0], &lab->networks[0], &packet)
            : path_uplink(&lab->plane, &lab->plane.lanes[0], peer_of(&ground, data[0]), &packet);
    agent_poll(lab->agent);
    check(&ground, data[0], &packet, verdict);
    return 0;
}
