/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Planes that die and others that come after them, with the maps of the packet program between them: packets go on at every moment, and what is counted is
 * counted once. The maps are pinned in a BPF file system of this test's own.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fast_lab.h"
#include "fast_pins.h"
#include "plane/fast/adopt.h"
#include "plane/fast/networks.h"
#include "plane/fast/ports.h"
#include "plane/fast/rules.h"
#include "plane/fast/shown.h"
#include "plane/tally.h"

enum { MOST = 8, GNB_TEID = 0x1234, OTHER_TEID = 0x4321, NEIGHBOUR_TEID = 0x5678 };

/* As an SMF establishes a session that it knows from before (TS 29.244 5.22.3): with its tunnels on both sides. */
static void describe_again(struct bench *bench, struct lab_session *session, uint8_t phone, uint32_t teid)
{
    lab_describe(session, phone);
    session->pdrs[0].pdi.f_teid = (struct pfcp_f_teid){.teid = teid, .ip.has_v4 = true};
    memcpy(session->pdrs[0].pdi.f_teid.ip.v4, bench->lab->plane.n3_v4.address, 4);
    lab_lead_to(session, GNB_TEID, &bench->lab->gnb.v4.sin_addr);
}

static void restore_for(struct bench *bench, uint8_t phone, uint32_t teid)
{
    struct lab_session session;
    describe_again(bench, &session, phone, teid);
    bench->teid = teid;
    bench->seid = lab_establish(bench->lab, &session, &bench->teid);
    assert_int_equal(bench->teid, teid);
    bench->session = table_get(&bench->lab->plane.teids, teid);
}

static void restore(struct bench *bench, uint32_t teid)
{
    restore_for(bench, UE, teid);
}

/* A packet each way; returns the octets of the one from the phone. */
static size_t both_go(struct bench *bench, uint32_t teid)
{
    bench->teid = teid;
    set_downlink(bench, PHONE, 80);
    assert_int_equal(run(bench), XDP_REDIRECT);
    const size_t inner = set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
    assert_int_equal(run(bench), XDP_REDIRECT);
    return inner;
}

/* Begins with a session of phone UE. */
static struct bench *begin_with_session(void)
{
    struct bench *bench = begin(MOST);
    struct lab_session session;
    lab_describe(&session, UE);
    bench_establish(bench, &session);
    return bench;
}

static void packets_go_on_before_and_after_the_smf_has_spoken(void **state)
{
    struct bench *bench = begin_with_session();
    const uint32_t teid = bench->teid, gnb = bench->session->gnb->id;
    (void)state;
    both_go(bench, teid);
    die(bench);
    bench = begin(MOST);
    assert_true(fast_adopted(&bench->fast));
    both_go(bench, teid);
    const struct fast_tunnel tunnel = *fast_tunnel_at(&bench->fast, teid);
    const struct fast_session session = bench->fast.sessions[tunnel.session];
    restore(bench, teid);
    assert_int_equal(bench->session->place, tunnel.session);
    assert_int_equal(bench->session->gnb->id, gnb);
    assert_memory_equal(fast_tunnel_at(&bench->fast, teid), &tunnel,
                        offsetof(struct fast_tunnel, action.credit));
    assert_memory_equal(&bench->fast.sessions[tunnel.session], &session,
                        offsetof(struct fast_session, action.credit));
    both_go(bench, teid);
    end(bench);
}

static enum verdict comes_in(struct bench *bench, uint32_t teid)
{
    uint8_t inner[128];
    struct packet packet;
    const size_t length = lab_udp(inner, PHONE, OUTSIDE, 53, 60);
    return lab_uplink(bench->lab, &bench->lab->gnb, teid, 1, bytes_of(inner, length), &packet);
}

static void no_gnb_is_told_that_a_tunnel_that_was_found_is_unknown(void **state)
{
    struct bench *bench = begin_with_session();
    const uint32_t teid = bench->teid;
    (void)state;
    die(bench);
    bench = begin(MOST);
    assert_int_equal(comes_in(bench, teid), PATH_DROP);
    assert_int_equal(comes_in(bench, teid + 1), PATH_TO_N3);
    assert_int_equal(fast_sweep(&bench->lab->plane, INT64_MAX), 1);
    assert_int_equal(comes_in(bench, teid), PATH_TO_N3);
    end(bench);
}

