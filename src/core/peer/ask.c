/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of other cores, and to whom the answers go. */
#include <stdlib.h>

#include "core/function.h"
#include "core/peer/peer.h"
#include "core/peer/services.h"
#include "core/procedure.h"
#include "kit/log.h"

enum { UNANSWERED_SECONDS = 8, ASKS = 20000, MESSAGE_BYTES = 512 * 1024 };

struct ask {
    struct core *core;
    struct timer timer;        /* until it counts as unanswered, or is said again */
    struct procedure *waiting; /* who waits for the answer, or NULL */
    peer_answered *answered;   /* who is called with it, or NULL */
    uint64_t token, key;
    unsigned peer, number, attempts;
    struct sbi_message message; /* of what must arrive; in memory */
    struct arena memory;
};

struct peers {
    struct map asks; /* by token */
    uint64_t tokens;
    struct function_told *told; /* by peer */
};

static void ask_free(struct ask *ask)
{
    timer_stop(ask->core->timers, &ask->timer);
    map_take(&ask->core->peers->asks, ask->token);
    arena_free(&ask->memory);
    free(ask);
}

/* Who carries the messages gives up earlier, and says so; this is for those that got lost before. */
static void unanswered(struct timer *timer)
{
    struct ask *ask = (struct ask *)((char *)timer - offsetof(struct ask, timer));
    core_sbi_response(ask->core, ask->token, NULL);
}

static void wait_for_answer(struct ask *ask)
{
    ask->timer.fire = unanswered;
    timer_start(ask->core->timers, &ask->timer, SECONDS(UNANSWERED_SECONDS));
}

bool peer_admitted(struct core *core, unsigned peer)
{
    const struct function function = {.what = "peer", .name = peer_name(core, peer)};
    return function_admitted(core, &function, &core->peers->told[peer], false);
}

static bool has_room(const struct core *core)
{
    return core->peers->asks.count < ASKS && core->ports.sbi_request;
}

static struct ask *ask_new(struct core *core, unsigned peer)
{
    struct peers *peers = core->peers;
    struct ask *ask = has_room(core) && peer_admitted(core, peer) ? calloc(1, sizeof *ask) : NULL;
    if (!ask)
        return NULL;
    *ask = (struct ask){.core = core, .peer = peer, .token = ++peers->tokens};
    arena_init(&ask->memory, MESSAGE_BYTES);
    if (!map_put(&peers->asks, ask->token, ask)) {
        free(ask);
        return NULL;
    }
    wait_for_answer(ask);
    return ask;
}

static bool send_ask(struct ask *ask, const struct sbi_message *message)
{
    return core_send_sbi_request(ask->core, ask->peer, ask->token, message);
}

uint64_t peer_ask_begin(struct procedure *p, unsigned peer, const struct sbi_message *request)
{
    struct ask *ask = ask_new(p->core, peer);
    if (!ask)
        return 0;
    ask->waiting = p;
    if (send_ask(ask, request))
        return ask->token;
    ask_free(ask);
    return 0;
}

static void forget(struct core *core, uint64_t token)
{
    struct ask *ask = map_get(&core->peers->asks, token);
    if (ask)
        ask_free(ask);
}

static const struct sbi_message *await(struct procedure *p, uint64_t token, uint64_t events, int64_t time,
                                       enum procedure_event *event)
{
    *event = token ? procedure_wait(p, events | EVENT(EV_SBI_RESPONSE), time) : EV_SBI_RESPONSE;
    return token && *event == EV_SBI_RESPONSE ? p->data : NULL;
}

const struct sbi_message *peer_ask_wait(struct procedure *p, uint64_t token, uint64_t events,
                                        enum procedure_event *event)
{
    const struct sbi_message *response = await(p, token, events, 0, event);
    if (*event == EV_CANCELLED)
        forget(p->core, token);
    return response;
}

const struct sbi_message *peer_ask(struct procedure *p, unsigned peer, const struct sbi_message *request)
{
    enum procedure_event event;
    return peer_ask_wait(p, peer_ask_begin(p, peer, request), 0, &event);
}

