/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The questions to the security gateway, answered over a real socket by one that does as it should and by many that do not. The
 * test stands in for the core.
 */
#include "../check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/control.h"
#include "line/gateway.h"

enum { ROOM = 64 * 1024, LONG = 3600, SHORT_MS = 20, THOUSANDS = 5000 };

static struct control control;
static struct config config;
static char folder[] = "/tmp/gateway-test-XXXXXX", path[64];

/* --- the core --- */

static struct {
    unsigned answers;
    uint64_t question; /* the last one */
    bool silent;       /* the last time */
    enum gateway_verdict first, last;
} told;

/* Who speaks from 10.n to us, if gNB 1 is enrolled with CN=gnb-1 and so on? */
static enum gateway_verdict who(const struct gateway_view *view, unsigned gnb)
{
    char name[32], from[32];
    const char *certificates[] = {name}, *certificate;
    union socket_address listen, address;
    snprintf(name, sizeof name, "CN=gnb-%u", gnb);
    snprintf(from, sizeof from, "10.1.%u.%u", gnb >> 8, gnb & 0xff);
    assert_true(address_parse(&listen, "10.0.0.1", 38412));
    assert_true(address_parse(&address, from, 9));
    return gateway_who(view, &(struct config_gnb){.certificates = certificates, .certificate_count = 1},
                       &address, &(struct config_edge){.listen = &listen, .listen_count = 1}, &certificate);
}

void core_gateway(struct core *core, uint64_t question, const struct gateway_view *view)
{
    (void)core;
    told.answers++;
    told.question = question;
    told.silent = !view;
    told.first = who(view, 1);
    told.last = who(view, THOUSANDS);
    loop_stop(control.loop, 0);
}

static void ask(uint64_t question)
{
    control_gateway_ask(&control, question);
    loop_run(control.loop);
}

/* --- the gateway --- */

static void write_text(struct writer *w, size_t prefix, const char *text)
{
    write_uint(w, strlen(text), prefix);
    write_bytes(w, bytes_of(text, strlen(text)));
}

static void write_section(struct writer *w, const char *name)
{
    write_u8(w, 1);
    write_text(w, 1, name);
}

static void write_key(struct writer *w, const char *name, const char *value)
{
    write_u8(w, 3);
    write_text(w, 1, name);
    write_text(w, 2, value);
}

static void write_list(struct writer *w, const char *name, const char *item)
{
    write_u8(w, 4);
    write_text(w, 1, name);
    write_u8(w, 5);
    write_text(w, 2, item);
    write_u8(w, 6);
}

static void write_event(struct writer *w, const char *name, unsigned gnb)
{
    char identity[32], selector[32];
    snprintf(identity, sizeof identity, "CN=gnb-%u", gnb);
    snprintf(selector, sizeof selector, "10.1.%u.%u/32", gnb >> 8, gnb & 0xff);
    const size_t packet = write_length_open(w, VICI_LENGTH_BYTES);
    write_u8(w, VICI_EVENT);
    write_text(w, 1, name);
    write_section(w, "gnb");
    write_key(w, "state", "ESTABLISHED");
    write_key(w, "remote-id", identity);
    write_section(w, "child-sas");
    write_section(w, "n2");
    write_key(w, "state", "INSTALLED");
    write_list(w, "local-ts", "10.0.0.1/32");
    write_list(w, "remote-ts", selector);
    for (unsigned i = 0; i < 3; i++)
        write_u8(w, 2);
    write_length_close(w, packet, VICI_LENGTH_BYTES);
}

/* What it says when it is spoken to, the first and the second time. */
struct manners {
    struct bytes says[2];
    unsigned at_once; /* octets that it writes at a time; 0: all of them */
    bool without_end; /* says the last of it again and again */
    bool hangs_up;    /* when it has said it */
};

static struct {
    struct watch door, line;
    struct manners manners;
    unsigned spoken_to, callers;
    struct bytes left; /* to be said */
} gateway;

static void hang_up(void)
{
    loop_forget(control.loop, &gateway.line);
    close(gateway.line.fd);
    gateway.line.fd = -1;
}

static void listen_up(void)
{
    char heard[256];
    const ssize_t size = recv(gateway.line.fd, heard, sizeof heard, 0);
    if (size <= 0) {
        hang_up();
        return;
    }
    if (gateway.spoken_to < 2)
        gateway.left = gateway.manners.says[gateway.spoken_to++];
}

static void say(void)
{
    const struct manners *manners = &gateway.manners;
    const size_t most =
        manners->at_once && manners->at_once < gateway.left.len ? manners->at_once : gateway.left.len;
    const ssize_t size = send(gateway.line.fd, gateway.left.data, most, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0)
        return;
    gateway.left = bytes_of(gateway.left.data + size, gateway.left.len - (size_t)size);
    if (!gateway.left.len && manners->without_end && gateway.spoken_to == 2)
        gateway.left = manners->says[1];
}

