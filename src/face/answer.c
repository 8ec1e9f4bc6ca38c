/* SPDX-License-Identifier: Apache-2.0 */
/* demarc answer: may what bears a label be shared with a partner, over the path of a session or one that is described? */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "face/ask.h"
#include "face/line_stand.h"
#include "face/table.h"
#include "line/answer.h"
#include "line/label.h"

/* Beside those of all commands. */
enum { EXIT_SHARE = 0, EXIT_SHARE_IF = 3, EXIT_WITHHOLD = 4, EXIT_UNKNOWN = 5 };
enum { LABELS = 16, STATEMENT_BYTES = 65536 };

struct inquiry {
    const struct command *command;
    const char *partner, *label, *session, *path, *date, *inventory, *config;
    bool json, end_to_end, offline, statement;
};

/* --- what it says --- */

static int exit_code(const char *answer)
{
    static const struct {
        const char *answer;
        int code;
    } codes[] = {{"share", EXIT_SHARE}, {"share-if", EXIT_SHARE_IF}, {"withhold", EXIT_WITHHOLD}};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(codes[i].answer, answer) == 0)
            return codes[i].code;
    return EXIT_UNKNOWN;
}

static const char *colour_of(int code)
{
    static const char *const colours[] = {[EXIT_SHARE] = "\033[32m",
                                          [EXIT_SHARE_IF] = "\033[33m",
                                          [EXIT_WITHHOLD] = "\033[31m",
                                          [EXIT_UNKNOWN] = "\033[35m"};
    return isatty(STDOUT_FILENO) && !getenv("NO_COLOR") ? colours[code] : "";
}

static const struct column reason_columns[] = {
    {"RULE", "rule", CELL_TEXT, 0}, {"SAYS", "verdict", CELL_TEXT, 0},   {"OF", "of", CELL_TEXT, 0},
    {"NAME", "name", CELL_TEXT, 0}, {"BECAUSE", "reason", CELL_TEXT, 0}, {0}};
static const struct column path_columns[] = {
    {"PATH", "part", CELL_TEXT, 0},         {"NAME", "name", CELL_TEXT, 0},
    {"VENDOR", "vendor", CELL_TEXT, 0},     {"RISK", "risk", CELL_TEXT, 0},
    {"REVIEWED", "reviewed", CELL_TEXT, 0}, {0}};

static void show_list(const struct column *columns, const json_t *list, const json_t *more)
{
    if (!json_array_size(list))
        return;
    putchar('\n');
    table_print(stdout, columns, list);
    if (json_integer_value(more))
        printf("and %lld more\n", (long long)json_integer_value(more));
}

static void show_labels(const json_t *labels)
{
    size_t i;
    const json_t *label;
    json_array_foreach(labels, i, label) printf("%s%s", i ? " and " : "", json_string_value(label));
}

static void show_proof(const json_t *reply)
{
    const json_t *entry = json_object_get(reply, "entry");
    if (!entry)
        return;
    printf("\nevidence: entry %s/%lld of control, of the digest\n%s\n",
           json_string_value(json_object_get(entry, "run")),
           (long long)json_integer_value(json_object_get(entry, "number")),
           json_string_value(json_object_get(reply, "digest")));
}

/* The verdict first. */
static int show(const json_t *reply, bool json)
{
    const json_t *form = json_object_get(reply, "answer"), *asked = json_object_get(form, "asked");
    const char *answer = json_string_value(json_object_get(form, "answer"));
    const char *profile = json_string_value(json_object_get(form, "profile"));
    const int code = exit_code(answer);
    if (json) {
        json_print(stdout, reply);
        return code;
    }
    printf("%s%s%s: ", colour_of(code), answer, *colour_of(code) ? "\033[0m" : "");
    show_labels(json_object_get(asked, "labels"));
    printf(" with %s, on %s%s%s\n", json_string_value(json_object_get(asked, "partner")),
           json_string_value(json_object_get(form, "date")), *profile ? " under " : "", profile);
    show_list(reason_columns, json_object_get(form, "reasons"), json_object_get(form, "reasons_more"));
    show_list(path_columns, json_object_get(form, "path"), json_object_get(form, "path_more"));
    show_proof(reply);
    return code;
}

/* --- from the core that runs --- */

static json_t *list_of(const char *words)
{
    json_t *list = json_array();
    while (words && *words) {
        const size_t length = strcspn(words, ",");
        json_array_append_new(list, json_stringn(words, length));
        words += length + (words[length] == ',');
    }
    return list;
}

static void set_text(json_t *request, const char *key, const char *text)
{
    if (text)
        json_object_set_new(request, key, json_string(text));
}

/* "imsi-999700000000001/1" */
static bool set_session(json_t *request, const char *session)
{
    const char *slash = strchr(session, '/');
    const int psi = slash ? atoi(slash + 1) : 0;
    if (psi < 1)
        return false;
    json_object_set_new(
        request, "session",
        json_pack("{s:o, s:i}", "supi", json_stringn(session, (size_t)(slash - session)), "psi", psi));
    return true;
}

