/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/fast.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "kit/log.h"
#include "plane/fast/adopt.h"
#include "plane/fast/flows.h"
#include "plane/fast/framed.h"
#include "plane/fast/places.h"
#include "plane/fast/program.h"
#include "plane/fast/rates.h"

/* Some places for tunnels stay free, so that a TEID drawn at random finds one: after as many tries as this, at worst. The fewer they are, the more of them
 * does a processor's cache hold. */
enum { TRIES_AT_WORST = 32 };

/* An array of the program's, and where it is mapped. */
struct array {
    const char *name;
    size_t entries; /* 0: as the program says */
    void **at;
};

static unsigned power_of_two(unsigned least)
{
    unsigned power = 1024;
    while (power < least)
        power *= 2;
    return power;
}

static unsigned list_arrays(struct fast *fast, struct array arrays[FAST_MAPS])
{
    const struct fast_sizes *sizes = &fast->sizes;
    const size_t gnbs = sizes->gnbs + 1u, flows = sizes->flows + 1u, each = sizes->processors;
    const struct array list[] = {
        {"settings", 0, (void **)&fast->settings},
        {"ports", 0, (void **)&fast->ports},
        {"networks", 0, (void **)&fast->networks},
        {"blocks", 0, (void **)&fast->blocks},
        {"tunnels", fast->tunnels, (void **)&fast->places},
        {"addresses", sizes->addresses / 2 + 1, (void **)&fast->addresses},
        {"sessions", sizes->sessions + 1u, (void **)&fast->sessions},
        {"books", fast->tunnels + (size_t)sizes->sessions + 1 + flows * FAST_PDRS, (void **)&fast->books},
        {"classifiers", flows * 2, (void **)&fast->classifiers},
        {"actions", flows * FAST_PDRS, (void **)&fast->actions},
        {"rates", 2 * (sizes->sessions + (size_t)1), (void **)&fast->rates},
        {"gnbs", gnbs, (void **)&fast->gnbs},
        {"gnb_counts", gnbs * each, (void **)&fast->gnb_counts},
        {"slow_counts", gnbs * sizes->lanes, (void **)&fast->slow_counts},
        {"lanes", each, (void **)&fast->lanes},
        {"ran_rules", 0, (void **)&fast->ran_rules},
    };
    memcpy(arrays, list, sizeof list);
    return sizeof list / sizeof *list;
}

static bool set_size(struct bpf_object *object, const char *name, size_t entries)
{
    struct bpf_map *map = bpf_object__find_map_by_name(object, name);
    return map && (entries == 0 || bpf_map__set_max_entries(map, (unsigned)entries) == 0);
}

static bool set_sizes(struct fast *fast, const struct array *arrays, unsigned count)
{
    bool done =
        set_size(fast->object, "routes", (size_t)FAST_ROUTES * fast->sizes.processors) &&
        set_size(fast->object, "gnb_routes", (fast->sizes.gnbs + (size_t)1) * fast->sizes.processors) &&
        set_size(fast->object, "bothers", fast->sizes.gnbs + (size_t)1) &&
        set_size(fast->object, "stations", fast->sizes.stations + (size_t)1) &&
        set_size(fast->object, "prefixes", FAST_PREFIXES + (size_t)fast->sizes.routes);
    for (unsigned i = 0; i < count; i++)
        done &= set_size(fast->object, arrays[i].name, arrays[i].entries);
    return done;
}

static void pin_path(char *path, size_t size, const char *folder, const char *name)
{
    snprintf(path, size, "%s/%s", folder, name);
}

static bool set_pins(struct bpf_object *object, const char *folder)
{
    char path[256];
    struct bpf_map *map;
    bpf_object__for_each_map(map, object)
    {
        pin_path(path, sizeof path, folder, bpf_map__name(map));
        if (!bpf_map__is_internal(map) && bpf_map__set_pin_path(map, path) != 0)
            return false;
    }
    return true;
}

