/* SPDX-License-Identifier: Apache-2.0 */
/* A witness that is asked over TLS and by its name, and what all it may do instead of answering. */
#include "../check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../sbi/certificates.h"
#include "recorder/courier.h"
#include "wire/dns/dns.h"

enum { NO_ANSWER = 0, PORT = 7380, GUESTS = 16, HEARD = 4096 };

/* What the witness of this test does. */
enum manner { ANSWERS, SAYS_GARBAGE, HANGS_UP, SAYS_NOTHING, TALKS_ON };

struct guest {
    struct watch watch;
    struct tls *tls;
    char heard[HEARD];
    size_t length;
};

static struct loop *loop;
static struct resolver *resolver;
static struct watch door, nameserver;
static struct guest guests[GUESTS];
static unsigned guest_count, questions;
static struct tls_identity *shown; /* NULL: cleartext */
static enum manner manner;
static char asked[HEARD];
static char folder[] = "/tmp/courier-test-XXXXXX", servers[64], hosts[64];
static struct certificate authority, other, cert, cert_of_address, stranger;
static struct timer deadline;

static unsigned status; /* of the answer; NO_ANSWER: `said` is why */
static char said[128];

/* --- The witness --- */

static void give(struct guest *guest, const char *text, size_t length)
{
    uint8_t wire[16 * 1024];
    if (!guest->tls) {
        assert_true(send(guest->watch.fd, text, length, MSG_NOSIGNAL) >= 0 || manner == TALKS_ON);
        return;
    }
    if (length)
        tls_write(guest->tls, bytes_of(text, length));
    for (size_t n; (n = tls_output(guest->tls, wire, sizeof wire)) != 0;)
        (void)send(guest->watch.fd, wire, n, MSG_NOSIGNAL);
}

static void hang_up(struct guest *guest)
{
    if (guest->watch.fd < 0)
        return;
    loop_forget(loop, &guest->watch);
    close(guest->watch.fd);
    tls_free(guest->tls);
    *guest = (struct guest){.watch.fd = -1};
}

static void talk_on(struct guest *guest)
{
    char much[4096];
    memset(much, 'x', sizeof much);
    for (int i = 0; i < 16; i++)
        give(guest, much, sizeof much);
}

static void respond(struct guest *guest)
{
    static const char good[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    snprintf(asked, sizeof asked, "%.*s", (int)guest->length, guest->heard);
    if (manner == ANSWERS)
        give(guest, good, sizeof good - 1);
    if (manner == SAYS_GARBAGE)
        give(guest, "\x15\x03\x03\xff\xff garbage", 14);
    if (manner == TALKS_ON)
        talk_on(guest);
    if (manner != SAYS_NOTHING && manner != TALKS_ON)
        hang_up(guest);
}

static void hear(struct guest *guest, struct bytes wire)
{
    if (!guest->tls) {
        memcpy(guest->heard + guest->length, wire.data, wire.len);
        guest->length += wire.len;
        return;
    }
    const bool good = tls_receive(guest->tls, wire);
    for (size_t n = 1; good && n; guest->length += n)
        n = tls_read(guest->tls, guest->heard + guest->length, sizeof guest->heard - guest->length);
    give(guest, NULL, 0);
    if (!good)
        hang_up(guest);
}

static void guest_ready(struct watch *watch, uint32_t events)
{
    struct guest *guest = (struct guest *)watch;
    uint8_t wire[HEARD / 2];
    (void)events;
    const ssize_t n = recv(watch->fd, wire, sizeof wire, MSG_DONTWAIT);
    if (n <= 0) {
        hang_up(guest);
        return;
    }
    hear(guest, bytes_of(wire, (size_t)n));
    if (guest->length && memmem(guest->heard, guest->length, "the body", 8))
        respond(guest);
}

static void somebody_comes(struct watch *watch, uint32_t events)
{
    struct guest *guest = &guests[guest_count++];
    (void)events;
    assert_true(guest_count < GUESTS);
    *guest =
        (struct guest){.watch = {.fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC), .ready = guest_ready}};
    if (shown)
        guest->tls = tls_new(shown, true, NULL);
    loop_watch(loop, &guest->watch, EPOLLIN);
    if (manner == SAYS_GARBAGE || manner == HANGS_UP)
        respond(guest);
}

/* --- The resolver: witness.example is at our address, and nobody else anywhere --- */

static union socket_address own_address(uint16_t port)
{
    union socket_address address;
    char text[ADDRESS_TEXT];
    const int pid = (int)getpid();
    snprintf(text, sizeof text, "127.%d.%d.9", 1 + (pid >> 8) % 250, pid & 255);
    assert_true(address_parse(&address, text, port));
    return address;
}

