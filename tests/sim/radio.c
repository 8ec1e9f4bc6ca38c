/* SPDX-License-Identifier: Apache-2.0 */
/* gNBs and their associations, phones, and what they are told. */
#include <arpa/inet.h>
#include <stdio.h>

#include "../lab_radio.h"
#include "hostile.h"
#include "kit/log.h"
#include "world.h"

enum { RECONNECT_MS = 400 };

union socket_address mast_address(unsigned number)
{
    union socket_address address;
    char host[16];
    snprintf(host, sizeof host, "10.9.0.%u", number + 1);
    address_parse(&address, host, 2152);
    return address;
}

static void gnb_says(void *context, struct ran_gnb *gnb, uint16_t stream, struct bytes message)
{
    struct world *world = context;
    struct mast *mast = gnb->user;
    uint8_t room[HEARD_BYTES];
    if (world->hostile && mast->number == WORLD_HOSTILE)
        message = hostile_twist(world, message, room);
    struct parcel *parcel = parcel_new(world, TO_EDGE, message);
    parcel->mast = mast->number;
    parcel->stream = stream;
    parcel->generation = mast->generation;
    post_ordered(world, parcel, &mast->last_up);
}

bool post_to_mast(struct world *world, unsigned upf, const union socket_address *to, struct bytes packet)
{
    unsigned number = (ntohl(to->v4.sin_addr.s_addr) & 0xff) - 1;
    union socket_address address = mast_address(number);
    if (number >= world->gnbs || !address_same_host(&address, to))
        return false;
    struct parcel header = {.mast = number, .upf = upf, .generation = world->masts[number].generation};
    post_datagram(world, TO_MAST_N3, &header, packet);
    return true;
}

/* To the plane, or after a phone to the gNB where it is now. */
static void gnb_sends_packet(void *context, struct ran_gnb *gnb, const union socket_address *to,
                             struct bytes packet)
{
    struct world *world = context;
    const struct mast *mast = gnb->user;
    struct parcel header = {.mast = mast->number, .address = mast_address(mast->number)};
    while (header.upf + 1 < world->upf_count &&
           !address_same_host(to, &world->config->planes[header.upf].n3[0]))
        header.upf++;
    header.generation = world->upfs[header.upf].generation;
    if (!post_to_mast(world, 0, to, packet))
        post_datagram(world, TO_PLANE, &header, packet);
}

static void phone_receives(void *context, struct phone *phone, struct phone_session *session,
                           struct bytes packet)
{
    struct inhabitant *inhabitant = phone->user;
    (void)context, (void)session, (void)packet;
    inhabitant->answers++;
}

static void phone_reports(void *context, struct phone *phone, enum phone_event event,
                          struct phone_session *session, uint8_t cause)
{
    const struct inhabitant *inhabitant = phone->user;
    (void)session;
    log_debug("sim", NULL, "phone-%u: %s (%u)", inhabitant->number + 1, phone_event_name(event), cause);
    life_event(context, phone, event, cause);
}

static void gnb_is_ready(void *context, struct ran_gnb *gnb, bool accepted)
{
    (void)context;
    if (!accepted)
        world_cut(gnb->user);
}

static void saw_ngap(void *context, struct ran_gnb *gnb, bool up, const struct ngap_pdu *pdu)
{
    log_debug("sim", NULL, "%9.4f %s %c %s", world_seconds(context), gnb->settings.name, up ? '>' : '<',
              ngap_message_name(pdu->message));
}

static void saw_nas(void *context, struct phone *phone, bool up, const struct nas_message *message)
{
    const struct inhabitant *inhabitant = phone->user;
    log_debug("sim", NULL, "%9.4f phone-%u %c %s", world_seconds(context), inhabitant->number + 1,
              up ? '>' : '<', nas_message_name(message->type));
}

static const struct radio_ports radio_ports = {.saw_ngap = saw_ngap,
                                               .saw_nas = saw_nas,
                                               .ngap = gnb_says,
                                               .n3 = gnb_sends_packet,
                                               .packet = phone_receives,
                                               .event = phone_reports,
                                               .gnb_ready = gnb_is_ready};

