/* SPDX-License-Identifier: Apache-2.0 */
#include "face/witness_door.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "evidence/witness.h"

enum { CONNECTIONS_MOST = 64, PATIENCE_SECONDS = 10, ANSWER_BYTES = 1024 };

/* What one connection has said so far. */
struct submission {
    size_t length;
    bool too_long;
    uint8_t body[WITNESS_REQUEST_BYTES];
};

/* --- Requests --- */

static enum MHD_Result reply(struct MHD_Connection *connection, unsigned code, struct bytes body)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.len, (void *)(uintptr_t)body.data, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                            code == WITNESS_CONFLICT ? "text/x.tlog.size" : "text/plain");
    enum MHD_Result result = MHD_queue_response(connection, code, response);
    MHD_destroy_response(response);
    return result;
}

static void take(struct submission *submission, const char *upload, size_t size)
{
    submission->too_long |= size > sizeof submission->body - submission->length;
    if (submission->too_long)
        return;
    memcpy(submission->body + submission->length, upload, size);
    submission->length += size;
}

static bool is_add_checkpoint(const char *url)
{
    static const char end[] = "/add-checkpoint";
    const size_t length = strlen(url);
    return length >= sizeof end - 1 && strcmp(url + length - (sizeof end - 1), end) == 0;
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request)
{
    struct witness_door *door = context;
    struct submission *submission = *request;
    uint8_t space[ANSWER_BYTES];
    struct writer w = writer_of(space, sizeof space);
    (void)version;
    if (strcmp(method, MHD_HTTP_METHOD_POST) != 0)
        return reply(connection, MHD_HTTP_METHOD_NOT_ALLOWED, (struct bytes){0});
    if (!is_add_checkpoint(url))
        return reply(connection, MHD_HTTP_NOT_FOUND, (struct bytes){0});
    if (!submission) {
        *request = calloc(1, sizeof *submission);
        return *request ? MHD_YES : MHD_NO;
    }
    if (*upload_size) {
        take(submission, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    const unsigned code =
        submission->too_long
            ? MHD_HTTP_CONTENT_TOO_LARGE
            : door->decide(door->context, bytes_of(submission->body, submission->length), &w);
    return reply(connection, code, writer_bytes(&w));
}

static void over(void *context, struct MHD_Connection *connection, void **request,
                 enum MHD_RequestTerminationCode code)
{
    (void)context, (void)connection, (void)code;
    free(*request);
    *request = NULL;
}

/* --- The door --- */

int witness_door_open(const union socket_address *address)
{
    const int one = 1, fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
        bind(fd, &address->any, address_length(address)) == 0 && listen(fd, CONNECTIONS_MOST) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static void begun(void *context, struct MHD_Connection *connection, void **socket_context,
                  enum MHD_ConnectionNotificationCode code)
{
    const struct witness_door *door = context;
    (void)socket_context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED && door->tls && door->tls->authorities)
        witness_tls_demand(connection);
}

bool witness_door_serve(struct witness_door *door)
{
    struct MHD_OptionItem tls[WITNESS_TLS_OPTIONS] = {{MHD_OPTION_END, 0, NULL}};
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD;
    if (door->tls) {
        witness_tls_options(door->tls, tls);
        flags |= MHD_USE_TLS;
    }
    door->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, answer, door, MHD_OPTION_ARRAY, tls, MHD_OPTION_LISTEN_SOCKET, door->fd,
        MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MOST, MHD_OPTION_CONNECTION_TIMEOUT, PATIENCE_SECONDS,
        MHD_OPTION_NOTIFY_CONNECTION, begun, door, MHD_OPTION_NOTIFY_COMPLETED, over, NULL, MHD_OPTION_END);
    return door->daemon != NULL;
}

void witness_door_close(struct witness_door *door)
{
    MHD_stop_daemon(door->daemon);
}
