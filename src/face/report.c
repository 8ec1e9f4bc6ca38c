/* SPDX-License-Identifier: Apache-2.0 */
/* demarc report: what overseers and allies are told, each in a copy that names its recipient. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypt/primitive.h"
#include "crypt/random.h"
#include "face/ask.h"
#include "face/report_copies.h"
#include "face/report_facts.h"
#include "report/page.h"

enum { PATH_BYTES = 4096, SHA256_BYTES = 32, PAUSE_US = 50000, PATIENCE_US = 15000000 };

struct order {
    const char *config_path, *profile, *output;
    bool json;
};

/* --- release: entered in the log before anybody gets it --- */

static void digest_of(const json_t *evidence, char hex[2 * SHA256_BYTES + 1])
{
    struct markup part = {0};
    uint8_t digest[SHA256_BYTES];
    report_evidence(&part, evidence);
    const struct bytes text = bytes_of(part.text, part.length);
    sha256(&text, 1, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    markup_free(&part);
}

/* Until the recorder has it: what is not in the log is not released. */
static bool await_entry(const struct config *config, uint64_t mark)
{
    struct copies copies;
    for (int waited = 0; waited < PATIENCE_US; waited += PAUSE_US) {
        const bool read = copies_read(config->recorder.folder, &copies);
        const bool there = read && copies_find(&copies, mark);
        copies_free(&copies);
        if (there)
            return true;
        usleep(PAUSE_US);
    }
    return failed("the recorder does not take the entry: the copy is not released") == EXIT_DONE;
}

static bool release(const struct config *config, const char *recipient, uint64_t mark, const json_t *evidence)
{
    char text[MARK_TEXT_BYTES], digest[2 * SHA256_BYTES + 1];
    struct admin_client *client = ask_open(config, "control", NULL);
    if (!client)
        return failed("the core does not run here: a copy that cannot be logged is not released") ==
               EXIT_DONE;
    digest_of(evidence, digest);
    json_t *reply =
        ask_or_fail(client, json_pack("{s:s, s:s, s:s, s:s}", "verb", "report.release", "recipient",
                                      recipient, "mark", mark_text(mark, text), "evidence", digest));
    admin_hang_up(client);
    json_decref(reply);
    return reply && await_entry(config, mark);
}

/* --- copies --- */

/* The same facts, as JSON. */
static bool write_json(FILE *to, const json_t *facts, const struct report_copy *copy)
{
    char text[MARK_TEXT_BYTES];
    json_t *all = json_copy((json_t *)facts);
    if (!copy->places)
        json_object_del(all, "map");
    if (copy->answers)
        json_object_set(all, "answers", (json_t *)copy->answers);
    if (copy->answers)
        json_object_set_new(all, "answers_from", json_string(copy->answers_from));
    json_object_set_new(
        all, "copy",
        json_pack("{s:s, s:s}", "recipient", copy->recipient, "mark", mark_text(copy->mark, text)));
    const bool written = all && json_dumpf(all, to, JSON_INDENT(2)) == 0 && fputc('\n', to) != EOF;
    json_decref(all);
    return written;
}

static bool write_page(FILE *to, const json_t *facts, const struct report_copy *copy)
{
    struct markup page = {0};
    const bool written =
        report_page(&page, facts, copy) && fwrite(page.text, 1, page.length, to) == page.length;
    markup_free(&page);
    return written;
}

static bool write_copy(const char *path, bool json, const json_t *facts, const struct report_copy *copy)
{
    FILE *to = path ? fopen(path, "we") : stdout;
    bool written = to && (json ? write_json : write_page)(to, facts, copy);
    if (to && to != stdout)
        written = fclose(to) == 0 && written;
    return written || failed("%s: %s", path ? path : "output", strerror(errno)) == EXIT_DONE;
}

static const struct config_recipient *recipient_called(const struct config_inventory *inventory,
                                                       const char *name)
{
    for (unsigned i = 0; i < inventory->recipient_count; i++)
        if (strcmp(inventory->recipients[i].name, name) == 0)
            return &inventory->recipients[i];
    failed("%s is none of the inventory's recipients", name);
    return NULL;
}

/* The recipient's own is one of those that were accepted; the one that was asked for need not be. */
static bool read_profile(const struct stand *stand, const struct order *order,
                         const struct config_recipient *recipient, struct config_profile *profile,
                         struct arena *memory, struct config_error *error)
{
    if (!order->profile)
        return config_read_profile(&stand->config->inventory, recipient->profile, profile, memory, error);
    struct config *files = config_load(order->config_path, error);
    const bool read = files && config_read_profile(&files->inventory, order->profile, profile, memory, error);
    config_free(files);
    return read;
}

/* Judged by the profile that was asked for, or by the recipient's own. */
static json_t *facts_for(struct stand *stand, const struct order *order,
                         const struct config_recipient *recipient, const struct log_facts *log)
{
    struct config_profile profile;
    struct config_error error;
    struct arena memory;
    json_t *facts = NULL;
    arena_init(&memory, 0);
    if (read_profile(stand, order, recipient, &profile, &memory, &error)) {
        stand->facts.profile = &profile;
        facts = report_facts(stand, log);
    } else {
        failed("%s", error.text);
    }
    stand->facts.profile = &stand->config->inventory.profile;
    arena_free(&memory);
    return facts;
}

static bool make_copy(struct stand *stand, const struct order *order,
                      const struct config_recipient *recipient, const struct log_facts *log, const char *path)
{
    struct report_copy copy = {
        .recipient = recipient->name, .mark = random_u64(random_system()), .places = !*recipient->partner};
    json_t *facts = facts_for(stand, order, recipient, log);
    json_t *answers = facts ? report_answers(stand, recipient->partner) : NULL;
    copy.answers = json_object_get(answers, "asked");
    copy.answers_from = json_string_value(json_object_get(answers, "from"));
    const bool made = facts && release(stand->config, copy.recipient, copy.mark, log->evidence) &&
                      write_copy(path, order->json, facts, &copy);
    json_decref(answers);
    json_decref(facts);
    return made;
}

static bool is_folder(const char *path)
{
    struct stat stat_of;
    return path && stat(path, &stat_of) == 0 && S_ISDIR(stat_of.st_mode);
}

/* Several recipients: a file for each in the folder; of one evidence for all. */
static int make_copies(struct stand *stand, const struct order *order, char *recipients)
{
    const bool files = strchr(recipients, ',') != NULL || is_folder(order->output);
    struct log_facts log;
    bool made = true;
    report_log(stand->config, &log);
    for (char *name; made && (name = strsep(&recipients, ",")) != NULL;) {
        char path[PATH_BYTES];
        const struct config_recipient *recipient = recipient_called(&stand->config->inventory, name);
        snprintf(path, sizeof path, "%s/%s.%s", order->output ? order->output : ".", name,
                 order->json ? "json" : "html");
        made = recipient && make_copy(stand, order, recipient, &log, files ? path : order->output);
    }
    json_decref(log.evidence);
    return made ? EXIT_DONE : EXIT_FAILED;
}

/* --- the command --- */

/* "-o" is how everybody writes it. */
static void spell_out(int argc, char **argv)
{
    static char spelled[] = "--output";
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "-o") == 0)
            argv[i] = spelled;
}

static int write_report(const struct order *order, const char *recipients)
{
    struct stand stand;
    char *list = strdup(recipients);
    if (!list || !stand_take(&stand, order->config_path, NULL)) {
        free(list);
        return EXIT_FAILED;
    }
    const int code = make_copies(&stand, order, list);
    stand_leave(&stand);
    free(list);
    return code;
}

int run_report(const struct command *command, int argc, char **argv)
{
    struct order order = {0};
    const char *recipients = NULL, *leaked = NULL;
    const struct option_slot slots[] = {{"to", NULL, &recipients},
                                        {"profile", NULL, &order.profile},
                                        {"output", NULL, &order.output},
                                        {"whose", NULL, &leaked},
                                        {"json", &order.json, NULL},
                                        {"config", NULL, &order.config_path},
                                        {0}};
    spell_out(argc, argv);
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc || !recipients == !leaked)
        return wrong_usage(command, argc ? "unexpected %s" : "either --to or --whose is needed",
                           argc ? argv[0] : "");
    return recipients ? write_report(&order, recipients) : report_whose(order.config_path, leaked);
}
