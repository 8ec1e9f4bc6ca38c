/* SPDX-License-Identifier: Apache-2.0 */
/* Subscription identifier de-concealing (TS 33.501 6.12.5). */
#include "core/udm/state.h"

/* TS 23.003 2.2B: with the network's identity, the routing indicator leads to the UDM that serves the subscriber. */
static bool is_our_routing(const struct config_network *network, const char *indicator)
{
    for (unsigned i = 0; i < network->routing_indicator_count; i++)
        if (strcmp(network->routing_indicators[i].digits, indicator) == 0)
            return true;
    return network->routing_indicator_count == 0;
}

/* The key's identifier and the scheme must both fit. The null scheme has neither key nor identifier. */
static struct suci_home_key *find_key(const struct udm *udm, const struct nas_suci *suci)
{
    for (unsigned i = 0; i < udm->keys.count; i++) {
        const struct udm_home_key *item = &udm->keys.items[i];
        if (item->id == suci->key_id && (uint8_t)suci_home_key_scheme(item->key) == suci->scheme)
            return item->key;
    }
    return NULL;
}

static enum udm_result of_verdict(enum suci_verdict verdict)
{
    switch (verdict) {
    case SUCI_OK:
        return UDM_OK;
    case SUCI_BAD_PUBLIC_KEY:
        return UDM_BAD_PUBLIC_KEY;
    case SUCI_BAD_MAC:
        return UDM_BAD_MAC;
    default:
        return UDM_MALFORMED_SUCI;
    }
}

/* MCC, MNC and MSIN one after the other: the IMSI's digits. 0 when there is no MSIN or it is no number. */
static supi_t imsi_of(struct nas_plmn plmn, struct bytes msin)
{
    char digits[NAS_PLMN_TEXT + 10], *end = digits;
    nas_plmn_text(plmn, digits);
    end += strlen(digits);
    if (!nas_bcd_text(msin, end, (size_t)(digits + sizeof digits - end)) || !*end)
        return 0;
    return supi_of_digits(digits, strlen(digits));
}

static enum udm_result judge_address(const struct udm *udm, const struct nas_suci *suci)
{
    struct config_plmn home;
    memcpy(home.octets, suci->plmn.octets, sizeof home.octets);
    if (suci->supi_format != NAS_SUPI_IMSI || suci->scheme > SUCI_PROFILE_B)
        return UDM_UNSUPPORTED_IDENTITY;
    if (!config_is_home(udm->settings.config, home))
        return UDM_FOREIGN_NETWORK;
    return is_our_routing(&udm->settings.config->network, suci->routing_indicator) ? UDM_OK
                                                                                   : UDM_FOREIGN_ROUTING;
}

enum udm_result udm_deconceal(struct udm *udm, const struct nas_suci *suci, supi_t *supi)
{
    uint8_t plain[16];
    size_t length = 0;
    enum udm_result result = judge_address(udm, suci);
    if (result != UDM_OK)
        return result;
    struct suci_home_key *key = suci->scheme == SUCI_NULL ? NULL : find_key(udm, suci);
    if (suci->scheme != SUCI_NULL && !key)
        return UDM_UNKNOWN_KEY;
    result = of_verdict(suci_deconceal(key, suci->scheme_output, plain, sizeof plain, &length));
    if (result != UDM_OK)
        return result;
    supi_t found = imsi_of(suci->plmn, bytes_of(plain, length));
    if (!found)
        return UDM_MALFORMED_SUCI;
    *supi = found;
    return UDM_OK;
}
