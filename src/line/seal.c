/* SPDX-License-Identifier: Apache-2.0 */
#include "line/seal.h"

#include <inttypes.h>
#include <string.h>

#include "evidence/lines.h"
#include "evidence/note.h"
#include "kit/hex.h"

static const char head[] = "demarc line/v1";
static const char *const kinds[CONFIG_PART_KINDS] = {"inventory ", "profile ", "rows "};

/* --- the text --- */

static bool complain(struct config_error *error, const char *file, unsigned line, const char *key,
                     const char *found, const char *expected)
{
    snprintf(error->text, sizeof error->text, "%s:%u: %s: found %.140s, expected %.160s", file, line, key,
             found, expected);
    return false;
}

static bool is_one_line(const char *name)
{
    for (const char *at = name; *at; at++)
        if ((unsigned char)*at < ' ')
            return false;
    return *name != '\0';
}

static void write_part(struct writer *w, const struct config_part *part)
{
    char digits[CONFIG_DIGEST_TEXT];
    write_text(w, kinds[part->kind]);
    write_text(w, config_digest_text(part->digest, digits));
    write_u8(w, ' ');
    write_text(w, part->name);
    write_u8(w, '\n');
}

bool seal_text(const struct config_bundle *bundle, uint32_t serial, struct writer *w,
               struct config_error *error)
{
    char number[32];
    snprintf(number, sizeof number, "\nserial %" PRIu32 "\n", serial);
    write_text(w, head);
    write_text(w, number);
    for (unsigned i = 0; i < config_bundle_count(bundle); i++) {
        const struct config_part *part = config_bundle_part(bundle, i);
        if (!is_one_line(part->name))
            return complain(error, part->path, 1, "file", "a name with control characters", "one without");
        write_part(w, part);
    }
    return !w->full || complain(error, config_bundle_part(bundle, 0)->path, 1, "file", "too many files",
                                "fewer, or shorter names");
}

static bool list_part(struct bytes line, struct config_bundle *bundle)
{
    struct bytes rest;
    uint8_t digest[CONFIG_DIGEST_BYTES];
    char digits[CONFIG_DIGEST_TEXT], name[1024];
    unsigned kind = 0;
    while (kind < CONFIG_PART_KINDS && !begins(line, kinds[kind], &rest))
        kind++;
    if (kind == CONFIG_PART_KINDS || rest.len <= CONFIG_DIGEST_TEXT ||
        rest.len - CONFIG_DIGEST_TEXT >= sizeof name || rest.data[CONFIG_DIGEST_TEXT - 1] != ' ')
        return false;
    snprintf(digits, sizeof digits, "%.*s", CONFIG_DIGEST_TEXT - 1, (const char *)rest.data);
    snprintf(name, sizeof name, "%.*s", (int)(rest.len - CONFIG_DIGEST_TEXT),
             (const char *)rest.data + CONFIG_DIGEST_TEXT);
    return hex_read(digits, digest, sizeof digest) && is_one_line(name) &&
           config_bundle_list(bundle, (enum config_part_kind)kind, name, digest);
}

bool seal_list(struct bytes text, struct config_bundle *bundle, uint32_t *serial)
{
    struct reader r = reader_of(text);
    struct bytes digits;
    uint64_t number;
    if (!bytes_are(read_line(&r), head) || !begins(read_line(&r), "serial ", &digits) ||
        !decimal_read(digits, &number) || number > UINT32_MAX)
        return false;
    *serial = (uint32_t)number;
    while (reader_left(&r))
        if (!list_part(read_line(&r), bundle))
            return false;
    return reader_ok(&r) && config_bundle_count(bundle) > 0 &&
           config_bundle_part(bundle, 0)->kind == CONFIG_PART_INVENTORY;
}

struct bytes seal_signed_part(struct bytes seal)
{
    for (size_t at = 1; at < seal.len; at++)
        if (seal.data[at] == '\n' && seal.data[at - 1] == '\n')
            return bytes_of(seal.data, at);
    return seal;
}

/* --- persons --- */

static bool key_of(const struct config_person *person, struct note_key *key)
{
    return note_key_parse(person->key, key) && key->type == NOTE_ED25519;
}

