/* SPDX-License-Identifier: Apache-2.0 */
/* Prometheus' text format from what the processes answer to "metrics" (docs/admin.md). */
#ifndef FACE_EXPOSITION_H
#define FACE_EXPOSITION_H

#include <jansson.h>

/* Samples of one metric must stand together, whichever process they came from: they are kept by name. */
struct exposition {
    json_t *families; /* name -> {"type", "help", "samples": "..."} */
};

void exposition_init(struct exposition *out);

/* A list of metrics; what is not well-formed is left out. */
void exposition_add(struct exposition *out, const json_t *metrics);

/* The answer to "process" as process_* metrics with the process as label; NULL is nothing. */
void exposition_add_process(struct exposition *out, const json_t *process);

/* The text, to be freed, and the end of the exposition; NULL: out of memory. */
char *exposition_text(struct exposition *out);

#endif
