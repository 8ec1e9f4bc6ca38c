/* SPDX-License-Identifier: Apache-2.0 */
/* demarc subscriber: add, show, list, set, remove. */
#include "face/subscriber.h"

#include <stdio.h>
#include <string.h>

#include "face/ask.h"
#include "face/table.h"
#include "store/subscriber.h"

enum { OWN_OPTIONS = 5 };

int with_book(const struct command *command, int argc, char **argv,
              int (*act)(struct book *book, const struct command *command,
                         const struct subscriber_options *options, int argc, char **argv))
{
    struct subscriber_options options = {0};
    struct option_slot slots[OWN_OPTIONS + FIELD_MOST] = {{"json", &options.json, NULL},
                                                          {"secrets", &options.secrets, NULL},
                                                          {"skip-bad", &options.skip_bad, NULL},
                                                          {"config", NULL, &options.config},
                                                          {"format", NULL, &options.format}};
    /* The SUPI is a word, not an option. */
    for (int i = 1; fields[i].name; i++)
        slots[OWN_OPTIONS + i - 1] = (struct option_slot){fields[i].name, NULL, &options.values[i]};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    struct config *config = load_or_fail(options.config);
    struct book *book = config ? book_open(config) : NULL;
    int code = book ? act(book, command, &options, argc, argv) : EXIT_FAILED;
    if (book)
        book_close(book);
    config_free(config);
    return code;
}

/* Ends a request that changes: says why not, or makes it durable. */
static int conclude(struct book *book, json_t *reply)
{
    bool ok = json_is_true(json_object_get(reply, "ok"));
    if (!ok)
        failed("%s", json_string_value(json_object_get(reply, "error")));
    json_decref(reply);
    return ok && book_commit(book) ? EXIT_DONE : EXIT_FAILED;
}

static bool one_supi(const struct command *command, int argc, char **argv, char supi[STORE_SUPI_BYTES])
{
    if (argc != 1)
        return wrong_usage(command, argc ? "unexpected %s" : "a SUPI is needed%s", argc ? argv[1] : "") ==
               EXIT_DONE;
    if (!store_supi_parse(argv[0], supi))
        return wrong_usage(command, "%s is no SUPI: imsi- and 5 to 15 digits", argv[0]) == EXIT_DONE;
    return true;
}

static int add(struct book *book, const struct command *command, const struct subscriber_options *options,
               int argc, char **argv)
{
    char supi[STORE_SUPI_BYTES];
    if (!one_supi(command, argc, argv, supi))
        return EXIT_USAGE;
    json_t *document = json_pack("{s:s}", "imsi", supi);
    if (!fields_apply(document, options->values)) {
        json_decref(document);
        return failed("out of memory");
    }
    return conclude(
        book, book_ask(book, json_pack("{s:s, s:o}", "verb", "subscriber.add", "subscriber", document)));
}

static int set(struct book *book, const struct command *command, const struct subscriber_options *options,
               int argc, char **argv)
{
    char supi[STORE_SUPI_BYTES];
    json_t *refusal;
    if (!one_supi(command, argc, argv, supi))
        return EXIT_USAGE;
    json_t *document = book_get(book, supi, true, &refusal);
    if (!document)
        return conclude(book, refusal);
    json_decref(refusal);
    if (!fields_apply(document, options->values)) {
        json_decref(document);
        return failed("out of memory");
    }
    return conclude(
        book, book_ask(book, json_pack("{s:s, s:[o]}", "verb", "subscriber.put", "subscribers", document)));
}

static void print_fields(const json_t *object, int of, int indent)
{
    for (int i = 0; fields[i].name; i++) {
        char text[160];
        if ((int)fields[i].of != of)
            continue;
        cell_text(field_value(object, &fields[i]), CELL_TEXT, text, sizeof text);
        if (text[0])
            printf("%*s%-18s %s\n", indent, "", fields[i].name, text);
    }
}

static void print_subscriber(const json_t *document)
{
    json_t *slice, *session;
    size_t i, j;
    print_fields(document, FIELD_OF_SUBSCRIBER, 0);
    json_array_foreach(json_object_get(document, "slice"), i, slice)
    {
        puts("slice");
        print_fields(slice, FIELD_OF_SLICE, 2);
        json_array_foreach(json_object_get(slice, "session"), j, session)
        {
            puts("  session");
            print_fields(session, FIELD_OF_SESSION, 4);
        }
    }
}

static int show(struct book *book, const struct command *command, const struct subscriber_options *options,
                int argc, char **argv)
{
    char supi[STORE_SUPI_BYTES];
    json_t *refusal;
    if (!one_supi(command, argc, argv, supi))
        return EXIT_USAGE;
    json_t *document = book_get(book, supi, options->secrets, &refusal);
    if (!document)
        return conclude(book, refusal);
    if (options->json)
        json_print(stdout, document);
    else
        print_subscriber(document);
    json_decref(document);
    json_decref(refusal);
    return EXIT_DONE;
}

