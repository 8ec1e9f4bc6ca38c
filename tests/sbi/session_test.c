/* SPDX-License-Identifier: Apache-2.0 */
/* Both ends of an HTTP/2 connection without a network, and what a hostile end does. */
#include "../check.h"

#include <stdio.h>
#include <stdlib.h>

#include "sbi/session.h"

struct side {
    struct sbi_session *session;
    unsigned requests, responses, unanswered, unseen, status;
    size_t body;
    int32_t stream;
    bool silent; /* does not answer */
};

static void on_request(void *context, int32_t stream, const struct sbi_message *request)
{
    struct side *side = context;
    struct sbi_message echo = {
        .status = 201, .path = "", .type = request->type, .location = request->path, .body = request->body};
    side->requests++;
    side->stream = stream;
    if (!side->silent)
        sbi_session_respond(side->session, stream, &echo);
}

static void on_response(void *context, int32_t stream, const struct sbi_message *response, bool unseen)
{
    struct side *side = context;
    (void)stream;
    side->unseen += unseen;
    if (!response) {
        side->unanswered++;
        return;
    }
    side->responses++;
    side->status = response->status;
    side->body = response->body.len;
}

static const struct sbi_session_events events = {.request = on_request, .response = on_response};

static void open_side(struct side *side, bool server, struct sbi_limits limits)
{
    struct sbi_session_settings settings = {.server = server, .authority = "peer", .limits = limits};
    *side = (struct side){.session = sbi_session_new(&settings, &events, side)};
    assert_non_null(side->session);
}

/* Everything that one side has to say, to the other. False: the other has had enough. */
static bool carry(struct side *from, struct side *to, const char **why)
{
    for (struct bytes bytes; (bytes = sbi_session_output(from->session)).len;) {
        if (!sbi_session_receive(to->session, bytes, why))
            return false;
    }
    return true;
}

static void exchange(struct side *client, struct side *server)
{
    const char *why;
    for (int i = 0; i < 40; i++) {
        assert_true(carry(client, server, &why));
        assert_true(carry(server, client, &why));
    }
}

static struct sbi_message post(size_t body)
{
    static uint8_t zeros[1024 * 1024];
    return (struct sbi_message){.method = SBI_POST,
                                .path = "/namf-comm/v1/x",
                                .type = SBI_JSON,
                                .location = "",
                                .body = {zeros, body}};
}

static void a_request_is_answered(void **state)
{
    struct side client, server;
    (void)state;
    open_side(&client, false, (struct sbi_limits){0});
    open_side(&server, true, (struct sbi_limits){0});
    for (size_t body = 0; body <= 200000; body += 50000) {
        struct sbi_message request = post(body);
        assert_int_not_equal(sbi_session_request(client.session, &request), 0);
        exchange(&client, &server);
        assert_int_equal(client.status, 201);
        assert_int_equal(client.body, body);
    }
    assert_int_equal(server.requests, 5);
    assert_int_equal(sbi_session_owed(server.session), 0);
    sbi_session_free(client.session);
    sbi_session_free(server.session);
}

static void too_long_a_message_is_refused_by_itself(void **state)
{
    struct side client, server;
    char path[SBI_TEXT_BYTES + 10];
    struct sbi_message request = post(20000);
    (void)state;
    open_side(&client, false, (struct sbi_limits){0});
    open_side(&server, true, (struct sbi_limits){.body_bytes = 10000});
    sbi_session_request(client.session, &request);
    exchange(&client, &server);
    assert_int_equal(client.status, 413);
    memset(path, 'a', sizeof path - 1);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    request = post(0);
    request.path = path;
    sbi_session_request(client.session, &request);
    exchange(&client, &server);
    assert_int_equal(client.status, 431);
    assert_int_equal(server.requests, 0);
    request.path = "/";
    sbi_session_request(client.session, &request);
    exchange(&client, &server);
    assert_int_equal(client.status, 201);
    sbi_session_free(client.session);
    sbi_session_free(server.session);
}

