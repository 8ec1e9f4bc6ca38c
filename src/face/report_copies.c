/* SPDX-License-Identifier: Apache-2.0 */
#include "face/report_copies.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "face/ask.h"
#include "face/command.h"
#include "kit/timers.h"
#include "recorder/reader.h"
#include "report/mark.h"

enum { MOST_BYTES = 64 * 1024 * 1024, ENOUGH = 6 };

/* --- what the log knows --- */

static bool add(struct copies *copies, const struct released *copy)
{
    if (copies->count == copies->room) {
        const size_t room = copies->room ? 2 * copies->room : 16;
        struct released *grown = realloc(copies->copies, room * sizeof *grown);
        if (!grown)
            return false;
        copies->copies = grown;
        copies->room = room;
    }
    copies->copies[copies->count++] = *copy;
    return true;
}

/* "copy 0123-4567-89ab-cdef for NAME, evidence ..." (core/control_report.c) */
static bool read_reason(const char *reason, struct released *copy)
{
    static const char head[] = "copy ", middle[] = " for ";
    const char *at = reason + sizeof head - 1;
    if (strncmp(reason, head, sizeof head - 1) != 0 || !mark_parse(at, &copy->mark))
        return false;
    at += MARK_TEXT_BYTES - 1;
    if (strncmp(at, middle, sizeof middle - 1) != 0)
        return false;
    at += sizeof middle - 1;
    snprintf(copy->recipient, sizeof copy->recipient, "%.*s", (int)strcspn(at, ","), at);
    return true;
}

static bool see(void *context, uint64_t index, struct bytes line)
{
    struct evidence_entry entry;
    struct fault fault;
    struct released copy = {.index = index};
    if (!evidence_entry_read(line, &entry, &fault) || entry.kind != EVIDENCE_REPORT ||
        !read_reason(entry.reason, &copy))
        return true;
    copy.time = entry.time;
    return add(context, &copy);
}

bool copies_read(const char *folder, struct copies *copies)
{
    struct evidence_reader reader;
    char why[LOG_WHY_BYTES];
    *copies = (struct copies){0};
    if (!evidence_reader_open(&reader, folder, why))
        return false;
    const bool read = evidence_reader_each(&reader, 0, UINT64_MAX, see, copies, why);
    evidence_reader_close(&reader);
    return read;
}

void copies_free(struct copies *copies)
{
    free(copies->copies);
    *copies = (struct copies){0};
}

const struct released *copies_find(const struct copies *copies, uint64_t mark)
{
    for (size_t i = 0; i < copies->count; i++)
        if (copies->copies[i].mark == mark)
            return &copies->copies[i];
    return NULL;
}

/* --- whose is it? --- */

/* To be freed. NULL: said why. */
static char *read_text(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = file ? malloc(MOST_BYTES + 1) : NULL;
    const size_t length = text ? fread(text, 1, MOST_BYTES, file) : 0;
    if (!file)
        failed("%s: %s", path, strerror(errno));
    if (text)
        for (size_t i = 0; i < length; i++)
            text[i] = text[i] ? text[i] : ' ';
    if (text)
        text[length] = '\0';
    if (file)
        fclose(file);
    return text;
}

static void say_copy(const struct released *copy)
{
    const time_t seconds = (time_t)(copy->time / SECONDS(1));
    struct tm utc;
    char when[32], mark[MARK_TEXT_BYTES];
    gmtime_r(&seconds, &utc);
    strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S UTC", &utc);
    printf("%s, copy %s, released %s (entry %" PRIu64 ")\n", copy->recipient, mark_text(copy->mark, mark),
           when, copy->index);
}

/* True: it names one. */
static bool judge_mark(const char *kind, const struct copies *copies, uint64_t mark)
{
    const struct released *copy = copies_find(copies, mark);
    printf("%s: ", kind);
    if (copy)
        say_copy(copy);
    else
        puts("a mark that is not in this log");
    return copy != NULL;
}

/* With many sentences one copy is left; with few it may be chance, which is said. */
static bool judge_wording(const struct copies *copies, const struct mark_found *found)
{
    const int sentences = __builtin_popcount(found->sentences);
    size_t fits = 0;
    for (size_t i = 0; i < copies->count; i++)
        fits += mark_fits(found, copies->copies[i].mark);
    printf("wording: %d of %d sentences found; they fit %zu of %zu copies%s\n", sentences, MARK_SENTENCES,
           fits, copies->count, sentences < ENOUGH ? ", which may be chance" : "");
    for (size_t i = 0; i < copies->count; i++)
        if (mark_fits(found, copies->copies[i].mark)) {
            printf("  ");
            say_copy(&copies->copies[i]);
        }
    return fits == 1 && sentences >= ENOUGH;
}

static bool judge(const struct copies *copies, const struct mark_found *found)
{
    bool named = false;
    if (found->has_visible)
        named |= judge_mark("visible", copies, found->visible);
    if (found->has_woven)
        named |= judge_mark("woven", copies, found->woven);
    if (found->sentences)
        named |= judge_wording(copies, found);
    if (!found->has_visible && !found->has_woven && !found->sentences)
        puts("there is no mark in it");
    return named;
}

int report_whose(const char *config_path, const char *file)
{
    struct config *config = load_or_fail(config_path);
    char *text = config ? read_text(file) : NULL;
    struct copies copies = {0};
    struct mark_found found;
    bool named = false;
    if (text && !copies_read(config->recorder.folder, &copies))
        failed("%s: the evidence log cannot be read", config->recorder.folder);
    else if (text) {
        mark_find(text, &found);
        named = judge(&copies, &found);
    }
    copies_free(&copies);
    free(text);
    config_free(config);
    return named ? EXIT_DONE : EXIT_FAILED;
}
