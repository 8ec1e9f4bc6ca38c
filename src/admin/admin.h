/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The admin protocol: how the command line and the console ask the processes of the house. A SOCK_SEQPACKET
 * unix socket in runtime_dir, one JSON object as request, one as reply, any number of turns per connection.
 * The verbs and the shapes of their replies are in docs/admin.md.
 *
 *     request  {"verb": "ue", "supi": "imsi-999700000000001"}
 *     reply    {"ok": true, "items": [...]}        or        {"ok": false, "error": "one line"}
 */
#ifndef ADMIN_ADMIN_H
#define ADMIN_ADMIN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "kit/channel.h"
#include "kit/loop.h"

/* --- Server --- */

/* The reply is a new reference that the server consumes; "ok": true is added where it is missing. NULL: out
 * of memory. */
struct admin_verb {
    const char *name;
    json_t *(*handle)(void *context, const json_t *request);
};

struct admin;

/* verbs and context are borrowed until admin_close. name is the process's ("control", "edge-default"). Every
 * server also answers "process" (docs/admin.md) by itself. NULL with errno. */
struct admin *admin_serve(struct loop *loop, const char *path, const char *name,
                          const struct admin_verb *verbs, size_t verb_count, void *context);
/* The same on a listening socket made by the keeper. */
struct admin *admin_serve_socket(struct loop *loop, int listening, const char *name,
                                 const struct admin_verb *verbs, size_t verb_count, void *context);
void admin_close(struct admin *admin);

/* Replies wait for this call, which belongs into the process's settle hook, after the commit. failed: NULL,
 * or why the batch was lost: then that is the answer to all that wait. */
void admin_flush(struct admin *admin, const char *failed);

/* For a handler that cannot answer yet: it returns what this returns, and answers with the ticket when it can. Who has gone by then is
 * answered to nobody. One at a time for each peer: an answer that comes later comes behind those that others of its requests got meanwhile. */
json_t *admin_later(const struct admin *admin, uint64_t *ticket);
void admin_answer(struct admin *admin, uint64_t ticket, json_t *reply);

/* For a handler: the user of the process that asks, by the kernel's word. */
uid_t admin_user(const struct admin *admin);

/* {"ok": false, "error": ...} for a handler to return. */
__attribute__((format(printf, 1, 2))) json_t *admin_refuse(const char *format, ...);

/* A list verb answers with at most ADMIN_PAGE items and, if there are more, "more": an opaque text that the
 * next request carries as "after". */
enum { ADMIN_PAGE = 100 };

/* --- Client (blocking; for the command line and the console) --- */

struct admin_client;

/* NULL with errno; ENOENT and ECONNREFUSED mean that the process is not running. */
struct admin_client *admin_open(const char *path);
void admin_hang_up(struct admin_client *client);
/* For each answer from now on, instead of ten seconds. */
void admin_wait_at_most(const struct admin_client *client, int milliseconds);

/* Takes over `request`. The reply (new reference) is an object with "ok"; NULL if the peer went away, or is silent (EAGAIN), with
 * errno. */
json_t *admin_ask(struct admin_client *client, json_t *request);

/* The same of what may take long: after so many milliseconds, and after as many again, `waiting` says whether to wait on. */
struct admin_patience {
    int milliseconds;
    bool (*waiting)(void *context);
    void *context;
};
json_t *admin_ask_patiently(struct admin_client *client, json_t *request,
                            const struct admin_patience *patience);

/* Asks a list verb page by page: a new array of all items, or NULL with *error (new reference, may be NULL)
 * as the reply. */
json_t *admin_list(struct admin_client *client, json_t *request, json_t **error);

#endif
