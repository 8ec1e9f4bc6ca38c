/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After a restart of this process: phones that were connected stay so, when their gNB's association is announced again.
 * With many gNBs and many phones none is searched for; places are sorted once, by association.
 */
#include <stdlib.h>

#include "core/amf/gmm.h"
#include "kit/log.h"

#define PATIENCE SECONDS(5)

/* Where a phone was connected. */
struct kept_place {
    uint64_t association;
    supi_t supi;
};

static int by_association(const void *a, const void *b)
{
    const struct kept_place *left = a, *right = b;
    if (left->association != right->association)
        return left->association < right->association ? -1 : 1;
    return left->supi < right->supi ? -1 : left->supi > right->supi;
}

/* The first place of the association, or where it would be. */
static size_t first_place(const struct adoption *adoption, uint64_t association)
{
    size_t low = 0, high = adoption->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (adoption->places[middle].association < association)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The restart came between the gNB's answer and its being noted: if it does not come again, the connection is of no use. */
static void no_context(struct timer *timer)
{
    struct connection *connection = (struct connection *)((char *)timer - offsetof(struct connection, timer));
    an_release(connection->ue, N2_RADIO(UNSPECIFIED), "the gNB has not set up its context");
}

static bool pick_up(struct gnb *gnb, struct ue *ue)
{
    struct connection *connection = connection_restore(gnb, ue);
    if (!connection)
        return false;
    if (connection->context_up) {
        mobility_done(ue);
        return true;
    }
    connection->context_unknown = true;
    connection->timer.fire = no_context;
    return timer_start(gnb->core->timers, &connection->timer, gnb->core->config->amf.timers.n2_procedure);
}

unsigned adopt(struct gnb *gnb)
{
    const struct adoption *adoption = &gnb->core->adoption;
    unsigned count = 0;
    for (size_t i = first_place(adoption, gnb->association);
         i < adoption->count && adoption->places[i].association == gnb->association; i++) {
        struct ue *ue = amf_find(gnb->core, adoption->places[i].supi);
        if (!ue || ue->kept.association != gnb->association || ue->connection)
            continue;
        if (pick_up(gnb, ue))
            count++;
        else
            log_warning("amf", NULL, "a connection of gNB %s cannot be picked up", gnb->name);
    }
    return count;
}

/* Whose gNB has not come back is idle. */
static void end_adoption(struct timer *timer)
{
    struct adoption *adoption = (struct adoption *)((char *)timer - offsetof(struct adoption, timer));
    struct core *core = (struct core *)((char *)adoption - offsetof(struct core, adoption));
    for (size_t i = 0; i < adoption->count; i++) {
        struct ue *ue = amf_find(core, adoption->places[i].supi);
        if (!ue || !ue->kept.association)
            continue;
        ue->kept.association = 0;
        ue_became_idle(ue, "its gNB has not come back");
    }
    adoption_stop(core);
}

bool adoption_start(struct core *core)
{
    struct adoption *adoption = &core->adoption;
    size_t cursor = 0;
    void *ue;
    adoption->places = calloc(core->ues_by_supi.count + 1, sizeof *adoption->places);
    if (!adoption->places)
        return false;
    while (map_next(&core->ues_by_supi, &cursor, NULL, &ue)) {
        uint64_t association = ((struct ue *)ue)->kept.association;
        if (association)
            adoption->places[adoption->count++] = (struct kept_place){association, ((struct ue *)ue)->supi};
    }
    qsort(adoption->places, adoption->count, sizeof *adoption->places, by_association);
    adoption->timer.fire = end_adoption;
    return timer_start(core->timers, &adoption->timer, PATIENCE);
}

void adoption_stop(struct core *core)
{
    timer_stop(core->timers, &core->adoption.timer);
    free(core->adoption.places);
    core->adoption = (struct adoption){0};
}
