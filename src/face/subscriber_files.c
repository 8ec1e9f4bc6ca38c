/* SPDX-License-Identifier: Apache-2.0 */
/* demarc subscriber import and export. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/import.h"
#include "face/subscriber.h"
#include "face/table.h"

/* The whole of a file as text, to be freed. */
static char *read_all(const char *path)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *from = standard ? stdin : fopen(path, "re"), *to;
    char *text = NULL, chunk[65536];
    size_t size = 0, n;
    if (!from || !(to = open_memstream(&text, &size))) {
        failed("%s: %s", path, strerror(errno));
        return NULL;
    }
    while ((n = fread(chunk, 1, sizeof chunk, from)) > 0)
        fwrite(chunk, 1, n, to);
    bool bad = ferror(from) || ferror(to);
    if (bad)
        failed("%s: %s", path, strerror(errno));
    fclose(to);
    if (!standard)
        fclose(from);
    if (!bad && strlen(text) == size)
        return text;
    if (!bad)
        failed("%s: found a zero byte, expected text", path);
    free(text);
    return NULL;
}

static int import_text(struct book *book, const struct command *command,
                       const struct subscriber_options *options, const char *path, char *text)
{
    struct draft draft;
    size_t bad, written, removed;
    draft_init(&draft, book);
    int code = EXIT_FAILED;
    if (!import_rows(&draft, options->format, path, text, &bad))
        code = wrong_usage(command, "unknown format %s", options->format);
    else if (bad && !options->skip_bad)
        failed("%zu bad rows, nothing was changed (--skip-bad imports the others)", bad);
    else if (draft_apply(&draft, &written, &removed)) {
        printf("%zu written, %zu removed, %zu bad rows\n", written, removed, bad);
        code = bad ? EXIT_FAILED : EXIT_DONE;
    }
    draft_free(&draft);
    return code;
}

static int import(struct book *book, const struct command *command, const struct subscriber_options *options,
                  int argc, char **argv)
{
    if (argc != 1)
        return wrong_usage(command, argc ? "one file at a time" : "a file is needed");
    char *text = read_all(argv[0]);
    if (!text)
        return EXIT_FAILED;
    size_t size = strlen(text);
    int code = import_text(book, command, options, argv[0], text);
    explicit_bzero(text, size);
    free(text);
    return code;
}

int run_import(const struct command *command, int argc, char **argv)
{
    return with_book(command, argc, argv, import);
}

/* Columns of the CSV: the fields of a subscriber, and the slices as JSON. */
static void put_cell(const char *text)
{
    if (!strpbrk(text, ",\"")) {
        fputs(text, stdout);
        return;
    }
    putchar('"');
    for (; *text; text++) {
        if (*text == '"')
            putchar('"');
        putchar(*text);
    }
    putchar('"');
}

static void put_csv(void *context, const json_t *document)
{
    (void)context;
    for (int i = 0; fields[i].name; i++) {
        char text[2048] = "";
        if (fields[i].of != FIELD_OF_SUBSCRIBER)
            continue;
        cell_text(field_value(document, &fields[i]), CELL_TEXT, text, sizeof text);
        put_cell(text);
        putchar(',');
    }
    char *slices = json_dumps(json_object_get(document, "slice"), JSON_COMPACT);
    put_cell(slices ? slices : "");
    putchar('\n');
    free(slices);
}

static void put_csv_header(void)
{
    for (int i = 0; fields[i].name; i++)
        if (fields[i].of == FIELD_OF_SUBSCRIBER)
            printf("%s,", fields[i].name);
    puts("slice");
}

static void put_json_line(void *context, const json_t *document)
{
    (void)context;
    json_dumpf(document, stdout, JSON_COMPACT);
    putchar('\n');
}

static int export(struct book *book, const struct command *command, const struct subscriber_options *options,
                  int argc, char **argv)
{
    bool csv = options->format && strcmp(options->format, "csv") == 0;
    if (argc)
        return wrong_usage(command, "unexpected %s", argv[0]);
    if (options->format && !csv && strcmp(options->format, "json") != 0)
        return wrong_usage(command, "unknown format %s", options->format);
    if (!options->secrets)
        fputs("demarc: without --secrets there are no keys in it, and it cannot be imported\n", stderr);
    if (csv)
        put_csv_header();
    bool ok = book_each(book, options->secrets, csv ? put_csv : put_json_line, NULL);
    if (fflush(stdout) != 0 || ferror(stdout))
        return failed("standard output: %s", strerror(errno));
    return ok ? EXIT_DONE : EXIT_FAILED;
}

int run_export(const struct command *command, int argc, char **argv)
{
    return with_book(command, argc, argv, export);
}
