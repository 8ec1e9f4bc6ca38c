/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions of several service data flows: the packet program finds the PDR that the slow path finds, marks and counts by it, and leaves what it cannot. */
#include <stdio.h>

#include "fast_lab.h"
#include "plane/fast/counts.h"
#include "plane/fast/grace.h"
#include "plane/fast/queue.h"

enum { FLOWS = 14, TEXT = 96, CHOOSE_ID = 1 };
enum { SOURCE_PORT = 20, DESTINATION_PORT = 22, TOS = 1 }; /* offsets in an IPv4 packet */

/* A session of one flow without filters (QFI 1), and more with some; flow n has QFI, QER and URR n + 1, and PDRs 10 * n up and 10 * n + 1 down. */
struct session_of_flows {
    struct lab_session session;
    struct pfcp_create_pdr pdrs[2 + 2 * FLOWS];
    struct pfcp_qer qers[1 + FLOWS];
    struct pfcp_urr urrs[1 + FLOWS];
    uint32_t qer_ids[1 + FLOWS], urr_ids[1 + FLOWS];
    uint8_t qfis[1 + FLOWS];
    struct pfcp_sdf_filter filters[FLOWS][8];
    char texts[FLOWS][8][TEXT];
    unsigned flows;
};

static void refer(struct session_of_flows *of, unsigned flow, struct pfcp_create_pdr *pdr)
{
    of->qfis[flow] = (uint8_t)(flow + 1);
    of->qer_ids[flow] = of->urr_ids[flow] = flow + 1;
    of->qers[flow] = (struct pfcp_qer){.qer_id = flow + 1, .has_qfi = true, .qfi = (uint8_t)(flow + 1)};
    of->urrs[flow] = (struct pfcp_urr){
        .urr_id = flow + 1, .has_measurement_method = true, .measurement_method = PFCP_VOLUM};
    pdr->qer_ids = &of->qer_ids[flow];
    pdr->urr_ids = &of->urr_ids[flow];
    pdr->qer_ids_count = pdr->urr_ids_count = 1;
}

static void describe(struct session_of_flows *of)
{
    *of = (struct session_of_flows){.flows = 0};
    lab_describe(&of->session, UE);
    for (unsigned i = 0; i < 2; i++) {
        of->pdrs[i] = of->session.pdrs[i];
        refer(of, 0, &of->pdrs[i]);
    }
    of->pdrs[0].pdi.f_teid.has_choose_id = true;
    of->pdrs[0].pdi.f_teid.choose_id = CHOOSE_ID;
}

static void add_filter(struct session_of_flows *of, unsigned flow, const char *text)
{
    size_t n = 0;
    while (of->filters[flow - 1][n].flow_description.len)
        n++;
    snprintf(of->texts[flow - 1][n], TEXT, "%s", text);
    of->filters[flow - 1][n].flow_description = bytes_of(of->texts[flow - 1][n], strlen(text));
    for (unsigned i = 0; i < 2; i++)
        of->pdrs[2 * flow + i].pdi.sdf_filters_count = n + 1;
}

/* Returns its number. Earlier ones come first, and all before the one without filters. */
static unsigned add_flow(struct session_of_flows *of, const char *filter)
{
    const unsigned flow = ++of->flows;
    for (unsigned i = 0; i < 2; i++) {
        struct pfcp_create_pdr *pdr = &of->pdrs[2 * flow + i];
        *pdr = of->pdrs[i];
        pdr->pdr_id = (uint16_t)(10 * flow + i);
        pdr->precedence = flow;
        pdr->pdi.sdf_filters = of->filters[flow - 1];
        refer(of, flow, pdr);
        if (i == 0)
            pdr->pdi.qfis = &of->qfis[flow];
    }
    add_filter(of, flow, filter);
    return flow;
}

static void establish(struct bench *bench, struct session_of_flows *of)
{
    struct pfcp_session_establishment_request *request = &of->session.request.session_establishment_request;
    request->create_pdrs = of->pdrs;
    request->create_pdrs_count = 2 + 2 * of->flows;
    request->create_qers = of->qers;
    request->create_urrs = of->urrs;
    request->create_qers_count = request->create_urrs_count = 1 + of->flows;
    bench_establish(bench, &of->session);
}

