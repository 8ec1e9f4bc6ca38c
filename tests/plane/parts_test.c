/* SPDX-License-Identifier: Apache-2.0 */
/* The plane's small parts: packet parsing, filters, tables, freeing behind readers, super-packets. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <unistd.h>

#include "../check.h"
#include "plane/checksum.h"
#include "plane/fast/processors.h"
#include "plane/flow.h"
#include "plane/sdf.h"
#include "plane/segment.h"
#include "plane/table.h"
#include "wire/gtpu/gtpu.h"

/* An IPv6 packet of the given extension chain (next header, length in octets) with a UDP header behind it. */
static size_t ipv6_chain(uint8_t *to, const uint8_t *chain, size_t count, bool lying)
{
    struct writer w = writer_of(to, 512);
    write_u32(&w, 0x60000000);
    size_t mark = write_length_open(&w, 2);
    write_u8(&w, count ? chain[0] : PROTOCOL_UDP);
    write_u8(&w, 64);
    memset(write_room(&w, 32), 1, 32);
    size_t base = writer_length(&w);
    for (size_t i = 0; i < count; i++) {
        write_u8(&w, i + 1 < count ? chain[i + 1] : PROTOCOL_UDP);
        write_u8(&w, lying ? 200 : 0);
        memset(write_room(&w, 6), 0, 6);
    }
    write_u64(&w, 0x0050005100080000);
    size_t length = writer_length(&w) - base;
    to[mark - 2] = 0;
    to[mark - 1] = (uint8_t)length;
    return writer_length(&w);
}

static void extension_headers_are_followed_as_far_as_is_sane(void **state)
{
    (void)state;
    uint8_t packet[512];
    struct flow flow;
    const uint8_t good[] = {PROTOCOL_HOP_BY_HOP, PROTOCOL_DESTINATION_OPTIONS, PROTOCOL_ROUTING};
    size_t length = ipv6_chain(packet, good, 3, false);
    assert_null(flow_parse(bytes_of(packet, length), &flow));
    assert_int_equal(flow.protocol, PROTOCOL_UDP);
    assert_int_equal(flow.destination_port, 0x51);
    for (size_t cut = 0; cut < length; cut++)
        assert_non_null(flow_parse(bytes_of(packet, cut), &flow));
    assert_non_null(flow_parse(bytes_of(packet, ipv6_chain(packet, good, 3, true)), &flow));
    const uint8_t late[] = {PROTOCOL_DESTINATION_OPTIONS, PROTOCOL_HOP_BY_HOP};
    assert_non_null(flow_parse(bytes_of(packet, ipv6_chain(packet, late, 2, false)), &flow));
    uint8_t longest[FLOW_EXTENSION_HEADERS + 1];
    memset(longest, PROTOCOL_DESTINATION_OPTIONS, sizeof longest);
    assert_null(flow_parse(bytes_of(packet, ipv6_chain(packet, longest, sizeof longest - 1, false)), &flow));
    assert_non_null(flow_parse(bytes_of(packet, ipv6_chain(packet, longest, sizeof longest, false)), &flow));
}

static void ipv4_options_must_add_up_and_not_route(void **state)
{
    (void)state;
    uint8_t packet[28] = {0x47, 0, 0, 28, [9] = 200, [20] = 1, 7, 3, 0, 0};
    struct flow flow;
    assert_null(flow_parse(BYTES(packet), &flow));
    packet[22] = 30;
    assert_non_null(flow_parse(BYTES(packet), &flow));
    packet[22] = 1;
    assert_non_null(flow_parse(BYTES(packet), &flow));
    packet[21] = 131;
    packet[22] = 3;
    assert_non_null(flow_parse(BYTES(packet), &flow));
    packet[0] = 0x44;
    assert_non_null(flow_parse(BYTES(packet), &flow));
}

static bool parses(const char *text, struct sdf_filter *filter)
{
    const char *wrong;
    return sdf_parse(bytes_of(text, strlen(text)), filter, &wrong);
}

static void bad_flow_descriptions_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "permit",
        "deny out ip from any to any",
        "permit in ip from any to any",
        "permit out 300 from any to any",
        "permit out ip from any",
        "permit out ip from 1.2.3 to any",
        "permit out ip from 1.2.3.4/33 to any",
        "permit out ip from any 70000 to any",
        "permit out ip from any 9-8 to any",
        "permit out ip from any 1,2,3,4,5 to any",
        "permit out ip from 1.1.1.1 to 2001:db8::1",
        "permit out ip from any to any frag",
        "permit out ip from !any to any",
    };
    struct sdf_filter filter;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        filter = (struct sdf_filter){0};
        assert_false(parses(bad[i], &filter));
    }
}

static void a_table_keeps_what_is_put_and_forgets_what_is_removed(void **state)
{
    (void)state;
    struct epochs epochs;
    struct table table;
    static int values[5000];
    epochs_init(&epochs, NULL, 0);
    table_init(&table, &epochs, 99);
    for (uint64_t i = 1; i < 5000; i++)
        assert_true(table_put(&table, i * 7919, &values[i]));
    for (uint64_t i = 1; i < 5000; i += 2)
        table_remove(&table, i * 7919);
    for (uint64_t round = 0; round < 20000; round++) {
        assert_true(table_put(&table, 1000000000 + round, &values[0]));
        table_remove(&table, 1000000000 + round);
    }
    for (uint64_t i = 1; i < 5000; i++)
        assert_ptr_equal(table_get(&table, i * 7919), i % 2 ? NULL : &values[i]);
    assert_int_equal(table.count, 2499);
    epochs_free(&epochs);
    table_free(&table);
}

