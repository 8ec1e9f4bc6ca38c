/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The referee that we did not write: every PFCP and GTP-U message that the codecs emit goes into a capture file as real
 * UDP, and tshark must find it whole. Skipped with a visible line where tshark is not installed.
 */
#include "../check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "pfcp_random.h"
#include "wire/gtpu/gtpu.h"

enum { SEEDS = 12, LINK_TYPE_IPV4 = 228, IP_UDP_BYTES = 28 };

static void put(FILE *file, const void *data, size_t size)
{
    assert_int_equal(fwrite(data, 1, size, file), size);
}

static void put_datagram(FILE *file, uint16_t port, struct bytes payload)
{
    static const uint8_t peers[] = {127, 0, 0, 4, 127, 0, 0, 7};
    uint8_t headers[IP_UDP_BYTES] = {0x45, [8] = 64, [9] = 17};
    uint32_t size = (uint32_t)(IP_UDP_BYTES + payload.len);
    uint32_t record[] = {0, 0, size, size};
    struct writer w = writer_of(headers + 2, 2);
    write_u16(&w, (uint16_t)size);
    memcpy(headers + 12, peers, sizeof peers);
    w = writer_of(headers + 20, 8);
    write_u16(&w, port);
    write_u16(&w, port);
    write_u16(&w, (uint16_t)(payload.len + 8));
    put(file, record, sizeof record);
    put(file, headers, sizeof headers);
    put(file, payload.data, payload.len);
}

static FILE *capture(char *path)
{
    static const uint32_t header[] = {0xa1b2c3d4, 0x00040002, 0, 0, 65535, LINK_TYPE_IPV4};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    put(file, header, sizeof header);
    return file;
}

/* Counts the packets that tshark reads as `protocol`, and fails on each that it finds fault with. */
static unsigned dissect(const char *path, const char *protocol)
{
    char command[512], line[1024];
    unsigned count = 0;
    snprintf(
        command, sizeof command,
        "tshark -n -r %s -T fields -e frame.number -e frame.protocols -e _ws.malformed -e _ws.expert.message "
        "2>/dev/null",
        path);
    FILE *output = popen(command, "r");
    assert_non_null(output);
    while (fgets(line, sizeof line, output)) {
        char protocols[256] = "", fault[512] = "";
        unsigned frame = 0;
        sscanf(line, "%u\t%255[^\t\n]\t%511[^\n]", &frame, protocols, fault);
        if (!strstr(protocols, protocol))
            fail_msg("frame %u is %s", frame, protocols);
        if (strspn(fault, "\t ") != strlen(fault))
            fail_msg("frame %u: %s (%s)", frame, fault, path);
        count++;
    }
    pclose(output);
    return count;
}

static bool tshark_is_here(void)
{
    if (system("command -v tshark >/dev/null 2>&1") == 0)
        return true;
    print_message("# SKIPPED: tshark is not installed\n");
    return false;
}

static void tshark_reads_every_pfcp_message(void **state)
{
    (void)state;
    static uint8_t out[PFCP_MESSAGE_BYTES];
    char path[] = "/tmp/demarc-pfcp-XXXXXX";
    uint8_t types[256];
    unsigned type_count = pfcp_every_type(types), sent = 0;
    struct arena arena;
    if (!tshark_is_here())
        skip();
    FILE *file = capture(path);
    arena_init(&arena, 8 << 20);
    for (unsigned t = 0; t < type_count; t++) {
        for (uint64_t seed = 0; seed < SEEDS; seed++, sent++) {
            struct pfcp_message message;
            arena_reset(&arena);
            pfcp_random_message(&arena, seed, types[t], &message);
            message.sequence = sent; /* tshark pairs requests and responses by it */
            put_datagram(file, PFCP_PORT, bytes_of(out, pfcp_encode(&message, out, sizeof out)));
        }
    }
    fclose(file);
    arena_free(&arena);
    assert_int_equal(dissect(path, "pfcp"), sent);
    unlink(path);
}

static void tshark_reads_every_gtpu_message(void **state)
{
    (void)state;
    static const uint8_t ping[] = {0x45, 0, 0,  28, 0, 0, 0, 0, 64,   1,    0x66, 0x98, 10, 45,
                                   0,    2, 10, 45, 0, 1, 8, 0, 0xf7, 0xff, 0,    0,    0,  0};
    const struct gtpu_error_indication indication = {.teid = 7, .address = {10, 0, 0, 9}, .address_size = 4};
    char path[] = "/tmp/demarc-gtpu-XXXXXX";
    uint8_t out[GTPU_MESSAGE_BYTES];
    if (!tshark_is_here())
        skip();
    FILE *file = capture(path);
    put_datagram(file, GTPU_PORT, bytes_of(out, gtpu_echo_request(out, sizeof out, 1)));
    put_datagram(file, GTPU_PORT, bytes_of(out, gtpu_echo_response(out, sizeof out, 1)));
    put_datagram(file, GTPU_PORT, bytes_of(out, gtpu_error_indication(out, sizeof out, &indication)));
    put_datagram(file, GTPU_PORT, bytes_of(out, gtpu_supported_extensions(out, sizeof out, 2)));
    put_datagram(file, GTPU_PORT, bytes_of(out, gtpu_end_marker(out, sizeof out, 7)));
    for (uint8_t pdu_type = GTPU_DOWNLINK; pdu_type <= GTPU_UPLINK; pdu_type++) {
        size_t header = gtpu_g_pdu_header(out, 7, pdu_type, 9, false, sizeof ping);
        memcpy(out + header, ping, sizeof ping);
        put_datagram(file, GTPU_PORT, bytes_of(out, header + sizeof ping));
    }
    fclose(file);
    assert_int_equal(dissect(path, "gtp"), 7);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tshark_reads_every_pfcp_message),
        cmocka_unit_test(tshark_reads_every_gtpu_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
