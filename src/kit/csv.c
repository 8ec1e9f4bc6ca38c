/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/csv.h"

#include <stdbool.h>

int csv_split(char *line, char **cells, int most)
{
    int count = 0;
    while (count < most) {
        char *from = line, *to = line;
        bool quoted = *from == '"';
        cells[count++] = to;
        for (from += quoted; *from && (quoted || *from != ','); from++) {
            if (quoted && *from == '"' && from[1] != '"') {
                quoted = false;
                continue;
            }
            from += quoted && *from == '"';
            *to++ = *from;
        }
        bool last = *from == '\0';
        *to = '\0';
        if (last)
            return count;
        line = from + 1;
    }
    return most + 1;
}
