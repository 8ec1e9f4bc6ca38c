/* SPDX-License-Identifier: Apache-2.0 */
/* demarc evidence: the evidence log for those who want to see it, and proof for those who do not want to believe us. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/ask.h"
#include "face/command.h"
#include "face/evidence_show.h"
#include "face/keys.h"
#include "recorder/reader.h"

enum { SHOWN = 20 };

/* What a command was asked for. */
struct inquiry {
    const struct command *command;
    const char *config_path, *folder, *key, *witness, *quorum_text;
    struct config *config; /* NULL: all was said on the command line */
    struct key_list log, witnesses;
    unsigned quorum;
    struct evidence_reader reader;
    struct evidence_showing showing;
    bool open;
    char why[LOG_WHY_BYTES];
};

static bool read_number(const char *text, uint64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && !errno;
}

/* --- Whom the asker trusts --- */

static bool trust_of_config(struct inquiry *inquiry)
{
    inquiry->config = load_or_fail(inquiry->config_path);
    if (!inquiry->config)
        return false;
    const struct config_recorder *config = &inquiry->config->recorder;
    if (!inquiry->folder)
        inquiry->folder = config->folder;
    if (!inquiry->quorum_text)
        inquiry->quorum = config->quorum;
    bool good = true;
    for (unsigned i = 0; good && !inquiry->witness && i < config->witness_count; i++)
        good = keys_read(config->witnesses[i].key, NOTE_COSIGNATURE, &inquiry->witnesses);
    return good;
}

static bool take_trust(struct inquiry *inquiry)
{
    uint64_t quorum = 0;
    if (inquiry->quorum_text && (!read_number(inquiry->quorum_text, &quorum) || quorum > KEYS_MOST))
        return failed("--quorum: a number of witnesses") == EXIT_DONE;
    inquiry->quorum = (unsigned)quorum;
    if ((inquiry->key && !keys_read(inquiry->key, NOTE_ED25519, &inquiry->log)) ||
        (inquiry->witness && !keys_read(inquiry->witness, NOTE_COSIGNATURE, &inquiry->witnesses)))
        return false;
    return (inquiry->folder && !inquiry->config_path) || (inquiry->key && inquiry->witness) ||
           trust_of_config(inquiry);
}

static bool open_log(struct inquiry *inquiry)
{
    inquiry->open = evidence_reader_open(&inquiry->reader, inquiry->folder, inquiry->why);
    return inquiry->open || failed("%s", inquiry->why) == EXIT_DONE;
}

/* Without a key of the asker's own, the log's word is taken for who it is. */
static struct proof_trust trust_of(const struct inquiry *inquiry)
{
    return (struct proof_trust){inquiry->log.count ? &inquiry->log.keys[0] : &inquiry->reader.key,
                                inquiry->witnesses.keys, inquiry->witnesses.count, inquiry->quorum};
}

static const char *witnessed(const struct inquiry *inquiry, const struct evidence_findings *findings)
{
    if (!inquiry->quorum)
        return "not asked for";
    return findings->cosigned >= inquiry->quorum ? "yes" : "unknown";
}

/* --- verify --- */

static int verify_log(struct inquiry *inquiry)
{
    struct evidence_findings found;
    char key[NOTE_KEY_TEXT_BYTES];
    if (!open_log(inquiry))
        return EXIT_FAILED;
    const struct proof_trust trust = trust_of(inquiry);
    if (!evidence_verify(&inquiry->reader, &trust, &found, inquiry->why))
        return failed("%s: %s", inquiry->folder, inquiry->why);
    printf("log %s\nverified: entries %" PRIu64 " to %" PRIu64 "\n", note_key_text(trust.log, key),
           found.first, found.size);
    printf("not yet under a checkpoint: %" PRIu64 "\nlost on the way: %" PRIu64
           "\ntorn tails repaired: %" PRIu64 "\nclocks set back: %" PRIu64 "\n",
           found.tail, found.lost, found.repairs, found.set_back);
    printf("witnessed: %s (%u cosignatures on the first %" PRIu64 " entries, quorum %u)\n",
           witnessed(inquiry, &found), found.cosigned, found.cosigned_size, inquiry->quorum);
    return EXIT_DONE;
}

