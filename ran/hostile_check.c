/* SPDX-License-Identifier: Apache-2.0 */
/* What can be seen of a core from its own host: a digest of its state, its processes and their sizes. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ran/command.h"
#include "ran/hostile_attack.h"

enum { DIGEST_S = 20, ATTEMPTS = 20, PAUSE_MS = 20, PAGE_BYTES = 4096 };

struct digest {
    struct command command;
    struct attack *attack;
    char *text;
    bool ended;
};

static void said(struct command *command, const char *line)
{
    const struct digest *digest = command->context;
    size_t length = strlen(digest->text);
    snprintf(digest->text + length, DIGEST_TEXT - length, "%s", line);
}

static void ended(struct command *command)
{
    struct digest *digest = command->context;
    digest->ended = true;
    waiter_wake(&digest->attack->waiter);
}

static bool has_ended(void *argument)
{
    return ((struct digest *)argument)->ended;
}

static void ask_once(struct attack *attack, char text[static DIGEST_TEXT])
{
    struct digest digest = {
        .command = {.said = said, .ended = ended, .context = &digest}, .attack = attack, .text = text};
    *text = '\0';
    if (!command_start(&digest.command, attack->driver.loop, NULL, attack->options->digest))
        return;
    if (!waiter_until(&attack->waiter, has_ended, &digest, SECONDS(DIGEST_S)))
        command_kill(&digest.command);
    if (!*text || digest.command.status)
        snprintf(text, DIGEST_TEXT, "the digest command fails");
}

/* What phones have just done is heard, and carried out for a moment yet: until it says the same twice. */
void check_digest(struct attack *attack, char text[static DIGEST_TEXT])
{
    char again[DIGEST_TEXT];
    *text = '\0';
    if (!attack->options->digest)
        return;
    attack_fence_honest(attack);
    ask_once(attack, text);
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        waiter_rest(&attack->waiter, MILLISECONDS(PAUSE_MS));
        ask_once(attack, again);
        if (strcmp(text, again) == 0)
            return;
        memcpy(text, again, sizeof again);
    }
}

/* --- Processes --- */

static uint64_t resident(long pid)
{
    char path[64];
    unsigned long size = 0, pages = 0;
    snprintf(path, sizeof path, "/proc/%ld/statm", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    if (fscanf(file, "%lu %lu", &size, &pages) != 2)
        pages = 0;
    fclose(file);
    return (uint64_t)pages * PAGE_BYTES;
}

static unsigned descriptors(long pid)
{
    char path[64];
    unsigned count = 0;
    snprintf(path, sizeof path, "/proc/%ld/fd", pid);
    DIR *folder = opendir(path);
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

bool check_processes(const char *list, struct core_size *size)
{
    *size = (struct core_size){0};
    for (const char *at = list; at && *at;) {
        char *end;
        long pid = strtol(at, &end, 10);
        uint64_t pages = resident(pid);
        if (!pages)
            return false;
        size->processes++;
        size->resident += pages;
        size->descriptors += descriptors(pid);
        at = *end ? end + 1 : end;
    }
    return true;
}
