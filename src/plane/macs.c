/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/macs.h"

#include <stdlib.h>
#include <string.h>

#include "plane/plane.h"

enum { LOOKS = 4 }; /* in the time after which a silent address is gone */

/* The shortest time that any URR asks for; 0: none asks. An address that the data network has forgotten is gone, too. */
static int64_t silence_asked_for(const struct session *session)
{
    const int64_t ageing = lan_ageing(session->network->lan);
    int64_t silence = 0;
    for (unsigned i = 0; i < session->rules->urr_count; i++) {
        const struct urr *urr = &session->rules->urrs[i];
        if (!(urr->triggers & PFCP_REPORT_MACAR))
            continue;
        const int64_t own = urr->ethernet_inactivity ? SECONDS(urr->ethernet_inactivity) : ageing;
        silence = silence && silence < own ? silence : own;
    }
    return silence < ageing ? silence : ageing;
}

void macs_follow(struct session *session)
{
    const int64_t silence = session->port ? silence_asked_for(session) : 0;
    if (!silence) {
        macs_free(session);
        return;
    }
    if (!session->macs)
        session->macs = calloc(1, sizeof *session->macs);
    if (session->macs && session->macs->silence != silence) {
        session->macs->silence = silence;
        session->macs->look_at = 0;
    }
}

void macs_tell_again(struct session *session)
{
    if (!session->macs)
        return;
    session->macs->again = true;
    session->macs->look_at = 0;
}

void macs_put_off(struct session *session)
{
    if (!macs_are_new(session))
        return;
    session->macs->learnt = atomic_load_explicit(&session->port->learnt, memory_order_relaxed);
    session->macs->look_at = 0;
}

void macs_free(struct session *session)
{
    if (session->macs)
        free(session->macs->told);
    free(session->macs);
    session->macs = NULL;
}

int64_t macs_next(const struct session *session, int64_t now)
{
    if (!session->macs)
        return INT64_MAX;
    return macs_are_new(session) ? now : session->macs->look_at;
}

static bool is_among(uint8_t (*macs)[FRAME_MAC], unsigned count, const uint8_t mac[FRAME_MAC])
{
    for (unsigned i = 0; i < count; i++)
        if (memcmp(macs[i], mac, FRAME_MAC) == 0)
            return true;
    return false;
}

static unsigned take_removed(struct mac_watch *watch, uint8_t (*now)[FRAME_MAC], unsigned count,
                             uint8_t (*removed)[FRAME_MAC])
{
    unsigned gone = 0;
    for (unsigned i = 0; i < watch->count && gone < MACS_AT_ONCE;) {
        if (is_among(now, count, watch->told[i])) {
            i++;
            continue;
        }
        memcpy(removed[gone++], watch->told[i], FRAME_MAC);
        memcpy(watch->told[i], watch->told[--watch->count], FRAME_MAC);
    }
    return gone;
}

static bool has_room(struct mac_watch *watch)
{
    if (watch->count < watch->room)
        return true;
    const unsigned room = watch->room ? 2 * watch->room : 4;
    void *told = realloc(watch->told, room * sizeof *watch->told);
    if (!told)
        return false;
    watch->told = told;
    watch->room = room;
    return true;
}

static unsigned take_detected(struct mac_watch *watch, uint8_t (*now)[FRAME_MAC], unsigned count,
                              uint8_t (*detected)[FRAME_MAC])
{
    unsigned fresh = 0;
    for (unsigned i = 0; i < count && fresh < MACS_AT_ONCE; i++) {
        if (is_among(watch->told, watch->count, now[i]) || !has_room(watch))
            continue;
        memcpy(watch->told[watch->count++], now[i], FRAME_MAC);
        memcpy(detected[fresh++], now[i], FRAME_MAC);
    }
    return fresh;
}

static void forget(struct mac_watch *watch, const uint8_t mac[FRAME_MAC])
{
    for (unsigned i = 0; i < watch->count; i++)
        if (memcmp(watch->told[i], mac, FRAME_MAC) == 0) {
            memcpy(watch->told[i], watch->told[--watch->count], FRAME_MAC);
            return;
        }
}

static void remember(struct mac_watch *watch, const uint8_t mac[FRAME_MAC])
{
    if (!is_among(watch->told, watch->count, mac) && has_room(watch))
        memcpy(watch->told[watch->count++], mac, FRAME_MAC);
}

static void each(struct mac_watch *watch, const struct pfcp_macs *lists, size_t count,
                 void (*apply)(struct mac_watch *, const uint8_t *))
{
    for (size_t i = 0; i < count; i++)
        for (size_t at = 0; at + FRAME_MAC <= lists[i].addresses.len; at += FRAME_MAC)
            apply(watch, lists[i].addresses.data + at);
}

void macs_take_back(struct session *session, const struct pfcp_ethernet_traffic *traffic)
{
    if (!session->macs)
        return;
    each(session->macs, traffic->detected, traffic->detected_count, forget);
    each(session->macs, traffic->removed, traffic->removed_count, remember);
    session->macs->look_at = 0;
}

static void list(struct mac_news *news, unsigned removed, unsigned detected)
{
    news->detected = (struct pfcp_macs){
        bytes_of(news->addresses[0][0], (size_t)detected * FRAME_MAC), false, false, {0}, {0}};
    news->removed = (struct pfcp_macs){
        bytes_of(news->addresses[1][0], (size_t)removed * FRAME_MAC), false, false, {0}, {0}};
    news->traffic = (struct pfcp_ethernet_traffic){.detected = &news->detected,
                                                   .detected_count = detected != 0,
                                                   .removed = &news->removed,
                                                   .removed_count = removed != 0};
}

/* One that was silent and speaks again is not new to the data network: it is looked for as long as that remembers any. */
static int64_t next_look(const struct mac_watch *watch, const struct session *session, int64_t now, bool more)
{
    if (more)
        return now;
    const bool any = watch->count || session->port->mac_count;
    return any ? now + watch->silence / LOOKS : INT64_MAX;
}

bool macs_take(struct session *session, int64_t now, struct mac_news *news)
{
    static uint8_t current[MACS_MOST][FRAME_MAC];
    struct mac_watch *watch = session->macs;
    struct lan *lan = session->network->lan;
    if (macs_next(session, now) > now)
        return false;
    watch->learnt = atomic_load_explicit(&session->port->learnt, memory_order_relaxed);
    /* Those that the data network would still remember at a time at which it had forgotten what has been silent for so long. */
    const unsigned count = lan_macs(lan, session, current, MACS_MOST, now + lan_ageing(lan) - watch->silence);
    const unsigned removed = take_removed(watch, current, count, news->addresses[1]);
    if (watch->again && removed < MACS_AT_ONCE) {
        watch->count = 0;
        watch->again = false;
    }
    const unsigned detected = take_detected(watch, current, count, news->addresses[0]);
    list(news, removed, detected);
    watch->look_at = next_look(watch, session, now, removed == MACS_AT_ONCE || detected == MACS_AT_ONCE);
    return removed || detected;
}
