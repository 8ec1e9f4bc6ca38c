/* SPDX-License-Identifier: Apache-2.0 */
/* Who the other cores are. */
#include "core/peer/peer.h"

#include <stdio.h>

#include "config/config.h"

static uint32_t amf_id(uint8_t region, uint16_t set, uint8_t pointer)
{
    return (uint32_t)region << 16 | (uint32_t)set << 6 | pointer;
}

uint32_t peer_amf_id(const struct core *core, unsigned peer)
{
    const struct config_peer *p = &core->config->peers[peer];
    return amf_id(p->amf_region, p->amf_set, p->amf_pointer);
}

int peer_of_amf(const struct core *core, uint32_t id)
{
    const struct config_network *own = &core->config->network;
    if (id == amf_id(own->amf_region, own->amf_set, own->amf_pointer))
        return NO_PEER;
    for (unsigned i = 0; i < core->config->peer_count; i++) {
        if (peer_amf_id(core, i) == id)
            return (int)i;
    }
    return NO_PEER;
}

int peer_of_guti(const struct core *core, const struct nas_guti *guti)
{
    struct config_plmn plmn;
    memcpy(plmn.octets, guti->plmn.octets, sizeof plmn.octets);
    if (!config_find_plmn(core->config, plmn))
        return NO_PEER;
    return peer_of_amf(core, amf_id(guti->amf_region_id, guti->s_tmsi.amf_set_id, guti->s_tmsi.amf_pointer));
}

int peer_of_tai(const struct core *core, struct tai tai)
{
    for (unsigned i = 0; i < core->config->peer_count && config_find_plmn(core->config, tai.plmn); i++) {
        const struct config_peer *peer = &core->config->peers[i];
        for (unsigned n = 0; n < peer->tac_count; n++)
            if (peer->tacs[n] == tai.tac)
                return (int)i;
    }
    return NO_PEER;
}

const char *peer_name(const struct core *core, unsigned peer)
{
    return core->config->peers[peer].name;
}

static bool same_endpoint(const union socket_address *a, const union socket_address *b)
{
    return address_same_host(a, b) && address_port(a) == address_port(b);
}

/* "http://10.0.0.1:7777/..." to its address. */
static bool read_root(const char *uri, union socket_address *address, const char **path)
{
    char authority[ADDRESS_TEXT];
    const char *from = strstr(uri, "://");
    size_t length = from ? strcspn(from + 3, "/") : 0;
    if (!length || length >= sizeof authority)
        return false;
    memcpy(authority, from + 3, length);
    authority[length] = '\0';
    *path = from + 3 + length;
    return config_endpoint_parse(authority, 80, address);
}

int peer_of_uri(const struct core *core, const char *uri, bool *own, const char **path)
{
    union socket_address address;
    *own = false;
    if (!read_root(uri, &address, path))
        return NO_PEER;
    *own = same_endpoint(&address, &core->config->sbi.listen);
    for (unsigned i = 0; i < core->config->peer_count && !*own; i++) {
        if (same_endpoint(&address, &core->config->peers[i].address))
            return (int)i;
    }
    return NO_PEER;
}

static const char *write_uri(const struct core *core, const union socket_address *at, const char *prefix,
                             const char *rest, char *buffer, size_t size)
{
    char authority[ADDRESS_TEXT];
    snprintf(buffer, size, "%s://%s%s%s", *core->config->sbi.certificate ? "https" : "http",
             address_print(at, authority), prefix, rest);
    return buffer;
}

const char *peer_own_uri(const struct core *core, const char *path, char *buffer)
{
    return write_uri(core, &core->config->sbi.listen, path, "", buffer, SBI_TEXT_BYTES);
}

const char *peer_uri(const struct core *core, unsigned peer, const char *prefix, const char *rest,
                     char *buffer, size_t size)
{
    return write_uri(core, &core->config->peers[peer].address, prefix, rest, buffer, size);
}
