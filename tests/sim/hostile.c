/* SPDX-License-Identifier: Apache-2.0 */
#include "hostile.h"

#include <stdlib.h>

#include "damage.h"
#include "wire/gtpu/gtpu.h"
#include "world.h"

enum { PAUSE_MS = 60, TWISTED_PERCENT = 30 };

static struct mast *liar(struct world *world)
{
    return &world->masts[WORLD_HOSTILE];
}

static void say(struct world *world, struct bytes ngap)
{
    struct mast *mast = liar(world);
    if (!mast->association)
        return;
    struct parcel *parcel = parcel_new(world, TO_EDGE, ngap);
    parcel->mast = mast->number;
    parcel->stream = (uint16_t)world_dice(world, 3);
    parcel->generation = mast->generation;
    world->hostile->lies++;
    post_ordered(world, parcel, &mast->last_up);
}

/* --- Hearing --- */

static void keep(struct heard ring[HEARD], unsigned *count, struct bytes content)
{
    struct heard *heard = &ring[(*count)++ % HEARD];
    if (content.len > HEARD_BYTES)
        content.len = HEARD_BYTES;
    memcpy(heard->content, content.data, content.len);
    heard->length = content.len;
}

void hostile_hears(struct world *world, struct bytes ngap)
{
    if (world->hostile)
        keep(world->hostile->ngap, &world->hostile->ngap_count, ngap);
}

void hostile_hears_n3(struct world *world, struct bytes packet)
{
    if (world->hostile)
        keep(world->hostile->n3, &world->hostile->n3_count, packet);
}

static const struct heard *recall(struct world *world, const struct heard ring[HEARD], unsigned count)
{
    return count ? &ring[world_dice(world, count < HEARD ? count : HEARD)] : NULL;
}

/* --- Victims --- */

/* A phone's connection at an honest gNB, or at itself: then what it says is out of place; or random ids. */
static struct damage_ids victim(struct world *world)
{
    const struct phone *phone = &world->inhabitants[world_dice(world, world->phones)].phone;
    struct damage_ids ids = {random_u64(&world->dice.random) & 0xffffffffff,
                             (uint32_t)random_u64(&world->dice.random)};
    if (phone->connection && world_dice(world, 8)) {
        ids.amf = phone->connection->amf_ue_ngap_id;
        ids.ran = phone->connection->ran_ue_ngap_id;
    }
    return ids;
}

/* --- Lies --- */

static void repeat(struct world *world, bool damaged)
{
    const struct heard *heard = recall(world, world->hostile->ngap, world->hostile->ngap_count);
    uint8_t room[HEARD_BYTES];
    if (!heard)
        return;
    struct bytes ngap = bytes_of(heard->content, heard->length);
    say(world, damaged ? damage(&world->dice.random, ngap, room) : ngap);
}

/* An honest message with the ids of somebody. */
static void impersonate(struct world *world)
{
    const struct heard *heard = recall(world, world->hostile->ngap, world->hostile->ngap_count);
    uint8_t room[HEARD_BYTES];
    if (heard)
        say(world, damage_ids(bytes_of(heard->content, heard->length), victim(world), room));
}

static void encode_and_say(struct world *world, enum ngap_message_type type, const void *value)
{
    uint8_t room[HEARD_BYTES];
    struct writer w = writer_of(room, sizeof room);
    if (ngap_encode(&w, type, value, NULL))
        say(world, writer_bytes(&w));
}

static const struct ngap_cause lost = {.which = NGAP_CAUSE_RADIO_NETWORK,
                                       .radio_network = NGAP_CAUSE_RADIO_NETWORK_UNKNOWN_LOCAL_UE_NGAP_ID};

static void reset_others(struct world *world)
{
    struct ngap_ue_associated_logical_ng_connection_item items[3];
    for (unsigned i = 0; i < 3; i++) {
        struct damage_ids ids = victim(world);
        items[i] = (struct ngap_ue_associated_logical_ng_connection_item){
            ids.amf, ids.ran, world_dice(world, 4), world_dice(world, 4)};
    }
    const struct ngap_ng_reset reset = {
        .cause = lost,
        .reset_type = {.which = NGAP_RESET_TYPE_PART_OF_NG_INTERFACE, .part_of_ng_interface = {items, 3}}};
    encode_and_say(world, NGAP_NG_RESET, &reset);
}

