/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console's API, /api/v1: what the processes say of themselves, passed on as JSON. It is a list of what may be asked, each with the verb of an
 * admin socket behind it; nothing else is passed on, and nothing of it changes anything but that an answer to a partner is an entry of evidence, as
 * it is whoever asks.
 */
#ifndef FACE_CONSOLE_API_H
#define FACE_CONSOLE_API_H

#include <jansson.h>

#include "config/config.h"
#include "kit/budget.h"

struct api {
    const struct config *config;
    const char *config_path;
    json_t *line; /* what /line said last: the inventory is not counted anew for each who asks */
    int64_t line_at;
    struct budget answers;
};

/* What is asked: below /api/v1, with the words of the query or of the body as an object. Returns the code of HTTP with *reply (a new reference,
 * {"error"} unless it is 200). */
unsigned api_ask(struct api *api, const char *path, const json_t *words, json_t **reply);

/* May it be asked with a body? */
bool api_takes_body(const char *path);

void api_close(struct api *api);

#endif
