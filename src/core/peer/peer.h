/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Other cores (`peers` of the configuration), and what is asked of them over the service-based interface. There is no NRF:
 * who is who is configured, and resolved here only. A peer is its place in config->peers.
 *
 * An answer comes to the procedure that waits for it (EV_SBI_RESPONSE), or to a function.
 */
#ifndef CORE_PEER_PEER_H
#define CORE_PEER_PEER_H

#include "core/core.h"
#include "core/procedure.h"
#include "sbi/message.h"
#include "wire/nas/identity.h"

struct peers;

enum { NO_PEER = -1, PEER_PATH_BYTES = 256 };

/* The peer whose AMF has given the 5G-GUTI; NO_PEER: none that we know, or we have ourselves. */
int peer_of_guti(const struct core *core, const struct nas_guti *guti);
/* The peer of that AMF identifier (24 bits: region, set, pointer; TS 23.003 2.10.1). */
int peer_of_amf(const struct core *core, uint32_t amf_id);
/* The peer that serves the tracking area, by what is configured of it; NO_PEER: none. */
int peer_of_tai(const struct core *core, struct tai tai);
uint32_t peer_amf_id(const struct core *core, unsigned peer);
/* The peer at the apiRoot of an absolute URI; NO_PEER also for our own, then *own is true. *path: what follows the root. */
int peer_of_uri(const struct core *core, const char *uri, bool *own, const char **path);
/* "http://10.0.0.1:7777" + path of our own interface, in a buffer of SBI_TEXT_BYTES; returns it. */
const char *peer_own_uri(const struct core *core, const char *path, char *buffer);

/* The same for a peer, in a buffer of `size`. */
const char *peer_uri(const struct core *core, unsigned peer, const char *prefix, const char *rest,
                     char *buffer, size_t size);

const char *peer_name(const struct core *core, unsigned peer);

/* NF registration (core/function.h): may it be used? */
bool peer_admitted(struct core *core, unsigned peer);

/* --- asking --- */

/* Asks and waits, within a procedure. The response is borrowed until the next wait; NULL: there is none, as from a peer that the line does not
 * admit, or the procedure was cancelled. */
const struct sbi_message *peer_ask(struct procedure *p, unsigned peer, const struct sbi_message *request);

/* What else may come while an answer is waited for, and is more urgent. */
struct meanwhile {
    uint64_t events;
    int64_t time;              /* at most, nanoseconds; 0: no limit but that of peer_ask */
    enum procedure_event came; /* one of them, EV_TIMEOUT or EV_CANCELLED; EV_NONE: nothing */
};

/* The same, unless one of these events comes first: then there is no answer, and nobody waits for it any more. NULL: none. */
const struct sbi_message *peer_ask_unless(struct procedure *p, unsigned peer,
                                          const struct sbi_message *request, struct meanwhile *meanwhile);

/* Is there somebody (OPTIONS, TS 29.500 6.9)? Waits like peer_ask. */
bool peer_answers(struct procedure *p, unsigned peer);

/* The same in two steps, for who must hear of other things meanwhile. 0: nothing could be asked. */
uint64_t peer_ask_begin(struct procedure *p, unsigned peer, const struct sbi_message *request);
/* Waits for the answer or one of `events`; *event says which came. Until it is EV_SBI_RESPONSE or EV_CANCELLED, nothing else may be
 * waited for. */
const struct sbi_message *peer_ask_wait(struct procedure *p, uint64_t token, uint64_t events,
                                        enum procedure_event *event);

/* Asks without waiting. `answered` gets the response (NULL: none) with `key`, by which the asker finds again what it asked
 * for: it may be gone. False: not asked, no call follows. */
typedef void peer_answered(struct core *core, unsigned peer, uint64_t key, unsigned number,
                           const struct sbi_message *response);
bool peer_post(struct core *core, unsigned peer, const struct sbi_message *request, peer_answered *answered,
               uint64_t key, unsigned number);

/* Tells what must arrive: said again, with growing pauses, until the peer has answered or PEER_ATTEMPTS have failed. */
enum { PEER_ATTEMPTS = 5 };
void peer_tell(struct core *core, unsigned peer, const struct sbi_message *request);

/* A POST of that content, which is consumed, in the core's batch arena. False: it cannot be made. request->method may be made
 * another. */
bool peer_request(struct core *core, const char *path, struct sbi_content *content,
                  struct sbi_message *request);

/* --- serving --- */

/* What came, on its way to the service that serves it. */
struct peer_request {
    struct core *core;
    unsigned peer;
    uint64_t token;
    const struct sbi_message *message;
    const char *rest;           /* the path behind the service's prefix */
    struct sbi_content content; /* its JSON is NULL when there was no body */
};

/* 204 when content is NULL, else 200 with the content, which is consumed. Goes out once what the batch wrote is durable; if it
 * is not, 503 goes out instead. */
void peer_reply(const struct peer_request *request, struct sbi_content *content);
/* 201 with the content, which is consumed, and where that is found from now on. */
void peer_created(const struct peer_request *request, struct sbi_content *content, const char *location);
void peer_refuse(const struct peer_request *request, unsigned status, const char *cause);
/* The same with more than the cause: content, which is consumed, under a status of 400 and above. */
void peer_refuse_with(const struct peer_request *request, unsigned status, struct sbi_content *content);
/* For an answer that comes later than the message lives. */
struct peer_request peer_request_later(const struct peer_request *request);

/* --- life, for core.c --- */

bool peers_start(struct core *core);
void peers_stop(struct core *core);

#endif
