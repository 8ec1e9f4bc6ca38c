/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration that is accepted prints as one that is accepted. */
#include <stdlib.h>

#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config_error error;
    struct config *config = config_parse((const char *)data, size, "fuzz", &error);
    if (!config)
        return 0;
    char *text = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&text, &length);
    if (to) {
        config_print(config, to);
        fclose(to);
    }
    config_free(config);
    free(text);
    return 0;
}
