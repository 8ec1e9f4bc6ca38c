/* SPDX-License-Identifier: Apache-2.0 */
#include "line/policy.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "config/file.h"
#include "kit/log.h"
#include "line/accepted.h"

/* On the way to a policy: what is there, and what is in force. */
struct reading {
    const char *config_path;
    struct config_report *report;
    struct line_policy *policy;
    struct accepted accepted;
    struct config *running; /* from there; NULL: nothing is */
    uint8_t seal[NOTE_BYTES];
    size_t seal_length;
};

static bool tell(const struct reading *reading, const struct config_error *error)
{
    return config_report(reading->report, "%s", error->text);
}

/* --- the files --- */

static bool take_rows(const struct config_inventory *inventory, const char *const *names, unsigned count,
                      struct config_error *error)
{
    for (unsigned i = 0; i < count; i++)
        if (!config_bundle_take(inventory->bundle, CONFIG_PART_ROWS, names[i], error))
            return false;
    return true;
}

/* All of them, so that they have digests. */
static bool take_all(const struct config_inventory *inventory, struct config_error *error)
{
    return take_rows(inventory, inventory->sites_from, inventory->sites_from_count, error) &&
           take_rows(inventory, inventory->assets_from, inventory->assets_from_count, error);
}

static bool write_text_of(struct reading *reading, struct config_error *error)
{
    const struct config_inventory *inventory = &reading->policy->config->inventory;
    struct writer w = writer_of(reading->policy->text, sizeof reading->policy->text);
    if (!seal_text(inventory->bundle, inventory->serial, &w, error))
        return false;
    reading->policy->text_length = writer_length(&w);
    return true;
}

static struct bytes text_of(const struct reading *reading)
{
    return bytes_of(reading->policy->text, reading->policy->text_length);
}

/* Signatures that cannot be read are none. */
static void read_seal(struct reading *reading)
{
    char path[CONFIG_PATH_MOST];
    struct config_error error;
    snprintf(path, sizeof path, "%s" SEAL_SUFFIX, reading->policy->config->inventory.file);
    const struct config_text seal = config_file_read(path, &error);
    if (seal.bytes && seal.length <= sizeof reading->seal) {
        memcpy(reading->seal, seal.bytes, seal.length);
        reading->seal_length = seal.length;
    }
    config_file_forget(seal);
}

/* --- what is in force --- */

/* The running state as its copies say; *config NULL: there is none yet. */
static bool load_accepted(const char *config_path, const char *state_dir, struct accepted *accepted,
                          struct config **config, struct config_error *error)
{
    *config = NULL;
    if (!accepted_read(state_dir, accepted, error))
        return false;
    if (!accepted->bundle)
        return true;
    *config = config_load_alone(config_path, error);
    if (!*config)
        config_bundle_free(accepted->bundle);
    else if (config_take_inventory(*config, accepted->bundle, error))
        return true;
    config_free(*config);
    *config = NULL;
    return false;
}

/* Are all files those that were accepted, but for profiles that the program brings along? */
static bool release_differs(const struct config_bundle *live, const struct config_bundle *kept)
{
    bool differs = false;
    if (config_bundle_count(live) != config_bundle_count(kept))
        return false;
    for (unsigned i = 0; i < config_bundle_count(live); i++) {
        const struct config_part *a = config_bundle_part(live, i), *b = config_bundle_part(kept, i);
        const bool equal = memcmp(a->digest, b->digest, sizeof a->digest) == 0;
        if (a->kind != b->kind || strcmp(a->name, b->name) != 0 || (!equal && !a->built_in))
            return false;
        differs |= !equal;
    }
    return differs;
}

/* The copies take the place of the files. */
static bool keep_release(struct reading *reading, struct config_error *error)
{
    struct line_policy *policy = reading->policy;
    policy->release_differs = true;
    config_free(policy->config);
    policy->config = NULL;
    return load_accepted(reading->config_path, reading->running->state_dir, &reading->accepted,
                         &policy->config, error) &&
           take_all(&policy->config->inventory, error) && write_text_of(reading, error);
}

static bool compare_release(struct reading *reading, struct config_error *error)
{
    const struct config *running = reading->running;
    return !running || !running->inventory.authorised_count ||
           !release_differs(reading->policy->config->inventory.bundle, running->inventory.bundle) ||
           keep_release(reading, error);
}

/* What has been accepted bears the signatures that it was accepted with, whatever lies beside the files now. */
static void judge(struct reading *reading)
{
    struct line_policy *policy = reading->policy;
    const struct bytes text = text_of(reading),
                       kept = bytes_of(reading->accepted.seal, reading->accepted.length),
                       live = bytes_of(reading->seal, reading->seal_length);
    const struct seal_state next = {&policy->config->inventory, text},
                            running = {reading->running ? &reading->running->inventory : NULL,
                                       seal_signed_part(kept)};
    seal_admits(reading->running ? &running : NULL, &next, bytes_equal(running.text, text) ? kept : live,
                &policy->verdict);
}

