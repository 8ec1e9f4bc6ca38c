/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/capture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "admin/admin.h"
#include "kit/log.h"
#include "kit/loop.h"
#include "line/event.h"
#include "plane/agent_state.h"
#include "plane/fast/networks.h"
#include "plane/fast/shown.h"
#include "plane/fast/tap.h"
#include "plane/find.h"
#include "wire/gtpu/gtpu.h"

#define PERIOD MILLISECONDS(100)

enum { PATIENCE = 50 }; /* periods in which a collector has to come */

struct capture {
    struct loop *loop;
    struct plane *plane;
    struct trace *trace;
    struct tap_filter filter;
    struct timer timer;
    struct watch frames;
    struct fast_tap *tap; /* NULL: nothing is captured, or there is no fast path */
    const struct agent *agent;
    char whose[80]; /* "": nothing is captured */
    bool decapsulated;
    char by[64];   /* who it is for, as he says, and ... */
    uid_t user;    /* ... as the kernel does */
    uint64_t seid; /* of the session, or ... */
    struct gnb *gnb;
    bool followed; /* its collector has come */
    unsigned waited;
    char path[256];
};

/* --- frames of the packet program --- */

static int64_t wall_of(uint64_t monotonic)
{
    return wall_now() - (clock_now() - (int64_t)monotonic);
}

/* Behind the Ethernet header and its tags. */
static struct bytes ip_of(struct bytes frame)
{
    enum { ADDRESSES = 12, TAG = 4 };
    struct reader r = reader_of(frame);
    read_bytes(&r, ADDRESSES);
    uint16_t type = read_u16(&r);
    while (type == ETH_P_8021Q || type == ETH_P_8021AD) {
        read_u16(&r);
        type = read_u16(&r);
    }
    return read_rest(&r);
}

static union socket_address gtpu_address(const void *octets, bool v4)
{
    union socket_address address = {0};
    if (v4) {
        address.v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(GTPU_PORT)};
        memcpy(&address.v4.sin_addr, octets, 4);
    } else {
        address.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(GTPU_PORT)};
        memcpy(&address.v6.sin6_addr, octets, 16);
    }
    return address;
}

/* What UDP carries in it. */
static bool read_datagram(struct bytes ip, struct trace_record *record)
{
    enum { V4 = 20, V6 = 40, UDP = 8 };
    const bool v4 = ip.len && ip.data[0] >> 4 == 4;
    const size_t header = v4 ? V4 : V6;
    if (ip.len < header + UDP)
        return false;
    const uint8_t *udp = ip.data + header, *addresses = ip.data + (v4 ? 12 : 8);
    const size_t length = (size_t)(udp[4] << 8 | udp[5]);
    if (length < UDP || length > ip.len - header)
        return false;
    record->kind = TRACE_GTPU;
    record->from = gtpu_address(addresses, v4);
    record->from.v4.sin_port = (in_port_t)(udp[0] | udp[1] << 8);
    record->to = gtpu_address(addresses + (v4 ? 4 : 16), v4);
    record->bytes = bytes_of(udp + UDP, length - UDP);
    return true;
}

static size_t length_of_ip(struct bytes ip)
{
    enum { V6 = 40 };
    if (ip.len < 6)
        return 0;
    const size_t length = ip.data[0] >> 4 == 4 ? (size_t)(ip.data[2] << 8 | ip.data[3])
                                               : V6 + (size_t)(ip.data[4] << 8 | ip.data[5]);
    return length < ip.len ? length : ip.len;
}

/* In the tunnel that it went into. */
static void wrap(const struct capture *capture, const struct fast_captured *captured, struct bytes ip,
                 struct trace_record *record)
{
    static uint8_t room[GTPU_HEADER_CONTAINER + UINT16_MAX];
    const struct fast_gnb *gnb = &capture->plane->fast->gnbs[captured->gnb];
    gtpu_g_pdu_header(room, ntohl(captured->teid), captured->uplink ? GTPU_UPLINK : GTPU_DOWNLINK,
                      captured->qfi, captured->reflective, ip.len);
    memcpy(room + GTPU_HEADER_CONTAINER, ip.data, ip.len);
    record->kind = TRACE_GTPU;
    record->from = fast_address_as_socket(&gnb->source);
    record->to = fast_address_as_socket(&gnb->address);
    record->from.v4.sin_port = record->to.v4.sin_port = htons(GTPU_PORT);
    record->bytes = bytes_of(room, GTPU_HEADER_CONTAINER + ip.len);
}

