/* SPDX-License-Identifier: Apache-2.0 */
/* What the plane answers at its admin socket, and what it reads anew. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kit/log.h"
#include "line/policy.h"
#include "plane/process.h"
#include "plane/show.h"
#include "plane/status.h"

static json_t *admin_status(void *context, const json_t *request)
{
    const struct process *process = context;
    (void)request;
    return status_reply(process->agent, process->own);
}

static json_t *admin_session(void *context, const json_t *request)
{
    return session_reply(((const struct process *)context)->agent, request);
}

static json_t *admin_gnb(void *context, const json_t *request)
{
    return gnb_reply(((const struct process *)context)->agent, request);
}

static json_t *admin_paths(void *context, const json_t *request)
{
    (void)request;
    return paths_reply(((const struct process *)context)->agent);
}

static json_t *admin_rules(void *context, const json_t *request)
{
    return rules_reply(((const struct process *)context)->agent, request);
}

static json_t *admin_counters(void *context, const json_t *request)
{
    (void)request;
    return counters_reply(((const struct process *)context)->agent);
}

static json_t *admin_capture(void *context, const json_t *request)
{
    const struct process *process = context;
    return capture_reply(process->capture, process->agent, admin_user(process->admin), request);
}

static json_t *admin_sender(void *context, const json_t *request)
{
    (void)request;
    return sender_reply(((const struct process *)context)->agent);
}

static json_t *admin_metrics(void *context, const json_t *request)
{
    const struct process *process = context;
    json_t *reply = metrics_reply(process->agent);
    (void)request;
    if (process->ran_port)
        ran_port_metrics(process->ran_port, json_object_get(reply, "metrics"));
    return reply;
}

static json_t *admin_ran_port(void *context, const json_t *request)
{
    const struct process *process = context;
    (void)request;
    return process->ran_port ? ran_port_reply(process->ran_port)
                             : admin_refuse("the first plane of the configuration holds the RAN port");
}

/* Only the log and the RAN port can change under a running plane. */
bool process_reload(struct process *process)
{
    struct config *config = policy_load_again(process->config_path, "plane"), *unused = config;
    if (config && process->ran_port && ran_port_follow(process->ran_port, &config->inventory.ran_port)) {
        unused = process->reloaded;
        process->reloaded = config;
    }
    config_free(unused);
    return config != NULL;
}

static json_t *admin_reload(void *context, const json_t *request)
{
    (void)request;
    return process_reload(context) ? json_object() : admin_refuse("the configuration is wrong (see the log)");
}

void process_serve_admin(struct process *process)
{
    static const struct admin_verb verbs[] = {
        {"status", admin_status},     {"session", admin_session},   {"gnb", admin_gnb},
        {"metrics", admin_metrics},   {"ran_port", admin_ran_port}, {"sender", admin_sender},
        {"reload", admin_reload},     {"paths", admin_paths},       {"rules", admin_rules},
        {"counters", admin_counters}, {"capture", admin_capture},
    };
    char path[256], name[64];
    snprintf(path, sizeof path, "%s/plane-%s.sock", process->config->runtime_dir, process->own->name);
    snprintf(name, sizeof name, "plane-%s", process->own->name);
    process->admin = admin_serve(process->loop, path, name, verbs, sizeof verbs / sizeof verbs[0], process);
    if (!process->admin)
        log_warning("plane", NULL, "no admin socket at %s: %s; `demarc status` will not see this plane", path,
                    strerror(errno));
}
