/* SPDX-License-Identifier: Apache-2.0 */
/* The evidence log, for a report: what each rule did, and proof of its newest entry. */
#include <stdio.h>
#include <string.h>

#include "face/keys.h"
#include "face/report_facts.h"
#include "recorder/reader.h"

enum { NEWEST = 1000000 }; /* entries that are looked through */

struct scan {
    struct log_facts *log;
    uint64_t entries;
};

static enum config_rule rule_of(const char *text)
{
    enum config_rule rule = CONFIG_L1;
    while (rule < CONFIG_OF_DATE && strcmp(config_rule_text(rule), text) != 0)
        rule++;
    return rule;
}

static bool count_entry(void *context, uint64_t index, struct bytes line)
{
    struct scan *scan = context;
    struct evidence_entry entry;
    struct fault fault;
    scan->entries = index + 1;
    if (!evidence_entry_read(line, &entry, &fault))
        return true;
    const enum config_rule rule = rule_of(entry.rule);
    if (rule == CONFIG_OF_DATE)
        return true;
    struct log_rule *known = &scan->log->rules[rule];
    known->refusals += entry.kind == EVIDENCE_REFUSAL;
    known->exceptions += entry.kind == EVIDENCE_EXCEPTION;
    known->last = index;
    known->any = true;
    return true;
}

/* --- proofs --- */

struct trust {
    struct key_list witnesses;
    struct proof_trust proof;
};

static json_t *text_json(const void *text, size_t length)
{
    return json_stringn((const char *)text, length);
}

/* The entry itself, its place, and its proof if a checkpoint covers it. */
static json_t *prove(struct evidence_reader *reader, const struct trust *trust, enum config_rule rule,
                     uint64_t index)
{
    static uint8_t space[PROOF_BYTES];
    struct writer w = writer_of(space, sizeof space);
    struct proof proof;
    struct checkpoint checkpoint;
    struct fault fault;
    char why[LOG_WHY_BYTES];
    unsigned cosigned = 0;
    json_t *item = json_pack("{s:s, s:I}", "rule", config_rule_text(rule), "index", (json_int_t)index);
    if (!evidence_reader_prove(reader, index, &w, why) || !proof_read(writer_bytes(&w), &proof, &fault) ||
        !proof_check(&proof, &trust->proof, &checkpoint, &cosigned, &fault))
        return item;
    json_object_set_new(item, "covered", json_integer((json_int_t)checkpoint.size));
    json_object_set_new(item, "cosigned", json_integer(cosigned));
    json_object_set_new(item, "entry", text_json(proof.entry, proof.entry_length));
    json_object_set_new(item, "proof", text_json(space, writer_length(&w)));
    return item;
}

static const char *state_of(const json_t *proofs, unsigned cosigned, unsigned quorum)
{
    size_t i;
    const json_t *item;
    bool all = cosigned >= quorum;
    if (!quorum)
        return "no quorum";
    json_array_foreach(proofs, i, item)
    {
        all = all && json_integer_value(json_object_get(item, "cosigned")) >= quorum;
    }
    return all ? "cosigned" : "not yet cosigned";
}

/* The newest checkpoint that the quorum has cosigned, or the newest at all. */
static void add_checkpoint(struct evidence_reader *reader, const struct trust *trust, struct log_facts *log)
{
    uint8_t space[NOTE_BYTES];
    struct checkpoint checkpoint;
    struct note note;
    struct fault fault;
    char why[LOG_WHY_BYTES];
    unsigned cosigned = 0;
    const ssize_t length = evidence_reader_note(reader, 0, space, &checkpoint, why);
    if (length > 0 &&
        checkpoint_open(bytes_of(space, (size_t)length), &reader->key, &note, &checkpoint, &fault)) {
        cosigned = note_cosigners(&note, trust->witnesses.keys, trust->witnesses.count);
        json_object_set_new(log->evidence, "size", json_integer((json_int_t)checkpoint.size));
        json_object_set_new(log->evidence, "checkpoint", text_json(space, (size_t)length));
    }
    json_object_set_new(log->evidence, "cosigned", json_integer(cosigned));
    json_object_set_new(log->evidence, "state",
                        json_string(length > 0 ? state_of(json_object_get(log->evidence, "proofs"), cosigned,
                                                          trust->proof.quorum)
                                               : "not yet cosigned"));
}

static void add_keys(const struct evidence_reader *reader, const struct trust *trust, json_t *evidence)
{
    char text[NOTE_KEY_TEXT_BYTES];
    json_t *witnesses = json_array();
    json_object_set_new(evidence, "log", json_string(note_key_text(&reader->key, text)));
    for (unsigned i = 0; i < trust->witnesses.count; i++)
        json_array_append_new(witnesses, json_string(note_key_text(&trust->witnesses.keys[i], text)));
    json_object_set_new(evidence, "witnesses", witnesses);
    json_object_set_new(evidence, "quorum", json_integer(trust->proof.quorum));
}

static void take_trust(const struct config_recorder *config, const struct evidence_reader *reader,
                       struct trust *trust)
{
    *trust = (struct trust){0};
    for (unsigned i = 0; i < config->witness_count; i++)
        keys_read(config->witnesses[i].key, NOTE_COSIGNATURE, &trust->witnesses);
    trust->proof =
        (struct proof_trust){&reader->key, trust->witnesses.keys, trust->witnesses.count, config->quorum};
}

static bool read_log(struct evidence_reader *reader, struct log_facts *log, char why[LOG_WHY_BYTES])
{
    struct scan scan = {.log = log};
    const struct segments *segments = &reader->segments;
    const uint64_t newest = segments->count ? segments->firsts[segments->count - 1] : 0;
    const uint64_t from = newest > NEWEST ? newest - NEWEST : 0;
    const bool read = evidence_reader_each(reader, from, UINT64_MAX, count_entry, &scan, why);
    json_object_set_new(log->evidence, "from", json_integer((json_int_t)from));
    json_object_set_new(log->evidence, "entries", json_integer((json_int_t)scan.entries));
    return read;
}

void report_log(const struct config *config, struct log_facts *log)
{
    struct evidence_reader reader;
    struct trust trust;
    char why[LOG_WHY_BYTES];
    *log = (struct log_facts){.evidence = json_object()};
    if (!evidence_reader_open(&reader, config->recorder.folder, why)) {
        json_object_set_new(log->evidence, "state", json_string("not yet cosigned"));
        json_object_set_new(log->evidence, "why", json_string(why));
        return;
    }
    take_trust(&config->recorder, &reader, &trust);
    add_keys(&reader, &trust, log->evidence);
    log->known = read_log(&reader, log, why);
    json_t *proofs = json_array();
    for (enum config_rule rule = CONFIG_L1; rule < CONFIG_OF_DATE; rule++)
        if (log->rules[rule].any)
            json_array_append_new(proofs, prove(&reader, &trust, rule, log->rules[rule].last));
    json_object_set_new(log->evidence, "proofs", proofs);
    add_checkpoint(&reader, &trust, log);
    evidence_reader_close(&reader);
}
