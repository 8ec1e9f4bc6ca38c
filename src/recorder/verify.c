/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log as a whole. Leaves are hashed and entries read by threads, a segment each at a time; the tree above them grows in one, in the
 * order of the log, and each of its nodes is compared with the one that is kept.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recorder/files.h"
#include "recorder/prune.h"
#include "recorder/reader.h"

enum { THREADS_MOST = 8, RUNS = 64 };

/* What was seen of one run of a source: its first and its last entry. */
struct run {
    uint64_t id, first, last; /* numbers */
    int64_t begun, time;
};

struct runs {
    struct run seen[RUNS]; /* the oldest is overwritten */
    unsigned count;
    uint64_t lost, set_back;
};

/* What a thread has made of a segment. */
struct portion {
    size_t place;
    uint8_t (*leaves)[TREE_HASH_BYTES];
    size_t count, room;
    uint64_t prunes; /* entries that a pruning in it says are gone; 0: none does */
    uint8_t pruned_root[TREE_HASH_BYTES];
    uint64_t repairs;
    struct runs runs;
    uint64_t damaged; /* index + 1 of an entry that is none; 0: all are */
    bool torn;        /* something stands behind the last whole line */
    bool unread;
};

struct verification {
    struct evidence_reader *reader;
    char *why;
    struct tree tree;
    struct runs runs;
    bool differs;                           /* a node is not the one that is kept */
    uint8_t (*boundaries)[TREE_HASH_BYTES]; /* the root of all before each segment */
    struct {
        const uint8_t *nodes;
        size_t count, octets;
    } levels[TREE_LEVELS];
};

static bool complain(char why[LOG_WHY_BYTES], const char *what)
{
    snprintf(why, LOG_WHY_BYTES, "%s", what);
    return false;
}

/* --- A segment --- */

/* A run goes on, or begins. Numbers that were never seen are lost; of times it is counted where they go back. */
static void follow_run(struct runs *runs, const struct run *next)
{
    const unsigned known = runs->count < RUNS ? runs->count : RUNS;
    unsigned i = 0;
    while (i < known && runs->seen[i].id != next->id)
        i++;
    if (i == known) {
        runs->seen[runs->count++ % RUNS] = *next;
        return;
    }
    struct run *run = &runs->seen[i];
    if (next->first > run->last + 1)
        runs->lost += next->first - run->last - 1;
    runs->set_back += next->begun < run->time;
    run->last = next->last;
    run->time = next->time;
}

/* What the thread of a segment could not know: how its runs stand to those before. */
static void join_runs(struct runs *all, const struct runs *runs)
{
    for (unsigned i = 0; i < RUNS && i < runs->count; i++)
        follow_run(all, &runs->seen[i]);
    all->lost += runs->lost;
    all->set_back += runs->set_back;
}

static bool take_entry(struct portion *portion, struct bytes line)
{
    struct evidence_entry entry;
    struct fault fault;
    if (portion->count == portion->room) {
        const size_t room = portion->room ? 2 * portion->room : SEGMENT_ENTRIES;
        void *leaves = realloc(portion->leaves, room * TREE_HASH_BYTES);
        if (!leaves)
            return false;
        portion->leaves = leaves;
        portion->room = room;
    }
    if (!evidence_entry_read(line, &entry, &fault))
        return false;
    tree_leaf(line, portion->leaves[portion->count++]);
    if (entry.number)
        follow_run(&portion->runs,
                   &(struct run){entry.run, entry.number, entry.number, entry.time, entry.time});
    portion->repairs += entry.kind == EVIDENCE_REPAIR;
    if (entry.kind == EVIDENCE_PRUNING && pruning_read(&entry, &portion->prunes))
        memcpy(portion->pruned_root, entry.digest, sizeof portion->pruned_root);
    return true;
}

static void read_segment(const struct segments *segments, struct portion *portion)
{
    struct bytes content, line;
    size_t at = 0;
    portion->unread = !segment_map(segments, portion->place, &content);
    while (!portion->unread && !portion->damaged && segment_line(content, &at, &line))
        if (!take_entry(portion, line))
            portion->damaged = segments->firsts[portion->place] + portion->count + 1;
    portion->torn = at < content.len;
    segment_unmap(content);
}

struct worker {
    pthread_t thread;
    const struct segments *segments;
    struct portion portion;
};

static void *work(void *argument)
{
    struct worker *worker = argument;
    read_segment(worker->segments, &worker->portion);
    return NULL;
}

/* --- The tree --- */