static void question_comes(struct watch *watch, uint32_t events)
{
    static const uint8_t begins[] = {0x81, 0x80, 0, 1, 0, 1},
                         record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4};
    const union socket_address own = own_address(0);
    uint8_t in[DNS_MESSAGE_BYTES], space[DNS_MESSAGE_BYTES];
    union socket_address from;
    socklen_t length = sizeof from;
    (void)events;
    const ssize_t n = recvfrom(watch->fd, in, sizeof in, 0, &from.any, &length);
    assert_true(n > 12);
    const bool known = memmem(in, (size_t)n, "\7witness\7example", 16) != NULL;
    struct writer w = writer_of(space, sizeof space);
    write_bytes(&w, bytes_of(in, 2));
    write_bytes(&w, BYTES(begins));
    write_bytes(&w, bytes_of(in + 8, (size_t)n - 8));
    write_bytes(&w, BYTES(record));
    write_bytes(&w, bytes_of(&own.v4.sin_addr, 4));
    if (!known)
        space[3] |= DNS_NO_NAME;
    questions++;
    assert_true(sendto(watch->fd, "noise", 5, 0, &from.any, length) == 5); /* as of a forger who guesses */
    assert_true(sendto(watch->fd, space, writer_length(&w), 0, &from.any, length) > 0);
}

/* --- The one that asks --- */

static void heard(void *context, unsigned code, struct bytes body)
{
    (void)context;
    status = code;
    snprintf(said, sizeof said, "%.*s", (int)body.len, (const char *)body.data);
    loop_stop(loop, 0);
}

static void too_late(struct timer *timer)
{
    (void)timer;
    loop_stop(loop, 1);
}

static void wait_for_answer(void)
{
    timer_start(loop_timers(loop), &deadline, SECONDS(60));
    assert_int_equal(loop_run(loop), 0);
    timer_stop(loop_timers(loop), &deadline);
}

static void send_away(struct courier *courier)
{
    const char *why;
    status = 1;
    if (!courier_ask(courier, "/add-checkpoint", bytes_of("the body", 8), heard, NULL, &why)) {
        status = 0;
        snprintf(said, sizeof said, "%s", why);
        return;
    }
    wait_for_answer();
}

static struct config_witness witness_at(const char *url)
{
    struct config_witness config = {
        .url = url, .authorities = "", .certificate = "", .client_certificate = "", .client_key = ""};
    assert_true(config_url_parse(url, &config.place));
    return config;
}

/* The witness shows a certificate and may ask for one. */
static void show(const struct certificate *certificate, const struct certificate *clients)
{
    const char *why;
    const struct tls_terms terms = {.certificate = certificate->certificate,
                                    .key = certificate->key,
                                    .authorities = clients ? clients->certificate : ""};
    tls_identity_free(shown);
    shown = tls_identity_new(&terms, &why);
    assert_non_null(shown);
}

static void ask_once(const struct config_witness *config)
{
    struct courier *courier = courier_new(loop, resolver, config);
    assert_non_null(courier);
    send_away(courier);
    courier_free(courier);
}

/* "https://" and our own address and port. */
static const char *own_url(const char *scheme)
{
    static char url[128];
    char text[ADDRESS_TEXT];
    const union socket_address own = own_address(PORT);
    snprintf(url, sizeof url, "%s://%s/w", scheme, address_print(&own, text));
    return url;
}

/* --- Cases --- */

static void a_witness_is_asked_in_cleartext(void **state)
{
    const struct config_witness config = witness_at(own_url("http"));
    (void)state;
    ask_once(&config);
    assert_int_equal(status, 200);
    assert_string_equal(said, "hello");
    assert_non_null(strstr(asked, "POST /w/add-checkpoint HTTP/1.0\r\nHost: 127."));
}

static void a_witness_is_asked_by_its_name_over_tls(void **state)
{
    struct config_witness config = witness_at("https://witness.example:7380");
    (void)state;
    show(&cert, NULL);
    config.authorities = authority.certificate;
    ask_once(&config);
    assert_string_equal(said, "hello");
    assert_int_equal(status, 200);
    assert_int_equal(questions, 1);
    assert_non_null(strstr(asked, "POST /add-checkpoint HTTP/1.0\r\nHost: witness.example:7380\r\n"));
}

static void a_name_is_asked_for_again_only_when_nobody_answers_there(void **state)
{
    struct config_witness config = witness_at("https://witness.example:7380");
    (void)state;
    show(&cert, NULL);
    config.authorities = authority.certificate;
    struct courier *courier = courier_new(loop, resolver, &config);
    for (int i = 0; i < 3; i++) {
        send_away(courier);
        assert_int_equal(status, 200);
    }
    assert_int_equal(questions, 1);
    manner = HANGS_UP;
    send_away(courier);
    assert_int_equal(status, NO_ANSWER);
    manner = ANSWERS;
    send_away(courier);
    assert_int_equal(status, 200);
    assert_int_equal(questions, 2);
    courier_free(courier);
}

