/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worlds whose line is held: gNBs are who they are enrolled as, spend what their budgets allow, and are fenced when they do not; an
 * address that was given back rests. Whatever is lost, killed or overtaken, a fenced gNB serves nobody, and nobody has an
 * address that was another's a moment ago.
 */
#include "core/ids.h"
#include "inside.h"
#include "world.h"

enum { LONGEST_FENCE_S = 6 };

/* What a few phones reach that come back at once, and a gNB that lies. Honest gNBs beside that one keep within theirs: a message that
 * was dropped is new to the core when somebody else says it, and does what its phone wanted. */
#define BUDGETS(domain)                                                           \
    "budgets: [{domain: " domain                                                  \
    ", messages: 60, bytes: 20000, arrivals: 2, deconcealments: 2, vectors: 2,\n" \
    "  unproven: 2, transactions: 3, log_bytes: 10000}, {domain: sim}]\n"         \
    "fence: {window: 10s, undecodable: 50, misplaced: 100, foreign_ids: 100, overruns: 5, time: 4s}\n"

#define GNB(number, domain)                                                                             \
    "  - {name: mast-" number ", domain: " domain ", id: 999/70-0000000" number ", n2: [10.9.0." number \
    "/32], n3: [10.9.0." number "/32], areas: [999/70-1], slices: [1]}\n"

#define INVENTORY(domain, budgets)                                                                      \
    "profile: enrolled\n"                                                                               \
    "vendors: [{name: one, risk: trusted}, {name: two, risk: high}]\n"                                  \
    "domains:\n"                                                                                        \
    "  - {name: sim, vendor: one, listen: ['127.0.0.5:38412']}\n"                                       \
    "  - {name: hostile, vendor: two, listen: ['127.0.0.6:38412']}\n" budgets "gnbs:\n" GNB("1", "sim") \
        GNB("2", "sim") GNB("3", domain)

const char *guard_inventory(bool hostile)
{
    return hostile ? INVENTORY("hostile", BUDGETS("hostile")) : INVENTORY("sim", BUDGETS("any"));
}

/* One of its gNBs, or, for the longest time, all that a vendor has made; in a world with a liar that is the liar's. */
void guard_strike(struct world *world)
{
    if (!world->guarded || !world->core)
        return;
    const unsigned gnb = 1 + world_dice(world, world->gnbs), seconds = 1 + world_dice(world, LONGEST_FENCE_S);
    if (seconds == LONGEST_FENCE_S)
        inside_bar(world->core, world->hostile ? "two" : "one", SECONDS(seconds));
    else
        inside_fence(world->core, gnb, SECONDS(seconds));
}

/* What the core has given out and the phone has got is stored, so that a restart does not forget it. */
static bool has_address(const struct world *world, const struct inside_address *given)
{
    char text[STORE_SUPI_BYTES];
    for (unsigned i = 0; i < world->phones; i++) {
        const struct phone *phone = &world->inhabitants[i].phone;
        world_supi(i, text);
        for (unsigned k = 0; supi_of_text(text) == given->supi && k < PHONE_SESSIONS; k++)
            if (phone->sessions[k].up && phone->sessions[k].id == given->psi)
                return phone->sessions[k].ipv4 == given->ipv4;
    }
    return false;
}

static const char *addresses_rest(struct world *world)
{
    const int64_t rest = world->config->smf.address_rest;
    struct inside_address given;
    size_t cursor = 0;
    while (inside_next_address(world->core, &cursor, &given)) {
        struct holder *holder = &world->holders[given.ipv4 % GUARDED_ADDRESSES];
        if (!has_address(world, &given))
            continue;
        if (holder->supi && holder->supi != given.supi && world->timers.now < holder->seen + rest)
            return "a phone has an address that was another's a moment ago";
        *holder = (struct holder){given.supi, world->timers.now};
    }
    return NULL;
}

const char *guard_holds(struct world *world)
{
    if (!world->guarded || !world->core)
        return NULL;
    if (inside_fenced_phones(world->core))
        return "a gNB that is fenced, or whose vendor is barred, serves phones";
    return addresses_rest(world);
}