static void saw(void *context, const struct fast_captured *captured, struct bytes frame)
{
    struct capture *capture = context;
    struct bytes ip = ip_of(frame);
    struct trace_record record = {.kind = TRACE_IP,
                                  .incoming = !captured->outgoing,
                                  .note = (uint8_t)(CAPTURE_FAST | captured->reason),
                                  .time = wall_of(captured->at)};
    if (!captured->outgoing && !read_datagram(ip, &record))
        return;
    if (captured->outgoing) {
        if (captured->offset && captured->offset <= frame.len)
            ip = bytes_of(frame.data + captured->offset, frame.len - captured->offset);
        record.bytes = ip = bytes_of(ip.data, length_of_ip(ip));
        if (captured->teid && captured->gnb <= capture->plane->fast->sizes.gnbs)
            wrap(capture, captured, ip, &record);
    }
    atomic_fetch_add_explicit(&capture->filter.packets, 1, memory_order_relaxed);
    trace_send(capture->trace, &record);
}

static void frames_ready(struct watch *watch, uint32_t events)
{
    struct capture *capture = (struct capture *)((char *)watch - offsetof(struct capture, frames));
    (void)events;
    fast_tap_drain(capture->tap);
}

/* --- what is wanted --- */

static void set_teids(_Atomic uint32_t to[TAP_TUNNELS], const uint32_t from[TAP_TUNNELS])
{
    for (unsigned i = 0; i < TAP_TUNNELS; i++)
        atomic_store(&to[i], from[i]);
}

static void put_teid(uint32_t teids[TAP_TUNNELS], uint32_t teid)
{
    for (unsigned i = 0; teid && i < TAP_TUNNELS && teids[i] != teid; i++)
        if (teids[i] == 0) {
            teids[i] = teid;
            return;
        }
}

/* Tunnels change as the phone moves. */
static void follow_session(struct capture *capture, const struct session *session)
{
    uint32_t incoming[TAP_TUNNELS] = {0}, outgoing[TAP_TUNNELS] = {0};
    const struct ruleset *rules = session ? session->rules : NULL;
    for (unsigned i = 0; rules && i < rules->pdr_count; i++)
        put_teid(incoming, rules->pdrs[i].teid);
    for (unsigned i = 0; rules && i < rules->far_count; i++)
        put_teid(outgoing, rules->fars[i].has_outer ? rules->fars[i].teid : 0);
    set_teids(capture->filter.incoming, incoming);
    set_teids(capture->filter.outgoing, outgoing);
    if (session)
        fast_show(capture->plane, session, true);
}

static void want(struct capture *capture, struct session *session, struct gnb *gnb)
{
    uint64_t host[2] = {0};
    capture->gnb = gnb;
    capture->seid = session ? session->seid : 0;
    if (gnb)
        tap_host(&gnb->address, host);
    atomic_store(&capture->filter.host[0], host[0]);
    atomic_store(&capture->filter.host[1], host[1]);
    follow_session(capture, session);
    if (gnb)
        fast_show_gnb(capture->plane, gnb, true);
}

static void forget(struct capture *capture)
{
    const struct session *session = map_get(&capture->agent->sessions, capture->seid);
    if (session)
        fast_show(capture->plane, session, false);
    if (capture->gnb)
        fast_show_gnb(capture->plane, capture->gnb, false);
    follow_session(capture, NULL);
    atomic_store(&capture->filter.host[0], 0);
    atomic_store(&capture->filter.host[1], 0);
    capture->gnb = NULL;
    capture->seid = 0;
}

/* --- what overseers see of it --- */

/* Whose session it is stands in the log alone. */
static void tell(const struct capture *capture, enum evidence_step step, const char *reason)
{
    char gnb[SENDER_TEXT] = "";
    const struct session *session = map_get(&capture->agent->sessions, capture->seid);
    const struct gnb *where = session ? session->gnb : capture->gnb;
    log_warning("plane", NULL, "capture of %s %s: %s", capture->whose, evidence_step_name(step), reason);
    line_event(&(struct line_event){.kind = EVIDENCE_CAPTURE,
                                    .step = step,
                                    .time = wall_now(),
                                    .gnb = where ? sender_text(&where->address, gnb) : "",
                                    .procedure = "capture",
                                    .rule = "",
                                    .reason = reason,
                                    .logged = true});
}

static void tell_begin(const struct capture *capture)
{
    char reason[256];
    snprintf(reason, sizeof reason, "packets of %s, %s, are shown to %s (user %u)",
             capture->gnb ? "this gNB" : "a session here",
             capture->decapsulated ? "without their tunnels" : "in their tunnels", capture->by,
             (unsigned)capture->user);
    tell(capture, EVIDENCE_BEGINS, reason);
}

