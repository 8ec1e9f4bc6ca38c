/* SPDX-License-Identifier: Apache-2.0 */
/* Forwarding, QoS enforcement, usage reporting and buffering rules: TS 29.244 7.5.2.3 to 7.5.2.6 and 7.5.4.3 to 7.5.4.11. */
#include <arpa/inet.h>
#include <string.h>

#include "plane/plan.h"
#include "wire/gtpu/gtpu.h"

static bool refuse_far(struct plan *plan, const struct far *far, const char *what)
{
    return plan_refuse_rule(plan, PFCP_RULE_FAR, far->id, what);
}

/* The tunnel's far end must be a unicast address that is not ours. */
static bool usable_peer(const struct plane *plane, const union socket_address *to)
{
    static const uint8_t zero[16];
    if (to->any.sa_family == AF_INET) {
        uint32_t address = ntohl(to->v4.sin_addr.s_addr);
        return address != 0 && address >> 28 < 14 && memcmp(&to->v4.sin_addr, plane->n3_v4.address, 4) != 0;
    }
    const uint8_t *address = to->v6.sin6_addr.s6_addr;
    return memcmp(address, zero, 16) != 0 && address[0] != 0xff &&
           !(plane->n3_v6.family && memcmp(address, plane->n3_v6.address, 16) == 0);
}

static bool peer_of(const struct plane *plane, const struct pfcp_outer_header_creation *ie,
                    union socket_address *to)
{
    *to = (union socket_address){0};
    if ((ie->description & PFCP_CREATE_GTPU_UDP_IPV4) && ie->ip.has_v4 && plane->n3_v4.family) {
        to->v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(GTPU_PORT)};
        memcpy(&to->v4.sin_addr, ie->ip.v4, 4);
        return true;
    }
    if ((ie->description & PFCP_CREATE_GTPU_UDP_IPV6) && ie->ip.has_v6 && plane->n3_v6.family) {
        to->v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(GTPU_PORT)};
        memcpy(&to->v6.sin6_addr, ie->ip.v6, 16);
        return true;
    }
    return false;
}

/* 8.2.12: value and mask */
static uint8_t marking_of(uint16_t transport_level_marking)
{
    return (uint8_t)(transport_level_marking >> 8 & transport_level_marking);
}

static bool set_outer(struct plan *plan, struct far *far, const struct pfcp_forwarding *ie)
{
    union socket_address to;
    if (!peer_of(plan->plane, &ie->outer_header_creation, &to))
        return refuse_far(plan, far, "outer header is not GTP-U over a family that N3 has");
    if (ie->outer_header_creation.teid == 0 || !usable_peer(plan->plane, &to))
        return refuse_far(plan, far, "outer header does not lead to a gNB");
    bool moved =
        far->has_outer && (!address_same_host(&far->to, &to) || far->teid != ie->outer_header_creation.teid);
    bool marked = ie->has_smreq_flags && (ie->smreq_flags & PFCP_SNDEM);
    if (moved && marked && plan->end_marker_count < RULES_MOST)
        plan->end_markers[plan->end_marker_count++] = (struct end_marker){far->to, far->teid};
    far->has_outer = true;
    far->teid = ie->outer_header_creation.teid;
    far->to = to;
    return true;
}

static bool set_forwarding(struct plan *plan, struct far *far, const struct pfcp_forwarding *ie,
                           bool creating)
{
    if (ie->has_redirect || ie->has_forwarding_policy)
        return plan_refuse(plan, PFCP_INVALID_FORWARDING_POLICY,
                           "redirection and forwarding policies are not served");
    if (creating || ie->has_destination_interface) {
        if (ie->destination_interface > PFCP_N6_LAN)
            return plan_refuse(plan, PFCP_SERVICE_NOT_SUPPORTED, "destination interface is not served");
        far->destination = ie->destination_interface == PFCP_N6_LAN ? PFCP_CORE : ie->destination_interface;
    }
    if (ie->has_network_instance && far->destination == PFCP_CORE) {
        struct network *network = plane_network(plan->plane, ie->network_instance);
        if (!network)
            return plan_refuse_ie(plan, PFCP_MANDATORY_IE_INCORRECT, PFCP_IE_NETWORK_INSTANCE,
                                  "network instance is not configured here");
        plan->network = network;
    }
    if (ie->has_transport_level_marking) {
        far->has_marking = true;
        far->marking = marking_of(ie->transport_level_marking);
    }
    return !ie->has_outer_header_creation || set_outer(plan, far, ie);
}

