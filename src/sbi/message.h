/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests and responses of the service-based interface (TS 29.500) as the house handles them: whole, and with only those
 * parts of HTTP that 3GPP gives a meaning.
 */
#ifndef SBI_MESSAGE_H
#define SBI_MESSAGE_H

#include <jansson.h>
#include <stdbool.h>

#include "kit/arena.h"
#include "kit/bytes.h"

enum sbi_method { SBI_NO_METHOD, SBI_GET, SBI_POST, SBI_PUT, SBI_PATCH, SBI_DELETE, SBI_OPTIONS };

enum { SBI_TEXT_BYTES = 512 }; /* longest path, type and location, with the NUL */

/* A request (method and path) or a response (status). Texts are never NULL, and borrowed, as is the body. */
struct sbi_message {
    enum sbi_method method;
    unsigned status;
    const char *path;     /* from the root, with its query */
    const char *type;     /* Content-Type; "": no body */
    const char *location; /* of what a 201 has made, or "" */
    struct bytes body;
};

const char *sbi_method_name(enum sbi_method method);
enum sbi_method sbi_method_of(struct bytes name); /* SBI_NO_METHOD: none of ours */

static inline bool sbi_succeeded(const struct sbi_message *response)
{
    return response->status >= 200 && response->status < 300;
}

/* --- content: JSON, alone or with binary parts (multipart/related, TS 29.500 5.2.2.4) --- */

#define SBI_JSON    "application/json"
#define SBI_PROBLEM "application/problem+json"
#define SBI_NGAP    "application/vnd.3gpp.ngap"
#define SBI_5GNAS   "application/vnd.3gpp.5gnas"

enum { SBI_PARTS = 40, SBI_JSON_DEPTH = 16 };

struct sbi_part {
    const char *id; /* Content-ID, without angle brackets */
    const char *type;
    struct bytes data;
};

struct sbi_content {
    json_t *json; /* owned; an object */
    struct sbi_part parts[SBI_PARTS];
    unsigned count;
};

/* Parts view the message's body; their texts are in the arena. False with the fault: nothing is owned then. Content that
 * says less than its type promises is refused, as is JSON nested deeper than SBI_JSON_DEPTH. */
bool sbi_content_read(const struct sbi_message *message, struct arena *arena, struct sbi_content *content,
                      struct fault *fault);
void sbi_content_free(struct sbi_content *content);

/* The part that {"contentId": ...} under `name` refers to; empty if there is none. */
struct bytes sbi_content_part(const struct sbi_content *content, const json_t *object, const char *name);

/* Adds a part and returns {"contentId": ...} for the JSON to refer to it by; NULL: no room. `data` is borrowed. */
json_t *sbi_content_add(struct sbi_content *content, struct arena *arena, const char *type,
                        struct bytes data);

/* Type and body of the message, in the arena. False: no room. */
bool sbi_content_write(const struct sbi_content *content, struct arena *arena, struct sbi_message *message);

/* --- errors (RFC 7807, TS 29.500 5.2.7) --- */

/* cause: a protocol or application error's name ("CONTEXT_NOT_FOUND"); detail: for people, or NULL. A response whose body is
 * in the arena. */
struct sbi_message sbi_problem(struct arena *arena, unsigned status, const char *cause, const char *detail);

/* The cause in a response's ProblemDetails, cut to size; "" if it has none. Returns the buffer. */
const char *sbi_problem_cause(const struct sbi_message *response, char *buffer, size_t size);

#endif
