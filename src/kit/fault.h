/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why something that came from outside was refused: where in the input, in which element, what was wrong.
 * Strings are static and owned by nobody; a fault can be copied and kept.
 */
#ifndef KIT_FAULT_H
#define KIT_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault {
    size_t at;         /* byte offset into the outermost input */
    const char *where; /* element's name as the specification spells it, or NULL */
    const char *what;  /* what was found, and what was expected; NULL means no fault */
};

/* Always returns false, so that a decoder can `return fault_set(...)`. */
static inline bool fault_set(struct fault *fault, size_t at, const char *where, const char *what)
{
    if (fault)
        *fault = (struct fault){at, where, what};
    return false;
}

#endif
