/* SPDX-License-Identifier: Apache-2.0 */
/* Asking planes, for the commands of `demarc plane`. */
#ifndef FACE_PLANE_H
#define FACE_PLANE_H

#include "face/ask.h"
#include "face/command.h"
#include "face/table.h"

enum { PLANE_WHY = 256 };

struct plane_question {
    const struct config *config;
    const char *plane; /* NULL: each */
    bool json;
    const char *whose; /* a session, as it was asked for; NULL: none */
    char session[64];  /* as planes know it, by plane_resolve */
    char home[64];     /* where plane points after that, if control knows */
};

bool plane_is_asked(const struct plane_question *question, const char *name);

/* Whose session it is: an address or a SEID stays; SUPI/PSI is asked of control. False: it was said why not. */
bool plane_resolve(struct plane_question *question);

/* Takes over the request. NULL: `why` says why not. */
json_t *plane_ask(const struct config *config, const char *plane, json_t *request, char why[PLANE_WHY]);
/* The first plane that has an answer; `why` says what each of the others said. */
json_t *plane_ask_any(const struct plane_question *question, json_t *request, char why[PLANE_WHY]);

/* Of each plane that is asked: by name, for the caller to release. EXIT_FAILED: one gave no answer, which was said, or there is none. */
typedef json_t *plane_gather(const struct config *config, const char *plane, char why[PLANE_WHY]);
int plane_gather_all(const struct plane_question *question, plane_gather *gather, json_t **all);

typedef void plane_print(const char *plane, const json_t *reply);
void plane_print_all(const struct plane_question *question, json_t *all, plane_print *print);
/* Behind an empty line; an empty table is none. */
void plane_print_table(const struct column *columns, const json_t *items);

/* Loads the configuration into the question, which `act` gets with what it stands in. */
int plane_with_config(struct plane_question *question, const char *path,
                      int (*act)(struct plane_question *question));

/* The subcommands `counters` and `capture`. */
int run_plane_counters(const struct command *command, int argc, char **argv);
int run_plane_capture(const struct command *command, int argc, char **argv);

#endif
