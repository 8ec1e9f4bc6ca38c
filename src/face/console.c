/* SPDX-License-Identifier: Apache-2.0 */
/* The console process: its page and API (console/page.h), and /metrics for Prometheus, gathered from all processes, with /healthz. */
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/ask.h"
#include "face/command.h"
#include "face/console/guard.h"
#include "face/console/page.h"
#include "face/exposition.h"
#include "face/roles.h"

enum { REQUESTS_MOST = 32, PATIENCE_SECONDS = 10, MEMORY_MOST = 32 * 1024 };

static void gather(struct exposition *out, const struct config *config, const char *kind, const char *name)
{
    json_t *metrics = ask_quietly(config, kind, name, "metrics"),
           *process = ask_quietly(config, kind, name, "process");
    exposition_add(out, json_object_get(metrics, "metrics"));
    exposition_add_process(out, process);
    json_decref(metrics);
    json_decref(process);
}

static char *all_metrics(const struct config *config)
{
    struct exposition out;
    exposition_init(&out);
    gather(&out, config, "control", NULL);
    gather(&out, config, "recorder", NULL);
    for (unsigned i = 0; i < config->edge_count; i++)
        gather(&out, config, "edge", config->edges[i].name);
    for (unsigned i = 0; i < config->plane_count; i++)
        gather(&out, config, "plane", config->planes[i].name);
    return exposition_text(&out);
}

static enum MHD_Result healthz(const struct config *config, struct MHD_Connection *connection)
{
    json_t *process = ask_quietly(config, "control", NULL, "process");
    const bool up = process != NULL;
    json_decref(process);
    return page_reply(connection, up ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, "text/plain",
                      up ? "ok\n" : "control does not answer\n", false);
}

static enum MHD_Result ask_metrics(void *context, struct MHD_Connection *connection, const char *url,
                                   const char *method, const char *version, const char *upload,
                                   size_t *upload_size, void **request)
{
    (void)version, (void)upload, (void)upload_size, (void)request;
    const struct config *config = context;
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return page_reply(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain", "only GET\n", false);
    if (strcmp(url, "/healthz") == 0)
        return healthz(config, connection);
    if (strcmp(url, "/metrics") != 0)
        return page_reply(connection, MHD_HTTP_NOT_FOUND, "text/plain", "there are /metrics and /healthz\n",
                          false);
    char *text = all_metrics(config);
    return text ? page_reply(connection, MHD_HTTP_OK, "text/plain; version=0.0.4", text, true) : MHD_NO;
}

/* --- the process --- */

/* One thread serves all who come. NULL, and the log says why: another port may serve all the same. */
static struct MHD_Daemon *listen_at(const union socket_address *address, const char *what,
                                    MHD_AccessHandlerCallback ask, void *context)
{
    const unsigned flags =
        MHD_USE_INTERNAL_POLLING_THREAD | (address->any.sa_family == AF_INET6 ? MHD_USE_IPv6 : 0);
    char text[VALUE_TEXT_BYTES];
    config_endpoint_text(address, text);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, ask, context, MHD_OPTION_SOCK_ADDR, &address->any, MHD_OPTION_CONNECTION_LIMIT,
        REQUESTS_MOST, MHD_OPTION_CONNECTION_TIMEOUT, PATIENCE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)MEMORY_MOST, MHD_OPTION_NOTIFY_COMPLETED, page_over, NULL, MHD_OPTION_END);
    if (daemon)
        log_info("console", NULL, "%s at http://%s/", what, text);
    else
        log_error("console", NULL, "cannot listen on %s: is the port taken? (%s.listen)", text, what);
    return daemon;
}

static bool open_door(struct door *door, const struct config *config, const char *config_path,
                      char token[TOKEN_BYTES])
{
    const char *why;
    *door = (struct door){.api = {.config = config, .config_path = config_path}};
    if (!*config->console_token)
        return true;
    door->token = token;
    if (token_read(config->console_token, token, &why))
        return true;
    log_error("console", NULL, "%s: %s: the console stays shut", config->console_token, why);
    return false;
}

/* For all threads: one of them waits for them. */
static void block_ends(sigset_t *ends)
{
    sigemptyset(ends);
    sigaddset(ends, SIGTERM);
    sigaddset(ends, SIGINT);
    sigprocmask(SIG_BLOCK, ends, NULL);
}

int console_main(struct config *config, const char *config_path, const char *name)
{
    (void)name;
    char token[TOKEN_BYTES];
    struct door door;
    struct MHD_Daemon *metrics = NULL, *page = NULL;
    sigset_t ends;
    int got;
    block_ends(&ends);
    if (config->metrics.any.sa_family)
        metrics = listen_at(&config->metrics, "metrics", ask_metrics, config);
    if (config->console.any.sa_family && open_door(&door, config, config_path, token))
        page = listen_at(&config->console, "console", page_ask, &door);
    const bool any = metrics || page;
    if (any)
        sigwait(&ends, &got);
    if (metrics)
        MHD_stop_daemon(metrics);
    if (page) {
        MHD_stop_daemon(page);
        api_close(&door.api);
    }
    config_free(config);
    return any ? EXIT_DONE : EXIT_FAILED;
}
