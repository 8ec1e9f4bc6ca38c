/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worlds with high-risk radio (rule H4): the last gNB is another vendor's, and all phones try it now and then. With one inventory two of them
 * are protected, with the other all that a phone does beyond being registered; a reload is a change from one to the other.
 */
#include "core/ids.h"
#include "inside.h"
#include "world.h"

enum { CROWD_SECONDS = 10, BAR_SECONDS = 6 };

#define GNB(number, domain)                                                                             \
    "  - {name: mast-" number ", domain: " domain ", id: 999/70-0000000" number ", n2: [10.9.0." number \
    "/32], n3: [10.9.0." number "/32], areas: [999/70-1], slices: [1]}\n"

#define INVENTORY(protected)                                           \
    "profile: enrolled\n"                                              \
    "vendors: [{name: one, risk: trusted}, {name: two, risk: high}]\n" \
    "domains:\n"                                                       \
    "  - {name: sim, vendor: one, listen: ['127.0.0.5:38412']}\n"      \
    "  - {name: hostile, vendor: two, listen: ['127.0.0.6:38412']}\n"  \
    "protected: {" protected "}\n"                                     \
                             "gnbs:\n" GNB("1", "sim") GNB("2", "sim") GNB("3", "hostile")

const char *mixed_inventory(unsigned which)
{
    return which ? INVENTORY("data_networks: [internet]")
                 : INVENTORY("subscribers: [999700000000001, 999700000000002]");
}

const char *mixed_holds(const struct world *world)
{
    return world->core ? inside_unsheltered(world->core) : NULL;
}

static uint16_t protected_sessions(const struct world *world, unsigned phone)
{
    char supi[STORE_SUPI_BYTES];
    world_supi(phone, supi);
    return inside_protected(world->core, supi_of_text(supi));
}

/* Who is not protected himself may be there. */
static void crowd(struct world *world)
{
    for (unsigned i = 0; i < world->phones; i++) {
        struct phone *phone = &world->inhabitants[i].phone;
        if (protected_sessions(world, i) || phone->state != PHONE_ON)
            continue;
        phone_camp(phone, &world->masts[WORLD_HOSTILE].gnb);
        phone_register(phone, NAS_MOBILITY_REGISTRATION);
    }
    world_run(world, world->timers.now + SECONDS(CROWD_SECONDS));
}

const char *mixed_bars(struct world *world)
{
    uint16_t before[WORLD_PHONES];
    if (!world->mixed || !world->core)
        return NULL;
    crowd(world);
    for (unsigned i = 0; i < world->phones; i++)
        before[i] = protected_sessions(world, i);
    inside_bar(world->core, "two", SECONDS(BAR_SECONDS));
    for (unsigned turn = 0; turn < BAR_SECONDS + 1; turn++) {
        world_run(world, world->timers.now + SECONDS(1));
        for (unsigned i = 0; i < world->phones; i++)
            if (before[i] & ~protected_sessions(world, i))
                return "barring a vendor has lost a protected session, and a trusted cell is there";
    }
    mixed_settle(world);
    world_run(world, world->timers.now + SECONDS(CROWD_SECONDS));
    return NULL;
}

void mixed_settle(struct world *world)
{
    for (unsigned i = 0; world->mixed && i < world->phones; i++) {
        struct phone *phone = &world->inhabitants[i].phone;
        phone_camp(phone, &world->masts[i % WORLD_HOSTILE].gnb);
        if (phone->state == PHONE_ON)
            phone_register(phone, NAS_MOBILITY_REGISTRATION);
    }
}
