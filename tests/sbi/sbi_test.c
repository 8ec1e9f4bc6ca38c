/* SPDX-License-Identifier: Apache-2.0 */
/* Two cores' interfaces over loopback, in cleartext and over TLS. */
#include "../check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "certificates.h"
#include "kit/log.h"
#include "sbi/sbi.h"

enum { PORT = 7777 };

struct side {
    struct sbi *sbi;
    struct sbi_peer peer;
    struct sbi_settings settings;
    unsigned requests, answers, refusals, silences;
    uint64_t token;
    size_t body; /* of the latest request */
    bool silent, overtaken;
};

static struct loop *loop;
static struct side a, b;
static struct timer deadline;
static unsigned awaited;
static int64_t patience, time_to_answer;
static char folder[] = "/tmp/sbi-test-XXXXXX";
static struct certificate authority, other, cert_a, cert_b, stranger;

static void on_request(void *context, unsigned peer, uint64_t token, const struct sbi_message *request)
{
    struct side *side = context;
    struct sbi_message answer = {
        .status = 200, .path = "", .type = request->type, .location = "", .body = request->body};
    side->requests++;
    side->overtaken |= request->body.len < side->body;
    side->body = request->body.len;
    side->token = token;
    assert_int_equal(peer, 0);
    if (!side->silent)
        sbi_answer(side->sbi, token, &answer);
}

static void on_response(void *context, uint64_t token, const struct sbi_message *response)
{
    struct side *side = context;
    (void)token;
    if (!response)
        side->silences++;
    else if (sbi_succeeded(response))
        side->answers++;
    else
        side->refusals++;
    if (side->answers + side->refusals + side->silences == awaited)
        loop_stop(loop, 0);
}

static const struct sbi_events events = {.request = on_request, .response = on_response};

static void settle(void *context)
{
    (void)context;
    if (a.sbi)
        sbi_flush(a.sbi);
    if (b.sbi)
        sbi_flush(b.sbi);
}

static void too_late(struct timer *timer)
{
    (void)timer;
    loop_stop(loop, 1);
}

/* Until so many requests of a are done. */
static void run(unsigned count)
{
    awaited = count;
    settle(NULL);
    timer_start(loop_timers(loop), &deadline, SECONDS(20));
    assert_int_equal(loop_run(loop), 0);
    timer_stop(loop_timers(loop), &deadline);
}

/* An address of this process's own in 127/8, so that tests can run side by side. */
static union socket_address address(int host)
{
    union socket_address address;
    char text[ADDRESS_TEXT];
    int pid = (int)getpid();
    snprintf(text, sizeof text, "127.%d.%d.%d", 1 + (pid >> 8) % 250, pid & 255, host);
    assert_true(address_parse(&address, text, PORT));
    return address;
}

static void open_side(struct side *side, int own, int peer, const char *peer_name,
                      const struct certificate *certificate)
{
    const char *why = NULL;
    *side = (struct side){.peer = {peer_name, address(peer)}};
    side->settings = (struct sbi_settings){.listen = address(own),
                                           .peers = &side->peer,
                                           .peer_count = 1,
                                           .certificate = certificate ? certificate->certificate : "",
                                           .key = certificate ? certificate->key : "",
                                           .authorities = authority.certificate,
                                           .patience = patience};
    side->sbi = sbi_open(loop, &side->settings, &events, side, &why);
    assert_non_null(side->sbi);
}

static void close_side(struct side *side)
{
    sbi_close(side->sbi);
    side->sbi = NULL;
}

static int set_up(void **state)
{
    (void)state;
    loop = loop_new();
    patience = SECONDS(10);
    time_to_answer = SECONDS(15);
    loop_on_settle(loop, settle, NULL);
    deadline.fire = too_late;
    return loop ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    close_side(&a);
    close_side(&b);
    timer_stop(loop_timers(loop), &deadline);
    loop_free(loop);
    return 0;
}

static void ask(size_t body, bool again)
{
    static uint8_t bytes[200000];
    struct sbi_message request = {
        .method = SBI_POST, .path = "/x", .type = SBI_JSON, .location = "", .body = {bytes, body}};
    assert_true(sbi_ask(a.sbi, 0, 1, &request, again, time_to_answer));
}

static void cores_talk_in_cleartext(void **state)
{
    (void)state;
    open_side(&a, 1, 2, "b", NULL);
    open_side(&b, 2, 1, "a", NULL);
    for (int i = 0; i < 50; i++)
        ask((size_t)i * 4000, false);
    run(50);
    assert_int_equal(a.answers, 50);
    assert_int_equal(b.requests, 50);
}

static void what_is_asked_together_arrives_in_order(void **state)
{
    (void)state;
    open_side(&a, 1, 2, "b", NULL);
    open_side(&b, 2, 1, "a", NULL);
    for (int i = 0; i < 50; i++)
        ask((size_t)i * 10, false);
    run(50);
    assert_int_equal(b.requests, 50);
    assert_false(b.overtaken);
}

static void cores_talk_over_tls(void **state)
{
    (void)state;
    open_side(&a, 1, 2, "b", &cert_a);
    open_side(&b, 2, 1, "a", &cert_b);
    for (int i = 0; i < 50; i++)
        ask((size_t)i * 4000, false);
    run(50);
    assert_int_equal(a.answers, 50);
}