static void indicate_error(struct world *world)
{
    struct damage_ids ids = victim(world);
    const struct ngap_error_indication error = {ids.amf, ids.ran, &lost, NULL, NULL, true, true};
    encode_and_say(world, NGAP_ERROR_INDICATION, &error);
}

static void release_others(struct world *world)
{
    struct damage_ids ids = victim(world);
    const struct ngap_ue_context_release_request request = {
        .amf_ue_ngap_id = ids.amf, .ran_ue_ngap_id = ids.ran, .cause = lost};
    const struct ngap_ue_context_release_complete complete = {.amf_ue_ngap_id = ids.amf,
                                                              .ran_ue_ngap_id = ids.ran};
    if (world_dice(world, 2))
        encode_and_say(world, NGAP_UE_CONTEXT_RELEASE_REQUEST, &request);
    else
        encode_and_say(world, NGAP_UE_CONTEXT_RELEASE_COMPLETE, &complete);
}

/* Handover messages that nobody asked for, and a path switch for a phone that it was never given. */
static void hand_over(struct world *world)
{
    struct damage_ids ids = victim(world);
    const struct ngap_user_location_information location = {
        .which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR};
    const struct ngap_pdu_session_resource_to_be_switched_dl_item item = {
        .pdu_session_id = 1, .path_switch_request_transfer = BYTES(((uint8_t[]){0}))};
    const struct ngap_path_switch_request path = {.ran_ue_ngap_id = ids.ran,
                                                  .source_amf_ue_ngap_id = ids.amf,
                                                  .user_location_information = location,
                                                  .pdu_session_resource_to_be_switched_dl_list = {&item, 1}};
    const struct ngap_handover_notify notify = {
        .amf_ue_ngap_id = ids.amf, .ran_ue_ngap_id = ids.ran, .user_location_information = location};
    const struct ngap_handover_cancel cancel = {ids.amf, ids.ran, lost};
    switch (world_dice(world, 3)) {
    case 0:
        encode_and_say(world, NGAP_PATH_SWITCH_REQUEST, &path);
        break;
    case 1:
        encode_and_say(world, NGAP_HANDOVER_NOTIFY, &notify);
        break;
    default:
        encode_and_say(world, NGAP_HANDOVER_CANCEL, &cancel);
    }
}

/* A first message with NAS of its own making: noise, or a stolen identity in front of noise. */
static void knock(struct world *world)
{
    uint8_t nas[64];
    size_t length = 1 + world_dice(world, sizeof nas);
    random_fill(&world->dice.random, nas, sizeof nas);
    if (world_dice(world, 2))
        nas[0] = 0x7e, nas[1] = (uint8_t)world_dice(world, 5),
        nas[2] = (uint8_t)(0x41 + world_dice(world, 12));
    const struct phone *phone = &world->inhabitants[world_dice(world, WORLD_HONEST)].phone;
    const struct ngap_five_g_s_tmsi stolen = {phone->guti.s_tmsi.amf_set_id, phone->guti.s_tmsi.amf_pointer,
                                              phone->guti.s_tmsi.tmsi};
    struct ngap_initial_ue_message message = {
        .ran_ue_ngap_id = 1000 + world_dice(world, 200),
        .nas_pdu = bytes_of(nas, length),
        .user_location_information = {.which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR},
        .rrc_establishment_cause = NGAP_RRC_ESTABLISHMENT_CAUSE_MO_DATA,
        .five_g_s_tmsi = &stolen};
    message.user_location_information.user_location_information_nr.tai.tac = 1;
    encode_and_say(world, NGAP_INITIAL_UE_MESSAGE, &message);
}

