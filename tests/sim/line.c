/* SPDX-License-Identifier: Apache-2.0 */
#include "line.h"

#include "../lab_config.h"
#include "kit/channel.h"

enum { NGAP_PPID = 60 };

static const char configuration[] = "log: {level: error}\n";

/* --- Edge to core --- */

static bool to_control(void *context, struct bytes bytes)
{
    struct line *line = context;
    const char *why;
    return gate_heard(&line->at_gate, bytes, &why);
}

static bool to_gnb(void *context, void *link, uint16_t stream, struct bytes ngap)
{
    struct line *line = context;
    (void)link, (void)stream;
    if (line->to_gnb)
        line->to_gnb(line, ngap);
    return true;
}

static void end_gnb(void *context, void *link)
{
    struct line *line = context;
    (void)link;
    line->ending = true;
}

static uint64_t draw(void *context)
{
    struct line *line = context;
    return random_u64(&line->random.random);
}

/* --- Core to edge --- */

static void to_edge(struct line *line, const struct wicket_message *message)
{
    static uint8_t room[CHANNEL_MESSAGE_BYTES];
    struct writer w = writer_of(room, sizeof room);
    if (wicket_encode(&w, message))
        edge_control_message(line->edge, writer_bytes(&w));
}

static void core_says(void *context, uint64_t association, uint16_t stream, struct bytes flat)
{
    to_edge(context, &(struct wicket_message){
                         .kind = WICKET_NGAP, .association = association, .stream = stream, .body = flat});
}

static void core_closes(void *context, uint64_t association)
{
    struct line *line = context;
    to_edge(line, &(struct wicket_message){.kind = WICKET_CLOSE, .association = association});
    gate_forget(&line->gate, association);
}

static void core_sends_pfcp(void *context, const union socket_address *peer, struct bytes datagram)
{
    (void)context, (void)peer, (void)datagram;
}

/* --- What happens --- */

static void settle(struct line *line)
{
    core_settle(line->core);
    if (line->ending && line->association) {
        edge_gnb_down(line->edge, line->association, "ended");
        line->association = NULL;
        core_settle(line->core);
    }
}

void line_pass(struct line *line, int64_t time)
{
    int64_t until = line->timers.now + time;
    while (timers_next(&line->timers) <= until) {
        timers_run(&line->timers, timers_next(&line->timers));
        settle(line);
    }
    timers_run(&line->timers, until);
}

void line_gnb_says(struct line *line, uint16_t stream, struct bytes ngap)
{
    line_pass(line, MILLISECONDS(1));
    if (line->association)
        edge_gnb_message(line->edge, line->association, stream, NGAP_PPID, ngap);
    settle(line);
}

/* --- Beginning and end --- */

static const char imsi[] = "999700000000001";

static bool describe_subscriber(struct line *line, struct store_subscriber *subscriber)
{
    static const uint8_t k[16] = {0x46, 0x5b, 0x5c, 0xe8, 0xb1, 0x99, 0xb4, 0x9f,
                                  0xaa, 0x5f, 0x0a, 0x2e, 0xe2, 0x38, 0xa6, 0xbc};
    static const uint8_t opc[16] = {0xe8, 0xed, 0x28, 0x9d, 0xeb, 0xa9, 0x52, 0xe4,
                                    0x28, 0x3b, 0x54, 0xe8, 0x8e, 0x61, 0x83, 0xca};
    bool described = store_subscriber_defaults(subscriber, &line->arena,
                                               line->config->network.serving[0].slices[0], "internet") &&
                     store_supi_parse(imsi, subscriber->supi);
    memcpy(subscriber->k, k, sizeof k);
    memcpy(subscriber->op, opc, sizeof opc);
    subscriber->k_length = sizeof k;
    subscriber->op_is_derived = true;
    return described;
}

static bool open_store(struct line *line)
{
    enum store_result result;
    const char *why;
    struct store_subscriber subscriber;
    line->store = store_open(
        (struct store_settings){.path = ":memory:", .sync = CONFIG_SYNC_OFF, .busy_ms = 1}, &result, &why);
    return line->store && describe_subscriber(line, &subscriber) &&
           store_subscriber_add(line->store, &subscriber) == STORE_OK &&
           store_commit(line->store) == STORE_OK;
}

static bool make_both_sides(struct line *line)
{
    const char *why;
    line->core = core_new(
        (struct core_settings){
            .config = line->config,
            .store = line->store,
            .timers = &line->timers,
            .random = &line->random.random,
            .ports = {.context = line, .ngap = core_says, .close = core_closes, .pfcp = core_sends_pfcp}},
        &why);
    gate_init(&line->gate, line->core, 1);
    line->at_gate = (struct gate_edge){.gate = &line->gate, .name = "default"};
    line->edge = edge_new((struct edge_settings){.name = "default",
                                                 .timers = &line->timers,
                                                 .ports = {.context = line,
                                                           .to_gnb = to_gnb,
                                                           .end_gnb = end_gnb,
                                                           .to_control = to_control,
                                                           .random = draw}});
    return line->core && line->edge;
}

static void unmake_both_sides(struct line *line)
{
    if (line->edge && line->association)
        edge_gnb_down(line->edge, line->association, "closed");
    line->association = NULL;
    gate_free(&line->gate);
    if (line->core)
        core_free(line->core);
    edge_free(line->edge);
    line->core = NULL;
    line->edge = NULL;
    timers_free(&line->timers);
}

static bool begin(struct line *line)
{
    union socket_address gnb;
    timers_init(&line->timers, SECONDS(1));
    random_seed(&line->random, 1);
    line->ending = false;
    if (!make_both_sides(line))
        return false;
    address_parse(&gnb, "10.9.0.1", 38412);
    edge_control_open(line->edge);
    line->association = edge_gnb_up(line->edge, line, &gnb, 2);
    settle(line);
    return line->association != NULL;
}

bool line_open(struct line *line)
{
    struct config_error error;
    *line = (struct line){0};
    arena_init(&line->arena, 0);
    line->config = lab_config(configuration, NULL, &error);
    if (line->config && open_store(line) && begin(line))
        return true;
    line_close(line);
    return false;
}

static bool nobody(void *context, const char *supi, uint32_t tmsi, struct bytes blob)
{
    (void)supi, (void)tmsi, (void)blob;
    *(bool *)context = false;
    return false;
}

/* The phone as it was delivered, its SQN with it, and no trace of where it has been. */
static bool put_store_back(struct line *line)
{
    struct store_subscriber subscriber;
    bool empty = true;
    arena_reset(&line->arena);
    return describe_subscriber(line, &subscriber) && store_ue_remove(line->store, imsi) == STORE_OK &&
           store_subscriber_remove(line->store, imsi) == STORE_OK &&
           store_subscriber_add(line->store, &subscriber) == STORE_OK &&
           store_commit(line->store) == STORE_OK && store_ue_each(line->store, nobody, &empty) == STORE_OK &&
           empty;
}

bool line_again(struct line *line)
{
    unmake_both_sides(line);
    return put_store_back(line) && begin(line);
}

void line_close(struct line *line)
{
    unmake_both_sides(line);
    if (line->store)
        store_close(line->store);
    config_free(line->config);
    arena_free(&line->arena);
}
