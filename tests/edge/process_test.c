/* SPDX-License-Identifier: Apache-2.0 */
/* A whole edge process between a gNB on SCTP and a control that goes away and comes back. Needs raw sockets. */
#include "../check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "admin/admin.h"
#include "edge/process.h"
#include "kit/channel.h"
#include "kit/log.h"
#include "kit/pass.h"
#include "kit/sctp.h"
#include "setup.h"
#include "wire/ngap/ngap.h"
#include "wire/wicket/charter.h"

enum { PPID = 60, PORT = 38512, PATIENCE_MS = 10000 };

static char folder[] = "/tmp/edge-test-XXXXXX";
static pid_t process;
static int charter = -1; /* the keeper's end */
static struct loop *loop;
static struct arena arena;

/* Control's side. */
static struct channel *wicket;
static bool former_closed;
static enum wicket_kind kinds[16];
static unsigned kind_count;
static uint64_t association;
static struct ngap_pdu uplink;
static uint8_t uplink_space[4096];

/* The gNB's side. */
static struct sctp_endpoint *radio;
static struct sctp_association *n2;
static struct ngap_pdu downlink;
static uint8_t downlink_space[4096];

/* --- Control --- */

static void wicket_message(void *context, struct channel *channel, struct bytes bytes)
{
    struct wicket_message message;
    struct fault fault = {0};
    (void)context;
    (void)channel;
    assert_true(wicket_decode(bytes, WICKET_FROM_EDGE, &message, &fault));
    kinds[kind_count++ % 16] = message.kind;
    association = message.association;
    if (message.kind != WICKET_NGAP && message.kind != WICKET_REPLAY)
        return;
    memcpy(uplink_space, message.body.data, message.body.len);
    assert_true(ngap_unflatten(bytes_of(uplink_space, message.body.len), &arena, &uplink, &fault));
}

static void wicket_closed(void *context, struct channel *channel)
{
    (void)context;
    if (channel == wicket)
        wicket = NULL;
    else
        former_closed = true;
}

/* As the keeper does it. */
static void tell_edge(const struct charter *word, int descriptor)
{
    uint8_t space[CHARTER_BYTES];
    struct writer w = writer_of(space, sizeof space);
    assert_true(charter_encode(&w, word));
    assert_true(pass_send(charter, writer_bytes(&w), descriptor));
}

static void control_comes(void)
{
    static const struct channel_events channel_events = {
        .message = wicket_message, .closed = wicket_closed, .packed = true};
    int ends[2];
    kind_count = 0;
    assert_true(pass_pair(ends));
    tell_edge(&(struct charter){.kind = CHARTER_WICKET, .name = "default"}, ends[1]);
    close(ends[1]);
    wicket = channel_new(loop, ends[0], &channel_events, NULL);
    assert_non_null(wicket);
}

static void control_goes(void)
{
    channel_free(wicket);
    wicket = NULL;
}

static void control_accepts(void)
{
    const struct ngap_ng_setup_response response = setup_response();
    uint8_t space[4096];
    struct fault fault = {0};
    struct ngap_pdu pdu = {.message = NGAP_NG_SETUP_RESPONSE,
                           .kind = NGAP_SUCCESSFUL,
                           .procedure_code = 21,
                           .value.ng_setup_response = &response};
    struct writer w = writer_of(space, sizeof space);
    size_t mark = wicket_open(&w, WICKET_NGAP, association, 0);
    assert_true(ngap_flatten(&w, &pdu, &fault));
    assert_true(wicket_close(&w, mark));
    assert_true(channel_send(wicket, writer_bytes(&w)));
}

/* --- The gNB --- */

static void n2_up(void *context, struct sctp_association *peer)
{
    (void)context;
    n2 = peer;
}

static void n2_message(void *context, struct sctp_association *peer, uint16_t stream, uint32_t ppid,
                       struct bytes message)
{
    (void)context;
    (void)peer;
    (void)stream;
    assert_int_equal(ppid, PPID);
    memcpy(downlink_space, message.data, message.len);
    assert_int_equal(ngap_decode(bytes_of(downlink_space, message.len), &arena, NGAP_STRICT_ORDER, &downlink),
                     NGAP_OK);
}

static void n2_down(void *context, struct sctp_association *peer, const char *reason)
{
    (void)context;
    (void)peer;
    (void)reason;
    n2 = NULL;
}

static void n2_restarted(void *context, struct sctp_association *peer)
{
    (void)context;
    (void)peer;
}

