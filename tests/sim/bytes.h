/* SPDX-License-Identifier: Apache-2.0 */
/* Every byte of this process's heap, whoever asked for it, libraries too. */
#ifndef SIM_BYTES_H
#define SIM_BYTES_H

#include <stdbool.h>
#include <stddef.h>

/* Asked for and not given back, but for what SQLite has: it keeps the pages of a database for later rows. */
size_t bytes_held(void);

/* SQLite's too (bytes_heap.c). */
size_t bytes_asked_for(void);

/* So that SQLite's can be told from others'. Before its first use; false: too late. */
bool bytes_begin(void);

#endif