static void another_gnb_does_not_get_the_number_of_one_that_is_known(void **state)
{
    struct bench *bench = begin_with_session();
    const uint32_t first = bench->session->gnb->id;
    (void)state;
    die(bench);
    bench = begin(MOST);
    const struct gnb *other = plane_gnb_make(&bench->lab->plane, &bench->lab->other_gnb);
    assert_non_null(other);
    assert_int_not_equal(other->id, first);
    assert_int_equal(plane_gnb_make(&bench->lab->plane, &bench->lab->gnb)->id, first);
    end(bench);
}

static void usage_since_the_last_report_is_reported_once(void **state)
{
    struct bench *bench = begin_with_session();
    const uint32_t teid = bench->teid;
    struct pfcp_remove_rule urr = {.id = 1};
    struct pfcp_message query = {.type = PFCP_SESSION_MODIFICATION_REQUEST,
                                 .seid = bench->seid,
                                 .session_modification_request = {.query_urrs = &urr, .query_urrs_count = 1}};
    (void)state;
    const size_t inner = both_go(bench, teid);
    assert_int_equal(lab_ask(bench->lab, &query).session_modification_response.usage_reports[0].volume.uplink,
                     inner);
    both_go(bench, teid);
    absorb(bench); /* by the one that dies, whose SMF hears no more of it */
    both_go(bench, teid);
    die(bench);
    bench = begin(MOST);
    both_go(bench, teid);
    restore(bench, teid);
    both_go(bench, teid);
    query.seid = bench->seid;
    const struct pfcp_message answer = lab_ask(bench->lab, &query);
    assert_int_equal(answer.session_modification_response.usage_reports[0].volume.uplink, 4 * inner);
    end(bench);
}

static void counters_of_gnbs_go_on_under_one_instance(void **state)
{
    struct bench *bench = begin_with_session();
    const uint32_t teid = bench->teid;
    const uint64_t instance = fast_instance(&bench->lab->plane, 4711);
    struct packet packet;
    (void)state;
    const size_t inner = both_go(bench, teid);
    assert_int_equal(run_slow(bench, &bench->lab->gnb, &packet), PATH_TO_N6);
    const struct tally_reading before = tally_read_all(&bench->lab->plane);
    assert_int_equal(before.bytes[UPLINK], 2 * inner);
    assert_int_equal(before.packets[DOWNLINK], 1);
    die(bench);
    bench = begin(MOST);
    assert_int_equal(fast_instance(&bench->lab->plane, 815), instance);
    const struct tally_reading after = tally_read_all(&bench->lab->plane);
    assert_memory_equal(after.bytes, before.bytes, sizeof after.bytes);
    restore(bench, teid);
    both_go(bench, teid);
    assert_int_equal(tally_read(&bench->lab->plane, bench->session->gnb).bytes[UPLINK], 3 * inner);
    end(bench);
    bench = begin(MOST); /* in order: nothing is left */
    assert_int_equal(fast_instance(&bench->lab->plane, 815), 815);
    end(bench);
}

static void a_session_that_nobody_speaks_of_is_swept(void **state)
{
    struct bench *bench = begin_with_session();
    const uint32_t teid = bench->teid;
    (void)state;
    die(bench);
    bench = begin(MOST);
    lab_sleep(bench->lab, SECONDS(1));
    assert_int_equal(fast_sweep(&bench->lab->plane, 1), 1);
    assert_int_equal(fast_sweep(&bench->lab->plane, 1), 0);
    bench->teid = teid;
    set_tunnelled(bench, PHONE, OUTSIDE, 53, 10);
    assert_int_equal(run(bench), XDP_PASS);
    set_downlink(bench, PHONE, 80);
    assert_int_equal(run(bench), XDP_PASS);
    assert_int_equal(bench->fast.free_count, MOST);
    end(bench);
}

