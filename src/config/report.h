/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with files, all of it, a line each: `FILE:LINE: KEY: found X, expected Y`. */
#ifndef CONFIG_REPORT_H
#define CONFIG_REPORT_H

#include <stdbool.h>
#include <stdio.h>

struct config_report {
    FILE *to; /* NULL: only the first is kept */
    unsigned errors;
    char first[512];
};

/* Returns false. */
__attribute__((format(printf, 2, 3))) bool config_report(struct config_report *report, const char *format,
                                                         ...);

struct config;

/* As config_load, with every error of the inventory (NULL: the one that the configuration names) reported. NULL: there was one. */
struct config *config_load_reporting(const char *path, const char *inventory, struct config_report *report);

#endif
