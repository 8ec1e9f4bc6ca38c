/* SPDX-License-Identifier: Apache-2.0 */
/* May this phone have this session, and with what (TS 23.502 4.3.2.2.1, TS 24.501 6.4.1.3, 6.4.1.4)? */
#include <stdlib.h>

#include "core/smf/address_rest.h"
#include "core/smf/n4.h"
#include "core/smf/partner.h"
#include "core/udm/udm.h"
#include "crypt/random.h"

enum { SSC_MODE_1 = 1 };

static struct verdict refused(uint8_t cause, const char *what)
{
    return (struct verdict){.cause = cause, .what = what};
}

/* Types as sets: bit 1 IPv4, bit 2 IPv6 (TS 24.501 9.11.4.11); or Ethernet alone. 0: subscription and data network have none in common. */
static uint8_t allowed_types(const struct config_dnn *dnn, const struct store_dnn *data)
{
    if (dnn->type == CONFIG_ETHERNET || data->type == STORE_ETHERNET)
        return dnn->type == CONFIG_ETHERNET && data->type == STORE_ETHERNET ? NAS_SESSION_ETHERNET : 0;
    uint8_t pools = (uint8_t)((dnn->ipv4.family || data->ipv4.family ? NAS_SESSION_IPV4 : 0) |
                              (dnn->ipv6.family || data->ipv6.family ? NAS_SESSION_IPV6 : 0));
    return (uint8_t)((unsigned)dnn->type & (unsigned)data->type & pools);
}

static uint8_t only_allowed(uint8_t allowed)
{
    switch (allowed) {
    case NAS_SESSION_IPV4:
        return NAS_GSM_IPV4_ONLY_ALLOWED;
    case NAS_SESSION_IPV4V6:
        return NAS_GSM_IPV4V6_ONLY_ALLOWED;
    case NAS_SESSION_ETHERNET:
        return NAS_GSM_ETHERNET_ONLY_ALLOWED;
    default:
        return NAS_GSM_IPV6_ONLY_ALLOWED;
    }
}

static struct verdict choose_type(struct session *session, uint8_t allowed,
                                  const struct nas_session_establishment_request *request)
{
    uint8_t asked = request->has.session_type ? request->session_type : allowed;
    uint8_t only = only_allowed(allowed);
    if (!nas_session_is_ip(asked) && asked != NAS_SESSION_ETHERNET && asked)
        return refused(NAS_GSM_UNKNOWN_SESSION_TYPE, "PDU session type is not supported");
    if (!allowed)
        return refused(NAS_GSM_SERVICE_OPTION_NOT_SUBSCRIBED,
                       "the subscriber's session type is none of the data network's");
    const bool ethernet = asked == NAS_SESSION_ETHERNET || allowed == NAS_SESSION_ETHERNET;
    session->type = !ethernet ? asked & allowed : asked == allowed ? asked : 0;
    if (!session->type)
        return refused(only, "PDU session type is not allowed");
    return (struct verdict){.notice = session->type == asked ? 0 : only};
}

static bool take_ipv4(struct session *session, const struct config_ip *own)
{
    if (own->family) {
        memcpy(session->ipv4, own->address, sizeof session->ipv4);
        session->has_ipv4 = network_claim_ipv4(session->network, session->ipv4);
    } else {
        session->has_ipv4 = address_take(session, session->ipv4, sizeof session->ipv4);
    }
    return session->has_ipv4;
}

static bool take_prefix(struct session *session, const struct config_ip *own)
{
    random_fill(session_smf(session)->core->random, session->interface_id, sizeof session->interface_id);
    if (own->family) {
        memcpy(session->prefix, own->address, sizeof session->prefix);
        session->has_prefix = network_claim_ipv6(session->network, session->prefix);
    } else {
        session->has_prefix = address_take(session, session->prefix, sizeof session->prefix);
    }
    return session->has_prefix;
}

bool session_plane_allocates(const struct session *session)
{
    const struct config_plane *plane = session->upf->config;
    const struct config_plane_network *own =
        plane ? config_plane_network(plane, session->network->name) : NULL;
    return own && own->addresses == CONFIG_PLANE_ALLOCATES && nas_session_is_ip(session->type);
}

/* Those that the plane gives come with its answer; a subscriber's own are told it. */
static bool take_addresses(struct session *session, const struct store_dnn *data)
{
    if (session_plane_allocates(session) && !data->ipv4.family && !data->ipv6.family) {
        random_fill(session_smf(session)->core->random, session->interface_id, sizeof session->interface_id);
        return true;
    }
    return (!nas_session_has_ipv4(session->type) || take_ipv4(session, &data->ipv4)) &&
           (!nas_session_has_ipv6(session->type) || take_prefix(session, &data->ipv6));
}

