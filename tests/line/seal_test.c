/* SPDX-License-Identifier: Apache-2.0 */
/* Whose signatures let which inventory follow which. */
#include "../check.h"

#include "sealing.h"

/* An inventory, what is signed of it, and what is signed under it. */
struct made {
    struct config *config;
    uint8_t text[SEAL_TEXT_BYTES], seal[NOTE_BYTES];
    size_t text_length;
    struct writer writer;
};

static struct made make(const char *inventory)
{
    struct made made = {0};
    struct config_error error;
    made.config = config_parse("", 0, "test", &error);
    if (!made.config ||
        !config_parse_inventory(made.config, inventory, strlen(inventory), "/folder/line.yaml", &error))
        fail_msg("%s", error.text);
    struct writer w = writer_of(made.text, sizeof made.text);
    const struct config_inventory *own = &made.config->inventory;
    if (!seal_text(own->bundle, own->serial, &w, &error))
        fail_msg("%s", error.text);
    made.text_length = writer_length(&w);
    return made;
}

static struct made make_of(unsigned serial, const char *persons, const char *more)
{
    char text[2048];
    snprintf(text, sizeof text, "serial: %u\nauthorised: [%s]\n%s", serial, persons, more);
    return make(text);
}

static const char *two(void)
{
    static char both[1024];
    snprintf(both, sizeof both, "%s, %s", person_of(ANN), person_of(BOB));
    return both;
}

static struct seal_state state_of(const struct made *made)
{
    return (struct seal_state){&made->config->inventory, bytes_of(made->text, made->text_length)};
}

static void sign(struct made *made, const char *who)
{
    const struct bytes text = bytes_of(made->text, made->text_length);
    made->writer = writer_of(made->seal, sizeof made->seal);
    seal_begin(&made->writer, text);
    for (; *who; who++)
        seal_sign(&made->writer, text, *who == 'a' ? ANN : *who == 'b' ? BOB : EVE);
}

static struct seal_verdict verdict;

static bool admits(const struct made *running, const struct made *next)
{
    const struct seal_state before = running ? state_of(running) : (struct seal_state){0},
                            after = state_of(next);
    return seal_admits(running ? &before : NULL, &after, writer_bytes(&next->writer), &verdict);
}

static void forget(struct made *made)
{
    config_free(made->config);
}

static void expect_refusal(const struct made *running, const struct made *next, const char *why)
{
    assert_false(admits(running, next));
    if (!strstr(verdict.why, why))
        fail_msg("%s, and not: %s", verdict.why, why);
}

static void two_persons_of_the_running_state_are_needed(void **state)
{
    struct made running = make_of(1, two(), ""), next = make_of(2, two(), "fence: {time: 1m}\n");
    (void)state;
    sign(&running, "ab");
    assert_true(admits(NULL, &running));
    expect_refusal(&running, &next, "line.yaml.seal:1: signatures: found none, expected 2 of ann, bob");
    sign(&next, "a");
    expect_refusal(&running, &next, "found ann, expected 2 of ann, bob");
    sign(&next, "ab");
    assert_true(admits(&running, &next));
    assert_string_equal(verdict.signers, "ann, bob");
    assert_true(verdict.changes);
    forget(&running);
    forget(&next);
}

static void strangers_and_repetitions_do_not_count(void **state)
{
    struct made running = make_of(1, two(), ""), next = make_of(2, two(), "fence: {time: 1m}\n");
    (void)state;
    sign(&next, "ae");
    expect_refusal(&running, &next, "found ann, expected 2 of ann, bob");
    sign(&next, "e");
    expect_refusal(&running, &next, "found nobody's, expected 2 of ann, bob");
    sign(&next, "aa");
    expect_refusal(&running, &next, "found two of ann, expected one of each person");
    forget(&running);
    forget(&next);
}

static void who_is_new_does_not_let_himself_in(void **state)
{
    char persons[1024];
    struct made running = make_of(1, two(), "");
    (void)state;
    snprintf(persons, sizeof persons, "%s, %s", person_of(ANN), person_of(EVE));
    struct made next = make_of(2, persons, "");
    sign(&next, "ae");
    expect_refusal(&running, &next, "found ann, expected 2 of ann, bob");
    sign(&next, "ab");
    assert_true(admits(&running, &next));
    forget(&running);
    forget(&next);
}

static void a_signature_is_about_these_files(void **state)
{
    struct made running = make_of(1, two(), ""), next = make_of(2, two(), "fence: {time: 1m}\n"),
                other = make_of(2, two(), "fence: {time: 2m}\n"), later = make_of(3, two(), "");
    (void)state;
    sign(&next, "ab");
    other.writer = next.writer;
    expect_refusal(&running, &other, "found signatures under another line.yaml");
    later.writer = next.writer;
    expect_refusal(&running, &later, "found signatures under another serial");
    next.seal[writer_length(&next.writer) - 5] ^= 4;
    assert_false(admits(&running, &next));
    forget(&running);
    forget(&next);
    forget(&other);
    forget(&later);
}