static void a_session_that_was_spoken_of_is_not_swept(void **state)
{
    struct bench *bench = begin_with_session();
    const uint32_t teid = bench->teid;
    (void)state;
    die(bench);
    bench = begin(MOST);
    restore(bench, teid);
    assert_int_equal(fast_sweep(&bench->lab->plane, bench->lab->timers.now - 1),
                     0); /* one has only just been spoken of */
    assert_true(bench->fast.awaits);
    assert_int_equal(fast_sweep(&bench->lab->plane, bench->lab->timers.now), 0);
    assert_false(bench->fast.awaits);
    both_go(bench, teid);
    end(bench);
}

/* The TEID of a session that was found may not be given to another one before its SMF has had time to speak of it. */
static void a_tunnel_that_was_found_is_nobody_elses(void **state)
{
    struct bench *bench = begin_with_session();
    const uint32_t teid = bench->teid;
    (void)state;
    die(bench);
    bench = begin(MOST);
    assert_false(fast_has_place(&bench->lab->plane, teid));
    assert_true(fast_has_place(&bench->lab->plane, teid + 1));
    end(bench);
}

/* Whatever a crash, or another program, has left in the records: what is not whole is not taken over, and nothing that it touches is. */
static void damaged_records_are_taken_out(void **state)
{
    enum { ROUNDS = 40 };
    struct bench *bench = begin_with_session();
    const uint32_t teid = bench->teid;
    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct fast *fast = &bench->fast;
        __u8 *const record =
            round % 2 ? (__u8 *)&fast->sessions[1 + round % MOST] : (__u8 *)fast_tunnel_at(fast, teid);
        const uint64_t chance = random_u64(&bench->lab->random.random);
        record[chance % offsetof(struct fast_tunnel, action.booked)] = (__u8)(chance >> 32);
        die(bench);
        bench = begin(MOST);
        fast = &bench->fast;
        for (unsigned i = 0; i < fast->tunnels; i++) {
            const struct fast_tunnel *tunnel = &fast->places[i];
            if (tunnel->teid == 0)
                continue;
            assert_true(tunnel->session && tunnel->session <= MOST);
            assert_true(fast->sessions[tunnel->session].known == 1 && tunnel->action.gnb <= fast->sizes.gnbs);
        }
        restore(bench, teid);
        both_go(bench, teid);
    }
    end(bench);
}

static void maps_of_other_sizes_are_replaced(void **state)
{
    struct bench *bench = begin_with_session();
    const uint32_t teid = bench->teid;
    (void)state;
    die(bench);
    bench = begin(2048);
    assert_false(fast_adopted(&bench->fast));
    bench->teid = teid;
    set_tunnelled(bench, PHONE, OUTSIDE, 53, 10);
    assert_int_equal(run(bench), XDP_PASS);
    bench->fast.settings->layout++;
    die(bench);
    bench = begin(2048);
    assert_false(fast_adopted(&bench->fast));
    end(bench);
}

static void sessions_of_other_networks_are_not_taken_over(void **state)
{
    struct bench *bench = begin_with_session();
    const uint32_t teid = bench->teid;
    (void)state;
    bench->fast.networks[0].v4++; /* as if the pool had been another one */
    die(bench);
    bench = begin(MOST);
    assert_true(fast_adopted(&bench->fast));
    bench->teid = teid;
    set_tunnelled(bench, PHONE, OUTSIDE, 53, 10);
    assert_int_equal(run(bench), XDP_PASS);
    set_downlink(bench, PHONE, 80);
    assert_int_equal(run(bench), XDP_PASS);
    end(bench);
}

static uint32_t teid_sent(const struct bench *bench)
{
    uint32_t teid;
    memcpy(&teid, bench->out + ETHERNET + OUTER + 4, sizeof teid);
    return ntohl(teid);
}

/* The process ended between taking away a place for flows, which another session may have next, and telling the tunnel, or the downlink. */
static void nobody_is_left_at_a_place_for_flows_that_is_another_sessions_next(void **state)
{
    enum { PLACE = 3 };
    struct bench *bench = begin_with_session();
    const uint32_t teid = bench->teid;
    (void)state;
    fast_tunnel_at(&bench->fast, teid)->flows = PLACE;
    die(bench);
    bench = begin(MOST);
    assert_false(fast_has_tunnel(&bench->fast, teid));
    restore(bench, teid);
    both_go(bench, teid);
    bench->fast.sessions[bench->session->place].flows = PLACE;
    die(bench);
    bench = begin(MOST);
    set_downlink(bench, PHONE, 80);
    assert_int_equal(run(bench), XDP_PASS);
    restore(bench, teid);
    both_go(bench, teid);
    end(bench);
}

