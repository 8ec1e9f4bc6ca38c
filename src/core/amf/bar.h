/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule K1 of the line: a whole vendor is barred by command, all its gNBs, connected or not, and those that come later. No gNB of it
 * is let in, no phone gets in through one, none is paged there, and those that are served there go elsewhere: protected ones first.
 * A drill does the same, and ends by itself. What becomes of each phone is kept for the report, and outlives restarts of this process.
 *
 * The AMF can release a phone, it cannot begin a handover: that is the radio's. So each phone either has moved in the grace that it
 * had, handed over by its own gNB as a rule, or was released and has come back elsewhere by itself, or has not. Private to core/amf, but for the
 * admin verbs.
 */
#ifndef CORE_AMF_BAR_H
#define CORE_AMF_BAR_H

#include "core/amf/context.h"
#include "evidence/entry.h"

enum { BAR_VENDOR_BYTES = 40, BAR_BY_BYTES = 64, BAR_REASON_BYTES = 128 };

/* What became of a phone; stored, so these numbers stay. */
enum drill_fate {
    DRILL_ON,       /* it is served there yet */
    DRILL_RELEASED, /* by the AMF, and not seen again */
    DRILL_LEFT,     /* its connection ended otherwise, and it was not seen again */
    DRILL_MOVED,    /* before it was released: handed over by its gNB, or gone by itself */
    DRILL_RETURNED, /* after a release: it has come back through another vendor's gNB, or another core */
    DRILL_GONE,     /* not registered any more */
    DRILL_FATES
};

struct followed {
    struct row row;
    struct bar *bar;
    supi_t supi;
    struct tai tai; /* where it was served when the bar began */
    uint64_t cell;
    uint16_t sessions, lost; /* PDU sessions, a bit each; lost: once its fate is settled */
    bool protected;          /* by rule H4: its subscriber, or a session's slice or data network */
    enum drill_fate fate;
    int64_t at; /* wall clock: since when; 0: from the beginning */
};

/* In force, or the vendor's last one that was. */
struct bar {
    struct bar *next;
    struct core *core;
    struct row row;
    struct timer end, step;
    char vendor[BAR_VENDOR_BYTES], by[BAR_BY_BYTES], reason[BAR_REASON_BYTES];
    bool drill;
    int64_t since, until;     /* wall clock, nanoseconds; until 0: until a command */
    int64_t cleared;          /* since when its gNBs serve nobody; 0: not yet */
    int64_t ended;            /* 0: it is in force */
    struct followed **phones; /* owned; protected ones first */
    size_t count, room, next_phone;
    struct map by_supi;
};

struct bar_order {
    const char *vendor;      /* of the inventory */
    const char *by, *reason; /* who wants it, and why */
    bool drill;
    int64_t time;  /* nanoseconds; 0: until a command */
    int64_t grace; /* in which gNBs may hand their phones over */
};

/* A bar that is in force goes on as ordered. False: why not (static text). */
bool bar_begin(struct core *core, const struct bar_order *order, const char **why);
/* False: it is not barred. */
bool bar_lift(struct core *core, const char *vendor);
/* NULL: it is not barred. */
const struct bar *bar_of(const struct core *core, const char *vendor);

/* Is the gNB a barred vendor's, by the edge that it comes through? */
bool bar_forbids(const struct gnb *gnb);
/* The vendor of the trust domain that the gNB comes through; "" if that is not in the inventory. */
const char *gnb_vendor(const struct gnb *gnb);

/* Connected ones that are barred. */
unsigned bar_gnbs(const struct core *core);

/* The gNB has set up, or was announced again. */
void bar_meets(struct gnb *gnb);
/* After a reload: gNBs may be another vendor's. */
void bars_reconsider(struct core *core);

/* An entry of the evidence log about it. */
void bar_tell(const struct bar *bar, enum evidence_step step, const char *words);

bool bars_load(struct core *core);
void bars_free(struct core *core);

/* --- the phones (drill.c) --- */

/* Those that the gNB serves are followed from now on. */
void drill_follow(struct bar *bar, const struct gnb *gnb);
/* Sends them away when the grace is over, and looks where they come again. */
void drill_run(struct bar *bar, int64_t grace);
/* Nobody is sent away any more; what became of those followed is settled. */
void drill_end(struct bar *bar);
bool drill_load(struct bar *bar, const char *supi, struct bytes stored);
void drill_free(struct bar *bar);

/* --- what it came to (drill_report.c) --- */

struct drill_count {
    unsigned phones, protected, fates[DRILL_FATES];
    unsigned protected_settled; /* of the protected ones: moved, or back */
    unsigned sessions, sessions_lost, protected_sessions_lost;
    int64_t last_seen; /* wall clock: when the last one had moved or was back; 0: none */
};

struct drill_area {
    struct tai tai;
    unsigned gnbs, gnbs_left; /* that serve it now: the vendor's, and others */
    unsigned idle;            /* phones that were seen last through the vendor's gNBs; for a survey only */
    struct drill_count count;
};

struct drill_areas {
    struct drill_area *areas; /* owned; by tracking area */
    size_t count, room;
    struct drill_area total;
};

/* Of a bar. False: out of memory. */
bool drill_report(const struct bar *bar, struct drill_areas *areas);
/* What barring the vendor would begin with now. */
bool drill_survey(struct core *core, const char *vendor, struct drill_areas *areas);
void drill_areas_free(struct drill_areas *areas);

/* What a followed phone has lost by now of the sessions that it had. */
uint16_t drill_lost(const struct followed *phone);
/* Rule H4. */
bool drill_protects(const struct ue *ue);

#endif
