/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with files, all of it, a line each: `FILE:LINE: KEY: found X, expected Y`. What is not wrong but to be known is a warning: the
 * same line with `warning: ` in front.
 */
#ifndef CONFIG_REPORT_H
#define CONFIG_REPORT_H

#include <stdbool.h>
#include <stdio.h>

struct config_report {
    FILE *to; /* NULL: only the first is kept */
    unsigned errors, warnings;
    char first[512];   /* of the errors */
    char warned[4096]; /* the first warnings, as many as find room, each with its end of line */
};

/* Returns false. */
__attribute__((format(printf, 2, 3))) bool config_report(struct config_report *report, const char *format,
                                                         ...);
/* Returns true. */
__attribute__((format(printf, 2, 3))) bool config_warn(struct config_report *report, const char *format, ...);

struct config;

/* As config_load, with every error of the inventory (NULL: the one that the configuration names) reported. NULL: there was one. */
struct config *config_load_reporting(const char *path, const char *inventory, struct config_report *report);

#endif
