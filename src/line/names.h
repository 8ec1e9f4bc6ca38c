/* SPDX-License-Identifier: Apache-2.0 */
/* An index from names to numbers, for lists of millions. Names are borrowed. */
#ifndef LINE_NAMES_H
#define LINE_NAMES_H

#include "kit/map.h"

struct names {
    struct map map;
    const char *(*name_of)(const void *owner, uint32_t index); /* what was put in under the index */
    const void *owner;
};

enum { NAMES_NONE = UINT32_MAX };

uint32_t names_find(const struct names *names, const char *name); /* NAMES_NONE: it is not there */
/* False: out of memory. The name must not be there yet. */
bool names_add(struct names *names, const char *name, uint32_t index);

#endif
