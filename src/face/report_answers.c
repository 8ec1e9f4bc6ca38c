/* SPDX-License-Identifier: Apache-2.0 */
/* The answers that one recipient of a report may see: those of its own partner. */
#include <string.h>

#include "face/report_facts.h"

static bool releasable(const struct config_label *label, const char *partner)
{
    for (unsigned i = 0; i < label->releasable_count; i++)
        if (strcmp(label->releasable_to[i], partner) == 0)
            return true;
    return false;
}

/* Of other labels it learns nothing, not even that there are any. */
json_t *report_answers(const struct stand *stand, const char *partner)
{
    const struct config_inventory *inventory = &stand->config->inventory;
    json_t *answers = json_array();
    if (!*partner) {
        json_decref(answers);
        return NULL;
    }
    for (unsigned i = 0; i < inventory->label_count; i++)
        if (releasable(&inventory->labels[i], partner))
            json_array_append_new(answers, json_pack("{s:s, s:s, s:s}", "label", inventory->labels[i].name,
                                                     "verdict", "unknown", "reason",
                                                     "an answer is about a path, and none was asked about"));
    return answers;
}
