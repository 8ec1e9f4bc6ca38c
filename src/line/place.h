/* SPDX-License-Identifier: Apache-2.0 */
/* Rule H3: is a place within a polygon, or near it? Good for polygons of a few hundred kilometres away from the poles. */
#ifndef LINE_PLACE_H
#define LINE_PLACE_H

#include "config/assets.h"

/* Within the polygon, on its edge, or no more than so many metres away from it. */
bool place_reaches(const struct config_sensitive *polygon, struct config_position from, unsigned metres);

#endif
