/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of `demarc subscriber` share. */
#ifndef FACE_SUBSCRIBER_H
#define FACE_SUBSCRIBER_H

#include "face/book.h"
#include "face/command.h"
#include "face/fields.h"

/* Options of all of them. */
struct subscriber_options {
    bool json, secrets, skip_bad;
    const char *config, *format;
    const char *values[FIELD_MOST]; /* --k, --opc, ... as in fields[] */
};

/* Takes the options, opens the book, lets `act` work on it. */
int with_book(const struct command *command, int argc, char **argv,
              int (*act)(struct book *book, const struct command *command,
                         const struct subscriber_options *options, int argc, char **argv));

int run_import(const struct command *command, int argc, char **argv);
int run_export(const struct command *command, int argc, char **argv);

#endif
