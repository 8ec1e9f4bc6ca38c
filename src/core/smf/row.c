/* SPDX-License-Identifier: Apache-2.0 */
/* A session as it is stored: what the phone, the gNB and the plane were promised. */
#include <stdlib.h>

#include "config/framed_route.h"
#include "core/smf/n4.h"
#include "core/smf/remote.h"
#include "kit/log.h"
#include "store/store.h"

enum {
    ROW_VERSION = 7,
    ROW_WITHOUT_USAGE_NUMBER = 6,
    ROW_WITHOUT_ROUTES = 5,
    ROW_WITHOUT_PLACE = 4,
    ROW_WITHOUT_DOUBT = 3,
    ROW_WITHOUT_PROTECTION = 2,
    ROW_WITHOUT_FLOWS = 1,
    ROW_BYTES = 16384
};

enum {
    FLAG_MAY_PREEMPT = 1,
    FLAG_PREEMPTABLE = 2,
    FLAG_ALWAYS_ON = 4,
    FLAG_ACTIVE = 8,
    FLAG_REFLECTIVE_QOS = 16,
    FLAG_FLOWS = 32,
    FLAG_UNCONFIRMED = 64,
    FLAG_FORWARDS = 128,
};

static void write_text(struct writer *w, const char *text)
{
    size_t mark = write_length_open(w, 1);
    write_bytes(w, bytes_of(text, strlen(text)));
    write_length_close(w, mark, 1);
}

static void write_tunnel(struct writer *w, const struct tunnel *tunnel)
{
    write_u8(w, tunnel->family);
    write_u32(w, tunnel->teid);
    write_bytes(w, BYTES(tunnel->address));
}

static struct tunnel read_tunnel(struct reader *r)
{
    struct tunnel tunnel = {0};
    tunnel.family = read_u8(r);
    tunnel.teid = read_u32(r);
    struct bytes address = read_bytes(r, sizeof tunnel.address);
    if (address.len)
        memcpy(tunnel.address, address.data, address.len);
    return tunnel;
}

static uint8_t flags_of(const struct session *session)
{
    return (uint8_t)((session->may_preempt ? FLAG_MAY_PREEMPT : 0) |
                     (session->preemptable ? FLAG_PREEMPTABLE : 0) |
                     (session->always_on ? FLAG_ALWAYS_ON : 0) |
                     (session->state == SESSION_ACTIVE ? FLAG_ACTIVE : 0) |
                     (session->reflective_qos ? FLAG_REFLECTIVE_QOS : 0) | (session->qos ? FLAG_FLOWS : 0) |
                     (session->qos_before ? FLAG_UNCONFIRMED : 0) | (session->forwards ? FLAG_FORWARDS : 0));
}

static void write_flows(struct writer *w, const struct session *session)
{
    write_u16(w, session->packet_filters);
    write_u8(w, session->integrity_rate.uplink);
    write_u8(w, session->integrity_rate.downlink);
    write_u8(w, session->qos_pti);
    if (session->qos)
        qos_write(w, session->qos);
    if (session->qos_before)
        qos_write(w, session->qos_before);
}

static struct qos *read_qos(struct reader *r)
{
    struct qos *qos = calloc(1, sizeof *qos);
    if (qos && qos_read(r, qos))
        return qos;
    free(qos);
    reader_fail(r, NULL, "flows that cannot be read");
    return NULL;
}

static void read_flows(struct reader *r, uint8_t flags, struct session *session)
{
    session->packet_filters = read_u16(r);
    session->integrity_rate.uplink = read_u8(r);
    session->integrity_rate.downlink = read_u8(r);
    session->qos_pti = read_u8(r);
    session->reflective_qos = flags & FLAG_REFLECTIVE_QOS;
    if (flags & FLAG_FLOWS)
        session->qos = read_qos(r);
    if (flags & FLAG_UNCONFIRMED)
        session->qos_before = read_qos(r);
}

static void write_protection(struct writer *w, const struct protection *protection)
{
    write_u8(w, protection->integrity);
    write_u8(w, protection->ciphering);
    write_u8(w, protection->performed);
}

