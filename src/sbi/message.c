/* SPDX-License-Identifier: Apache-2.0 */
#include "sbi/message.h"

#include <stdio.h>

static const char *const methods[] = {
    [SBI_NO_METHOD] = "",  [SBI_GET] = "GET",       [SBI_POST] = "POST",       [SBI_PUT] = "PUT",
    [SBI_PATCH] = "PATCH", [SBI_DELETE] = "DELETE", [SBI_OPTIONS] = "OPTIONS",
};

const char *sbi_method_name(enum sbi_method method)
{
    return methods[method];
}

enum sbi_method sbi_method_of(struct bytes name)
{
    for (enum sbi_method method = SBI_GET; method <= SBI_OPTIONS; method++) {
        if (bytes_equal(name, bytes_of(methods[method], strlen(methods[method]))))
            return method;
    }
    return SBI_NO_METHOD;
}

/* RFC 9110 15: only those that this interface uses. */
static const char *title_of(unsigned status)
{
    switch (status) {
    case 400:
        return "Bad Request";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 409:
        return "Conflict";
    case 413:
        return "Content Too Large";
    case 415:
        return "Unsupported Media Type";
    case 431:
        return "Request Header Fields Too Large";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    default:
        return status < 500 ? "Request Refused" : "Server Error";
    }
}

struct sbi_message sbi_problem(struct arena *arena, unsigned status, const char *cause, const char *detail)
{
    struct sbi_message response = {.status = status, .path = "", .type = "", .location = ""};
    struct sbi_content content = {.json = json_pack("{s:s, s:i, s:s, s:s*}", "title", title_of(status),
                                                    "status", (int)status, "cause", cause, "detail", detail)};
    if (sbi_content_write(&content, arena, &response))
        response.type = SBI_PROBLEM;
    sbi_content_free(&content);
    return response;
}

const char *sbi_problem_cause(const struct sbi_message *response, char *buffer, size_t size)
{
    struct arena arena;
    struct sbi_content content;
    arena_init(&arena, 0);
    buffer[0] = '\0';
    if (response->body.len && sbi_content_read(response, &arena, &content, NULL)) {
        const char *cause = json_string_value(json_object_get(content.json, "cause"));
        snprintf(buffer, size, "%s", cause ? cause : "");
        sbi_content_free(&content);
    }
    arena_free(&arena);
    return buffer;
}
