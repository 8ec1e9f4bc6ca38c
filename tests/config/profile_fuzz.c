/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles of one's own: whatever the text, it is read or complained of with file and line. */
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct arena memory;
    struct config_error error = {0};
    struct config_profile profile;
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    arena_init(&memory, 0);
    const struct config_part part = {.kind = CONFIG_PART_PROFILE,
                                     .name = "./own.yaml",
                                     .path = "./own.yaml",
                                     .text = text,
                                     .length = size};
    const bool good = config_read_profile_part(&part, &profile, &memory, &error);
    if (good ? config_signatures(&profile) == 0 : strncmp(error.text, "./own.yaml:", 11) != 0)
        abort();
    arena_free(&memory);
    free(text);
    return 0;
}