/* Packets that were another gNB's, end markers and error indications for tunnels that are not its own. */
static void forge_packet(struct world *world)
{
    const struct heard *heard = recall(world, world->hostile->n3, world->hostile->n3_count);
    struct parcel header = {.mast = WORLD_HOSTILE,
                            .address = mast_address(WORLD_HOSTILE),
                            .generation = world->upfs[0].generation};
    uint8_t room[HEARD_BYTES];
    if (!heard || heard->length < 8)
        return;
    memcpy(room, heard->content, heard->length);
    if (world_dice(world, 3) == 0)
        room[1] = world_dice(world, 2) ? GTPU_END_MARKER : GTPU_ERROR_INDICATION;
    if (world_dice(world, 3) == 0)
        room[4 + world_dice(world, 4)] ^= (uint8_t)(1 + world_dice(world, 255));
    if (world_dice(world, 3) == 0)
        room[world_dice(world, (unsigned)heard->length)] ^= (uint8_t)(1 + world_dice(world, 255));
    post_datagram(world, TO_PLANE, &header, bytes_of(room, heard->length));
}

/* NG Setup again, under the name of an honest gNB. */
static void clone_gnb(struct world *world)
{
    struct ran_gnb *gnb = &liar(world)->gnb;
    uint32_t own = gnb->settings.id;
    gnb->settings.id = world->masts[0].gnb.settings.id;
    ran_gnb_setup(gnb);
    gnb->settings.id = own;
}

/* Claims areas, networks and slices, and an honest gNB's identity. */
static void reconfigure(struct world *world)
{
    const struct ran_gnb_settings *own = &liar(world)->gnb.settings;
    const struct ngap_slice_support_item slice = {.s_nssai = {.sst = (uint8_t)(1 + world_dice(world, 2))}};
    struct ngap_broadcast_plmn_item plmn = {.tai_slice_support_list = {&slice, 1}};
    const struct ngap_supported_ta_item area = {.tac = 1 + world_dice(world, 3),
                                                .broadcast_plmn_list = {&plmn, 1}};
    struct ngap_global_ran_node_id identity = {
        .which = NGAP_GLOBAL_RAN_NODE_ID_GLOBAL_GNB_ID,
        .global_gnb_id.gnb_id = {.which = NGAP_GNB_ID_GNB_ID,
                                 .gnb_id = {.value = 1 + world_dice(world, world->gnbs), .length = 32}}};
    memcpy(plmn.plmn_identity, own->plmn.octets, 3);
    memcpy(identity.global_gnb_id.plmn_identity, own->plmn.octets, 3);
    if (world_dice(world, 4) == 0)
        plmn.plmn_identity[2] ^= 1;
    const struct ngap_ran_configuration_update update = {
        .supported_ta_list = {&area, 1}, .global_ran_node_id = world_dice(world, 2) ? &identity : NULL};
    encode_and_say(world, NGAP_RAN_CONFIGURATION_UPDATE, &update);
}

static void lie(struct timer *timer)
{
    struct hostile *hostile = (struct hostile *)((char *)timer - offsetof(struct hostile, timer));
    struct world *world = hostile->world;
    static void (*const lies[])(struct world * world) = {
        impersonate, impersonate, reset_others, indicate_error, release_others,
        hand_over,   knock,       knock,        forge_packet,   forge_packet};
    unsigned which = world_dice(world, 16);
    if (which < sizeof lies / sizeof lies[0])
        lies[which](world);
    else if (which == 10 && world_dice(world, 5) == 0)
        (world_dice(world, 2) ? clone_gnb : reconfigure)(world);
    else
        repeat(world, which & 1);
    timer_start(&world->timers, timer, MILLISECONDS(1 + world_dice(world, PAUSE_MS)));
}

/* --- Beginning and end --- */

struct bytes hostile_twist(struct world *world, struct bytes ngap, uint8_t room[HEARD_BYTES])
{
    if (!timer_armed(&world->hostile->timer) || world_dice(world, 100) >= TWISTED_PERCENT)
        return ngap;
    return damage(&world->dice.random, ngap, room);
}

bool hostile_begin(struct world *world)
{
    world->hostile = calloc(1, sizeof *world->hostile);
    if (!world->hostile)
        return false;
    world->hostile->world = world;
    world->hostile->timer.fire = lie;
    world_cut(liar(world)); /* when it comes back, it is in its own trust domain */
    hostile_resume(world);
    return true;
}

void hostile_resume(struct world *world)
{
    timer_start(&world->timers, &world->hostile->timer, MILLISECONDS(1));
}

void hostile_stop(struct world *world)
{
    timer_stop(&world->timers, &world->hostile->timer);
}
