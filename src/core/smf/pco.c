/* SPDX-License-Identifier: Apache-2.0 */
/* Protocol configuration options (TS 24.008 10.5.6.3): name servers, MTU, and IPCP (RFC 1332, 1877) for modems of old. */
#include <sys/socket.h>

#include "core/smf/session.h"

enum {
    PCO_UNITS = 32,
    IPCP_CONFIGURE_REQUEST = 1,
    IPCP_CONFIGURE_NAK = 3,
    IPCP_DNS_1 = 129,
    IPCP_DNS_2 = 131
};

struct answer {
    struct core *core;
    const struct config_dnn *dnn;
    struct nas_pco_unit *units;
    size_t count;
};

static void add(struct answer *answer, uint16_t id, struct bytes content)
{
    struct bytes kept = arena_copy(&answer->core->batch, content);
    if (kept.len == content.len && answer->count < PCO_UNITS)
        answer->units[answer->count++] = (struct nas_pco_unit){id, kept};
}

static void add_dns(struct answer *answer, uint16_t id, uint8_t family)
{
    for (unsigned i = 0; i < answer->dnn->dns_count; i++)
        if (answer->dnn->dns[i].family == family)
            add(answer, id, bytes_of(answer->dnn->dns[i].address, family == AF_INET ? 4 : 16));
}

static void add_mtu(struct answer *answer, uint16_t id)
{
    uint8_t mtu[] = {(uint8_t)(answer->dnn->mtu >> 8), (uint8_t)answer->dnn->mtu};
    add(answer, id, BYTES(mtu));
}

/* A Configure-Nak that suggests our name servers, as RFC 1877 has it. */
static void add_ipcp(struct answer *answer, struct bytes asked)
{
    uint8_t nak[16], option = IPCP_DNS_1;
    struct writer w = writer_of(nak, sizeof nak);
    if (asked.len < 4 || asked.data[0] != IPCP_CONFIGURE_REQUEST)
        return;
    write_u8(&w, IPCP_CONFIGURE_NAK);
    write_u8(&w, asked.data[1]);
    write_u16(&w, 0);
    for (unsigned i = 0; i < answer->dnn->dns_count && option <= IPCP_DNS_2; i++) {
        if (answer->dnn->dns[i].family != AF_INET)
            continue;
        write_u8(&w, option);
        write_u8(&w, 6);
        write_bytes(&w, bytes_of(answer->dnn->dns[i].address, 4));
        option += IPCP_DNS_2 - IPCP_DNS_1;
    }
    nak[3] = (uint8_t)writer_length(&w);
    if (option != IPCP_DNS_1)
        add(answer, NAS_PCO_IPCP, writer_bytes(&w));
}

static void answer_one(struct answer *answer, const struct nas_pco_unit *unit)
{
    switch (unit->id) {
    case NAS_PCO_DNS_IPV4:
        add_dns(answer, unit->id, AF_INET);
        break;
    case NAS_PCO_DNS_IPV6:
        add_dns(answer, unit->id, AF_INET6);
        break;
    case NAS_PCO_IPV4_MTU:
    case NAS_PCO_ETHERNET_MTU:
        if ((unit->id == NAS_PCO_ETHERNET_MTU) == (answer->dnn->type == CONFIG_ETHERNET))
            add_mtu(answer, unit->id);
        break;
    case NAS_PCO_IPCP:
        add_ipcp(answer, unit->content);
        break;
    default: /* not offered; the phone does without */
        break;
    }
}

static bool asked_before(const struct nas_pco *asked, size_t place)
{
    for (size_t i = 0; i < place; i++)
        if (asked->items[i].id == asked->items[place].id)
            return true;
    return false;
}

struct nas_pco pco_answer(const struct session *session, const struct nas_pco *asked)
{
    struct core *core = session_smf(session)->core;
    struct answer answer = {.core = core, .dnn = config_find_dnn(core->config, session->network->name)};
    if (!asked || asked->count == 0 || !answer.dnn)
        return (struct nas_pco){0};
    answer.units = arena_array(&core->batch, PCO_UNITS, sizeof *answer.units);
    for (size_t i = 0; answer.units && i < asked->count; i++)
        if (!asked_before(asked, i))
            answer_one(&answer, &asked->items[i]);
    return (struct nas_pco){answer.units, answer.count};
}