static void connect_mast(struct timer *timer)
{
    struct mast *mast = (struct mast *)((char *)timer - offsetof(struct mast, again));
    struct world *world = mast->world;
    union socket_address address = mast_address(mast->number);
    if (!world->edge) {
        timer_start(&world->timers, &mast->again, MILLISECONDS(RECONNECT_MS));
        return;
    }
    mast->generation++;
    mast->association = edge_gnb_up(world->edge, mast, &address, 2);
    if (mast->association)
        ran_gnb_setup(&mast->gnb);
}

static void association_ended(struct timer *timer)
{
    world_cut((struct mast *)((char *)timer - offsetof(struct mast, ended)));
}

void world_cut(struct mast *mast)
{
    timer_stop(&mast->world->timers, &mast->ended);
    struct edge_association *association = mast->association;
    if (!association)
        return;
    log_debug("sim", NULL, "%9.4f %s is cut off", world_seconds(mast->world), mast->gnb.settings.name);
    mast->association = NULL;
    mast->generation++;
    mast->losses++;
    edge_gnb_down(mast->world->edge, association, "cut");
    ran_gnb_lost(&mast->gnb);
    timer_start(&mast->world->timers, &mast->again, MILLISECONDS(RECONNECT_MS));
}

const struct aka_key world_subscription = {
    .algorithm = AKA_MILENAGE,
    .k_size = 16,
    .res_size = 8,
    .k = {0x46, 0x5b, 0x5c, 0xe8, 0xb1, 0x99, 0xb4, 0x9f, 0xaa, 0x5f, 0x0a, 0x2e, 0xe2, 0x38, 0xa6, 0xbc},
    .opc = {0xe8, 0xed, 0x28, 0x9d, 0xeb, 0xa9, 0x52, 0xe4, 0x28, 0x3b, 0x54, 0xe8, 0x8e, 0x61, 0x83, 0xca}};

static void make_gnb(struct mast *mast)
{
    struct world *world = mast->world;
    struct ran_gnb_settings settings = {.id = mast->number + 1,
                                        .plmn = world->model.plmn,
                                        .tac = 1,
                                        .slice = world->model.slice,
                                        .address = mast_address(mast->number)};
    if (world->gnbs_a_tac)
        settings.tac += mast->number / world->gnbs_a_tac;
    snprintf(settings.name, sizeof settings.name, "mast-%u", mast->number + 1);
    ran_gnb_init(&mast->gnb, &world->radio, &settings);
    mast->gnb.user = mast;
}

void renew_gnbs(struct world *world)
{
    for (unsigned i = 0; i < world->gnbs; i++) {
        world_cut(&world->masts[i]);
        ran_gnb_free(&world->masts[i].gnb);
        make_gnb(&world->masts[i]);
    }
}

void make_radio(struct world *world)
{
    world->radio = (struct radio){
        .timers = &world->timers, .random = &world->secrets.random, .ports = &radio_ports, .context = world};
    arena_init(&world->radio.scratch, 0);
    world->model = lab_phone_model();
    for (unsigned i = 0; i < world->gnbs; i++) {
        struct mast *mast = &world->masts[i];
        *mast = (struct mast){
            .world = world, .number = i, .again.fire = connect_mast, .ended.fire = association_ended};
        make_gnb(mast);
        timer_start(&world->timers, &mast->again, MILLISECONDS(10 * (i + 1)));
    }
    for (unsigned i = 0; i < world->phones; i++) {
        struct inhabitant *inhabitant = &world->inhabitants[i];
        char imsi[24];
        snprintf(imsi, sizeof imsi, "999700000%06u", i + 1);
        *inhabitant = (struct inhabitant){.world = world, .number = i};
        phone_init(&inhabitant->phone, &world->radio, &world->model, imsi, &world_subscription);
        inhabitant->phone.user = inhabitant;
        phone_camp(&inhabitant->phone, &world->masts[i % world->gnbs].gnb);
    }
}
