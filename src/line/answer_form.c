/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to partners in their one form, which is what evidence keeps the digest of. */
#include <stdlib.h>

#include "line/answer.h"

const char *line_sharing_text(enum line_verdict verdict)
{
    static const char *const texts[] = {"share", "share-if", "unknown", "withhold"};
    return texts[verdict];
}

static json_t *form_of_question(const struct line_question *question)
{
    json_t *labels = json_array();
    for (unsigned i = 0; i < question->label_count; i++)
        json_array_append_new(labels, json_string(question->labels[i]));
    return json_pack("{s:s, s:o, s:b}", "partner", question->partner, "labels", labels, "end_to_end",
                     question->end_to_end);
}

static const char *place_of(const struct line_answer_reason *reason)
{
    if (reason->elsewhere)
        return "elsewhere";
    if (reason->reason.rule == CONFIG_OF_LABEL)
        return "label";
    if (reason->reason.rule == CONFIG_OF_PATH && !reason->name)
        return "path";
    return reason->name ? path_part_text(reason->part) : "network";
}

static json_t *form_of_reasons(const struct line_answer *answer)
{
    char text[LINE_REASON_BYTES];
    json_t *reasons = json_array();
    for (unsigned i = 0; i < answer->reason_count; i++) {
        const struct line_answer_reason *reason = &answer->reasons[i];
        json_t *item = json_pack("{s:s, s:s, s:s, s:s}", "rule", config_rule_text(reason->reason.rule),
                                 "verdict", line_sharing_text(reason->reason.verdict), "of", place_of(reason),
                                 "reason", line_reason_text(&reason->reason, text));
        if (reason->name)
            json_object_set_new(item, "name", json_string(reason->name));
        json_array_append_new(reasons, item);
    }
    return reasons;
}

static json_t *form_of_known(const struct line_answer *answer)
{
    char date[VALUE_TEXT_BYTES];
    json_t *known = json_array();
    for (unsigned i = 0; i < answer->known_count; i++) {
        const struct ledger_asset *asset = answer->known[i].asset;
        json_array_append_new(known, json_pack("{s:s, s:s, s:s, s:s, s:s}", "part",
                                               path_part_text(answer->known[i].part), "name", asset->name,
                                               "vendor", ledger_vendor(answer->facts->ledger, asset)->name,
                                               "risk", asset->high_risk ? "high" : "trusted", "reviewed",
                                               config_date_text(asset->reviewed, date)));
    }
    return known;
}

json_t *line_answer_json(const struct line_answer *answer)
{
    char date[VALUE_TEXT_BYTES];
    return json_pack("{s:s, s:o, s:s, s:s, s:o, s:I, s:o, s:I, s:I}", "answer",
                     line_sharing_text(answer->verdict), "asked", form_of_question(answer->question), "date",
                     config_date_text(answer->facts->date, date), "profile",
                     answer->profile ? answer->profile->name : "", "reasons", form_of_reasons(answer),
                     "reasons_more", (json_int_t)answer->reasons_more, "path", form_of_known(answer),
                     "path_more", (json_int_t)answer->known_more, "parts", (json_int_t)answer->parts);
}

char *line_answer_text(const json_t *form)
{
    return json_dumps(form, JSON_COMPACT);
}
