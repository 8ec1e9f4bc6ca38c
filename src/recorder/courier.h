/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What takes requests to one witness: it knows where the witness is, or asks (resolve.h), whom to believe there, and waits for nobody. Files are
 * read when it is made, before the process goes into its cage.
 */
#ifndef RECORDER_COURIER_H
#define RECORDER_COURIER_H

#include "config/config.h"
#include "recorder/http.h"
#include "recorder/resolve.h"

struct courier;

/* The configuration and the resolver are borrowed. A file that cannot be used is told by courier_ask. NULL: out of memory. */
struct courier *courier_new(struct loop *loop, struct resolver *resolver,
                            const struct config_witness *config);
void courier_free(struct courier *courier); /* `done` is not called any more */

/* POSTs the body (copied) to PREFIX/path, one at a time; `done` as of http_post. False with *why (static text): it cannot begin. */
bool courier_ask(struct courier *courier, const char *path, struct bytes body,
                 void (*done)(void *context, unsigned status, struct bytes body), void *context,
                 const char **why);

#endif
