/* SPDX-License-Identifier: Apache-2.0 */
/* Asking planes, for the commands of `demarc plane`. */
#ifndef FACE_PLANE_H
#define FACE_PLANE_H

#include "face/ask.h"
#include "face/command.h"

enum { PLANE_WHY = 256 };

struct plane_question {
    const struct config *config;
    const char *plane; /* NULL: each */
    bool json;
    char session[64]; /* as planes know it, by plane_resolve */
    char home[64];    /* where plane points after that, if control knows */
};

bool plane_is_asked(const struct plane_question *question, const char *name);

/* An address or a SEID stays; SUPI/PSI is asked of control. False: it was said why not. */
bool plane_resolve(struct plane_question *question, const char *whose);

/* Takes over the request. NULL: `why` says why not. */
json_t *plane_ask(const struct config *config, const char *plane, json_t *request, char why[PLANE_WHY]);
/* The first plane that has an answer; `why` says what each of the others said. */
json_t *plane_ask_any(const struct plane_question *question, json_t *request, char why[PLANE_WHY]);

/* The subcommand `capture`. */
int run_plane_capture(const struct command *command, int argc, char **argv);

#endif