static void a_certificate_of_another_name_is_refused(void **state)
{
    (void)state;
    open_side(&a, 1, 2, "b", &cert_a);
    open_side(&b, 2, 1, "somebody else", &cert_b);
    ask(1, false);
    run(1);
    assert_int_equal(a.refusals, 1);
    assert_int_equal(b.requests, 0);
    close_side(&a);
    open_side(&a, 1, 2, "not b", &cert_a);
    ask(1, false);
    run(1);
    assert_int_equal(a.silences, 1);
}

static void a_certificate_of_another_authority_is_refused(void **state)
{
    (void)state;
    open_side(&a, 1, 2, "b", &stranger);
    open_side(&b, 2, 1, "a", &cert_b);
    ask(1, false);
    run(1);
    assert_int_equal(a.silences, 1);
    assert_int_equal(b.requests, 0);
}

static void who_comes_from_nowhere_known_is_turned_away(void **state)
{
    (void)state;
    open_side(&a, 1, 2, "b", NULL);
    open_side(&b, 2, 3, "c", NULL);
    ask(1, false);
    run(1);
    assert_int_equal(a.silences, 1);
    assert_int_equal(b.requests, 0);
}

static void a_peer_that_is_down_gives_no_answer(void **state)
{
    (void)state;
    open_side(&a, 1, 2, "b", NULL);
    ask(1, true);
    ask(1, false);
    run(2);
    assert_int_equal(a.silences, 2);
}

static void a_peer_that_does_not_answer_is_not_waited_for(void **state)
{
    (void)state;
    open_side(&a, 1, 2, "b", NULL);
    open_side(&b, 2, 1, "a", NULL);
    b.silent = true;
    time_to_answer = MILLISECONDS(200);
    ask(1, true);
    run(1);
    assert_int_equal(a.silences, 1);
    assert_int_equal(b.requests, 1);
}

/* A restart of the peer, noticed by neither until the next request. */
static void what_may_be_repeated_survives_a_lost_connection(void **state)
{
    (void)state;
    open_side(&a, 1, 2, "b", NULL);
    open_side(&b, 2, 1, "a", NULL);
    ask(1, false);
    run(1);
    close_side(&b);
    open_side(&b, 2, 1, "a", NULL);
    ask(1, true);
    run(2);
    assert_int_equal(a.answers, 2);
}

static bool send_preface(int from, const char *bytes, size_t length, int *fd)
{
    union socket_address own = address(from), server = address(2);
    address_set_port(&own, 0);
    *fd = socket(AF_INET, SOCK_STREAM, 0);
    return bind(*fd, &own.any, sizeof own.v4) == 0 && connect(*fd, &server.any, sizeof server.v4) == 0 &&
           send(*fd, bytes, length, MSG_NOSIGNAL) == (ssize_t)length;
}

/* The first message's fields never end. */
static void a_connection_that_says_nothing_whole_is_closed(void **state)
{
    static const char begun[] =
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0\0\0\3\1\0\0\0\0\1\x83\x86\x84";
    char gone[1024];
    enum { LOOK_MS = 100, LOOKS = 200 };
    int fd;
    (void)state;
    patience = MILLISECONDS(300);
    open_side(&b, 2, 1, "a", NULL);
    assert_true(send_preface(1, begun, sizeof begun - 1, &fd));
    ssize_t count = -1;
    for (int looks = 0; looks < LOOKS && count != 0; looks++) {
        timer_start(loop_timers(loop), &deadline, MILLISECONDS(LOOK_MS));
        loop_run(loop);
        count = recv(fd, gone, sizeof gone, MSG_DONTWAIT);
    }
    assert_int_equal(count, 0);
    close(fd);
}

static int make_certificates(void **state)
{
    (void)state;
    log_setup((struct log_settings){.level = LOG_ERROR});
    if (!mkdtemp(folder))
        return -1;
    authority = certificate_make(folder, "authority", NULL);
    other = certificate_make(folder, "other", NULL);
    cert_a = certificate_make(folder, "a", &authority);
    cert_b = certificate_make(folder, "b", &authority);
    stranger = certificate_make(folder, "stranger", &other);
    return 0;
}

static int remove_certificates(void **state)
{
    const struct certificate *made[] = {&authority, &other, &cert_a, &cert_b, &stranger};
    (void)state;
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        unlink(made[i]->certificate);
        unlink(made[i]->key);
    }
    return rmdir(folder);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(cores_talk_in_cleartext),
        CASE(what_is_asked_together_arrives_in_order),
        CASE(cores_talk_over_tls),
        CASE(a_certificate_of_another_name_is_refused),
        CASE(a_certificate_of_another_authority_is_refused),
        CASE(who_comes_from_nowhere_known_is_turned_away),
        CASE(a_peer_that_is_down_gives_no_answer),
        CASE(a_peer_that_does_not_answer_is_not_waited_for),
        CASE(what_may_be_repeated_survives_a_lost_connection),
        CASE(a_connection_that_says_nothing_whole_is_closed),
    };
    return cmocka_run_group_tests(tests, make_certificates, remove_certificates);
}
