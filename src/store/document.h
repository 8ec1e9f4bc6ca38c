/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON documents that others wrote: each value in any of the forms in use, each refusal with the
 * key's name. */
#ifndef STORE_DOCUMENT_H
#define STORE_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/values.h"
#include "kit/bytes.h"

/* A place in a document: the object, how it is called, and where a refusal is written. */
struct document {
    const json_t *object;
    const char *path; /* "slice[0].session[1]." or "" */
    char *what;
    size_t what_size;
};

/* "PATH.KEY: found X, expected Y"; always false. found NULL: described from the value. */
bool document_refuse(const struct document *at, const char *key, const char *found, const char *expected);

/* The value, or NULL when it is absent or null. */
const json_t *document_get(const struct document *at, const char *key);

/* An absent value leaves *value as it is; all return false only with a refusal. */
bool document_number(const struct document *at, const char *key, uint64_t low, uint64_t high,
                     uint64_t *value);
bool document_rate(const struct document *at, const char *key, uint64_t *bits_per_second);
bool document_flag(const struct document *at, const char *key,
                   bool *value); /* true, false, 1 (no), 2 (yes) */
bool document_text(const struct document *at, const char *key, const char **value);
bool document_ip(const struct document *at, const char *key, uint8_t family, struct config_ip *value);

/* names[i] stands for the value i; the value may also be the number itself. */
bool document_choice(const struct document *at, const char *key, const char *const *names, unsigned count,
                     unsigned *value);

/* Hexadecimal with blanks or without, never shown in a refusal; *length is what was found: 0 when absent. */
bool document_hex(const struct document *at, const char *key, uint8_t *octets, size_t most, size_t *length);

#endif
