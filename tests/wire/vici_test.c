/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <stdio.h>

#include "wire/vici/vici.h"

static struct arena arena;
static struct vici_sa sa;

/* An event as charon 5.9.8 sent it about a gNB whose tunnel it ends. */
static struct bytes recorded(void)
{
    static uint8_t octets[2048];
    FILE *from = fopen(CORPUS "/list-sa", "rb");
    assert_non_null(from);
    const size_t size = fread(octets, 1, sizeof octets, from);
    fclose(from);
    return bytes_of(octets, size);
}

static bool decodes(struct bytes message)
{
    arena_reset(&arena);
    return vici_decode_sa(message, &arena, &sa, NULL);
}

static void what_charon_says_is_read(void **state)
{
    struct vici_packet packet;
    (void)state;
    assert_true(vici_decode(recorded(), &packet, NULL));
    assert_int_equal(packet.kind, VICI_EVENT);
    assert_true(bytes_are(packet.name, "list-sa"));
    assert_true(decodes(packet.message));
    assert_true(bytes_are(sa.state, "ESTABLISHED"));
    assert_true(bytes_are(sa.remote_id, "C=NO, O=Vendor, CN=gnb-0001"));
    assert_non_null(sa.children);
    assert_null(sa.children->next);
    assert_true(bytes_are(sa.children->state, "INSTALLED"));
    assert_true(bytes_are(sa.children->local->text, "10.91.0.1/32"));
    assert_true(bytes_are(sa.children->remote->text, "10.91.1.1/32"));
    assert_null(sa.children->remote->next);
}

static void a_packet_cut_short_is_refused(void **state)
{
    struct vici_packet packet;
    (void)state;
    assert_true(vici_decode(recorded(), &packet, NULL));
    for (size_t length = 0; length < packet.message.len; length++)
        assert_false(decodes(bytes_of(packet.message.data, length)));
    assert_false(vici_decode(bytes_of("", 0), &packet, NULL));
    assert_false(vici_decode(bytes_of("\x07\x07list", 6), &packet, NULL));
    assert_false(vici_decode(bytes_of("\x08", 1), &packet, NULL));
}

static void a_message_that_is_not_one_ike_sa_is_refused(void **state)
{
    static const struct {
        const char *octets;
        size_t size;
    } messages[] = {
        {"", 0},
        {"\x02", 1}, /* an end without a beginning */
        {"\x01\x01"
         "a\x02\x01\x01"
         "b\x02",
         8},                       /* two of them */
        {"\x03\x01k\x00\x01v", 6}, /* none */
        {"\x01\x01"
         "a\x05\x00\x01v\x02",
         8}, /* an item outside of a list */
        {"\x01\x01"
         "a\x04\x01l\x02",
         7}, /* a list without an end */
        {"\x01\x01"
         "a\x07\x02",
         5}, /* no element */
    };
    (void)state;
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        assert_false(decodes(bytes_of(messages[i].octets, messages[i].size)));
    uint8_t deep[64];
    for (size_t i = 0; i < sizeof deep; i += 2) {
        deep[i] = 1;
        deep[i + 1] = 0;
    }
    assert_false(decodes(BYTES(deep)));
}

/* What stands elsewhere under the same names is not the peer's. */
static void only_what_is_in_its_place_counts(void **state)
{
    static const char message[] = "\x01\x01"
                                  "a"
                                  "\x01\x05other\x03\x05state\x00\x01x\x03\x09remote-id\x00\x01y"
                                  "\x01\x01"
                                  "b\x04\x09remote-ts\x05\x00\x01z\x06\x02\x02\x02";
    (void)state;
    assert_true(decodes(bytes_of(message, sizeof message - 1)));
    assert_int_equal(sa.state.len, 0);
    assert_int_equal(sa.remote_id.len, 0);
    assert_null(sa.children);
}

static void questions_are_written_as_charon_reads_them(void **state)
{
    uint8_t room[32];
    struct writer w = writer_of(room, sizeof room);
    (void)state;
    vici_write(&w, VICI_REGISTER, "list-sa");
    assert_true(bytes_equal(writer_bytes(&w), bytes_of("\0\0\0\x09\x03\x07list-sa", 13)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_charon_says_is_read),
        cmocka_unit_test(a_packet_cut_short_is_refused),
        cmocka_unit_test(a_message_that_is_not_one_ike_sa_is_refused),
        cmocka_unit_test(only_what_is_in_its_place_counts),
        cmocka_unit_test(questions_are_written_as_charon_reads_them),
    };
    arena_init(&arena, 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
