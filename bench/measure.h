/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timing of short functions: as many calls as fill 20 ms of CPU time make a run, the median of 11 runs is the result.
 * Rows are JSON objects, one a line.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MEASURE_RUNS = 11 };

static inline double measure_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static inline double measure_run(void (*work)(void *context), void *context, unsigned long calls)
{
    double begin = measure_clock();
    for (unsigned long i = 0; i < calls; i++)
        work(context);
    return measure_clock() - begin;
}

static inline int measure_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Nanoseconds of CPU time a call. */
static inline double measure_ns(void (*work)(void *context), void *context)
{
    unsigned long calls = 1;
    double runs[MEASURE_RUNS];
    while (measure_run(work, context, calls) < 20e6)
        calls *= 2;
    for (unsigned i = 0; i < MEASURE_RUNS; i++)
        runs[i] = measure_run(work, context, calls) / (double)calls;
    qsort(runs, MEASURE_RUNS, sizeof *runs, measure_compare);
    return runs[MEASURE_RUNS / 2];
}

static inline void measure_row(const char *name, double value, const char *unit)
{
    printf("{\"name\": \"%s\", \"value\": %.*f, \"unit\": \"%s\"}\n", name, value < 100 ? 2 : 0, value, unit);
    fflush(stdout);
}

#endif
