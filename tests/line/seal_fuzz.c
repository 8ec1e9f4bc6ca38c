/* SPDX-License-Identifier: Apache-2.0 */
/* Seals: octets that nobody signed let nothing in, and what can be read as a list of files can be listed. */
#include <stdlib.h>
#include <string.h>

#include "line/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char inventory[] =
    "serial: 7\nauthorised:\n"
    "  - {name: ann, key: ann+a1acf79d+ASjUGIkF7DqN7WzIaF/03IpC1pJ1hO9WElQTw42r3Aud}\n"
    "  - {name: bob, key: bob+542a8bee+AXB7KH/Nldh4OktDwZsVh3LMaIt68xQzarK4Hs521y0N}\n";

static struct config *configured(struct writer *text)
{
    struct config_error error;
    struct config *config = config_parse("", 0, "fuzz", &error);
    if (!config || !config_parse_inventory(config, inventory, sizeof inventory - 1, "line.yaml", &error) ||
        !seal_text(config->inventory.bundle, 7, text, &error))
        abort();
    return config;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct config *config;
    static uint8_t space[SEAL_TEXT_BYTES];
    static struct bytes text;
    struct seal_verdict verdict;
    uint32_t serial;
    if (!config) {
        struct writer w = writer_of(space, sizeof space);
        config = configured(&w);
        text = writer_bytes(&w);
    }
    const struct seal_state next = {&config->inventory, text};
    if (seal_admits(NULL, &next, bytes_of(data, size), &verdict) || !*verdict.why)
        abort();
    struct config_bundle *list = config_bundle_kept("/nowhere/");
    if (!list)
        return 0;
    if (seal_list(seal_signed_part(bytes_of(data, size)), list, &serial) && config_bundle_count(list) == 0)
        abort();
    config_bundle_free(list);
    return 0;
}
