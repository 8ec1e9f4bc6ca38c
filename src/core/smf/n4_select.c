/* SPDX-License-Identifier: Apache-2.0 */
#include "core/smf/n4_select.h"

#include <stdio.h>

#include "core/smf/n4.h"
#include "kit/log.h"

enum { MISFITS_TEXT = 1024 };

/* --- what a plane serves --- */

static bool serves_slice(const struct config_plane *plane, struct config_slice slice)
{
    for (unsigned i = 0; i < plane->slice_count; i++)
        if (config_slice_equal(plane->slices[i], slice))
            return true;
    return plane->slice_count == 0;
}

static bool names(const char *const *list, unsigned count, const char *name)
{
    for (unsigned i = 0; name && i < count; i++)
        if (strcmp(list[i], name) == 0)
            return true;
    return false;
}

static bool names_tac(const struct config_plane *plane, uint32_t tac)
{
    for (unsigned i = 0; i < plane->tac_count; i++)
        if (plane->tacs[i] == tac)
            return true;
    return false;
}

static const char *site_of(const struct core *core, const char *gnb)
{
    const struct config_gnb *enrolled = gnb ? config_find_gnb(&core->config->inventory, gnb) : NULL;
    return enrolled ? enrolled->site : NULL;
}

/* How closely it names the place where the phone is; 0: it does not serve there. */
static unsigned nearness(const struct config_plane *plane, const struct ue *ue)
{
    enum { ELSEWHERE, EVERYWHERE, AREA, SITE, GNB };
    const struct gnb *serving = amf_serving_gnb(ue);
    const char *gnb = serving ? amf_gnb_name(serving) : NULL;
    if (plane->gnb_count + plane->site_count + plane->tac_count == 0)
        return EVERYWHERE;
    if (names(plane->gnbs, plane->gnb_count, gnb))
        return GNB;
    if (names(plane->sites, plane->site_count, site_of(amf_core(ue), gnb)))
        return SITE;
    return names_tac(plane, amf_last_tai(ue).tac) ? AREA : ELSEWHERE;
}

/* An address of a pool leads to the plane whose pool it is. */
static bool leads_to(const struct smf *smf, const struct config_plane *plane, const char *dnn,
                     const struct config_ip *ip)
{
    const struct config_plane_network *own = config_plane_network(plane, dnn);
    if (!ip->family || (own && (config_prefix_holds(&own->ipv4, ip) || config_prefix_holds(&own->ipv6, ip))))
        return true;
    for (unsigned i = 0; i < smf->core->config->plane_count; i++) {
        const struct config_plane_network *other = config_plane_network(&smf->core->config->planes[i], dnn);
        if (other && (config_prefix_holds(&other->ipv4, ip) || config_prefix_holds(&other->ipv6, ip)))
            return false;
    }
    return true;
}

static enum n4_misfit unserved(const struct upf *upf, const struct n4_wish *wish)
{
    const struct config_plane *plane = upf->config;
    if (!config_plane_serves(plane, wish->dnn))
        return N4_OTHER_NETWORKS;
    if (!serves_slice(plane, wish->slice))
        return N4_OTHER_SLICES;
    if (!nearness(plane, wish->ue))
        return N4_OTHER_PLACES;
    if (!leads_to(upf->smf, plane, wish->dnn, &wish->ipv4) ||
        !leads_to(upf->smf, plane, wish->dnn, &wish->ipv6))
        return N4_OTHER_ADDRESSES;
    return N4_FITS;
}

static bool is_full(const struct upf *upf)
{
    return (upf->session_most && upf->session_count >= upf->session_most) ||
           upf->full_until > upf->smf->core->timers->now;
}

enum n4_misfit n4_closed(const struct upf *upf)
{
    if (upf->removed)
        return N4_REMOVED;
    if (upf->refused)
        return N4_REFUSED;
    if (upf->drained || upf->config->drain)
        return N4_DRAINED;
    if (upf->leaving)
        return N4_LEAVING;
    if (!upf->associated)
        return upf->associations || upf->lost_at ? N4_LOST : N4_NOT_ASSOCIATED;
    return is_full(upf) ? N4_FULL : N4_FITS;
}

static bool lacks_addresses(const struct upf *upf, const char *dnn)
{
    const struct config_plane_network *own = config_plane_network(upf->config, dnn);
    return own && own->addresses == CONFIG_PLANE_ALLOCATES && upf->associated &&
           !(upf->features & PFCP_UP_UEIP);
}

static bool has_refused(const struct upf *upf, const struct planes_refused *refused)
{
    for (unsigned i = 0; refused && i < refused->count; i++)
        if (refused->list[i] == upf)
            return true;
    return false;
}

enum n4_misfit n4_misfit(const struct upf *upf, const struct n4_wish *wish)
{
    enum n4_misfit misfit = upf->removed ? N4_REMOVED : unserved(upf, wish);
    if (!misfit)
        misfit = n4_closed(upf);
    if (!misfit && has_refused(upf, wish->refused))
        misfit = N4_REFUSED_IT;
    if (!misfit && lacks_addresses(upf, wish->dnn))
        return N4_NO_ADDRESSES;
    return !misfit && wish->routes && !(upf->features & PFCP_UP_FRRT) ? N4_NO_ROUTES : misfit;
}

