/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may ask the console. With a token: whoever has it. Without one it listens on this host only, and then a page of somebody else's in a browser here
 * is the one to keep out: it comes by another name than the host's own (DNS rebinding), or says that it is of another site.
 */
#ifndef FACE_CONSOLE_GUARD_H
#define FACE_CONSOLE_GUARD_H

#include <stdbool.h>

enum { TOKEN_LEAST = 16, TOKEN_BYTES = 256 };

/* The first line of the file. False: it cannot be read, or is too short to be a secret (*why, static). */
bool token_read(const char *path, char token[TOKEN_BYTES], const char **why);

/* "Bearer ..." (RFC 6750 2.1); NULL is none. */
bool token_fits(const char *token, const char *authorization);

/* "127.0.0.1:9999", "[::1]:9999", "localhost": an address, or this host by name. NULL is none of these. */
bool host_is_here(const char *host);

/* What a browser says of who asks (Sec-Fetch-Site); NULL: it is none, or an old one. */
bool site_is_own(const char *site);

#endif
