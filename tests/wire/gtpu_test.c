/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include "wire/gtpu/gtpu.h"

static struct gtpu_packet packet;
static struct fault fault;

static bool parse(const void *data, size_t size)
{
    return gtpu_parse(bytes_of(data, size), &packet, &fault);
}

static void a_downlink_packet_is_wrapped_and_unwrapped(void **state)
{
    (void)state;
    static const uint8_t wanted[] = {0x34, 0xff, 0x00, 0x0a, 0x00, 0x01, 0xe2, 0x40, 0x00,
                                     0x00, 0x00, 0x85, 0x01, 0x00, 0x49, 0x00, 0x45, 0x00};
    uint8_t out[GTPU_HEADER_CONTAINER + 2];
    size_t header = gtpu_g_pdu_header(out, 123456, GTPU_DOWNLINK, 9, true, 2);
    memcpy(out + header, "\x45\x00", 2);
    assert_memory_equal(out, wanted, sizeof wanted);
    assert_true(parse(out, sizeof out));
    assert_int_equal(packet.type, GTPU_G_PDU);
    assert_int_equal(packet.teid, 123456);
    assert_true(packet.container.present && packet.container.rqi);
    assert_int_equal(packet.container.qfi, 9);
    assert_int_equal(packet.payload.len, 2);
    assert_ptr_equal(packet.payload.data, out + header);
}

static void the_fast_way_agrees_with_the_slow_one(void **state)
{
    (void)state;
    uint8_t out[GTPU_HEADER_CONTAINER + 4] = {0};
    gtpu_g_pdu_header(out, 0xdeadbeef, GTPU_UPLINK, 5, false, 4);
    unsigned taken = 0;
    for (size_t bit = 0; bit <= 8 * sizeof out; bit++) {
        uint8_t changed[sizeof out];
        struct gtpu_packet fast;
        memcpy(changed, out, sizeof out);
        if (bit < 8 * sizeof out)
            changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        bool parsed = parse(changed, sizeof changed);
        if (!gtpu_parse_fast(BYTES(changed), &fast))
            continue;
        taken++;
        assert_true(parsed);
        assert_int_equal(fast.teid, packet.teid);
        assert_int_equal(fast.container.pdu_type, packet.container.pdu_type);
        assert_int_equal(fast.container.qfi, packet.container.qfi);
        assert_int_equal(fast.container.rqi, packet.container.rqi);
        assert_true(bytes_equal(fast.payload, packet.payload));
    }
    assert_true(taken > 64);
}

static void plain_headers_are_read(void **state)
{
    (void)state;
    static const uint8_t bare[] = {0x30, 0xff, 0x00, 0x02, 0, 0, 0, 7, 0x60, 0x00};
    static const uint8_t sequenced[] = {0x32, 0xff, 0x00, 0x05, 0, 0, 0, 7, 0x12, 0x34, 0, 0, 0x60};
    assert_true(parse(bare, sizeof bare));
    assert_false(packet.container.present || packet.has_sequence);
    assert_int_equal(packet.payload.len, 2);
    assert_true(parse(sequenced, sizeof sequenced));
    assert_true(packet.has_sequence);
    assert_int_equal(packet.sequence, 0x1234);
    assert_int_equal(packet.payload.len, 1);
}

static void a_paging_policy_is_read(void **state)
{
    (void)state;
    static const uint8_t paged[] = {0x34, 0xff, 0x00, 0x0c, 0,    0,    0, 7, 0, 0,
                                    0,    0x85, 0x02, 0x00, 0x87, 0xa0, 0, 0, 0, 0x00};
    assert_true(parse(paged, sizeof paged));
    assert_true(packet.container.has_ppi);
    assert_int_equal(packet.container.ppi, 5);
    assert_int_equal(packet.container.qfi, 7);
}

static void extension_chains_are_bounded(void **state)
{
    (void)state;
    uint8_t chain[256] = {0x34, 0xff, 0, 0, 0, 0, 0, 7, 0, 0, 0, GTPU_EXTENSION_UDP_PORT};
    for (unsigned count = 1; count <= GTPU_EXTENSIONS + 1; count++) {
        size_t size = 12 + 4 * count;
        for (unsigned i = 0; i < count; i++) {
            chain[12 + 4 * i] = 1;
            chain[15 + 4 * i] = i + 1 < count ? GTPU_EXTENSION_UDP_PORT : 0;
        }
        chain[3] = (uint8_t)(size - 8);
        assert_int_equal(parse(chain, size), count <= GTPU_EXTENSIONS);
    }
    assert_string_equal(fault.what, "too many of them");
}

static void an_extension_that_must_be_understood_is_noted(void **state)
{
    (void)state;
    uint8_t pdcp[] = {0x34, 0xff, 0x00, 0x08, 0, 0, 0, 7, 0, 0, 0, 0xc0, 1, 0, 0, 0};
    assert_true(parse(pdcp, sizeof pdcp));
    assert_int_equal(packet.unknown_extension, 0xc0);
    pdcp[11] = GTPU_EXTENSION_LONG_PDCP_PDU_NUMBER;
    assert_true(parse(pdcp, sizeof pdcp));
    assert_int_equal(packet.unknown_extension, 0);
}