/* Rows of older versions: gNBs did as they liked. */
static struct protection read_protection(struct reader *r, uint8_t version)
{
    struct protection protection = {CONFIG_NOT_NEEDED, CONFIG_PREFERRED, 0};
    if (version <= ROW_WITHOUT_PROTECTION)
        return protection;
    protection.integrity = read_u8(r);
    protection.ciphering = read_u8(r);
    protection.performed = read_u8(r);
    if (protection.integrity > CONFIG_NOT_NEEDED || protection.ciphering > CONFIG_NOT_NEEDED)
        reader_fail(r, NULL, "a policy that is none");
    return protection;
}

/* The plane may have more or less of the session's flows than the row says. */
static bool doubtful(const struct session *session)
{
    return session->n4_restate || session->n4_flows_stale || session->n4_flows_sent || session->qos ||
           session->qos_before;
}

static void write_routes(struct writer *w, const struct session *session)
{
    write_u8(w, session->route_count);
    for (unsigned i = 0; i < session->route_count; i++) {
        write_u8(w, session->routes[i].family == AF_INET6);
        write_u8(w, session->routes[i].length);
        write_bytes(w, BYTES(session->routes[i].address));
    }
}

static void read_routes(struct reader *r, struct session *session)
{
    struct config_prefix routes[FRAMED_ROUTES_MOST] = {0};
    const uint8_t count = read_u8(r);
    if (count > FRAMED_ROUTES_MOST)
        reader_fail(r, NULL, "more framed routes than a session may have");
    for (unsigned i = 0; reader_ok(r) && i < count; i++) {
        routes[i].family = read_u8(r) ? AF_INET6 : AF_INET;
        routes[i].length = read_u8(r);
        const struct bytes address = read_bytes(r, sizeof routes[i].address);
        if (address.len)
            memcpy(routes[i].address, address.data, address.len);
        if (framed_route_wrong(&routes[i]))
            reader_fail(r, NULL, "a framed route that is none");
    }
    if (reader_ok(r) && !session_take_routes(session, routes, count))
        reader_fail(r, NULL, "out of memory");
}

bool session_row_write(struct core *core, struct row *row)
{
    struct session *session = (struct session *)((char *)row - offsetof(struct session, row));
    char supi[SUPI_TEXT_BYTES];
    uint8_t blob[ROW_BYTES];
    struct writer w = writer_of(blob, sizeof blob);
    write_u8(&w, ROW_VERSION);
    write_u8(&w, flags_of(session));
    write_text(&w, session->network->name);
    write_text(&w, session->upf ? session->upf->name : "");
    write_u64(&w, session->seid);
    write_u64(&w, session->up_seid);
    write_tunnel(&w, &session->n3);
    write_tunnel(&w, &session->gnb);
    write_u8(&w, session->slice.sst);
    write_u32(&w, session->slice.sd);
    write_u64(&w, session->ambr_uplink);
    write_u64(&w, session->ambr_downlink);
    write_u64(&w, session->bytes_uplink);
    write_u64(&w, session->bytes_downlink);
    write_u64(&w, (uint64_t)session->since);
    write_u8(&w, session->type);
    write_u8(&w, session->fiveqi);
    write_u8(&w, session->arp);
    write_bytes(&w, BYTES(session->ipv4));
    write_bytes(&w, BYTES(session->prefix));
    write_bytes(&w, BYTES(session->interface_id));
    write_flows(&w, session);
    write_protection(&w, &session->protection);
    write_u8(&w, doubtful(session));
    write_bytes(&w, BYTES(session->abroad.plmn.octets));
    write_u8(&w, session->abroad.bits);
    write_u32(&w, session->abroad.value);
    write_routes(&w, session);
    write_u32(&w, session->usage_next);
    return !w.full && store_session_put(core->store, supi_text(amf_supi(session->ue), supi), session->psi,
                                        writer_bytes(&w)) == STORE_OK;
}

static const char *read_text(struct reader *r, char text[256])
{
    struct bytes content = read_bytes(r, read_u8(r));
    if (content.len)
        memcpy(text, content.data, content.len);
    text[content.len] = '\0';
    return text;
}

static void read_octets(struct reader *r, uint8_t *to, size_t count)
{
    struct bytes octets = read_bytes(r, count);
    if (octets.len)
        memcpy(to, octets.data, count);
}

