/* SPDX-License-Identifier: Apache-2.0 */
/* What a load run prints in the end. */
#include <stdio.h>

#include "ran/load_state.h"

static double per_second(unsigned long count, int64_t nanoseconds)
{
    return nanoseconds > 0 ? (double)count * 1e9 / (double)nanoseconds : 0;
}

static struct stream_side total(const struct load *load, bool up)
{
    struct stream_side sum = {0};
    for (unsigned i = 0; i < load->options.phones; i++) {
        const struct stream_side *side = up ? &load->walkers[i].up : &load->walkers[i].down;
        sum.sent += side->sent;
        sum.got += side->got;
        sum.misplaced += side->misplaced;
    }
    return sum;
}

static struct driver_losses losses_of(const struct load *load)
{
    struct driver_losses losses = driver_losses(&load->driver);
    if (load->data_network >= 0)
        losses.overflowed += socket_overflow(load->data_network);
    return losses;
}

static void report_stream_json(const struct load *load)
{
    struct stream_side up = total(load, true), down = total(load, false);
    printf("\"up\":{\"sent\":%llu,\"got\":%llu,\"misplaced\":%llu},"
           "\"down\":{\"sent\":%llu,\"got\":%llu,\"misplaced\":%llu}",
           (unsigned long long)up.sent, (unsigned long long)up.got, (unsigned long long)up.misplaced,
           (unsigned long long)down.sent, (unsigned long long)down.got, (unsigned long long)down.misplaced);
    struct driver_losses losses = losses_of(load);
    printf(",\"losses\":{\"strayed\":%llu,\"unsent\":%llu,\"overflowed\":%llu}",
           (unsigned long long)losses.strayed, (unsigned long long)losses.unsent,
           (unsigned long long)losses.overflowed);
}

static void report_path_ended_json(struct load *load)
{
    struct latency *ended = &load->path_ended;
    if (ended->count)
        printf(",\"path_ended\":{\"count\":%zu,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f}",
               ended->count, latency_ms(ended, 50), latency_ms(ended, 99), latency_ms(ended, 100));
}

static void report_stream_table(const char *name, struct stream_side side)
{
    if (side.sent)
        printf("%s: %llu packets sent, %llu arrived, %llu of them out of order\n", name,
               (unsigned long long)side.sent, (unsigned long long)side.got,
               (unsigned long long)side.misplaced);
}

static void report_losses_table(const struct load *load)
{
    struct driver_losses losses = losses_of(load);
    if (losses.strayed || losses.unsent || losses.overflowed)
        printf("lost here: %llu packets for a tunnel or phone that was gone, %llu not sent, %llu for want of "
               "room in a socket\n",
               (unsigned long long)losses.strayed, (unsigned long long)losses.unsent,
               (unsigned long long)losses.overflowed);
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
    printf("},");
    report_stream_json(load);
    report_path_ended_json(load);
    printf("}\n");
}

static void report_table(struct load *load, int64_t taken)
{
    printf("%u phones, %u done, %u failed, in %.2f s: %.0f phones/s\n\n", load->options.phones, load->done,
           load->failed, (double)taken / 1e9, per_second(load->done, taken));
    printf("%-18s %9s %7s %9s %10s %10s %10s %10s\n", "step", "count", "failed", "per s", "p50 ms", "p90 ms",
           "p99 ms", "max ms");
    for (unsigned step = 0; step < LOAD_STEPS; step++) {
        struct step_figures *figures = &load->figures[step];
        struct latency *latency = &figures->latency;
        if (latency->count || figures->failures)
            printf("%-18s %9zu %7u %9.0f %10.2f %10.2f %10.2f %10.2f\n", load_step_name(step), latency->count,
                   figures->failures, per_second(latency->count, figures->busy), latency_ms(latency, 50),
                   latency_ms(latency, 90), latency_ms(latency, 99), latency_ms(latency, 100));
    }
    report_stream_table("up", total(load, true));
    report_stream_table("down", total(load, false));
    report_losses_table(load);
}

void load_report(struct load *load)
{
    int64_t taken = load->ended > load->started ? load->ended - load->started : 0;
    (load->options.json ? report_json : report_table)(load, taken);
}