static void gnb_comes(void)
{
    static const struct sctp_events events = {n2_up, n2_message, n2_down, n2_restarted};
    const char *why = "";
    union socket_address at;
    struct sctp_settings settings = {.socket = -1};
    address_parse(&settings.local, "127.0.0.1", 0);
    address_parse(&at, "127.0.0.5", PORT);
    radio = sctp_open(loop, settings, &events, NULL, &why);
    assert_non_null(radio);
    assert_non_null(sctp_connect(radio, &at, &why));
}

static void gnb_asks_for_setup(void)
{
    const struct ngap_ng_setup_request request = setup_request();
    uint8_t space[4096];
    struct fault fault = {0};
    struct writer w = writer_of(space, sizeof space);
    assert_true(ngap_encode(&w, NGAP_NG_SETUP_REQUEST, &request, &fault));
    assert_true(sctp_send(n2, 0, PPID, writer_bytes(&w)));
}

/* --- Driving --- */

static bool (*awaited)(void);
static struct timer deadline;

static void settle(void *context)
{
    (void)context;
    if (radio)
        sctp_flush(radio);
    if (wicket)
        channel_flush(wicket);
    if (awaited())
        loop_stop(loop, 0);
}

static void too_late(struct timer *timer)
{
    (void)timer;
    loop_stop(loop, 1);
}

static void await(bool (*condition)(void))
{
    awaited = condition;
    deadline.fire = too_late;
    timer_start(loop_timers(loop), &deadline, MILLISECONDS(PATIENCE_MS));
    assert_int_equal(loop_run(loop), 0);
    timer_stop(loop_timers(loop), &deadline);
}

static bool edge_has_come(void)
{
    return wicket && kind_count >= 1;
}

static bool association_is_up(void)
{
    return n2 && kind_count >= 2;
}

static bool setup_has_passed(void)
{
    return uplink.message == NGAP_NG_SETUP_REQUEST;
}

static bool setup_is_answered(void)
{
    return downlink.message == NGAP_NG_SETUP_RESPONSE;
}

static bool all_is_replayed(void)
{
    return kind_count >= 3;
}

static bool gnb_is_told(void)
{
    return !n2;
}

static void set_up_between(void)
{
    await(edge_has_come);
    gnb_comes();
    await(association_is_up);
    assert_int_equal(kinds[1], WICKET_UP);
    gnb_asks_for_setup();
    await(setup_has_passed);
    control_accepts();
    await(setup_is_answered);
}

static void associations_outlive_control(void **state)
{
    (void)state;
    set_up_between();
    uint64_t before = association;
    control_goes();
    uplink = (struct ngap_pdu){0};
    control_comes();
    await(all_is_replayed);
    assert_int_equal(kinds[0], WICKET_HELLO);
    assert_int_equal(kinds[1], WICKET_KEPT);
    assert_int_equal(kinds[2], WICKET_REPLAY);
    assert_int_equal(association, before);
    assert_int_equal(uplink.message, NGAP_NG_SETUP_REQUEST);
    assert_non_null(n2);
}

static void hand_down(const union socket_address *listen, int end)
{
    char list[64];
    struct sctp_settings settings = {.local = *listen, .listen = true, .socket = -1};
    snprintf(list, sizeof list, "n2.0=%d charter=%d", sctp_socket(&settings), end);
    setenv("DEMARC_FDS", list, 1);
}

static void start_edge(void)
{
    struct charter terms = {.kind = CHARTER_TERMS,
                            .name = "default",
                            .terms = {.vendor = "any", .id = 70000, .gnbs = 8, .listen_count = 1}};
    int ends[2];
    assert_true(pass_pair(ends));
    if (charter >= 0)
        close(charter);
    charter = ends[0];
    snprintf(terms.terms.runtime_dir, sizeof terms.terms.runtime_dir, "%s", folder);
    address_parse(&terms.terms.listen[0], "127.0.0.5", PORT);
    tell_edge(&terms, -1);
    process = fork();
    assert_true(process >= 0);
    if (process == 0) {
        close(charter);
        hand_down(&terms.terms.listen[0], ends[1]);
        _exit(edge_main(ends[1]));
    }
    close(ends[1]);
}

static bool wicket_is_closed(void)
{
    return !wicket;
}

static void control_and_gnb_learn_that_the_edge_was_killed(void **state)
{
    (void)state;
    set_up_between();
    kill(process, SIGKILL);
    waitpid(process, NULL, 0);
    process = 0;
    await(wicket_is_closed);
    /* A dead edge cannot say so itself; the next one answers what the gNB sends with an ABORT. */
    start_edge();
    gnb_asks_for_setup();
    await(gnb_is_told);
}