static void a_request_that_dies_with_its_connection_is_told_of(void **state)
{
    struct side client, server;
    struct sbi_message request = post(10);
    (void)state;
    open_side(&client, false, (struct sbi_limits){0});
    open_side(&server, true, (struct sbi_limits){0});
    server.silent = true;
    sbi_session_request(client.session, &request);
    exchange(&client, &server);
    sbi_session_free(client.session);
    assert_int_equal(client.unanswered, 1);
    sbi_session_free(server.session);
}

static void no_more_streams_than_allowed(void **state)
{
    struct side client, server;
    struct sbi_message request = post(0);
    (void)state;
    open_side(&client, false, (struct sbi_limits){.streams = 3});
    open_side(&server, true, (struct sbi_limits){.streams = 3});
    server.silent = true;
    for (int i = 0; i < 3; i++)
        assert_int_not_equal(sbi_session_request(client.session, &request), 0);
    assert_int_equal(sbi_session_request(client.session, &request), 0);
    assert_false(sbi_session_usable(client.session));
    exchange(&client, &server);
    sbi_session_free(client.session);
    sbi_session_free(server.session);
}

static void a_given_up_request_stays_silent(void **state)
{
    struct side client, server;
    struct sbi_message request = post(0), late = {.status = 200, .path = "", .type = "", .location = ""};
    (void)state;
    open_side(&client, false, (struct sbi_limits){0});
    open_side(&server, true, (struct sbi_limits){0});
    server.silent = true;
    int32_t stream = sbi_session_request(client.session, &request);
    exchange(&client, &server);
    sbi_session_cancel(client.session, stream);
    exchange(&client, &server);
    sbi_session_respond(server.session, server.stream, &late);
    exchange(&client, &server);
    assert_int_equal(client.responses + client.unanswered, 0);
    sbi_session_free(client.session);
    sbi_session_free(server.session);
}

/* --- hostile ends: frames by hand (RFC 9113 4.1) --- */

#define PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

static bool say(struct side *side, uint8_t type, uint8_t flags, uint32_t stream, struct bytes payload)
{
    uint8_t frame[20000];
    const char *why = NULL;
    struct writer w = writer_of(frame, sizeof frame);
    write_uint(&w, payload.len, 3);
    write_u8(&w, type);
    write_u8(&w, flags);
    write_u32(&w, stream);
    write_bytes(&w, payload);
    assert_false(w.full);
    bool taken = sbi_session_receive(side->session, writer_bytes(&w), &why);
    while (sbi_session_output(side->session).len)
        continue;
    assert_true(taken || why);
    return taken;
}

enum { DATA = 0, HEADERS = 1, PRIORITY = 2, RESET = 3, SETTINGS = 4, PING = 6, WINDOW = 8, CONTINUATION = 9 };
enum { END_STREAM = 1, END_HEADERS = 4 };

/* :method POST, :scheme http, :path / from HPACK's static table, and an :authority "a". */
static const uint8_t fields[] = {0x83, 0x86, 0x84, 0x41, 0x01, 'a'};

static void open_hostile(struct side *side)
{
    const char *why;
    open_side(side, true, (struct sbi_limits){0});
    assert_true(sbi_session_receive(side->session, bytes_of(PREFACE, sizeof PREFACE - 1), &why));
    assert_true(say(side, SETTINGS, 0, 0, (struct bytes){0}));
}

static unsigned until_enough(struct side *side, bool (*once)(struct side *side, unsigned n))
{
    unsigned count = 0;
    open_hostile(side);
    while (count < 5000 && once(side, count))
        count++;
    sbi_session_free(side->session);
    return count;
}

static bool settings_again(struct side *side, unsigned n)
{
    (void)n;
    return say(side, SETTINGS, 0, 0, (struct bytes){0});
}

static bool ping(struct side *side, unsigned n)
{
    (void)n;
    return say(side, PING, 0, 0, bytes_of("01234567", 8));
}

static bool widen(struct side *side, unsigned n)
{
    const uint8_t one[] = {0, 0, 0, 1};
    (void)n;
    return say(side, WINDOW, 0, 0, BYTES(one));
}

