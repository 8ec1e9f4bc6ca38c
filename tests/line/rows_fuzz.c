/* SPDX-License-Identifier: Apache-2.0 */
/* Files of assets: whatever the octets, a ledger is made of them that adds up, or what is wrong is said with file and line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "line/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[64];

static void remove_file(void)
{
    unlink(path);
}

static const char *file_of(const uint8_t *data, size_t size)
{
    if (!*path) {
        snprintf(path, sizeof path, "/tmp/demarc-rows-fuzz-%d.csv", (int)getpid());
        atexit(remove_file);
    }
    FILE *file = fopen(path, "w");
    if (!file || fwrite(data, 1, size, file) != size)
        abort();
    fclose(file);
    return path;
}

static struct config *configured(const char *file)
{
    char text[512];
    struct config_error error;
    struct config *config = config_parse("", 0, "fuzz", &error);
    snprintf(text, sizeof text,
             "profile: lab\nvendors: [{name: own, risk: trusted}, {name: far}]\n"
             "domains: [{name: d, vendor: far, listen: ['::1']}]\nsites: [{name: quay}]\nassets_from: [%s]\n",
             file);
    if (!config || !config_parse_inventory(config, text, strlen(text), "line.yaml", &error))
        abort();
    return config;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config_report report = {0};
    struct config *config = configured(file_of(data, size));
    struct ledger *ledger = ledger_new(&config->inventory, &report);
    if (!ledger && (!report.errors || strncmp(report.first, path, strlen(path)) != 0))
        abort();
    if (ledger && ledger_counts(ledger)->assets != ledger_size(ledger))
        abort();
    for (uint32_t i = 0; ledger && i < ledger_size(ledger); i++)
        if (ledger_find(ledger, ledger_at(ledger, i)->name) != ledger_at(ledger, i))
            abort();
    ledger_free(ledger);
    config_free(config);
    return 0;
}
