/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of the host, below /proc/sys. */
#ifndef PLANE_SETTING_H
#define PLANE_SETTING_H

#include <stdbool.h>

/* One of a single character. False: errno. */
bool setting_write(const char *path, char value);

#endif
