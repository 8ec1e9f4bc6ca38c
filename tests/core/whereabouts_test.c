/* SPDX-License-Identifier: Apache-2.0 */
/* Where a phone is, as cores tell each other: what is written is read again, and what makes no sense changes nothing. */
#include "../check.h"

#include "core/peer/whereabouts.h"

static const struct whereabouts here = {
    .gnb = {{{0x99, 0xf9, 0x07}}, 24, 0xabc}, .tai = {{{0x99, 0xf9, 0x07}}, 0x1234}, .cell = 0x000abc001};

static void expect_same(const struct whereabouts *a, const struct whereabouts *b)
{
    assert_true(config_gnb_id_equal(a->gnb, b->gnb));
    assert_true(tai_equal(a->tai, b->tai));
    assert_int_equal(a->cell, b->cell);
}

static void a_location_is_read_as_it_was_written(void **state)
{
    struct whereabouts read = {0};
    json_t *json = json_pack("{s:o}", "ueLocation", json_location(here));
    (void)state;
    assert_true(field_location(json, "ueLocation", &read));
    expect_same(&read, &here);
    json_decref(json);
}

static void a_target_is_that_of_ngap(void **state)
{
    struct whereabouts read = {0}, expected = here;
    const struct ngap_target_ran_node_id target = whereabouts_to_ngap(here);
    json_t *json = json_pack("{s:o}", "targetId", json_target(whereabouts_of_ngap(&target)));
    (void)state;
    expected.cell = 0; /* that is for the gNBs to know */
    assert_true(field_target(json, "targetId", &read));
    expect_same(&read, &expected);
    json_decref(json);
}

#define PLMN      "\"plmnId\": {\"mcc\": \"999\", \"mnc\": \"70\"}"
#define TAI       "\"tai\": {" PLMN ", \"tac\": \"000001\"}"
#define CELL      "\"ncgi\": {" PLMN ", \"nrCellId\": \"000abc001\"}"
#define GNB(rest) "\"globalGnbId\": {" PLMN ", \"gNbId\": {" rest "}}"
#define GOOD      "\"bitLength\": 24, \"gNBValue\": \"000abc\""

static void what_makes_no_sense_changes_nothing(void **state)
{
    static const char *const cases[] = {
        "{}",
        "[]",
        "{\"nrLocation\": []}",
        "{\"nrLocation\": {" TAI ", " CELL "}}",
        "{\"nrLocation\": {" TAI ", " GNB(GOOD) "}}",
        "{\"nrLocation\": {" CELL ", " GNB(GOOD) "}}",
        "{\"nrLocation\": {" TAI ", " CELL ", \"globalGnbId\": {\"gNbId\": {" GOOD "}}}}",
        "{\"nrLocation\": {" TAI ", " CELL ", " GNB("\"bitLength\": 21, \"gNBValue\": \"000abc\"") "}}",
        "{\"nrLocation\": {" TAI ", " CELL ", " GNB("\"bitLength\": 33, \"gNBValue\": \"000abc\"") "}}",
        "{\"nrLocation\": {" TAI ", " CELL ", " GNB("\"bitLength\": -1, \"gNBValue\": \"000abc\"") "}}",
        "{\"nrLocation\": {" TAI ", " CELL ", " GNB("\"bitLength\": 22, \"gNBValue\": \"400000\"") "}}",
        "{\"nrLocation\": {" TAI ", " CELL ", " GNB("\"bitLength\": 32, \"gNBValue\": \"123456789\"") "}}",
        "{\"nrLocation\": {" TAI ", " CELL ", " GNB("\"bitLength\": 24, \"gNBValue\": \"0x0abc\"") "}}",
        "{\"nrLocation\": {" TAI ", " CELL ", " GNB("\"bitLength\": 24, \"gNBValue\": \"\"") "}}",
        "{\"nrLocation\": {" TAI ", " CELL ", " GNB("\"bitLength\": 24, \"gNBValue\": 2748") "}}",
        "{\"nrLocation\": {\"tai\": {" PLMN ", \"tac\": \"0000001\"}, " CELL ", " GNB(GOOD) "}}",
        "{\"nrLocation\": {" TAI ", \"ncgi\": {\"nrCellId\": \"0000000001\"}, " GNB(GOOD) "}}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct whereabouts read = here;
        json_t *json = json_pack("{s:o}", "ueLocation", json_loads(cases[i], 0, NULL));
        if (!json || field_location(json, "ueLocation", &read))
            fail_msg("%s was read", cases[i]);
        expect_same(&read, &here);
        assert_false(field_target(json, "ueLocation", &read));
        json_decref(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_location_is_read_as_it_was_written),
        cmocka_unit_test(a_target_is_that_of_ngap),
        cmocka_unit_test(what_makes_no_sense_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
