/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "admin/admin.h"

enum { PATIENCE_MILLISECONDS = 10000 };

struct admin_client {
    int fd;
    char reply[CHANNEL_MESSAGE_BYTES];
};

static bool wait_so_long(int fd, int milliseconds)
{
    const struct timeval patience = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
    return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0;
}

struct admin_client *admin_open(const char *path)
{
    int fd = channel_connect(path);
    if (fd < 0)
        return NULL;
    struct admin_client *client = malloc(sizeof *client);
    int flags = fcntl(fd, F_GETFL);
    if (!client || flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0 ||
        !wait_so_long(fd, PATIENCE_MILLISECONDS)) {
        free(client);
        close(fd);
        return NULL;
    }
    client->fd = fd;
    return client;
}

void admin_wait_at_most(const struct admin_client *client, int milliseconds)
{
    wait_so_long(client->fd, milliseconds);
}

void admin_hang_up(struct admin_client *client)
{
    if (!client)
        return;
    close(client->fd);
    free(client);
}

static bool say(const struct admin_client *client, json_t *request)
{
    char *text = json_dumps(request, JSON_COMPACT);
    json_decref(request);
    const bool said = text && send(client->fd, text, strlen(text), MSG_NOSIGNAL) >= 0;
    free(text);
    return said;
}

/* n: as recv() says. */
static json_t *read_reply(const struct admin_client *client, ssize_t n)
{
    if (n == 0)
        errno = ECONNRESET;
    if (n <= 0)
        return NULL;
    json_t *reply = json_loadb(client->reply, (size_t)n, 0, NULL);
    if (!json_is_object(reply)) {
        json_decref(reply);
        errno = EPROTO;
        return NULL;
    }
    return reply;
}

json_t *admin_ask(struct admin_client *client, json_t *request)
{
    if (!say(client, request))
        return NULL;
    return read_reply(client, recv(client->fd, client->reply, sizeof client->reply, 0));
}

json_t *admin_ask_patiently(struct admin_client *client, json_t *request,
                            const struct admin_patience *patience)
{
    ssize_t n;
    if (!say(client, request) || !wait_so_long(client->fd, patience->milliseconds))
        return NULL;
    do {
        n = recv(client->fd, client->reply, sizeof client->reply, 0);
    } while (n < 0 && errno == EAGAIN && patience->waiting(patience->context));
    json_t *reply = read_reply(client, n);
    wait_so_long(client->fd, PATIENCE_MILLISECONDS);
    return reply;
}

/* One page onto the items. Whether there are more; then the request asks for them. */
static bool take_page(const json_t *reply, json_t *items, json_t *request)
{
    json_t *more = json_object_get(reply, "more");
    json_array_extend(items, json_object_get(reply, "items"));
    return json_is_string(more) && json_object_set(request, "after", more) == 0;
}

json_t *admin_list(struct admin_client *client, json_t *request, json_t **error)
{
    json_t *items = json_array();
    bool more = true;
    *error = NULL;
    while (more) {
        json_t *reply = admin_ask(client, json_copy(request));
        if (!reply || !json_is_true(json_object_get(reply, "ok"))) {
            *error = reply;
            json_decref(items);
            json_decref(request);
            return NULL;
        }
        more = take_page(reply, items, request);
        json_decref(reply);
    }
    json_decref(request);
    return items;
}
