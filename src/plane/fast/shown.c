/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/shown.h"

#include "plane/fast/networks.h"
#include "plane/fast/rules.h"

static void mark(struct fast_tunnel *tunnel, bool wanted)
{
    tunnel->flags = (__u8)(wanted ? tunnel->flags | FAST_CAPTURED : tunnel->flags & ~FAST_CAPTURED);
}

void fast_show(const struct plane *plane, const struct session *session, bool wanted)
{
    struct fast *fast = plane->fast;
    const struct ruleset *rules = session->rules;
    if (!fast || session->place == 0)
        return;
    fast->sessions[session->place].captured = wanted;
    for (unsigned i = 0; i < rules->pdr_count; i++) {
        const uint32_t teid = rules->pdrs[i].teid;
        if (teid && fast_has_tunnel(fast, teid))
            mark(fast_tunnel_at(fast, teid), wanted);
    }
}

void fast_show_gnb(const struct plane *plane, const struct gnb *gnb, bool wanted)
{
    static const struct fast_address nobody;
    struct fast *fast = plane->fast;
    if (!fast)
        return;
    fast->settings->captured = wanted ? fast_address_of(&gnb->address) : nobody;
    if (gnb->id <= fast->sizes.gnbs)
        fast->gnbs[gnb->id].captured = wanted;
}

void fast_show_nobody(struct fast *fast)
{
    fast->settings->captured = (struct fast_address){0};
    for (unsigned id = 1; id <= fast->sizes.gnbs; id++)
        fast->gnbs[id].captured = 0;
    for (unsigned place = 1; place <= fast->sizes.sessions; place++)
        if (fast->sessions[place].captured)
            fast->sessions[place].captured = 0;
    for (unsigned i = 0; i < fast->tunnels; i++)
        if (fast->places[i].flags & FAST_CAPTURED)
            mark(&fast->places[i], false);
}