/* While nobody was there the phone left, and the SMF gave its address to the next. */
static void an_address_that_is_another_phones_now_leads_to_that_one_alone(void **state)
{
    struct bench *bench = begin_with_session();
    const uint32_t before = bench->teid;
    struct lab_session session;
    (void)state;
    both_go(bench, before);
    die(bench);
    bench = begin(MOST);
    lab_describe(&session, UE);
    lab_lead_to(&session, OTHER_TEID, &bench->lab->other_gnb.v4.sin_addr);
    lab_establish(bench->lab, &session, &bench->teid);
    bench->session = table_get(&bench->lab->plane.teids, bench->teid);
    remember_gnb(bench, bench->session->gnb);
    set_downlink(bench, PHONE, 80);
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(teid_sent(bench), OTHER_TEID);
    bench->teid = before;
    set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
    assert_int_not_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(bench->fast.free_count, MOST - 1);
    assert_true(bench->fast.settings->knows);
    end(bench);
}

/* An SMF that chooses TEIDs by itself may begin with the same ones again. */
static void a_tunnel_that_is_another_phones_now_inherits_nothing(void **state)
{
    enum { OTHER = UE + 1 };
    struct bench *bench = begin_with_session();
    const uint32_t teid = bench->teid;
    (void)state;
    both_go(bench, teid);
    die(bench);
    bench = begin(MOST);
    restore_for(bench, OTHER, teid);
    absorb(bench);
    assert_int_equal(bench->session->counters.passed.bytes[UPLINK], 0);
    set_downlink(bench, PHONE, 80);
    assert_int_equal(run(bench), XDP_PASS);
    set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
    assert_int_equal(run(bench), XDP_DROP);
    set_downlink(bench, (const uint8_t[]){10, 45, 0, OTHER}, 80);
    assert_int_equal(run(bench), XDP_REDIRECT);
    end(bench);
}

/* A phone between two gNBs has a second tunnel for a while; what its SMF speaks of no more is not in force for ever. */
static void tunnels_that_a_session_has_no_more_are_taken_out(void **state)
{
    struct bench *bench = begin_with_session();
    const uint32_t teid = bench->teid, second = lab_lead_on(bench->lab, bench->seid);
    (void)state;
    assert_true(fast_has_tunnel(&bench->fast, second));
    die(bench);
    bench = begin(MOST);
    assert_true(fast_has_tunnel(&bench->fast, second));
    restore(bench, teid);
    assert_false(fast_has_tunnel(&bench->fast, second));
    both_go(bench, teid);
    end(bench);
}

/* Leads the phone to and fro between two gNBs, while another one comes and goes, until it is killed. */
static void change_for_ever(struct bench *bench)
{
    for (;;) {
        struct lab_session other;
        uint32_t teid = 0;
        lab_switch(bench->lab, bench->seid, &bench->lab->other_gnb, OTHER_TEID, false);
        lab_describe(&other, UE + 1);
        lab_lead_to(&other, NEIGHBOUR_TEID, &bench->lab->gnb.v4.sin_addr);
        struct pfcp_message over = {.type = PFCP_SESSION_DELETION_REQUEST,
                                    .seid = lab_establish(bench->lab, &other, &teid)};
        lab_switch(bench->lab, bench->seid, &bench->lab->gnb, GNB_TEID, false);
        lab_ask(bench->lab, &over);
        bench->lab->n3_count = 0;
    }
}

