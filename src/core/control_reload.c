/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reload. A million assets take a second or two to read, check and add up: that is done aside, and the loop takes over what is ready. What it
 * replaces is freed aside as well. Who asks for another reload meanwhile gets one that begins after this one.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "core/amf/admission.h"
#include "core/control.h"
#include "kit/aside.h"
#include "kit/log.h"
#include "line/accepted.h"
#include "line/audit.h"
#include "line/event.h"
#include "line/policy.h"

enum { WAITING = 16 };

struct tickets {
    uint64_t list[WAITING];
    unsigned count;
};

struct control_reload {
    struct control *control;
    struct aside aside;
    struct tickets now, next; /* who waits for the reload under way, and for the one behind it */
    bool again;
    struct line_policy *policy; /* that is ready; or, on its way out, what it has replaced */
    json_t *changed, *restart;  /* keys */
};

/* --- aside --- */

static void note_difference(void *context, const char *key, bool needs_restart)
{
    struct control_reload *reload = context;
    json_array_append_new(needs_restart ? reload->restart : reload->changed, json_string(key));
}

/* The running configuration is only read meanwhile, here and in the loop. */
static void prepare(void *context)
{
    struct control_reload *reload = context;
    const struct control *control = reload->control;
    reload->policy = policy_accept(control->config_path);
    if (!reload->policy || !reload->policy->accepted)
        return;
    struct config *config = reload->policy->config;
    config_forget_files(config);
    config_compare(control->config, config, note_difference, reload);
    config_keep(config, control->started);
}

static void forget(void *context)
{
    struct control_reload *reload = context;
    policy_free(reload->policy);
    reload->policy = NULL;
}

/* --- telling --- */

static void tell_line(const struct control *control, enum evidence_kind kind, struct bytes text,
                      const char *outcome, const char *words)
{
    char reason[EVIDENCE_REASON_BYTES];
    snprintf(reason, sizeof reason, "%s: %s", outcome, words);
    line_event(&(struct line_event){.kind = kind,
                                    .time = core_wall(control->core),
                                    .gnb = "",
                                    .procedure = "policy change",
                                    .rule = "",
                                    .reason = reason,
                                    .about = text});
}

static struct bytes text_of(const struct line_policy *policy)
{
    return bytes_of(policy->text, policy->text_length);
}

/* It was accepted when it was not so yet, or by a release that did not ask. */
static void tell_broken(const struct control *control, const struct line_audit *audit)
{
    char reason[EVIDENCE_REASON_BYTES];
    if (!audit->broken)
        return;
    snprintf(reason, sizeof reason, "in force all the same: %" PRIu32 " assets, the first is %s",
             audit->broken, audit->first->name);
    line_event(&(struct line_event){.kind = EVIDENCE_EXCEPTION,
                                    .time = core_wall(control->core),
                                    .gnb = "",
                                    .procedure = line_request_text(LINE_LOAD),
                                    .rule = config_rule_text(audit->rule),
                                    .reason = reason});
}

static void answer(struct control_reload *reload, json_t *reply)
{
    for (unsigned i = 0; i < reload->now.count; i++)
        admin_answer(reload->control->admin, reload->now.list[i], json_incref(reply));
    reload->now.count = 0;
    json_decref(reply);
}

static void refuse(struct control_reload *reload, const char *why)
{
    log_error("control", NULL, "not reloaded: %s", why);
    answer(reload, admin_refuse("%s", why));
}

static void log_differences(const struct control_reload *reload)
{
    size_t i;
    json_t *key;
    policy_warn(reload->policy, "control");
    json_array_foreach(reload->changed, i, key)
        log_info("control", NULL, "%s changed", json_string_value(key));
    json_array_foreach(reload->restart, i, key)
        log_info("control", NULL, "%s changed, which needs a restart", json_string_value(key));
}

/* --- in the loop --- */

