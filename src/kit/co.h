/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stackful coroutines: a procedure that waits in the middle of a line of code. Stacks come from a bounded
 * pool, each with a guard page below it; AddressSanitizer is told of every switch. One thread drives one
 * pool.
 */
#ifndef KIT_CO_H
#define KIT_CO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct co;
struct co_pool;

/* stack_bytes is rounded up to pages. NULL: out of memory. */
struct co_pool *co_pool_new(size_t stack_bytes, unsigned most);

/* Every coroutine must have ended. */
void co_pool_free(struct co_pool *pool);

unsigned co_pool_running(const struct co_pool *pool);

/* Runs body(argument) on a stack of its own until it first suspends or returns. False: the pool is exhausted
 * (or no memory) and nothing ran. *self, if not NULL, is set before the body runs, and the body's owner
 * clears it at its end. */
bool co_start(struct co_pool *pool, struct co **self, void (*body)(void *argument), void *argument);

/* Inside a coroutine: gives control back to whoever started or resumed it. Returns what co_resume passes. */
intptr_t co_suspend(void);

/* From outside any coroutine or from another one: continues where it suspended, until it suspends again or
 * returns. */
void co_resume(struct co *co, intptr_t word);

/* The running coroutine, or NULL outside. */
struct co *co_self(void);

#endif
