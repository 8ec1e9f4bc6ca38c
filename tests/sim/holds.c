/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold when the weather is fair again. */
#include "hostile.h"
#include "inside.h"
#include "world.h"

enum { TRIES = 3, PATIENCE = 12 };

static void wait(struct world *world, int64_t time)
{
    world_run(world, world->timers.now + time);
}

void world_let_sleep(struct world *world)
{
    for (unsigned i = 0; i < world->phones; i++)
        if (world->inhabitants[i].phone.connection)
            ran_gnb_release_request(world->inhabitants[i].phone.connection);
    wait(world, SECONDS(10));
}

/* A phone that was told it is registered is served, whatever happened; or it was deregistered and has not heard of it. */
static const char *served(struct inhabitant *inhabitant)
{
    struct phone *phone = &inhabitant->phone;
    if (phone->state != PHONE_ON)
        return NULL;
    if (!phone->connection)
        phone_request_service(phone, NAS_SERVICE_DATA);
    wait(inhabitant->world, SECONDS(2));
    if (phone->state != PHONE_ON && !inhabitant->refusable)
        return "a registered phone was refused service";
    if (phone->state == PHONE_ON && (!phone->connection || phone->awaiting_service))
        return "a registered phone got no answer to its service request";
    return NULL;
}

static bool anybody_busy(const struct world *world)
{
    char text[STORE_SUPI_BYTES];
    for (unsigned i = 0; i < WORLD_HONEST; i++) {
        world_supi(i, text);
        if (inside_busy(world->core, supi_of_text(text)))
            return true;
    }
    return false;
}

/* What honest phones have begun comes to its end, however often the network loses it (TS 24.501 10.2, 10.3). */
static void come_to_rest(struct world *world)
{
    wait(world, SECONDS(20));
    for (unsigned i = 0; i < PATIENCE && anybody_busy(world); i++)
        wait(world, SECONDS(10));
}

const char *world_keeps(struct world *world)
{
    uint64_t before[WORLD_HONEST], supi[WORLD_HONEST];
    unsigned answers[WORLD_HONEST];
    hostile_stop(world);
    come_to_rest(world);
    for (unsigned i = 0; i < WORLD_HONEST; i++) {
        char text[STORE_SUPI_BYTES];
        world_supi(i, text);
        supi[i] = supi_of_text(text);
        before[i] = inside_digest(world->core, supi[i]);
        answers[i] = world->inhabitants[i].answers;
    }
    hostile_resume(world);
    wait(world, SECONDS(15));
    for (unsigned i = 0; i < WORLD_HONEST; i++)
        if (inside_digest(world->core, supi[i]) != before[i] || world->inhabitants[i].answers != answers[i])
            return "a lie has changed what an honest phone has";
    for (unsigned i = 0; i < WORLD_HOSTILE; i++)
        if (world->masts[i].losses)
            return "an honest gNB has lost its association";
    return NULL;
}

static const char *can_register(struct inhabitant *inhabitant)
{
    struct phone *phone = &inhabitant->phone;
    for (unsigned tries = 0; tries < TRIES && phone->state != PHONE_ON; tries++) {
        phone_register(phone, NAS_INITIAL_REGISTRATION);
        wait(inhabitant->world, SECONDS(20));
    }
    return phone->state == PHONE_ON ? NULL : "a phone cannot register";
}

/* The first packet may be lost for want of a user plane, the second for want of an IPv6 prefix. */
static const char *carries(struct inhabitant *inhabitant, struct phone_session *session)
{
    unsigned before = inhabitant->answers;
    for (unsigned tries = 0; tries < TRIES && inhabitant->answers == before && session->up; tries++) {
        if (!life_ping(&inhabitant->phone, session))
            phone_request_service(&inhabitant->phone, NAS_SERVICE_DATA);
        wait(inhabitant->world, SECONDS(2));
    }
    return inhabitant->answers > before || !session->up ? NULL
                                                        : "the packets of a session that is up got no answer";
}

static const char *all_carry(struct inhabitant *inhabitant)
{
    struct phone *phone = &inhabitant->phone;
    const char *wrong = NULL;
    for (unsigned i = 0; i < PHONE_SESSIONS && !wrong && phone->state == PHONE_ON; i++)
        if (phone->sessions[i].up)
            wrong = carries(inhabitant, &phone->sessions[i]);
    return wrong;
}

static const char *for_all(struct world *world, const char *(*holds)(struct inhabitant *inhabitant))
{
    const char *wrong = NULL;
    for (unsigned i = 0; i < world->phones && !wrong; i++)
        wrong = holds(&world->inhabitants[i]);
    return wrong;
}

static const char *leave(struct inhabitant *inhabitant)
{
    phone_deregister(&inhabitant->phone, false);
    wait(inhabitant->world, SECONDS(1));
    return inhabitant->phone.state == PHONE_OFF ? NULL : "a phone cannot leave";
}

const char *world_holds(struct world *world)
{
    if (world->keys_differ)
        return "the core has a key that is not the phone's";
    world_let_sleep(world);
    const char *wrong = for_all(world, served);
    if (!wrong)
        wrong = for_all(world, all_carry);
    if (!wrong)
        wrong = world_disagrees(world);
    if (!wrong)
        wrong = for_all(world, can_register);
    if (!wrong)
        wrong = for_all(world, leave);
    wait(world, SECONDS(60)); /* in which the plane asks about what it was never told of */
    if (!wrong)
        wrong = world_nothing_left(world);
    if (wrong)
        return wrong;
    size_t before = world_at_rest(world).timers;
    world_kill_core(world);
    wait(world, SECONDS(10));
    wrong = world_nothing_left(world);
    if (wrong)
        return wrong;
    return world_at_rest(world).timers == before ? NULL : "timers of what has gone are left";
}
