/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a gNB may send, one message after the other: each with its length in two octets in front; length 0 lets a second pass.
 * Whatever it was, no procedure runs for ever, and what proved nothing is gone when all timers have run out.
 */

#include "../fuzz/must.h"
#include "kit/co.h"
#include "kit/log.h"
#include "line.h"

enum { MESSAGES = 64 };

static void play(struct line *line, struct bytes input)
{
    struct reader r = reader_of(input);
    for (unsigned i = 0; i < MESSAGES && reader_left(&r) >= 2; i++) {
        size_t length = read_u16(&r);
        struct bytes ngap = read_bytes(&r, length < reader_left(&r) ? length : reader_left(&r));
        if (length)
            line_gnb_says(line, (uint16_t)(i % 2), ngap);
        else
            line_pass(line, SECONDS(1));
    }
}

static struct line *fresh_line(void)
{
    static struct line line;
    if (line.core) {
        must(line_again(&line));
        return &line;
    }
    FILE *nowhere = fopen("/dev/null", "w");
    log_setup((struct log_settings){.level = LOG_ERROR, .to = nowhere, .name = "line"});
    must(nowhere && line_open(&line));
    return &line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct line *line = fresh_line();
    play(line, bytes_of(data, size));
    line_pass(line, SECONDS(90));
    must(co_pool_running(line->core->stacks) == 0);
    must(line->core->provisional == 0);
    return 0;
}