void fast_remove_pins(const struct fast *fast)
{
    char path[256];
    const struct bpf_map *map;
    bpf_object__for_each_map(map, fast->object)
    {
        pin_path(path, sizeof path, fast->folder, bpf_map__name(map));
        unlink(path);
    }
}

/* Somebody was killed while he made or removed them. What one map says leads nowhere, or astray, without the others. */
static bool are_pins_partial(const struct fast *fast)
{
    char path[256];
    const struct bpf_map *map;
    unsigned there = 0, missing = 0;
    bpf_object__for_each_map(map, fast->object)
    {
        if (bpf_map__is_internal(map))
            continue;
        pin_path(path, sizeof path, fast->folder, bpf_map__name(map));
        const bool is_there = access(path, F_OK) == 0;
        there += is_there;
        missing += !is_there;
    }
    return there && missing;
}

/* Each map is found in the folder, whole, or will be. */
static bool prepare_pins(const struct fast *fast)
{
    if (are_pins_partial(fast)) {
        log_info("plane", NULL,
                 "fast path: what is pinned in %s is not whole, as after a kill, and is replaced",
                 fast->folder);
        fast_remove_pins(fast);
    }
    return set_pins(fast->object, fast->folder);
}

static bool map_array(struct fast *fast, const struct array *array)
{
    const struct bpf_map *map = bpf_object__find_map_by_name(fast->object, array->name);
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t bytes =
        ((size_t)bpf_map__max_entries(map) * ((bpf_map__value_size(map) + 7u) & ~7u) + page - 1) &
        ~(page - 1);
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
    if (at == MAP_FAILED)
        return false;
    *array->at = at;
    fast->mapped[fast->mapped_count].at = at;
    fast->mapped[fast->mapped_count++].bytes = bytes;
    return true;
}

static void unmap(struct fast *fast)
{
    while (fast->mapped_count) {
        fast->mapped_count--;
        munmap(fast->mapped[fast->mapped_count].at, fast->mapped[fast->mapped_count].bytes);
    }
}

static bool map_arrays(struct fast *fast, const struct array *arrays, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!map_array(fast, &arrays[i]))
            return false;
    return true;
}

/* At most: elements are multiples of eight octets, and those of a hash have their keys beside them. A trie has a node where two part, for each but the first. */
static size_t map_bytes(const struct bpf_map *map)
{
    enum { TRIE_NODE = 64 };
    if (bpf_map__type(map) == BPF_MAP_TYPE_LPM_TRIE)
        return (size_t)bpf_map__max_entries(map) * 2 * TRIE_NODE;
    const size_t key = bpf_map__type(map) == BPF_MAP_TYPE_ARRAY ? 0 : (bpf_map__key_size(map) + 7u) & ~7u;
    return bpf_map__max_entries(map) * (key + ((bpf_map__value_size(map) + 7u) & ~7u));
}

static size_t maps_bytes(const struct bpf_object *object)
{
    const struct bpf_map *map;
    size_t sum = 0;
    bpf_object__for_each_map(map, object)
    {
        sum += map_bytes(map);
    }
    return sum;
}

/* What libbpf has to say is for who looks for it. */
static int say(enum libbpf_print_level level, const char *format, va_list arguments)
{
    char text[512];
    vsnprintf(text, sizeof text, format, arguments);
    text[strcspn(text, "\n")] = '\0';
    if (level != LIBBPF_DEBUG)
        log_debug("plane", NULL, "%s", text);
    return 0;
}

static bool load(struct fast *fast)
{
    struct array arrays[FAST_MAPS];
    const unsigned count = list_arrays(fast, arrays);
    fast->object = bpf_object__open_mem(fast_program, fast_program_bytes, NULL);
    return fast->object && set_sizes(fast, arrays, count) && (!fast->folder[0] || prepare_pins(fast)) &&
           bpf_object__load(fast->object) == 0 && map_arrays(fast, arrays, count);
}

