/* SPDX-License-Identifier: Apache-2.0 */
#include "core/metrics.h"

#include "core/amf/bar.h"
#include "core/amf/context.h"
#include "core/amf/fence.h"
#include "core/smf/smf.h"
#include "core/traffic.h"

struct list {
    json_t *items;
};

static void put(struct list *list, const char *name, const char *type, const char *help, uint64_t value,
                json_t *labels)
{
    json_t *item = json_pack("{s:s, s:s, s:s, s:I}", "name", name, "type", type, "help", help, "value",
                             (json_int_t)value);
    if (labels)
        json_object_set_new(item, "labels", labels);
    json_array_append_new(list->items, item);
}

static void by_cause(struct list *list, const char *name, const char *help, const uint64_t *counts)
{
    for (unsigned cause = 0; cause < 256; cause++) {
        if (!counts[cause])
            continue;
        char text[4];
        snprintf(text, sizeof text, "%u", cause);
        put(list, name, "counter", help, counts[cause], json_pack("{s:s}", "cause", text));
    }
}

static void by_kind(struct list *list, const char *name, const char *help, const uint64_t counts[3])
{
    static const char *const kinds[3] = {"initial", "mobility", "periodic"};
    for (unsigned i = 0; i < 3; i++)
        put(list, name, "counter", help, counts[i], json_pack("{s:s}", "type", kinds[i]));
}

struct census {
    uint64_t registered, connected, gnbs;
};

static struct census take_census(const struct core *core)
{
    struct census census = {0};
    size_t cursor = 0;
    void *value;
    while (map_next(&core->ues_by_supi, &cursor, NULL, &value)) {
        census.registered += ((struct ue *)value)->registered;
        census.connected += ((struct ue *)value)->connection != NULL;
    }
    cursor = 0;
    while (map_next(&core->gnbs, &cursor, NULL, &value))
        census.gnbs += ((struct gnb *)value)->ready;
    return census;
}

static void registrations(struct list *list, const struct core_metrics *m)
{
    by_kind(list, "fivegs_amffunction_rm_reginitreq", "registration requests", m->registrations_asked);
    by_kind(list, "fivegs_amffunction_rm_reginitsucc", "registrations completed", m->registrations_done);
    by_cause(list, "fivegs_amffunction_rm_reginitfail", "registrations rejected", m->registrations_failed);
    put(list, "fivegs_amffunction_rm_reroutes", "counter", "registrations sent to another core",
        m->registrations_rerouted, NULL);
    put(list, "fivegs_amffunction_amf_authreq", "counter", "authentication requests",
        m->authentications_asked, NULL);
    put(list, "fivegs_amffunction_amf_authfail", "counter", "authentications failed",
        m->authentications_failed, NULL);
    put(list, "fivegs_amffunction_mm_servicereq", "counter", "service requests", m->service_requests, NULL);
    put(list, "fivegs_amffunction_mm_servicefail", "counter", "service requests rejected",
        m->service_requests_failed, NULL);
    put(list, "fivegs_amffunction_mm_paging5greq", "counter", "paging attempts", m->pagings, NULL);
    put(list, "fivegs_amffunction_mm_paging5gfail", "counter", "pages without an answer", m->pagings_failed,
        NULL);
    put(list, "fivegs_amffunction_rm_deregistrations", "counter", "deregistrations", m->deregistrations,
        NULL);
}

static void handovers(struct list *list, const struct core_metrics *m)
{
    static const char *const kinds[HANDOVER_KINDS] = {"xn", "n2"};
    for (unsigned i = 0; i < HANDOVER_KINDS; i++) {
        put(list, "fivegs_amffunction_mm_handoverreq", "counter", "handovers asked for",
            m->handovers_asked[i], json_pack("{s:s}", "type", kinds[i]));
        put(list, "fivegs_amffunction_mm_handoversucc", "counter", "handovers completed",
            m->handovers_done[i], json_pack("{s:s}", "type", kinds[i]));
        put(list, "fivegs_amffunction_mm_handoverfail", "counter", "handovers refused, failed or cancelled",
            m->handovers_failed[i], json_pack("{s:s}", "type", kinds[i]));
    }
    put(list, "demarc_foreign_tunnels", "counter",
        "tunnel ends that a gNB named outside of its enrolment (rule N1)", m->foreign_tunnels, NULL);
    put(list, "demarc_security_mismatches", "counter",
        "security capabilities or policies from a gNB that were not the core's", m->security_mismatches,
        NULL);
}

static void relays(struct list *list, const struct core_metrics *m)
{
    for (unsigned kind = 0; kind < CONFIG_RELAY_KINDS; kind++)
        for (unsigned verdict = 0; kind != CONFIG_RELAY_HISTORY && verdict < RELAY_VERDICTS; verdict++)
            put(list, "demarc_relays", "counter", "what radio nodes said to each other through the core",
                m->relayed[kind][verdict],
                json_pack("{s:s, s:s}", "kind", relay_kind_name(kind), "verdict",
                          relay_verdict_name(verdict)));
}

static void sessions(struct list *list, const struct core_metrics *m, unsigned now, unsigned resting)
{
    put(list, "fivegs_smffunction_sm_sessionnbr", "gauge", "PDU sessions", now, NULL);
    put(list, "fivegs_smffunction_sm_pdusessioncreationreq", "counter", "PDU session requests",
        m->sessions_asked, NULL);
    put(list, "fivegs_smffunction_sm_pdusessioncreationsucc", "counter", "PDU sessions established",
        m->sessions_done, NULL);
    put(list, "demarc_addresses_resting", "gauge", "addresses that were given back and rest", resting, NULL);
    by_cause(list, "fivegs_smffunction_sm_pdusessioncreationfail", "PDU session requests rejected",
             m->sessions_failed);
    by_cause(list, "fivegs_smffunction_sm_pdusessionmodificationfail", "PDU session modifications rejected",
             m->modifications_failed);
    put(list, "demarc_gtpu_path_failures", "counter", "GTP-U paths that planes reported as failed",
        m->path_failures, NULL);
}

