/* SPDX-License-Identifier: Apache-2.0 */
/* What one InitialUEMessage costs to decode and to encode: the median of repeated runs, in time of one core. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "wire/ngap/ngap.h"

enum { RUNS = 41, ROUNDS = 20000 };

static const uint8_t nas[] = {
    0x7e, 0x00, 0x41, 0x79, 0x00, 0x0d, 0x01, 0x99, 0xf9, 0x07, 0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x00,
    0x00, 0x01, 0x2e, 0x08, 0xf0, 0xf0, 0xf0, 0xf0, 0x00, 0x00, 0x00, 0x00, 0x2f, 0x05, 0x04, 0x01, 0x00,
    0x00, 0x01, 0x53, 0x01, 0x00, 0x10, 0x01, 0x07, 0x52, 0x99, 0xf9, 0x07, 0x00, 0x00, 0x01, 0x18,
};

static const struct ngap_initial_ue_message message = {
    .ran_ue_ngap_id = 4711,
    .nas_pdu = {nas, sizeof nas},
    .user_location_information =
        {
            .which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR,
            .user_location_information_nr =
                {
                    .nr_cgi = {.plmn_identity = {0x99, 0xf9, 0x07}, .nr_cell_identity = 0x000000010},
                    .tai = {.plmn_identity = {0x99, 0xf9, 0x07}, .tac = 1},
                    .has_time_stamp = true,
                    .time_stamp = 0xe8a5f3c1,
                },
        },
    .rrc_establishment_cause = NGAP_RRC_ESTABLISHMENT_CAUSE_MO_SIGNALLING,
    .has_ue_context_request = true,
    .ue_context_request = NGAP_UE_CONTEXT_REQUEST_REQUESTED,
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const char *name, double *nanoseconds)
{
    qsort(nanoseconds, RUNS, sizeof *nanoseconds, ascending);
    printf("{\"name\": \"%s\", \"value\": %.0f, \"unit\": \"ns\"}\n", name, nanoseconds[RUNS / 2]);
}

static struct bytes encode(uint8_t *buffer, size_t size)
{
    struct writer w = writer_of(buffer, size);
    struct fault fault;
    if (!ngap_encode_initial_ue_message(&w, &message, &fault)) {
        fprintf(stderr, "%s: %s\n", fault.where, fault.what);
        exit(1);
    }
    return writer_bytes(&w);
}

static void decode(struct bytes in, struct arena *arena)
{
    struct ngap_pdu pdu;
    if (ngap_decode(in, arena, NGAP_STRICT_ORDER, &pdu) != NGAP_OK) {
        fprintf(stderr, "%s: %s\n", pdu.diagnostics.fault.where, pdu.diagnostics.fault.what);
        exit(1);
    }
    arena_reset(arena);
}

int main(void)
{
    static double decoding[RUNS], encoding[RUNS];
    uint8_t buffer[512];
    struct arena arena;
    arena_init(&arena, 0);
    struct bytes in = encode(buffer, sizeof buffer);
    for (int run = 0; run < RUNS; run++) {
        double start = now();
        for (int i = 0; i < ROUNDS; i++)
            decode(in, &arena);
        double middle = now();
        for (int i = 0; i < ROUNDS; i++)
            encode(buffer, sizeof buffer);
        decoding[run] = (middle - start) / ROUNDS;
        encoding[run] = (now() - middle) / ROUNDS;
    }
    arena_free(&arena);
    report("ngap_initial_ue_decode_ns", decoding);
    report("ngap_initial_ue_encode_ns", encoding);
    return 0;
}