static void put_port(uint8_t *packet, unsigned at, uint16_t port)
{
    packet[at] = (uint8_t)(port >> 8);
    packet[at + 1] = (uint8_t)port;
}

/* From that port of the server, to the phone. */
static size_t set_from(struct bench *bench, uint16_t port)
{
    const size_t inner = set_downlink(bench, PHONE, 100);
    put_port(bench->frame + ETHERNET, SOURCE_PORT, port);
    return inner;
}

/* To that port of the server, in a flow. */
static size_t set_to(struct bench *bench, uint16_t port, uint8_t qfi)
{
    uint8_t *gtpu = bench->frame + ETHERNET + OUTER;
    const size_t inner = set_tunnelled(bench, PHONE, OUTSIDE, port, 60);
    gtpu_g_pdu_header(gtpu, bench->teid, GTPU_UPLINK, qfi, false, inner);
    return inner;
}

static uint8_t qfi_sent(const struct bench *bench)
{
    return bench->out[ETHERNET + OUTER + GTPU_HEADER_CONTAINER - 2] & 63;
}

static const struct urr *urr_of(const struct bench *bench, unsigned flow)
{
    const struct ruleset *rules = bench->session->rules;
    for (unsigned i = 0; i < rules->urr_count; i++)
        if (rules->urrs[i].id == flow + 1)
            return &rules->urrs[i];
    return NULL;
}

static uint8_t modify(struct bench *bench, struct pfcp_session_modification_request request)
{
    struct pfcp_message message = {.type = PFCP_SESSION_MODIFICATION_REQUEST,
                                   .seid = bench->seid,
                                   .session_modification_request = request};
    return lab_ask(bench->lab, &message).session_modification_response.cause;
}

static void each_flow_is_marked_and_counted_as_its_own(void **state)
{
    struct bench *bench = bench_open(8);
    struct session_of_flows of;
    (void)state;
    describe(&of);
    const unsigned web = add_flow(&of, "permit out 17 from 203.0.113.0/24 443 to assigned");
    const unsigned voice = add_flow(&of, "permit out 17 from any 5000-6000 to assigned");
    establish(bench, &of);
    const size_t inner = set_from(bench, 443);
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(qfi_sent(bench), web + 1);
    set_from(bench, 5500);
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(qfi_sent(bench), voice + 1);
    set_from(bench, 80);
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(qfi_sent(bench), 1);
    const size_t up = set_to(bench, 443, (uint8_t)(web + 1));
    assert_int_equal(run(bench), XDP_REDIRECT);
    set_to(bench, 443, (uint8_t)(voice + 1)); /* which is not what that flow is for */
    assert_int_equal(run(bench), XDP_DROP);
    absorb(bench);
    assert_int_equal(urr_of(bench, 0)->volume.bytes[DOWNLINK], inner);
    assert_int_equal(urr_of(bench, web)->volume.bytes[DOWNLINK], inner);
    assert_int_equal(urr_of(bench, voice)->volume.bytes[DOWNLINK], 2 * inner);
    assert_int_equal(urr_of(bench, web)->volume.bytes[UPLINK], up);
    assert_int_equal(bench->session->counters.passed.packets[DOWNLINK], 4);
    bench_free(bench);
}

/* From a port of one of the servers 2001:db8:9::n, to the phone. */
static size_t set_v6_from(struct bench *bench, uint8_t server, uint16_t port, uint32_t label)
{
    enum { PAYLOAD = 8 };
    struct writer w = writer_of(bench->frame + ETHERNET, FRAME - ETHERNET);
    set_ethernet(bench->frame, 0x86dd);
    write_u32(&w, 0x60000000 | label);
    write_u32(&w, (8 + PAYLOAD) << 16 | 17 << 8 | 64);
    write_u64(&w, 0x20010db800090000);
    write_u64(&w, server);
    write_u64(&w, 0x20010db8cafe0000 | UE);
    write_u64(&w, 5);
    write_u16(&w, port);
    write_u16(&w, 4000);
    write_u32(&w, (8 + PAYLOAD) << 16);
    write_u64(&w, 0);
    bench->length = ETHERNET + writer_length(&w);
    return writer_length(&w);
}