static int ask_core(const struct inquiry *inquiry, const struct config *config)
{
    json_t *request = json_pack("{s:s, s:b}", "verb", "answer", "end_to_end", inquiry->end_to_end);
    set_text(request, "partner", inquiry->partner);
    set_text(request, "path", inquiry->path);
    if (inquiry->label)
        json_object_set_new(request, "labels", list_of(inquiry->label));
    if (inquiry->session && !set_session(request, inquiry->session)) {
        json_decref(request);
        return wrong_usage(inquiry->command, "a session is such as imsi-999700000000001/1");
    }
    struct admin_client *client = ask_control(config);
    if (!client) {
        json_decref(request);
        return EXIT_FAILED;
    }
    json_t *reply = ask_or_fail(client, request);
    const int code = reply ? show(reply, inquiry->json) : EXIT_FAILED;
    json_decref(reply);
    admin_hang_up(client);
    return code;
}

/* --- from files --- */

static unsigned split(char *words, const char *labels[LABELS])
{
    char *rest = NULL;
    unsigned count = 0;
    for (char *word = strtok_r(words, ",", &rest); word && count < LABELS; word = strtok_r(NULL, ",", &rest))
        labels[count++] = word;
    return count;
}

static int work_out(const struct inquiry *inquiry, const struct stand *stand, struct arena *memory)
{
    const char *labels[LABELS], *why;
    struct path path;
    struct line_answer answer;
    if (!path_parse(inquiry->path, stand->config->network.amf_name, memory, &path, &why))
        return wrong_usage(inquiry->command, "%s: %s", inquiry->path, why);
    char *words =
        (char *)(uintptr_t)arena_copy(memory, bytes_of(inquiry->label, strlen(inquiry->label) + 1)).data;
    const struct line_question question = {.partner = inquiry->partner,
                                           .labels = labels,
                                           .label_count = words ? split(words, labels) : 0,
                                           .path = &path,
                                           .end_to_end = inquiry->end_to_end};
    line_answer(&stand->facts, LINE_WORKED_OUT, &question, &answer);
    json_t *reply = json_pack("{s:o}", "answer", line_answer_json(&answer));
    const int code = show(reply, inquiry->json);
    json_decref(reply);
    return code;
}

/* What the originator of a label signs. */
static int state_label(const struct inquiry *inquiry, const struct stand *stand)
{
    static uint8_t space[STATEMENT_BYTES];
    struct writer w = writer_of(space, sizeof space);
    const struct config_label *label = config_find_label(&stand->config->inventory, inquiry->label);
    if (!label)
        return failed("there is no label %s in the inventory", inquiry->label);
    if (!label_statement(&w, label))
        return failed("the label %s names too many", inquiry->label);
    fwrite(space, 1, writer_length(&w), stdout);
    return EXIT_DONE;
}

static int ask_files(const struct inquiry *inquiry)
{
    struct stand stand;
    struct arena memory;
    if (!stand_take_of(&stand, inquiry->config, inquiry->inventory, inquiry->date))
        return EXIT_FAILED;
    arena_init(&memory, 0);
    const int code = inquiry->statement ? state_label(inquiry, &stand) : work_out(inquiry, &stand, &memory);
    arena_free(&memory);
    stand_leave(&stand);
    return code;
}

/* --- the command --- */

static int ask(const struct inquiry *inquiry)
{
    const bool files = inquiry->offline || inquiry->date || inquiry->inventory || inquiry->statement;
    if (files && inquiry->statement ? !inquiry->label : !inquiry->session == !inquiry->path)
        return wrong_usage(inquiry->command, "what is asked about is missing, or too much");
    if (files && !inquiry->statement && (inquiry->session || !inquiry->partner || !inquiry->label))
        return wrong_usage(inquiry->command, "files know no sessions: --partner, --label and --path");
    if (!files && inquiry->path && (!inquiry->partner || !inquiry->label))
        return wrong_usage(inquiry->command, "--path needs --partner and --label");
    if (files)
        return ask_files(inquiry);
    struct config *config = load_or_fail(inquiry->config);
    const int code = config ? ask_core(inquiry, config) : EXIT_FAILED;
    config_free(config);
    return code;
}

int run_answer(const struct command *command, int argc, char **argv)
{
    struct inquiry inquiry = {.command = command};
    const struct option_slot slots[] = {{"partner", NULL, &inquiry.partner},
                                        {"label", NULL, &inquiry.label},
                                        {"session", NULL, &inquiry.session},
                                        {"path", NULL, &inquiry.path},
                                        {"date", NULL, &inquiry.date},
                                        {"inventory", NULL, &inquiry.inventory},
                                        {"config", NULL, &inquiry.config},
                                        {"json", &inquiry.json, NULL},
                                        {"end_to_end", &inquiry.end_to_end, NULL},
                                        {"offline", &inquiry.offline, NULL},
                                        {"statement", &inquiry.statement, NULL},
                                        {0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc)
        return wrong_usage(command, "unexpected %s", argv[0]);
    return ask(&inquiry);
}
