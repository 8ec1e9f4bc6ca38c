/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule N1 of the line at NG Setup, RAN Configuration Update, after a reload, and wherever a gNB names the end of a tunnel: the
 * inventory says who a gNB is and what it may claim. Under the profile `lab` what does not fit is let in as high risk.
 */
#include "line/enrolment.h"

#include "core/amf/admission.h"
#include "core/amf/fence.h"
#include "core/amf/n2.h"
#include "core/amf/proof.h"
#include "core/traffic.h"
#include "kit/log.h"
#include "line/event.h"

static bool refuse(struct gnb_refusal *refusal, struct ngap_cause cause, const char *words)
{
    *refusal = (struct gnb_refusal){cause, words, "N1"};
    return false;
}

static bool slices_fit(const struct config_gnb *enrolled, const struct ngap_slice_support_list *slices)
{
    for (size_t i = 0; i < slices->count; i++)
        if (!enrolment_admits_slice(enrolled, slice_from_ngap(&slices->items[i].s_nssai)))
            return false;
    return true;
}

static bool area_fits(const struct config_gnb *enrolled, const struct ngap_supported_ta_item *offer,
                      struct gnb_refusal *refusal)
{
    for (size_t i = 0; i < offer->broadcast_plmn_list.count; i++) {
        const struct ngap_broadcast_plmn_item *item = &offer->broadcast_plmn_list.items[i];
        const struct config_area area = {plmn_from_octets(item->plmn_identity), offer->tac};
        if (!enrolment_admits_area(enrolled, area))
            return refuse(refusal, N2_MISC(UNKNOWN_PLMN_OR_SNPN),
                          "it broadcasts a tracking area that it is not enrolled with");
        if (!slices_fit(enrolled, &item->tai_slice_support_list))
            return refuse(refusal, N2_RADIO(SLICE_NOT_SUPPORTED),
                          "it offers a slice that it is not enrolled with");
    }
    return true;
}

static bool areas_fit(const struct config_gnb *enrolled, const struct ngap_supported_ta_list *offers,
                      struct gnb_refusal *refusal)
{
    for (size_t i = 0; i < offers->count; i++)
        if (!area_fits(enrolled, &offers->items[i], refusal))
            return false;
    return true;
}

const struct config_gnb *gnb_enrolment(const struct gnb *gnb, struct gnb_identity identity,
                                       const char **words)
{
    const struct config *config = gnb->core->config;
    const struct config_edge *edge = config_find_edge(config, gnb->peer.edge);
    const struct enrolment_claim claim = {.id = {identity.plmn, identity.bits, identity.value},
                                          .domain = edge ? edge->domain->name : "",
                                          .from = &gnb->peer.address};
    *words = "its edge is not in the inventory";
    return edge ? enrolment_find(&config->inventory, &claim, words) : NULL;
}

/* What it was admitted with, compared with the inventory as it is now. */
static bool kept_areas_fit(const struct config_gnb *enrolled, const struct gnb *gnb,
                           struct gnb_refusal *refusal)
{
    for (unsigned i = 0; i < gnb->area_count; i++) {
        const struct gnb_area *area = &gnb->areas[i];
        if (!enrolment_admits_area(enrolled, (struct config_area){area->tai.plmn, area->tai.tac}))
            return refuse(refusal, N2_MISC(UNKNOWN_PLMN_OR_SNPN),
                          "it broadcasts a tracking area that it is not enrolled with any more");
        for (unsigned k = 0; k < area->slice_count; k++)
            if (!enrolment_admits_slice(enrolled, area->slices[k]))
                return refuse(refusal, N2_RADIO(SLICE_NOT_SUPPORTED),
                              "it offers a slice that it is not enrolled with any more");
    }
    return true;
}

/* NULL: it is not who it claims to be, or has not proved it. */
static const struct config_gnb *enrolment_of(const struct gnb *gnb, struct gnb_identity identity,
                                             struct gnb_refusal *refusal)
{
    const char *words;
    const struct config_gnb *enrolled = gnb_enrolment(gnb, identity, &words);
    if (enrolled && proof_suffices(gnb, enrolled, &words))
        return enrolled;
    refuse(refusal, N2_MISC(UNSPECIFIED), words);
    return NULL;
}

static bool admit(struct gnb *gnb, bool fits, const struct gnb_refusal *refusal)
{
    const struct config *config = gnb->core->config;
    const bool known = gnb->ready && !gnb->enrolled; /* as a stranger */
    if (!fits && !config->inventory.profile.records_only)
        return false;
    gnb->enrolled = fits;
    gnb->risk = fits ? config_find_edge(config, gnb->peer.edge)->domain->risk : CONFIG_HIGH_RISK;
    if (!fits && !known)
        gnb_event(gnb, (struct line_event){.kind = EVIDENCE_EXCEPTION,
                                           .procedure = "let in as high risk (profile lab)",
                                           .rule = refusal->rule,
                                           .reason = refusal->words});
    return true;
}