static unsigned flow_of_v6(struct bench *bench, uint8_t server, uint16_t port, uint32_t label)
{
    struct packet packet;
    const size_t inner = set_v6_from(bench, server, port, label);
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(lab_downlink(bench->lab, bytes_of(bench->frame + ETHERNET, inner), &packet), PATH_TO_N3);
    assert_memory_equal(bench->out + ETHERNET + OUTER, packet.data, GTPU_HEADER_CONTAINER);
    return qfi_sent(bench) - 1u;
}

static void flows_of_ipv6_are_found_by_prefix_and_label(void **state)
{
    struct bench *bench = bench_open(8);
    struct session_of_flows of;
    (void)state;
    describe(&of);
    const unsigned one = add_flow(&of, "permit out 17 from 2001:db8:9::8/126 443 to assigned");
    const unsigned v4 = add_flow(&of, "permit out ip from 0.0.0.0/0 to assigned");
    add_flow(&of, "permit out ip from !2001:db8:9::/64 to assigned"); /* whatever else */
    const unsigned labelled = add_flow(&of, "permit out ip from any to assigned");
    of.filters[labelled - 1][0].has_flow_label = true;
    of.filters[labelled - 1][0].flow_label = 0x12345;
    establish(bench, &of);
    assert_int_equal(flow_of_v6(bench, 8, 443, 0), one);
    assert_int_equal(flow_of_v6(bench, 11, 443, 0x12345), one);
    assert_int_equal(flow_of_v6(bench, 12, 443, 0), 0);
    assert_int_equal(flow_of_v6(bench, 7, 443, 0x12345), labelled);
    assert_int_equal(flow_of_v6(bench, 8, 444, 0x12344), 0);
    set_from(bench, 443);
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(qfi_sent(bench), v4 + 1);
    bench_free(bench);
}

/* --- beside the slow path --- */

static const uint16_t SOME_PORTS[] = {0, 53, 80, 443, 5060, 65535};

static void draw_filter(struct lab *lab, char text[TEXT])
{
    static const char *const protocols[] = {"ip", "17", "17", "6"};
    static const char *const remotes[] = {"any", "203.0.113.9", "203.0.113.0/28", "!203.0.113.8/31",
                                          "2001:db8::/32"};
    static const char *const locals[] = {"assigned", "any", "10.45.0.7", "10.45.0.0/29"};
    const uint64_t chance = random_u64(&lab->random.random);
    const char *remote = remotes[chance % 5], *local = locals[(chance >> 8) % (chance % 5 == 4 ? 2 : 4)];
    const uint16_t low = SOME_PORTS[(chance >> 16) % 6], other = SOME_PORTS[(chance >> 24) % 6];
    int length = snprintf(text, TEXT, "permit out %s from %s", protocols[(chance >> 32) % 4], remote);
    if (chance >> 40 & 1)
        length += snprintf(text + length, TEXT - (size_t)length, " %u-%u", low < other ? low : other,
                           low < other ? other : low);
    length += snprintf(text + length, TEXT - (size_t)length, " to %s", local);
    if (chance >> 41 & 1)
        snprintf(text + length, TEXT - (size_t)length, " %u", SOME_PORTS[(chance >> 48) % 6]);
}

static void draw_session(struct lab *lab, struct session_of_flows *of)
{
    describe(of);
    for (unsigned flows = (unsigned)(random_u64(&lab->random.random) % FLOWS); flows > 0; flows--) {
        char text[TEXT];
        const uint64_t chance = random_u64(&lab->random.random);
        draw_filter(lab, text);
        const unsigned flow = add_flow(of, text);
        for (unsigned more = chance % 3; more > 0; more--) {
            draw_filter(lab, text);
            add_filter(of, flow, text);
        }
        of->filters[flow - 1][0].has_tos = chance >> 8 & 1;
        of->filters[flow - 1][0].tos = (uint16_t)(chance >> 16 & 0xfc00) | 0x0c;
    }
}

