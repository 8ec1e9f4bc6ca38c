/* SPDX-License-Identifier: Apache-2.0 */
/* Reading profiles. */
#include "config/bundle.h"
#include "config/read.h"
#include "config/schema.h"

/* What says something to another rule only would be read past, and the limit taken for another than it is. */
static const char *misplaced_key(const struct config_limit *limit)
{
    const uint32_t bit = (uint32_t)1 << limit->rule;
    enum {
        COUNTS = 1 << CONFIG_L5 | 1 << CONFIG_H1 | 1 << CONFIG_H2 | 1 << CONFIG_H5 | 1 << CONFIG_H6,
        SINGLE = 1 << CONFIG_L1 | 1 << CONFIG_H3 | 1 << CONFIG_H7 | 1 << CONFIG_H8,
    };
    if (limit->most && !(bit & COUNTS))
        return "most";
    if (limit->class_count && limit->rule != CONFIG_L1)
        return "classes";
    if (limit->age != CONFIG_ANY_AGE && limit->rule != CONFIG_H7)
        return "age";
    return limit->scope != CONFIG_WHOLE_NETWORK && !(bit & SINGLE) ? "scope" : NULL;
}

bool check_limit(const void *base, void *items, unsigned index, struct complaint *complaint)
{
    enum { PERCENT = 100 };
    const struct config_limit *limit = (const struct config_limit *)items + index;
    const char *rule = config_rule_text(limit->rule), *key = misplaced_key(limit);
    (void)base;
    if (key) {
        snprintf(complaint->found, sizeof complaint->found, "%s of rule %s", key, rule);
        return complain(complaint, "it at a rule that it says something to");
    }
    if ((limit->rule == CONFIG_H1 || limit->rule == CONFIG_H2) && limit->most > PERCENT)
        return check_found(complaint, "more than 100 percent of rule %s", rule) ||
               complain(complaint, "a share");
    if (limit->age == CONFIG_NEW && !limit->from.days)
        return check_found(complaint, "%s without from", "age: new") ||
               complain(complaint, "the day from which on equipment is new");
    return true;
}

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