static size_t read_file(const char *path, uint8_t *space, size_t size)
{
    FILE *file = fopen(path, "re");
    const size_t length = file ? fread(space, 1, size, file) : 0;
    if (file)
        fclose(file);
    return length;
}

static int verify_proof(struct inquiry *inquiry, const char *path)
{
    static uint8_t space[PROOF_BYTES];
    struct proof proof;
    struct checkpoint checkpoint;
    struct fault fault;
    unsigned cosigned;
    const size_t length = read_file(path, space, sizeof space);
    if (!length)
        return failed("%s cannot be read", path);
    if (!inquiry->log.count && !open_log(inquiry))
        return EXIT_FAILED;
    const struct proof_trust trust = trust_of(inquiry);
    if (!proof_read(bytes_of(space, length), &proof, &fault) ||
        !proof_check(&proof, &trust, &checkpoint, &cosigned, &fault))
        return failed("%s: %s %s", path, fault.where ? fault.where : "proof", fault.what);
    printf("entry %" PRIu64 " of %s, in a log of %" PRIu64 ", cosigned by %u of %u\n%.*s\n", proof.index,
           checkpoint.origin, checkpoint.size, cosigned, trust.witness_count, (int)proof.entry_length,
           (const char *)proof.entry);
    return EXIT_DONE;
}

static int verify(struct inquiry *inquiry, int argc, char **argv)
{
    if (argc > 1)
        return wrong_usage(inquiry->command, "unexpected %s", argv[1]);
    return argc ? verify_proof(inquiry, argv[0]) : verify_log(inquiry);
}

/* --- prove --- */

static int prove(struct inquiry *inquiry, int argc, char **argv)
{
    static uint8_t space[PROOF_BYTES];
    struct writer w = writer_of(space, sizeof space);
    uint64_t index;
    if (argc < 1 || argc > 2 || !read_number(argv[0], &index))
        return wrong_usage(inquiry->command, "prove INDEX [FILE]");
    if (!open_log(inquiry))
        return EXIT_FAILED;
    if (!evidence_reader_prove(&inquiry->reader, index, &w, inquiry->why))
        return failed("entry %" PRIu64 ": %s", index, inquiry->why);
    FILE *to = argc == 2 ? fopen(argv[1], "we") : stdout;
    bool written = to && fwrite(space, 1, writer_length(&w), to) == writer_length(&w);
    if (to && to != stdout)
        written = fclose(to) == 0 && written;
    return written ? EXIT_DONE : failed("%s: %s", argc == 2 ? argv[1] : "output", strerror(errno));
}

/* --- show, export --- */

static bool print_raw(void *context, uint64_t index, struct bytes line)
{
    (void)context, (void)index;
    printf("%.*s\n", (int)line.len, (const char *)line.data);
    return true;
}

static bool count_entry(void *context, uint64_t index, struct bytes line)
{
    (void)line;
    *(uint64_t *)context = index + 1;
    return true;
}

/* How many there are, those behind the checkpoint as well: it looks at the last file only. */
static uint64_t entries_of(struct inquiry *inquiry)
{
    const struct segments *segments = &inquiry->reader.segments;
    uint64_t count = segments->count ? segments->firsts[segments->count - 1] : 0;
    evidence_reader_each(&inquiry->reader, count, UINT64_MAX, count_entry, &count, inquiry->why);
    return count;
}

