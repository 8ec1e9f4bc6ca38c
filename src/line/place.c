/* SPDX-License-Identifier: Apache-2.0 */
#include "line/place.h"

#include <math.h>

/* Metres north and east of where we look from: a plane that touches the earth there. */
struct spot {
    double north, east;
};

static struct spot spot_of(struct config_position at, struct config_position from)
{
    const double metres_a_degree = 111320, degree = 1e7, half_turn = 180;
    const double shrink = cos(from.latitude / degree * acos(-1) / half_turn);
    return (struct spot){(at.latitude - from.latitude) / degree * metres_a_degree,
                         ((double)at.longitude - from.longitude) / degree * metres_a_degree * shrink};
}

/* The square of the distance from the origin to the edge between them. */
static double edge_distance(struct spot a, struct spot b)
{
    const double north = b.north - a.north, east = b.east - a.east, length = north * north + east * east;
    double along = length > 0 ? -(a.north * north + a.east * east) / length : 0;
    along = along < 0 ? 0 : along > 1 ? 1 : along;
    const double n = a.north + along * north, e = a.east + along * east;
    return n * n + e * e;
}

/* Does the ray from the origin to the east cross the edge? */
static bool crosses(struct spot a, struct spot b)
{
    if ((a.north > 0) == (b.north > 0))
        return false;
    return a.east - a.north * (b.east - a.east) / (b.north - a.north) > 0;
}

bool place_reaches(const struct config_sensitive *polygon, struct config_position from, unsigned metres)
{
    const double half_a_metre = 0.5, reach = metres + half_a_metre;
    bool inside = false, near = false;
    struct spot before = spot_of(polygon->corners[polygon->corner_count - 1], from);
    for (unsigned i = 0; i < polygon->corner_count; i++) {
        const struct spot corner = spot_of(polygon->corners[i], from);
        inside ^= crosses(before, corner);
        near |= edge_distance(before, corner) <= reach * reach;
        before = corner;
    }
    return inside || near;
}