static bool keys_fit(const struct config_inventory *inventory, struct config_error *error)
{
    struct note_key keys[SEAL_PERSONS];
    for (unsigned i = 0; i < inventory->authorised_count; i++) {
        const struct config_person *person = &inventory->authorised[i];
        const unsigned line = config_line(inventory, person);
        if (i == SEAL_PERSONS)
            return complain(error, inventory->file, line, "authorised", "more persons", "at most 64");
        if (!key_of(person, &keys[i]))
            return complain(error, inventory->file, line, "authorised", person->key,
                            "an Ed25519 key as demarc line key prints it");
        for (unsigned k = 0; k < i; k++)
            if (memcmp(keys[i].public_key, keys[k].public_key, KEY_PUBLIC_BYTES) == 0)
                return complain(error, inventory->file, line, "authorised", "a key under two names",
                                "a key of their own for each person");
    }
    return true;
}

bool seal_persons_fit(const struct config_inventory *inventory, struct config_error *error)
{
    const unsigned needed = config_signatures(&inventory->profile);
    char found[32], expected[120];
    if (!keys_fit(inventory, error))
        return false;
    if (!inventory->authorised_count || inventory->authorised_count >= needed)
        return true;
    snprintf(found, sizeof found, "%u", inventory->authorised_count);
    snprintf(expected, sizeof expected, "%u persons at least, as the profile asks for so many signatures",
             needed);
    return complain(error, inventory->file, config_line(inventory, &inventory->authorised[0]), "authorised",
                    found, expected);
}

/* --- signatures --- */

static void add_name(char names[SEAL_NAMES_BYTES], const char *name)
{
    const size_t used = strlen(names);
    snprintf(names + used, SEAL_NAMES_BYTES - used, "%s%s", used ? ", " : "", name);
}

unsigned seal_signers(const struct config_inventory *by, struct bytes seal, struct bytes text,
                      char names[SEAL_NAMES_BYTES])
{
    struct fault fault = {0};
    struct note note;
    struct note_key key;
    uint64_t time;
    unsigned count = 0;
    names[0] = '\0';
    if (!note_read(seal, &note, &fault) || !bytes_equal(note.text, text))
        return 0;
    for (unsigned i = 0; i < by->authorised_count && i < SEAL_PERSONS; i++) {
        if (!key_of(&by->authorised[i], &key) || note_signed(&note, &key, &time) != NOTE_GOOD)
            continue;
        add_name(names, by->authorised[i].name);
        count++;
    }
    return count;
}

/* What is compared with whom; complaints are about the file beside the inventory. */
struct check {
    const struct seal_state *next;
    const struct config_inventory *by;
    struct seal_verdict *verdict;
};

static bool refuse(const struct check *check, const char *found, const char *expected)
{
    snprintf(check->verdict->why, sizeof check->verdict->why,
             "%.120s" SEAL_SUFFIX ":1: signatures: found %.120s, expected %.120s",
             check->next->inventory->file, found, expected);
    return false;
}

/* The first line that is another one says which file it is. */
static bool refuse_text(const struct check *check, struct bytes signed_text)
{
    struct reader own = reader_of(check->next->text), theirs = reader_of(signed_text);
    struct bytes line, other;
    char found[160];
    do {
        line = read_line(&own);
        other = read_line(&theirs);
    } while (reader_ok(&own) && reader_ok(&theirs) && bytes_equal(line, other));
    const uint8_t *kind = line.len ? memchr(line.data, ' ', line.len) : NULL;
    const char *what = !kind ? "more or fewer files" : "another serial", *name = "";
    int length = 0;
    if (kind && line.len > (size_t)(kind - line.data) + CONFIG_DIGEST_TEXT) {
        what = "another ";
        name = (const char *)kind + 1 + CONFIG_DIGEST_TEXT;
        length = (int)((const char *)line.data + line.len - name);
    }
    snprintf(found, sizeof found, "signatures under %s%.*s", what, length, name);
    return refuse(check, found, "signatures under these files as they are now");
}

