/* SPDX-License-Identifier: Apache-2.0 */
/* The core's ports towards other cores, on the loop. */
#include <stdlib.h>

#include "core/control.h"
#include "kit/log.h"
#include "line/event.h"
#include "sbi/sbi.h"

enum { ANSWER_SECONDS = 5 };

struct control_sbi {
    struct sbi *sbi;
    struct sbi_peer *peers;
};

static void on_request(void *context, unsigned peer, uint64_t token, const struct sbi_message *request)
{
    struct control *control = context;
    core_sbi_request(control->core, peer, token, request);
}

static void on_response(void *context, uint64_t token, const struct sbi_message *response)
{
    struct control *control = context;
    core_sbi_response(control->core, token, response);
}

static void on_turned_away(void *context, const union socket_address *from, const char *why)
{
    const struct control *control = context;
    char text[ADDRESS_TEXT];
    core_event(control->core, (struct line_event){.gnb = address_print(from, text),
                                                  .procedure = "SBI connection",
                                                  .rule = "",
                                                  .reason = why,
                                                  .logged = true});
}

static const struct sbi_events events = {
    .request = on_request, .response = on_response, .turned_away = on_turned_away};

/* A request that could not go out is one that stays unanswered. */
void control_sbi_request(void *context, unsigned peer, uint64_t token, const struct sbi_message *request)
{
    struct control *control = context;
    if (control->sbi && !sbi_ask(control->sbi->sbi, peer, token, request, true, SECONDS(ANSWER_SECONDS)))
        log_warning("control", NULL, "too many requests to %s are under way",
                    control->started->peers[peer].name);
}

void control_sbi_response(void *context, uint64_t token, const struct sbi_message *response)
{
    struct control *control = context;
    if (control->sbi)
        sbi_answer(control->sbi->sbi, token, response);
}

static struct sbi_peer *peers_of(const struct config *config)
{
    struct sbi_peer *peers = calloc(config->peer_count + 1, sizeof *peers);
    for (unsigned i = 0; peers && i < config->peer_count; i++)
        peers[i] = (struct sbi_peer){config->peers[i].name, config->peers[i].address};
    return peers;
}

bool control_sbi_open(struct control *control, const char **why)
{
    const struct config *config = control->started;
    *why = "out of memory";
    if (!config->sbi.listen.any.sa_family)
        return true;
    control->sbi = calloc(1, sizeof *control->sbi);
    if (!control->sbi || !(control->sbi->peers = peers_of(config)))
        return false;
    const struct sbi_settings settings = {
        .listen = config->sbi.listen,
        .peers = control->sbi->peers,
        .peer_count = config->peer_count,
        .certificate = config->sbi.certificate,
        .key = config->sbi.key,
        .authorities = config->sbi.authorities,
    };
    control->sbi->sbi = sbi_open(control->loop, &settings, &events, control, why);
    return control->sbi->sbi != NULL;
}

void control_sbi_flush(struct control *control)
{
    if (control->sbi)
        sbi_flush(control->sbi->sbi);
}

void control_sbi_close(struct control *control)
{
    if (!control->sbi)
        return;
    sbi_close(control->sbi->sbi);
    free(control->sbi->peers);
    free(control->sbi);
    control->sbi = NULL;
}
