/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers to partners (line/answer.h) over classes of paths: through any cell, and through the cells of each trust domain, always through all
 * planes of this core, as nobody knows which a session will get. Each is asked about as `demarc answer --path` would be.
 */
#ifndef FACE_LINE_ANSWERS_H
#define FACE_LINE_ANSWERS_H

#include "face/line_stand.h"

/* An array of paths as text. NULL: out of memory. */
json_t *line_path_classes(const struct config *config);

/* Is the label's originator's list one that the partner is on? Of other labels it is told nothing. */
bool line_releases(const struct config_label *label, const char *partner);

/* The gravest reason of an answer in its one form (line_answer_json), in words. */
const char *line_answer_because(const json_t *form);

/* {"partner", "label", "path", "answer", "reason"} of each partner with each label that is released to it, over each class of paths. */
json_t *line_answers(const struct stand *stand);

#endif
