/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Internal to co.c: switching between stacks. On x86-64 a few instructions that keep what the ABI calls
 * callee-saved; elsewhere the C library's ucontext, which costs two system calls a switch for a signal mask
 * nobody changes.
 */
#ifndef KIT_CO_SWITCH_H
#define KIT_CO_SWITCH_H

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__) && !defined(CO_PORTABLE)

struct context {
    void *sp;
};

/* Saves the running side in `from` and continues `to`. */
void co_context_switch(struct context *from, struct context *to);

__asm__(".text\n"
        ".p2align 4\n"
        ".globl co_context_switch\n"
        ".hidden co_context_switch\n"
        ".type co_context_switch,@function\n"
        "co_context_switch:\n"
        "    endbr64\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq (%rsi), %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    ret\n"
        ".size co_context_switch,.-co_context_switch\n");

/* Prepares a context whose first switch enters `entry` (which never returns) on the stack [stack, stack +
 * size). */
static inline void co_context_make(struct context *context, void *stack, size_t size, void (*entry)(void))
{
    uintptr_t *top = (uintptr_t *)(((uintptr_t)stack + size) & ~(uintptr_t)15);
    *--top = 0;                /* where entry would return to: keeps the ABI's alignment, ends back-traces */
    *--top = (uintptr_t)entry; /* popped by `ret` */
    for (int saved = 0; saved < 6; saved++)
        *--top = 0;
    context->sp = top;
}

#else

#include <ucontext.h>

struct context {
    ucontext_t ucontext;
};

static inline void co_context_switch(struct context *from, struct context *to)
{
    swapcontext(&from->ucontext, &to->ucontext);
}

static inline void co_context_make(struct context *context, void *stack, size_t size, void (*entry)(void))
{
    getcontext(&context->ucontext);
    context->ucontext.uc_stack.ss_sp = stack;
    context->ucontext.uc_stack.ss_size = size;
    makecontext(&context->ucontext, entry, 0);
}

#endif
#endif
