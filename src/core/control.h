/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control process: the core on a real loop, with the wicket to the edges, N4 to the planes, and the admin socket. Shared by
 * control.c and control_admin.c.
 */
#ifndef CORE_CONTROL_H
#define CORE_CONTROL_H

#include <sys/socket.h>

#include "admin/admin.h"
#include "admin/keeper.h"
#include "core/core.h"
#include "core/gate.h"
#include "kit/channel.h"
#include "kit/loop.h"
#include "kit/turns.h"
#include "line/policy.h"
#include "store/store.h"

struct control_gateway;
struct control_reload;
struct inside;
struct reporter;

/* An edge. */
struct edge_link {
    struct control *control;
    struct channel *channel; /* of its process; or NULL */
    struct inside *inside;   /* in this process (control_inside.h); or NULL */
    struct edge_link *next;
    struct turns turns;    /* what its associations said and nobody has listened to yet */
    struct gate_edge edge; /* one of the configuration's, by the keeper's word */
};

struct control {
    struct config *config;   /* in force */
    struct config *started;  /* that the process began with: keys that need a restart keep its values */
    const char *config_path; /* NULL: the default */
    char *host_timezone;     /* TZ as the process found it; NULL: not set */
    struct loop *loop;
    struct store *store;
    struct core *core;
    struct admin *admin;
    struct trace *trace;
    struct control_sbi *sbi;         /* NULL: there are no other cores */
    struct reporter *evidence;       /* NULL: nothing is recorded */
    struct control_gateway *gateway; /* NULL: nothing has been asked yet */
    struct control_reload *reload;
    char policy[POLICY_WORDS]; /* in force: its serial, and who signed it */
    struct watch n4;
    struct keeper_ear keeper;
    struct edge_link *links;
    struct gate gate;
    struct timer turn; /* there is more to listen to */
    uint8_t *buffer;   /* a wicket message on its way out */
};

/* Takes over the files' new state as far as a running process can (control_reload.c): it is begun, and what comes of it is in the log. The
 * verb is answered then, with the names of the keys that differ. False: out of memory or descriptors. */
bool control_reload_open(struct control *control);
void control_reload_close(struct control *control);
void control_reload(struct control *control);
bool control_reloads(const struct control *control); /* now */
json_t *control_reload_verb(void *context, const json_t *request);

/* Phones are told the local time of this zone. */
void control_set_timezone(const struct control *control);

/* The edges (control_wicket.c). False with errno. */
bool control_wicket_open(struct control *control);
/* NULL: out of memory. */
struct edge_link *control_link_new(struct control *control, const char *name);
void control_wicket_close(struct control *control);
/* The edges' terms are to follow the configuration. */
void control_wicket_reloaded(struct control *control);
void control_send_ngap(void *context, uint64_t association, uint16_t stream, struct bytes flat);
void control_close_association(void *context, uint64_t association);
/* An edge that broke the wicket's rules: the link is freed, the edge replaced. */
void control_cut_off(struct edge_link *link, const char *why);

/* Whose messages are handled when (control_turns.c). control_hear sets a message aside; if it returns why not, the edge is to be cut
 * off. control_serve handles a bounded number of them, before each settling, and has the loop come back if there are more. */
const char *control_hear(struct edge_link *link, struct bytes message);
void control_serve(struct control *control);

/* Talk with other cores (control_sbi.c). False with *why (static text). */
bool control_sbi_open(struct control *control, const char **why);
void control_sbi_close(struct control *control);
void control_sbi_flush(struct control *control);
void control_sbi_request(void *context, unsigned peer, uint64_t token, const struct sbi_message *request);
void control_sbi_response(void *context, uint64_t token, const struct sbi_message *response);

/* What the line says here goes to the recorder (control_evidence.c). */
bool control_evidence_open(struct control *control);
void control_evidence_metrics(const struct control *control, json_t *list);

/* Talk with the security gateway (control_gateway.c); nothing stays open between two questions. */
void control_gateway_ask(void *context, uint64_t question);
void control_gateway_close(struct control *control);

/* The verb of threshold answers (control_answer.c). */
json_t *control_answer(void *context, const json_t *request);

/* The verb that tells what decisions rest on now (control_facts.c). */
json_t *control_facts(void *context, const json_t *request);

/* Verbs about fences (control_fence.c), and what they say of a gNB in its description. */
json_t *control_fence(void *context, const json_t *request);
json_t *control_unfence(void *context, const json_t *request);
void control_describe_conduct(const struct gnb *gnb, json_t *item);

/* Verbs about barred vendors (control_bar.c). */
json_t *control_bar(void *context, const json_t *request);
json_t *control_unbar(void *context, const json_t *request);
json_t *control_bars(void *context, const json_t *request);
json_t *control_bar_areas(void *context, const json_t *request);

/* The verb by which a copy of a report is logged (control_report.c). */
json_t *control_report_release(void *context, const json_t *request);

/* The process (face/roles.h). Takes over the configuration; `name` is not used. Returns the exit code. */
int control_main(struct config *config, const char *config_path, const char *name);

extern const struct admin_verb control_verbs[];
extern const size_t control_verb_count;

#endif
