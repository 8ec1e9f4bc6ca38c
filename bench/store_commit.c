/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a batch waits for the store when there is never a pause: rows of phones and sessions as large as the core's, of random
 * phones, as many batches as fit into some seconds. What counts is the longest wait, and how far the log grows.
 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/measure.h"
#include "store/store.h"

enum { PHONES = 100000, PHONES_PER_BATCH = 8, SECONDS_OF_LOAD = 15, BATCHES_MOST = 1 << 20 };

static double waits[BATCHES_MOST];

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool batch(struct store *store)
{
    static const uint8_t row[260];
    char supi[STORE_SUPI_BYTES];
    bool stored = true;
    for (unsigned i = 0; i < PHONES_PER_BATCH; i++) {
        long phone = random() % PHONES;
        snprintf(supi, sizeof supi, "imsi-99970%010ld", phone);
        stored = store_ue_put(store, supi, (uint32_t)random(), bytes_of(row, 260)) == STORE_OK &&
                 store_session_put(store, supi, 1, bytes_of(row, 180)) == STORE_OK && stored;
    }
    return store_commit(store) == STORE_OK && stored;
}

static double log_megabytes(const char *path)
{
    char log[256];
    struct stat is;
    snprintf(log, sizeof log, "%s-wal", path);
    return stat(log, &is) == 0 ? (double)is.st_size / 1e6 : 0;
}

static void report(size_t batches, const char *path)
{
    qsort(waits, batches, sizeof *waits, measure_compare);
    measure_row("store_batches_per_second", (double)batches / SECONDS_OF_LOAD, "1/s");
    measure_row("store_batch_p50_ms", waits[batches / 2], "ms");
    measure_row("store_batch_p99_ms", waits[batches - batches / 100 - 1], "ms");
    measure_row("store_batch_p999_ms", waits[batches - batches / 1000 - 1], "ms");
    measure_row("store_batch_longest_ms", waits[batches - 1], "ms");
    measure_row("store_log_mb", log_megabytes(path), "MB");
}

int main(void)
{
    char folder[] = "bench-store-XXXXXX", path[64], command[80];
    enum store_result result;
    const char *why = "no folder for it here";
    if (mkdtemp(folder))
        snprintf(path, sizeof path, "%s/demarc.db", folder);
    struct store *store =
        store_open((struct store_settings){.path = path, .sync = CONFIG_SYNC_NORMAL}, &result, &why);
    if (!store) {
        fprintf(stderr, "bench-store: %s\n", why);
        return 1;
    }
    size_t batches = 0;
    double end = now_ms() + SECONDS_OF_LOAD * 1e3;
    for (double begin = now_ms(); begin < end && batches < BATCHES_MOST; batches++) {
        if (!batch(store))
            break;
        double done = now_ms();
        waits[batches] = done - begin;
        begin = done;
    }
    report(batches, path);
    store_close(store);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) ? 1 : 0;
}
