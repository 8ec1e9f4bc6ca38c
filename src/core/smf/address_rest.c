/* SPDX-License-Identifier: Apache-2.0 */
#include "core/smf/address_rest.h"

#include <stdlib.h>

#include "core/amf/amf.h"
#include "core/smf/n4.h"
#include "store/store.h"

struct address_rest {
    struct address_rest *next;
    struct row row;
    struct network *network;
    supi_t supi;   /* whose it was */
    int64_t until; /* wall clock */
    size_t octets;
    uint8_t address[8];
};

static bool write_row(struct core *core, struct row *row)
{
    const struct address_rest *rest =
        (const struct address_rest *)((char *)row - offsetof(struct address_rest, row));
    char supi[SUPI_TEXT_BYTES];
    return store_rest_put(core->store, rest->network->name, bytes_of(rest->address, rest->octets),
                          supi_text(rest->supi, supi), rest->until) == STORE_OK;
}

static bool write_sweep(struct core *core, struct row *row)
{
    (void)row;
    return store_rest_end(core->store, core_wall(core)) == STORE_OK;
}

/* --- the list --- */

void address_rests_init(struct smf *smf)
{
    smf->rests = (struct address_rests){.last = &smf->rests.first, .sweep.write = write_sweep};
}

static struct address_rest *append(struct smf *smf, struct network *network, const uint8_t *address,
                                   size_t octets, supi_t supi, int64_t until)
{
    struct address_rest *rest = calloc(1, sizeof *rest);
    if (!rest)
        return NULL;
    *rest = (struct address_rest){
        .row.write = write_row, .network = network, .supi = supi, .until = until, .octets = octets};
    memcpy(rest->address, address, octets);
    network->resting++; /* the pool is not exchanged under it */
    *smf->rests.last = rest;
    smf->rests.last = &rest->next;
    return rest;
}

static void take_out(struct smf *smf, struct address_rest **place)
{
    struct address_rest *rest = *place;
    *place = rest->next;
    if (!*place)
        smf->rests.last = place;
    rest->network->resting--;
    core_clean(smf->core, &rest->row);
    free(rest);
}

static void release(struct network *network, const uint8_t *address, size_t octets)
{
    if (octets == 4)
        network_release_ipv4(network, address);
    else
        network_release_ipv6(network, address);
}

static void wake(struct smf *smf)
{
    struct address_rest *first;
    bool any = false;
    for (; (first = smf->rests.first) && first->until <= core_wall(smf->core); any = true) {
        release(first->network, first->address, first->octets);
        take_out(smf, &smf->rests.first);
    }
    if (any)
        core_dirty(smf->core, &smf->rests.sweep);
}

void address_rests_free(struct smf *smf)
{
    while (smf->rests.first)
        take_out(smf, &smf->rests.first);
    core_clean(smf->core, &smf->rests.sweep);
}

unsigned smf_addresses_resting(const struct core *core)
{
    unsigned count = 0;
    for (const struct address_rest *rest = core->smf->rests.first; rest; rest = rest->next)
        count++;
    return count;
}

/* --- sessions --- */

void address_give_back(struct session *session, const uint8_t *address, size_t octets)
{
    struct smf *smf = session_smf(session);
    struct core *core = smf->core;
    const int64_t time = core->config->smf.address_rest;
    struct address_rest *rest = NULL;
    wake(smf);
    if (time && network_draws(session->network, address, octets))
        rest = append(smf, session->network, address, octets, amf_supi(session->ue), core_wall(core) + time);
    if (rest)
        core_dirty(core, &rest->row);
    else
        release(session->network, address, octets);
}

static bool take_own_again(struct session *session, uint8_t *address, size_t octets)
{
    struct smf *smf = session_smf(session);
    struct address_rest **place = &smf->rests.first;
    while (*place && ((*place)->network != session->network || (*place)->octets != octets ||
                      (*place)->supi != amf_supi(session->ue) ||
                      !network_gives(session->network, session->upf->name, (*place)->address, octets)))
        place = &(*place)->next;
    if (!*place)
        return false;
    memcpy(address, (*place)->address, octets);
    take_out(smf, place);
    return true;
}

bool address_take(struct session *session, uint8_t *address, size_t octets)
{
    wake(session_smf(session));
    const char *plane = session->upf->name;
    return (octets == 4 ? network_take_ipv4(session->network, plane, address)
                        : network_take_ipv6(session->network, plane, address)) ||
           take_own_again(session, address, octets);
}

/* --- after a restart --- */

/* What a session has claimed is its own. */
static void load(void *context, const char *name, struct bytes address, const char *supi, int64_t until)
{
    struct smf *smf = context;
    struct network *network = network_get(&smf->networks, name, smf->core->config);
    if (!network || (address.len != 4 && address.len != 8) || until <= core_wall(smf->core) ||
        !network_draws(network, address.data, address.len))
        return;
    bool claimed = address.len == 4 ? network_claim_ipv4(network, address.data)
                                    : network_claim_ipv6(network, address.data);
    if (claimed && !append(smf, network, address.data, address.len, supi_of_text(supi), until))
        release(network, address.data, address.len);
}

bool address_rests_load(struct smf *smf)
{
    return store_rest_each(smf->core->store, load, smf) == STORE_OK;
}
