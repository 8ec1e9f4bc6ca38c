/* SPDX-License-Identifier: Apache-2.0 */
#include "core/core.h"

#include <stdlib.h>

#include "core/amf/admission.h"
#include "core/amf/context.h"
#include "core/peer/peer.h"
#include "core/procedure.h"
#include "core/rows.h"
#include "core/smf/smf.h"
#include "core/traffic.h"
#include "core/udm/udm.h"
#include "crypt/primitive.h"
#include "crypt/random.h"
#include "kit/co.h"
#include "kit/log.h"
#include "line/event.h"
#include "store/store.h"

enum { STACK_BYTES = 256 * 1024, BATCH_BYTES = 64 * 1024 * 1024, FLAT_BYTES = 64 * 1024, AMF_ID_BITS = 40 };

static void init_maps(struct core *core)
{
    map_init(&core->gnbs, random_u64(core->random));
    map_init(&core->ues_by_supi, random_u64(core->random));
    map_init(&core->ues_by_tmsi, random_u64(core->random));
}

/* A batch begins when it fires, and at its end the rows that could not be stored are tried again. */
static void try_again(struct timer *timer)
{
    (void)timer;
}

static bool start_functions(struct core *core, const char **why)
{
    struct config_report report = {.to = stderr};
    core->ledger = ledger_new(&core->config->inventory, &report);
    *why = "the inventory's files are not right";
    if (!core->ledger)
        return false;
    if (!traffic_start(core, why))
        return false;
    admission_begin(core);
    core->udm = udm_new(
        (struct udm_settings){.store = core->store, .random = core->random, .config = core->config}, why);
    if (!core->udm || !amf_load(core, why) || !smf_start(core, why))
        return false;
    amf_watch_subscribers(core);
    return true;
}

struct core *core_new(struct core_settings settings, const char **why)
{
    struct core *core = calloc(1, sizeof *core);
    *why = "out of memory";
    if (!core)
        return NULL;
    core->config = settings.config;
    core->store = settings.store;
    core->timers = settings.timers;
    core->random = settings.random;
    core->ports = settings.ports;
    core->wall_offset = settings.wall - settings.timers->now;
    core->read_wall = settings.read_wall;
    core->boot = settings.boot;
    core->retry.fire = try_again;
    arena_init(&core->batch, BATCH_BYTES);
    init_maps(core);
    sequence_init(&core->amf_ids, core->random, AMF_ID_BITS);
    core->stacks = co_pool_new(STACK_BYTES, settings.config->limits.procedures);
    core->scratch = malloc(FLAT_BYTES);
    if (core->stacks && core->scratch && peers_start(core) && start_functions(core, why))
        return core;
    core_free(core);
    return NULL;
}

void core_free(struct core *core)
{
    timer_stop(core->timers, &core->retry);
    admission_stop(core);
    amf_stop(core);
    smf_stop(core);
    amf_free_ues(core);
    peers_stop(core);
    traffic_stop(core);
    udm_free(core->udm);
    if (core->stacks)
        co_pool_free(core->stacks);
    map_free(&core->gnbs);
    map_free(&core->ues_by_supi);
    map_free(&core->ues_by_tmsi);
    rows_free(core);
    outbox_free(&core->outbox);
    arena_free(&core->batch);
    free(core->scratch);
    ledger_free(core->ledger);
    secret_clear(&core->amf_ids, sizeof core->amf_ids);
    free(core);
}

static bool commit(struct core *core)
{
    rows_write(core);
    enum store_result result = store_commit(core->store);
    bool durable = result == STORE_OK;
    rows_committed(core, durable);
    core->metrics.commits++;
    if (!durable) {
        core->metrics.commits_failed++;
        log_error("core", NULL, "state not stored: %s", store_result_text(result));
    }
    return durable;
}

bool core_settle(struct core *core)
{
    bool durable, lost = false;
    amf_apply_changes(core);
    amf_watch_load(core);
    do {
        durable = commit(core);
        lost |= !durable;
    } while (procedure_committed(core, durable) && durable);
    if (!durable)
        timer_start(core->timers, &core->retry, SECONDS(1));
    outbox_flush(&core->outbox, &core->ports, !lost);
    ue_bury(core);
    arena_reset(&core->batch);
    return !lost;
}

struct bytes core_flatten(struct core *core, enum ngap_message_type message, const void *value)
{
    struct writer writer = writer_of(core->scratch, FLAT_BYTES);
    struct ngap_pdu pdu = {.message = message, .value.any = value};
    struct fault fault = {0};
    if (ngap_flatten(&writer, &pdu, &fault))
        return arena_copy(&core->batch, writer_bytes(&writer));
    log_error("core", NULL, "%s cannot be encoded: %s: %s", ngap_message_name(message),
              fault.where ? fault.where : "", fault.what ? fault.what : "too long");
    return (struct bytes){0};
}

void core_event(struct core *core, struct line_event event)
{
    event.time = core_wall(core);
    event.digest = core->heard;
    event.gnb = event.gnb ? event.gnb : "";
    line_event(&event);
}

bool core_post_ngap(struct core *core, uint64_t association, uint16_t stream, struct bytes flat)
{
    if (!flat.len)
        return false;
    core->metrics.ngap_out++;
    return outbox_put(&core->outbox,
                      &(struct outbox_item){
                          .kind = OUTBOX_NGAP, .bytes = flat, .association = association, .stream = stream});
}

bool core_send_ngap(struct core *core, uint64_t association, uint16_t stream, enum ngap_message_type message,
                    const void *value)
{
    return core_post_ngap(core, association, stream, core_flatten(core, message, value));
}

bool core_close(struct core *core, uint64_t association)
{
    return outbox_put(&core->outbox, &(struct outbox_item){.kind = OUTBOX_CLOSE, .association = association});
}

static bool send_sbi(struct core *core, struct outbox_item item, const struct sbi_message *message)
{
    struct sbi_message *copy = ARENA_NEW(&core->batch, struct sbi_message);
    if (!copy)
        return false;
    *copy = *message;
    item.sbi = copy;
    return outbox_put(&core->outbox, &item);
}

bool core_send_sbi_request(struct core *core, unsigned peer, uint64_t token,
                           const struct sbi_message *request)
{
    struct outbox_item item = {.kind = OUTBOX_SBI_REQUEST, .sbi_peer = peer, .association = token};
    return core->ports.sbi_request && send_sbi(core, item, request);
}

bool core_send_sbi_response(struct core *core, uint64_t token, const struct sbi_message *response)
{
    struct outbox_item item = {.kind = OUTBOX_SBI_RESPONSE, .association = token};
    return core->ports.sbi_response && send_sbi(core, item, response);
}

bool core_send_pfcp(struct core *core, const union socket_address *peer, struct bytes message, bool joins)
{
    struct bytes copy = arena_copy(&core->batch, message);
    return copy.len == message.len &&
           outbox_put(&core->outbox, &(struct outbox_item){
                                         .kind = OUTBOX_PFCP, .bytes = copy, .peer = *peer, .joins = joins});
}

void core_pfcp(struct core *core, const union socket_address *peer, struct bytes datagram)
{
    smf_pfcp(core, peer, datagram);
}