/* --- both together --- */

/* The verdict on it, if what is in force can be told. */
static bool compare_and_judge(struct reading *reading)
{
    struct config_error error;
    if (!load_accepted(reading->config_path, reading->policy->config->state_dir, &reading->accepted,
                       &reading->running, &error) ||
        !compare_release(reading, &error))
        return tell(reading, &error);
    judge(reading);
    return true;
}

/* What is refused has been read whole: its digest is evidence too. */
static bool read_and_judge(struct reading *reading, const char *inventory)
{
    struct config_error error;
    struct line_policy *policy = reading->policy;
    policy->config = config_load_reporting(reading->config_path, inventory, reading->report);
    if (!policy->config)
        return false;
    read_seal(reading);
    if (!take_all(&policy->config->inventory, &error) || !write_text_of(reading, &error))
        return tell(reading, &error);
    const bool judged = compare_and_judge(reading);
    if (policy->config)
        policy->ledger = ledger_new(&policy->config->inventory, reading->report);
    return judged && policy->ledger;
}

static bool begin(struct reading *reading, const char *config_path, struct config_report *report)
{
    *reading = (struct reading){
        .config_path = config_path, .report = report, .policy = calloc(1, sizeof *reading->policy)};
    return reading->policy != NULL;
}

static struct line_policy *end(struct reading *reading)
{
    struct line_policy *policy = reading->policy;
    config_free(reading->running);
    free(reading);
    return policy;
}

struct line_policy *policy_read(const char *config_path, const char *inventory, struct config_report *report)
{
    struct reading *reading = malloc(sizeof *reading);
    if (!reading)
        return NULL;
    if (begin(reading, config_path, report) && read_and_judge(reading, inventory))
        reading->policy->audit = line_audit_today(reading->policy->ledger, true, report);
    return end(reading);
}

/* What becomes durable: the seal where it is about these files, else what it would be about. */
static struct bytes kept_seal(const struct reading *reading)
{
    const struct bytes seal = bytes_of(reading->seal, reading->seal_length), text = text_of(reading);
    return seal.len && bytes_equal(seal_signed_part(seal), text) ? seal : text;
}

static bool accept_it(const struct reading *reading, struct config_error *error)
{
    const struct line_policy *policy = reading->policy;
    if (*policy->verdict.why) {
        snprintf(error->text, sizeof error->text, "%s", policy->verdict.why);
        return false;
    }
    return !policy->verdict.changes ||
           accepted_write(policy->config->state_dir, policy->config->inventory.bundle, kept_seal(reading),
                          error);
}

/* Only a change is refused for what it brings. */
static bool read_and_audit(struct reading *reading)
{
    struct line_policy *policy = reading->policy;
    if (!read_and_judge(reading, NULL))
        return false;
    policy->audit = line_audit_today(policy->ledger, policy->verdict.changes, reading->report);
    return reading->report->errors == 0;
}

struct line_policy *policy_accept(const char *config_path)
{
    struct config_report report = {0};
    struct config_error error = {0};
    struct reading *reading = malloc(sizeof *reading);
    if (!reading)
        return NULL;
    if (begin(reading, config_path, &report)) {
        const bool good = read_and_audit(reading);
        reading->policy->accepted = good && accept_it(reading, &error);
        snprintf(reading->policy->why, sizeof reading->policy->why, "%s", good ? error.text : report.first);
        memcpy(reading->policy->warned, report.warned, sizeof report.warned);
    }
    return end(reading);
}

/* --- for others --- */

struct config *policy_load(const char *config_path, struct config_error *error)
{
    struct accepted accepted;
    struct config *config = config_load_alone(config_path, error), *running = NULL;
    const bool good = config && load_accepted(config_path, config->state_dir, &accepted, &running, error);
    config_free(config);
    return !good ? NULL : running ? running : config_load(config_path, error);
}

void policy_warn(const struct line_policy *policy, const char *log_name)
{
    for (const char *line = policy->warned; *line; line += strcspn(line, "\n") + 1)
        log_warning(log_name, NULL, "%.*s", (int)strcspn(line, "\n"), line);
}

struct config *policy_load_again(const char *config_path, const char *log_name)
{
    struct config_error error;
    struct config *config = policy_load(config_path, &error);
    if (config)
        log_setup(
            (struct log_settings){.level = config->log_level, .json = config->log_json, .name = log_name});
    else
        log_error(log_name, NULL, "not reloaded: %s", error.text);
    return config;
}

const char *policy_words(const struct config_inventory *inventory, const char *signers,
                         char buffer[POLICY_WORDS])
{
    snprintf(buffer, POLICY_WORDS, "unsigned");
    if (*signers)
        snprintf(buffer, POLICY_WORDS, "serial %" PRIu32 ", signed by %s", inventory->serial, signers);
    return buffer;
}

void policy_free(struct line_policy *policy)
{
    if (!policy)
        return;
    ledger_free(policy->ledger);
    config_free(policy->config);
    free(policy);
}