static uint16_t draw_port(struct lab *lab)
{
    const uint64_t chance = random_u64(&lab->random.random);
    return (uint16_t)(SOME_PORTS[chance % 6] + (chance >> 8) % 2);
}

static void draw_inner(struct bench *bench, uint8_t *inner)
{
    inner[TOS] = (uint8_t)random_u64(&bench->lab->random.random);
    put_port(inner, SOURCE_PORT, draw_port(bench->lab));
    put_port(inner, DESTINATION_PORT, draw_port(bench->lab));
    set_ip_checksum(inner);
}

static void downlink_alike(struct bench *bench)
{
    struct packet packet;
    const size_t inner = set_downlink(bench, PHONE, 64);
    draw_inner(bench, bench->frame + ETHERNET);
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(lab_downlink(bench->lab, bytes_of(bench->frame + ETHERNET, inner), &packet), PATH_TO_N3);
    assert_memory_equal(bench->out + ETHERNET + OUTER, packet.data, GTPU_HEADER_CONTAINER);
}

static void uplink_alike(struct bench *bench, unsigned verdicts[5])
{
    struct packet packet;
    const uint8_t qfi = (uint8_t)(1 + random_u64(&bench->lab->random.random) % 4);
    set_to(bench, 0, qfi);
    draw_inner(bench, bench->frame + ETHERNET + OUTER + GTPU_HEADER_CONTAINER);
    const uint32_t verdict = run(bench);
    const enum verdict slow = run_slow(bench, &bench->lab->gnb, &packet);
    assert_int_equal(verdict, slow == PATH_TO_N6 ? XDP_REDIRECT : XDP_DROP);
    verdicts[verdict]++;
}

/* All that was sent has been sent by both. */
static void counts_are_even(struct bench *bench)
{
    absorb(bench);
    for (unsigned i = 0; i < bench->session->rules->urr_count; i++)
        for (unsigned direction = 0; direction < 2; direction++)
            assert_int_equal(bench->session->rules->urrs[i].volume.packets[direction] % 2, 0);
}

static void delete (struct bench *bench)
{
    struct pfcp_message message = {.type = PFCP_SESSION_DELETION_REQUEST, .seid = bench->seid};
    assert_int_equal(lab_ask(bench->lab, &message).session_deletion_response.cause, PFCP_ACCEPTED);
}

static void both_paths_find_the_same_rule(void **state)
{
    enum { SESSIONS = 60, PACKETS = 200 };
    struct bench *bench = bench_open(8);
    unsigned verdicts[5] = {0};
    (void)state;
    for (unsigned i = 0; i < SESSIONS; i++) {
        struct session_of_flows of;
        draw_session(bench->lab, &of);
        establish(bench, &of);
        for (unsigned n = 0; n < PACKETS; n++) {
            downlink_alike(bench);
            uplink_alike(bench, verdicts);
        }
        counts_are_even(bench);
        delete (bench);
    }
    assert_int_equal(bench->fast.free_flow_count, bench->fast.sizes.flows);
    print_message("# %u dropped, %u forwarded\n", verdicts[XDP_DROP], verdicts[XDP_REDIRECT]);
    assert_true(verdicts[XDP_DROP] > SESSIONS * PACKETS / 20 &&
                verdicts[XDP_REDIRECT] > SESSIONS * PACKETS / 20);
    bench_free(bench);
}

/* --- what changes --- */

static uint8_t remove_flow(struct bench *bench, unsigned flow)
{
    struct pfcp_remove_pdr removed[2] = {{(uint16_t)(10 * flow)}, {(uint16_t)(10 * flow + 1)}};
    return modify(bench,
                  (struct pfcp_session_modification_request){.remove_pdrs = removed, .remove_pdrs_count = 2});
}

