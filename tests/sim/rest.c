/* SPDX-License-Identifier: Apache-2.0 */
/* What is left of phones when all have gone: in the core and its store, in the plane, at the edge, at the gNBs. */
#include <malloc.h>
#include <sqlite3.h>
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef SANITIZED
#include <sanitizer/allocator_interface.h>
#endif

#include "edge/association.h"
#include "inside.h"
#include "plane/agent_state.h"
#include "world.h"

static bool count_ue(void *context, const char *supi, uint32_t tmsi, struct bytes blob)
{
    (void)supi, (void)tmsi, (void)blob;
    ++*(unsigned *)context;
    return true;
}

static bool count_session(void *context, const char *supi, uint8_t psi, struct bytes blob)
{
    (void)supi, (void)psi, (void)blob;
    ++*(unsigned *)context;
    return true;
}

static const char *left_in_store(struct store *store)
{
    unsigned rows = 0;
    store_ue_each(store, count_ue, &rows);
    store_session_each(store, NULL, count_session, &rows);
    return rows ? "the store still has rows of phones or sessions" : NULL;
}

static bool leads_anywhere(const struct plane *plane)
{
    size_t ways = plane->teids.count;
    for (unsigned i = 0; i < plane->network_count; i++)
        ways += plane->networks[i].by_v4.count + plane->networks[i].by_v6.count;
    return ways != 0;
}

static bool serves_gnbs(const struct plane *plane)
{
    size_t cursor = 0;
    uint64_t key;
    void *gnb;
    while (table_next(&plane->gnbs, &cursor, &key, &gnb))
        if (((struct gnb *)gnb)->path.sessions)
            return true;
    return false;
}

static const char *left_in_plane(const struct world *world)
{
    const struct plane *plane = &world->plane;
    if (agent_sessions(world->agent) || world->agent->smfs[0].by_cp_seid.count)
        return "the plane still has sessions";
    if (leads_anywhere(plane) || serves_gnbs(plane) || plane->shared_rates.count)
        return "the plane still has tunnels, addresses or rates of sessions that are gone";
    if (plane->held_total || plane->early_total || atomic_load(&world->plane.news))
        return "the plane still has packets or news of sessions that are gone";
    return NULL;
}

static const char *left_at_edge(const struct world *world)
{
    if (world->edge->associations.count != world->gnbs || world->core->gnbs.count != world->gnbs)
        return "gNBs, edge and core do not agree which associations there are";
    return world->edge->backlog.length ? "the edge still has messages for control" : NULL;
}

/* Phones that are off may listen, where they have kept their identity. */
static size_t listeners(const struct world *world)
{
    size_t count = 0;
    for (unsigned i = 0; i < world->phones; i++)
        count += world->inhabitants[i].phone.has_guti;
    return count;
}

static const char *left_at_gnbs(const struct world *world)
{
    size_t listening = 0;
    for (unsigned i = 0; i < world->gnbs; i++) {
        const struct ran_gnb *gnb = &world->masts[i].gnb;
        listening += gnb->camped.count;
        if (gnb->connections.count || gnb->tunnels.count)
            return "a gNB still has connections or tunnels";
    }
    return listening != listeners(world) ? "gNBs still have phones that do not listen" : NULL;
}

const char *world_nothing_left(struct world *world)
{
    const char *left = inside_left(world->core);
    if (!left)
        left = left_in_store(world->store);
    if (!left)
        left = left_in_plane(world);
    if (!left)
        left = left_at_edge(world);
    return left ? left : left_at_gnbs(world);
}

/* What is on its way comes and goes, so the fewest of some moments count. */
size_t world_timers_at_rest(struct world *world)
{
    size_t fewest = SIZE_MAX;
    for (unsigned i = 0; i < 40; i++) {
        world_run(world, world->timers.now + MILLISECONDS(103));
        fewest = world->timers.count < fewest ? world->timers.count : fewest;
    }
    return fewest;
}

/* --- Bytes --- */

#ifdef SANITIZED
enum { CHUNK_HEADER = 0 }; /* the sanitizer counts what was asked for */

static size_t allocated(void)
{
    return __sanitizer_get_current_allocated_bytes();
}
#else
enum { CHUNK_HEADER = sizeof(size_t) };

/* The allocator keeps a few freed pieces of each size and counts them as taken: let there be the same number always. */
static void fill_allocator_caches(void)
{
    enum { PIECES = 16, LARGEST = 1040, STEP = 16 };
    void *volatile pieces[PIECES];
    for (size_t size = STEP; size <= LARGEST; size += STEP) {
        for (unsigned i = 0; i < PIECES; i++)
            pieces[i] = malloc(size);
        for (unsigned i = 0; i < PIECES; i++)
            free(pieces[i]);
    }
}

static size_t allocated(void)
{
    fill_allocator_caches();
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}
#endif

/* SQLite keeps the pages of a database in memory for later rows, and does not say what they take from the heap. */
static size_t held_by_store;

static size_t size_of(void *piece)
{
    return piece ? malloc_usable_size(piece) + CHUNK_HEADER : 0;
}

static void *store_takes(int size)
{
    void *piece = malloc((size_t)size);
    held_by_store += size_of(piece);
    return piece;
}

static void store_gives_back(void *piece)
{
    held_by_store -= size_of(piece);
    free(piece);
}

static void *store_resizes(void *piece, int size)
{
    size_t former = size_of(piece);
    void *resized = realloc(piece, (size_t)size);
    if (resized)
        held_by_store += size_of(resized) - former;
    return resized;
}

static int store_asks_size(void *piece)
{
    return (int)malloc_usable_size(piece);
}

static int store_rounds_up(int size)
{
    enum { ALIGNMENT = 8 };
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static int begin(void *context)
{
    (void)context;
    return SQLITE_OK;
}

static void end(void *context)
{
    (void)context;
}

bool world_count_store(void)
{
    const sqlite3_mem_methods counted = {.xMalloc = store_takes,
                                         .xFree = store_gives_back,
                                         .xRealloc = store_resizes,
                                         .xSize = store_asks_size,
                                         .xRoundup = store_rounds_up,
                                         .xInit = begin,
                                         .xShutdown = end};
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &counted) == SQLITE_OK;
}

size_t world_bytes(const struct world *world)
{
    return allocated() - held_by_store - world->timers.room * sizeof(struct timer *);
}
