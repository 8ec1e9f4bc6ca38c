/* SPDX-License-Identifier: Apache-2.0 */
/* What phones do on their day: little and seldom, as a phone in a pocket does. */
#include "day.h"
#include "world.h"

enum { CALL_SECONDS = 30 };

#define SLEEP SECONDS(60 * 170)

static struct inhabitant *whose(struct timer *timer)
{
    return (struct inhabitant *)((char *)timer - offsetof(struct inhabitant, next));
}

static void after(struct inhabitant *inhabitant, int64_t most)
{
    struct world *world = inhabitant->world;
    uint64_t time = random_u64(&world->dice.random) % (uint64_t)most;
    timer_start(&world->timers, &inhabitant->next, 1 + (int64_t)time);
}

void day_all(struct world *world, void (*do_it)(struct timer *timer), int64_t within)
{
    for (unsigned i = 0; i < world->phones; i++) {
        world->inhabitants[i].next.fire = do_it;
        after(&world->inhabitants[i], within);
    }
}

static struct ran_gnb *neighbour(const struct inhabitant *inhabitant)
{
    struct world *world = inhabitant->world;
    const struct mast *here = inhabitant->phone.gnb->user;
    unsigned step = world_dice(world, 2) ? 1 : world->gnbs - 1;
    return &world->masts[(here->number + step) % world->gnbs].gnb;
}

static void use_session(struct inhabitant *inhabitant)
{
    struct phone *phone = &inhabitant->phone;
    uint8_t id = (uint8_t)(1 + world_dice(inhabitant->world, LIFE_SESSIONS));
    struct phone_session *session = phone_session(phone, id);
    if (!session)
        phone_open_session(phone, id, NULL, id);
    else if (session->up && world_dice(inhabitant->world, 4))
        life_ping(phone, session);
    else if (session->up)
        phone_close_session(phone, session);
}

/* In another tracking area it has to register before anything else. */
static bool has_strayed(const struct inhabitant *inhabitant)
{
    return inhabitant->phone.gnb->settings.tac != inhabitant->tac;
}

static void wake_up(struct inhabitant *inhabitant)
{
    struct phone *phone = &inhabitant->phone;
    switch (world_dice(inhabitant->world, 16)) {
    case 0:
        phone_deregister(phone, world_dice(inhabitant->world, 2));
        break;
    case 1:
    case 2:
    case 3:
    case 4:
        phone_camp(phone, neighbour(inhabitant));
        phone_register(phone, NAS_MOBILITY_REGISTRATION);
        break;
    case 5:
    case 6:
        phone_camp(phone, neighbour(inhabitant));
        if (!has_strayed(inhabitant))
            phone_request_service(phone, NAS_SERVICE_DATA);
        break;
    case 7:
    case 8:
    case 9:
        world_downlink(inhabitant);
        break;
    case 10:
        phone_register(phone, NAS_PERIODIC_REGISTRATION);
        break;
    default:
        phone_request_service(phone, NAS_SERVICE_DATA);
    }
}

static void hang_up(struct inhabitant *inhabitant)
{
    struct phone *phone = &inhabitant->phone;
    switch (world_dice(inhabitant->world, 8)) {
    case 0:
        ran_gnb_lose(phone->connection);
        break;
    case 1:
        phone_camp(phone, neighbour(inhabitant));
        phone_register(phone, NAS_MOBILITY_REGISTRATION);
        break;
    case 2:
        ran_gnb_xn_handover(phone->connection, neighbour(inhabitant));
        break;
    case 5:
        ran_gnb_n2_handover(phone->connection, neighbour(inhabitant), world_dice(inhabitant->world, 2));
        break;
    case 3:
    case 4:
        use_session(inhabitant);
        break;
    default:
        ran_gnb_release_request(phone->connection);
    }
}

/* Whatever it does, the network hears of it within the time of its periodic registration. */
void day_live_on(struct timer *timer)
{
    struct inhabitant *inhabitant = whose(timer);
    struct phone *phone = &inhabitant->phone;
    bool ready = phone->gnb->ready && !timer_armed(&phone->guard);
    if (ready && phone->state == PHONE_OFF)
        phone_register(phone, NAS_INITIAL_REGISTRATION);
    else if (ready && phone->state == PHONE_ON && has_strayed(inhabitant))
        phone_register(phone, NAS_MOBILITY_REGISTRATION);
    else if (ready && phone->state == PHONE_ON && phone->connection)
        hang_up(inhabitant);
    else if (ready && phone->state == PHONE_ON)
        wake_up(inhabitant);
    bool busy = phone->connection || timer_armed(&phone->guard) ||
                (phone->state == PHONE_ON && has_strayed(inhabitant));
    after(inhabitant, busy ? SECONDS(CALL_SECONDS) : SLEEP);
}

void day_come(struct timer *timer)
{
    struct inhabitant *inhabitant = whose(timer);
    struct phone *phone = &inhabitant->phone;
    if (phone->state == PHONE_OFF && !timer_armed(&phone->guard))
        phone_register(phone, NAS_INITIAL_REGISTRATION);
    else if (phone->state == PHONE_ON && !phone_session(phone, 1))
        phone_open_session(phone, 1, NULL, NAS_SESSION_IPV4);
    else if (phone->state == PHONE_ON)
        return;
    after(inhabitant, SECONDS(CALL_SECONDS));
}

void day_go_home(struct timer *timer)
{
    struct inhabitant *inhabitant = whose(timer);
    struct phone *phone = &inhabitant->phone;
    if (phone->state == PHONE_OFF && !timer_armed(&phone->guard))
        return;
    if (phone->state == PHONE_ON && phone->gnb->ready && !timer_armed(&phone->guard))
        phone_deregister(phone, false);
    after(inhabitant, SECONDS(CALL_SECONDS));
}
