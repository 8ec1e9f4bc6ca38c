/* SPDX-License-Identifier: Apache-2.0 */
/* What a load run prints in the end. */
#include <stdio.h>

#include "ran/load_state.h"

static double per_second(unsigned long count, int64_t nanoseconds)
{
    return nanoseconds > 0 ? (double)count * 1e9 / (double)nanoseconds : 0;
}

static void report_json(struct load *load, int64_t taken)
{
    printf("{\"phones\":%u,\"done\":%u,\"failed\":%u,\"seconds\":%.3f,\"phones_per_second\":%.1f,\"steps\":{",
           load->options.phones, load->done, load->failed, (double)taken / 1e9,
           per_second(load->done, taken));
    const char *comma = "";
    for (unsigned step = 0; step < LOAD_STEPS; step++) {
        struct step_figures *figures = &load->figures[step];
        struct latency *latency = &figures->latency;
        if (!latency->count && !figures->failures)
            continue;
        printf("%s\"%s\":{\"count\":%zu,\"failed\":%u,\"per_second\":%.1f,\"p50_ms\":%.3f,\"p90_ms\":%.3f,"
               "\"p99_ms\":%.3f,\"max_ms\":%.3f}",
               comma, load_step_name(step), latency->count, figures->failures,
               per_second(latency->count, figures->busy), latency_ms(latency, 50), latency_ms(latency, 90),
               latency_ms(latency, 99), latency_ms(latency, 100));
        comma = ",";
    }
    printf("}}\n");
}

static void report_table(struct load *load, int64_t taken)
{
    printf("%u phones, %u done, %u failed, in %.2f s: %.0f phones/s\n\n", load->options.phones, load->done,
           load->failed, (double)taken / 1e9, per_second(load->done, taken));
    printf("%-12s %9s %7s %9s %10s %10s %10s %10s\n", "step", "count", "failed", "per s", "p50 ms", "p90 ms",
           "p99 ms", "max ms");
    for (unsigned step = 0; step < LOAD_STEPS; step++) {
        struct step_figures *figures = &load->figures[step];
        struct latency *latency = &figures->latency;
        if (latency->count || figures->failures)
            printf("%-12s %9zu %7u %9.0f %10.2f %10.2f %10.2f %10.2f\n", load_step_name(step), latency->count,
                   figures->failures, per_second(latency->count, figures->busy), latency_ms(latency, 50),
                   latency_ms(latency, 90), latency_ms(latency, 99), latency_ms(latency, 100));
    }
}

void load_report(struct load *load)
{
    int64_t taken = load->ended > load->started ? load->ended - load->started : 0;
    (load->options.json ? report_json : report_table)(load, taken);
}
