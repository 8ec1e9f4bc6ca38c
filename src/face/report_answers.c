/* SPDX-License-Identifier: Apache-2.0 */
/* The answers that one recipient of a report may see: those of its own partner, over any cell of this core. */
#include <string.h>

#include "face/report_facts.h"
#include "line/answer.h"

static bool releasable(const struct config_label *label, const char *partner)
{
    for (unsigned i = 0; i < label->releasable_count; i++)
        if (strcmp(label->releasable_to[i], partner) == 0)
            return true;
    return false;
}

/* The gravest of its reasons; a plain share has none. */
static const char *because(const struct line_answer *answer, char words[LINE_REASON_BYTES])
{
    const struct line_answer_reason *worst = NULL;
    for (unsigned i = 0; i < answer->reason_count; i++)
        if (!worst || answer->reasons[i].reason.verdict > worst->reason.verdict)
            worst = &answer->reasons[i];
    return worst ? line_reason_text(&worst->reason, words) : "nothing stands against it";
}

static json_t *answer_about(const struct stand *stand, const char *partner, const char *label,
                            const struct path *path)
{
    const struct line_question question = {
        .partner = partner, .labels = &label, .label_count = 1, .path = path};
    struct line_answer answer;
    char words[LINE_REASON_BYTES];
    line_answer(&stand->facts, LINE_WORKED_OUT, &question, &answer);
    return json_pack("{s:s, s:s, s:s}", "label", label, "verdict", line_sharing_text(answer.verdict),
                     "reason", because(&answer, words));
}

/* Of other labels it learns nothing, not even that there are any. */
json_t *report_answers(const struct stand *stand, const char *partner)
{
    const struct config_inventory *inventory = &stand->config->inventory;
    struct arena memory;
    struct path path;
    const char *why;
    if (!*partner)
        return NULL;
    json_t *answers = json_array();
    arena_init(&memory, 0);
    const bool any = path_parse("gnb=any", stand->config->network.amf_name, &memory, &path, &why);
    for (unsigned i = 0; any && i < inventory->label_count; i++)
        if (releasable(&inventory->labels[i], partner))
            json_array_append_new(answers, answer_about(stand, partner, inventory->labels[i].name, &path));
    arena_free(&memory);
    return answers;
}
