/* SPDX-License-Identifier: Apache-2.0 */
#include "face/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/nearest.h"

int failed(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("demarc: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return EXIT_FAILED;
}

int wrong_usage(const struct command *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("demarc: ", stderr);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\nusage: demarc %s\n", command->form);
    va_end(arguments);
    return EXIT_USAGE;
}

/* Names are written with '-' or '_'. */
static bool same_name(const char *name, const char *word, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (name[i] != word[i] && !(name[i] == '_' && word[i] == '-'))
            return false;
    return name[length] == '\0';
}

static const struct option_slot *find_slot(const struct option_slot *slots, const char *word,
                                           const char **value)
{
    size_t length = strcspn(word + 2, "=");
    for (; slots->name; slots++)
        if (same_name(slots->name, word + 2, length)) {
            *value = word[2 + length] ? word + 2 + length + 1 : NULL;
            return slots;
        }
    return NULL;
}

static int unknown_option(const struct command *command, const struct option_slot *slots, const char *word)
{
    const char *names[64];
    size_t count = 0;
    for (; slots[count].name && count < 64; count++)
        names[count] = slots[count].name;
    const char *nearest = nearest_name(word + 2, names, count);
    if (nearest)
        return wrong_usage(command, "unknown option %s, did you mean --%s?", word, nearest);
    return wrong_usage(command, "unknown option %s", word);
}

/* One option word, and the word behind it if that is its value. */
static bool take_option(const struct command *command, char **words, int left,
                        const struct option_slot *slots, int *used)
{
    const char *value;
    const struct option_slot *slot = find_slot(slots, words[0], &value);
    *used = 1;
    if (!slot)
        return unknown_option(command, slots, words[0]) == EXIT_DONE;
    if (slot->flag) {
        *slot->flag = true;
        return !value || wrong_usage(command, "--%s takes no value", slot->name) == EXIT_DONE;
    }
    if (!value && left < 2)
        return wrong_usage(command, "--%s needs a value", slot->name) == EXIT_DONE;
    *used = value ? 1 : 2;
    *slot->value = value ? value : words[1];
    return true;
}

bool take_options(const struct command *command, int *argc, char **argv, const struct option_slot *slots)
{
    int kept = 0, used;
    for (int i = 0; i < *argc; i += used) {
        used = 1;
        if (strcmp(argv[i], "--") == 0) {
            for (i++; i < *argc; i++)
                argv[kept++] = argv[i];
            break;
        }
        if (strncmp(argv[i], "--", 2) != 0)
            argv[kept++] = argv[i];
        else if (!take_option(command, argv + i, *argc - i, slots, &used))
            return false;
    }
    *argc = kept;
    return true;
}

int run_command(const struct command *table, const struct command *outer, int argc, char **argv)
{
    const char *names[64];
    size_t count = 0;
    if (argc < 1)
        return wrong_usage(outer, "a command is missing");
    for (const struct command *command = table; command->name && count < 64; command++) {
        if (strcmp(command->name, argv[0]) == 0)
            return command->run(command, argc - 1, argv + 1);
        names[count++] = command->name;
    }
    const char *nearest = nearest_name(argv[0], names, count);
    if (nearest)
        return wrong_usage(outer, "unknown command %s, did you mean %s?", argv[0], nearest);
    return wrong_usage(outer, "unknown command %s", argv[0]);
}