static bool rapid_reset(struct side *side, unsigned n)
{
    const uint8_t cancel[] = {0, 0, 0, 8};
    side->silent = true;
    return say(side, HEADERS, END_STREAM | END_HEADERS, 2 * n + 1, BYTES(fields)) &&
           say(side, RESET, 0, 2 * n + 1, BYTES(cancel));
}

static bool continue_for_ever(struct side *side, unsigned n)
{
    static const uint8_t field[] = {0x40, 0x01, 'x', 0x01, 'y'};
    if (n == 0)
        return say(side, HEADERS, END_STREAM, 1, BYTES(fields));
    return say(side, CONTINUATION, 0, 1, BYTES(field));
}

static bool drip_data(struct side *side, unsigned n)
{
    if (n == 0)
        return say(side, HEADERS, END_HEADERS, 1, BYTES(fields));
    return say(side, DATA, 0, 1, bytes_of("", 0));
}

static bool begin_and_leave(struct side *side, unsigned n)
{
    return say(side, HEADERS, END_HEADERS, 2 * n + 1, BYTES(fields));
}

static void floods_end_the_connection(void **state)
{
    struct side side;
    (void)state;
    assert_in_range(until_enough(&side, settings_again), 1, 1001);
    assert_in_range(until_enough(&side, ping), 1, 1001);
    assert_in_range(until_enough(&side, widen), 1, 1001);
    assert_in_range(until_enough(&side, rapid_reset), 50, 101);
    assert_in_range(until_enough(&side, continue_for_ever), 1, 1001);
    assert_in_range(until_enough(&side, drip_data), 1, 1001);
    assert_in_range(until_enough(&side, begin_and_leave), 1, 1001);
}

static void huge_fields_are_refused(void **state)
{
    struct side side;
    uint8_t block[15000];
    (void)state;
    open_hostile(&side);
    memcpy(block, fields, sizeof fields);
    struct writer w = writer_of(block + sizeof fields, sizeof block - sizeof fields);
    write_bytes(&w, bytes_of("\x40\x01x\x7f\xff\x5f", 6)); /* x: 127 + 0x7f + 0x5f * 128 = 12414 octets */
    memset(w.at, 'y', 12414);
    say(&side, HEADERS, END_STREAM | END_HEADERS, 1,
        bytes_of(block, sizeof fields + writer_length(&w) + 12414));
    assert_int_equal(side.requests, 0);
    sbi_session_free(side.session);
}

/* One octet of the block says one field again (RFC 7541 6.1). */
static void a_small_block_that_unfolds_is_refused(void **state)
{
    static const uint8_t field[] = {0x40, 0x01, 'x', 0x01, 'y'};
    struct side side;
    uint8_t block[8000];
    (void)state;
    open_hostile(&side);
    memcpy(block, fields, sizeof fields);
    memcpy(block + sizeof fields, field, sizeof field);
    memset(block + sizeof fields + 5, 0xbe, sizeof block - sizeof fields - 5);
    say(&side, HEADERS, END_STREAM | END_HEADERS, 1, BYTES(block));
    assert_int_equal(side.requests, 0);
    sbi_session_free(side.session);
}

static void what_is_no_http_ends_the_connection(void **state)
{
    struct side side;
    const char *why = NULL;
    const char *text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    (void)state;
    open_side(&side, true, (struct sbi_limits){0});
    assert_false(sbi_session_receive(side.session, bytes_of(text, strlen(text)), &why));
    assert_non_null(why);
    sbi_session_free(side.session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_answered),
        cmocka_unit_test(too_long_a_message_is_refused_by_itself),
        cmocka_unit_test(a_request_that_dies_with_its_connection_is_told_of),
        cmocka_unit_test(no_more_streams_than_allowed),
        cmocka_unit_test(a_given_up_request_stays_silent),
        cmocka_unit_test(floods_end_the_connection),
        cmocka_unit_test(huge_fields_are_refused),
        cmocka_unit_test(a_small_block_that_unfolds_is_refused),
        cmocka_unit_test(what_is_no_http_ends_the_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
