/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any frame of either of two phones, or of the data network. The first byte chooses who sends it. What a phone gets through is well-formed and from a MAC
 * address that it holds; what goes to phones stays in its bounds.
 */
#include "../fuzz/must.h"
#include "lab.h"
#include "plane/switch.h"

enum { FROM_NETWORK = 1, SECOND_PHONE = 2, UE_TO_UE = 4 };
enum { PHONES = 2, INPUTS = 4096, LONGEST = 2048 };

struct ground {
    struct lab *lab;
    struct lab_session sessions[PHONES];
    uint64_t seids[PHONES];
    uint32_t teids[PHONES];
    unsigned inputs;
};

static const uint8_t host[FRAME_HEADER] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 9, 9, 9, 9, 9, 8, 6};

static void look(void *context, enum verdict verdict, struct packet *packet)
{
    const struct lab *lab = context;
    if (verdict == PATH_TO_N3)
        must(packet->data >= lab->buffer && packet->data + packet->length <= packet->end);
}

static void send_down(struct lab *lab, struct bytes octets)
{
    struct packet packet;
    lab_load(lab, octets, &packet);
    switch_inward(&lab->plane, &lab->plane.lanes[0], &lab->networks[0], &packet, look, lab);
}

static void renew(struct ground *ground)
{
    if (ground->lab)
        lab_free(ground->lab);
    ground->lab = lab_new_ethernet(&(struct lan_settings){4, SECONDS(300), false});
    ground->inputs = 0;
    for (unsigned i = 0; i < PHONES; i++) {
        lab_describe_ethernet(&ground->sessions[i], (uint8_t)(i + 2));
        ground->seids[i] = lab_establish(ground->lab, &ground->sessions[i], &ground->teids[i]);
        lab_switch(ground->lab, ground->seids[i], &ground->lab->gnb, 0x55u + i, false);
    }
    send_down(ground->lab, BYTES(host));
}

static void send_up(struct ground *ground, unsigned phone, struct bytes octets)
{
    struct lab *lab = ground->lab;
    struct packet packet;
    struct frame frame;
    bool outside;
    if (lab_uplink(lab, &lab->gnb, ground->teids[phone], 1, octets, &packet) != PATH_TO_N6)
        return;
    must(packet.length == octets.len && memcmp(packet.data, octets.data, octets.len) == 0);
    must(frame_parse(octets, &frame) == NULL && memcmp(frame.source, host + FRAME_MAC, FRAME_MAC) != 0);
    const struct session *holder = lan_find(lab->networks[0].lan, frame.source, lab->timers.now, &outside);
    must(holder && holder->seid == ground->seids[phone]);
    switch_outward(&lab->plane, &lab->plane.lanes[0], &packet, look, lab);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ground ground = {.inputs = INPUTS};
    if (size == 0 || size > LONGEST)
        return 0;
    if (ground.inputs++ >= INPUTS)
        renew(&ground);
    const struct bytes octets = bytes_of(data + 1, size - 1);
    ground.lab->plane.policy.ue_to_ue = data[0] & UE_TO_UE;
    if (data[0] & FROM_NETWORK)
        send_down(ground.lab, octets);
    else
        send_up(&ground, data[0] & SECOND_PHONE ? 1 : 0, octets);
    return 0;
}
