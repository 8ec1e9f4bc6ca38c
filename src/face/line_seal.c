/* SPDX-License-Identifier: Apache-2.0 */
/* demarc line key, sign: the keys of those who may change the line, and their signatures under an inventory with its files. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evidence/lines.h"
#include "evidence/note.h"
#include "face/line_stand.h"
#include "line/policy.h"

enum { PATH_BYTES = 4096 };

/* --- key --- */

static bool public_of(const struct signing_key *secret, const char *name, struct note_key *key)
{
    uint8_t octets[KEY_PUBLIC_BYTES];
    signing_key_public(secret, octets);
    return note_key_make(key, name, NOTE_ED25519, octets);
}

int run_line_key(const struct command *command, int argc, char **argv)
{
    const char *out = NULL;
    const struct option_slot slots[] = {{"out", NULL, &out}, {0}};
    char path[PATH_BYTES], text[NOTE_KEY_TEXT_BYTES];
    struct note_key key;
    const uint8_t none[KEY_PUBLIC_BYTES] = {0};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (argc != 1 || strchr(argv[0], '/') || !note_key_make(&key, argv[0], NOTE_ED25519, none))
        return wrong_usage(command, "one name is needed, of letters, digits, dots and dashes: j.doe");
    snprintf(path, sizeof path, "%s%s", out ? out : argv[0], out ? "" : ".key");
    struct signing_key *secret = signing_key_create(path);
    if (!secret)
        return failed("%s: %s", path, strerror(errno));
    public_of(secret, argv[0], &key);
    signing_key_free(secret);
    printf("- {name: %s, key: %s}\n", argv[0], note_key_text(&key, text));
    fprintf(stderr,
            "%s is the private key, which nobody else may have. The line above goes under authorised in the "
            "inventory.\n",
            path);
    return EXIT_DONE;
}

/* --- sign --- */

/* Whose key it is: somebody's who is authorised, by the inventory that is to be signed or by the one in force. */
static bool whose(const struct config_inventory *inventory, const struct signing_key *secret,
                  struct note_key *key)
{
    uint8_t own[KEY_PUBLIC_BYTES];
    signing_key_public(secret, own);
    for (unsigned i = 0; i < inventory->authorised_count; i++)
        if (note_key_parse(inventory->authorised[i].key, key) && key->type == NOTE_ED25519 &&
            memcmp(key->public_key, own, sizeof own) == 0)
            return true;
    return false;
}

static bool whose_at_all(const struct line_policy *policy, const char *config_path,
                         const struct signing_key *secret, struct note_key *key)
{
    struct config_error error;
    bool found = whose(&policy->config->inventory, secret, key);
    struct config *running = found ? NULL : policy_load(config_path, &error);
    if (running)
        found = whose(&running->inventory, secret, key);
    config_free(running);
    return found;
}

/* Signatures of others under the same text stay; one of the same key is replaced. */
static void keep_others(struct writer *w, const struct line_policy *policy, const char *path,
                        const struct note_key *key)
{
    uint8_t octets[NOTE_BYTES];
    FILE *file = fopen(path, "re");
    const size_t length = file ? fread(octets, 1, sizeof octets, file) : 0;
    struct fault fault;
    struct note note;
    struct note_signature signature;
    if (file)
        fclose(file);
    if (!note_read(bytes_of(octets, length), &note, &fault) ||
        !bytes_equal(note.text, bytes_of(policy->text, policy->text_length)))
        return;
    for (size_t at = 0; note_next(note.signatures, &at, &signature);)
        if (signature.id != key->id || !bytes_are(signature.name, key->name))
            write_bytes(w, signature.line);
}

static bool write_seal(struct writer *w, const struct line_policy *policy, const char *path,
                       const struct note_key *key, const struct signing_key *secret)
{
    uint8_t signature[KEY_SIGNATURE_BYTES];
    const struct bytes text = bytes_of(policy->text, policy->text_length);
    if (!signing_key_sign(secret, text, signature))
        return false;
    write_bytes(w, text);
    write_u8(w, '\n');
    keep_others(w, policy, path, key);
    note_sign_line(w, key, BYTES(signature));
    return !w->full;
}

/* Whole or not at all. */
static bool replace_file(const char *path, struct bytes octets)
{
    char draft[PATH_BYTES + 8];
    snprintf(draft, sizeof draft, "%s.new", path);
    unlink(draft);
    const int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    bool done =
        file && fwrite(octets.data, 1, octets.len, file) == octets.len && fflush(file) == 0 && fsync(fd) == 0;
    if (file)
        done = fclose(file) == 0 && done;
    return done && rename(draft, path) == 0;
}

static int sign(const struct line_policy *policy, const char *config_path, const struct signing_key *secret)
{
    char path[PATH_BYTES];
    uint8_t space[NOTE_BYTES];
    struct writer w = writer_of(space, sizeof space);
    struct note_key key;
    const struct config_inventory *inventory = &policy->config->inventory;
    snprintf(path, sizeof path, "%s" SEAL_SUFFIX, inventory->file);
    if (!whose_at_all(policy, config_path, secret, &key))
        return failed("this key is of nobody who is authorised, in %s or in what is in force",
                      inventory->file);
    if (!write_seal(&w, policy, path, &key, secret))
        return failed("%s has no room for another signature", path);
    if (!replace_file(path, writer_bytes(&w)))
        return failed("%s: %s", path, strerror(errno));
    fwrite(policy->text, 1, policy->text_length, stdout);
    printf("\nsigned by %s in %s\n", key.name, path);
    return EXIT_DONE;
}

static int read_and_sign(const char *config_path, const char *inventory, const struct signing_key *secret)
{
    struct config_report report = {.to = stderr};
    struct line_policy *policy = policy_read(config_path, inventory, &report);
    if (!policy)
        return failed("out of memory");
    const int code = policy->ledger && !report.errors
                         ? sign(policy, config_path, secret)
                         : failed("what would not be taken over is not signed: see demarc line check");
    policy_free(policy);
    return code;
}

int run_line_sign(const struct command *command, int argc, char **argv)
{
    const char *path = NULL, *key = NULL;
    const struct option_slot slots[] = {{"key", NULL, &key}, {"config", NULL, &path}, {0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (!key || argc > 1)
        return wrong_usage(command, "%s", key ? "one inventory at a time" : "--key FILE is missing");
    struct signing_key *secret = signing_key_load(key);
    if (!secret)
        return failed("%s: %s", key, errno == EINVAL ? "no Ed25519 key is in it" : strerror(errno));
    const int code = read_and_sign(path, argc ? argv[0] : NULL, secret);
    signing_key_free(secret);
    return code;
}