static void tell_end(const struct capture *capture, uint64_t lost)
{
    char reason[256];
    snprintf(reason, sizeof reason, "packets captured: %" PRIu64 "; for which there was no room: %" PRIu64,
             atomic_load(&capture->filter.packets), lost);
    tell(capture, EVIDENCE_ENDS, reason);
}

/* --- its life --- */

static void open_frames(struct capture *capture)
{
    if (!capture->plane->fast)
        return;
    fast_show_nobody(capture->plane->fast); /* evidence names whose packets go out */
    capture->tap = fast_tap_new(capture->plane->fast, saw, capture);
    if (!capture->tap) {
        log_error("plane", NULL, "no packets of the fast path can be captured: %s; is there memory?",
                  strerror(errno));
        return;
    }
    capture->frames = (struct watch){fast_tap_descriptor(capture->tap), frames_ready};
    loop_watch(capture->loop, &capture->frames, EPOLLIN);
}

static void end(struct capture *capture)
{
    uint64_t lost = 0;
    if (capture->tap) {
        fast_tap_drain(capture->tap);
        loop_forget(capture->loop, &capture->frames);
        lost = fast_tap_lost(capture->tap);
    }
    fast_tap_free(capture->tap);
    capture->tap = NULL;
    tell_end(capture, lost);
    forget(capture);
    capture->whose[0] = '\0';
}

/* Its collector has gone. */
static bool is_over(const struct capture *capture)
{
    return capture->followed && !trace_followed(capture->trace);
}

static void due(struct timer *timer)
{
    struct capture *capture = (struct capture *)((char *)timer - offsetof(struct capture, timer));
    const bool here = trace_followed(capture->trace);
    const struct session *session = map_get(&capture->agent->sessions, capture->seid);
    if (capture->seid && session)
        follow_session(capture, session);
    if ((capture->followed && !here) || (!here && ++capture->waited > PATIENCE)) {
        end(capture);
        return;
    }
    capture->followed = here;
    timer_start(loop_timers(capture->loop), timer, PERIOD);
}

struct capture *capture_new(struct loop *loop, struct plane *plane, const char *runtime_dir, const char *name)
{
    struct capture *capture = calloc(1, sizeof *capture);
    if (!capture)
        return NULL;
    *capture = (struct capture){.loop = loop, .plane = plane, .timer.fire = due};
    snprintf(capture->path, sizeof capture->path, "%s/capture-%s.sock", runtime_dir, name);
    capture->trace = trace_new_at(loop, capture->path);
    if (!capture->trace) {
        free(capture);
        return NULL;
    }
    plane->tap.filter = &capture->filter;
    plane->tap.captures = capture->trace;
    return capture;
}

void capture_free(struct capture *capture)
{
    if (!capture)
        return;
    if (capture->whose[0])
        end(capture);
    timer_stop(loop_timers(capture->loop), &capture->timer);
    capture->plane->tap.captures = NULL;
    trace_free(capture->trace);
    free(capture);
}

/* --- the verb --- */

static void note_who(struct capture *capture, uid_t user, const json_t *request)
{
    const char *by = json_string_value(json_object_get(request, "by"));
    capture->user = user;
    capture->decapsulated = json_is_true(json_object_get(request, "decapsulated"));
    snprintf(capture->by, sizeof capture->by, "%s", by && *by ? by : "somebody who gave no name");
    atomic_store(&capture->filter.packets, 0);
}

json_t *capture_reply(struct capture *capture, const struct agent *agent, uid_t user, const json_t *request)
{
    const char *whose = json_string_value(json_object_get(request, "session")),
               *where = json_string_value(json_object_get(request, "gnb"));
    if (!capture)
        return admin_refuse("there is no place for its socket in runtime_dir");
    if (capture->whose[0] && is_over(capture))
        end(capture);
    if (capture->whose[0])
        return admin_refuse("another capture is under way");
    if (!whose == !where)
        return admin_refuse("either a session or a gNB is needed");
    struct session *session = whose ? find_session_by(agent, whose) : NULL;
    struct gnb *gnb = where ? find_gnb_by(agent, where) : NULL;
    if (!session && !gnb)
        return admin_refuse(whose ? "there is no such session" : "no session was ever at such a gNB");
    capture->agent = agent;
    capture->followed = false;
    capture->waited = 0;
    snprintf(capture->whose, sizeof capture->whose, "%s %s", whose ? "session" : "gNB",
             whose ? whose : where);
    note_who(capture, user, request);
    open_frames(capture);
    want(capture, session, gnb);
    tell_begin(capture);
    timer_start(loop_timers(capture->loop), &capture->timer, PERIOD);
    return json_pack("{s:s, s:b}", "socket", capture->path, "fast", capture->tap != NULL);
}