/* Copies go where the SMF says, but not round in a circle, and to what phones are kept away from only if it is the interception's. */
static bool may_copy_to(const struct plane *plane, const struct duplicating *to)
{
    const struct config_ip ip = config_ip_of(&to->to);
    return usable_peer(plane, &to->to) && !plane_is_phones(plane, &ip) &&
           (to->destination == PFCP_LI_FUNCTION || !plane_is_infrastructure(plane, &ip));
}

static bool set_copy(struct plan *plan, const struct far *far, struct duplicating *to,
                     const struct pfcp_duplicating *ie)
{
    if (ie->has_forwarding_policy)
        return plan_refuse(plan, PFCP_INVALID_FORWARDING_POLICY, "forwarding policies are not served");
    if (ie->has_destination_interface)
        to->destination = ie->destination_interface;
    if (to->destination > PFCP_LI_FUNCTION || to->destination == PFCP_CP_FUNCTION)
        return plan_refuse(plan, PFCP_SERVICE_NOT_SUPPORTED, "copies to that interface are not served");
    if (ie->has_transport_level_marking)
        to->marking = marking_of(ie->transport_level_marking);
    if (!ie->has_outer_header_creation && to->teid == 0)
        return plan_refuse_ie(plan, PFCP_CONDITIONAL_IE_MISSING, PFCP_IE_OUTER_HEADER_CREATION,
                              "copies need an outer header");
    if (ie->has_outer_header_creation) {
        if (!peer_of(plan->plane, &ie->outer_header_creation, &to->to))
            return refuse_far(plan, far, "outer header of copies is not GTP-U over a family that N3 has");
        to->teid = ie->outer_header_creation.teid;
    }
    if (to->teid == 0 || !may_copy_to(plan->plane, to))
        return refuse_far(plan, far, "copies may not go where the outer header leads");
    return true;
}

/* 7.5.4.3: sets of parameters have no names, so the first of an update changes the first, and what comes after the last is one more. */
static bool set_duplicating(struct plan *plan, struct far *far, const struct pfcp_duplicating *list,
                            size_t count)
{
    const struct duplicating **place = &plan->far_duplicating[far - plan->fars];
    if (count == 0)
        return true;
    if (count > DUPLICATING_MOST)
        return refuse_far(plan, far, "more duplicating parameters than a FAR may have");
    struct duplicating *copies = arena_array(plan->arena, DUPLICATING_MOST, sizeof *copies);
    if (!copies)
        return plan_refuse(plan, PFCP_NO_RESOURCES_AVAILABLE, "out of memory");
    if (far->duplicating_count)
        memcpy(copies, *place, far->duplicating_count * sizeof *copies);
    for (size_t i = 0; i < count; i++) {
        if (i >= far->duplicating_count && !list[i].has_destination_interface)
            return plan_refuse_ie(plan, PFCP_CONDITIONAL_IE_MISSING, PFCP_IE_DESTINATION_INTERFACE,
                                  "one more copy needs a destination interface");
        if (!set_copy(plan, far, &copies[i], &list[i]))
            return false;
    }
    *place = copies;
    if (count > far->duplicating_count)
        far->duplicating_count = (uint8_t)count;
    return true;
}

static bool has_copies(struct plan *plan, const struct far *far)
{
    return !(far->action & PFCP_DUPL) || far->duplicating_count ||
           plan_refuse_ie(plan, PFCP_CONDITIONAL_IE_MISSING, PFCP_IE_DUPLICATING_PARAMETERS,
                          "a FAR that duplicates needs duplicating parameters");
}

/* 8.2.26: exactly one of drop, forward and buffer; duplication goes with each of them. */
static bool set_action(struct plan *plan, struct far *far, uint16_t action)
{
    uint16_t what = action & (PFCP_DROP | PFCP_FORW | PFCP_BUFF);
    if (what == 0 || (what & (what - 1)))
        return refuse_far(plan, far, "apply action is not exactly one of DROP, FORW, BUFF");
    far->action = action;
    return true;
}

