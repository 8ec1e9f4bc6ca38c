/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/nft.h"

#include <nftables/libnftables.h>
#include <stdio.h>
#include <string.h>

static struct nft_ctx *open_nft(char *why, size_t size)
{
    struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
    if (nft) {
        nft_ctx_buffer_error(nft);
        nft_ctx_buffer_output(nft);
    } else {
        snprintf(why, size, "out of memory");
    }
    return nft;
}

static bool run(struct nft_ctx *nft, const char *script, char *why, size_t size)
{
    if (nft_run_cmd_from_buffer(nft, script) == 0)
        return true;
    const char *said = nft_ctx_get_error_buffer(nft);
    snprintf(why, size, "%.*s", (int)strcspn(said, "\n"), said);
    return false;
}

bool nft_run(const char *script, char *why, size_t size)
{
    struct nft_ctx *nft = open_nft(why, size);
    bool done = nft && run(nft, script, why, size);
    if (nft)
        nft_ctx_free(nft);
    return done;
}

json_t *nft_list(const char *command, char *why, size_t size)
{
    struct nft_ctx *nft = open_nft(why, size);
    json_t *list = NULL;
    if (!nft)
        return NULL;
    nft_ctx_output_set_flags(nft, NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_NUMERIC_PROTO);
    if (run(nft, command, why, size)) {
        json_t *answer = json_loads(nft_ctx_get_output_buffer(nft), 0, NULL);
        list = json_incref(json_object_get(answer, "nftables"));
        json_decref(answer);
        if (!list)
            snprintf(why, size, "its answer is no JSON");
    }
    nft_ctx_free(nft);
    return list;
}
