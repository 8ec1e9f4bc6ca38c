/* SPDX-License-Identifier: Apache-2.0 */
#include "face/ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "face/command.h"

struct config *load_or_fail(const char *path)
{
    struct config_error error;
    struct config *config = config_load(path, &error);
    if (!config)
        failed("%s", error.text);
    return config;
}

static void socket_path(const struct config *config, const char *kind, const char *name, char *path,
                        size_t size)
{
    snprintf(path, size, "%s/%s%s%s.sock", config->runtime_dir, kind, name ? "-" : "", name ? name : "");
}

struct admin_client *ask_open(const struct config *config, const char *kind, const char *name)
{
    char path[128];
    socket_path(config, kind, name, path, sizeof path);
    struct admin_client *client = admin_open(path);
    if (client && name)
        admin_wait_at_most(client, ASK_ONE_OF_MANY_MS);
    return client;
}

json_t *ask_quietly(const struct config *config, const char *kind, const char *name, const char *verb)
{
    struct admin_client *client = ask_open(config, kind, name);
    json_t *reply = client ? admin_ask(client, json_pack("{s:s}", "verb", verb)) : NULL;
    const int cause = reply ? 0 : errno;
    admin_hang_up(client);
    if (reply && json_is_true(json_object_get(reply, "ok")))
        return reply;
    json_decref(reply);
    errno = cause;
    return NULL;
}

struct admin_client *ask_control(const struct config *config)
{
    struct admin_client *client = ask_open(config, "control", NULL);
    char path[128];
    socket_path(config, "control", NULL, path, sizeof path);
    if (!client && (errno == ENOENT || errno == ECONNREFUSED))
        failed("the core is not running (nobody answers at %s); start it with: demarc run", path);
    else if (!client)
        failed("%s: %s", path, strerror(errno));
    return client;
}

static void explain(const json_t *reply)
{
    if (reply)
        failed("%s", json_string_value(json_object_get(reply, "error")));
    else
        failed("the core did not answer: %s", errno == EAGAIN ? "it takes too long" : strerror(errno));
}

static json_t *good_or_fail(json_t *reply)
{
    if (reply && json_is_true(json_object_get(reply, "ok")))
        return reply;
    explain(reply);
    json_decref(reply);
    return NULL;
}

json_t *ask_or_fail(struct admin_client *client, json_t *request)
{
    return good_or_fail(admin_ask(client, request));
}

/* It is alive, so the answer will come. */
static bool is_at_work(void *context)
{
    json_t *process = ask_quietly(context, "control", NULL, "process");
    if (process)
        fputs("control is still working on it\n", stderr);
    else
        errno = EAGAIN;
    json_decref(process);
    return process != NULL;
}

json_t *ask_long_or_fail(const struct config *config, struct admin_client *client, json_t *request)
{
    enum { PATIENCE = 5000 };
    const struct admin_patience patience = {PATIENCE, is_at_work, (struct config *)(uintptr_t)config};
    return good_or_fail(admin_ask_patiently(client, request, &patience));
}

json_t *list_or_fail(struct admin_client *client, json_t *request)
{
    json_t *error, *items = admin_list(client, request, &error);
    if (!items)
        explain(error);
    json_decref(error);
    return items;
}