static void a_name_of_the_hosts_file_needs_no_resolver(void **state)
{
    const struct config_witness config = witness_at("http://local-witness:7380");
    (void)state;
    ask_once(&config);
    assert_int_equal(status, 200);
    assert_int_equal(questions, 0);
}

static void a_name_that_there_is_not_is_said(void **state)
{
    const struct config_witness config = witness_at("http://nobody.example:7380");
    (void)state;
    ask_once(&config);
    assert_int_equal(status, NO_ANSWER);
    assert_string_equal(said, "there is no such name");
}

static void a_certificate_may_bear_an_address(void **state)
{
    struct config_witness config = witness_at(own_url("https"));
    (void)state;
    show(&cert_of_address, NULL);
    config.authorities = authority.certificate;
    ask_once(&config);
    assert_int_equal(status, 200);
    show(&cert, NULL);
    ask_once(&config);
    assert_int_equal(status, NO_ANSWER);
    assert_non_null(strstr(said, "mismatch"));
}

static void who_has_another_authority_gets_nothing(void **state)
{
    struct config_witness config = witness_at("https://witness.example:7380");
    (void)state;
    show(&cert, NULL);
    config.authorities = other.certificate;
    ask_once(&config);
    assert_int_equal(status, NO_ANSWER);
    assert_non_null(strstr(said, "issuer"));
    assert_string_equal(asked, "");
}

static void a_pinned_certificate_is_that_very_one(void **state)
{
    struct config_witness config = witness_at(own_url("https"));
    (void)state;
    config.certificate = cert.certificate;
    show(&cert, NULL);
    ask_once(&config);
    assert_int_equal(status, 200);
    show(&cert_of_address, NULL); /* of the same authority */
    asked[0] = '\0';
    ask_once(&config);
    assert_int_equal(status, NO_ANSWER);
    config.certificate = authority.certificate; /* which has signed it */
    ask_once(&config);
    assert_int_equal(status, NO_ANSWER);
    assert_string_equal(said, "its certificate is another one");
    assert_string_equal(asked, "");
}

static void a_witness_may_ask_who_comes(void **state)
{
    struct config_witness config = witness_at("https://witness.example:7380");
    (void)state;
    config.authorities = authority.certificate;
    show(&cert, &authority);
    ask_once(&config);
    assert_int_equal(status, NO_ANSWER);
    config.client_certificate = stranger.certificate;
    config.client_key = stranger.key;
    ask_once(&config);
    assert_int_equal(status, NO_ANSWER);
    assert_string_equal(asked, "");
    config.client_certificate = cert_of_address.certificate;
    config.client_key = cert_of_address.key;
    ask_once(&config);
    assert_int_equal(status, 200);
}

static void files_that_cannot_be_used_are_said_and_nobody_is_asked(void **state)
{
    struct config_witness config = witness_at("https://witness.example:7380");
    (void)state;
    config.authorities = "/nowhere";
    ask_once(&config);
    assert_int_equal(status, NO_ANSWER);
    assert_string_equal(said, "the authorities cannot be read");
    config.authorities = authority.certificate;
    config.client_certificate = cert.certificate;
    config.client_key = stranger.key;
    ask_once(&config);
    assert_string_equal(said, "the key cannot be used, or is not the certificate's");
    assert_int_equal(questions, 0);
}

static void whatever_it_says_instead_is_an_error_and_no_more(void **state)
{
    static const struct {
        enum manner manner;
        const char *why; /* of cleartext */
    } manners[] = {{SAYS_GARBAGE, "its answer is not HTTP"},
                   {HANGS_UP, "it closes the connection"},
                   {TALKS_ON, "its answer is too long"}};
    struct config_witness plain, sealed;
    char url[128];
    (void)state;
    snprintf(url, sizeof url, "%s", own_url("http"));
    plain = witness_at(url);
    sealed = witness_at(own_url("https"));
    sealed.certificate = cert.certificate;
    for (size_t i = 0; i < sizeof manners / sizeof manners[0]; i++) {
        manner = manners[i].manner;
        ask_once(&plain);
        assert_int_equal(status, NO_ANSWER);
        assert_string_equal(said, manners[i].why);
    }
    ask_once(&sealed); /* in cleartext to who expects TLS */
    assert_int_equal(status, NO_ANSWER);
    show(&cert, NULL);
    for (size_t i = 0; i < sizeof manners / sizeof manners[0]; i++) {
        manner = manners[i].manner;
        ask_once(&sealed);
        assert_int_equal(status, NO_ANSWER);
        assert_true(*said);
    }
    manner = ANSWERS;
    ask_once(&sealed);
    assert_int_equal(status, 200);
}

