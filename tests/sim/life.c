/* SPDX-License-Identifier: Apache-2.0 */
/* Phones that do at random what phones do, and take what comes. */
#include "world.h"

enum { PAUSE_MS = 4000, RETRY_MS = 500, PING_BYTES = 60, UDP = 17 };

static void later(struct inhabitant *inhabitant, int64_t most)
{
    struct world *world = inhabitant->world;
    timer_start(&world->timers, &inhabitant->next,
                1 + (int64_t)(random_u64(&world->dice.random) % (uint64_t)most));
}

static bool ping_v6(struct phone *phone, struct phone_session *session)
{
    uint8_t packet[PING_BYTES] = {0x60, [5] = PING_BYTES - 40, [6] = UDP, [7] = 64, [24] = 0x20, 0x01, 0x0d,
                                  0xb8};
    if (!session->has_prefix)
        return false;
    memcpy(packet + 8, session->ipv6_prefix, 8);
    memcpy(packet + 16, session->ipv6_interface, 8);
    phone_send_packet(phone, session, BYTES(packet));
    return true;
}

struct ran_gnb *life_cell(const struct inhabitant *inhabitant)
{
    struct world *world = inhabitant->world;
    unsigned number = world_dice(world, world->hostile ? WORLD_HOSTILE : world->gnbs);
    if (world->hostile && inhabitant->number >= WORLD_HONEST)
        number = WORLD_HOSTILE;
    return &world->masts[number].gnb;
}

bool life_ping(struct phone *phone, struct phone_session *session)
{
    uint8_t packet[PING_BYTES] = {
        0x45, [3] = PING_BYTES, [8] = 64, [9] = UDP, [16] = 192, [18] = 2, [19] = 1};
    if (!session->ipv4)
        return ping_v6(phone, session);
    for (unsigned i = 0; i < 4; i++)
        packet[12 + i] = (uint8_t)(session->ipv4 >> (24 - 8 * i));
    phone_send_packet(phone, session, BYTES(packet));
    return true;
}

/* One of the phone's sessions; opened if it is not there. */
static void use_session(struct world *world, struct phone *phone)
{
    uint8_t id = (uint8_t)(1 + world_dice(world, LIFE_SESSIONS));
    struct phone_session *session = phone_session(phone, id);
    if (!session)
        phone_open_session(phone, id, NULL, id);
    else if (session->up)
        life_ping(phone, session);
}

/* Without a word to the cell it leaves. */
static void move_connected(struct phone *phone)
{
    phone_camp(phone, life_cell(phone->user));
    if (!phone->connection && phone->gnb->ready)
        phone_register(phone, NAS_MOBILITY_REGISTRATION);
}

/* Sometimes cancelled at once, sometimes without room at the target for all sessions. */
static void hand_over_n2(struct inhabitant *inhabitant, struct ran_gnb_connection *source)
{
    struct world *world = inhabitant->world;
    struct ran_gnb *target = life_cell(inhabitant);
    static const struct ngap_cause cancelled = {.which = NGAP_CAUSE_RADIO_NETWORK,
                                                .radio_network = NGAP_CAUSE_RADIO_NETWORK_HANDOVER_CANCELLED};
    target->admits = world_dice(world, 6) ? GNB_TUNNELS : world_dice(world, LIFE_SESSIONS);
    if (world_dice(world, 8) == 0)
        ran_gnb_ask_configuration(source->gnb, target);
    bool begun = ran_gnb_n2_handover(source, target, world_dice(world, 2));
    if (begun && world_dice(world, 6) == 0)
        ran_gnb_cancel_handover(source, cancelled);
}

/* Beside what is allowed, now and then what is not. */
static void change_flow(struct world *world, struct phone_session *session)
{
    enum { ALLOWED = 7, FORBIDDEN = 5 };
    if (session->flow)
        phone_give_flow_back(session);
    else
        phone_ask_flow(session, world_dice(world, 4) ? ALLOWED : FORBIDDEN);
}