static bool has_family(const struct session *session, uint8_t family)
{
    return family == AF_INET ? nas_session_has_ipv4(session->type) : nas_session_has_ipv6(session->type);
}

bool session_take_routes(struct session *session, const struct config_prefix *routes, unsigned count)
{
    struct config_prefix *taken = count ? calloc(count, sizeof *taken) : NULL;
    if (count && !taken)
        return false;
    free(session->routes);
    session->routes = taken;
    session->route_count = 0;
    for (unsigned i = 0; i < count; i++)
        if (has_family(session, routes[i].family))
            taken[session->route_count++] = routes[i];
    return true;
}

static void take_qos(struct session *session, const struct config_dnn *dnn, const struct store_dnn *data)
{
    session->fiveqi = data->fiveqi ? data->fiveqi : dnn->fiveqi;
    session->arp = data->arp ? data->arp : dnn->arp;
    session->may_preempt = data->may_preempt;
    session->preemptable = data->preemptable;
    session->ambr_uplink = data->ambr_uplink ? data->ambr_uplink : dnn->ambr_uplink;
    session->ambr_downlink = data->ambr_downlink ? data->ambr_downlink : dnn->ambr_downlink;
}

/* The slice asked for, or the subscriber's first default one. */
static bool choose_slice(struct session *session, const struct smf_n1 *n1, struct arena *memory)
{
    struct udm_access access;
    session->slice = n1->slice;
    if (n1->has_slice)
        return true;
    if (udm_access_data(session_smf(session)->core->udm, amf_supi(session->ue), memory, &access) != UDM_OK)
        return false;
    for (unsigned i = 0; i < access.slice_count; i++) {
        if (access.slices[i].is_default) {
            session->slice = access.slices[i].slice;
            return true;
        }
    }
    return false;
}

static bool subscribed_elsewhere(struct session *session, const char *dnn, struct arena *memory)
{
    struct udm_access access;
    if (udm_access_data(session_smf(session)->core->udm, amf_supi(session->ue), memory, &access) != UDM_OK)
        return false;
    for (unsigned i = 0; i < access.slice_count; i++)
        for (unsigned j = 0; j < access.slices[i].dnn_count; j++)
            if (strcmp(access.slices[i].dnns[j].name, dnn) == 0)
                return true;
    return false;
}

static struct verdict not_subscribed(struct session *session, const char *dnn, struct arena *memory)
{
    const struct config *config = session_smf(session)->core->config;
    if (dnn && !config_find_dnn(config, dnn))
        return refused(NAS_GSM_MISSING_OR_UNKNOWN_DNN, "no such data network");
    if (dnn && subscribed_elsewhere(session, dnn, memory))
        return refused(NAS_GSM_MISSING_OR_UNKNOWN_DNN_IN_SLICE,
                       "data network is not subscribed in the slice");
    return refused(NAS_GSM_SERVICE_OPTION_NOT_SUBSCRIBED, "not subscribed");
}

static struct verdict look_up(struct session *session, const struct smf_n1 *n1, struct arena *memory,
                              const struct store_dnn **data)
{
    struct udm *udm = session_smf(session)->core->udm;
    if (!choose_slice(session, n1, memory))
        return refused(NAS_GSM_SERVICE_OPTION_NOT_SUBSCRIBED, "no slice");
    switch (udm_session_data(udm, amf_supi(session->ue), session->slice, n1->dnn, memory, data)) {
    case UDM_OK:
        return (struct verdict){0};
    case UDM_NOT_SUBSCRIBED:
        return not_subscribed(session, n1->dnn, memory);
    case UDM_UNKNOWN_SUBSCRIBER:
        return refused(NAS_GSM_USER_AUTHENTICATION_FAILED, "no such subscriber");
    default:
        return refused(NAS_GSM_NETWORK_FAILURE, "subscription data cannot be read");
    }
}

