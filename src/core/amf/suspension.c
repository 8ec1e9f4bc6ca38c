/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/suspension.h"

#include <stdio.h>

#include "core/amf/admission.h"
#include "crypt/primitive.h"
#include "line/event.h"
#include "store/store.h"

/* What the store remembers of a rule's suspension: its last day, and what tells it from others; 0: there is none. */
static int64_t mark_of(const struct config_suspension *suspension)
{
    uint8_t digest[32];
    if (!suspension)
        return 0;
    sha256((const struct bytes[]){bytes_of(suspension->by, strlen(suspension->by) + 1),
                                  bytes_of(suspension->reason, strlen(suspension->reason))},
           2, digest);
    struct reader r = reader_of(BYTES(digest));
    return (int64_t)((uint64_t)(read_u32(&r) & INT32_MAX) << 32 | (uint32_t)suspension->until.days);
}

static const char *name_of(enum config_rule rule, char name[32])
{
    snprintf(name, 32, "suspended-%s", config_rule_text(rule));
    return name;
}

static void tell(const struct core *core, enum config_rule rule, enum evidence_step step, const char *reason)
{
    line_event(
        &(struct line_event){.kind = EVIDENCE_SUSPENSION,
                             .step = step,
                             .time = core_wall(core),
                             .gnb = "",
                             .procedure = step == EVIDENCE_BEGINS ? "rule suspended" : "rule in force again",
                             .rule = config_rule_text(rule),
                             .reason = reason});
}

static void tell_end(struct core *core, enum config_rule rule, int64_t mark, struct config_date today)
{
    const struct config_date until = {(int32_t)(uint32_t)mark};
    char day[VALUE_TEXT_BYTES], reason[160];
    snprintf(reason, sizeof reason, "the suspension until %s %s", config_date_text(until, day),
             today.days < until.days ? "was taken back, or replaced" : "has ended");
    tell(core, rule, EVIDENCE_ENDS, reason);
    core->suspensions_ended |= LINE_BIT(rule);
}

static void tell_begin(struct core *core, const struct config_suspension *suspension)
{
    char day[VALUE_TEXT_BYTES], reason[EVIDENCE_REASON_BYTES];
    snprintf(reason, sizeof reason, "until %s, by %s: %s", config_date_text(suspension->until, day),
             suspension->by, suspension->reason);
    tell(core, suspension->rule, EVIDENCE_BEGINS, reason);
}

static void look_at(struct core *core, enum config_rule rule, struct config_date today)
{
    const struct config_suspension *now = line_suspension(&core->config->inventory, rule, today);
    const int64_t mark = mark_of(now);
    int64_t before = 0;
    char name[32];
    if (store_meta_get(core->store, name_of(rule, name), &before) != STORE_OK)
        before = 0;
    if (before == mark)
        return;
    if (before)
        tell_end(core, rule, before, today);
    if (now)
        tell_begin(core, now);
    store_meta_put(core->store, name, mark);
}

void suspensions_look(struct core *core)
{
    const struct line_facts facts = amf_line_facts(core);
    for (enum config_rule rule = CONFIG_L1; rule <= CONFIG_H8 && !line_date_in_doubt(&facts); rule++)
        look_at(core, rule, facts.date);
}
