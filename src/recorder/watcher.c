/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/watcher.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "kit/log.h"
#include "recorder/files.h"

enum { NAME_BYTES = 3 * NOTE_NAME_BYTES + 16 };

/* --- What it remembers --- */

/* The log's name with nothing in it that is not a letter or a digit. */
static void state_name(const struct note_key *log, char name[NAME_BYTES])
{
    size_t length = 0;
    for (const char *at = log->name; *at; at++) {
        const bool plain = (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9');
        length +=
            (size_t)snprintf(name + length, NAME_BYTES - length, plain ? "%c" : "%%%02x", (unsigned char)*at);
    }
    snprintf(name + length, NAME_BYTES - length, ".checkpoint");
}

/* False: there is something, and it is not what this witness has written. */
static bool remember(const struct watcher *watcher, struct witness_log *log)
{
    uint8_t space[NOTE_BYTES];
    char name[NAME_BYTES];
    struct note note;
    struct fault fault;
    state_name(&log->key, name);
    const ssize_t length = file_read(watcher->folder, name, space, sizeof space);
    if (length < 0 && errno == ENOENT)
        return true;
    return length >= 0 &&
           checkpoint_open(bytes_of(space, (size_t)length), &log->key, &note, &log->last, &fault) &&
           note_signed(&note, &watcher->key, &log->time) != NOTE_WRONG;
}

bool watcher_add(struct watcher *watcher, const struct note_key *log, const char **why)
{
    struct witness_log *added = &watcher->logs[watcher->count];
    *why = "it is one log too many";
    if (watcher->count == WATCHER_LOGS)
        return false;
    *why = "it is there already, and a log has one key";
    for (unsigned i = 0; i < watcher->count; i++)
        if (strcmp(watcher->logs[i].key.name, log->name) == 0)
            return false;
    *why = "what was cosigned of it cannot be read, and nothing is signed before it is";
    *added = (struct witness_log){.key = *log};
    watcher->count += remember(watcher, added);
    return added < &watcher->logs[watcher->count];
}

/* The checkpoint with two signatures: the log's and the own one. Those of others are not ours to keep. */
static bool keep(const struct watcher *watcher, const struct witness_log *log, struct bytes submitted,
                 struct bytes cosignature)
{
    uint8_t space[NOTE_BYTES];
    struct writer w = writer_of(space, sizeof space);
    char name[NAME_BYTES];
    struct note note;
    struct fault fault;
    if (!note_read(submitted, &note, &fault))
        return false;
    write_bytes(&w, note.text);
    write_u8(&w, '\n');
    write_bytes(&w, note_line_of(&note, &log->key));
    write_bytes(&w, cosignature);
    state_name(&log->key, name);
    if (!w.full && file_replace(watcher->folder, name, writer_bytes(&w)))
        return true;
    log_error("witness", NULL, "%s cannot be kept: %s; not cosigned", name,
              w.full ? "it is too long" : strerror(errno));
    return false;
}

/* --- What it answers --- */

/* What was said to be the newest at a time cannot have been preceded by a newer one: a clock that was set back waits. */
static uint64_t time_to_sign(struct watcher *watcher, const struct witness_log *log, uint64_t now)
{
    const bool late = now < log->time;
    if (late && !watcher->late)
        log_warning("witness", NULL,
                    "the clock is %" PRIu64 " s behind what was signed: it is not turned back",
                    log->time - now);
    watcher->late = late;
    return late ? log->time : now;
}

static unsigned cosign(struct watcher *watcher, struct witness_log *log, const struct checkpoint *submitted,
                       struct bytes note, struct bytes text, uint64_t now, struct writer *answer)
{
    const uint64_t time = time_to_sign(watcher, log, now);
    const struct writer before = *answer;
    if (!checkpoint_cosign(answer, text, &watcher->key, watcher->secret, time) ||
        !keep(watcher, log, note, writer_bytes(answer))) {
        *answer = before;
        return WATCHER_FAILED;
    }
    log->last = *submitted;
    log->time = time;
    return WITNESS_COSIGN;
}

unsigned watcher_answer(struct watcher *watcher, struct bytes body, uint64_t now, struct writer *answer)
{
    struct witness_request request;
    struct checkpoint submitted = {0};
    const struct witness_log *log;
    struct bytes text;
    struct fault fault;
    char size[32];
    if (!witness_request_read(body, &request, &fault))
        return WITNESS_BAD;
    const enum witness_verdict verdict =
        witness_decide(&request, watcher->logs, watcher->count, &log, &submitted, &text);
    if (verdict == WITNESS_COSIGN)
        return cosign(watcher, &watcher->logs[log - watcher->logs], &submitted, request.note, text, now,
                      answer);
    if (verdict == WITNESS_CONFLICT)
        write_bytes(answer,
                    bytes_of(size, (size_t)snprintf(size, sizeof size, "%" PRIu64 "\n", log->last.size)));
    log_warning("witness", NULL, "log %s: a checkpoint of %" PRIu64 " entries is not cosigned: %d",
                log ? log->key.name : "unknown", submitted.size, (int)verdict);
    return verdict;
}
