/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/resolve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config/values.h"
#include "crypt/random.h"
#include "wire/dns/dns.h"

enum { SERVERS_MOST = 3, HOSTS_BYTES = 64 * 1024, LINE_BYTES = 512, ROUNDS = 2, PATIENCE_MS = 1000 };

struct resolver {
    struct loop *loop;
    union socket_address servers[SERVERS_MOST];
    unsigned count;
    char hosts[HOSTS_BYTES];
};

struct lookup {
    struct resolver *resolver;
    struct watch watch; /* fd -1: nobody is asked at the moment */
    struct timer patience;
    char name[DNS_NAME_BYTES];
    struct dns_question question;
    unsigned attempt; /* of the question */
    struct dns_answer answer;
    const char *why;
    void (*done)(void *context, const union socket_address *addresses, unsigned count, const char *why);
    void *context;
};

/* --- The host's files --- */

static size_t read_text(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "re");
    const size_t length = file ? fread(text, 1, size - 1, file) : 0;
    if (file)
        fclose(file);
    text[length] = '\0';
    return length;
}

/* The line at *at without its comment; NULL behind the last. */
static char *next_line(const char **at, char line[LINE_BYTES])
{
    if (!**at)
        return NULL;
    const size_t length = strcspn(*at, "\n");
    snprintf(line, LINE_BYTES, "%.*s", (int)length, *at);
    line[strcspn(line, "#;")] = '\0';
    *at += length + ((*at)[length] == '\n');
    return line;
}

static void read_servers(struct resolver *resolver, const char *path)
{
    char text[8192], line[LINE_BYTES], *rest;
    const char *at = text;
    read_text(path, text, sizeof text);
    while (next_line(&at, line) && resolver->count < SERVERS_MOST) {
        const char *key = strtok_r(line, " \t", &rest), *value = key ? strtok_r(NULL, " \t", &rest) : NULL;
        if (value && strcmp(key, "nameserver") == 0)
            resolver->count += config_endpoint_parse(value, DNS_PORT, &resolver->servers[resolver->count]);
    }
    if (!resolver->count)
        address_parse(&resolver->servers[resolver->count++], "127.0.0.1", DNS_PORT);
}

/* The addresses that the hosts file gives the name. */
static void look_at_hosts(struct lookup *lookup)
{
    char line[LINE_BYTES], *rest;
    const char *at = lookup->resolver->hosts;
    struct dns_answer *answer = &lookup->answer;
    while (next_line(&at, line) && answer->count < DNS_ADDRESSES) {
        const char *address = strtok_r(line, " \t", &rest), *name = address;
        while (name && (name = strtok_r(NULL, " \t", &rest)))
            if (strcasecmp(name, lookup->name) == 0) {
                answer->count += address_parse(&answer->addresses[answer->count], address, 0);
                break;
            }
    }
}

struct resolver *resolver_new(struct loop *loop, const char *servers, const char *hosts)
{
    struct resolver *resolver = calloc(1, sizeof *resolver);
    if (!resolver)
        return NULL;
    resolver->loop = loop;
    read_servers(resolver, servers);
    read_text(hosts, resolver->hosts, sizeof resolver->hosts);
    return resolver;
}

void resolver_free(struct resolver *resolver)
{
    free(resolver);
}

/* --- Asking --- */

static void hang_up(struct lookup *lookup)
{
    if (lookup->watch.fd < 0)
        return;
    loop_forget(lookup->resolver->loop, &lookup->watch);
    close(lookup->watch.fd);
    lookup->watch.fd = -1;
}

