/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/repeats.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "kit/timers.h"

struct repeat {
    struct evidence_entry last;
    int64_t begun; /* when the first of the window was said */
    unsigned said;
    uint64_t held; /* not said */
};

void repeats_init(struct repeats *repeats, size_t most, uint64_t seed)
{
    *repeats = (struct repeats){.most = most, .seed = seed};
    map_init(&repeats->known, seed);
}

void repeats_free(struct repeats *repeats)
{
    size_t cursor = 0;
    for (void *repeat; map_next(&repeats->known, &cursor, NULL, &repeat);)
        free(repeat);
    map_free(&repeats->known);
}

static uint64_t mix(uint64_t sum, const char *text)
{
    do {
        sum = (sum ^ (uint8_t)*text) * UINT64_C(0x9e3779b97f4a7c15);
        sum ^= sum >> 29;
    } while (*text++);
    return sum;
}

static uint64_t key_of(const struct repeats *repeats, const struct evidence_entry *entry)
{
    return mix(mix(mix(repeats->seed + entry->kind, entry->rule), entry->gnb), entry->procedure);
}

static bool is_same(const struct evidence_entry *one, const struct evidence_entry *other)
{
    return one->kind == other->kind && strcmp(one->rule, other->rule) == 0 &&
           strcmp(one->gnb, other->gnb) == 0 && strcmp(one->procedure, other->procedure) == 0;
}

static bool may_be_held(enum evidence_kind kind)
{
    return kind == EVIDENCE_REFUSAL || kind == EVIDENCE_EXCEPTION || kind == EVIDENCE_ADMISSION;
}

/* NULL: there is no place for it. */
static struct repeat *place_for(struct repeats *repeats, const struct evidence_entry *entry)
{
    const uint64_t key = key_of(repeats, entry);
    struct repeat *repeat = map_get(&repeats->known, key);
    if (repeat)
        return is_same(&repeat->last, entry) ? repeat : NULL;
    repeat = repeats->known.count < repeats->most ? calloc(1, sizeof *repeat) : NULL;
    if (!repeat)
        return NULL;
    repeat->begun = entry->time;
    if (map_put(&repeats->known, key, repeat))
        return repeat;
    free(repeat);
    return NULL;
}

bool repeats_pass(struct repeats *repeats, const struct evidence_entry *entry)
{
    if (!may_be_held(entry->kind))
        return true;
    struct repeat *repeat = place_for(repeats, entry);
    if (!repeat) {
        repeats->others++;
        return false;
    }
    repeat->last = *entry;
    if (repeat->said < REPEATS_SAID) {
        repeat->said++;
        return true;
    }
    repeat->held++;
    return false;
}

/* What is said of one is one again, with the last reason. */
static void tell(const struct repeat *repeat, void (*say)(void *, const struct evidence_entry *),
                 void *context)
{
    struct evidence_entry entry = repeat->last;
    char reason[EVIDENCE_REASON_BYTES + 64];
    snprintf(reason, sizeof reason, "%" PRIu64 " times more, at last: %s", repeat->held, repeat->last.reason);
    evidence_text(entry.reason, sizeof entry.reason, reason);
    entry.has_digest = false;
    say(context, &entry);
}

static void tell_others(struct repeats *repeats, int64_t now,
                        void (*say)(void *, const struct evidence_entry *), void *context)
{
    struct evidence_entry entry = {.time = now, .kind = EVIDENCE_REFUSAL, .procedure = "evidence"};
    snprintf(entry.reason, sizeof entry.reason, "too many different ones to name them: %" PRIu64 " more",
             repeats->others);
    repeats->others = 0;
    say(context, &entry);
}

void repeats_turn(struct repeats *repeats, int64_t now, bool all,
                  void (*say)(void *context, const struct evidence_entry *entry), void *context)
{
    size_t cursor = 0;
    uint64_t key;
    for (void *value; map_next(&repeats->known, &cursor, &key, &value);) {
        struct repeat *repeat = value;
        if (!all && now >= repeat->begun && now - repeat->begun < SECONDS(REPEATS_SECONDS))
            continue;
        if (repeat->held)
            tell(repeat, say, context);
        map_take(&repeats->known, key);
        map_taken(&cursor);
        free(repeat);
    }
    if (repeats->others)
        tell_others(repeats, now, say, context);
}
