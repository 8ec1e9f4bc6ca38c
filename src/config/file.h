/* SPDX-License-Identifier: Apache-2.0 */
/* Files that configuration comes from. */
#ifndef CONFIG_FILE_H
#define CONFIG_FILE_H

#include "config/config.h"

enum { CONFIG_PATH_MOST = 8192 };

struct config_text {
    char *bytes; /* NULL: it could not be read */
    size_t length;
};

/* At most 1 MiB. On failure *error names the file. */
struct config_text config_file_read(const char *path, struct config_error *error);
/* Wipes and frees it. */
void config_file_forget(struct config_text text);

#endif
