/* SPDX-License-Identifier: Apache-2.0 */
/* An inventory that is accepted prints as one that is accepted, and prints the same then. */
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct config *read_inventory(const char *text, size_t size)
{
    struct config_error error;
    struct config *config = config_parse("", 0, "fuzz", &error);
    if (config && config_parse_inventory(config, text, size, "fuzz", &error))
        return config;
    config_free(config);
    return NULL;
}

static char *print(const struct config *config)
{
    char *text = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&text, &length);
    if (!to)
        abort();
    config_print_inventory(config, to);
    fclose(to);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *config = read_inventory((const char *)data, size);
    if (!config)
        return 0;
    char *text = print(config);
    config_free(config);
    struct config *again = read_inventory(text, strlen(text));
    char *same = again ? print(again) : NULL;
    if (!same || strcmp(text, same) != 0)
        abort();
    config_free(again);
    free(same);
    free(text);
    return 0;
}