static void act_connected(struct inhabitant *inhabitant, struct phone *phone)
{
    struct world *world = inhabitant->world;
    struct phone_session *session = phone_session(phone, (uint8_t)(1 + world_dice(world, LIFE_SESSIONS)));
    switch (world_dice(world, 25)) {
    case 0:
        phone_deregister(phone, world_dice(world, 2));
        break;
    case 1:
        phone_register(phone, NAS_PERIODIC_REGISTRATION);
        break;
    case 2:
        if (session && session->up)
            phone_close_session(phone, session);
        break;
    case 3:
        phone_register(phone, NAS_INITIAL_REGISTRATION);
        break;
    case 4:
        (world_dice(world, 4) ? ran_gnb_lose : ran_gnb_forget)(phone->connection);
        break;
    case 5:
    case 6:
        ran_gnb_release_request(phone->connection);
        break;
    case 7:
        move_connected(phone);
        break;
    case 8:
    case 9:
        ran_gnb_xn_handover(phone->connection, life_cell(inhabitant));
        break;
    case 10:
    case 11:
    case 12:
        hand_over_n2(inhabitant, phone->connection);
        break;
    case 13:
    case 14:
    case 15:
        if (session && session->up)
            change_flow(world, session);
        break;
    default:
        use_session(world, phone);
    }
}

static void act_idle(struct inhabitant *inhabitant, struct phone *phone)
{
    struct world *world = inhabitant->world;
    switch (world_dice(world, 6)) {
    case 0:
        phone_camp(phone, life_cell(inhabitant));
        phone_register(phone, NAS_MOBILITY_REGISTRATION);
        break;
    case 1:
        phone_camp(phone, life_cell(inhabitant));
        phone_request_service(phone, NAS_SERVICE_DATA);
        break;
    case 2:
        use_session(world, phone);
        break;
    default:
        phone_request_service(phone, NAS_SERVICE_DATA);
    }
}

static void act(struct timer *timer)
{
    struct inhabitant *inhabitant = (struct inhabitant *)((char *)timer - offsetof(struct inhabitant, next));
    struct phone *phone = &inhabitant->phone;
    later(inhabitant, MILLISECONDS(PAUSE_MS));
    if (!phone->gnb->ready || timer_armed(&phone->guard))
        return;
    if (phone->state == PHONE_OFF)
        phone_register(phone, NAS_INITIAL_REGISTRATION);
    else if (phone->state == PHONE_ON && phone->connection)
        act_connected(inhabitant, phone);
    else if (phone->state == PHONE_ON)
        act_idle(inhabitant, phone);
}

void life_event(struct world *world, struct phone *phone, enum phone_event event, uint8_t cause)
{
    struct inhabitant *inhabitant = phone->user;
    (void)cause;
    if (event == PHONE_REGISTERED) {
        if (world->timers.now > inhabitant->refusable_until)
            inhabitant->refusable = false;
        inhabitant->tac = phone->gnb->settings.tac;
        world->registrations++;
    } else if (event == PHONE_CONNECTED) {
        world->services++;
    } else if (event == PHONE_PAGED) {
        world->pagings++;
    } else if (event == PHONE_SESSION_UP) {
        world->sessions_up++;
    } else if (event == PHONE_HANDED_OVER) {
        world->handovers++;
    } else if (event == PHONE_KEYS_DIFFER) {
        world->keys_differ++;
    }
}

void life_begin(struct world *world)
{
    for (unsigned i = 0; i < world->phones; i++) {
        phone_camp(&world->inhabitants[i].phone, life_cell(&world->inhabitants[i]));
        world->inhabitants[i].next.fire = act;
        later(&world->inhabitants[i], MILLISECONDS(RETRY_MS));
    }
}

void life_stop(struct world *world)
{
    for (unsigned i = 0; i < world->phones; i++)
        timer_stop(&world->timers, &world->inhabitants[i].next);
}