static void line_ready(struct watch *watch, uint32_t events)
{
    if (events & (EPOLLIN | EPOLLHUP))
        listen_up();
    else
        say();
    if (watch->fd >= 0 && !gateway.left.len && gateway.manners.hangs_up)
        hang_up();
    if (watch->fd >= 0)
        loop_watch(control.loop, watch, gateway.left.len ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void door_ready(struct watch *watch, uint32_t events)
{
    (void)events;
    if (gateway.line.fd >= 0)
        hang_up();
    gateway.line = (struct watch){accept(watch->fd, NULL, NULL), line_ready};
    gateway.spoken_to = 0;
    gateway.callers++;
    gateway.left = (struct bytes){0};
    assert_true(loop_watch(control.loop, &gateway.line, EPOLLIN));
}

static void open_door(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    memcpy(name.sun_path, path, strlen(path));
    gateway.door = (struct watch){socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), door_ready};
    assert_int_equal(bind(gateway.door.fd, (struct sockaddr *)&name, sizeof name), 0);
    assert_int_equal(listen(gateway.door.fd, 4), 0);
    assert_true(loop_watch(control.loop, &gateway.door, EPOLLIN));
}

static void close_door(void)
{
    if (gateway.door.fd >= 0)
        close(gateway.door.fd);
    if (gateway.line.fd >= 0)
        close(gateway.line.fd);
    gateway.door.fd = gateway.line.fd = -1;
    unlink(path);
}

/* --- what it may say --- */

#define TEXT(literal) bytes_of(literal, sizeof(literal) - 1)
#define CONFIRMED     TEXT("\0\0\0\1\5")
#define DONE          TEXT("\0\0\0\1\1")

/* gNBs 1 to count, and then `end`. */
static struct bytes list_of(unsigned count, struct bytes end)
{
    static uint8_t room[THOUSANDS * 256];
    struct writer w = writer_of(room, sizeof room);
    for (unsigned i = 1; i <= count; i++)
        write_event(&w, "list-sa", i);
    write_bytes(&w, end);
    return writer_bytes(&w);
}

static struct bytes event_named(const char *name)
{
    static uint8_t room[ROOM];
    struct writer w = writer_of(room, sizeof room);
    write_event(&w, name, 1);
    write_bytes(&w, DONE);
    return writer_bytes(&w);
}

static struct manners good(void)
{
    return (struct manners){.says = {CONFIRMED, list_of(1, DONE)}};
}

static void it_answers(struct manners manners)
{
    gateway.manners = manners;
    ask(told.question + 1);
    assert_false(told.silent);
    assert_int_equal(told.first, GATEWAY_PROVED);
}

/* And is asked again, when it has come to its senses. */
static void it_gives_no_answer(struct manners manners)
{
    const unsigned answers = told.answers;
    gateway.manners = manners;
    ask(told.question + 1);
    assert_int_equal(told.answers, answers + 1);
    assert_true(told.silent);
    config.inventory.security_gateway.answer = SECONDS(LONG);
    it_answers(good());
}

static int set_up(void **state)
{
    (void)state;
    memset(&told, 0, sizeof told);
    memset(&gateway, 0, sizeof gateway);
    gateway.line.fd = gateway.door.fd = -1;
    config.inventory.security_gateway =
        (struct config_security_gateway){.vici = path, .answer = SECONDS(LONG)};
    control = (struct control){.config = &config, .loop = loop_new()};
    open_door();
    return control.loop ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    control_gateway_close(&control);
    close_door();
    loop_free(control.loop);
    return 0;
}

static void its_list_is_read_whole(void **state)
{
    (void)state;
    it_answers(good());
    assert_int_equal(told.question, 1);
    assert_int_equal(told.last, GATEWAY_NOBODY);
    it_answers((struct manners){.says = {CONFIRMED, list_of(THOUSANDS, DONE)}});
    assert_int_equal(told.last, GATEWAY_PROVED);
    it_answers(good());
    assert_int_equal(told.last, GATEWAY_NOBODY);
    assert_int_equal(gateway.callers, 3);
}

static void its_list_may_come_octet_by_octet(void **state)
{
    (void)state;
    it_answers((struct manners){.says = {CONFIRMED, list_of(20, DONE)}, .at_once = 1});
    it_answers((struct manners){.says = {CONFIRMED, list_of(THOUSANDS, DONE)}, .at_once = 4099});
    assert_int_equal(told.last, GATEWAY_PROVED);
}

static void a_gateway_with_no_tunnel_has_answered(void **state)
{
    (void)state;
    gateway.manners = (struct manners){.says = {CONFIRMED, DONE}};
    ask(1);
    assert_false(told.silent);
    assert_int_equal(told.first, GATEWAY_NOBODY);
}

static void silence_has_its_limit(void **state)
{
    const struct manners silent[] = {
        {.says = {{0}}},
        {.says = {CONFIRMED}},
        {.says = {TEXT("\0\0\0")}},
        {.says = {CONFIRMED, TEXT("\0\0\1\0\7\7list-sa")}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        config.inventory.security_gateway.answer = MILLISECONDS(SHORT_MS);
        it_gives_no_answer(silent[i]);
    }
}

/* The longest packet, an octet at a time. */
static void slowness_does_not_prolong_it(void **state)
{
    static uint8_t slow[ROOM] = {0, 8, 0, 0, VICI_EVENT};
    (void)state;
    config.inventory.security_gateway.answer = MILLISECONDS(SHORT_MS);
    it_gives_no_answer((struct manners){.says = {CONFIRMED, BYTES(slow)}, .at_once = 1, .without_end = true});
}

static void nobody_there_is_no_answer(void **state)
{
    (void)state;
    close_door();
    ask(1);
    assert_true(told.silent);
    config.inventory.security_gateway.vici = "";
    ask(2);
    assert_true(told.silent);
    config.inventory.security_gateway.vici = folder;
    ask(3);
    assert_true(told.silent);
    config.inventory.security_gateway.vici = path;
    open_door();
    it_answers(good());
}

static void whoever_hangs_up_has_not_answered(void **state)
{
    (void)state;
    it_gives_no_answer((struct manners){.hangs_up = true});
    it_gives_no_answer((struct manners){.says = {TEXT("\0\0\0\1")}, .hangs_up = true});
    it_gives_no_answer(
        (struct manners){.says = {CONFIRMED, list_of(THOUSANDS, (struct bytes){0})}, .hangs_up = true});
}

static void nonsense_is_no_answer(void **state)
{
    const struct bytes nonsense[] = {
        TEXT("\xff\xff\xff\xff"),          /* longer than there is memory */
        TEXT("\0\x08\0\1"),                /* a little too long */
        TEXT("\0\0\0\0"),                  /* without a kind */
        TEXT("\0\0\0\1\x08"),              /* of no known kind */
        TEXT("\0\0\0\3\7\7l"),             /* a name beyond its end */
        TEXT("\0\0\0\x0a\7\7list-sa\x07"), /* of no known element */
        TEXT("\0\0\0\x09\7\7list-sa"),     /* of nobody */
        TEXT("HTTP/1.1 400 Bad Request\r\n\r\n"),
        TEXT("\0\0\0\1\2"), /* it does not know the request */
        TEXT("\0\0\0\1\6"), /* nor the event */
    };
    (void)state;
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
        it_gives_no_answer((struct manners){.says = {nonsense[i]}});
        it_gives_no_answer((struct manners){.says = {CONFIRMED, nonsense[i]}});
        it_gives_no_answer((struct manners){.says = {CONFIRMED, list_of(20, nonsense[i])}});
    }
}

/* An empty list would cost every gNB its association. */
static void an_answer_to_something_else_is_none(void **state)
{
    (void)state;
    it_gives_no_answer((struct manners){.says = {DONE}});
    it_gives_no_answer((struct manners){.says = {event_named("list-sa")}});
    it_gives_no_answer((struct manners){.says = {CONFIRMED, CONFIRMED}});
    it_gives_no_answer((struct manners){.says = {CONFIRMED, event_named("list-conn")}});
    it_gives_no_answer((struct manners){.says = {CONFIRMED, TEXT("\0\0\0\6\0\4list")}});
}

static void a_list_without_end_is_no_answer(void **state)
{
    (void)state;
    it_gives_no_answer(
        (struct manners){.says = {CONFIRMED, list_of(THOUSANDS, (struct bytes){0})}, .without_end = true});
}

static void a_question_in_the_midst_of_another_is_asked_after_it(void **state)
{
    (void)state;
    gateway.manners = good();
    control_gateway_ask(&control, 1);
    control_gateway_ask(&control, 2);
    ask(3);
    assert_int_equal(told.question, 1);
    loop_run(control.loop);
    assert_int_equal(told.question, 3);
    assert_int_equal(told.answers, 2);
}

static void control_may_end_in_the_midst_of_a_question(void **state)
{
    (void)state;
    control_gateway_ask(&control, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(its_list_is_read_whole),
        TEST(its_list_may_come_octet_by_octet),
        TEST(a_gateway_with_no_tunnel_has_answered),
        TEST(silence_has_its_limit),
        TEST(slowness_does_not_prolong_it),
        TEST(nobody_there_is_no_answer),
        TEST(whoever_hangs_up_has_not_answered),
        TEST(nonsense_is_no_answer),
        TEST(an_answer_to_something_else_is_none),
        TEST(a_list_without_end_is_no_answer),
        TEST(a_question_in_the_midst_of_another_is_asked_after_it),
        TEST(control_may_end_in_the_midst_of_a_question),
    };
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/vici", folder);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
