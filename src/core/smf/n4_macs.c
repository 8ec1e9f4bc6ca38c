/* SPDX-License-Identifier: Apache-2.0 */
/* Who is behind the phone of an Ethernet session, as its plane reports it (TS 23.501 5.8.2.12, TS 29.244 5.13.6). */
#include <stdlib.h>

#include "core/smf/n4.h"
#include "kit/log.h"

static unsigned find(const struct session *session, const uint8_t mac[MAC_OCTETS])
{
    unsigned i = 0;
    while (i < session->mac_count && memcmp(session->macs[i], mac, MAC_OCTETS) != 0)
        i++;
    return i;
}

/* A plane may say more than a session can be believed to have: what there is no room for is passed over. */
static void add(struct session *session, const uint8_t mac[MAC_OCTETS])
{
    char text[SESSION_TEXT], address[MAC_TEXT];
    if (session->mac_count == SESSION_MACS || find(session, mac) < session->mac_count)
        return;
    void *macs = realloc(session->macs, (session->mac_count + 1u) * sizeof *session->macs);
    if (!macs)
        return;
    session->macs = macs;
    memcpy(session->macs[session->mac_count++], mac, MAC_OCTETS);
    log_info("smf", session_text(session, text), "behind the phone is %s", mac_write(mac, address));
}

static void take(struct session *session, const uint8_t mac[MAC_OCTETS])
{
    char text[SESSION_TEXT], address[MAC_TEXT];
    const unsigned at = find(session, mac);
    if (at == session->mac_count)
        return;
    memcpy(session->macs[at], session->macs[--session->mac_count], MAC_OCTETS);
    log_info("smf", session_text(session, text), "not behind the phone any more: %s",
             mac_write(mac, address));
}

static void each(struct session *session, const struct pfcp_macs *lists, size_t count,
                 void (*apply)(struct session *, const uint8_t *))
{
    for (size_t i = 0; i < count; i++)
        for (size_t at = 0; at + MAC_OCTETS <= lists[i].addresses.len; at += MAC_OCTETS)
            apply(session, lists[i].addresses.data + at);
}

void n4_note_macs(struct session *session, const struct pfcp_usage_report *reports, size_t count)
{
    if (session->type != NAS_SESSION_ETHERNET)
        return;
    for (size_t i = 0; i < count; i++) {
        const struct pfcp_ethernet_traffic *traffic = &reports[i].ethernet_traffic;
        if (!reports[i].has_ethernet_traffic)
            continue;
        each(session, traffic->removed, traffic->removed_count, take);
        each(session, traffic->detected, traffic->detected_count, add);
    }
}
