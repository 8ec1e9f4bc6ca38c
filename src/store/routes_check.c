/* SPDX-License-Identifier: Apache-2.0 */
#include "store/routes_check.h"

#include <stdio.h>
#include <string.h>

struct looking {
    struct store *store;
    const struct config *config;
    const struct store_subscriber *subscriber;
    unsigned slice, session; /* of the network at hand */
    char *what;
    size_t what_size;
    char *supi; /* of the owner, or NULL */
};

static bool refuse(const struct looking *at, const struct config_prefix *route, const char *owner)
{
    char text[VALUE_TEXT_BYTES];
    snprintf(at->what, at->what_size,
             "slice[%u].session[%u].%sFrameRouteList: found %s, expected a network apart from %s", at->slice,
             at->session, route->family == AF_INET ? "ipv4" : "ipv6", config_prefix_text(route, text), owner);
    return false;
}

/* What cannot be read is told by the write that follows. */
static bool is_free(const struct looking *at, const char *dnn, const struct config_prefix *route)
{
    char supi[STORE_SUPI_BYTES], owner[STORE_SUPI_BYTES + 110];
    if (store_route_look(at->store, dnn, route, at->subscriber->supi, supi) != STORE_TAKEN)
        return true;
    if (at->supi)
        memcpy(at->supi, supi, sizeof supi);
    snprintf(owner, sizeof owner, "those of %s in %.100s", supi, dnn);
    return refuse(at, route, owner);
}

static bool is_free_everywhere(const struct looking *at, const char *dnn, const struct config_prefix *route)
{
    const struct config_smf *smf = &at->config->smf;
    for (unsigned i = 0; i < smf->dnn_count; i++)
        if (framed_routes_meet(at->config, dnn, smf->dnns[i].name) && !is_free(at, smf->dnns[i].name, route))
            return false;
    return config_find_dnn(at->config, dnn) || is_free(at, dnn, route);
}

static bool fits(const struct looking *at, const struct store_dnn *dnn)
{
    char owner[FRAMED_ROUTE_OWNER_BYTES];
    for (unsigned i = 0; i < dnn->route_count; i++) {
        if (framed_route_has_owner(at->config, dnn->name, &dnn->routes[i], owner))
            return refuse(at, &dnn->routes[i], owner);
        if (at->store && !is_free_everywhere(at, dnn->name, &dnn->routes[i]))
            return false;
    }
    return true;
}

bool store_routes_fit(struct store *store, const struct config *config,
                      const struct store_subscriber *subscriber, char *what, size_t what_size,
                      char owner[STORE_SUPI_BYTES])
{
    struct looking at = {.store = store,
                         .config = config,
                         .subscriber = subscriber,
                         .what = what,
                         .what_size = what_size,
                         .supi = owner};
    if (owner)
        *owner = '\0';
    for (at.slice = 0; at.slice < subscriber->slice_count; at.slice++) {
        const struct store_slice *slice = &subscriber->slices[at.slice];
        for (at.session = 0; at.session < slice->dnn_count; at.session++)
            if (!fits(&at, &slice->dnns[at.session]))
                return false;
    }
    return true;
}
