/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evidence/checkpoint.h"
#include "evidence/lines.h"
#include "evidence/proof.h"
#include "evidence/witness.h"
#include "nodes.h"

static struct nodes nodes;
static struct signing_key *log_secret, *witness_secret;
static struct note_key log_key, witness_key;

static int make_keys(void **state)
{
    uint8_t public_key[KEY_PUBLIC_BYTES];
    (void)state;
    nodes_fill(&nodes, NODES_ENTRIES);
    log_secret = signing_key_of((const uint8_t[32]){1});
    witness_secret = signing_key_of((const uint8_t[32]){2});
    signing_key_public(log_secret, public_key);
    assert_true(note_key_make(&log_key, "demarc.example/log", NOTE_ED25519, public_key));
    signing_key_public(witness_secret, public_key);
    assert_true(note_key_make(&witness_key, "witness.example", NOTE_COSIGNATURE, public_key));
    return 0;
}

static int forget_keys(void **state)
{
    (void)state;
    signing_key_free(log_secret);
    signing_key_free(witness_secret);
    return 0;
}

static struct checkpoint checkpoint_of(uint64_t size)
{
    struct checkpoint checkpoint = {.size = size};
    strcpy(checkpoint.origin, log_key.name);
    memcpy(checkpoint.root, nodes.roots[size], TREE_HASH_BYTES);
    return checkpoint;
}

static struct bytes sign(const struct checkpoint *checkpoint, bool cosign)
{
    static uint8_t space[NOTE_BYTES];
    struct writer w = writer_of(space, sizeof space);
    struct note note;
    struct fault fault;
    assert_true(checkpoint_write(&w, checkpoint, log_secret));
    assert_true(note_read(writer_bytes(&w), &note, &fault));
    if (cosign)
        assert_true(checkpoint_cosign(&w, note.text, &witness_key, witness_secret, 1795338000));
    return writer_bytes(&w);
}

/* RFC 8032 7.1, test 2. */
static void signatures_are_ed25519(void **state)
{
    static const uint8_t seed[32] = {0x4c, 0xcd, 0x08, 0x9b, 0x28, 0xff, 0x96, 0xda, 0x9d, 0xb6, 0xc3,
                                     0x46, 0xec, 0x11, 0x4e, 0x0f, 0x5b, 0x8a, 0x31, 0x9f, 0x35, 0xab,
                                     0xa6, 0x24, 0xda, 0x8c, 0xf6, 0xed, 0x4f, 0xb8, 0xa6, 0xfb};
    static const uint8_t public_begins[] = {0x3d, 0x40, 0x17, 0xc3}, begins[] = {0x92, 0xa0, 0x09, 0xa9};
    uint8_t public_key[KEY_PUBLIC_BYTES], signature[KEY_SIGNATURE_BYTES];
    struct signing_key *key = signing_key_of(seed);
    (void)state;
    signing_key_public(key, public_key);
    assert_memory_equal(public_key, public_begins, sizeof public_begins);
    assert_true(signing_key_sign(key, bytes_of("\x72", 1), signature));
    assert_memory_equal(signature, begins, sizeof begins);
    assert_true(key_signed(public_key, bytes_of("\x72", 1), signature));
    assert_false(key_signed(public_key, bytes_of("\x73", 1), signature));
    signing_key_free(key);
}

static void a_key_file_is_made_once_and_read_again(void **state)
{
    char folder[] = "note-test-XXXXXX", path[64];
    uint8_t one[KEY_PUBLIC_BYTES], other[KEY_PUBLIC_BYTES];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/key", folder);
    struct signing_key *key = signing_key_create(path);
    assert_non_null(key);
    assert_null(signing_key_create(path));
    struct signing_key *again = signing_key_load(path);
    assert_non_null(again);
    signing_key_public(key, one);
    signing_key_public(again, other);
    assert_memory_equal(one, other, sizeof one);
    signing_key_free(key);
    signing_key_free(again);
    unlink(path);
    rmdir(folder);
}