/* How it ended: nobody but a keeper and a control of this build is to be obeyed, and a clean edge starts in its place. */
static int exit_code(void)
{
    int status = 0;
    assert_int_equal(waitpid(process, &status, 0), process);
    process = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_keepers_word_that_is_none_ends_the_edge(void **state)
{
    (void)state;
    await(edge_has_come);
    assert_true(pass_send(charter, bytes_of("go on", 5), -1));
    assert_int_equal(exit_code(), 1);
}

static void a_control_that_breaks_the_rules_ends_the_edge(void **state)
{
    (void)state;
    await(edge_has_come);
    assert_true(channel_send(wicket, bytes_of("go on", 5)));
    channel_flush(wicket);
    assert_int_equal(exit_code(), 1);
}

static void an_edge_ends_with_its_keeper(void **state)
{
    (void)state;
    await(edge_has_come);
    close(charter);
    charter = -1;
    assert_int_equal(exit_code(), 1);
}

static bool all_is_replayed_to_the_second(void)
{
    return former_closed && all_is_replayed();
}

static void a_control_that_comes_takes_the_place_of_the_one_before(void **state)
{
    (void)state;
    set_up_between();
    uplink = (struct ngap_pdu){0};
    control_comes();
    await(all_is_replayed_to_the_second);
    assert_int_equal(kinds[1], WICKET_KEPT);
    assert_non_null(n2);
}

static bool down_was_told(void)
{
    return kind_count && kinds[(kind_count - 1) % 16] == WICKET_DOWN;
}

static void control_learns_that_a_gnb_has_left(void **state)
{
    (void)state;
    set_up_between();
    sctp_shutdown(n2, true);
    await(down_was_told);
}

static void control_can_end_an_association(void **state)
{
    uint8_t space[64];
    struct writer w = writer_of(space, sizeof space);
    (void)state;
    set_up_between();
    assert_true(
        wicket_encode(&w, &(struct wicket_message){.kind = WICKET_CLOSE, .association = association}));
    assert_true(channel_send(wicket, writer_bytes(&w)));
    await(gnb_is_told);
}

/* NULL: the edge answers nothing of the kind. */
static json_t *ask_edge(const char *verb)
{
    char path[128];
    snprintf(path, sizeof path, "%s/edge-default.sock", folder);
    struct admin_client *client = admin_open(path);
    assert_non_null(client);
    json_t *reply = admin_ask(client, json_pack("{s:s}", "verb", verb));
    admin_hang_up(client);
    return reply;
}

static void an_edge_answers_for_itself(void **state)
{
    (void)state;
    set_up_between();
    const char *verbs[] = {"status", "gnb", "metrics"}, *keys[] = {"gnbs", "items", "metrics"};
    for (unsigned i = 0; i < 3; i++) {
        json_t *reply = ask_edge(verbs[i]);
        assert_non_null(json_object_get(reply, keys[i]));
        json_decref(reply);
    }
}

static int setup(void **state)
{
    (void)state;
    uplink = downlink = (struct ngap_pdu){0};
    start_edge();
    arena_init(&arena, 0);
    loop = loop_new();
    if (!loop)
        return -1;
    loop_on_settle(loop, settle, NULL);
    control_comes();
    return 0;
}

static int teardown(void **state)
{
    int status;
    (void)state;
    if (process)
        kill(process, SIGTERM);
    bool ended = !process ||
                 (waitpid(process, &status, 0) == process && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    control_goes();
    sctp_close(radio);
    radio = NULL;
    n2 = NULL;
    loop_free(loop);
    arena_free(&arena);
    return ended ? 0 : -1;
}

static void remove_folder(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    if (system(command) != 0)
        fprintf(stderr, "%s stays behind\n", folder);
}

int main(void)
{
    int fd = socket(AF_INET, SOCK_RAW, IPPROTO_SCTP);
    if (fd < 0) {
        puts("1..0 # SKIP the edge needs raw sockets: run as root");
        return 0;
    }
    close(fd);
    log_setup((struct log_settings){.level = LOG_ERROR});
    if (!mkdtemp(folder))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(associations_outlive_control, setup, teardown),
        cmocka_unit_test_setup_teardown(control_and_gnb_learn_that_the_edge_was_killed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_keepers_word_that_is_none_ends_the_edge, setup, teardown),
        cmocka_unit_test_setup_teardown(a_control_that_breaks_the_rules_ends_the_edge, setup, teardown),
        cmocka_unit_test_setup_teardown(an_edge_ends_with_its_keeper, setup, teardown),
        cmocka_unit_test_setup_teardown(a_control_that_comes_takes_the_place_of_the_one_before, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(control_learns_that_a_gnb_has_left, setup, teardown),
        cmocka_unit_test_setup_teardown(control_can_end_an_association, setup, teardown),
        cmocka_unit_test_setup_teardown(an_edge_answers_for_itself, setup, teardown),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove_folder();
    return failed;
}
