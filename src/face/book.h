/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The book of subscribers, wherever it is: with the running core, which then acts on each change at once, or in the database
 * when no core runs. Both answer the subscriber verbs of docs/admin.md.
 */
#ifndef FACE_BOOK_H
#define FACE_BOOK_H

#include <jansson.h>

#include "config/config.h"

struct book;

/* NULL after having said why. The configuration has to last as long. */
struct book *book_open(const struct config *config);
void book_close(struct book *book); /* what was not committed in the database is undone */

/* Takes over the request; the reply is always an object with "ok". */
json_t *book_ask(struct book *book, json_t *request);

/* Makes what was asked durable; false after having said why. */
bool book_commit(struct book *book);

const struct config *book_config(const struct book *book);

/* True: nothing that was asked is durable before book_commit. The core makes each request so. */
bool book_is_whole(const struct book *book);

/* Where the book is whole: what networks his phones have behind them another one may have who is put before he is. False after having said why. */
bool book_make_room(struct book *book, const char *supi);

/* The document of one subscriber with its secrets, or NULL with *reply (if not NULL) as the refusal. */
json_t *book_get(struct book *book, const char *supi, bool secrets, json_t **reply);

/* Calls visit for each subscriber, in order; false after having said why. */
bool book_each(struct book *book, bool secrets, void (*visit)(void *context, const json_t *subscriber),
               void *context);

#endif
