/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/nat.h"

#include <nftables/libnftables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/log.h"

/* Runs a script as one transaction; on failure *why gets the first line of what nftables says. */
static bool run(const char *script, char *why, size_t size)
{
    struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
    if (!nft) {
        snprintf(why, size, "out of memory");
        return false;
    }
    nft_ctx_buffer_error(nft);
    nft_ctx_buffer_output(nft);
    bool done = nft_run_cmd_from_buffer(nft, script) == 0;
    if (!done) {
        const char *said = nft_ctx_get_error_buffer(nft);
        snprintf(why, size, "%.*s", (int)strcspn(said, "\n"), said);
    }
    nft_ctx_free(nft);
    return done;
}

static void write_masquerade(FILE *to, const struct config_plane *config, const char *family,
                             const struct config_prefix *pool)
{
    char text[VALUE_TEXT_BYTES];
    if (pool->family == 0)
        return;
    fprintf(to, "  %s saddr %s ", family, config_prefix_text(pool, text));
    if (strcmp(config->egress, "auto") == 0)
        fprintf(to, "oifname != \"%s*\" masquerade\n", config->tun);
    else
        fprintf(to, "oifname \"%s\" masquerade\n", config->egress);
}

/* Deleting what may not be there needs it to be there first. */
static void write_script(FILE *to, const struct config_plane *config, const struct network *networks,
                         unsigned network_count)
{
    fputs("add table inet demarc\ndelete table inet demarc\ntable inet demarc {\n", to);
    if (config->nat) {
        fputs(" chain postrouting {\n  type nat hook postrouting priority srcnat; policy accept;\n", to);
        for (unsigned i = 0; i < network_count; i++) {
            write_masquerade(to, config, "ip", &networks[i].pool_v4);
            write_masquerade(to, config, "ip6", &networks[i].pool_v6);
        }
        fputs(" }\n", to);
    }
    fprintf(to,
            " chain forward {\n  type filter hook forward priority filter; policy accept;\n"
            "  tcp flags syn oifname \"%s*\" tcp option maxseg size set rt mtu\n"
            "  tcp flags syn iifname \"%s*\" tcp option maxseg size set rt mtu\n }\n}\n",
            config->tun, config->tun);
}

bool nat_install(const struct config_plane *config, const struct network *networks, unsigned network_count)
{
    char *script = NULL, why[256];
    size_t length;
    FILE *to = open_memstream(&script, &length);
    if (!to)
        return false;
    write_script(to, config, networks, network_count);
    fclose(to);
    bool done = run(script, why, sizeof why);
    free(script);
    if (!done)
        log_warning(
            "plane", NULL,
            "cannot set up NAT: %s; phones reach only what routes back to their pools: load the kernel's "
            "nf_tables and nft_masq modules and run as root, or set planes.nat to false",
            why);
    return done;
}

void nat_remove(void)
{
    char why[256];
    if (!run("delete table inet demarc\n", why, sizeof why))
        log_warning("plane", NULL, "cannot remove the nftables table `inet demarc`: %s", why);
}
