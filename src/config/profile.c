/* SPDX-License-Identifier: Apache-2.0 */
/* Reading profiles. */
#include "config/bundle.h"
#include "config/read.h"

bool config_read_profile_part(const struct config_part *part, struct config_profile *profile,
                              struct arena *memory, struct config_error *error)
{
    const struct config_source source = {part->path, part->text, part->length};
    const struct bytes name = arena_copy(memory, bytes_of(part->name, strlen(part->name) + 1));
    *profile = (struct config_profile){.name = (const char *)name.data};
    return config_read(profile_keys, &source, profile, memory, NULL, error);
}

bool config_read_profile(const struct config_inventory *inventory, const char *name,
                         struct config_profile *profile, struct arena *memory, struct config_error *error)
{
    const struct config_part *part = config_bundle_take(inventory->bundle, CONFIG_PART_PROFILE, name, error);
    return part && config_read_profile_part(part, profile, memory, error);
}
