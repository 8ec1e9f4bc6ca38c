/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules L1 and L5 where an inventory is loaded: each asset is asked about, so that what no door ever sees (a host, a link, a management
 * system) is judged too, and named with its file and line. With them H3, for gNBs of which nobody says where they are.
 */
#ifndef LINE_AUDIT_H
#define LINE_AUDIT_H

#include "config/report.h"
#include "line/decide.h"

struct line_audit {
    uint32_t broken; /* assets that L1 or L5 keeps from being loaded */
    enum config_rule rule;
    const struct ledger_asset *first; /* of them, and by which rule; NULL: there is none */
};

/*
 * What the rules refuse is an error if this load is what brings it in (`refuses`), else a warning: time alone breaks rules too, and that shall not
 * switch a network off. A gNB of class access is a warning always: it is refused at NG Setup and by its lease, and an inventory that calls it
 * high-risk is better than one that does not. What is a condition, or recorded only, is a warning. Of each the first twenty are named, and the
 * others counted.
 */
struct line_audit line_audit(const struct line_facts *facts, bool refuses, struct config_report *report);
/* Where nothing is known but the inventory, and what day it is by the clock. */
struct line_audit line_audit_today(const struct ledger *ledger, bool refuses, struct config_report *report);

#endif