static bool each_signed_once(const struct check *check, const struct note *note)
{
    struct note_signature own, other;
    char found[160];
    for (size_t at = 0; note_next(note->signatures, &at, &own);)
        for (size_t behind = at; note_next(note->signatures, &behind, &other);)
            if (own.id == other.id && bytes_equal(own.name, other.name)) {
                snprintf(found, sizeof found, "two of %.*s", (int)own.name.len, (const char *)own.name.data);
                return refuse(check, found, "one of each person");
            }
    return true;
}

static bool none_is_wrong(const struct check *check, const struct note *note)
{
    struct note_key key;
    uint64_t time;
    char found[160];
    for (unsigned i = 0; i < check->by->authorised_count && i < SEAL_PERSONS; i++)
        if (key_of(&check->by->authorised[i], &key) && note_signed(note, &key, &time) == NOTE_WRONG) {
            snprintf(found, sizeof found, "one under the name of %s that is not theirs",
                     check->by->authorised[i].name);
            return refuse(check, found, "none that is wrong");
        }
    return true;
}

static void name_persons(const struct config_inventory *by, unsigned needed, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "%u of ", needed);
    for (unsigned i = 0; i < by->authorised_count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", by->authorised[i].name);
}

static bool enough(const struct check *check, struct bytes seal)
{
    const unsigned needed = config_signatures(&check->by->profile);
    char expected[160];
    if (seal_signers(check->by, seal, check->next->text, check->verdict->signers) >= needed)
        return true;
    name_persons(check->by, needed, expected, sizeof expected);
    return refuse(check, *check->verdict->signers ? check->verdict->signers : "nobody's", expected);
}

static bool is_signed(const struct check *check, struct bytes seal)
{
    struct fault fault = {0};
    struct note note;
    char expected[160];
    if (!note_read(seal, &note, &fault)) {
        name_persons(check->by, config_signatures(&check->by->profile), expected, sizeof expected);
        return refuse(check, seal.len ? "no signed note" : "none", expected);
    }
    if (!bytes_equal(note.text, check->next->text))
        return refuse_text(check, note.text);
    return each_signed_once(check, &note) && none_is_wrong(check, &note) && enough(check, seal);
}

/* --- the rules --- */

static bool refuse_inventory(const struct seal_state *next, struct seal_verdict *verdict, const char *key,
                             const char *found, const char *expected)
{
    snprintf(verdict->why, sizeof verdict->why, "%s:1: %s: found %s, expected %s", next->inventory->file, key,
             found, expected);
    return false;
}

/* An inventory of no file lets nobody in. */
static bool may_be_unsigned(const struct seal_state *next, struct seal_verdict *verdict)
{
    const struct config_inventory *inventory = next->inventory;
    if (inventory->profile.records_only || strcmp(inventory->file, "defaults") == 0)
        return true;
    return refuse_inventory(next, verdict, "authorised", "nobody",
                            "the persons whose signatures this profile asks for (demarc line key), or the "
                            "profile lab");
}

static bool is_later(const struct seal_state *running, const struct seal_state *next,
                     struct seal_verdict *verdict)
{
    char found[32], expected[64];
    if (next->inventory->serial > running->inventory->serial)
        return true;
    snprintf(found, sizeof found, "%" PRIu32, next->inventory->serial);
    snprintf(expected, sizeof expected, "a later one than the running state's %" PRIu32,
             running->inventory->serial);
    return refuse_inventory(next, verdict, "serial", found, expected);
}

static bool named(const struct seal_state *state)
{
    return state && state->inventory->authorised_count;
}

bool seal_admits(const struct seal_state *running, const struct seal_state *next, struct bytes seal,
                 struct seal_verdict *verdict)
{
    struct config_error error;
    const struct seal_state *authority = named(running) ? running : next;
    const struct check check = {next, authority->inventory, verdict};
    *verdict = (struct seal_verdict){.changes = !running || !bytes_equal(running->text, next->text)};
    if (!verdict->changes) {
        seal_signers(check.by, seal, next->text, verdict->signers);
        return true;
    }
    if (!seal_persons_fit(next->inventory, &error)) {
        snprintf(verdict->why, sizeof verdict->why, "%.*s", (int)sizeof verdict->why - 1, error.text);
        return false;
    }
    if (!named(next) && !may_be_unsigned(next, verdict))
        return false;
    if (!named(authority))
        return true;
    return (!named(running) || is_later(running, next, verdict)) && is_signed(&check, seal);
}