static void who_says_nothing_is_waited_for_no_longer_than_patience_lasts(void **state)
{
    const struct http_target target = {
        .address = own_address(PORT), .authority = "witness", .path = "/add-checkpoint"};
    (void)state;
    manner = SAYS_NOTHING;
    assert_non_null(http_post(loop, &target, bytes_of("the body", 8), MILLISECONDS(50), heard, NULL));
    wait_for_answer();
    assert_int_equal(status, NO_ANSWER);
    assert_string_equal(said, "it does not answer");
}

static void a_courier_can_be_let_go_at_any_time(void **state)
{
    struct config_witness config = witness_at("https://witness.example:7380");
    const char *why;
    (void)state;
    config.authorities = authority.certificate;
    struct courier *courier = courier_new(loop, resolver, &config);
    assert_true(courier_ask(courier, "/add-checkpoint", bytes_of("the body", 8), heard, NULL, &why));
    courier_free(courier);
    config = witness_at(own_url("https"));
    config.certificate = cert.certificate;
    courier = courier_new(loop, resolver, &config);
    assert_true(courier_ask(courier, "/add-checkpoint", bytes_of("the body", 8), heard, NULL, &why));
    courier_free(courier);
}

/* --- Life --- */

static void listen_on(struct watch *watch, int kind, uint16_t port,
                      void (*ready)(struct watch *watch, uint32_t events))
{
    const union socket_address own = own_address(port);
    *watch = (struct watch){.fd = socket(AF_INET, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), .ready = ready};
    assert_int_equal(bind(watch->fd, &own.any, address_length(&own)), 0);
    if (kind == SOCK_STREAM)
        assert_int_equal(listen(watch->fd, GUESTS), 0);
    assert_true(loop_watch(loop, watch, EPOLLIN));
}

static void write_file(const char *path, const char *format, const char *value)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fprintf(file, format, value); /* NOLINT(clang-diagnostic-format-nonliteral): of our own words */
    fclose(file);
}

static int begin(void **state)
{
    char text[ADDRESS_TEXT];
    union socket_address own = own_address(DNS_PORT + 5300);
    (void)state;
    assert_non_null(mkdtemp(folder));
    authority = certificate_make(folder, "authority", NULL);
    other = certificate_make(folder, "other", NULL);
    cert = certificate_make(folder, "witness.example", &authority);
    stranger = certificate_make(folder, "stranger", &other);
    snprintf(servers, sizeof servers, "%s/resolv.conf", folder);
    snprintf(hosts, sizeof hosts, "%s/hosts", folder);
    write_file(servers, "# none\nsearch nowhere\nnameserver %s\n", address_print(&own, text));
    address_print(&own, text);
    text[strcspn(text, ":")] = '\0';
    cert_of_address = certificate_make(folder, text, &authority);
    write_file(hosts, "127.0.0.1 localhost\n%s\tother Local-Witness # here\n", text);
    loop = loop_new();
    resolver = resolver_new(loop, servers, hosts);
    assert_non_null(resolver);
    deadline.fire = too_late;
    listen_on(&door, SOCK_STREAM, PORT, somebody_comes);
    listen_on(&nameserver, SOCK_DGRAM, DNS_PORT + 5300, question_comes);
    return 0;
}

static int before(void **state)
{
    (void)state;
    manner = ANSWERS;
    questions = 0;
    asked[0] = said[0] = '\0';
    return 0;
}

static int after(void **state)
{
    (void)state;
    for (unsigned i = 0; i < guest_count; i++)
        hang_up(&guests[i]);
    guest_count = 0;
    tls_identity_free(shown);
    shown = NULL;
    return 0;
}

static int end(void **state)
{
    char command[128];
    (void)state;
    resolver_free(resolver);
    loop_forget(loop, &door);
    loop_forget(loop, &nameserver);
    close(door.fd);
    close(nameserver.fd);
    loop_free(loop);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command); /* NOLINT(concurrency-mt-unsafe): of our own words */
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, before, after)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_witness_is_asked_in_cleartext),
        CASE(a_witness_is_asked_by_its_name_over_tls),
        CASE(a_name_is_asked_for_again_only_when_nobody_answers_there),
        CASE(a_name_of_the_hosts_file_needs_no_resolver),
        CASE(a_name_that_there_is_not_is_said),
        CASE(a_certificate_may_bear_an_address),
        CASE(who_has_another_authority_gets_nothing),
        CASE(a_pinned_certificate_is_that_very_one),
        CASE(a_witness_may_ask_who_comes),
        CASE(files_that_cannot_be_used_are_said_and_nobody_is_asked),
        CASE(whatever_it_says_instead_is_an_error_and_no_more),
        CASE(who_says_nothing_is_waited_for_no_longer_than_patience_lasts),
        CASE(a_courier_can_be_let_go_at_any_time),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