static bool send_question(struct lookup *lookup, const union socket_address *server)
{
    uint8_t space[DNS_MESSAGE_BYTES];
    struct writer w = writer_of(space, sizeof space);
    lookup->watch.fd = socket(server->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return lookup->watch.fd >= 0 && dns_write(&w, &lookup->question) &&
           connect(lookup->watch.fd, &server->any, address_length(server)) == 0 &&
           send(lookup->watch.fd, space, writer_length(&w), MSG_NOSIGNAL) >= 0 &&
           loop_watch(lookup->resolver->loop, &lookup->watch, EPOLLIN);
}

static bool is_over(const struct lookup *lookup)
{
    return lookup->answer.count || lookup->attempt == ROUNDS * lookup->resolver->count;
}

/* A new socket for each try: its port is half of what a forger has to guess. */
static void ask_next(struct lookup *lookup)
{
    const struct resolver *resolver = lookup->resolver;
    hang_up(lookup);
    if (is_over(lookup)) {
        timer_start(loop_timers(resolver->loop), &lookup->patience, 0);
        return;
    }
    lookup->question.id = (uint16_t)random_u64(random_system());
    if (!send_question(lookup, &resolver->servers[lookup->attempt % resolver->count]))
        hang_up(lookup);
    lookup->attempt++;
    timer_start(loop_timers(resolver->loop), &lookup->patience, MILLISECONDS(PATIENCE_MS));
}

static void end(struct lookup *lookup)
{
    lookup->done(lookup->context, lookup->answer.addresses, lookup->answer.count,
                 lookup->answer.count ? NULL : lookup->why);
    lookup_cancel(lookup);
}

static void out_of_patience(struct timer *timer)
{
    struct lookup *lookup = (struct lookup *)((char *)timer - offsetof(struct lookup, patience));
    if (is_over(lookup))
        end(lookup);
    else
        ask_next(lookup);
}

/* No address of the one kind: the other is asked for, from the first server on. */
static void take_answer(struct lookup *lookup)
{
    const bool is_first = lookup->question.type == DNS_A;
    const unsigned code = lookup->answer.code;
    lookup->why = code == DNS_NO_NAME ? "there is no such name"
                  : code              ? "the resolver cannot tell where it is"
                                      : "the name has no address";
    if (code == DNS_NO_ERROR && !lookup->answer.count && is_first) {
        lookup->question.type = DNS_AAAA;
        lookup->attempt = 0;
    } else if (code == DNS_NO_ERROR || code == DNS_NO_NAME)
        lookup->attempt = ROUNDS * lookup->resolver->count;
    ask_next(lookup);
}

static void ready(struct watch *watch, uint32_t events)
{
    struct lookup *lookup = (struct lookup *)((char *)watch - offsetof(struct lookup, watch));
    uint8_t space[DNS_MESSAGE_BYTES];
    struct fault fault;
    (void)events;
    const ssize_t n = recv(watch->fd, space, sizeof space, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0)
        ask_next(lookup); /* nobody is there */
    else if (dns_read(bytes_of(space, (size_t)n), &lookup->question, &lookup->answer, &fault))
        take_answer(lookup);
    else
        lookup->answer = (struct dns_answer){0};
}

struct lookup *resolver_ask(struct resolver *resolver, const char *name,
                            void (*done)(void *context, const union socket_address *addresses, unsigned count,
                                         const char *why),
                            void *context)
{
    struct lookup *lookup = calloc(1, sizeof *lookup);
    if (!lookup)
        return NULL;
    lookup->resolver = resolver;
    lookup->watch = (struct watch){.fd = -1, .ready = ready};
    lookup->patience.fire = out_of_patience;
    lookup->done = done;
    lookup->context = context;
    lookup->why = "no resolver answers";
    snprintf(lookup->name, sizeof lookup->name, "%s", name);
    lookup->question = (struct dns_question){.name = lookup->name, .type = DNS_A};
    look_at_hosts(lookup);
    ask_next(lookup);
    return lookup;
}

void lookup_cancel(struct lookup *lookup)
{
    if (!lookup)
        return;
    timer_stop(loop_timers(lookup->resolver->loop), &lookup->patience);
    hang_up(lookup);
    free(lookup);
}
