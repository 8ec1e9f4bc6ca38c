/* SPDX-License-Identifier: Apache-2.0 */
/* All timers, as the table of keys has them. */
#include <ctype.h>
#include <string.h>

#include "config/schema.h"

enum { NAME_BYTES = 64, KEY_BYTES = 128 };

/* t3512 is T3512; what the specification gives no number keeps its words. */
static void name_of(const char *key, char name[NAME_BYTES])
{
    snprintf(name, NAME_BYTES, "%s", key);
    if (name[0] == 't' && isdigit((unsigned char)name[1]))
        name[0] = 'T';
    for (char *at = name; *at; at++)
        *at = *at == '_' ? ' ' : *at;
}

static void visit(const struct config *config, const char *section, const struct key *key,
                  void (*each)(void *context, const struct config_timer *timer), void *context)
{
    char name[NAME_BYTES], value[VALUE_TEXT_BYTES], path[KEY_BYTES];
    name_of(key->name, name);
    key->type->print(key, (const char *)config + key->offset, value, sizeof value);
    snprintf(path, sizeof path, "%s.%s", section, key->name);
    each(context, &(struct config_timer){name, key->specified, value, path});
}

void config_each_timer(const struct config *config,
                       void (*each)(void *context, const struct config_timer *timer), void *context)
{
    for (const struct key *section = config_keys; section->name; section++) {
        if (!section->fields || section->list)
            continue;
        for (const struct key *key = section->fields; key->name; key++)
            if (key->type == &type_duration)
                visit(config, section->name, key, each, context);
    }
}
