/* SPDX-License-Identifier: Apache-2.0 */
#include "face/console/page.h"

#include <stdlib.h>
#include <string.h>

#include "face/console/guard.h"

enum { BODY_BYTES = 16 * 1024 };

static const char API[] = "/api/v1";

/* A body as far as it has come. */
struct visit {
    size_t length;
    bool too_long;
    char body[BODY_BYTES];
};

/* --- replies --- */

/* Nothing but the console's own files is run or shown, and nobody frames, caches or embeds it. */
static const struct {
    const char *name, *value;
} headers[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

enum MHD_Result page_reply(struct MHD_Connection *connection, unsigned code, const char *type,
                           const char *text, bool owned)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(text), (void *)(uintptr_t)text, owned ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        MHD_add_response_header(response, headers[i].name, headers[i].value);
    if (code == MHD_HTTP_UNAUTHORIZED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
    enum MHD_Result result = MHD_queue_response(connection, code, response);
    MHD_destroy_response(response);
    return result;
}

/* Takes over the object. */
static enum MHD_Result reply_json(struct MHD_Connection *connection, unsigned code, json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    return text ? page_reply(connection, code, "application/json", text, true) : MHD_NO;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned code, const char *why)
{
    return reply_json(connection, code, json_pack("{s:s}", "error", why));
}

/* --- the page --- */

static const char *type_of(const char *name)
{
    const char *end = strrchr(name, '.');
    return strcmp(end, ".html") == 0  ? "text/html; charset=utf-8"
           : strcmp(end, ".css") == 0 ? "text/css; charset=utf-8"
                                      : "text/javascript; charset=utf-8";
}

static const struct page_file *file_of(const char *url)
{
    const char *name = strcmp(url, "/") == 0 ? "console.html" : url + (*url == '/');
    for (const struct page_file *file = page_files; file->name; file++)
        if (strcmp(file->name, name) == 0)
            return file;
    return NULL;
}

/* --- the API --- */

static enum MHD_Result take_word(void *context, enum MHD_ValueKind kind, const char *key, const char *value)
{
    (void)kind;
    if (key && value)
        json_object_set_new(context, key, json_string(value));
    return MHD_YES;
}

/* What is asked, from the query and from the body, if there is one. NULL: the body is no object of JSON. */
static json_t *words_of(struct MHD_Connection *connection, const struct visit *visit)
{
    json_t *words = json_object();
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, take_word, words);
    if (!visit)
        return words;
    json_t *body = json_loadb(visit->body, visit->length, JSON_REJECT_DUPLICATES, NULL);
    const bool taken = json_is_object(body) && json_object_update(words, body) == 0;
    json_decref(body);
    if (taken)
        return words;
    json_decref(words);
    return NULL;
}

static enum MHD_Result ask_api(struct door *door, struct MHD_Connection *connection, const char *path,
                               const struct visit *visit)
{
    json_t *reply = NULL;
    if (visit && visit->too_long)
        return refuse(connection, MHD_HTTP_CONTENT_TOO_LARGE, "at most 16 KiB are read");
    json_t *words = words_of(connection, visit);
    if (!words)
        return refuse(connection, MHD_HTTP_BAD_REQUEST, "the body is no object of JSON");
    const unsigned code = api_ask(&door->api, path, words, &reply);
    json_decref(words);
    return reply_json(connection, code, reply);
}

/* --- who asks, and what --- */

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* Below API, or NULL. */
static const char *api_path(const char *url)
{
    const size_t length = sizeof API - 1;
    return strncmp(url, API, length) == 0 && (!url[length] || url[length] == '/') ? url + length : NULL;
}

static bool is_read(const char *method)
{
    return strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
}

/* True: it has been refused, as *result says. */
static bool keep_out(const struct door *door, struct MHD_Connection *connection, const char *method,
                     const char *path, enum MHD_Result *result)
{
    const bool written = strcmp(method, MHD_HTTP_METHOD_POST) == 0 && path && api_takes_body(path);
    if (!is_read(method) && !written)
        *result = refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "nothing can be changed here");
    else if (!site_is_own(header(connection, "Sec-Fetch-Site")))
        *result = refuse(connection, MHD_HTTP_FORBIDDEN, "it is asked for by a page of another site");
    else if (!door->token && !host_is_here(header(connection, MHD_HTTP_HEADER_HOST)))
        *result = refuse(connection, MHD_HTTP_MISDIRECTED_REQUEST, "the console has no name but its address");
    else if (path && door->token &&
             !token_fits(door->token, header(connection, MHD_HTTP_HEADER_AUTHORIZATION)))
        *result =
            refuse(connection, MHD_HTTP_UNAUTHORIZED, "the console's token is needed: Authorization: Bearer");
    else
        return false;
    return true;
}

static void take(struct visit *visit, const char *upload, size_t size)
{
    visit->too_long |= size > sizeof visit->body - visit->length;
    if (visit->too_long)
        return;
    memcpy(visit->body + visit->length, upload, size);
    visit->length += size;
}

enum MHD_Result page_ask(void *context, struct MHD_Connection *connection, const char *url,
                         const char *method, const char *version, const char *upload, size_t *upload_size,
                         void **request)
{
    struct door *door = context;
    struct visit *visit = *request;
    const char *path = api_path(url);
    enum MHD_Result result;
    (void)version;
    if (!visit && keep_out(door, connection, method, path, &result))
        return result;
    if (!visit && !is_read(method)) {
        *request = calloc(1, sizeof *visit);
        return *request ? MHD_YES : MHD_NO;
    }
    if (*upload_size && visit) {
        take(visit, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    if (path)
        return ask_api(door, connection, path, visit);
    const struct page_file *file = file_of(url);
    return file ? page_reply(connection, MHD_HTTP_OK, type_of(file->name), file->text, false)
                : refuse(connection, MHD_HTTP_NOT_FOUND, "there are / and /api/v1");
}

void page_over(void *context, struct MHD_Connection *connection, void **request,
               enum MHD_RequestTerminationCode code)
{
    (void)context, (void)connection, (void)code;
    free(*request);
    *request = NULL;
}
