/* SPDX-License-Identifier: Apache-2.0 */
/* Reading profiles: those that the program brings along, and files of one's own. */
#include <stdlib.h>
#include <string.h>

#include "config/file.h"
#include "config/read.h"

static const struct config_profile_file *built_in(const char *name)
{
    const struct config_profile_file *file = config_profile_files;
    while (file->name && strcmp(file->name, name) != 0)
        file++;
    return file->name ? file : NULL;
}

static bool read_own(const char *path, struct config_profile *profile, struct arena *memory,
                     struct config_error *error)
{
    struct config_text text = config_file_read(path, error);
    const bool good =
        text.bytes && config_read(profile_keys, text.bytes, text.length, path, profile, memory, error);
    config_file_forget(text);
    return good;
}

bool config_read_profile(const char *name, const char *folder, struct config_profile *profile,
                         struct arena *memory, struct config_error *error)
{
    const struct config_profile_file *file = built_in(name);
    char path[CONFIG_PATH_MOST];
    *profile = (struct config_profile){.name = name};
    if (file)
        return config_read(profile_keys, file->text, strlen(file->text), name, profile, memory, error);
    snprintf(path, sizeof path, "%s%s", *name == '/' ? "" : folder, name);
    return read_own(path, profile, memory, error);
}
