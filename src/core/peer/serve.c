/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of other cores: to the service they are for, and what is answered. */
#include "core/peer/services.h"

#include <stdio.h>
#include <string.h>

#include "kit/log.h"
#include "line/event.h"

static const struct {
    const char *prefix;
    void (*serve)(struct peer_request *request);
    bool creates; /* something at a path of the asker's choice, by PUT */
} services[] = {
    {NAMF_CONTEXTS, namf_communication, true}, {NSMF_CONTEXTS, nsmf_pdu_session, false},
    {STATUS_NOTIFY, sm_context_status, false}, {FAILURE_NOTIFY, nsmf_n1n2_failure, false},
    {N2_INFO_NOTIFY, n2_info_notify, false},
};

/* Paths go on with who it is about: as far as the service they tell nobody. */
static void tell(const struct peer_request *request, unsigned status, const char *cause)
{
    const char *path = request->rest ? request->message->path : "/";
    const size_t rest = request->rest ? strlen(request->rest) : 0;
    char procedure[EVIDENCE_PROCEDURE_BYTES], reason[64];
    snprintf(procedure, sizeof procedure, "%s %.*s", sbi_method_name(request->message->method),
             (int)(strlen(path) - rest), path);
    snprintf(reason, sizeof reason, "%u %s", status, cause);
    core_event(request->core, (struct line_event){.gnb = peer_name(request->core, request->peer),
                                                  .procedure = procedure,
                                                  .rule = "",
                                                  .reason = reason,
                                                  .logged = true});
}

void peer_refuse(const struct peer_request *request, unsigned status, const char *cause)
{
    struct sbi_message response = sbi_problem(&request->core->batch, status, cause, NULL);
    log_info("sbi", NULL, "%s %s of %s refused: %u %s", sbi_method_name(request->message->method),
             request->message->path, peer_name(request->core, request->peer), status, cause);
    tell(request, status, cause);
    core_send_sbi_response(request->core, request->token, &response);
}

static void reply(const struct peer_request *request, struct sbi_content *content,
                  struct sbi_message response)
{
    bool written = !content || sbi_content_write(content, &request->core->batch, &response);
    if (content)
        sbi_content_free(content);
    if (written)
        core_send_sbi_response(request->core, request->token, &response);
    else
        peer_refuse(request, 500, "SYSTEM_FAILURE");
}

void peer_reply(const struct peer_request *request, struct sbi_content *content)
{
    reply(request, content,
          (struct sbi_message){.status = content ? 200 : 204, .path = "", .type = "", .location = ""});
}

void peer_created(const struct peer_request *request, struct sbi_content *content, const char *location)
{
    reply(request, content,
          (struct sbi_message){.status = 201, .path = "", .type = "", .location = location});
}

void peer_refuse_with(const struct peer_request *request, unsigned status, struct sbi_content *content)
{
    tell(request, status, "with what there is to say about it");
    reply(request, content, (struct sbi_message){.status = status, .path = "", .type = "", .location = ""});
}

struct peer_request peer_request_later(const struct peer_request *request)
{
    static const struct sbi_message gone = {
        .method = SBI_PUT, .path = "what was asked earlier", .type = "", .location = ""};
    return (struct peer_request){
        .core = request->core, .peer = request->peer, .token = request->token, .message = &gone, .rest = ""};
}

static void serve(struct peer_request *request)
{
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        size_t length = strlen(services[i].prefix);
        if (strncmp(request->message->path, services[i].prefix, length) != 0)
            continue;
        request->rest = request->message->path + length;
        if (request->message->method == SBI_OPTIONS)
            peer_reply(request, NULL);
        else if (request->message->method == SBI_POST || services[i].creates)
            services[i].serve(request);
        else
            peer_refuse(request, 405, "METHOD_NOT_ALLOWED");
        return;
    }
    peer_refuse(request, 404, "RESOURCE_URI_STRUCTURE_NOT_FOUND");
}

void core_sbi_request(struct core *core, unsigned peer, uint64_t token, const struct sbi_message *message)
{
    struct peer_request request = {.core = core, .peer = peer, .token = token, .message = message};
    struct fault fault = {0};
    if (peer >= core->config->peer_count)
        return;
    uint8_t digest[EVIDENCE_DIGEST_BYTES];
    line_digest(message->body, digest);
    core->heard = message->body.len ? digest : NULL;
    if (!peer_admitted(core, peer))
        peer_refuse(&request, 403, "NF_NOT_ADMITTED");
    else if (message->method != SBI_POST && message->method != SBI_PUT && message->method != SBI_OPTIONS)
        peer_refuse(&request, 405, "METHOD_NOT_ALLOWED");
    else if (message->body.len && !sbi_content_read(message, &core->batch, &request.content, &fault))
        peer_refuse(&request, 400, "INVALID_MSG_FORMAT");
    else
        serve(&request);
    core->heard = NULL;
    sbi_content_free(&request.content);
}

bool peer_request(struct core *core, const char *path, struct sbi_content *content,
                  struct sbi_message *request)
{
    *request = (struct sbi_message){.method = SBI_POST, .type = "", .location = ""};
    request->path = (const char *)arena_copy(&core->batch, bytes_of(path, strlen(path) + 1)).data;
    bool made = request->path && sbi_content_write(content, &core->batch, request);
    sbi_content_free(content);
    return made;
}