static void kill_while_it_changes(struct bench *bench)
{
    const uint64_t chance = random_u64(&bench->lab->random.random);
    const struct timespec pause = {.tv_nsec = (long)(chance % 4000000)};
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        change_for_ever(bench);
    nanosleep(&pause, NULL);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

/* Where a packet for the phone goes: to one of its gNBs, in the tunnel that it has there, or nowhere. */
static bool leads_home(const struct bench *bench)
{
    const uint8_t *to = bench->out + ETHERNET + 16;
    if (bench->verdict != XDP_REDIRECT)
        return bench->verdict == XDP_PASS;
    return memcmp(to, &bench->lab->gnb.v4.sin_addr, 4) == 0         ? teid_sent(bench) == GNB_TEID
           : memcmp(to, &bench->lab->other_gnb.v4.sin_addr, 4) == 0 ? teid_sent(bench) == OTHER_TEID
                                                                    : false;
}

static void one_that_ends_in_the_midst_of_a_change_leaves_nothing_that_leads_astray(void **state)
{
    enum { ROUNDS = 8 };
    struct bench *bench = begin_with_session();
    const uint32_t teid = bench->teid;
    unsigned forwarded = 0;
    (void)state;
    remember_gnb(bench, plane_gnb_make(&bench->lab->plane, &bench->lab->other_gnb));
    for (unsigned round = 0; round < ROUNDS; round++) {
        random_seed(&bench->lab->random, 100 + round);
        kill_while_it_changes(bench);
        die(bench);
        bench = begin(MOST);
        set_downlink(bench, PHONE, 80);
        run(bench);
        assert_true(leads_home(bench));
        forwarded += bench->verdict == XDP_REDIRECT;
        restore(bench, teid);
        both_go(bench, teid);
        assert_true(fast_sweep(&bench->lab->plane, INT64_MAX) <= 1);
        assert_int_equal(bench->fast.free_count, MOST - 1);
    }
    print_message("# forwarded at once after %u of %u deaths\n", forwarded, ROUNDS);
    end(bench);
}

/* Of a prefix that the configuration has no more. */
static void places_that_are_no_more_are_forgotten(void **state)
{
    struct bench *bench = begin_with_session();
    const uint8_t documentation[4] = {198, 51, 100, 7};
    const struct fast_prefix former = {96 + 24, {{0, UINT64_C(0x006433c6ffff0000)}}};
    const uint32_t block = (198 << 8 | 51);
    const uint32_t teid = bench->teid;
    (void)state;
    assert_true(fast_put_prefix(&bench->fast, &former, FAST_FORBIDDEN));
    bench->fast.blocks[block / 8].place[block % 8] = FAST_MIXED;
    set_tunnelled(bench, PHONE, documentation, 53, 10);
    assert_int_equal(run(bench), XDP_DROP);
    die(bench);
    bench = begin(MOST);
    assert_int_equal(bench->fast.blocks[block / 8].place[block % 8], FAST_ELSEWHERE);
    bench->fast.blocks[block / 8].place[block % 8] = FAST_MIXED; /* and its prefix is no more, either */
    bench->teid = teid;
    set_tunnelled(bench, PHONE, documentation, 53, 10);
    assert_int_not_equal(run(bench), XDP_DROP);
    end(bench);
}

static void lose_pin(const char *map)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", pins(), map);
    assert_int_equal(unlink(path), 0);
}

/* A process was killed while it took its maps down, or made them: whichever came first, or last. */
static void maps_that_are_not_whole_are_replaced(void **state)
{
    static const char *const first[] = {"settings", "gnbs", "tunnels"};
    struct bench *bench = begin_with_session();
    (void)state;
    for (unsigned i = 0; i < sizeof first / sizeof *first; i++) {
        const uint32_t teid = bench->teid;
        struct lab_session session;
        die(bench);
        lose_pin(first[i]);
        bench = begin(MOST);
        assert_false(fast_adopted(&bench->fast));
        assert_int_equal(bench->fast.free_count, MOST);
        assert_false(fast_has_tunnel(&bench->fast, teid));
        lab_describe(&session, UE);
        bench_establish(bench, &session);
        both_go(bench, bench->teid);
    }
    end(bench);
}

/* The process that captured is no more, and told nobody of an end. */
static void what_was_captured_is_not_shown_by_the_next_process(void **state)
{
    struct bench *bench = begin_with_session();
    const uint32_t teid = bench->teid, gnb = bench->session->gnb->id;
    const unsigned place = bench->session->place;
    (void)state;
    fast_show(&bench->lab->plane, bench->session, true);
    fast_show_gnb(&bench->lab->plane, bench->session->gnb, true);
    assert_int_not_equal(bench->fast.gnbs[gnb].captured, 0);
    die(bench);
    bench = begin(MOST);
    assert_int_equal(bench->fast.gnbs[gnb].captured, 0);
    assert_int_equal(bench->fast.settings->captured.half[1], 0);
    assert_int_equal(bench->fast.sessions[place].captured, 0);
    assert_int_equal(fast_tunnel_at(&bench->fast, teid)->flags & FAST_CAPTURED, 0);
    end(bench);
}

