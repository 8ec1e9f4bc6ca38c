/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/nat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/log.h"
#include "plane/fast/framed.h"
#include "plane/nft.h"
#include "plane/passage.h"

static void write_masqueraded(FILE *to, const struct config_plane *config)
{
    if (strcmp(config->egress, "auto") == 0)
        fprintf(to, "oifname != \"%s*\" masquerade\n", config->tun);
    else
        fprintf(to, "oifname \"%s\" masquerade\n", config->egress);
}

static void write_masquerade(FILE *to, const struct config_plane *config, const char *family,
                             const struct config_prefix *pool)
{
    char text[VALUE_TEXT_BYTES];
    if (pool->family == 0)
        return;
    fprintf(to, "  %s saddr %s ", family, config_prefix_text(pool, text));
    write_masqueraded(to, config);
}

/* Hosts behind phones are translated as the phones are; the sets are filled as sessions come (plane/lead.c). */
static void write_masquerade_behind(FILE *to, const struct config_plane *config, const char *family,
                                    char version)
{
    fprintf(to, "  %s saddr @framed%c ", family, version);
    write_masqueraded(to, config);
}

struct set {
    FILE *to;
    uint8_t family;
    unsigned count; /* of elements */
};

static void write_element(void *context, const struct config_prefix *route)
{
    struct set *set = context;
    char text[VALUE_TEXT_BYTES];
    if (route->family == set->family)
        fprintf(set->to, "%s%s", set->count++ ? ", " : "  elements = { ", config_prefix_text(route, text));
}

/* Packets of what was found go on: connections that begin there before the SMF has spoken are to be translated, too. */
static void write_set(FILE *to, const struct plane *plane, uint8_t family)
{
    struct set set = {.to = to, .family = family};
    const char version = family == AF_INET ? '4' : '6';
    fprintf(to, " set framed%c {\n  type ipv%c_addr; flags interval;\n", version, version);
    fast_each_found_route(plane, write_element, &set);
    fprintf(to, "%s }\n", set.count ? " }\n" : "");
}

static void write_nat(FILE *to, const struct config_plane *config, const struct plane *plane)
{
    const struct network *networks = plane->networks;
    write_set(to, plane, AF_INET);
    write_set(to, plane, AF_INET6);
    fputs(" chain postrouting {\n  type nat hook postrouting priority srcnat; policy accept;\n", to);
    bool pools = false;
    for (unsigned i = 0; i < plane->network_count; i++) {
        write_masquerade(to, config, "ip", &networks[i].pool_v4);
        write_masquerade(to, config, "ip6", &networks[i].pool_v6);
        pools |= networks[i].pool_v4.family || networks[i].pool_v6.family;
    }
    if (pools) { /* else the host need not follow connections, and takes no bridged packet apart for it */
        write_masquerade_behind(to, config, "ip", '4');
        write_masquerade_behind(to, config, "ip6", '6');
    }
    fputs(" }\n", to);
}

/* What the packet program leaves to the slow path has been translated once: it comes back through the host as what it is now. */
static void write_untracked(FILE *to, const struct config_plane *config, unsigned network_count)
{
    char name[PASSAGE_NAME_BYTES];
    fputs(" chain prerouting {\n  type filter hook prerouting priority raw; policy accept;\n", to);
    for (unsigned i = 0; i < network_count; i++)
        fprintf(to, "  iifname \"%s\" notrack\n", passage_name(config, i, PASSAGE_PROGRAM, name));
    fputs(" }\n", to);
}

/* RFC 9293 3.7.1; a segment size is only ever lowered. */
static void write_clamp(FILE *to, const struct config_plane *config)
{
    char most[16] = "rt mtu";
    if (config->mss_clamp == CONFIG_MSS_OFF)
        return;
    if (config->mss_clamp != CONFIG_MSS_AUTO)
        snprintf(most, sizeof most, "%u", config->mss_clamp);
    fputs(" chain forward {\n  type filter hook forward priority filter; policy accept;\n", to);
    for (const char *const *side = (const char *const[]){"oifname", "iifname", NULL}; *side; side++)
        fprintf(to, "  tcp flags syn %s \"%s*\" tcp option maxseg size set %s\n", *side, config->tun, most);
    fputs(" }\n", to);
}

/* Deleting what may not be there needs it to be there first. */
static void write_script(FILE *to, const struct config_plane *config, const struct plane *plane)
{
    fprintf(to, "add table inet %s%s\ndelete table inet %s%s\ntable inet %s%s {\n", NAT_TABLE, config->tun,
            NAT_TABLE, config->tun, NAT_TABLE, config->tun);
    if (config->nat) {
        write_nat(to, config, plane);
        write_untracked(to, config, plane->network_count);
    }
    write_clamp(to, config);
    fputs("}\n", to);
}

bool nat_install(const struct config_plane *config, const struct plane *plane)
{
    char *script = NULL, why[256];
    size_t length;
    FILE *to = open_memstream(&script, &length);
    if (!to)
        return false;
    write_script(to, config, plane);
    fclose(to);
    bool done = nft_run(script, why, sizeof why);
    free(script);
    if (!done)
        log_warning(
            "plane", NULL,
            "cannot set up NAT: %s; phones reach only what routes back to their pools: load the kernel's "
            "nf_tables and nft_masq modules and run as root, or set planes.nat to false",
            why);
    return done;
}

void nat_remove(const struct config_plane *config)
{
    char script[64], why[256];
    snprintf(script, sizeof script, "delete table inet %s%s\n", NAT_TABLE, config->tun);
    if (!nft_run(script, why, sizeof why))
        log_warning("plane", NULL, "cannot remove the nftables table `inet %s%s`: %s", NAT_TABLE, config->tun,
                    why);
}
