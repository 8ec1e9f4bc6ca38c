/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places for sessions in the packet program's maps. One that is given back rests until no processor looks at it any more (plane/fast/grace.h): what was
 * found there for one phone is never taken for what is there for the next. The agent's thread only.
 */
#ifndef PLANE_FAST_PLACES_H
#define PLANE_FAST_PLACES_H

#include "plane/fast/fast.h"

/* All that are not in use. False: out of memory. */
bool fast_list_places(struct fast *fast);
void fast_forget_places(struct fast *fast);

/* One, that of that number if it is free, is a session's of this process from now on. 0: there is none. */
unsigned fast_take_place(struct fast *fast, unsigned wanted);
/* Nothing leads to the place any more. */
void fast_give_place_back(struct fast *fast, unsigned place);

#endif
