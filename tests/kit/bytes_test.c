/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include "kit/bytes.h"

static void reads_big_endian(void **state)
{
    (void)state;
    const uint8_t in[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07};
    struct reader r = reader_of(BYTES(in));
    assert_int_equal(read_u8(&r), 0x01);
    assert_int_equal(read_u16(&r), 0x0203);
    assert_int_equal(read_u32(&r), 0x04050607);
    assert_true(reader_ok(&r));
    assert_int_equal(reader_left(&r), 0);
}

static void a_short_read_fails_once_and_stays_failed(void **state)
{
    (void)state;
    const uint8_t in[] = {0xaa, 0xbb, 0xcc};
    struct reader r = reader_of(BYTES(in));
    read_u8(&r);
    assert_int_equal(read_u32(&r), 0);
    assert_false(reader_ok(&r));
    assert_int_equal(r.fault.at, 1);
    assert_int_equal(read_u8(&r), 0);
    assert_int_equal(r.fault.at, 1);
}

static void sub_cursor_is_bounded_and_keeps_outer_offsets(void **state)
{
    (void)state;
    const uint8_t in[] = {0, 1, 2, 3, 4};
    struct reader r = reader_of(BYTES(in));
    read_u8(&r);
    struct reader sub = read_sub(&r, 2);
    assert_int_equal(read_u16(&sub), 0x0102);
    read_u8(&sub);
    assert_false(reader_ok(&sub));
    assert_int_equal(sub.fault.at, 3);
    assert_true(reader_ok(&r));
    assert_int_equal(read_u8(&r), 3);
}

static void writer_refuses_what_does_not_fit(void **state)
{
    (void)state;
    uint8_t out[4];
    struct writer w = writer_of(out, sizeof out);
    write_u16(&w, 0x1234);
    write_u32(&w, 1);
    assert_true(w.full);
    assert_int_equal(writer_length(&w), 2);
    write_u8(&w, 1);
    assert_int_equal(writer_length(&w), 2);
}

static void lengths_are_filled_in_afterwards(void **state)
{
    (void)state;
    uint8_t out[300];
    const uint8_t wanted[] = {0x00, 0x03, 0xaa, 0xbb, 0xcc};
    struct writer w = writer_of(out, sizeof out);
    size_t mark = write_length_open(&w, 2);
    write_uint(&w, 0xaabbcc, 3);
    write_length_close(&w, mark, 2);
    assert_true(bytes_equal(writer_bytes(&w), BYTES(wanted)));

    w = writer_of(out, sizeof out);
    mark = write_length_open(&w, 1);
    write_room(&w, 256);
    write_length_close(&w, mark, 1);
    assert_true(w.full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_big_endian),
        cmocka_unit_test(a_short_read_fails_once_and_stays_failed),
        cmocka_unit_test(sub_cursor_is_bounded_and_keeps_outer_offsets),
        cmocka_unit_test(writer_refuses_what_does_not_fit),
        cmocka_unit_test(lengths_are_filled_in_afterwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
