/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/courier.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATIENCE_MS = 5000, PATH_BYTES = CONFIG_URL_BYTES + 32 };

struct courier {
    struct loop *loop;
    struct resolver *resolver;
    const struct config_url *place;
    struct tls_identity *identity; /* NULL: cleartext */
    const char *why;               /* of a witness that cannot be asked at all; NULL: it can */
    union socket_address address;
    bool known; /* the address is */
    unsigned turn;
    struct lookup *lookup;
    struct http_request *request;
    char path[PATH_BYTES];
    uint8_t *body;
    size_t length;
    void (*done)(void *context, unsigned status, struct bytes body);
    void *context;
};

static void open_identity(struct courier *courier, const struct config_witness *config)
{
    const struct tls_terms terms = {.certificate = config->client_certificate,
                                    .key = config->client_key,
                                    .authorities = config->authorities,
                                    .pinned = config->certificate};
    if (courier->place->secure)
        courier->identity = tls_identity_new(&terms, &courier->why);
}

struct courier *courier_new(struct loop *loop, struct resolver *resolver, const struct config_witness *config)
{
    struct courier *courier = calloc(1, sizeof *courier);
    if (!courier)
        return NULL;
    courier->loop = loop;
    courier->resolver = resolver;
    courier->place = &config->place;
    courier->address = config->place.address;
    courier->known = !config->place.named;
    open_identity(courier, config);
    return courier;
}

void courier_free(struct courier *courier)
{
    if (!courier)
        return;
    lookup_cancel(courier->lookup);
    http_cancel(courier->request);
    tls_identity_free(courier->identity);
    free(courier->body);
    free(courier);
}

/* Who does not answer where he was said to be is asked for again, as he may have moved. */
static void finish(void *context, unsigned status, struct bytes body)
{
    struct courier *courier = context;
    courier->request = NULL;
    courier->known = courier->known && (status || !courier->place->named);
    courier->done(courier->context, status, body);
}

static bool post(struct courier *courier)
{
    const struct http_target target = {.address = courier->address,
                                       .authority = courier->place->authority,
                                       .path = courier->path,
                                       .identity = courier->identity,
                                       .host = courier->place->host};
    courier->request = http_post(courier->loop, &target, bytes_of(courier->body, courier->length),
                                 MILLISECONDS(PATIENCE_MS), finish, courier);
    return courier->request != NULL;
}

/* Of several addresses another one each time that he is asked for. */
static void found(void *context, const union socket_address *addresses, unsigned count, const char *why)
{
    struct courier *courier = context;
    courier->lookup = NULL;
    if (count) {
        courier->address = addresses[courier->turn++ % count];
        address_set_port(&courier->address, courier->place->port);
        courier->known = true;
        why = post(courier) ? NULL : strerror(errno);
    }
    if (why)
        finish(courier, 0, bytes_of(why, strlen(why)));
}

static bool keep_request(struct courier *courier, const char *path, struct bytes body)
{
    uint8_t *room = realloc(courier->body, body.len + 1);
    if (!room)
        return false;
    memcpy(room, body.data, body.len);
    courier->body = room;
    courier->length = body.len;
    snprintf(courier->path, sizeof courier->path, "%s%s", courier->place->prefix, path);
    return true;
}

bool courier_ask(struct courier *courier, const char *path, struct bytes body,
                 void (*done)(void *context, unsigned status, struct bytes body), void *context,
                 const char **why)
{
    *why = courier->why;
    if (*why)
        return false;
    *why = "out of memory";
    if (!keep_request(courier, path, body))
        return false;
    courier->done = done;
    courier->context = context;
    if (!courier->known) {
        courier->lookup = resolver_ask(courier->resolver, courier->place->host, found, courier);
        return courier->lookup != NULL;
    }
    *why = post(courier) ? NULL : strerror(errno);
    return !*why;
}
