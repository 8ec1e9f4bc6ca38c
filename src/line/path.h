/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What information crosses: gNBs, planes (UPFs), other cores, functions of this one, transport links, each by the name that it has in the
 * inventory. The links at a gNB's site belong to every path through it without being named. A planned path has cells in place of a gNB:
 * all that could serve it.
 */
#ifndef LINE_PATH_H
#define LINE_PATH_H

#include "config/inventory.h"
#include "kit/arena.h"

enum path_part { PATH_GNB, PATH_PLANE, PATH_PEER, PATH_FUNCTION, PATH_LINK, PATH_PARTS };

struct path_hop {
    enum path_part part;
    const char *name; /* NULL: nobody knows it */
    uint32_t misfits; /* rules that it does not keep (line_request) */
};

enum path_cells {
    PATH_NAMED_CELLS,  /* none but those named */
    PATH_ANY_CELLS,    /* every gNB of the inventory */
    PATH_AREA_CELLS,   /* every enrolled gNB that may broadcast the tracking area */
    PATH_DOMAIN_CELLS, /* every enrolled gNB of the trust domain */
    PATH_NO_CELLS,     /* none: the phone is not connected */
};

struct path {
    const struct path_hop *hops;
    unsigned count;
    enum path_cells cells;
    struct config_area area;
    const char *domain;
};

/* "gnb=pier,upf=default,peer=north,function=demarc,link=fibre-1"; gnb=any; area=999/70-1; domain=harbour. A part may be there several times. `own`: the
 * name of this core, which is on every path. Names are in the arena. False: *why (static). */
bool path_parse(const char *text, const char *own, struct arena *memory, struct path *path, const char **why);

const char *path_part_text(enum path_part part); /* "gNB" */

#endif
