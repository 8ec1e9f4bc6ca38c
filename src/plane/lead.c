/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/lead.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/log.h"
#include "plane/fast/framed.h"
#include "plane/nat.h"
#include "plane/nft.h"
#include "plane/passage.h"
#include "plane/route.h"

const char *lead_device(const struct config_plane *config, unsigned network, char *name)
{
    snprintf(name, IFNAMSIZ, "%s%u", config->tun, network);
    return name;
}

/* What a predecessor has left is not in this process's table, and no error where it is to go. */
static void translate(const struct lead *lead, const struct config_prefix *route, bool there)
{
    char script[128], text[VALUE_TEXT_BYTES], why[256];
    if (!lead->nat || !lead->config->nat)
        return;
    snprintf(script, sizeof script, "%s element inet %s%s framed%d { %s }\n", there ? "add" : "delete",
             NAT_TABLE, lead->config->tun, route->family == AF_INET ? 4 : 6, config_prefix_text(route, text));
    if (!nft_run(script, why, sizeof why) && there)
        log_warning("plane", NULL, "framed route %s: its hosts' packets are not translated: %s", text, why);
}

void lead_route(const struct lead *lead, const struct network *network, const struct config_prefix *route)
{
    char tun[IFNAMSIZ], end[PASSAGE_NAME_BYTES], text[VALUE_TEXT_BYTES];
    if (!route_put(route, NULL, lead_device(lead->config, network->index, tun), RT_TABLE_MAIN, ROUTE_ONLY))
        log_warning("plane", NULL, "framed route %s: the host does not take it: %s; see ip route",
                    config_prefix_text(route, text), strerror(errno));
    passage_name(lead->config, network->index, PASSAGE_HOST, end);
    if (lead->passages && !route_put(route, &network->gateway_v4, end,
                                     passage_table(lead->config, network->index), ROUTE_INSTEAD))
        log_warning("plane", NULL, "framed route %s: it does not lead into the passage: %s",
                    config_prefix_text(route, text), strerror(errno));
    translate(lead, route, true);
}

static void out_of_passage(const struct lead *lead, const struct network *network,
                           const struct config_prefix *route)
{
    char end[PASSAGE_NAME_BYTES];
    if (lead->passages)
        route_remove(route, passage_name(lead->config, network->index, PASSAGE_HOST, end),
                     passage_table(lead->config, network->index));
}

void lead_away(const struct lead *lead, const struct network *network, const struct config_prefix *route)
{
    char tun[IFNAMSIZ];
    route_remove(route, lead_device(lead->config, network->index, tun), RT_TABLE_MAIN);
    out_of_passage(lead, network, route);
    translate(lead, route, false);
}

static void settle(const struct lead *lead, const struct plane *plane, const struct network *network,
                   const struct config_prefix *pool)
{
    char end[PASSAGE_NAME_BYTES];
    size_t count = 0;
    struct config_prefix *routes =
        pool->family ? route_list(pool->family, passage_name(lead->config, network->index, PASSAGE_HOST, end),
                                  passage_table(lead->config, network->index), &count)
                     : NULL;
    for (size_t i = 0; i < count; i++)
        if (memcmp(&routes[i], pool, sizeof *pool) != 0 &&
            !fast_has_found_route(plane->fast, network->index, &routes[i]))
            out_of_passage(lead, network, &routes[i]);
    free(routes);
}

void lead_settle(const struct lead *lead, const struct plane *plane)
{
    for (unsigned i = 0; lead->passages && i < plane->network_count; i++) {
        settle(lead, plane, &plane->networks[i], &plane->networks[i].pool_v4);
        settle(lead, plane, &plane->networks[i], &plane->networks[i].pool_v6);
    }
}