bool gnb_enrol(struct gnb *gnb, struct gnb_identity identity, const struct ngap_supported_ta_list *offers,
               struct gnb_refusal *refusal)
{
    const struct config_gnb *enrolled = enrolment_of(gnb, identity, refusal);
    const bool fits = enrolled && areas_fit(enrolled, offers, refusal);
    return admit(gnb, fits, refusal) &&
           admission_allows(gnb, fits ? enrolled : NULL,
                            gnb->ready ? LINE_RAN_CONFIGURATION_UPDATE : LINE_NG_SETUP, refusal);
}

bool gnb_enrol_again(struct gnb *gnb, struct gnb_refusal *refusal)
{
    const struct config_gnb *enrolled = enrolment_of(gnb, gnb->identity, refusal);
    return admit(gnb, enrolled && kept_areas_fit(enrolled, gnb, refusal), refusal);
}

/* Who is turned out learns why before the association ends. */
static void turn_out(struct gnb *gnb, const struct gnb_refusal *refusal)
{
    struct core *core = gnb->core;
    const uint64_t association = gnb->association;
    gnb_event(gnb, (struct line_event){.kind = EVIDENCE_ADMISSION,
                                       .step = EVIDENCE_ENDS,
                                       .procedure = "enrolment withdrawn",
                                       .rule = refusal->rule,
                                       .reason = refusal->words});
    n2_error(gnb, refusal->cause, NULL, NULL);
    gnb_free(gnb, "its gNB is not enrolled any more");
    core_close(core, association);
}

/* Whether it can still prove it is asked by proof_watch. */
bool gnb_reconsider(struct gnb *gnb)
{
    struct gnb_refusal refusal = {.cause = N2_MISC(UNSPECIFIED), .rule = "N1"};
    const struct config_gnb *enrolled = gnb_enrolment(gnb, gnb->identity, &refusal.words);
    if (admit(gnb, enrolled && kept_areas_fit(enrolled, gnb, &refusal), &refusal) &&
        admission_lasts(gnb, &refusal))
        return true;
    turn_out(gnb, &refusal);
    return false;
}

/* As the inventory is now. A gNB that has left it since NG Setup has no tunnels any more. */
static bool tunnel_fits(const struct gnb *gnb, const struct config_gnb *enrolled, const struct config_ip *end)
{
    return !gnb->enrolled || (enrolled && enrolment_admits_tunnel(enrolled, end));
}

static bool take_tunnel(const struct gnb *gnb, const struct config_ip *end)
{
    const struct config_gnb *enrolled = config_find_gnb_id(&gnb->core->config->inventory, gnb_id_of(gnb));
    const bool fits = tunnel_fits(gnb, enrolled, end);
    if (fits)
        traffic_named(gnb->core, gnb->enrolled ? enrolled : NULL, end);
    return fits;
}

bool amf_admits_tunnel(const struct ue *ue, const struct gnb *gnb, const struct config_ip *end)
{
    char context[UE_CONTEXT_TEXT], reason[160], text[VALUE_TEXT_BYTES];
    if (!gnb || take_tunnel(gnb, end))
        return true;
    bool lab = gnb->core->config->inventory.profile.records_only;
    gnb->core->metrics.foreign_tunnels++;
    snprintf(reason, sizeof reason, "a tunnel was to end at %s, which is not in its enrolment's n3: %s",
             config_ip_text(end, text), lab ? "let through, as the profile is lab" : "refused");
    gnb_event(gnb, (struct line_event){.kind = lab ? EVIDENCE_EXCEPTION : EVIDENCE_REFUSAL,
                                       .procedure = "tunnel",
                                       .rule = "N1",
                                       .reason = reason});
    log_info("amf", ue_context_text(ue, context), "the tunnel of gNB %s was to be this phone's", gnb->name);
    return lab;
}

/* IPv4, IPv6, or both, in this order. */
static bool next_ip(struct reader *octets, unsigned bits, struct config_ip *ip)
{
    enum { IPV4_BITS = 32, IPV6_BITS = 128, BOTH_BITS = 160 };
    bool v4 = bits == IPV4_BITS || bits == BOTH_BITS;
    struct bytes address = read_bytes(octets, v4 ? 4 : 16);
    *ip = (struct config_ip){.family = v4 ? AF_INET : AF_INET6};
    if (!address.len || (!v4 && bits != IPV6_BITS))
        return false;
    memcpy(ip->address, address.data, address.len);
    return true;
}

bool gnb_admits_address(const struct gnb *gnb, const struct aper_bit_string *address)
{
    const struct config_gnb *enrolled = config_find_gnb_id(&gnb->core->config->inventory, gnb_id_of(gnb));
    struct reader octets = reader_of(bytes_of(address->data, address->bits / 8));
    struct config_ip ip;
    if (!address->data || !gnb->enrolled)
        return true;
    for (unsigned left = (unsigned)address->bits; left; left -= ip.family == AF_INET ? 32 : 128)
        if (!next_ip(&octets, left, &ip) || !enrolled || !enrolment_admits_neighbour(enrolled, &ip))
            return false;
    return true;
}
