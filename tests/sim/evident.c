/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a world's core refuses it also tells the recorder: as many times as its metrics count it, of the message that asked, and without
 * who the phone is.
 */
#include <string.h>

#include "line/event.h"
#include "world.h"

/* A registration that ends with an Authentication reject has no reject of its own. */
enum { REGISTRATION, SERVICE, AUTHENTICATION, SESSION };

static const char *const procedures[WORLD_REFUSALS] = {
    [REGISTRATION] = "Registration reject",
    [SERVICE] = "Service reject",
    [AUTHENTICATION] = "Authentication reject",
    [SESSION] = "PDU session establishment reject",
};

/* All subscribers of the simulation begin so. */
static bool names_somebody(const struct evidence_entry *entry)
{
    return strstr(entry->reason, "9997000000") || strstr(entry->procedure, "9997000000");
}

static void take(void *context, const struct evidence_entry *entry)
{
    struct world *world = context;
    if (names_somebody(entry))
        world->wrong = "evidence names a subscriber";
    for (unsigned i = 0; i < WORLD_REFUSALS; i++) {
        if (strcmp(entry->procedure, procedures[i]) != 0)
            continue;
        world->refusals[i]++;
        if (!entry->has_digest)
            world->wrong = "evidence of a refusal does not say what was refused";
    }
}

void evident_begin(struct world *world)
{
    line_record(&(struct line_recorder){.context = world, .take = take});
}

void evident_end(void)
{
    line_record(NULL);
}

void evident_anew(struct world *world)
{
    memset(world->refusals, 0, sizeof world->refusals);
}

static uint64_t sum(const uint64_t counts[256])
{
    uint64_t all = 0;
    for (unsigned i = 0; i < 256; i++)
        all += counts[i];
    return all;
}

const char *evident_holds(const struct world *world)
{
    if (!world->core)
        return NULL;
    const struct core_metrics *counted = &world->core->metrics;
    const uint64_t *told = world->refusals, registrations = sum(counted->registrations_failed);
    const bool agrees = told[SERVICE] == counted->service_requests_failed &&
                        told[AUTHENTICATION] == counted->authentications_failed &&
                        told[SESSION] == sum(counted->sessions_failed) &&
                        told[REGISTRATION] <= registrations &&
                        registrations <= told[REGISTRATION] + told[AUTHENTICATION];
    return agrees ? NULL : "there is not one entry of evidence for each refusal";
}