/* --- the best of them --- */

static bool has_others_of(const struct upf *upf, const struct ue *ue)
{
    const struct session *session = *amf_sessions((struct ue *)ue);
    while (session && session->upf != upf)
        session = session->next;
    return session != NULL;
}

static int by_load(const struct upf *a, const struct upf *b)
{
    const unsigned of_a = n4_load(a), of_b = n4_load(b);
    const uint64_t part_a = (uint64_t)a->session_count * b->config->weight,
                   part_b = (uint64_t)b->session_count * a->config->weight;
    if (of_a != of_b)
        return of_a < of_b ? -1 : 1;
    if (part_a != part_b)
        return part_a < part_b ? -1 : 1;
    return strcmp(a->name, b->name);
}

static bool is_better(const struct upf *a, const struct upf *b, const struct ue *ue)
{
    const bool holds_back_a = n4_reduction(a), holds_back_b = n4_reduction(b);
    const unsigned near_a = nearness(a->config, ue), near_b = nearness(b->config, ue);
    const bool other_a = has_others_of(a, ue), other_b = has_others_of(b, ue);
    if (holds_back_a != holds_back_b)
        return holds_back_b;
    if (near_a != near_b)
        return near_a > near_b;
    if (a->config->priority != b->config->priority)
        return a->config->priority < b->config->priority;
    if (other_a != other_b)
        return other_a;
    return by_load(a, b) < 0;
}

struct upf *n4_choose(const struct smf *smf, const struct n4_wish *wish, enum n4_misfit *why)
{
    struct upf *best = NULL;
    *why = N4_FITS;
    for (struct upf *upf = smf->upfs; upf; upf = upf->next) {
        const enum n4_misfit misfit = n4_misfit(upf, wish);
        if (!misfit && (!best || is_better(upf, best, wish->ue)))
            best = upf;
        if (misfit > *why)
            *why = misfit;
    }
    return best;
}

struct n4_wish n4_wish_of(const struct session *session)
{
    const struct network *network = session->network;
    struct n4_wish wish = {.ue = session->ue,
                           .dnn = network->name,
                           .slice = session->slice,
                           .routes = session->route_count != 0};
    if (session->has_ipv4 && !network_draws(network, session->ipv4, sizeof session->ipv4)) {
        wish.ipv4.family = AF_INET;
        memcpy(wish.ipv4.address, session->ipv4, sizeof session->ipv4);
    }
    if (session->has_prefix && !network_draws(network, session->prefix, sizeof session->prefix)) {
        wish.ipv6.family = AF_INET6;
        memcpy(wish.ipv6.address, session->prefix, sizeof session->prefix);
    }
    return wish;
}

/* --- in words --- */

const char *n4_misfit_text(enum n4_misfit misfit)
{
    static const char *const texts[] = {
        [N4_FITS] = "fits",
        [N4_OTHER_NETWORKS] = "does not serve the data network",
        [N4_OTHER_SLICES] = "does not serve the slice",
        [N4_OTHER_PLACES] = "does not serve the place",
        [N4_OTHER_ADDRESSES] = "does not have the subscriber's own address",
        [N4_REMOVED] = "not configured any more",
        [N4_REFUSED] = "refused by the line",
        [N4_DRAINED] = "drained",
        [N4_LEAVING] = "wants to be released",
        [N4_NO_ADDRESSES] = "gives no addresses (no UEIP), but should",
        [N4_REFUSED_IT] = "has refused it",
        [N4_NO_ROUTES] = "knows no framed routes (no FRRT), which the subscriber has",
        [N4_LOST] = "lost",
        [N4_NOT_ASSOCIATED] = "not associated",
        [N4_FULL] = "full",
    };
    return texts[misfit];
}

void n4_tell_misfits(const struct smf *smf, const struct n4_wish *wish, const char *session)
{
    const struct gnb *serving = amf_serving_gnb(wish->ue);
    const char *gnb = serving ? amf_gnb_name(serving) : NULL;
    char text[MISFITS_TEXT] = "", slice[VALUE_TEXT_BYTES];
    size_t length = 0;
    for (const struct upf *upf = smf->upfs; upf && length < sizeof text; upf = upf->next) {
        const int more = snprintf(text + length, sizeof text - length, "%s%s %s", length ? "; " : "",
                                  upf->name, n4_misfit_text(n4_misfit(upf, wish)));
        length += more > 0 ? (size_t)more : 0;
    }
    log_warning("smf", session, "no plane for DNN[%s] slice %s at gNB %s, TAC %u: %s", wish->dnn,
                config_slice_text(wish->slice, slice), gnb ? gnb : "-", (unsigned)amf_last_tai(wish->ue).tac,
                text);
}
