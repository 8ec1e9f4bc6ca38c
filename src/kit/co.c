/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/co.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kit/co_switch.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#else
#define ASAN_UNPOISON_MEMORY_REGION(at, size)               ((void)(at), (void)(size))
#define __sanitizer_start_switch_fiber(save, stack, size)   ((void)(save), (void)(stack), (void)(size))
#define __sanitizer_finish_switch_fiber(saved, stack, size) ((void)(saved), (void)(stack), (void)(size))
#endif

/* Idle stacks beyond this many keep their addresses but give their memory back. */
enum { WARM_STACKS = 256 };

/* One side of a switch: a coroutine, or the thread's own stack. */
struct side {
    struct context context;
    void *fake_stack; /* AddressSanitizer's */
    const void *stack;
    size_t stack_bytes;
};

/* Lives at the top of its own stack, whose uppermost page is touched anyway. */
struct co {
    struct side side;
    struct side *resumer;
    struct co *outer; /* the coroutine that resumed this one, or NULL */
    struct co_pool *pool;
    struct co *next_idle;
    void (*body)(void *argument);
    void *argument;
    intptr_t word;
    bool ended;
};

struct co_pool {
    size_t page, stack_bytes; /* without the guard page */
    unsigned most, made, running, idle_count;
    struct co *idle;
};

static _Thread_local struct side outside;
static _Thread_local struct co *current;

struct co_pool *co_pool_new(size_t stack_bytes, unsigned most)
{
    struct co_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return NULL;
    pool->page = (size_t)sysconf(_SC_PAGESIZE);
    pool->stack_bytes = (stack_bytes + pool->page - 1) / pool->page * pool->page;
    pool->most = most;
    return pool;
}

static char *mapping_of(const struct co *co)
{
    return (char *)co->side.stack - co->pool->page;
}

void co_pool_free(struct co_pool *pool)
{
    if (!pool)
        return;
    assert(pool->running == 0);
    while (pool->idle) {
        struct co *co = pool->idle;
        pool->idle = co->next_idle;
        munmap(mapping_of(co), pool->page + pool->stack_bytes);
    }
    free(pool);
}

unsigned co_pool_running(const struct co_pool *pool)
{
    return pool->running;
}

static struct co *at_top_of(char *stack, size_t size)
{
    return (struct co *)(((uintptr_t)stack + size - sizeof(struct co)) & ~(uintptr_t)63);
}

static struct co *make(struct co_pool *pool)
{
    if (pool->made == pool->most)
        return NULL;
    const size_t size = pool->page + pool->stack_bytes;
    char *base = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (base == MAP_FAILED)
        return NULL;
    char *stack = base + pool->page;
    if (mprotect(stack, pool->stack_bytes, PROT_READ | PROT_WRITE) < 0) {
        munmap(base, size);
        return NULL;
    }
    pool->made++;
    struct co *co = at_top_of(stack, pool->stack_bytes);
    co->pool = pool;
    co->side.stack = stack;
    co->side.stack_bytes = (size_t)((char *)co - stack);
    return co;
}

static struct co *take(struct co_pool *pool)
{
    struct co *co = pool->idle;
    if (!co)
        return make(pool);
    pool->idle = co->next_idle;
    pool->idle_count--;
    return co;
}

static void give_back(struct co *co)
{
    struct co_pool *pool = co->pool;
    pool->running--;
    co->next_idle = pool->idle;
    pool->idle = co;
    if (++pool->idle_count <= WARM_STACKS)
        return;
    uintptr_t top_page = (uintptr_t)co & ~(uintptr_t)(pool->page - 1);
    if (top_page > (uintptr_t)co->side.stack)
        madvise((void *)co->side.stack, top_page - (uintptr_t)co->side.stack, MADV_DONTNEED);
}

/* Leaves `from` for `to`; comes back when somebody switches to `from` again. */
static void switch_sides(struct side *from, struct side *to, bool for_good)
{
    __sanitizer_start_switch_fiber(for_good ? NULL : &from->fake_stack, to->stack, to->stack_bytes);
    co_context_switch(&from->context, &to->context);
    __sanitizer_finish_switch_fiber(from->fake_stack, NULL, NULL);
}

static void entry(void)
{
    struct co *co = current;
    /* Where we come from is the sanitizer's only way to learn the bounds of the thread's own stack. */
    __sanitizer_finish_switch_fiber(NULL, &co->resumer->stack, &co->resumer->stack_bytes);
    co->body(co->argument);
    co->ended = true;
    switch_sides(&co->side, co->resumer, true);
    __builtin_unreachable();
}

/* Runs the coroutine until it suspends or ends. */
static void run(struct co *co)
{
    co->outer = current;
    co->resumer = current ? &current->side : &outside;
    current = co;
    switch_sides(co->resumer, &co->side, false);
    current = co->outer;
    if (co->ended)
        give_back(co);
}

bool co_start(struct co_pool *pool, struct co **self, void (*body)(void *argument), void *argument)
{
    struct co *co = take(pool);
    if (!co)
        return false;
    pool->running++;
    co->body = body;
    co->argument = argument;
    co->ended = false;
    ASAN_UNPOISON_MEMORY_REGION(co->side.stack, co->side.stack_bytes);
    co_context_make(&co->side.context, (void *)co->side.stack, co->side.stack_bytes, entry);
    if (self)
        *self = co;
    run(co);
    return true;
}

intptr_t co_suspend(void)
{
    struct co *co = current;
    assert(co);
    switch_sides(&co->side, co->resumer, false);
    return co->word;
}

void co_resume(struct co *co, intptr_t word)
{
    assert(co != current && !co->ended);
    co->word = word;
    run(co);
}

struct co *co_self(void)
{
    return current;
}