/* The same SMF, the same process: it establishes what it has already (its answer was lost). */
static void a_session_that_is_replaced_keeps_its_place(void **state)
{
    struct bench *bench = begin_with_session();
    const uint32_t teid = bench->teid;
    const unsigned place = bench->session->place;
    (void)state;
    both_go(bench, teid);
    restore(bench, teid);
    assert_int_equal(bench->session->place, place);
    both_go(bench, teid);
    assert_int_equal(bench->fast.free_count, MOST - 1);
    end(bench);
}

static void add_network(struct bench *bench)
{
    struct plane *plane = &bench->lab->plane;
    struct network *network = &bench->lab->networks[1];
    *network = (struct network){.name = "other", .index = 1, .mtu = 1400};
    assert_true(config_prefix_parse("10.45.0.0/17", &bench->lab->networks[0].pool_v4)); /* room for both */
    assert_true(config_prefix_parse("10.46.0.0/17", &network->pool_v4));
    table_init(&network->by_v4, &plane->epochs, 1);
    table_init(&network->by_v6, &plane->epochs, 2);
    table_init(&network->outside_v4, &plane->epochs, 3);
    table_init(&network->outside_v6, &plane->epochs, 4);
    plane->network_count = 2;
    assert_true(fast_describe(&bench->fast, plane));
}

/* The SMF chooses TEIDs by itself, and speaks of its session as one of another data network. */
static void a_session_that_is_replaced_in_another_network_is_carried_there(void **state)
{
    static const uint8_t there[4] = {10, 46, 0, UE};
    struct bench *bench = begin(MOST);
    struct lab_session session;
    uint32_t teid;
    (void)state;
    add_network(bench);
    lab_describe(&session, UE);
    bench_establish(bench, &session);
    teid = bench->teid;
    both_go(bench, teid);
    describe_again(bench, &session, UE, teid);
    session.request.session_establishment_request.has_dnn = true;
    session.request.session_establishment_request.dnn = bytes_of((const uint8_t *)"\5other", 6);
    session.ue_ip.ip = (struct pfcp_ip){.has_v4 = true};
    memcpy(session.ue_ip.ip.v4, there, sizeof there);
    lab_establish(bench->lab, &session, &teid);
    bench->session = table_get(&bench->lab->plane.teids, teid);
    assert_int_equal(bench->session->network->index, 1);
    bench->teid = teid;
    set_tunnelled(bench, there, OUTSIDE, 53, 100);
    assert_int_equal(run(bench), XDP_REDIRECT);
    set_downlink(bench, there, 80);
    assert_int_equal(run(bench), XDP_REDIRECT);
    set_downlink(bench, PHONE, 80);
    assert_int_equal(run(bench), XDP_PASS);
    absorb(bench);
    assert_int_equal(bench->session->counters.passed.packets[UPLINK], 1); /* none of its predecessor's */
    end(bench);
}

/* Renames the host's interface; it must be down. */
static void rename_interface(const char *from, const char *to)
{
    struct ifreq about = {0};
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    snprintf(about.ifr_name, IFNAMSIZ, "%s", from);
    snprintf(about.ifr_newname, IFNAMSIZ, "%s", to);
    assert_int_equal(ioctl(fd, SIOCSIFNAME, &about), 0);
    close(fd);
}

static bool has_link(const char *device)
{
    char path[128];
    snprintf(path, sizeof path, "%s/link-%s", pins(), device);
    return access(path, F_OK) == 0;
}