static void a_wrong_signature_is_not_passed_over(void **state)
{
    char lied[1024];
    struct made running = make_of(1, two(), ""), next = make_of(2, two(), "fence: {time: 1m}\n");
    const struct note_key ann = public_key_of(ANN);
    (void)state;
    sign(&next, "ab");
    note_sign_line(&next.writer, &(struct note_key){.name = "carl", .id = 7}, BYTES(ann.public_key));
    assert_true(admits(&running, &next)); /* of a kind that nobody knows */
    snprintf(lied, sizeof lied, "%s, %s", person_of(BOB), person_of(ANN));
    struct made other = make_of(2, lied, "");
    sign(&other, "b");
    const uint8_t zeros[KEY_SIGNATURE_BYTES] = {0};
    note_sign_line(&other.writer, &ann, BYTES(zeros));
    expect_refusal(&running, &other, "found one under the name of ann that is not theirs");
    forget(&running);
    forget(&next);
    forget(&other);
}

static void an_older_state_does_not_come_back(void **state)
{
    struct made first = make_of(7, two(), ""), second = make_of(8, two(), "fence: {time: 1m}\n"),
                same = make_of(8, two(), "fence: {time: 2m}\n");
    (void)state;
    sign(&first, "ab");
    sign(&second, "ab");
    sign(&same, "ab");
    assert_true(admits(&first, &second));
    expect_refusal(&second, &first,
                   "line.yaml:1: serial: found 7, expected a later one than the running state's 8");
    expect_refusal(&second, &same, "serial: found 8, expected a later one");
    assert_true(admits(&second, &second));
    assert_false(verdict.changes);
    forget(&first);
    forget(&second);
    forget(&same);
}

static void nothing_unsigned_but_a_lab(void **state)
{
    struct made lab = make("profile: lab\n"), zero = make("profile: zero\n"), sealed = make_of(1, two(), ""),
                back = make("profile: lab\nserial: 2\n");
    (void)state;
    assert_true(admits(NULL, &lab));
    assert_string_equal(verdict.signers, "");
    expect_refusal(NULL, &zero, "line.yaml:1: authorised: found nobody");
    expect_refusal(&lab, &zero, "authorised: found nobody");
    expect_refusal(NULL, &sealed, "signatures: found none");
    sign(&sealed, "ab");
    assert_true(admits(&lab, &sealed));
    expect_refusal(&sealed, &back, "signatures: found none, expected 2 of ann, bob");
    sign(&back, "ab");
    assert_true(admits(&sealed, &back));
    forget(&lab);
    forget(&zero);
    forget(&sealed);
    forget(&back);
}

static void one_suffices_where_nothing_is_refused(void **state)
{
    struct made lab = make_of(1, person_of(ANN), "profile: lab\n"),
                next = make_of(2, two(), "profile: lab\n");
    (void)state;
    sign(&lab, "a");
    assert_true(admits(NULL, &lab));
    sign(&next, "b");
    expect_refusal(&lab, &next, "found nobody's, expected 1 of ann");
    sign(&next, "a");
    assert_true(admits(&lab, &next));
    forget(&lab);
    forget(&next);
}

static void who_may_sign_must_be_able_to(void **state)
{
    char persons[1024];
    struct made alone = make_of(1, person_of(ANN), "");
    const struct note_key ann = public_key_of(ANN);
    struct note_key zoe;
    char text[NOTE_KEY_TEXT_BYTES];
    (void)state;
    sign(&alone, "a");
    expect_refusal(NULL, &alone, "line.yaml:2: authorised: found 1, expected 2 persons at least");
    assert_true(note_key_make(&zoe, "zoe", NOTE_ED25519, ann.public_key));
    snprintf(persons, sizeof persons, "%s, {name: zoe, key: %s}", person_of(ANN), note_key_text(&zoe, text));
    struct made twice = make_of(1, persons, "");
    sign(&twice, "a");
    expect_refusal(NULL, &twice, "found a key under two names");
    struct made no_key = make_of(1, "{name: a, key: a+00000000+AAAA}, {name: b, key: b+00000000+AAAA}", "");
    expect_refusal(NULL, &no_key, "line.yaml:2: authorised: found a+00000000+AAAA, expected an Ed25519 key");
    forget(&alone);
    forget(&twice);
    forget(&no_key);
}

static void the_text_lists_what_it_is_about(void **state)
{
    struct made made = make_of(5, two(), "");
    uint32_t serial;
    struct config_bundle *list = config_bundle_kept("/folder/");
    (void)state;
    assert_true(seal_list(bytes_of(made.text, made.text_length), list, &serial));
    assert_int_equal(serial, 5);
    assert_int_equal(config_bundle_count(list), 2);
    assert_string_equal(config_bundle_part(list, 0)->name, "line.yaml");
    assert_string_equal(config_bundle_part(list, 1)->name, "zero");
    config_bundle_free(list);
    for (size_t cut = 0; cut < made.text_length; cut++) {
        list = config_bundle_kept("/folder/");
        if (seal_list(bytes_of(made.text, cut), list, &serial))
            assert_int_equal(made.text[cut - 1], '\n');
        config_bundle_free(list);
    }
    forget(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_persons_of_the_running_state_are_needed),
        cmocka_unit_test(strangers_and_repetitions_do_not_count),
        cmocka_unit_test(who_is_new_does_not_let_himself_in),
        cmocka_unit_test(a_signature_is_about_these_files),
        cmocka_unit_test(a_wrong_signature_is_not_passed_over),
        cmocka_unit_test(an_older_state_does_not_come_back),
        cmocka_unit_test(nothing_unsigned_but_a_lab),
        cmocka_unit_test(one_suffices_where_nothing_is_refused),
        cmocka_unit_test(who_may_sign_must_be_able_to),
        cmocka_unit_test(the_text_lists_what_it_is_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