static void bad_headers_are_refused(void **state)
{
    (void)state;
    uint8_t good[] = {0x34, 0xff, 0x00, 0x08, 0, 0, 0, 7, 0, 0, 0, 0x85, 1, 0, 9, 0};
    for (size_t size = 0; size < sizeof good; size++)
        assert_false(parse(good, size));
    good[12] = 0;
    assert_false(parse(good, sizeof good));
    assert_string_equal(fault.what, "length 0");
    good[12] = 200;
    assert_false(parse(good, sizeof good));
    good[12] = 1;
    good[13] = 0x50;
    assert_false(parse(good, sizeof good));
    assert_string_equal(fault.where, "PDU Session Container");
    good[13] = 0;
    good[0] = 0x24;
    assert_false(parse(good, sizeof good));
    good[0] = 0x54;
    assert_false(parse(good, sizeof good));
}

static void an_echo_is_answered(void **state)
{
    (void)state;
    static const uint8_t wanted[] = {0x32, 0x02, 0x00, 0x06, 0, 0, 0, 0, 0xab, 0xcd, 0, 0, 14, 0};
    uint8_t out[GTPU_MESSAGE_BYTES];
    uint8_t restarts = 99;
    assert_int_equal(gtpu_echo_request(out, sizeof out, 0xabcd), 12);
    assert_true(parse(out, 12));
    assert_int_equal(packet.type, GTPU_ECHO_REQUEST);
    size_t size = gtpu_echo_response(out, sizeof out, packet.sequence);
    assert_int_equal(size, sizeof wanted);
    assert_memory_equal(out, wanted, size);
    assert_true(parse(out, size));
    assert_true(gtpu_read_recovery(&packet, &restarts, &fault));
    assert_int_equal(restarts, 0);
    assert_int_equal(gtpu_echo_response(out, size - 1, 1), 0);
}

static void an_error_indication_tells_teid_and_peer(void **state)
{
    (void)state;
    static const uint8_t wanted[] = {0x32, 0x1a, 0x00, 0x10, 0, 0,   0,    0, 0,  0, 0, 0,
                                     16,   0,    0,    0,    7, 133, 0x00, 4, 10, 0, 0, 9};
    struct gtpu_error_indication told = {.teid = 7, .address = {10, 0, 0, 9}, .address_size = 4}, read;
    uint8_t out[GTPU_MESSAGE_BYTES];
    size_t size = gtpu_error_indication(out, sizeof out, &told);
    assert_int_equal(size, sizeof wanted);
    assert_memory_equal(out, wanted, size);
    assert_true(parse(out, size));
    assert_true(gtpu_read_error_indication(&packet, &read, &fault));
    assert_int_equal(read.teid, told.teid);
    assert_int_equal(read.address_size, told.address_size);
    assert_memory_equal(read.address, told.address, sizeof told.address);
    out[19] = 5; /* an address of five octets */
    assert_true(parse(out, size));
    assert_false(gtpu_read_error_indication(&packet, &read, &fault));
    out[12] = 17; /* an element that cannot be skipped */
    assert_true(parse(out, size));
    assert_false(gtpu_read_error_indication(&packet, &read, &fault));
}

static void the_rest_of_signalling_reads_back(void **state)
{
    (void)state;
    uint8_t out[GTPU_MESSAGE_BYTES];
    struct bytes types;
    assert_true(parse(out, gtpu_supported_extensions(out, sizeof out, 3)));
    assert_true(gtpu_read_supported_extensions(&packet, &types, &fault));
    assert_int_equal(types.len, 1);
    assert_int_equal(types.data[0], GTPU_EXTENSION_PDU_SESSION_CONTAINER);
    assert_true(parse(out, gtpu_end_marker(out, sizeof out, 77)));
    assert_int_equal(packet.type, GTPU_END_MARKER);
    assert_int_equal(packet.teid, 77);
}

static void packets_print(void **state)
{
    (void)state;
    struct gtpu_error_indication told = {.teid = 7, .address = {10, 0, 0, 9}, .address_size = 4};
    uint8_t out[GTPU_MESSAGE_BYTES];
    char text[512];
    struct printer p;
    assert_true(parse(out, gtpu_error_indication(out, sizeof out, &told)));
    print_init(&p, PRINT_JSON, text, sizeof text);
    gtpu_print(&p, &packet);
    assert_string_equal(text, "{\"message\":\"Error Indication\",\"teid\":0,\"sequence\":0,\"teid_data_i\":7,"
                              "\"peer_address\":\"10.0.0.9\",\"payload_bytes\":12}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_downlink_packet_is_wrapped_and_unwrapped),
        cmocka_unit_test(the_fast_way_agrees_with_the_slow_one),
        cmocka_unit_test(plain_headers_are_read),
        cmocka_unit_test(a_paging_policy_is_read),
        cmocka_unit_test(extension_chains_are_bounded),
        cmocka_unit_test(an_extension_that_must_be_understood_is_noted),
        cmocka_unit_test(bad_headers_are_refused),
        cmocka_unit_test(an_echo_is_answered),
        cmocka_unit_test(an_error_indication_tells_teid_and_peer),
        cmocka_unit_test(the_rest_of_signalling_reads_back),
        cmocka_unit_test(packets_print),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
