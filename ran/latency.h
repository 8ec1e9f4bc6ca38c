/* SPDX-License-Identifier: Apache-2.0 */
/* A collection of durations and its percentiles. */
#ifndef RAN_LATENCY_H
#define RAN_LATENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct latency {
    uint32_t *microseconds;
    size_t count, room;
    bool sorted;
};

void latency_add(struct latency *latency, int64_t nanoseconds);
double latency_ms(struct latency *latency, unsigned percent); /* 0 when there are none */
void latency_free(struct latency *latency);

#endif
