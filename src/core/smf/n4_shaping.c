/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Planes are told whose traffic to shape (rule H2 of the line, core/traffic_shape.c), in elements of our own of the PFCP Association Update Request
 * (TS 29.244 7.4.4.3): those that have said that they understand them. A round is the whole truth; it takes as many messages as it needs, one after
 * the other, and begins when what was told is not so any more.
 */
#include <stdlib.h>

#include "core/smf/n4.h"
#include "core/traffic.h"
#include "kit/log.h"

enum { PAGE = 32, NEWS = 8 }; /* gNBs in a message; a rate that differs by less than an eighth is none */

static bool is_last(const struct n4_shaping *shaping)
{
    return shaping->count - shaping->at <= PAGE;
}

static void tell_page(struct upf *upf);

static void answered(struct n4_request *request, const struct pfcp_message *answer)
{
    struct upf *upf = request->upf;
    struct n4_shaping *shaping = &upf->shaping;
    const bool last = is_last(shaping);
    shaping->request = NULL;
    if (!answer || answer->association_update_response.cause != PFCP_ACCEPTED) {
        log_warning("smf", NULL, "plane %s was not told whose traffic to shape: %s", upf->name,
                    answer ? pfcp_cause_name(answer->association_update_response.cause)
                           : "it does not answer");
        return;
    }
    shaping->at += PAGE;
    shaping->told = last;
    if (!last)
        tell_page(upf);
}

static void tell_page(struct upf *upf)
{
    struct n4_shaping *shaping = &upf->shaping;
    const bool last = is_last(shaping);
    struct pfcp_message message = {
        .type = PFCP_ASSOCIATION_UPDATE_REQUEST,
        .association_update_request = {.node_id = n4_node_id(upf->smf),
                                       .has_shaping = true,
                                       .shaping = {.round = shaping->round,
                                                   .flags = last ? PFCP_SHAPING_LAST : 0},
                                       .shaped = shaping->list + shaping->at,
                                       .shaped_count = last ? shaping->count - shaping->at : PAGE},
    };
    shaping->request = n4_request_send(upf, NULL, &message, answered);
}

static bool about(uint64_t told, uint64_t now)
{
    return (told > now ? told - now : now - told) <= now / NEWS;
}

static bool is_news(const struct n4_shaping *told, const struct pfcp_shaping_of_peer *list, size_t count)
{
    if (!told->told || told->count != count)
        return true;
    for (size_t i = 0; i < count; i++)
        if (memcmp(&told->list[i].ip, &list[i].ip, sizeof list[i].ip) != 0 ||
            !about(told->list[i].uplink, list[i].uplink) || !about(told->list[i].downlink, list[i].downlink))
            return true;
    return false;
}

static void look(struct upf *upf)
{
    const struct core *core = upf->smf->core;
    struct n4_shaping *shaping = &upf->shaping;
    struct pfcp_shaping_of_peer *list;
    size_t count;
    if (!upf->associated || shaping->request || !traffic_plane_shapes(core, upf->name) ||
        !traffic_shaping(core, upf->name, &list, &count))
        return;
    if (!is_news(shaping, list, count)) {
        free(list);
        return;
    }
    free(shaping->list);
    *shaping = (struct n4_shaping){.list = list, .count = count, .round = shaping->round + 1};
    tell_page(upf);
}

void n4_shaping_look(struct smf *smf)
{
    for (struct upf *upf = smf->upfs; upf; upf = upf->next)
        look(upf);
}

void n4_shaping_forget(struct upf *upf)
{
    if (upf->shaping.request)
        n4_request_forget(upf->shaping.request);
    upf->shaping.request = NULL;
    upf->shaping.told = false;
}