static unsigned released;

static void release(struct epoch_retired *retired)
{
    (void)retired;
    released++;
}

static void what_a_reader_may_see_is_not_freed(void **state)
{
    (void)state;
    struct epoch_reader readers[2] = {0};
    struct epochs epochs;
    struct epoch_retired one, two;
    epochs_init(&epochs, readers, 2);
    released = 0;
    epoch_enter(&epochs, &readers[0]);
    epoch_retire(&epochs, &one, release);
    epoch_enter(&epochs, &readers[1]);
    epoch_collect(&epochs);
    assert_int_equal(released, 0);
    epoch_leave(&readers[0]);
    epoch_collect(&epochs);
    assert_int_equal(released, 1);
    epoch_retire(&epochs, &two, release);
    epoch_leave(&readers[1]);
    assert_true(epoch_collect(&epochs));
    assert_int_equal(released, 2);
    epochs_free(&epochs);
}

/* An IPv4/TCP super-packet of `payload` bytes. */
static size_t tcp_super(uint8_t *to, size_t payload)
{
    struct writer w = writer_of(to, 40 + payload);
    write_u16(&w, 0x4500);
    write_u16(&w, (uint16_t)(40 + payload));
    write_u32(&w, 0x12344000);
    write_u32(&w, 0x40060000);
    write_u64(&w, 0x080808080a2d0002);
    write_u32(&w, 0x01bb1234);
    write_u64(&w, 0x0000100000002000);
    write_u16(&w, 0x5019);
    write_u16(&w, 0x4000);
    write_u32(&w, 0);
    for (size_t i = 0; i < payload; i++)
        write_u8(&w, (uint8_t)i);
    return 40 + payload;
}

static void a_super_packet_becomes_packets_with_true_checksums(void **state)
{
    (void)state;
    static uint8_t buffer[8192];
    struct transmit transmit;
    struct lane lane = {0};
    struct virtio_net_hdr header = {.gso_type = VIRTIO_NET_HDR_GSO_TCPV4, .gso_size = 1360};
    struct packet packet = {
        .data = buffer, .length = tcp_super(buffer, 3000), .teid = 5, .qfi = 1, .segments = 3};
    assert_true(transmit_init(&transmit, &(struct plane){.policy.tunnel_mtu = 1456}, -1, -1));
    assert_true(segment_begin(&header, &packet));
    segment_transmit(&transmit, &lane, &packet);
    assert_int_equal(transmit.count, 3);
    size_t sent = 0;
    for (unsigned i = 0; i < 3; i++) {
        const struct datagram *d = &transmit.datagrams[i];
        uint8_t whole[2048];
        memcpy(whole, d->parts[0].iov_base, d->parts[0].iov_len);
        memcpy(whole + d->parts[0].iov_len, d->parts[1].iov_base, d->parts[1].iov_len);
        size_t length = d->parts[0].iov_len + d->parts[1].iov_len;
        struct gtpu_packet gtpu;
        struct fault fault;
        struct flow flow;
        assert_true(gtpu_parse(bytes_of(whole, length), &gtpu, &fault));
        assert_null(flow_parse(gtpu.payload, &flow));
        assert_int_equal(flow.length, gtpu.payload.len);
        assert_int_equal(checksum_fold(checksum_add(0, gtpu.payload.data, 20)), 0xffff);
        uint64_t sum = checksum_pseudo(&flow, PROTOCOL_TCP, flow.length - 20u);
        assert_int_equal(checksum_fold(checksum_add(sum, gtpu.payload.data + 20, flow.length - 20u)), 0xffff);
        struct reader r = reader_of(bytes_of(gtpu.payload.data + 24, 4));
        assert_int_equal(read_u32(&r), 0x1000 + sent);
        assert_int_equal(gtpu.payload.data[33] & 9, i == 2 ? 9 : 0);
        sent += d->parts[1].iov_len;
    }
    assert_int_equal(sent, 3000);
    transmit.count = 0;
    transmit_free(&transmit);
}

static void processors_are_as_many_as_the_highest_number_tells(void **state)
{
    (void)state;
    assert_int_equal(fast_processors_in("0\n"), 1);
    assert_int_equal(fast_processors_in("0-1\n"), 2);
    assert_int_equal(fast_processors_in("0-3,8-11\n"), 12);
    assert_int_equal(fast_processors_in("0,2"), 3);
    assert_int_equal(fast_processors_in(""), 0);
    assert_int_equal(fast_processors_in("none"), 0);
    assert_true(fast_processors() >= (unsigned)sysconf(_SC_NPROCESSORS_ONLN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extension_headers_are_followed_as_far_as_is_sane),
        cmocka_unit_test(ipv4_options_must_add_up_and_not_route),
        cmocka_unit_test(bad_flow_descriptions_are_refused),
        cmocka_unit_test(a_table_keeps_what_is_put_and_forgets_what_is_removed),
        cmocka_unit_test(what_a_reader_may_see_is_not_freed),
        cmocka_unit_test(processors_are_as_many_as_the_highest_number_tells),
        cmocka_unit_test(a_super_packet_becomes_packets_with_true_checksums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
