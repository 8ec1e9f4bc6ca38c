/* SPDX-License-Identifier: Apache-2.0 */
/* The answers that one recipient of a report may see: those of its own partner, over each class of paths. */
#include <string.h>

#include "face/ask.h"
#include "face/line_answers.h"
#include "face/report_facts.h"

/* What is asked, and what the core says to it: {"answer", "digest", "entry"}. NULL: none runs, or it refuses. */
static json_t *ask_core(const struct config *config, const char *partner, const char *label, const char *path)
{
    struct admin_client *client = ask_open(config, "control", NULL);
    json_t *reply = client ? admin_ask(client, json_pack("{s:s, s:s, s:[s], s:s}", "verb", "answer",
                                                         "partner", partner, "labels", label, "path", path))
                           : NULL;
    admin_hang_up(client);
    if (json_is_true(json_object_get(reply, "ok")))
        return reply;
    json_decref(reply);
    return NULL;
}

static json_t *row_of(const char *label, const char *path, const json_t *reply)
{
    const json_t *form = json_object_get(reply, "answer");
    return json_pack("{s:s, s:s, s:O, s:s, s:O*, s:O*}", "label", label, "path", path, "verdict",
                     json_object_get(form, "answer"), "reason", line_answer_because(form), "digest",
                     json_object_get(reply, "digest"), "entry", json_object_get(reply, "entry"));
}

/* From the core that runs, and recorded there. Of other labels it learns nothing, not even that there are any. */
static json_t *live(const struct stand *stand, const char *partner)
{
    const struct config_inventory *inventory = &stand->config->inventory;
    json_t *paths = line_path_classes(stand->config), *asked = json_array();
    bool good = true;
    size_t k;
    const json_t *path;
    for (unsigned i = 0; i < inventory->label_count; i++)
        json_array_foreach(paths, k, path)
        {
            const char *label = inventory->labels[i].name, *over = json_string_value(path);
            if (!good || !line_releases(&inventory->labels[i], partner))
                continue;
            json_t *reply = ask_core(stand->config, partner, label, over);
            good = reply && json_array_append_new(asked, row_of(label, over, reply)) == 0;
            json_decref(reply);
        }
    json_decref(paths);
    if (good)
        return asked;
    json_decref(asked);
    return NULL;
}

static json_t *from_files(const struct stand *stand, const char *partner)
{
    json_t *all = line_answers(stand), *own = json_array();
    size_t i;
    const json_t *answer;
    json_array_foreach(all, i, answer)
    {
        if (strcmp(json_string_value(json_object_get(answer, "partner")), partner) == 0)
            json_array_append_new(
                own, json_pack("{s:O, s:O, s:O, s:O}", "label", json_object_get(answer, "label"), "path",
                               json_object_get(answer, "path"), "verdict", json_object_get(answer, "answer"),
                               "reason", json_object_get(answer, "reason")));
    }
    json_decref(all);
    return own;
}

json_t *report_answers(const struct stand *stand, const char *partner)
{
    if (!*partner)
        return NULL;
    json_t *asked = stand->taken == LINE_WORKED_OUT ? NULL : live(stand, partner);
    const char *from = asked ? "core" : "files";
    return json_pack("{s:s, s:o}", "from", from, "asked", asked ? asked : from_files(stand, partner));
}
