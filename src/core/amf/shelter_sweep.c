/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A subscriber, slice or data network has become protected, a gNB high-risk, or a suspension has ended: phones at high-risk gNBs are looked
 * at, a gNB a turn of the loop, and those that may not be there go in portions, as those of a fenced gNB do.
 */
#include <stdio.h>

#include "core/amf/fence.h"
#include "core/amf/gmm.h"
#include "core/amf/n2.h"
#include "core/amf/shelter.h"
#include "line/event.h"

enum { PORTION = 64 };

static const char why[] = "it is protected, and its gNB is high-risk";

/* Of a connection that a phone has, or is to have after a handover. */
static bool is_to_go(const struct connection *connection)
{
    const struct shelter_question question = {.kind = LINE_SERVICE_REQUEST, .supi = connection->ue->supi};
    return shelter_covers(connection->gnb->core, &question);
}

static uint16_t sessions_to_go(const struct connection *connection)
{
    const struct ue *ue = connection->ue;
    uint16_t active = ue->connection == connection ? smf_active(ue) : 0, gone = 0;
    struct smf_session_view view;
    for (unsigned psi = 1; psi <= SMF_SESSIONS_PER_UE; psi++) {
        if (!(active >> psi & 1) || !smf_view(ue, (uint8_t)psi, &view))
            continue;
        const struct shelter_question question = {LINE_SERVICE_REQUEST, ue->supi, &view.slice, view.dnn};
        if (shelter_covers(ue->core, &question))
            gone |= (uint16_t)(1u << psi);
    }
    return gone;
}

/* In a handover sessions are with two gNBs: the phone comes back without them. */
static void take_away(struct connection *connection)
{
    struct ue *ue = connection->ue;
    if (is_to_go(connection) || ue->handover)
        gnb_send_away(connection, why);
    else
        user_planes_go(ue, sessions_to_go(connection));
}

/* The numbers of the first connections with something to go. */
static unsigned find_some(const struct gnb *gnb, uint64_t ids[PORTION])
{
    unsigned count = 0;
    size_t cursor = 0;
    for (void *value; count < PORTION && map_next(&gnb->connections, &cursor, NULL, &value);) {
        const struct connection *connection = value;
        if (connection->ue && (is_to_go(connection) || sessions_to_go(connection)))
            ids[count++] = connection->amf_ue_ngap_id;
    }
    return count;
}

static void tell(const struct gnb *gnb, unsigned count)
{
    char reason[96];
    snprintf(reason, sizeof reason, "%u phones that are protected, or have sessions that are, were there",
             count);
    gnb_event(gnb, (struct line_event){.procedure = "release", .rule = "H4", .reason = reason});
}

/* --- at trusted gNBs: who has been told something else --- */

static bool is_to_hear(const struct connection *connection)
{
    const struct ue *ue = connection->ue;
    return ue && ue->connection == connection && connection->context_up && ue->registered && !ue->areas_due &&
           ue->areas_told != shelter_areas_digest(ue);
}

/* TS 24.501 5.4.4: only Registration accept says it to the phone, so it is asked to register again; its gNB hears of it with that. */
static void tell_areas(const struct gnb *gnb)
{
    size_t cursor = 0;
    for (void *value; map_next(&gnb->connections, &cursor, NULL, &value);) {
        const struct connection *connection = value;
        if (!is_to_hear(connection))
            continue;
        connection->ue->update_due = connection->ue->areas_due = true;
        configuration_update_due(connection->ue);
    }
}

/* --- at high-risk ones --- */

static void next_portion(struct timer *timer)
{
    struct gnb *gnb = (struct gnb *)((char *)timer - offsetof(struct gnb, sheltering));
    uint64_t ids[PORTION];
    if (gnb->risk == CONFIG_TRUSTED) {
        tell_areas(gnb);
        return;
    }
    const unsigned count = find_some(gnb, ids);
    for (unsigned i = 0; i < count; i++) {
        struct connection *connection = connection_by_amf_id(gnb, ids[i]);
        if (connection && connection->ue)
            take_away(connection);
    }
    if (count)
        tell(gnb, count);
    if (count == PORTION)
        timer_start(gnb->core->timers, timer, MILLISECONDS(1));
}

static void look_in(struct gnb *gnb, int64_t delay)
{
    if (!gnb->connections.count)
        return;
    gnb->sheltering.fire = next_portion;
    timer_start(gnb->core->timers, &gnb->sheltering, delay);
}

void shelter_look(struct gnb *gnb)
{
    if (gnb->risk != CONFIG_TRUSTED)
        look_in(gnb, 0);
}

void shelter_look_everywhere(struct core *core)
{
    size_t cursor = 0;
    int64_t delay = 0;
    for (void *gnb; map_next(&core->gnbs, &cursor, NULL, &gnb); delay += MILLISECONDS(1))
        look_in(gnb, delay);
}
