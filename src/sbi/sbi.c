/* SPDX-License-Identifier: Apache-2.0 */
#include "sbi/sbi.h"

#include <stdlib.h>

#include "sbi/state.h"

enum { PATIENCE_SECONDS = 10, IDLE_SECONDS = 300 };

struct sbi_link_settings sbi_link_defaults(const struct sbi *sbi, int fd)
{
    return (struct sbi_link_settings){
        .loop = sbi->loop,
        .fd = fd,
        .identity = sbi->identity,
        .limits = sbi->settings.limits,
        .patience = sbi->settings.patience,
        .idle = SECONDS(IDLE_SECONDS),
    };
}

static bool open_identity(struct sbi *sbi, const char **why)
{
    const struct sbi_settings *settings = &sbi->settings;
    if (!settings->certificate || !*settings->certificate)
        return true;
    sbi->identity = tls_identity_new(&(struct tls_terms){.certificate = settings->certificate,
                                                         .key = settings->key,
                                                         .authorities = settings->authorities,
                                                         .protocol = "h2"},
                                     why);
    return sbi->identity != NULL;
}

struct sbi *sbi_open(struct loop *loop, const struct sbi_settings *settings, const struct sbi_events *events,
                     void *context, const char **why)
{
    struct sbi *sbi = calloc(1, sizeof *sbi);
    *why = "out of memory";
    if (!sbi)
        return NULL;
    sbi->loop = loop;
    sbi->settings = *settings;
    sbi->events = events;
    sbi->context = context;
    sbi->listening.fd = -1;
    if (!sbi->settings.patience)
        sbi->settings.patience = SECONDS(PATIENCE_SECONDS);
    map_init(&sbi->asked, 0); /* the keys are our own */
    if (sbi_client_open(sbi) && open_identity(sbi, why) && sbi_server_open(sbi, why))
        return sbi;
    sbi_close(sbi);
    return NULL;
}

void sbi_close(struct sbi *sbi)
{
    if (!sbi)
        return;
    sbi_server_close(sbi);
    sbi_client_close(sbi);
    map_free(&sbi->asked);
    tls_identity_free(sbi->identity);
    free(sbi);
}

void sbi_flush(struct sbi *sbi)
{
    sbi_server_flush(sbi);
    sbi_client_flush(sbi);
}