const struct sbi_message *peer_ask_unless(struct procedure *p, unsigned peer,
                                          const struct sbi_message *request, struct meanwhile *meanwhile)
{
    struct meanwhile none = {0};
    enum procedure_event event;
    uint64_t token = peer_ask_begin(p, peer, request);
    if (!meanwhile)
        meanwhile = &none;
    const struct sbi_message *response = await(p, token, meanwhile->events, meanwhile->time, &event);
    if (event == EV_SBI_RESPONSE)
        return response;
    forget(p->core, token);
    meanwhile->came = event;
    return NULL;
}

bool peer_answers(struct procedure *p, unsigned peer)
{
    const struct sbi_message request = {
        .method = SBI_OPTIONS, .path = NAMF_CONTEXTS, .type = "", .location = ""};
    return peer_ask(p, peer, &request) != NULL;
}

bool peer_post(struct core *core, unsigned peer, const struct sbi_message *request, peer_answered *answered,
               uint64_t key, unsigned number)
{
    struct ask *ask = ask_new(core, peer);
    if (!ask)
        return false;
    ask->answered = answered;
    ask->key = key;
    ask->number = number;
    if (send_ask(ask, request))
        return true;
    ask_free(ask);
    return false;
}

/* --- what must arrive --- */

static void say_again(struct timer *timer)
{
    struct ask *ask = (struct ask *)((char *)timer - offsetof(struct ask, timer));
    send_ask(ask, &ask->message);
    wait_for_answer(ask);
}

static const char *keep_text(struct arena *arena, const char *text)
{
    const char *copy = (const char *)arena_copy(arena, bytes_of(text, strlen(text) + 1)).data;
    return copy ? copy : "";
}

void peer_tell(struct core *core, unsigned peer, const struct sbi_message *request)
{
    struct ask *ask = ask_new(core, peer);
    if (!ask) {
        log_warning("sbi", NULL, "%s is not told of %s: %s", peer_name(core, peer), request->path,
                    has_room(core) ? "it is not admitted" : "too much is under way");
        return;
    }
    ask->attempts = 1;
    ask->message = *request;
    ask->message.path = keep_text(&ask->memory, request->path);
    ask->message.type = keep_text(&ask->memory, request->type);
    ask->message.body = arena_copy(&ask->memory, request->body);
    say_again(&ask->timer);
}

static void told(struct ask *ask, const struct sbi_message *response)
{
    struct core *core = ask->core;
    char cause[64];
    bool later = !response || response->status == 503;
    if (later && ask->attempts++ < PEER_ATTEMPTS) {
        ask->timer.fire = say_again;
        timer_start(core->timers, &ask->timer, SECONDS(1) << ask->attempts);
        return;
    }
    if (!response)
        log_warning("sbi", NULL, "%s does not answer; not told: %s", peer_name(core, ask->peer),
                    ask->message.path);
    else if (!sbi_succeeded(response))
        log_info("sbi", NULL, "%s refuses %s: %u %s", peer_name(core, ask->peer), ask->message.path,
                 response->status, sbi_problem_cause(response, cause, sizeof cause));
    ask_free(ask);
}

/* --- answers --- */

void core_sbi_response(struct core *core, uint64_t token, const struct sbi_message *response)
{
    struct ask *ask = map_get(&core->peers->asks, token);
    if (!ask)
        return;
    if (ask->attempts) {
        told(ask, response);
        return;
    }
    struct ask done = *ask;
    ask_free(ask);
    if (done.waiting)
        procedure_offer(done.waiting, EV_SBI_RESPONSE, response);
    else
        done.answered(core, done.peer, done.key, done.number, response);
}

/* --- life --- */

bool peers_start(struct core *core)
{
    core->peers = calloc(1, sizeof *core->peers);
    if (!core->peers)
        return false;
    map_init(&core->peers->asks, 0); /* the keys are our own */
    core->peers->told = calloc(core->config->peer_count + 1, sizeof *core->peers->told);
    return core->peers->told != NULL;
}

void peers_stop(struct core *core)
{
    size_t cursor = 0;
    uint64_t token;
    void *ask;
    if (!core->peers)
        return;
    while (map_next(&core->peers->asks, &cursor, &token, &ask)) {
        ask_free(ask);
        cursor = 0;
    }
    map_free(&core->peers->asks);
    free(core->peers->told);
    free(core->peers);
    core->peers = NULL;
}
