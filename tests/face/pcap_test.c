/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <stdlib.h>
#include <string.h>

#include "face/pcap.h"

static char *text;
static size_t size;

/* A capture of one record; its last packet's frame. */
static struct bytes capture(enum trace_kind kind, const char *from, const char *to, uint16_t port,
                            struct bytes bytes)
{
    static struct pcap pcap;
    struct trace_record record = {.kind = kind, .time = 1700000000123456789, .bytes = bytes};
    assert_true(address_parse(&record.from, from, port) && address_parse(&record.to, to, port));
    FILE *stream = open_memstream(&text, &size);
    assert_true(pcap_begin(&pcap, stream, true));
    size_t before = (size_t)ftell(stream);
    assert_true(pcap_write(&pcap, &record));
    fclose(stream);
    uint32_t block[7];
    if (size == before)
        return (struct bytes){0};
    memcpy(block, text + before, sizeof block);
    assert_int_equal(block[0], 6);
    assert_int_equal(block[1], size - before);
    assert_int_equal(block[2], kind == TRACE_NAS);
    assert_true(((uint64_t)block[3] << 32 | block[4]) == 1700000000123456789);
    return bytes_of(text + before + 28, block[5]);
}

/* RFC 1071: with its checksum in place, a sum is all ones. */
static unsigned sum(struct bytes bytes, unsigned start)
{
    for (size_t i = 0; i < bytes.len; i++)
        start += (unsigned)bytes.data[i] << (i % 2 ? 0 : 8);
    while (start >> 16)
        start = (start & 0xffff) + (start >> 16);
    return start;
}

static const uint8_t payload[] = {1, 2, 3, 4, 5};

/* What the kernel's packet program has seen stands there by itself, cut where that is asked for, with words about it. */
static void an_inner_packet_is_kept_as_far_as_asked_and_commented(void **state)
{
    static const uint8_t g_pdu[] = {0x30, 255, 0, 5, 0, 0, 0, 9, 0x45, 2, 3, 4, 5},
                         echo[] = {0x32, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0};
    static struct pcap pcap;
    struct trace_record record = {.kind = TRACE_GTPU, .bytes = BYTES(g_pdu)};
    uint32_t block[7];
    (void)state;
    FILE *stream = open_memstream(&text, &size);
    assert_true(pcap_begin(&pcap, stream, false));
    const size_t before = (size_t)ftell(stream);
    pcap.longest = 3;
    pcap.comment = "slow path";
    assert_true(pcap_write_inner(&pcap, &record));
    record.bytes = BYTES(echo); /* has none in it */
    assert_true(pcap_write_inner(&pcap, &record));
    fclose(stream);
    memcpy(block, text + before, sizeof block);
    assert_int_equal(block[1], size - before);
    assert_int_equal(block[5], 3);
    assert_int_equal(block[6], 5);
    assert_memory_equal(text + before + 28, g_pdu + 8, 3);
    assert_memory_equal(text + before + 28 + 4, ((const uint8_t[]){1, 0, 9, 0}), 4);
    assert_memory_equal(text + before + 28 + 8, "slow path", 9);
    assert_memory_equal(text + size - 8, ((const uint8_t[]){0, 0, 0, 0}), 4);
    free(text);
}

static void udp_stands_in_ip_with_right_checksums(void **state)
{
    (void)state;
    struct bytes frame = capture(TRACE_PFCP, "127.0.0.4", "127.0.0.7", 8805, BYTES(payload));
    assert_int_equal(frame.len, 20 + 8 + 5);
    assert_int_equal(sum(bytes_of(frame.data, 20), 0), 0xffff);
    assert_int_equal(sum(bytes_of(frame.data + 12, 8), sum(bytes_of(frame.data + 20, 13), 17 + 13)), 0xffff);
    assert_memory_equal(frame.data + 28, payload, 5);
    free(text);
    frame = capture(TRACE_GTPU, "2001:db8::1", "2001:db8::2", 2152, BYTES(payload));
    assert_int_equal(frame.len, 40 + 8 + 5);
    assert_int_equal(sum(bytes_of(frame.data + 8, 32), sum(bytes_of(frame.data + 40, 13), 17 + 13)), 0xffff);
    free(text);
}

static void ngap_stands_in_sctp(void **state)
{
    (void)state;
    struct bytes frame = capture(TRACE_NGAP, "127.0.0.5", "127.0.0.1", 38412, BYTES(payload));
    assert_int_equal(frame.len, 20 + 12 + 16 + 8);
    assert_int_equal(frame.data[9], 132);
    assert_int_equal(frame.data[20 + 12 + 15], 60);
    assert_memory_equal(frame.data + 48, payload, 5);
    /* Wireshark finds this CRC32c right. */
    assert_memory_equal(frame.data + 28, "\xa0\xd5\x5c\xa9", 4);
    free(text);
}

static void deciphered_nas_is_an_exported_pdu(void **state)
{
    (void)state;
    struct bytes frame = capture(TRACE_NAS, "127.0.0.5", "127.0.0.1", 38412, BYTES(payload));
    assert_memory_equal(frame.data + 4, "nas-5gs", 8);
    assert_memory_equal(frame.data + frame.len - 5, payload, 5);
    free(text);
}

static void what_fits_no_packet_is_left_out(void **state)
{
    (void)state;
    static uint8_t large[65535];
    assert_int_equal(capture(TRACE_NGAP, "127.0.0.5", "127.0.0.1", 38412, BYTES(large)).len, 0);
    free(text);
    assert_int_equal(capture(TRACE_NGAP, "127.0.0.5", "::1", 38412, BYTES(payload)).len, 0);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(udp_stands_in_ip_with_right_checksums),
        cmocka_unit_test(ngap_stands_in_sctp),
        cmocka_unit_test(deciphered_nas_is_an_exported_pdu),
        cmocka_unit_test(an_inner_packet_is_kept_as_far_as_asked_and_commented),
        cmocka_unit_test(what_fits_no_packet_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
