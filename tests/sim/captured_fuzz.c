/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A captured edge. Whatever it does, the phones of the other edge keep all they have, others can come, and nothing of what it
 * did is left when it is gone. The core lives on from one input to the next, and is made anew now and then.
 */

#include "../fuzz/must.h"
#include "captured_steps.h"
#include "kit/co.h"
#include "kit/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);

/* A victim that stays idle would be missed after its periodic registration timer (54 minutes). */
enum { INPUTS = 32, LONGEST_S = 40 * 60 };

static struct captured *fresh_core(void)
{
    static struct captured captured;
    static unsigned inputs = INPUTS;
    static FILE *nowhere;
    if (inputs++ < INPUTS && captured.timers.now < SECONDS(LONGEST_S))
        return &captured;
    if (captured.core)
        captured_close(&captured);
    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    log_setup((struct log_settings){.level = LOG_ERROR, .to = nowhere, .name = "captured"});
    must(captured_open(&captured));
    inputs = 1;
    return &captured;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct captured *captured = fresh_core();
    const uint64_t before = captured_digest(captured);
    captured_connects(captured);
    captured_plays(captured, bytes_of(data, size));
    must(captured_digest(captured) == before);
    captured_replaced(captured);
    captured_pass(captured, SECONDS(30));
    captured_forgets(captured);
    must(captured_digest(captured) == before);
    must(captured_newcomer(captured));
    must(co_pool_running(captured->core->stacks) == 0);
    must(captured->core->provisional == 0);
    must(captured->core->gnbs.count == 1 && captured->gate.associations.count == 1);
    return 0;
}

/* Without the fuzzer nobody mutates. */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room)
{
    (void)data, (void)room;
    return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
    return steps_mutate(data, size, room, seed, LLVMFuzzerMutate);
}