static void unload(struct fast *fast)
{
    unmap(fast);
    bpf_object__close(fast->object);
    fast->object = NULL;
}

static bool is_ours(const struct fast *fast)
{
    const struct fast_settings *settings = fast->settings;
    return settings->layout == 0 ||
           (settings->layout == FAST_LAYOUT && settings->tunnels == fast->tunnels - 1 &&
            settings->processors == fast->sizes.processors);
}

static const char *remedy_for(int reason)
{
    switch (reason) {
    case EPERM:
    case EACCES:
        return "; CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN are needed";
    case EMFILE:
    case ENFILE:
        return "; raise the limit of open files";
    case ENOMEM:
        return "; give it more memory, or lower planes.fast_sessions";
    case ENOSYS:
        return "; its configuration has no BPF (CONFIG_BPF_SYSCALL)";
    default:
        return "; log.level debug says more";
    }
}

static bool explain(char why[FAST_WHY_BYTES])
{
    const int reason = errno;
    snprintf(why, FAST_WHY_BYTES, "the kernel does not take the packet program: %s%s", strerror(reason),
             remedy_for(reason));
    return false;
}

static bool has_pins(const char *folder)
{
    char path[256];
    const int reason = errno;
    pin_path(path, sizeof path, folder, "settings");
    const bool has = access(path, F_OK) == 0;
    errno = reason;
    return has;
}

void fast_give_budgets(const struct fast *fast, const struct fast_address *gnb)
{
    static const struct fast_address nobody;
    static const struct fast_bother nothing;
    bpf_map_update_elem(fast->bothers, gnb ? gnb : &nobody, &nothing, BPF_NOEXIST);
}

static void begin(struct fast *fast)
{
    struct fast_settings *settings = fast->settings;
    struct timespec tick;
    clock_getres(CLOCK_MONOTONIC_COARSE, &tick); /* a jiffy, whatever CONFIG_HZ is */
    settings->adopted += settings->layout != 0;
    settings->tunnels = fast->tunnels - 1;
    settings->processors = fast->sizes.processors;
    settings->jiffy = (unsigned)tick.tv_nsec;
    settings->layout = FAST_LAYOUT;
    fast->memory = maps_bytes(fast->object);
    fast->prefixes = bpf_object__find_map_fd_by_name(fast->object, "prefixes");
    fast->refused = bpf_object__find_map_fd_by_name(fast->object, "refused");
    fast->stations = bpf_object__find_map_fd_by_name(fast->object, "stations");
    fast->bothers = bpf_object__find_map_fd_by_name(fast->object, "bothers");
    fast_give_budgets(fast, NULL);
    fast->denied = bpf_object__find_map_fd_by_name(fast->object, "denied");
    fast->program = bpf_program__fd(bpf_object__find_program_by_name(fast->object, "plane_packet"));
    fast->frame_program = bpf_program__fd(bpf_object__find_program_by_name(fast->object, "plane_frame"));
}

/* Both clocks are read in the kernel, one behind the other. */
bool fast_set_clock(struct fast *fast)
{
    static const char frame[64];
    LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = sizeof frame);
    return bpf_prog_test_run_opts(
               bpf_program__fd(bpf_object__find_program_by_name(fast->object, "plane_clock")), &options) == 0;
}

void fast_close(struct fast *fast)
{
    fast_forget_places(fast);
    free(fast->free_rates);
    free(fast->claimed_rates);
    free(fast->free_flows);
    fast_forget_routes(fast);
    fast_forget_found(fast);
    fast->free_rates = NULL;
    fast->free_flows = NULL;
    fast->claimed_rates = NULL;
    if (fast->object)
        unload(fast);
}

static void describe(struct fast *fast, const struct fast_sizes *sizes)
{
    *fast = (struct fast){.sizes = *sizes,
                          .tunnels = power_of_two(sizes->sessions + sizes->sessions / TRIES_AT_WORST)};
}

