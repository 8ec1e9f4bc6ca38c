/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/places.h"

#include <stdlib.h>

#include "plane/fast/grace.h"

static void put_free(struct fast *fast, unsigned place)
{
    fast->free_places[++fast->free_count] = place;
    fast->among_free[place] = fast->free_count;
}

/* The last one takes its position. */
static void take_free(struct fast *fast, unsigned place)
{
    const unsigned last = fast->free_places[fast->free_count--];
    fast->free_places[fast->among_free[place]] = last;
    fast->among_free[last] = fast->among_free[place];
    fast->among_free[place] = 0;
}

/* Those that were found in use wait for their sessions to be spoken of. The highest are given out first, as the others are more likely to be asked for. */
bool fast_list_places(struct fast *fast)
{
    const unsigned count = fast->sizes.sessions;
    fast->free_places = calloc(count + 1u, sizeof *fast->free_places);
    fast->among_free = calloc(count + 1u, sizeof *fast->among_free);
    fast->claimed = calloc(count + 1u, sizeof *fast->claimed);
    fast->resting = calloc(count + 1u, sizeof *fast->resting);
    if (!fast->free_places || !fast->among_free || !fast->claimed || !fast->resting)
        return false;
    for (unsigned place = 1; place <= count; place++)
        if (!fast->sessions[place].known)
            put_free(fast, place);
    return true;
}

void fast_forget_places(struct fast *fast)
{
    free(fast->free_places);
    free(fast->among_free);
    free(fast->claimed);
    free(fast->resting);
    fast->free_places = NULL;
    fast->among_free = NULL;
    fast->claimed = NULL;
    fast->resting = NULL;
}

static void end_rests(struct fast *fast)
{
    while (fast->resting_count && grace_passed(fast->grace, fast->resting[fast->resting_first].mark)) {
        put_free(fast, fast->resting[fast->resting_first].place);
        fast->resting_first = (fast->resting_first + 1) % (fast->sizes.sessions + 1);
        fast->resting_count--;
    }
}

unsigned fast_take_place(struct fast *fast, unsigned wanted)
{
    end_rests(fast);
    if (fast->free_count == 0)
        return 0;
    const bool has = wanted <= fast->sizes.sessions && fast->among_free[wanted];
    const unsigned place = has ? wanted : fast->free_places[fast->free_count];
    take_free(fast, place);
    fast->claimed[place] = true;
    return place;
}

void fast_give_place_back(struct fast *fast, unsigned place)
{
    const unsigned last = (fast->resting_first + fast->resting_count) % (fast->sizes.sessions + 1);
    fast->claimed[place] = false;
    fast->resting[last] = (struct fast_resting){grace_mark(fast->grace), place};
    fast->resting_count++;
    end_rests(fast);
}
