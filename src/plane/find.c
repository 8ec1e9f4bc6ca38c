/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/find.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "kit/mac.h"
#include "plane/agent_state.h"

static struct session *by_address(const struct plane *plane, uint64_t key, bool v4)
{
    struct session *session = NULL;
    for (unsigned i = 0; i < plane->network_count && !session; i++)
        session = table_get(v4 ? &plane->networks[i].by_v4 : &plane->networks[i].by_v6, key);
    return session;
}

/* NULL: it is no MAC address, or no session's. */
static struct session *by_mac(const struct plane *plane, const char *text, int64_t now)
{
    uint8_t mac[FRAME_MAC];
    struct session *session = NULL;
    bool outside;
    if (!mac_read(text, mac))
        return NULL;
    for (unsigned i = 0; i < plane->network_count && !session; i++)
        if (plane->networks[i].lan)
            session = lan_find(plane->networks[i].lan, mac, now, &outside);
    return session;
}

/* The phone that has it, or that it is behind. */
static struct session *by_octets(const struct plane *plane, const uint8_t *address, bool v4)
{
    struct reader r = reader_of(bytes_of(address, 8));
    struct session *session = by_address(plane, v4 ? read_u32(&r) : read_u64(&r), v4);
    return session ? session : routes_find(&plane->routes, v4 ? 4 : 6, address);
}

struct session *find_session_by(const struct agent *agent, const char *text)
{
    const struct plane *plane = agent->settings.plane;
    uint8_t address[16];
    char *rest;
    if (inet_pton(AF_INET, text, address) == 1)
        return by_octets(plane, address, true);
    if (inet_pton(AF_INET6, text, address) == 1)
        return by_octets(plane, address, false);
    struct session *session = by_mac(plane, text, agent_now(agent));
    if (session)
        return session;
    const uint64_t seid = strtoull(text, &rest, 16);
    return *rest ? NULL : map_get(&agent->sessions, seid);
}

struct gnb *find_gnb_by(const struct agent *agent, const char *text)
{
    union socket_address address = {.v4.sin_family = AF_INET};
    if (inet_pton(AF_INET, text, &address.v4.sin_addr) != 1) {
        address = (union socket_address){.v6.sin6_family = AF_INET6};
        if (inet_pton(AF_INET6, text, &address.v6.sin6_addr) != 1)
            return NULL;
    }
    return plane_gnb(agent->settings.plane, &address);
}
