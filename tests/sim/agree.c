/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the plane has what the core believes that it has. */
#include "inside.h"
#include "plane/agent_state.h"
#include "world.h"

bool world_agrees(const struct world *world)
{
    struct inside_session inside;
    size_t cursor = 0;
    while (inside_next_session(world->core, &cursor, &inside)) {
        const struct session *session = map_get(&world->agent->sessions, inside.plane_seid);
        if (!session || session->rules->pdr_count != inside.pdrs)
            return false;
    }
    return true;
}
