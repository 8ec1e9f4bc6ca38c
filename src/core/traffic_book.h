/* SPDX-License-Identifier: Apache-2.0 */
/* Between the parts of core/traffic.h; nobody else's. Times are the window's clock's, nanoseconds. */
#ifndef CORE_TRAFFIC_BOOK_H
#define CORE_TRAFFIC_BOOK_H

#include "core/traffic.h"
#include "line/tunnel_ends.h"
#include "line/window.h"

/* Counters of a plane's present instance for one address, as last told. */
struct traffic_reading {
    struct traffic_reading *next;
    struct traffic_plane *plane;
    struct octets octets;
};

/* An address at which tunnels end. */
struct traffic_end {
    struct traffic_end *next; /* with the same key */
    struct row row;
    struct config_ip address;
    char *gnb; /* of the inventory, by name, that named it; "": none did */
    bool high_risk;
    bool gnb_changed;       /* since the row was queued */
    uint64_t changed_since; /* slot: likewise */
    struct window window;
    struct traffic_reading *readings;
};

enum traffic_port { PORT_NOT_HELD_HERE, PORT_OPEN, PORT_IN_FORCE };

struct traffic_plane {
    struct traffic_plane *next;
    struct row row;
    char *name;
    int64_t instance; /* 0: none has told anything yet */
    int64_t former;   /* the instance before: what comes of it is late */
    int64_t heard;    /* when a round was complete; -1: never */
    bool ended;       /* the instance has said all */
    bool shapes;      /* it understands what it is told of shaping */
    struct octets told;
    enum traffic_port port;
};

/* What was stored when: to go on from there. */
struct traffic_clock {
    int64_t base, since; /* the window's time at `since` of the monotonic clock */
    int64_t boot;        /* of which boot of the host `since` is; 0: not known */
    int64_t wall;        /* the wall clock when that was stored */
    bool doubt;          /* the wall clock has gone back over a reboot: nobody knows how long that took */
};

struct traffic {
    struct core *core;
    struct row row;
    struct traffic_clock clock;
    int64_t begun; /* when the first was counted */
    int64_t slot_length;
    struct map ends; /* by address */
    struct traffic_plane *planes;
    struct tunnel_ends *enrolled;
    struct window all, high_risk, gaps; /* of the last, .uplink is time */
    bool lost;                          /* something found no memory: since then the sums are not whole */
    bool breached;                      /* told so */
    int64_t shaped_since;               /* wall clock; 0: traffic is not shaped */
};

/* kbps, by direction. */
struct traffic_rates {
    uint64_t uplink, downlink;
};

/* traffic_clock.c */
void traffic_clock_load(struct traffic *traffic);
bool traffic_clock_store(struct traffic *traffic);
int64_t traffic_now(const struct traffic *traffic);
int64_t traffic_wall(const struct core *core);
/* The wall clock may have been set right. */
void traffic_clock_look(struct traffic *traffic);

/* traffic_report.c: finds or makes it. NULL: out of memory. */
struct traffic_plane *traffic_plane(struct traffic *traffic, const char *name);
/* NULL: there is none of that name. */
struct traffic_plane *traffic_plane_find(const struct traffic *traffic, const char *name);

/* traffic.c */
/* make false: NULL if it is not there. NULL: out of memory, or too many. */
struct traffic_end *traffic_end(struct traffic *traffic, const struct config_ip *address, bool make);
struct octets *traffic_reading(struct traffic_end *end, struct traffic_plane *plane);
uint64_t traffic_slot(const struct traffic *traffic);
void traffic_classify(struct traffic *traffic);
const struct config_limit *traffic_limit(const struct core *core); /* of the profile; NULL: it has none */
/* Every one, in turn; begins with *cursor = 0 and *end = NULL. */
bool traffic_next_end(const struct traffic *traffic, size_t *cursor, struct traffic_end **end);

/* traffic_measure.c */
/* Why shares are not known; NULL: they are. The buffer is LINE_REASON_BYTES. */
const char *traffic_unknown(const struct traffic *traffic, char *buffer);
/* Is the limit broken now, or kept again? That is told once. */
void traffic_look(struct traffic *traffic);
/* More than so many half percent went through high-risk gNBs. */
bool traffic_exceeds(const struct line_measured *measured, unsigned halves);
bool traffic_plane_is_configured(const struct core *core, const char *name);
/* It has not told anything for too long. */
bool traffic_stale(const struct traffic *traffic, const struct traffic_plane *plane);
/* Evidence of a breach's beginning or end. */
void traffic_tell(const struct core *core, const char *procedure, bool begins, const char *reason);

/* traffic_shape.c */
/* Is traffic to be shaped now, or not any more? That is told once. */
void traffic_shape_look(struct traffic *traffic, const struct line_measured *measured);
/* What high-risk gNBs may carry, all together. */
struct traffic_rates traffic_shaping_rates(const struct traffic *traffic);

/* traffic_rows.c */
bool traffic_load(struct traffic *traffic);
void traffic_end_changed(struct traffic *traffic, struct traffic_end *end);
void traffic_end_all_changed(struct traffic *traffic, struct traffic_end *end);
bool traffic_write_end(struct core *core, struct row *row);
bool traffic_write_plane(struct core *core, struct row *row);
bool traffic_write_book(struct core *core, struct row *row);

static inline struct bytes traffic_octets(const struct config_ip *address)
{
    return bytes_of(address->address, address->family == AF_INET ? 4 : 16);
}

#endif