/* What it replaces is left in the policy's place. */
static bool take_over(struct control_reload *reload)
{
    struct control *control = reload->control;
    struct line_policy *policy = reload->policy;
    struct config *old = control->config;
    const char *why;
    if (!core_follow(control->core, policy->config, &policy->ledger, &why)) {
        refuse(reload, why);
        return false;
    }
    control->config = policy->config;
    policy->config = old == control->started ? NULL : old;
    control_set_timezone(control);
    log_setup((struct log_settings){
        .level = control->config->log_level, .json = control->config->log_json, .name = "control"});
    log_differences(reload);
    tell_broken(control, &policy->audit);
    policy_words(&control->config->inventory, policy->verdict.signers, control->policy);
    if (policy->verdict.changes) {
        tell_line(control, EVIDENCE_POLICY, text_of(policy), "accepted", control->policy);
        admission_trust_clock(control->core);
    }
    control_wicket_reloaded(control);
    return true;
}

static void begin(struct control_reload *reload);

static void freed(void *context)
{
    struct control_reload *reload = context;
    if (reload->again)
        begin(reload);
}

static void prepared(void *context)
{
    struct control_reload *reload = context;
    const struct line_policy *policy = reload->policy;
    if (policy && !policy->accepted) {
        tell_line(reload->control, EVIDENCE_REFUSAL, text_of(policy), "refused", policy->why);
        refuse(reload, policy->why);
    } else if (!policy) {
        refuse(reload, "out of memory");
    } else if (take_over(reload)) {
        answer(reload, json_pack("{s:O, s:O, s:s}", "changed", reload->changed, "restart", reload->restart,
                                 "policy", reload->control->policy));
    }
    json_decref(reload->changed);
    json_decref(reload->restart);
    if (aside_begin(&reload->aside, forget, freed, reload))
        return;
    forget(reload);
    freed(reload);
}

static void begin(struct control_reload *reload)
{
    reload->now = reload->next;
    reload->next.count = 0;
    reload->again = false;
    reload->changed = json_array();
    reload->restart = json_array();
    if (aside_begin(&reload->aside, prepare, prepared, reload))
        return;
    prepare(reload);
    prepared(reload);
}

static void ask(struct control_reload *reload)
{
    if (reload->aside.busy)
        reload->again = true;
    else
        begin(reload);
}

void control_reload(struct control *control)
{
    ask(control->reload);
}

bool control_reloads(const struct control *control)
{
    const struct control_reload *reload = control->reload;
    return reload && (reload->again || (reload->aside.busy && reload->aside.work == prepare));
}

json_t *control_reload_verb(void *context, const json_t *request)
{
    const struct control *control = context;
    struct control_reload *reload = control->reload;
    (void)request;
    if (!reload)
        return admin_refuse("nothing is reloaded here");
    if (reload->next.count == WAITING)
        return admin_refuse("too many reloads are asked for");
    json_t *later = admin_later(control->admin, &reload->next.list[reload->next.count++]);
    ask(reload);
    return later;
}

/* --- life --- */

/* The keeper has logged what there is to say of it. */
static void audit_begin(struct control *control)
{
    struct config_report unsaid = {0};
    const struct line_facts facts = amf_line_facts(control->core);
    const struct line_audit audit = line_audit(&facts, false, &unsaid);
    tell_broken(control, &audit);
}

/* What this process begins with. */
static void tell_begin(struct control *control)
{
    const struct config_inventory *inventory = &control->config->inventory;
    struct config_error error;
    struct accepted accepted;
    char signers[SEAL_NAMES_BYTES] = "";
    if (!accepted_read(control->config->state_dir, &accepted, &error))
        log_error("control", NULL, "%s", error.text);
    const struct bytes seal = bytes_of(accepted.seal, accepted.length), text = seal_signed_part(seal);
    seal_signers(inventory, seal, text, signers);
    policy_words(inventory, signers, control->policy);
    tell_line(control, EVIDENCE_POLICY, text, "in force", control->policy);
    audit_begin(control);
    config_bundle_free(accepted.bundle);
}

bool control_reload_open(struct control *control)
{
    struct control_reload *reload = control->reload = calloc(1, sizeof *reload);
    if (!reload || !aside_open(&reload->aside, control->loop))
        return false;
    reload->control = control;
    config_forget_files(control->config);
    tell_begin(control);
    return true;
}

void control_reload_close(struct control *control)
{
    struct control_reload *reload = control->reload;
    if (!reload)
        return;
    const bool preparing = reload->aside.busy && reload->aside.work == prepare;
    aside_close(&reload->aside);
    if (preparing) {
        json_decref(reload->changed);
        json_decref(reload->restart);
    }
    policy_free(reload->policy);
    free(reload);
}
