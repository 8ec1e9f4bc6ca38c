/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The referee that we did not write: tshark must take apart every message that the codec makes without a complaint.
 * Skipped with a visible line where tshark is not installed.
 */
#include "../check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "nas_make.h"

enum { SEEDS = 12, LINK_TYPE_USER_0 = 147 };

static void put(FILE *file, const void *data, size_t size)
{
    assert_int_equal(fwrite(data, 1, size, file), size);
}

static FILE *capture(char *path)
{
    static const uint32_t header[] = {0xa1b2c3d4, 0x00040002, 0, 0, 65535, LINK_TYPE_USER_0};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    put(file, header, sizeof header);
    return file;
}

static unsigned put_messages(FILE *file)
{
    static uint8_t out[65536];
    struct arena arena;
    unsigned count = 0;
    arena_init(&arena, 4 << 20);
    for (unsigned type = 1; type < 256; type++)
        for (uint64_t seed = 0; nas_message_name((uint8_t)type) && seed < SEEDS; seed++, count++) {
            struct nas_maker maker = {.seed = seed << 8 | type,
                                      .arena = &arena,
                                      .presence = seed % 2 ? 256 : 80,
                                      .known_elsewhere = true};
            struct nas_message message;
            struct writer w = writer_of(out, sizeof out);
            arena_reset(&arena);
            nas_make(&maker, (uint8_t)type, &message);
            assert_true(nas_encode(&message, &w));
            uint32_t size = (uint32_t)writer_length(&w), record[] = {0, 0, size, size};
            put(file, record, sizeof record);
            put(file, out, size);
        }
    arena_free(&arena);
    return count;
}

/* Counts the frames read as NAS-5GS, and fails on the first that tshark finds fault with. */
static unsigned dissect(const char *path)
{
    char command[512], line[2048];
    unsigned count = 0;
    snprintf(
        command, sizeof command,
        "tshark -n -r %s -o 'uat:user_dlts:\"User 0 (DLT=147)\",\"nas-5gs\",\"0\",\"\",\"0\",\"\"' -T fields "
        "-e frame.number -e frame.protocols -e _ws.malformed -e _ws.expert.message 2>/dev/null",
        path);
    FILE *output = popen(command, "r");
    assert_non_null(output);
    while (fgets(line, sizeof line, output)) {
        char protocols[256] = "", fault[1024] = "";
        unsigned frame = 0;
        sscanf(line, "%u\t%255[^\t\n]\t%1023[^\n]", &frame, protocols, fault);
        assert_non_null(strstr(protocols, "nas-5gs"));
        if (strspn(fault, "\t ") != strlen(fault))
            fail_msg("frame %u: %s (%s)", frame, fault, path);
        count++;
    }
    pclose(output);
    return count;
}

static void tshark_reads_every_message(void **state)
{
    (void)state;
    char path[] = "/tmp/demarc-nas-XXXXXX";
    if (system("command -v tshark >/dev/null 2>&1") != 0) {
        print_message("# SKIPPED: tshark is not installed\n");
        skip();
    }
    FILE *file = capture(path);
    unsigned sent = put_messages(file);
    fclose(file);
    assert_int_equal(dissect(path), sent);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(tshark_reads_every_message)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
