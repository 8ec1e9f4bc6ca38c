/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/inherit.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

int inherited(const char *name)
{
    const size_t length = strlen(name);
    const char *at = getenv("DEMARC_FDS");
    for (; at && *at; at += strcspn(at, " "), at += *at == ' ') {
        if (strncmp(at, name, length) != 0 || at[length] != '=')
            continue;
        long fd = strtol(at + length + 1, NULL, 10);
        if (fd < 0 || fd > INT_MAX || fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0)
            return -1;
        return (int)fd;
    }
    return -1;
}