/* Keys that others have made: that of the Go checksum database, whose id is known by its notes. */
static void keys_are_written_as_others_write_them(void **state)
{
    static const char text[] = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    char again[NOTE_KEY_TEXT_BYTES];
    struct note_key key;
    (void)state;
    assert_true(note_key_parse(text, &key));
    assert_int_equal(key.id, 0x033de0ae);
    assert_string_equal(note_key_text(&key, again), text);
    assert_false(
        note_key_parse("sum.golang.org+033de0af+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", &key));
    assert_false(note_key_parse("sum.golang.org+033de0ae", &key));
    assert_false(note_key_parse("", &key));
    assert_false(note_key_parse("++", &key));
}

static void base64_has_one_form(void **state)
{
    static const char *const wrong[] = {
        "", "A", "AA", "AAA", "AA=A", "AB==", "AAB=", "====", "A===", "AAAA\n", "AA A"};
    uint8_t octets[8];
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(base64_read(bytes_of(wrong[i], strlen(wrong[i])), octets, sizeof octets), 0);
    assert_int_equal(base64_read(bytes_of("Zm9vYg==", 8), octets, sizeof octets), 4);
    assert_memory_equal(octets, "foob", 4);
    assert_int_equal(base64_read(bytes_of("Zm9vYg==", 8), octets, 3), 0);
}

static void a_checkpoint_is_the_logs_or_nothing(void **state)
{
    const struct checkpoint checkpoint = checkpoint_of(7);
    struct bytes bytes = sign(&checkpoint, true);
    struct checkpoint again;
    struct note note;
    struct fault fault;
    uint64_t time;
    (void)state;
    assert_true(checkpoint_open(bytes, &log_key, &note, &again, &fault));
    assert_true(again.size == 7 && memcmp(again.root, nodes.roots[7], 32) == 0);
    assert_int_equal(note_signed(&note, &witness_key, &time), NOTE_GOOD);
    assert_int_equal(time, 1795338000);
    assert_int_equal(note_cosigners(&note, &witness_key, 1), 1);
    for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
        uint8_t *octet = (uint8_t *)(uintptr_t)bytes.data + bit / 8;
        *octet ^= (uint8_t)(1 << bit % 8);
        const bool reads = checkpoint_open(bytes, &log_key, &note, &again, &fault);
        assert_false(reads && note_signed(&note, &witness_key, &time) == NOTE_GOOD);
        *octet ^= (uint8_t)(1 << bit % 8);
    }
}

static void notes_with_strange_text_are_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "\n",
        "\n\n",
        "text\n",
        "text\n\n",
        "text\n\n\u2014 name\n",
        "text\n\n\u2014 name AAAA\n",
        "text\n\n- name AAAAAAAA\n",
        "text\n\n\u2014 na+me AAAAAAAA\n",
        "te\txt\n\n\u2014 name AAAAAAAA\n",
        "text\n\n\u2014 name AAAAAAAA",
    };
    struct note note;
    struct fault fault;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(note_read(bytes_of(wrong[i], strlen(wrong[i])), &note, &fault));
    const char *good = "te\n\nxt\n\n\u2014 name AAAAAAAA\n";
    assert_true(note_read(bytes_of(good, strlen(good)), &note, &fault));
    assert_true(bytes_are(note.text, "te\n\nxt\n"));
}