static void compare(void *context, unsigned level, uint64_t index, const uint8_t hash[TREE_HASH_BYTES])
{
    struct verification *v = context;
    if (index < v->levels[level].count)
        v->differs |= memcmp(v->levels[level].nodes + index * TREE_HASH_BYTES, hash, TREE_HASH_BYTES) != 0;
}

/* What the files hold of the nodes of a tree of that size; more than that they may hold at any time. */
static void map_nodes(struct verification *v, uint64_t size)
{
    for (unsigned level = 0; level < TREE_LEVELS; level++) {
        struct stat is;
        char name[8];
        snprintf(name, sizeof name, "%02x", level);
        const int fd = openat(v->reader->hashes.folder, name, O_RDONLY | O_CLOEXEC);
        if (fd >= 0 && fstat(fd, &is) == 0 && is.st_size) {
            void *map = mmap(NULL, (size_t)is.st_size, PROT_READ, MAP_SHARED, fd, 0);
            const uint64_t kept = (uint64_t)is.st_size / TREE_HASH_BYTES;
            v->levels[level].nodes = map == MAP_FAILED ? NULL : map;
            v->levels[level].octets = (size_t)is.st_size;
            v->levels[level].count = map == MAP_FAILED ? 0 : kept < size >> level ? kept : size >> level;
        }
        if (fd >= 0)
            close(fd);
    }
}

static void unmap_nodes(struct verification *v)
{
    for (unsigned level = 0; level < TREE_LEVELS; level++)
        if (v->levels[level].nodes)
            munmap((void *)(uintptr_t)v->levels[level].nodes, v->levels[level].octets);
}

static bool has_all_nodes(const struct verification *v, uint64_t size)
{
    for (unsigned level = 0; level < TREE_LEVELS; level++)
        if (v->levels[level].count < size >> level)
            return false;
    return true;
}

/* --- The whole --- */

static bool check_root(struct verification *v, const struct checkpoint *checkpoint)
{
    uint8_t root[TREE_HASH_BYTES];
    tree_root(&v->tree, root);
    return memcmp(root, checkpoint->root, sizeof root) == 0 ||
           complain(v->why, "the entries do not lead to the checkpoint's root: one of them was changed");
}

static bool add_portion(struct verification *v, const struct portion *portion,
                        const struct checkpoint *checkpoint, struct evidence_findings *findings)
{
    const struct tree_keeper keeper = {v, compare, NULL};
    const struct segments *segments = &v->reader->segments;
    const bool last = portion->place + 1 == segments->count;
    if (portion->unread)
        return complain(v->why, "entries cannot be read");
    if (segments->firsts[portion->place] != v->tree.size + findings->tail)
        return complain(v->why, "entries are missing between two of the files");
    if (portion->damaged && portion->damaged <= checkpoint->size) {
        snprintf(v->why, LOG_WHY_BYTES, "entry %" PRIu64 " is none: it was changed", portion->damaged - 1);
        return false;
    }
    if (portion->torn && !last)
        return complain(v->why, "a file of entries ends within a line");
    tree_root(&v->tree, v->boundaries[portion->place]);
    for (size_t i = 0; i < portion->count; i++) {
        if (v->tree.size < checkpoint->size)
            tree_append(&v->tree, portion->leaves[i], &keeper);
        else
            findings->tail++;
    }
    findings->repairs += portion->repairs;
    join_runs(&v->runs, &portion->runs);
    findings->lost = v->runs.lost;
    findings->set_back = v->runs.set_back;
    return true;
}

/* Of the entries that are gone only the peaks are left: a pruning must say the same of them. One that was cut short by a crash has
 * left some more than it says. */
static bool says_pruned(const struct verification *v, const struct portion *portion)
{
    size_t place;
    return portion->prunes >= v->reader->segments.firsts[0] &&
           segments_find(&v->reader->segments, portion->prunes, &place) &&
           v->reader->segments.firsts[place] == portion->prunes &&
           memcmp(portion->pruned_root, v->boundaries[place], TREE_HASH_BYTES) == 0;
}

static unsigned thread_count(void)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors < 1 ? 1 : processors > THREADS_MOST ? THREADS_MOST : (unsigned)processors;
}

/* The segments [from, from + count), each by a thread of its own. */
static void read_together(const struct segments *segments, struct worker *workers, size_t from,
                          unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint8_t(*leaves)[TREE_HASH_BYTES] = workers[i].portion.leaves;
        const size_t room = workers[i].portion.room;
        workers[i].segments = segments;
        workers[i].portion = (struct portion){.place = from + i, .leaves = leaves, .room = room};
        if (i == 0 || pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
            workers[i].thread = 0;
    }
    for (unsigned i = 0; i < count; i++)
        if (!workers[i].thread)
            work(&workers[i]);
    for (unsigned i = 0; i < count; i++)
        if (workers[i].thread)
            pthread_join(workers[i].thread, NULL);
}