/* Why there is none, by what the nearest one lacks. */
static struct verdict no_plane(enum n4_misfit why)
{
    switch (why) {
    case N4_OTHER_NETWORKS:
        return refused(NAS_GSM_MISSING_OR_UNKNOWN_DNN, "no plane serves the data network");
    case N4_OTHER_SLICES:
        return refused(NAS_GSM_MISSING_OR_UNKNOWN_DNN_IN_SLICE,
                       "no plane serves the data network in the slice");
    case N4_OTHER_PLACES:
        return refused(NAS_GSM_INSUFFICIENT_RESOURCES_SLICE_DNN, "no plane serves the data network here");
    case N4_OTHER_ADDRESSES:
        return refused(NAS_GSM_INSUFFICIENT_RESOURCES_SLICE_DNN,
                       "no plane that fits has the subscriber's own address");
    case N4_DRAINED:
    case N4_LEAVING:
        return refused(NAS_GSM_INSUFFICIENT_RESOURCES, "its planes take no new sessions");
    case N4_NO_ADDRESSES:
        return refused(NAS_GSM_NETWORK_FAILURE, "its plane gives no addresses, but should");
    case N4_NO_ROUTES:
        return refused(NAS_GSM_NETWORK_FAILURE, "its plane knows no framed routes, which the subscriber has");
    case N4_FULL:
        return refused(NAS_GSM_INSUFFICIENT_RESOURCES, "every plane has as many sessions as it may");
    default:
        return refused(NAS_GSM_NETWORK_FAILURE, "no plane is associated");
    }
}

/* A plane to live on. */
static struct verdict place(struct session *session, const struct store_dnn *data,
                            const struct planes_refused *refused_by, bool patient)
{
    struct smf *smf = session_smf(session);
    struct n4_wish wish = {
        .ue = session->ue,
        .dnn = data->name,
        .slice = session->slice,
        .routes = session->route_count != 0,
        .refused = refused_by,
    };
    enum n4_misfit why;
    char text[SESSION_TEXT];
    if (nas_session_has_ipv4(session->type))
        wish.ipv4 = data->ipv4;
    if (nas_session_has_ipv6(session->type))
        wish.ipv6 = data->ipv6;
    struct upf *upf = n4_choose(smf, &wish, &why);
    if (!upf && patient && (why == N4_LOST || why == N4_NOT_ASSOCIATED))
        return (struct verdict){.cause = NAS_GSM_NETWORK_FAILURE, .later = true};
    if (!upf) {
        n4_tell_misfits(smf, &wish, session_text(session, text));
        return no_plane(why);
    }
    if (n4_throttled(upf))
        return refused(NAS_GSM_INSUFFICIENT_RESOURCES, "its plane asks for fewer new sessions");
    n4_join(session, upf);
    return (struct verdict){0};
}

static struct verdict enter(struct session *session, const struct config_dnn *dnn)
{
    struct smf *smf = session_smf(session);
    struct network *network = network_get(&smf->networks, dnn->name, smf->core->config);
    if (!network)
        return refused(NAS_GSM_INSUFFICIENT_RESOURCES, "out of memory");
    if (dnn->sessions && network->sessions >= dnn->sessions)
        return refused(NAS_GSM_INSUFFICIENT_RESOURCES_SLICE_DNN,
                       "as many sessions as the data network may have");
    session->network = network;
    network->sessions++;
    return (struct verdict){0};
}

static void take_wishes(struct session *session, const struct config_dnn *dnn,
                        const struct nas_session_establishment_request *request)
{
    session->always_on = request->has.always_on_requested && request->always_on_requested;
    session->reflective_qos = request->has.gsm_capability && request->gsm_capability.reflective_qos;
    session->packet_filters = request->has.maximum_packet_filters ? request->maximum_packet_filters : 0;
    session->integrity_rate = request->integrity_rate;
    session->protection = (struct protection){dnn->up_integrity, dnn->up_ciphering, 0};
}

static struct verdict grant(struct session *session, const struct store_dnn *data,
                            const struct nas_session_establishment_request *request,
                            const struct planes_refused *refused_by, bool patient)
{
    const struct config_dnn *dnn = config_find_dnn(session_smf(session)->core->config, data->name);
    if (!dnn)
        return refused(NAS_GSM_MISSING_OR_UNKNOWN_DNN, "data network is not configured");
    if (request->has.ssc_mode && request->ssc_mode != SSC_MODE_1)
        return refused(NAS_GSM_NOT_SUPPORTED_SSC_MODE, "SSC mode is not supported");
    const struct verdict type = choose_type(session, allowed_types(dnn, data), request);
    struct verdict verdict = type;
    if (!verdict.cause && !session_take_routes(session, data->routes, data->route_count))
        verdict = refused(NAS_GSM_INSUFFICIENT_RESOURCES, "out of memory");
    if (!verdict.cause)
        verdict = place(session, data, refused_by, patient);
    if (!verdict.cause)
        verdict = enter(session, dnn);
    if (verdict.cause)
        return verdict;
    if (!take_addresses(session, data))
        return refused(NAS_GSM_INSUFFICIENT_RESOURCES, "no address is free");
    take_qos(session, dnn, data);
    take_wishes(session, dnn, request);
    if (!protection_affordable(session))
        return refused(NAS_GSM_INTEGRITY_RATE_TOO_LOW,
                       "its rate is more than the phone can integrity protect");
    return partner_lets_here(session, "session establishment")
               ? type
               : refused(NAS_GSM_USER_AUTHENTICATION_FAILED, "it may not be shared with the partner here");
}