static void a_proof_stands_for_itself(void **state)
{
    static uint8_t space[PROOF_BYTES];
    const struct tree_keeper keeper = nodes_keeper(&nodes);
    const struct checkpoint checkpoint = checkpoint_of(300);
    const uint64_t number = 123;
    struct proof proof = {.index = number,
                          .entry_length = sizeof number,
                          .checkpoint = sign(&checkpoint, true)},
                 again;
    struct proof_trust trust = {&log_key, &witness_key, 1, 1};
    struct checkpoint found;
    struct fault fault;
    unsigned cosigned;
    (void)state;
    memcpy(proof.entry, &number, sizeof number);
    assert_true(tree_prove_inclusion(&keeper, number, 300, &proof.path));
    struct writer w = writer_of(space, sizeof space);
    assert_true(proof_write(&w, &proof));
    assert_true(proof_read(writer_bytes(&w), &again, &fault));
    assert_true(proof_check(&again, &trust, &found, &cosigned, &fault));
    assert_true(found.size == 300 && cosigned == 1);
    trust.quorum = 2;
    assert_false(proof_check(&again, &trust, &found, &cosigned, &fault));
    trust.quorum = 1;
    for (size_t bit = 0; bit < 8 * writer_length(&w); bit++) {
        space[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(proof_read(writer_bytes(&w), &again, &fault) &&
                     proof_check(&again, &trust, &found, &cosigned, &fault));
        space[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

/* --- The witness --- */

static struct witness_log watched;

static enum witness_verdict submit(uint64_t old, uint64_t size, const uint8_t *root)
{
    static uint8_t space[WITNESS_REQUEST_BYTES];
    const struct tree_keeper keeper = nodes_keeper(&nodes);
    struct checkpoint checkpoint = checkpoint_of(size), submitted;
    struct witness_request request = {.old = old}, heard;
    const struct witness_log *log;
    struct bytes text;
    struct fault fault;
    if (root)
        memcpy(checkpoint.root, root, TREE_HASH_BYTES);
    if (old && old <= size)
        assert_true(tree_prove_consistency(&keeper, old, size, &request.proof));
    request.note = sign(&checkpoint, false);
    struct writer w = writer_of(space, sizeof space);
    assert_true(witness_request_write(&w, &request));
    assert_true(witness_request_read(writer_bytes(&w), &heard, &fault));
    const enum witness_verdict verdict = witness_decide(&heard, &watched, 1, &log, &submitted, &text);
    if (verdict == WITNESS_COSIGN)
        watched.last = submitted;
    return verdict;
}

static void a_witness_follows_one_growing_tree(void **state)
{
    (void)state;
    watched = (struct witness_log){.key = log_key};
    assert_int_equal(submit(0, 5, NULL), WITNESS_COSIGN);
    assert_int_equal(submit(5, 5, NULL), WITNESS_COSIGN);
    assert_int_equal(submit(5, 300, NULL), WITNESS_COSIGN);
    assert_int_equal(watched.last.size, 300);
    assert_int_equal(submit(5, 310, NULL), WITNESS_CONFLICT);
    assert_int_equal(submit(300, 200, NULL), WITNESS_BAD);
    assert_int_equal(submit(200, 200, NULL), WITNESS_CONFLICT);
    assert_int_equal(submit(300, 300, nodes.roots[1]), WITNESS_CONFLICT);
    assert_int_equal(submit(300, 310, nodes.roots[309]), WITNESS_UNPROVED);
    assert_int_equal(submit(0, 310, NULL), WITNESS_CONFLICT);
    assert_int_equal(watched.last.size, 300);
}

static void a_witness_knows_whom_it_watches(void **state)
{
    (void)state;
    watched = (struct witness_log){.key = witness_key};
    assert_int_equal(submit(0, 5, NULL), WITNESS_UNKNOWN);
    strcpy(watched.key.name, log_key.name);
    assert_int_equal(submit(0, 5, NULL), WITNESS_UNTRUSTED);
    watched = (struct witness_log){.key = log_key};
    assert_int_equal(submit(0, 0, nodes.roots[3]), WITNESS_UNPROVED);
    assert_int_equal(submit(0, 0, NULL), WITNESS_COSIGN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures_are_ed25519),
        cmocka_unit_test(a_key_file_is_made_once_and_read_again),
        cmocka_unit_test(keys_are_written_as_others_write_them),
        cmocka_unit_test(base64_has_one_form),
        cmocka_unit_test(a_checkpoint_is_the_logs_or_nothing),
        cmocka_unit_test(notes_with_strange_text_are_refused),
        cmocka_unit_test(a_proof_stands_for_itself),
        cmocka_unit_test(a_witness_follows_one_growing_tree),
        cmocka_unit_test(a_witness_knows_whom_it_watches),
    };
    return cmocka_run_group_tests(tests, make_keys, forget_keys);
}
