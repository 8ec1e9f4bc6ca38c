/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean ...?": the known name that a mistyped one is closest to. */
#ifndef CONFIG_NEAREST_H
#define CONFIG_NEAREST_H

#include <stddef.h>

/* NULL when none is close enough to be what was meant. */
const char *nearest_name(const char *typed, const char *const *names, size_t count);

#endif
