/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sharing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "crypt/primitive.h"
#include "line/event.h"

enum line_taken sharing_taken(void)
{
    return line_evidence_doubt() ? LINE_TAKEN_NOT : LINE_TAKEN;
}

/* To whom and of what; labels beyond the first are in the form. */
static void describe(const struct line_answer *answer, char *text, size_t size)
{
    const struct line_question *question = answer->question;
    snprintf(text, size, "%s, %s%s", question->partner,
             question->label_count ? question->labels[0] : "no label",
             question->label_count > 1 ? " and others" : "");
}

static void tell(struct core *core, const struct line_answer *answer, struct line_event event)
{
    const struct line_answer_reason *worst = line_answer_worst(answer);
    event.time = core_wall(core);
    event.rule = worst ? config_rule_text(worst->reason.rule) : "";
    line_event(&event);
}

void sharing_record(struct core *core, const struct line_answer *answer, const char *gnb,
                    const char *procedure, struct sharing_proof *proof)
{
    char reason[EVIDENCE_REASON_BYTES], whose[160];
    *proof = (struct sharing_proof){.form = line_answer_json(answer)};
    char *text = line_answer_text(proof->form);
    const struct bytes form = text ? bytes_of(text, strlen(text)) : (struct bytes){0};
    describe(answer, whose, sizeof whose);
    snprintf(reason, sizeof reason, "%s: %s", whose, line_sharing_text(answer->verdict));
    sha256(&form, 1, proof->digest);
    tell(core, answer,
         (struct line_event){
             .kind = EVIDENCE_ANSWER, .gnb = gnb, .procedure = procedure, .reason = reason, .about = form});
    line_last_entry(&proof->entry.run, &proof->entry.number);
    free(text);
}

void sharing_forget(struct sharing_proof *proof)
{
    json_decref(proof->form);
    *proof = (struct sharing_proof){0};
}

void sharing_flipped(struct core *core, const struct line_answer *answer, enum line_verdict before,
                     const char *gnb, const char *procedure, struct sharing_entry entry)
{
    char reason[EVIDENCE_REASON_BYTES], whose[160];
    describe(answer, whose, sizeof whose);
    snprintf(reason, sizeof reason, "%s: %s became %s, by entry %016" PRIx64 "/%" PRIu64, whose,
             line_sharing_text(before), line_sharing_text(answer->verdict), entry.run, entry.number);
    tell(core, answer,
         (struct line_event){.kind = EVIDENCE_FLIP, .gnb = gnb, .procedure = procedure, .reason = reason});
}