/* It was renamed, and then went to another namespace. */
static void nothing_stays_at_an_interface_that_has_gone_under_another_name(void **state)
{
    struct bench *bench = begin(MOST);
    char why[FAST_WHY_BYTES];
    const int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    (void)state;
    assert_true(home >= 0);
    assert_int_equal(unshare(CLONE_NEWNET), 0);
    const unsigned index = if_nametoindex("lo");
    assert_true(fast_attach(&bench->fast, "lo", FAST_N6, CONFIG_FAST_GENERIC, why));
    assert_true(has_link("lo"));
    rename_interface("lo", "moved");
    fast_detach(&bench->fast, index);
    assert_false(has_link("lo"));
    assert_int_equal(bench->fast.seats[0].mode, FAST_NOWHERE);
    assert_int_equal(setns(home, CLONE_NEWNET), 0);
    close(home);
    end(bench);
}

/* A packet beyond the credit, which is the slow path's, and one that is not, behind it: at once, as after a quarter of a second the first is taken for lost. */
static void odd_one_then_plain(struct bench *bench, uint32_t expected)
{
    enum { TRIES = 20 };
    struct fast_action *action = &bench->fast.places[bench->teid & (bench->fast.tunnels - 1)].action;
    uint32_t verdict = XDP_ABORTED;
    bool at_once = false;
    set_tunnelled(bench, PHONE, OUTSIDE, 53, 10);
    for (unsigned i = 0; i < TRIES && !at_once; i++) {
        const int64_t began = clock_now();
        action->credit = 0;
        assert_int_equal(run(bench), XDP_PASS);
        action->credit = UINT64_MAX;
        verdict = run(bench);
        at_once = clock_now() - began < MILLISECONDS(200);
    }
    assert_int_equal(verdict, expected);
}

/* Order is kept as long as there is a slow path that packets could come out of. */
static void nothing_follows_to_where_nobody_is(void **state)
{
    struct bench *bench = begin_with_session();
    const uint32_t teid = bench->teid;
    (void)state;
    odd_one_then_plain(bench, XDP_PASS);
    close(bench->n3);
    bench->n3 = -1;
    assert_int_equal(run(bench), XDP_REDIRECT);
    odd_one_then_plain(bench, XDP_REDIRECT);
    die(bench);
    bench = begin(MOST);
    bench->teid = teid;
    odd_one_then_plain(bench, XDP_REDIRECT); /* one that does not know the session yet */
    restore(bench, teid);
    odd_one_then_plain(bench, XDP_PASS);
    end(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_follows_to_where_nobody_is),
        cmocka_unit_test(packets_go_on_before_and_after_the_smf_has_spoken),
        cmocka_unit_test(no_gnb_is_told_that_a_tunnel_that_was_found_is_unknown),
        cmocka_unit_test(another_gnb_does_not_get_the_number_of_one_that_is_known),
        cmocka_unit_test(usage_since_the_last_report_is_reported_once),
        cmocka_unit_test(counters_of_gnbs_go_on_under_one_instance),
        cmocka_unit_test(a_session_that_nobody_speaks_of_is_swept),
        cmocka_unit_test(a_session_that_was_spoken_of_is_not_swept),
        cmocka_unit_test(a_tunnel_that_was_found_is_nobody_elses),
        cmocka_unit_test(damaged_records_are_taken_out),
        cmocka_unit_test(maps_of_other_sizes_are_replaced),
        cmocka_unit_test(sessions_of_other_networks_are_not_taken_over),
        cmocka_unit_test(nobody_is_left_at_a_place_for_flows_that_is_another_sessions_next),
        cmocka_unit_test(an_address_that_is_another_phones_now_leads_to_that_one_alone),
        cmocka_unit_test(a_tunnel_that_is_another_phones_now_inherits_nothing),
        cmocka_unit_test(tunnels_that_a_session_has_no_more_are_taken_out),
        cmocka_unit_test(one_that_ends_in_the_midst_of_a_change_leaves_nothing_that_leads_astray),
        cmocka_unit_test(places_that_are_no_more_are_forgotten),
        cmocka_unit_test(maps_that_are_not_whole_are_replaced),
        cmocka_unit_test(what_was_captured_is_not_shown_by_the_next_process),
        cmocka_unit_test(nothing_stays_at_an_interface_that_has_gone_under_another_name),
        cmocka_unit_test(a_session_that_is_replaced_keeps_its_place),
        cmocka_unit_test(a_session_that_is_replaced_in_another_network_is_carried_there),
    };
    return cmocka_run_group_tests(tests, mount_pins, unmount_pins);
}
