/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/tap.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PAGES = 256, LEAST_PAGES = 16 }; /* of each processor */

struct fast_tap {
    struct perf_buffer *buffer;
    fast_tap_saw *saw;
    void *context;
    uint64_t lost;
};

static void sample(void *context, int processor, void *data, uint32_t size)
{
    struct fast_tap *tap = context;
    struct fast_captured head; /* in the ring it is aligned to four octets */
    (void)processor;
    if (size < sizeof head)
        return;
    memcpy(&head, data, sizeof head);
    if (head.frame <= size - sizeof head)
        tap->saw(tap->context, &head, bytes_of((uint8_t *)data + sizeof head, head.frame));
}

static void lost(void *context, int processor, __u64 count)
{
    struct fast_tap *tap = context;
    (void)processor;
    tap->lost += count;
}

struct fast_tap *fast_tap_new(const struct fast *fast, fast_tap_saw *saw, void *context)
{
    struct fast_tap *tap = calloc(1, sizeof *tap);
    if (!tap)
        return NULL;
    *tap = (struct fast_tap){.saw = saw, .context = context};
    const int map = bpf_object__find_map_fd_by_name(fast->object, "captures");
    for (size_t pages = MOST_PAGES; !tap->buffer && pages >= LEAST_PAGES; pages /= 4)
        tap->buffer = perf_buffer__new(map, pages, sample, lost, tap, NULL);
    if (tap->buffer)
        return tap;
    const int cause = errno;
    free(tap);
    errno = cause;
    return NULL;
}

int fast_tap_descriptor(const struct fast_tap *tap)
{
    return perf_buffer__epoll_fd(tap->buffer);
}

void fast_tap_drain(struct fast_tap *tap)
{
    /* Every ring is looked at: a ring says once that it has something, and who waits for the descriptor has heard it. */
    perf_buffer__consume(tap->buffer);
}

uint64_t fast_tap_lost(const struct fast_tap *tap)
{
    return tap->lost;
}

void fast_tap_free(struct fast_tap *tap)
{
    if (!tap)
        return;
    perf_buffer__free(tap->buffer);
    free(tap);
}