static bool walk(struct verification *v, struct evidence_findings *findings)
{
    const struct segments *segments = &v->reader->segments;
    const unsigned threads = thread_count();
    struct worker workers[THREADS_MOST] = {0};
    bool good = true, said = findings->first == 0;
    for (size_t from = 0; good && from < segments->count; from += threads) {
        const size_t left = segments->count - from;
        const unsigned count = left < threads ? (unsigned)left : threads;
        read_together(segments, workers, from, count);
        for (unsigned i = 0; good && i < count; i++) {
            good = add_portion(v, &workers[i].portion, &findings->checkpoint, findings);
            said = said || (good && says_pruned(v, &workers[i].portion));
        }
    }
    for (unsigned i = 0; i < THREADS_MOST; i++)
        free(workers[i].portion.leaves);
    if (good && !said)
        return complain(v->why, "entries at the beginning are missing, and no pruning says so");
    return good;
}

static bool check_cosigned(struct verification *v, const struct proof_trust *trust,
                           struct evidence_findings *findings)
{
    const struct tree_keeper keeper = hashes_keeper(&v->reader->hashes);
    uint8_t space[NOTE_BYTES];
    struct checkpoint cosigned;
    struct note note;
    struct fault fault;
    struct tree then;
    uint8_t root[TREE_HASH_BYTES];
    const ssize_t length = file_read(v->reader->folder, "cosigned", space, sizeof space);
    if (length < 0 && errno == ENOENT)
        return true;
    if (length < 0 || !checkpoint_open(bytes_of(space, (size_t)length), trust->log, &note, &cosigned, &fault))
        return complain(v->why, "the cosigned checkpoint is not signed by the log");
    findings->cosigned = note_cosigners(&note, trust->witnesses, trust->witness_count);
    findings->cosigned_size = cosigned.size;
    if (cosigned.size > findings->size)
        return complain(v->why, "witnesses have cosigned a longer log: entries are missing at the end");
    if (cosigned.size < findings->first)
        return true; /* what it was made of is pruned */
    if (!tree_load(&then, cosigned.size, &keeper))
        return complain(v->why, "nodes of the tree are missing below the cosigned checkpoint");
    tree_root(&then, root);
    return memcmp(root, cosigned.root, sizeof root) == 0 ||
           complain(v->why, "witnesses have cosigned another log");
}

static bool check_all(struct verification *v, const struct proof_trust *trust,
                      struct evidence_findings *findings)
{
    const struct tree_keeper keeper = hashes_keeper(&v->reader->hashes);
    if (!tree_load(&v->tree, findings->first, &keeper))
        return complain(v->why, "the hashes of what was pruned are missing");
    v->boundaries = calloc(v->reader->segments.count + 1, sizeof *v->boundaries);
    const bool walked = v->boundaries ? walk(v, findings) : complain(v->why, "out of memory");
    free(v->boundaries);
    if (!walked)
        return false;
    if (v->tree.size < findings->size)
        return complain(v->why, "entries that the checkpoint covers are missing");
    if (!check_root(v, &findings->checkpoint))
        return false;
    if (v->differs || !has_all_nodes(v, findings->size))
        return complain(v->why, "the kept hashes are not those of the entries");
    return check_cosigned(v, trust, findings);
}

bool evidence_verify(struct evidence_reader *reader, const struct proof_trust *trust,
                     struct evidence_findings *findings, char why[LOG_WHY_BYTES])
{
    struct verification v = {.reader = reader, .why = why};
    uint8_t space[NOTE_BYTES];
    struct note note;
    struct fault fault = {.where = "checkpoint", .what = "is missing"};
    *findings = (struct evidence_findings){.first = evidence_reader_first(reader)};
    const ssize_t length = file_read(reader->folder, "checkpoint", space, sizeof space);
    if (length < 0 ||
        !checkpoint_open(bytes_of(space, (size_t)length), trust->log, &note, &findings->checkpoint, &fault)) {
        snprintf(why, LOG_WHY_BYTES, "the checkpoint: %s %s", fault.where, fault.what);
        return false;
    }
    findings->size = findings->checkpoint.size;
    map_nodes(&v, findings->size);
    const bool good = check_all(&v, trust, findings);
    unmap_nodes(&v);
    return good;
}
