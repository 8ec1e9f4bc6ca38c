/* SPDX-License-Identifier: Apache-2.0 */
/* What an oversight report is made of (docs/report.md), gathered from the inventory, the core that runs, and the evidence log. */
#ifndef FACE_REPORT_FACTS_H
#define FACE_REPORT_FACTS_H

#include "face/line_stand.h"

/* How often a rule stands in the log, of its newest entries. */
struct log_rule {
    uint64_t refusals, exceptions;
    uint64_t last; /* index of its newest entry */
    bool any;
};

/* What the evidence log has to say. */
struct log_facts {
    json_t *evidence; /* new reference: "evidence" of the facts */
    struct log_rule rules[CONFIG_RULES];
    bool known; /* the log could be read */
};

/* Facts for all recipients that are judged by the stand's profile. NULL: out of memory. */
json_t *report_facts(struct stand *stand, const struct log_facts *log);

/* --- parts --- */

void report_log(const struct config *config, struct log_facts *log);
/* Each rule with its verdict. */
json_t *report_rules(const struct stand *stand, const struct log_facts *log);
/* Rule H6: what is left when a vendor goes, each in turn. The stand is as it was afterwards. */
json_t *report_losses(struct stand *stand);
/* Those that are open. */
json_t *report_suspensions(const struct stand *stand);
/* Sites and sensitive places; what there is of each vendor's. */
json_t *report_map(const struct stand *stand);
json_t *report_assets(const struct stand *stand);
/* Shares hour by hour, as control has kept them. */
json_t *report_history(const struct config *config);
/* For this partner and nobody else, each asked of the core that runs, where one does; NULL: it is no partner. */
json_t *report_answers(const struct stand *stand, const char *partner);

#endif
