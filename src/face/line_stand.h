/* SPDX-License-Identifier: Apache-2.0 */
/* How a network stands, for commands that think about it without touching it: its inventory counted, on a day. */
#ifndef FACE_LINE_STAND_H
#define FACE_LINE_STAND_H

#include <jansson.h>

#include "config/config.h"
#include "face/command.h"
#include "line/answer.h"

struct stand {
    struct config *config;
    struct ledger *ledger;
    struct line_facts facts;
    enum line_taken taken; /* LINE_WORKED_OUT: it is not that of a core that runs */
};

/* As the core that runs has it: the inventory that was accepted, what has been measured, and whether evidence is taken. Where none runs, from
 * files. date NULL: today. False: said what is wrong. */
bool stand_take(struct stand *stand, const char *config_path, const char *date);
/* From files, this inventory or (NULL) the configuration's, with what a core that runs has measured. */
bool stand_take_of(struct stand *stand, const char *config_path, const char *inventory, const char *date);
void stand_leave(struct stand *stand);

/* What a change would do ("admit" a gNB, "remove" a vendor, another "date", "reload" files): as docs/line.md says. NULL: said what is wrong. */
json_t *line_what_if(const char *config_path, const char *date, const char *word, const char *of);
void line_what_if_show(const json_t *found);
/* Its answers to partners that turn; of none nothing is said. */
void line_turned_show(const json_t *answers);

/* Does the core that runs bar this vendor (rule K1)? */
bool stand_bars(const struct stand *stand, const char *vendor);

/* Each rule of the profile as it stands: {"rule", "verdict", "recorded", "reason", "counted", "limit", "from", "suspension", "suspended"}. */
json_t *line_rules(const struct line_facts *facts);
void line_rules_print(const json_t *rules);

/* Shares as control's `status` tells them, for people. */
void line_shares_print(const json_t *shares);

int run_line_status(const struct command *command, int argc, char **argv);
int run_line_key(const struct command *command, int argc, char **argv);
int run_line_sign(const struct command *command, int argc, char **argv);
int run_line_check(const struct command *command, int argc, char **argv);
int run_line_schema(const struct command *command, int argc, char **argv);
int run_line_explain(const struct command *command, int argc, char **argv);
int run_line_what_if(const struct command *command, int argc, char **argv);
int run_line_bar(const struct command *command, int argc, char **argv);
int run_line_unbar(const struct command *command, int argc, char **argv);
int run_line_bars(const struct command *command, int argc, char **argv);

#endif
