/* SPDX-License-Identifier: Apache-2.0 */
#include "keeper/broker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config/terms.h"
#include "kit/log.h"
#include "kit/pass.h"

static bool claim(const union socket_address *address, enum sctp_stack stack)
{
    const struct sctp_settings settings = {.stack = stack, .local = *address, .listen = true, .socket = -1};
    char at[ADDRESS_TEXT];
    int kept;
    if (sctp_claim(&settings, &kept))
        return true;
    log_error("keeper", NULL, "N2 at %s: %s", address_print(address, at),
              errno == EADDRINUSE
                  ? "another process has this SCTP address and port: stop it, or use another port"
                  : strerror(errno));
    return false;
}

bool broker_claim_addresses(const struct config *config)
{
    bool good = true;
    for (unsigned i = 0; i < config->edge_count; i++)
        for (unsigned k = 0; k < config->edges[i].listen_count; k++)
            good &= claim(&config->edges[i].listen[k], config->sctp);
    return good;
}

static void tell(const struct child *child, const struct charter *charter, int descriptor)
{
    uint8_t space[CHARTER_BYTES];
    struct writer w = writer_of(space, sizeof space);
    char title[64];
    if (charter_encode(&w, charter) && pass_send(child->charter.fd, writer_bytes(&w), descriptor))
        return;
    log_error("keeper", NULL, "%s does not listen to the keeper and is killed", child_title(child, title));
    if (child->pid > 0)
        kill(child->pid, SIGKILL);
}

void broker_give_terms(const struct child *edge, const struct config *config, uint32_t id)
{
    struct charter charter;
    config_edge_terms(config, edge->edge, &charter);
    charter.terms.id = id;
    tell(edge, &charter, -1);
}

/* Two ends of a channel, one each. */
static void join(const struct child *one, const struct child *other, enum charter_kind kind, const char *name)
{
    struct charter charter = {.kind = kind};
    int ends[2];
    if (!one->pid || !other->pid)
        return;
    if (!pass_pair(ends)) {
        log_error("keeper", NULL, "no channel can be made: %s", strerror(errno));
        return;
    }
    snprintf(charter.name, sizeof charter.name, "%s", name);
    tell(other, &charter, ends[0]);
    tell(one, &charter, ends[1]);
    close(ends[0]);
    close(ends[1]);
}

const char *broker_source_name(const struct child *child, char name[CHARTER_NAME_BYTES])
{
    snprintf(name, CHARTER_NAME_BYTES, "%s%s%s", child->role, child->name ? "-" : "",
             child->name ? child->name : "");
    return name;
}

void broker_introduce(const struct child *edge, const struct child *control)
{
    join(edge, control, CHARTER_WICKET, edge->name);
}

void broker_introduce_source(const struct child *recorder, const struct child *source)
{
    char name[CHARTER_NAME_BYTES];
    join(recorder, source, CHARTER_EVIDENCE, broker_source_name(source, name));
}

void broker_announce_source(const struct child *recorder, const struct child *source)
{
    struct charter charter = {.kind = CHARTER_SOURCE};
    broker_source_name(source, charter.name);
    if (recorder->pid)
        tell(recorder, &charter, -1);
}

bool broker_hear(const struct child *speaker, struct charter *charter)
{
    uint8_t space[CHARTER_BYTES];
    struct fault fault;
    int descriptor;
    ssize_t length;
    while ((length = pass_receive(speaker->charter.fd, space, sizeof space, &descriptor)) > 0) {
        if (descriptor >= 0)
            close(descriptor);
        if (charter_decode(bytes_of(space, (size_t)length), charter, &fault))
            return true;
    }
    return false;
}