static struct far *find_far(struct plan *plan, uint32_t id)
{
    for (unsigned i = 0; i < plan->far_count; i++)
        if (plan->fars[i].id == id)
            return &plan->fars[i];
    return NULL;
}

bool plan_create_far(struct plan *plan, const struct pfcp_create_far *ie)
{
    if (find_far(plan, ie->far_id))
        return plan_refuse_rule(plan, PFCP_RULE_FAR, ie->far_id, "FAR exists already");
    if (plan->far_count == RULES_MOST)
        return plan_refuse_rule(plan, PFCP_RULE_FAR, ie->far_id, "more FARs than a session may have");
    struct far *far = &plan->fars[plan->far_count];
    *far = (struct far){.id = ie->far_id, .bar = RULES_NONE};
    plan->far_bars[plan->far_count] = ie->has_bar_id ? ie->bar_id : UINT32_MAX;
    if (!set_action(plan, far, ie->apply_action))
        return false;
    if ((far->action & PFCP_FORW) && !ie->has_forwarding)
        return plan_refuse_ie(plan, PFCP_CONDITIONAL_IE_MISSING, PFCP_IE_FORWARDING_PARAMETERS,
                              "a FAR that forwards needs forwarding parameters");
    if (ie->has_forwarding && !set_forwarding(plan, far, &ie->forwarding, true))
        return false;
    if (!set_duplicating(plan, far, ie->duplicating, ie->duplicating_count) || !has_copies(plan, far))
        return false;
    plan->far_count++;
    return true;
}

bool plan_update_far(struct plan *plan, const struct pfcp_update_far *ie)
{
    struct far *far = find_far(plan, ie->far_id);
    if (!far)
        return plan_refuse_rule(plan, PFCP_RULE_FAR, ie->far_id, "FAR to update does not exist");
    if (ie->has_apply_action && !set_action(plan, far, ie->apply_action))
        return false;
    if (ie->has_bar_id)
        plan->far_bars[far - plan->fars] = ie->bar_id;
    plan->wakes = true;
    return (!ie->has_forwarding || set_forwarding(plan, far, &ie->forwarding, false)) &&
           set_duplicating(plan, far, ie->duplicating, ie->duplicating_count) && has_copies(plan, far);
}

static void set_qer(struct qer *qer, const struct pfcp_qer *ie)
{
    if (ie->has_gate) {
        qer->closed[UPLINK] = ie->gate.uplink_closed;
        qer->closed[DOWNLINK] = ie->gate.downlink_closed;
    }
    if (ie->has_mbr) {
        qer->has_mbr = true;
        qer->mbr[UPLINK] = ie->mbr.uplink;
        qer->mbr[DOWNLINK] = ie->mbr.downlink;
    }
    if (ie->has_qfi) {
        qer->has_qfi = true;
        qer->qfi = ie->qfi & 63;
    }
    if (ie->has_correlation_id) {
        qer->has_correlation = true;
        qer->correlation = ie->correlation_id;
    }
    if (ie->has_rqi)
        qer->rqi = ie->rqi & 1;
}

static struct qer *find_qer(struct plan *plan, uint32_t id)
{
    for (unsigned i = 0; i < plan->qer_count; i++)
        if (plan->qers[i].id == id)
            return &plan->qers[i];
    return NULL;
}

bool plan_create_qer(struct plan *plan, const struct pfcp_qer *ie)
{
    if (find_qer(plan, ie->qer_id))
        return plan_refuse_rule(plan, PFCP_RULE_QER, ie->qer_id, "QER exists already");
    if (plan->qer_count == RULES_MOST)
        return plan_refuse_rule(plan, PFCP_RULE_QER, ie->qer_id, "more QERs than a session may have");
    struct qer *qer = &plan->qers[plan->qer_count++];
    *qer = (struct qer){.id = ie->qer_id};
    set_qer(qer, ie);
    return true;
}

bool plan_update_qer(struct plan *plan, const struct pfcp_qer *ie)
{
    struct qer *qer = find_qer(plan, ie->qer_id);
    if (!qer)
        return plan_refuse_rule(plan, PFCP_RULE_QER, ie->qer_id, "QER to update does not exist");
    set_qer(qer, ie);
    return true;
}

