/* SPDX-License-Identifier: Apache-2.0 */
/* What server and client share. Internal to the room. */
#ifndef SBI_STATE_H
#define SBI_STATE_H

#include "kit/map.h"
#include "sbi/link.h"
#include "sbi/sbi.h"

struct guest;
struct route;

struct sbi {
    struct loop *loop;
    struct sbi_settings settings;
    const struct sbi_events *events;
    void *context;
    struct tls_identity *identity; /* NULL: cleartext */
    struct watch listening;
    struct guest *guests; /* connections of peers; a list */
    unsigned guest_count;
    uint64_t tokens;      /* given out */
    struct map asked;     /* requests of peers by token */
    struct route *routes; /* own connections, one for each peer */
};

/* --- server.c --- */
bool sbi_server_open(struct sbi *sbi, const char **why);
void sbi_server_close(struct sbi *sbi);
void sbi_server_flush(struct sbi *sbi);

/* --- client.c --- */
bool sbi_client_open(struct sbi *sbi);
void sbi_client_close(struct sbi *sbi);
void sbi_client_flush(struct sbi *sbi);

struct sbi_link_settings sbi_link_defaults(const struct sbi *sbi, int fd);

#endif