static const struct column columns[] = {
    {"IMSI", "imsi", CELL_TEXT, 0},     {"STATUS", "status", CELL_TEXT, 0},
    {"SLICES", "slices", CELL_TEXT, 0}, {"DNNS", "dnns", CELL_TEXT, 0},
    {"AMBR UP", "up", CELL_TEXT, 0},    {"AMBR DOWN", "down", CELL_TEXT, 0},
    {"NAME", "name", CELL_TEXT, 0},     {0},
};

/* A document as a row of the table. */
static json_t *row_of(const json_t *document)
{
    json_t *row = json_pack("{s:O, s:O, s:O, s:o, s:o}", "imsi", json_object_get(document, "imsi"), "status",
                            json_object_get(document, "status"), "name", json_object_get(document, "name"),
                            "slices", json_array(), "dnns", json_array());
    json_t *slice, *session;
    size_t i, j;
    json_object_set(row, "up", json_object_get(json_object_get(document, "ambr"), "uplink"));
    json_object_set(row, "down", json_object_get(json_object_get(document, "ambr"), "downlink"));
    json_array_foreach(json_object_get(document, "slice"), i, slice)
    {
        const char *sd = json_string_value(json_object_get(slice, "sd"));
        char text[32];
        snprintf(text, sizeof text, "%d%s%.6s", (int)json_integer_value(json_object_get(slice, "sst")),
                 sd ? "-" : "", sd ? sd : "");
        json_array_append_new(json_object_get(row, "slices"), json_string(text));
        json_array_foreach(json_object_get(slice, "session"), j, session)
            json_array_append(json_object_get(row, "dnns"), json_object_get(session, "name"));
    }
    return row;
}

static void add_row(void *context, const json_t *document)
{
    json_array_append_new(context, row_of(document));
}

static void add_document(void *context, const json_t *document)
{
    json_array_append_new(context, json_deep_copy(document));
}

static int list(struct book *book, const struct command *command, const struct subscriber_options *options,
                int argc, char **argv)
{
    if (argc)
        return wrong_usage(command, "unexpected %s", argv[0]);
    json_t *items = json_array();
    bool ok = book_each(book, options->secrets, options->json ? add_document : add_row, items);
    if (ok && options->json)
        json_print(stdout, items);
    else if (ok && json_array_size(items) == 0)
        fputs("no subscribers\n", stderr);
    else if (ok)
        table_print(stdout, columns, items);
    json_decref(items);
    return ok ? EXIT_DONE : EXIT_FAILED;
}

static int remove_some(struct book *book, const struct command *command,
                       const struct subscriber_options *options, int argc, char **argv)
{
    (void)options;
    char supi[STORE_SUPI_BYTES];
    if (argc == 0)
        return wrong_usage(command, "a SUPI is needed");
    for (int i = 0; i < argc; i++)
        if (!one_supi(command, 1, argv + i, supi))
            return EXIT_USAGE;
    for (int i = 0; i < argc; i++) {
        store_supi_parse(argv[i], supi);
        if (conclude(book,
                     book_ask(book, json_pack("{s:s, s:s}", "verb", "subscriber.remove", "supi", supi))))
            return EXIT_FAILED;
    }
    return EXIT_DONE;
}

static int run_add(const struct command *command, int argc, char **argv)
{
    return with_book(command, argc, argv, add);
}

static int run_set(const struct command *command, int argc, char **argv)
{
    return with_book(command, argc, argv, set);
}

static int run_show(const struct command *command, int argc, char **argv)
{
    return with_book(command, argc, argv, show);
}

static int run_list(const struct command *command, int argc, char **argv)
{
    return with_book(command, argc, argv, list);
}

static int run_remove(const struct command *command, int argc, char **argv)
{
    return with_book(command, argc, argv, remove_some);
}

static const struct command subcommands[] = {
    {"add", "subscriber add SUPI --k KEY --opc OPC [--FIELD VALUE]...", "a new one", run_add},
    {"show", "subscriber show SUPI [--secrets] [--json]", "all about one", run_show},
    {"list", "subscriber list [--json [--secrets]]", "all of them", run_list},
    {"set", "subscriber set SUPI [--FIELD VALUE]...", "change one", run_set},
    {"remove", "subscriber remove SUPI...", "take out", run_remove},
    {"import", "subscriber import FILE [--format json|csv|commands] [--skip-bad]",
     "many from a file (- is standard input)", run_import},
    {"export", "subscriber export [--format json|csv] [--secrets]", "all to standard output", run_export},
    {0},
};

int run_subscriber(const struct command *command, int argc, char **argv)
{
    if (argc == 0) {
        for (const struct command *at = subcommands; at->name; at++)
            printf("  demarc %-70s %s\n", at->form, at->summary);
        return EXIT_USAGE;
    }
    return run_command(subcommands, command, argc, argv);
}