static void read_row(struct reader *r, struct session *session)
{
    session->n3 = read_tunnel(r);
    session->gnb = read_tunnel(r);
    session->slice.sst = read_u8(r);
    session->slice.sd = read_u32(r);
    session->ambr_uplink = read_u64(r);
    session->ambr_downlink = read_u64(r);
    session->bytes_uplink = read_u64(r);
    session->bytes_downlink = read_u64(r);
    session->since = (int64_t)read_u64(r);
    session->type = read_u8(r);
    session->fiveqi = read_u8(r);
    session->arp = read_u8(r);
    read_octets(r, session->ipv4, sizeof session->ipv4);
    read_octets(r, session->prefix, sizeof session->prefix);
    read_octets(r, session->interface_id, sizeof session->interface_id);
}

static void read_place(struct reader *r, struct session *session)
{
    read_octets(r, session->abroad.plmn.octets, sizeof session->abroad.plmn.octets);
    session->abroad.bits = read_u8(r);
    session->abroad.value = read_u32(r);
}

static void claim_addresses(struct session *session)
{
    session->has_ipv4 =
        nas_session_has_ipv4(session->type) && network_claim_ipv4(session->network, session->ipv4);
    session->has_prefix =
        nas_session_has_ipv6(session->type) && network_claim_ipv6(session->network, session->prefix);
    session->network->sessions++;
}

/* False: the row makes no session any more (older format, plane not configured). */
static bool load(struct core *core, struct ue *ue, uint8_t psi, struct bytes blob)
{
    struct smf *smf = core->smf;
    struct reader r = reader_of(blob);
    char dnn[256], plane[256];
    uint8_t version = read_u8(&r);
    if (version < ROW_WITHOUT_FLOWS || version > ROW_VERSION)
        return false;
    uint8_t flags = read_u8(&r);
    read_text(&r, dnn);
    struct upf *upf = n4_find(smf, read_text(&r, plane));
    uint64_t seid = read_u64(&r), up_seid = read_u64(&r);
    if (!reader_ok(&r) || !upf || map_get(&smf->sessions, seid))
        return false;
    struct network *network = network_get(&smf->networks, dnn, core->config);
    struct session *session = network ? session_new(ue, psi) : NULL;
    if (!session)
        return false;
    read_row(&r, session);
    if (version != ROW_WITHOUT_FLOWS)
        read_flows(&r, flags, session);
    session->protection = read_protection(&r, version);
    session->n4_restate = version <= ROW_WITHOUT_DOUBT || read_u8(&r);
    if (version > ROW_WITHOUT_PLACE)
        read_place(&r, session);
    if (version > ROW_WITHOUT_ROUTES)
        read_routes(&r, session);
    session->usage_next = version > ROW_WITHOUT_USAGE_NUMBER ? read_u32(&r) : 0;
    map_take(&smf->sessions, session->seid);
    session->seid = seid;
    session->up_seid = up_seid;
    session->may_preempt = flags & FLAG_MAY_PREEMPT;
    session->preemptable = flags & FLAG_PREEMPTABLE;
    session->always_on = flags & FLAG_ALWAYS_ON;
    session->forwards = flags & FLAG_FORWARDS;
    session->state = flags & FLAG_ACTIVE ? SESSION_ACTIVE : SESSION_INACTIVE;
    session->network = network;
    claim_addresses(session);
    n4_join(session, upf);
    return map_put(&smf->sessions, seid, session) && reader_ok(&r);
}

struct orphan {
    struct orphan *next;
    uint8_t psi;
    char supi[];
};

struct loading {
    struct core *core;
    struct orphan *orphans;
};

static bool visit(void *context, const char *supi, uint8_t psi, struct bytes blob)
{
    struct loading *loading = context;
    struct ue *ue = amf_find(loading->core, supi_of_text(supi));
    if (ue && (remote_load(ue, psi, blob) || load(loading->core, ue, psi, blob)))
        return true;
    size_t size = strlen(supi) + 1;
    struct orphan *orphan = malloc(sizeof *orphan + size);
    if (!orphan)
        return true;
    *orphan = (struct orphan){loading->orphans, psi};
    memcpy(orphan->supi, supi, size);
    loading->orphans = orphan;
    return true;
}

bool session_load_all(struct core *core, const char **why)
{
    struct loading loading = {.core = core};
    enum store_result result = store_session_each(core->store, NULL, visit, &loading);
    *why = store_result_text(result);
    while (loading.orphans) {
        struct orphan *orphan = loading.orphans;
        loading.orphans = orphan->next;
        store_session_remove(core->store, orphan->supi, orphan->psi);
        free(orphan);
    }
    return result == STORE_OK || result == STORE_NOT_FOUND;
}
