/* SPDX-License-Identifier: Apache-2.0 */
#include "face/console/api.h"

#include <stdlib.h>
#include <string.h>

#include "face/ask.h"
#include "face/report_facts.h"
#include "face/status.h"
#include "kit/loop.h"

enum { OK = 200, BAD = 400, NOT_FOUND = 404, TOO_MANY = 429, UNAVAILABLE = 503 };
enum { ANSWERS_A_SECOND = 5 };

static const int64_t LINE_PERIOD = SECONDS(10);

static unsigned wrong(unsigned code, const char *why, json_t **reply)
{
    *reply = json_pack("{s:s}", "error", why);
    return code;
}

static void copy_text(json_t *to, const json_t *words, const char *key)
{
    const json_t *value = json_object_get(words, key);
    if (json_is_string(value))
        json_object_set(to, key, (json_t *)value);
}

/* --- what is passed on as it is --- */

static unsigned pass_on(const struct api *api, json_t *request, json_t **reply)
{
    struct admin_client *client = ask_open(api->config, "control", NULL);
    if (!client)
        json_decref(request);
    json_t *said = client ? admin_ask(client, request) : NULL;
    admin_hang_up(client);
    if (!said)
        return wrong(UNAVAILABLE, "control does not answer", reply);
    const bool good = json_is_true(json_object_get(said, "ok"));
    json_object_del(said, "ok");
    *reply = said;
    return good ? OK : BAD;
}

static unsigned ask_list(struct api *api, const char *verb, const json_t *words, json_t **reply)
{
    json_t *request = json_pack("{s:s}", "verb", verb);
    copy_text(request, words, "after");
    return pass_on(api, request, reply);
}

static unsigned status(struct api *api, const char *verb, const json_t *words, json_t **reply)
{
    (void)verb, (void)words;
    *reply = status_gather(api->config);
    return *reply ? OK : UNAVAILABLE;
}

/* --- the line, rule by rule --- */

/* Those of which the inventory and what is measured tell; of the others the log does, which the console does not read. */
static bool is_told(const json_t *rule)
{
    const char *name = json_string_value(json_object_get(rule, "rule"));
    return name && *name != 'N' && strcmp(name, "K1") != 0 && strcmp(name, "H4") != 0;
}

static json_t *rules_of(const struct stand *stand)
{
    const struct log_facts unread = {0};
    json_t *all = report_rules(stand, &unread), *told = json_array();
    size_t i;
    json_t *rule;
    json_array_foreach(all, i, rule)
    {
        json_object_del(rule, "refusals");
        if (is_told(rule))
            json_array_append(told, rule);
    }
    json_decref(all);
    return told;
}

static json_t *bars(const struct config *config)
{
    json_t *reply = ask_quietly(config, "control", NULL, "line.bars");
    json_t *items = json_incref(json_object_get(reply, "items"));
    json_decref(reply);
    return items ? items : json_array();
}

static json_t *look(const struct api *api)
{
    struct stand stand;
    char date[VALUE_TEXT_BYTES];
    if (!stand_take(&stand, api->config_path, NULL))
        return NULL;
    json_t *line = json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:o}", "from", stand.taken == LINE_WORKED_OUT ? "files" : "core", "date",
        config_date_text(stand.facts.date, date), "profile", stand.facts.profile->name, "rules",
        rules_of(&stand), "suspensions", report_suspensions(&stand), "bars", bars(api->config));
    stand_leave(&stand);
    return line;
}

static unsigned line(struct api *api, const char *verb, const json_t *words, json_t **reply)
{
    (void)verb, (void)words;
    const int64_t time = clock_now();
    if (!api->line || time - api->line_at > LINE_PERIOD) {
        json_decref(api->line);
        api->line = look(api);
        api->line_at = time;
    }
    *reply = json_incref(api->line);
    return *reply ? OK : wrong(UNAVAILABLE, "what the line rests on cannot be read", reply);
}

/* --- answers to partners --- */

/* As docs/admin.md has it; a query names one label, or several with commas, and a session as SUPI/ID. */
static json_t *labels_of(const json_t *words)
{
    const json_t *labels = json_object_get(words, "labels");
    const char *text = json_string_value(json_object_get(words, "label"));
    if (json_is_array(labels))
        return json_deep_copy(labels);
    json_t *list = text ? json_array() : NULL;
    while (text && *text) {
        const size_t length = strcspn(text, ",");
        json_array_append_new(list, json_stringn(text, length));
        text += length + (text[length] == ',');
    }
    return list;
}

static json_t *session_of(const json_t *words)
{
    const json_t *session = json_object_get(words, "session");
    const char *text = json_string_value(session), *slash = text ? strchr(text, '/') : NULL;
    if (json_is_object(session))
        return json_deep_copy(session);
    return slash ? json_pack("{s:s%, s:i}", "supi", text, (size_t)(slash - text), "psi", atoi(slash + 1))
                 : NULL;
}

static bool is_said(const json_t *value)
{
    const char *text = json_string_value(value);
    return json_is_true(value) || (text && (strcmp(text, "true") == 0 || strcmp(text, "1") == 0));
}

static unsigned answer(struct api *api, const char *verb, const json_t *words, json_t **reply)
{
    if (!budget_spend(&api->answers, clock_now(), 1, ANSWERS_A_SECOND))
        return wrong(TOO_MANY,
                     "each answer is an entry of evidence: at most five a second are asked for here", reply);
    json_t *labels = labels_of(words), *session = session_of(words);
    json_t *request =
        json_pack("{s:s, s:b, s:o*, s:o*}", "verb", verb, "end_to_end",
                  is_said(json_object_get(words, "end_to_end")), "labels", labels, "session", session);
    copy_text(request, words, "partner");
    copy_text(request, words, "path");
    return pass_on(api, request, reply);
}

/* --- all of it --- */

static unsigned contents(struct api *api, const char *verb, const json_t *words, json_t **reply);

static const struct {
    const char *path;
    unsigned (*ask)(struct api *api, const char *verb, const json_t *words, json_t **reply);
    const char *verb; /* of control's socket; NULL: several */
    bool body;
} doors[] = {{"", contents, NULL, false},
             {"/status", status, NULL, false},
             {"/line", line, NULL, false},
             {"/gnb", ask_list, "gnb", false},
             {"/traffic", ask_list, "traffic", false},
             {"/shares", ask_list, "shares", false},
             {"/facts", ask_list, "facts", false},
             {"/answer", answer, "answer", true}};

enum { DOORS = sizeof doors / sizeof *doors };

static unsigned contents(struct api *api, const char *verb, const json_t *words, json_t **reply)
{
    (void)api, (void)verb, (void)words;
    json_t *paths = json_array();
    for (size_t i = 1; i < DOORS; i++)
        json_array_append_new(paths, json_sprintf("/api/v1%s", doors[i].path));
    *reply = json_pack("{s:o}", "paths", paths);
    return OK;
}

static size_t door_of(const char *path)
{
    size_t i = 0;
    while (i < DOORS && strcmp(doors[i].path, path) != 0)
        i++;
    return i;
}

bool api_takes_body(const char *path)
{
    const size_t door = door_of(path);
    return door < DOORS && doors[door].body;
}

unsigned api_ask(struct api *api, const char *path, const json_t *words, json_t **reply)
{
    const size_t door = door_of(path);
    return door < DOORS ? doors[door].ask(api, doors[door].verb, words, reply)
                        : wrong(NOT_FOUND, "there is no such thing here; /api/v1 lists what there is", reply);
}

void api_close(struct api *api)
{
    json_decref(api->line);
    api->line = NULL;
}