void session_leave_plane(struct session *session)
{
    n4_leave(session);
    session_give_back_addresses(session);
    session->network->sessions--;
    session->network = NULL;
}

struct verdict session_authorise(struct session *session, const struct smf_n1 *n1,
                                 const struct nas_session_establishment_request *request,
                                 const struct planes_refused *refused_by, bool patient)
{
    struct arena memory;
    const struct store_dnn *data = NULL;
    arena_init(&memory, 0);
    struct verdict verdict = look_up(session, n1, &memory, &data);
    if (!verdict.cause && !amf_admits_session(session->ue, session->slice, data->name))
        verdict = refused(NAS_GSM_REQUEST_REJECTED, "it is protected, and its cell is high-risk");
    if (!verdict.cause)
        verdict = grant(session, data, request, refused_by, patient);
    arena_free(&memory);
    return verdict;
}

static void take_policy(const struct config_dnn *dnn, const struct store_dnn *data, struct qos_policy *policy)
{
    bool own = data->has_flows;
    *policy = (struct qos_policy){
        .fiveqis = own ? data->fiveqis : dnn->requested_fiveqis,
        .fiveqi_count = own ? data->fiveqi_count : dnn->requested_fiveqi_count,
        .gbr = {.uplink = own ? data->gbr_uplink : dnn->requested_gbr_uplink,
                .downlink = own ? data->gbr_downlink : dnn->requested_gbr_downlink},
        .default_fiveqi = data->fiveqi ? data->fiveqi : dnn->fiveqi,
    };
}

bool session_qos_policy(const struct session *session, struct arena *arena, struct qos_policy *policy)
{
    struct core *core = session_smf(session)->core;
    const struct config_dnn *dnn = config_find_dnn(core->config, session->network->name);
    const struct store_dnn *data;
    if (!dnn || udm_session_data(core->udm, amf_supi(session->ue), session->slice, session->network->name,
                                 arena, &data) != UDM_OK)
        return false;
    take_policy(dnn, data, policy);
    return true;
}

static bool has_route(const struct session *session, const struct config_prefix *route)
{
    for (unsigned i = 0; i < session->route_count; i++)
        if (memcmp(&session->routes[i], route, sizeof *route) == 0)
            return true;
    return false;
}

/* In whatever order. */
static bool has_these_routes(const struct session *session, const struct store_dnn *data)
{
    unsigned count = 0;
    for (unsigned i = 0; i < data->route_count; i++) {
        if (!has_family(session, data->routes[i].family))
            continue;
        if (!has_route(session, &data->routes[i]))
            return false;
        count++;
    }
    return count == session->route_count;
}

/* One that is no longer his own is as good as one of the pool. */
static bool has_this_address(const struct session *session, const struct store_dnn *data)
{
    const bool v4 = session->has_ipv4 && data->ipv4.family, v6 = session->has_prefix && data->ipv6.family;
    return (!v4 || memcmp(session->ipv4, data->ipv4.address, sizeof session->ipv4) == 0) &&
           (!v6 || memcmp(session->prefix, data->ipv6.address, sizeof session->prefix) == 0);
}

bool session_refresh(struct session *session, struct session_changes *changes)
{
    struct core *core = session_smf(session)->core;
    struct session before = *session;
    struct arena memory;
    const struct store_dnn *data = NULL;
    arena_init(&memory, 0);
    enum udm_result result = udm_session_data(core->udm, amf_supi(session->ue), session->slice,
                                              session->network->name, &memory, &data);
    const struct config_dnn *dnn = config_find_dnn(core->config, session->network->name);
    bool subscribed = result != UDM_NOT_SUBSCRIBED && result != UDM_UNKNOWN_SUBSCRIBER;
    if (result == UDM_OK && dnn)
        take_qos(session, dnn, data);
    *changes = (struct session_changes){
        .qos = before.fiveqi != session->fiveqi || before.arp != session->arp ||
               before.ambr_uplink != session->ambr_uplink || before.ambr_downlink != session->ambr_downlink,
        .place = result == UDM_OK && !(has_these_routes(session, data) && has_this_address(session, data))};
    arena_free(&memory);
    return subscribed;
}