/* Without an index the newest ones; with a filter those of the whole log. */
static int show(struct inquiry *inquiry, int argc, char **argv)
{
    struct evidence_showing *showing = &inquiry->showing;
    const char *why;
    showing->most = argc ? 1 : SHOWN;
    if (argc > 2 || (argc > 0 && !read_number(argv[0], &showing->from)) ||
        (argc > 1 && !read_number(argv[1], &showing->most)))
        return wrong_usage(inquiry->command, "show [INDEX [COUNT]]");
    if (!evidence_filter_is_right(&showing->filter, &why))
        return wrong_usage(inquiry->command, "%s", why);
    if (!open_log(inquiry))
        return EXIT_FAILED;
    const uint64_t all = entries_of(inquiry);
    const bool any = evidence_filter_is_empty(&showing->filter);
    showing->newest = !argc;
    if (!argc && any)
        showing->from = all > SHOWN ? all - SHOWN : 0;
    showing->to = any && showing->most < all - showing->from ? showing->from + showing->most : all;
    return evidence_show(&inquiry->reader, showing, inquiry->why) ? EXIT_DONE : failed("%s", inquiry->why);
}

static int export(struct inquiry *inquiry, int argc, char **argv)
{
    uint64_t from, to;
    if (argc != 2 || !read_number(argv[0], &from) || !read_number(argv[1], &to) || from > to)
        return wrong_usage(inquiry->command, "export FROM TO");
    if (!open_log(inquiry))
        return EXIT_FAILED;
    if (from < evidence_reader_first(&inquiry->reader))
        return failed("entries before %" PRIu64 " were pruned", evidence_reader_first(&inquiry->reader));
    return evidence_reader_each(&inquiry->reader, from, to, print_raw, NULL, inquiry->why)
               ? EXIT_DONE
               : failed("%s", inquiry->why);
}

/* --- prune: the recorder's business --- */

static int prune(struct inquiry *inquiry, int argc, char **argv)
{
    (void)argv;
    if (argc || !inquiry->config)
        return wrong_usage(inquiry->command, "prune takes nothing: recorder.retention says what may go");
    struct admin_client *client = ask_open(inquiry->config, "recorder", NULL);
    if (!client)
        return failed("the recorder is not running");
    json_t *reply = ask_or_fail(client, json_pack("{s:s}", "verb", "prune"));
    admin_hang_up(client);
    if (!reply)
        return EXIT_FAILED;
    printf("%lld entries pruned\n", (long long)json_integer_value(json_object_get(reply, "pruned")));
    json_decref(reply);
    return EXIT_DONE;
}

static int dispatch(struct inquiry *inquiry, int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(struct inquiry *inquiry, int argc, char **argv);
    } verbs[] = {{"verify", verify}, {"prove", prove}, {"show", show}, {"export", export}, {"prune", prune}};
    const bool chooses = inquiry->showing.table || !evidence_filter_is_empty(&inquiry->showing.filter);
    if (chooses && argc && strcmp(argv[0], "show") != 0)
        return wrong_usage(inquiry->command, "what entries agree with is asked of show only");
    for (size_t i = 0; argc && i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(verbs[i].name, argv[0]) == 0)
            return take_trust(inquiry) ? verbs[i].run(inquiry, argc - 1, argv + 1) : EXIT_FAILED;
    return wrong_usage(inquiry->command, "verify, prove, show, export or prune");
}

int run_evidence(const struct command *command, int argc, char **argv)
{
    struct inquiry inquiry = {.command = command};
    struct evidence_filter *filter = &inquiry.showing.filter;
    const struct option_slot slots[] = {{"config", NULL, &inquiry.config_path},
                                        {"folder", NULL, &inquiry.folder},
                                        {"key", NULL, &inquiry.key},
                                        {"witness", NULL, &inquiry.witness},
                                        {"quorum", NULL, &inquiry.quorum_text},
                                        {"kind", NULL, &filter->kind},
                                        {"rule", NULL, &filter->rule},
                                        {"gnb", NULL, &filter->gnb},
                                        {"source", NULL, &filter->source},
                                        {"procedure", NULL, &filter->procedure},
                                        {"digest", NULL, &filter->digest},
                                        {"since", NULL, &filter->since},
                                        {"until", NULL, &filter->until},
                                        {"table", &inquiry.showing.table, NULL},
                                        {0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    const int code = dispatch(&inquiry, argc, argv);
    if (inquiry.open)
        evidence_reader_close(&inquiry.reader);
    config_free(inquiry.config);
    return code;
}
