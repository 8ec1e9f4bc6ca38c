/* SPDX-License-Identifier: Apache-2.0 */
/* The console process: /metrics for Prometheus, gathered from all processes, and /healthz. */
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/ask.h"
#include "face/command.h"
#include "face/exposition.h"
#include "face/roles.h"

enum { REQUESTS_MOST = 32, PATIENCE_SECONDS = 10 };

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

static enum MHD_Result reply(struct MHD_Connection *connection, unsigned code, const char *type, char *text,
                             bool owned)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(text), text, owned ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    enum MHD_Result result = MHD_queue_response(connection, code, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result healthz(const struct config *config, struct MHD_Connection *connection)
{
    static char good[] = "ok\n", bad[] = "control does not answer\n";
    json_t *process = ask_quietly(config, "control", NULL, "process");
    bool up = process != NULL;
    json_decref(process);
    return reply(connection, up ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, "text/plain", up ? good : bad,
                 false);
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request)
{
    (void)version, (void)upload, (void)upload_size, (void)request;
    static char no_method[] = "only GET\n", no_page[] = "there are /metrics and /healthz\n";
    const struct config *config = context;
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return reply(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain", no_method, false);
    if (strcmp(url, "/healthz") == 0)
        return healthz(config, connection);
    if (strcmp(url, "/metrics") != 0)
        return reply(connection, MHD_HTTP_NOT_FOUND, "text/plain", no_page, false);
    char *text = all_metrics(config);
    return text ? reply(connection, MHD_HTTP_OK, "text/plain; version=0.0.4", text, true) : MHD_NO;
}

int console_main(struct config *config, const char *config_path, const char *name)
{
    (void)config_path, (void)name;
    char address[VALUE_TEXT_BYTES];
    sigset_t ends;
    int got;
    if (!config->metrics.any.sa_family) {
        log_info("console", NULL, "metrics.listen is empty: nothing to do");
        return EXIT_DONE;
    }
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    unsigned flags =
        MHD_USE_INTERNAL_POLLING_THREAD | (config->metrics.any.sa_family == AF_INET6 ? MHD_USE_IPv6 : 0);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, answer, config, MHD_OPTION_SOCK_ADDR, &config->metrics.any,
                         MHD_OPTION_CONNECTION_LIMIT, REQUESTS_MOST, MHD_OPTION_CONNECTION_TIMEOUT,
                         PATIENCE_SECONDS, MHD_OPTION_END);
    config_endpoint_text(&config->metrics, address);
    if (!daemon)
        return failed("cannot listen on %s: is the port taken? (metrics.listen)", address);
    log_info("console", NULL, "metrics at http://%s/metrics", address);
    sigwait(&ends, &got);
    MHD_stop_daemon(daemon);
    config_free(config);
    return EXIT_DONE;
}
