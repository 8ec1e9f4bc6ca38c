/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's packet filter, spoken to in nftables' own language. */
#ifndef PLANE_NFT_H
#define PLANE_NFT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Runs a script as one transaction; on failure *why gets the first line of what nftables says. */
bool nft_run(const char *script, char *why, size_t size);

/* What a "list" command answers: the array "nftables" of libnftables-json(5), a new reference. NULL: as above. */
json_t *nft_list(const char *command, char *why, size_t size);

#endif