static void set_volume(uint8_t *flags, uint64_t limit[3], const struct pfcp_volume *ie)
{
    *flags = ie->flags & (PFCP_TOVOL | PFCP_ULVOL | PFCP_DLVOL);
    limit[0] = ie->total;
    limit[1] = ie->uplink;
    limit[2] = ie->downlink;
}

static void set_urr(struct urr *urr, const struct pfcp_urr *ie)
{
    enum { COUNT_PACKETS = 1 << 4 }; /* MNOP, 8.2.68 */
    if (ie->has_measurement_method)
        urr->method = ie->measurement_method;
    if (ie->has_reporting_triggers)
        urr->triggers = ie->reporting_triggers;
    if (ie->has_measurement_information)
        urr->count_packets = ie->measurement_information & COUNT_PACKETS;
    if (ie->has_measurement_period)
        urr->period = ie->measurement_period;
    if (ie->has_volume_threshold)
        set_volume(&urr->threshold_flags, urr->threshold, &ie->volume_threshold);
    if (ie->has_volume_quota)
        set_volume(&urr->quota_flags, urr->quota, &ie->volume_quota);
    if (ie->has_time_threshold)
        urr->time_threshold = ie->time_threshold;
    if (ie->has_time_quota)
        urr->time_quota = ie->time_quota;
    if (ie->has_ethernet_inactivity_timer)
        urr->ethernet_inactivity = ie->ethernet_inactivity_timer;
    if (ie->has_volume_quota || ie->has_time_quota) {
        urr->renewed = true;
        urr->exhausted = false;
        urr->spent = (struct volume){0};
    }
}

static struct urr *find_urr(struct plan *plan, uint32_t id)
{
    for (unsigned i = 0; i < plan->urr_count; i++)
        if (plan->urrs[i].id == id)
            return &plan->urrs[i];
    return NULL;
}

bool plan_create_urr(struct plan *plan, const struct pfcp_urr *ie)
{
    if (find_urr(plan, ie->urr_id))
        return plan_refuse_rule(plan, PFCP_RULE_URR, ie->urr_id, "URR exists already");
    if (plan->urr_count == RULES_MOST)
        return plan_refuse_rule(plan, PFCP_RULE_URR, ie->urr_id, "more URRs than a session may have");
    struct urr *urr = &plan->urrs[plan->urr_count++];
    *urr = (struct urr){.id = ie->urr_id};
    set_urr(urr, ie);
    return true;
}

bool plan_update_urr(struct plan *plan, const struct pfcp_urr *ie)
{
    struct urr *urr = find_urr(plan, ie->urr_id);
    if (!urr)
        return plan_refuse_rule(plan, PFCP_RULE_URR, ie->urr_id, "URR to update does not exist");
    set_urr(urr, ie);
    return true;
}

void plan_set_bar(struct bar *bar, const struct pfcp_bar *ie)
{
    if (ie->has_notification_delay)
        bar->notification_delay = ie->notification_delay;
    if (ie->has_packets)
        bar->packets = ie->packets;
    if (ie->has_buffering_packets)
        bar->packets = ie->buffering_packets;
}

static struct bar *find_bar(struct plan *plan, uint8_t id)
{
    for (unsigned i = 0; i < plan->bar_count; i++)
        if (plan->bars[i].id == id)
            return &plan->bars[i];
    return NULL;
}

bool plan_create_bar(struct plan *plan, const struct pfcp_bar *ie)
{
    if (find_bar(plan, ie->bar_id) || plan->bar_count == RULES_MOST)
        return plan_refuse_rule(plan, PFCP_RULE_BAR, ie->bar_id, "BAR exists already");
    struct bar *bar = &plan->bars[plan->bar_count++];
    *bar = (struct bar){.id = ie->bar_id};
    plan_set_bar(bar, ie);
    return true;
}

bool plan_update_bar(struct plan *plan, const struct pfcp_bar *ie)
{
    struct bar *bar = find_bar(plan, ie->bar_id);
    if (!bar)
        return plan_refuse_rule(plan, PFCP_RULE_BAR, ie->bar_id, "BAR to update does not exist");
    plan_set_bar(bar, ie);
    return true;
}
