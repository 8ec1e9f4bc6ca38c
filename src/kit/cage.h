/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process gives up before it hears the first byte from outside, so that code which takes it over finds nothing: no program to
 * start, no process to touch, no file but what it is there for. Each piece by itself; the order is the caller's: the place is left first,
 * the calls are given up last.
 */
#ifndef KIT_CAGE_H
#define KIT_CAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cage_limits {
    size_t memory; /* octets of address space; 0, or under a sanitizer: any */
    unsigned descriptors;
    bool writes_files; /* beside a log that standard error was led to */
};
void cage_limit(const struct cage_limits *limits);

/* A user and group of its own, and no other group; ends with the keeper as before, which the kernel forgets at a change of user. False
 * with errno. */
bool cage_become(uint32_t id);
void cage_drop_capabilities(void);

/* Landlock, as far as this kernel has it: no file, or those below the folder, which can be made, written and removed there, not
 * started; no TCP port bound, none connected to unless `connects`; no signal nor abstract socket out of here. False: it has none. */
struct cage_files {
    int folder; /* -1: none */
    bool connects;
};
bool cage_files(const struct cage_files *files);

/* A system call that is needed. Numbers below 0 are calls that this machine does not have. */
struct cage_call {
    int number;
    const char *why;
};

/*
 * seccomp, for all threads: these calls, memory that is not executed, and no other. What is not on the list fails with EPERM, as libraries
 * try things that nobody foresees; what only a stranger would do ends the process (SIGSYS), and a clean one starts. No thread can be
 * made any more. False: the kernel has no filters.
 */
bool cage_calls(const struct cage_call *needed, size_t count);

#endif
