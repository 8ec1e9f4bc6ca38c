/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the line says to a request: one pure function of the ledger (what there is), the profile (which limits are in force), what has been
 * measured, the date, and the request. No clock is read here and nothing is kept: the same in, the same out, to the byte. Each rule that has
 * a say gives its reason, as numbers; line_reason_text makes words of them.
 *
 * It fails closed: a fact that is missing, stale or in doubt makes the answer unknown, which nobody takes for a yes. It is monotone: more
 * high-risk equipment, a higher share, a lost mitigation or older evidence never moves it towards allow. What an expired profile or a
 * doubtful date leaves is what the strictest profile would: trusted equipment, on conditions.
 */
#ifndef LINE_DECIDE_H
#define LINE_DECIDE_H

#include "line/ledger.h"

/* From good to bad. */
enum line_verdict { LINE_ALLOW, LINE_CONDITIONS, LINE_UNKNOWN, LINE_REFUSE };

enum line_request_kind {
    LINE_NG_SETUP,
    LINE_RAN_CONFIGURATION_UPDATE,
    LINE_REGISTRATION,
    LINE_SERVICE_REQUEST,
    LINE_PAGING,
    LINE_HANDOVER,
    LINE_SESSION_ESTABLISHMENT,
    LINE_NF_REGISTRATION,
    LINE_LOAD,  /* an inventory that says it is there is loaded */
    LINE_LEASE, /* may who was admitted stay? Shares are not asked again; who is there stays while date or profile are in doubt */
    /* For answers to partners (line/answer.h), under their profile, which no suspension softens. Date and profile are looked at there. */
    LINE_CROSSING,  /* information crosses the asset */
    LINE_ELSEWHERE, /* it does not, but the asset is in the network too */
    LINE_STANDING,  /* the network as a whole; of no asset */
    LINE_REQUESTS
};

#define LINE_BIT(rule) ((uint32_t)1 << (rule))

struct line_request {
    enum line_request_kind kind;
    const struct ledger_asset
        *asset; /* the gNB (the target of a handover) or function; NULL: nobody knows it */
    uint32_t
        misfits; /* LINE_BIT of rules (N1, N3, N5...) that it does not keep, as found where they are held */
    const char *imsi;                 /* digits, or NULL */
    const char *dnn;                  /* or NULL */
    const struct config_slice *slice; /* or NULL */
    bool emergency;
};

/* What runs, as far as it is known. */
struct line_measured {
    uint32_t lapsed;    /* LINE_BIT of rules that a self-check found not to be held here */
    uint32_t unchecked; /* of those that it could not look at */
    bool traffic_known; /* N3 bytes over the window of rule H2: all, and those through high-risk gNBs */
    uint64_t bytes, high_risk_bytes;
    struct config_date last; /* the latest day that a decision was made on; none: this is the first */
};

struct line_facts {
    const struct ledger *ledger;
    const struct config_profile *profile;
    struct line_measured measured;
    struct config_date date;
};

enum line_why {
    LINE_TRUSTED,
    LINE_KEPT,        /* the rule is kept, by value where it counts */
    LINE_UNKNOWN_WHO, /* nobody knows what asks */
    LINE_MISFIT,      /* found where the rule is held */
    LINE_LAPSED,
    LINE_UNCHECKED,
    LINE_WRONG_CLASS,
    LINE_NO_REASON,
    LINE_NO_REVIEW, /* or too old a one */
    LINE_TOO_MANY_SITES,
    LINE_TRAFFIC_UNKNOWN,
    LINE_TOO_MUCH_TRAFFIC,
    LINE_AT_SENSITIVE_PLACE,
    LINE_PLACE_UNKNOWN,
    LINE_NOT_PROTECTED,
    LINE_PROTECTED,
    LINE_EMERGENCY,
    LINE_TOO_MANY_VENDORS,
    LINE_TOO_FEW_VENDORS,
    LINE_BARRED,
    LINE_TOO_NEW,
    LINE_TOO_LATE,
    LINE_MITIGATED,
    LINE_NOT_MITIGATED,
    LINE_EXPIRED,
    LINE_DATE_IN_DOUBT,
    LINE_NOT_RELEASABLE,
    LINE_NO_SUCH_LABEL,
    LINE_NOT_SIGNED,
    LINE_PATH_INCOMPLETE,
    LINE_NO_CELL,
    LINE_OTHER_KIND,
    LINE_END_TO_END,
    LINE_NO_EVIDENCE,
    LINE_FROM_FILES,
    LINE_WHYS
};

struct line_reason {
    enum config_rule rule;
    enum line_verdict verdict;
    enum line_why why;
    uint64_t value, all, limit;                /* what was counted, of how many, and what is allowed */
    const char *name;                          /* of a mitigation; NULL: none */
    struct config_date date;                   /* of a profile's or mitigation's end, a review, ... */
    struct config_date from;                   /* not yet refused: it will be from this day on */
    const struct config_suspension *suspended; /* by whom, why, until when (rule K2); NULL: it is not */
    enum config_scope scope;                   /* of the limit */
};

enum { LINE_REASONS = 24, LINE_REASON_BYTES = 320 };

struct line_decision {
    enum line_verdict verdict;
    enum line_verdict recorded;      /* what it would be if the profile did not only record */
    const struct line_reason *worst; /* among reasons */
    struct line_reason reasons[LINE_REASONS];
    unsigned count;
};

/* The suspension of the rule that holds on that day, the longest; NULL: none. */
const struct config_suspension *line_suspension(const struct config_inventory *inventory,
                                                enum config_rule rule, struct config_date day);

void line_decide(const struct line_facts *facts, const struct line_request *request,
                 struct line_decision *decision);

/* Is the clock behind what has been written down, or has it gone back or leapt since the last decision? */
bool line_date_in_doubt(const struct line_facts *facts);

/* May it be done? */
static inline bool line_allows(const struct line_decision *decision)
{
    return decision->verdict <= LINE_CONDITIONS;
}

const char *line_verdict_text(enum line_verdict verdict);   /* "allow-with-conditions" */
const char *line_request_text(enum line_request_kind kind); /* "NG Setup" */
/* A sentence without its full stop, in a buffer of LINE_REASON_BYTES, which it returns. */
const char *line_reason_text(const struct line_reason *reason, char *buffer);

#endif
