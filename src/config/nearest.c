/* SPDX-License-Identifier: Apache-2.0 */
#include "config/nearest.h"

#include <string.h>

enum { NAME_MOST = 40 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Levenshtein distance, row by row. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_MOST + 1], length = strlen(b);
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < length; j++) {
            size_t change = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = least(change, least(row[j], row[j + 1]) + 1);
        }
    }
    return row[length];
}

const char *nearest_name(const char *typed, const char *const *names, size_t count)
{
    size_t length = strlen(typed), best = 1 + length / 3;
    const char *nearest = NULL;
    for (size_t i = 0; i < count && length <= NAME_MOST; i++) {
        if (strlen(names[i]) > NAME_MOST)
            continue;
        size_t far = distance(typed, names[i]);
        if (far < best || (far == best && !nearest)) {
            best = far;
            nearest = names[i];
        }
    }
    return nearest;
}