static void flows_come_and_go_with_their_counts(void **state)
{
    struct bench *bench = bench_open(8);
    struct session_of_flows of;
    (void)state;
    describe(&of);
    establish(bench, &of);
    size_t inner = set_from(bench, 443);
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(qfi_sent(bench), 1);
    const unsigned web = add_flow(&of, "permit out ip from any 443 to assigned");
    for (unsigned i = 0; i < 2; i++)
        of.pdrs[2 * web + i].pdi.f_teid.teid = bench->teid;
    const struct pfcp_session_modification_request added = {.create_pdrs = &of.pdrs[2 * web],
                                                            .create_pdrs_count = 2,
                                                            .create_qers = &of.qers[web],
                                                            .create_qers_count = 1,
                                                            .create_urrs = &of.urrs[web],
                                                            .create_urrs_count = 1};
    assert_int_equal(modify(bench, added), PFCP_ACCEPTED);
    assert_int_equal(bench->fast.free_flow_count, bench->fast.sizes.flows - 1);
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(qfi_sent(bench), web + 1);
    set_to(bench, 443, (uint8_t)(web + 1));
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(remove_flow(bench, web), PFCP_ACCEPTED);
    assert_int_equal(bench->fast.free_flow_count, bench->fast.sizes.flows);
    assert_int_equal(run(bench), XDP_DROP); /* of a flow that is no more */
    set_from(bench, 443);
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(qfi_sent(bench), 1);
    absorb(bench);
    assert_int_equal(urr_of(bench, 0)->volume.bytes[DOWNLINK], 2 * inner);
    assert_int_equal(urr_of(bench, web)->volume.bytes[DOWNLINK], inner);
    bench_free(bench);
}

static uint8_t update_far(struct bench *bench, uint32_t id, uint16_t action)
{
    struct pfcp_update_far far = {.far_id = id, .has_apply_action = true, .apply_action = action};
    return modify(bench,
                  (struct pfcp_session_modification_request){.update_fars = &far, .update_fars_count = 1});
}

static void each_flow_has_an_action_of_its_own(void **state)
{
    struct bench *bench = bench_open(8);
    struct session_of_flows of;
    (void)state;
    describe(&of);
    const unsigned web = add_flow(&of, "permit out ip from any 443 to assigned");
    const unsigned closed = add_flow(&of, "permit out ip from any 80 to assigned");
    of.qers[closed].has_gate = true;
    of.qers[closed].gate.downlink_closed = true;
    of.pdrs[2 * web + 1].far_id = 3;
    struct pfcp_create_far fars[3] = {
        of.session.fars[0], of.session.fars[1], {.far_id = 3, .apply_action = PFCP_BUFF}};
    of.session.request.session_establishment_request.create_fars = fars;
    of.session.request.session_establishment_request.create_fars_count = 3;
    establish(bench, &of);
    set_from(bench, 80);
    assert_int_equal(run(bench), XDP_DROP);
    set_from(bench, 81);
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(update_far(bench, 3, PFCP_DROP), PFCP_ACCEPTED);
    set_from(bench, 443);
    assert_int_equal(run(bench), XDP_DROP);
    assert_int_equal(update_far(bench, 3, PFCP_BUFF), PFCP_ACCEPTED);
    assert_int_equal(run(bench), XDP_PASS);
    bench_free(bench);
}

/* --- what there is room for --- */

static void slow_path_is_done(const struct bench *bench)
{
    struct fast_queue *downlink = fast_queue_downlink(&bench->lab->plane, bench->session);
    downlink->done = downlink->given;
    for (unsigned i = 0; i < bench->session->rules->pdr_count; i++) {
        const uint32_t teid = bench->session->rules->pdrs[i].teid;
        struct fast_queue *uplink = teid ? fast_queue_uplink(&bench->lab->plane, teid) : NULL;
        if (uplink)
            uplink->done = uplink->given;
    }
}

static void without_a_place_the_slow_path_serves(void **state)
{
    struct bench *bench = bench_open(8);
    struct session_of_flows of;
    (void)state;
    bench->fast.free_flow_count = 0;
    describe(&of);
    add_flow(&of, "permit out ip from any 443 to assigned");
    establish(bench, &of);
    set_from(bench, 443);
    assert_int_equal(run(bench), XDP_PASS);
    set_to(bench, 443, 2);
    assert_int_equal(run(bench), XDP_PASS);
    assert_true(bench->fast.flows_refused > 0);
    bench->fast.free_flow_count = bench->fast.sizes.flows;
    slow_path_is_done(bench);
    assert_int_equal(update_far(bench, 2, PFCP_FORW), PFCP_ACCEPTED); /* whatever is written next finds one */
    assert_int_equal(run(bench), XDP_REDIRECT);
    bench_free(bench);
}

