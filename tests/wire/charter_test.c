/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include "wire/wicket/charter.h"

static struct charter sample(void)
{
    struct charter charter = {
        .kind = CHARTER_TERMS,
        .name = "harbour",
        .terms = {.vendor = "any",
                  .runtime_dir = "/run/demarc",
                  .id = 70001,
                  .log_level = LOG_DEBUG,
                  .log_json = true,
                  .budget = {.messages = 500, .bytes = 600, .arrivals = 5, .log_bytes = 7},
                  .gnbs = 1024,
                  .listen_count = 2}};
    address_parse(&charter.terms.listen[0], "192.0.2.5", 38412);
    address_parse(&charter.terms.listen[1], "2001:db8::5", 38413);
    return charter;
}

static size_t encode(const struct charter *charter, uint8_t space[CHARTER_BYTES])
{
    struct writer w = writer_of(space, CHARTER_BYTES);
    assert_true(charter_encode(&w, charter));
    return writer_length(&w);
}

static void terms_arrive_as_they_were_sent(void **state)
{
    uint8_t space[CHARTER_BYTES];
    struct charter in = sample(), out;
    struct fault fault;
    (void)state;
    assert_true(charter_decode(bytes_of(space, encode(&in, space)), &out, &fault));
    assert_string_equal(out.name, "harbour");
    assert_string_equal(out.terms.vendor, "any");
    assert_string_equal(out.terms.runtime_dir, "/run/demarc");
    assert_int_equal(out.terms.id, 70001);
    assert_int_equal(out.terms.log_level, LOG_DEBUG);
    assert_true(out.terms.log_json);
    assert_memory_equal(&out.terms.budget, &in.terms.budget, sizeof in.terms.budget);
    assert_int_equal(out.terms.gnbs, 1024);
    assert_int_equal(out.terms.listen_count, 2);
    assert_true(address_same_host(&in.terms.listen[1], &out.terms.listen[1]));
    assert_int_equal(address_port(&out.terms.listen[1]), 38413);
}

static void the_longest_terms_fit_a_message(void **state)
{
    uint8_t space[CHARTER_BYTES];
    struct charter in = sample(), out;
    struct fault fault;
    (void)state;
    memset(in.name, 'n', sizeof in.name - 1);
    memset(in.terms.vendor, 'v', sizeof in.terms.vendor - 1);
    memset(in.terms.runtime_dir, 'd', sizeof in.terms.runtime_dir - 1);
    in.terms.listen_count = CHARTER_LISTEN;
    for (unsigned i = 0; i < CHARTER_LISTEN; i++)
        in.terms.listen[i] = in.terms.listen[1];
    assert_true(charter_decode(bytes_of(space, encode(&in, space)), &out, &fault));
    in.terms.listen_count++;
    struct writer w = writer_of(space, sizeof space);
    assert_false(charter_encode(&w, &in));
}

static void what_is_cut_or_lengthened_is_refused(void **state)
{
    uint8_t space[CHARTER_BYTES] = {0};
    struct charter in = sample(), out;
    struct fault fault;
    (void)state;
    size_t length = encode(&in, space);
    for (size_t cut = 0; cut < length; cut++)
        assert_false(charter_decode(bytes_of(space, cut), &out, &fault));
    assert_false(charter_decode(bytes_of(space, length + 1), &out, &fault));
}

/* Whatever it says of a damaged one, what it lets through holds to its bounds. */
static void a_damaged_one_keeps_to_the_bounds(void **state)
{
    uint8_t space[CHARTER_BYTES];
    struct charter in = sample(), out;
    struct fault fault;
    (void)state;
    size_t length = encode(&in, space);
    for (size_t i = 0; i < length; i++)
        for (unsigned value = 0; value < 256; value++) {
            uint8_t before = space[i];
            space[i] = (uint8_t)value;
            if (charter_decode(bytes_of(space, length), &out, &fault)) {
                assert_true(out.terms.listen_count <= CHARTER_LISTEN);
                assert_true(out.terms.log_level <= LOG_DEBUG);
                assert_non_null(memchr(out.name, '\0', sizeof out.name));
            }
            space[i] = before;
        }
}

static void only_a_reload_names_no_edge(void **state)
{
    uint8_t space[CHARTER_BYTES];
    struct charter in = {.kind = CHARTER_RELOAD}, out;
    struct fault fault;
    (void)state;
    assert_true(charter_decode(bytes_of(space, encode(&in, space)), &out, &fault));
    in.kind = CHARTER_REPLACE;
    assert_false(charter_decode(bytes_of(space, encode(&in, space)), &out, &fault));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_arrive_as_they_were_sent),
        cmocka_unit_test(the_longest_terms_fit_a_message),
        cmocka_unit_test(what_is_cut_or_lengthened_is_refused),
        cmocka_unit_test(a_damaged_one_keeps_to_the_bounds),
        cmocka_unit_test(only_a_reload_names_no_edge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
