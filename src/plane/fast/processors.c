/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/processors.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

unsigned fast_processors_in(const char *list)
{
    const size_t length = strspn(list, "0123456789-,");
    size_t at = length;
    while (at > 0 && isdigit((unsigned char)list[at - 1]))
        at--;
    return at < length ? (unsigned)strtoul(list + at, NULL, 10) + 1 : 0;
}

/* How many there are (_SC_NPROCESSORS_CONF) is less than the highest number tells where numbers are left out. */
unsigned fast_processors(void)
{
    char list[4096] = "";
    FILE *file = fopen("/sys/devices/system/cpu/possible", "re");
    if (file && !fgets(list, sizeof list, file))
        list[0] = '\0';
    if (file)
        fclose(file);
    const unsigned numbered = fast_processors_in(list);
    return numbered ? numbered : (unsigned)sysconf(_SC_NPROCESSORS_CONF);
}