static void more_filters_than_a_record_holds_are_the_slow_paths(void **state)
{
    struct bench *bench = bench_open(8);
    struct session_of_flows of;
    (void)state;
    describe(&of);
    for (unsigned i = 0; i < FLOWS; i++) {
        char text[TEXT];
        snprintf(text, sizeof text, "permit out ip from 198.51.100.%u %u to assigned", 8 * i, 8 * i + 1);
        const unsigned flow = add_flow(&of, text);
        for (unsigned n = 1; n < 8; n++) {
            snprintf(text, sizeof text, "permit out ip from 198.51.100.%u %u to assigned", 8 * i + n,
                     8 * i + n + 1);
            add_filter(&of, flow, text);
        }
    }
    establish(bench, &of);
    set_from(bench, 443);
    assert_int_equal(run(bench), XDP_PASS);
    assert_int_equal(bench->fast.free_flow_count, bench->fast.sizes.flows);
    bench_free(bench);
}

static void establish_with_flow(struct bench *bench, struct session_of_flows *of, uint8_t phone)
{
    describe(of);
    add_flow(of, "permit out ip from any 443 to assigned");
    of->session.ue_ip.ip.v4[3] = of->session.ue_ip.ip.v6[7] = phone;
    of->session.request.session_establishment_request.cp_f_seid.seid = phone;
    establish(bench, of);
}

/* Else a packet in hand would be judged, and sent, by the next session's rules. */
static void a_place_is_no_others_while_a_processor_may_look_at_it(void **state)
{
    struct bench *bench = bench_open(2);
    struct fast *fast = &bench->fast;
    struct session_of_flows of;
    (void)state;
    fast->grace = grace_new();
    assert_non_null(fast->grace);
    fast->free_flow_count = 1;
    establish_with_flow(bench, &of, UE);
    assert_int_equal(fast->free_flow_count, 0);
    const uint64_t before = grace_mark(fast->grace);
    delete (bench);
    establish_with_flow(bench, &of, UE + 1);
    assert_true(fast->sessions[bench->session->place].own_flows == 0 ||
                grace_passed(fast->grace, before + 1));
    while (update_far(bench, 2, PFCP_FORW) == PFCP_ACCEPTED &&
           fast->sessions[bench->session->place].own_flows == 0)
        assert_int_equal(fast->free_flow_count, 1);
    assert_true(grace_passed(fast->grace, before + 1));
    grace_free(fast->grace);
    fast->grace = NULL;
    bench_free(bench);
}

/* What the program reads while rules are being written is the slow path's to judge. */
static void half_written_rules_are_not_believed(void **state)
{
    struct bench *bench = bench_open(8);
    struct session_of_flows of;
    (void)state;
    describe(&of);
    add_flow(&of, "permit out ip from any 443 to assigned");
    establish(bench, &of);
    const unsigned place = bench->fast.sessions[bench->session->place].own_flows;
    set_from(bench, 443);
    assert_int_equal(run(bench), XDP_REDIRECT);
    bench->fast.classifiers[2 * place + DOWNLINK].version++;
    assert_int_equal(run(bench), XDP_PASS);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_flow_is_marked_and_counted_as_its_own),
        cmocka_unit_test(flows_of_ipv6_are_found_by_prefix_and_label),
        cmocka_unit_test(both_paths_find_the_same_rule),
        cmocka_unit_test(flows_come_and_go_with_their_counts),
        cmocka_unit_test(each_flow_has_an_action_of_its_own),
        cmocka_unit_test(without_a_place_the_slow_path_serves),
        cmocka_unit_test(more_filters_than_a_record_holds_are_the_slow_paths),
        cmocka_unit_test(a_place_is_no_others_while_a_processor_may_look_at_it),
        cmocka_unit_test(half_written_rules_are_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
