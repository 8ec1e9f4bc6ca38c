/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/setting.h"

#include <fcntl.h>
#include <unistd.h>

bool setting_write(const char *path, char value)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    const bool done = fd >= 0 && write(fd, &value, 1) == 1;
    if (fd >= 0)
        close(fd);
    return done;
}