static void planes(struct list *list, const struct core *core)
{
    struct smf_plane_view plane;
    put(list, "demarc_plane_losses", "counter", "planes that were lost", core->metrics.plane_losses, NULL);
    put(list, "demarc_sessions_moved", "counter",
        "sessions released for phones to establish them anew on another plane", core->metrics.sessions_moved,
        NULL);
    for (unsigned i = 0; smf_plane(core, i, &plane); i++) {
        put(list, "demarc_plane_associated", "gauge", "planes that are associated", plane.associated,
            json_pack("{s:s}", "plane", plane.name));
        put(list, "demarc_plane_sessions", "gauge", "sessions of planes", plane.sessions,
            json_pack("{s:s}", "plane", plane.name));
        put(list, "demarc_plane_load_percent", "gauge",
            "load of planes, as they report it or as their sessions tell", plane.load,
            json_pack("{s:s}", "plane", plane.name));
        put(list, "demarc_plane_overload_percent", "gauge",
            "new sessions that planes want no more, for too much load", plane.reduction,
            json_pack("{s:s}", "plane", plane.name));
        put(list, "demarc_plane_open", "gauge", "planes that take new sessions", !*plane.closed,
            json_pack("{s:s}", "plane", plane.name));
    }
}

static void house(struct list *list, const struct core_metrics *m)
{
    put(list, "demarc_ngap_messages_in", "counter", "NGAP messages from edges", m->ngap_in, NULL);
    put(list, "demarc_ngap_messages_out", "counter", "NGAP messages to edges", m->ngap_out, NULL);
    put(list, "demarc_ngap_refused", "counter", "NGAP messages answered with an error", m->ngap_refused,
        NULL);
    put(list, "demarc_nas_integrity_failures", "counter", "NAS messages with a wrong MAC",
        m->nas_integrity_failures, NULL);
    put(list, "demarc_store_commits", "counter", "batches made durable", m->commits, NULL);
    put(list, "demarc_store_commits_failed", "counter", "batches that the store refused", m->commits_failed,
        NULL);
}

static void line(struct list *list, const struct core *core)
{
    static const char *const kinds[MISDEED_KINDS] = {"undecodable", "misplaced", "foreign_id", "failed_mac",
                                                     "overrun"};
    for (unsigned i = 0; i < MISDEED_KINDS; i++)
        put(list, "demarc_gnb_misdeeds", "counter", "misdeeds of gNBs", core->metrics.misdeeds[i],
            json_pack("{s:s}", "kind", kinds[i]));
    for (unsigned kind = LINE_REGISTRATION; kind <= LINE_SESSION_ESTABLISHMENT; kind++)
        put(list, "demarc_sheltered", "counter",
            "what was asked for who or what is protected, and refused at high-risk cells (rule H4)",
            core->metrics.sheltered[kind], json_pack("{s:s}", "request", line_request_text(kind)));
    put(list, "demarc_gnbs_unproved", "counter",
        "gNBs that did not have the certificate of their enrolment (rule N1)", core->metrics.unproved, NULL);
    put(list, "demarc_gnb_fencings", "counter", "gNBs that were fenced", core->metrics.fenced, NULL);
    put(list, "demarc_gnbs_fenced", "gauge", "gNBs that are fenced", fence_count(core), NULL);
    put(list, "demarc_gnbs_barred", "gauge", "Connected gNBs of vendors that are barred", bar_gnbs(core),
        NULL);
}

/* Rules H1 and H2 */
static void shares(struct list *list, const struct core *core)
{
    const struct ledger_counts *counts = ledger_counts(core->ledger);
    const char *sites = "sites with gNBs (rule H1)", *octets = "octets on N3 within the window (rule H2)";
    struct line_measured measured = {0};
    traffic_measure(core, &measured);
    put(list, "demarc_line_sites", "gauge", sites, counts->sites, json_pack("{s:s}", "risk", "any"));
    put(list, "demarc_line_sites", "gauge", sites, counts->high_risk_sites,
        json_pack("{s:s}", "risk", "high"));
    put(list, "demarc_line_traffic_octets", "gauge", octets, measured.bytes,
        json_pack("{s:s}", "risk", "any"));
    put(list, "demarc_line_traffic_octets", "gauge", octets, measured.high_risk_bytes,
        json_pack("{s:s}", "risk", "high"));
    put(list, "demarc_line_traffic_known", "gauge",
        "planes tell what they carry, and nothing is missing (rule H2)", measured.traffic_known, NULL);
}

json_t *core_metrics_list(const struct core *core)
{
    struct list list = {json_array()};
    struct census census = take_census(core);
    registrations(&list, &core->metrics);
    put(&list, "fivegs_amffunction_rm_registeredsubnbr", "gauge", "registered subscribers", census.registered,
        NULL);
    put(&list, "ran_ue", "gauge", "UEs connected through a gNB", census.connected, NULL);
    put(&list, "ues_active", "gauge", "registered UEs that are connected", census.connected, NULL);
    put(&list, "gnb", "gauge", "gNBs connected", census.gnbs, NULL);
    handovers(&list, &core->metrics);
    relays(&list, &core->metrics);
    sessions(&list, &core->metrics, core->sessions, smf_addresses_resting(core));
    planes(&list, core);
    house(&list, &core->metrics);
    line(&list, core);
    shares(&list, core);
    return list.items;
}
