/* SPDX-License-Identifier: Apache-2.0 */
/* Who was denied at the RAN port, by what nftables and the packet program have counted of him together. */
#ifndef PLANE_RAN_PORT_SOURCES_H
#define PLANE_RAN_PORT_SOURCES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fast;

enum { SOURCE_TEXT = 64 };

struct counted {
    uint64_t packets, bytes;
};

struct source {
    char text[SOURCE_TEXT]; /* an address, or the address and type of a frame that is no IP */
    struct counted counted;
    struct counted ended; /* of that, in the packet program, as long as it is not forgotten */
    int64_t ended_at;     /* when it was heard of from there */
    uint64_t told;        /* of the packets, those that evidence was given of */
    int64_t told_at;      /* when */
};

/* In order of their texts. */
struct sources {
    struct source *list;
    size_t count;
};

/* What nftables' JSON says of a counter. */
struct counted ran_port_counter(const json_t *object);

struct source_terms {
    struct fast *fast; /* NULL: there is no packet program */
    unsigned most;     /* that the packet program tells apart */
    int64_t forget;    /* ns after his last packet */
    int64_t now;
};

/* Those that nftables lists now, and those that the packet program has met or is remembered to have met; the former list is the caller's to free. False: out of
 * memory, and it stays. */
bool sources_read(struct sources *sources, const json_t *list, const struct source_terms *terms);
const struct source *sources_find(const struct sources *sources, const struct source *like);

#endif