size_t fast_memory_of(const struct fast_sizes *sizes)
{
    struct fast fast;
    struct array arrays[FAST_MAPS];
    describe(&fast, sizes);
    const unsigned count = list_arrays(&fast, arrays);
    libbpf_set_print(say);
    fast.object = bpf_object__open_mem(fast_program, fast_program_bytes, NULL);
    if (!fast.object)
        return 0;
    const size_t bytes = set_sizes(&fast, arrays, count) ? maps_bytes(fast.object) : 0;
    bpf_object__close(fast.object);
    return bytes;
}

bool fast_open(struct fast *fast, const struct fast_sizes *sizes, const char *folder,
               char why[FAST_WHY_BYTES])
{
    describe(fast, sizes);
    snprintf(fast->folder, sizeof fast->folder, "%s", folder ? folder : "");
    libbpf_set_print(say);
    bool loaded = load(fast);
    if (folder && fast->object &&
        (loaded ? !is_ours(fast) : has_pins(folder))) { /* other sizes, or another release's */
        log_info("plane", NULL,
                 "fast path: what is pinned in %s has other sizes or another layout, and is replaced",
                 folder);
        fast_remove_pins(fast);
        unload(fast);
        loaded = load(fast);
    }
    if (loaded)
        begin(fast);
    if (loaded && fast_set_clock(fast) && fast_list_places(fast) && fast_list_rates(fast) &&
        fast_list_flows(fast))
        return true;
    explain(why);
    fast_close(fast);
    return false;
}

uint32_t fast_prefix_place(const struct fast *fast, const struct fast_prefix *prefix)
{
    uint32_t place;
    return bpf_map_lookup_elem(fast->prefixes, prefix, &place) == 0 ? place : FAST_ELSEWHERE;
}

void fast_each_prefix(const struct fast *fast,
                      void (*visit)(void *context, const struct fast_prefix *prefix, uint32_t place),
                      void *context)
{
    struct fast_prefix at, next;
    bool more = bpf_map_get_next_key(fast->prefixes, NULL, &next) == 0;
    while (more) {
        at = next;
        more = bpf_map_get_next_key(fast->prefixes, &at, &next) ==
               0; /* before it goes, as it leads to the next */
        visit(context, &at, fast_prefix_place(fast, &at));
    }
}

struct keeping {
    struct fast *fast;
    const struct fast_prefix *kept;
    unsigned count;
};

static void keep(void *context, const struct fast_prefix *prefix, uint32_t place)
{
    const struct keeping *keeping = context;
    if (!(place & FAST_FRAMED) &&
        !bsearch(prefix, keeping->kept, keeping->count, sizeof *prefix, fast_prefix_order))
        fast_take_prefix(keeping->fast, prefix);
}

void fast_keep_prefixes(struct fast *fast, const struct fast_prefix *kept, unsigned count)
{
    struct keeping keeping = {fast, kept, count};
    fast_each_prefix(fast, keep, &keeping);
}

void fast_take_prefix(struct fast *fast, const struct fast_prefix *prefix)
{
    bpf_map_delete_elem(fast->prefixes, prefix);
}

bool fast_put_prefix(struct fast *fast, const struct fast_prefix *prefix, uint32_t place)
{
    return bpf_map_update_elem(fast->prefixes, prefix, &place, BPF_ANY) == 0;
}

unsigned fast_take(int table, void *keys, size_t key_bytes, void *values, size_t value_bytes, unsigned most)
{
    LIBBPF_OPTS(bpf_map_batch_opts, options);
    uint32_t bucket;
    unsigned taken = 0;
    int done = 0;
    while (done == 0 && taken < most) {
        uint32_t count = most - taken;
        done = bpf_map_lookup_and_delete_batch(table, taken ? &bucket : NULL, &bucket,
                                               (char *)keys + taken * key_bytes,
                                               (char *)values + taken * value_bytes, &count, &options);
        if (done == 0 || errno == ENOENT) /* that was the end of it */
            taken += count;
    }
    return taken;
}
