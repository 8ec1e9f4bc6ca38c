/* SPDX-License-Identifier: Apache-2.0 */
#include "core/udm/udm.h"

#include <stdlib.h>

#include "core/udm/state.h"

const char *udm_result_name(enum udm_result result)
{
    static const char *const names[] = {
        [UDM_OK] = "ok",
        [UDM_UNSUPPORTED_IDENTITY] = "unsupported identity",
        [UDM_FOREIGN_NETWORK] = "foreign home network",
        [UDM_FOREIGN_ROUTING] = "foreign routing indicator",
        [UDM_UNKNOWN_KEY] = "unknown home network key",
        [UDM_MALFORMED_SUCI] = "malformed SUCI",
        [UDM_BAD_PUBLIC_KEY] = "bad ephemeral public key",
        [UDM_BAD_MAC] = "wrong MAC in SUCI",
        [UDM_UNKNOWN_SUBSCRIBER] = "unknown subscriber",
        [UDM_NETWORK_NOT_AUTHORIZED] = "serving network not authorized",
        [UDM_BAD_AUTS] = "wrong MAC in AUTS",
        [UDM_SQN_EXHAUSTED] = "sequence number exhausted",
        [UDM_NOT_SUBSCRIBED] = "not subscribed",
        [UDM_STORE_FAILED] = "store failed",
    };
    return names[result];
}

static void keys_free(struct udm_home_keys *keys)
{
    for (unsigned i = 0; i < keys->count; i++)
        suci_home_key_free(keys->items[i].key);
    free(keys->items);
    *keys = (struct udm_home_keys){0};
}

static bool keys_load(const struct config *config, struct udm_home_keys *keys, const char **why)
{
    *keys = (struct udm_home_keys){.items = calloc(config->home_key_count + 1, sizeof *keys->items)};
    *why = "out of memory";
    for (unsigned i = 0; keys->items && i < config->home_key_count; i++) {
        const struct config_home_key *from = &config->home_keys[i];
        enum suci_scheme scheme = from->profile == 'A' ? SUCI_PROFILE_A : SUCI_PROFILE_B;
        struct suci_home_key *key = suci_home_key_new(scheme, BYTES(from->private_key));
        if (!key) {
            *why = "a home network private key is no valid key of its profile";
            keys_free(keys);
            return false;
        }
        keys->items[keys->count++] = (struct udm_home_key){from->id, key};
    }
    return keys->items != NULL;
}

struct udm *udm_new(struct udm_settings settings, const char **why)
{
    struct udm *udm = calloc(1, sizeof *udm);
    *why = "out of memory";
    if (!udm)
        return NULL;
    udm->settings = settings;
    if (!keys_load(settings.config, &udm->keys, why)) {
        free(udm);
        return NULL;
    }
    arena_init(&udm->scratch, 0);
    map_init(&udm->events, random_u64(settings.random));
    return udm;
}

void udm_free(struct udm *udm)
{
    size_t cursor = 0;
    uint64_t supi;
    void *event;
    if (!udm)
        return;
    while (map_next(&udm->events, &cursor, &supi, &event))
        free(event);
    map_free(&udm->events);
    arena_free(&udm->scratch);
    keys_free(&udm->keys);
    free(udm);
}

bool udm_reload(struct udm *udm, const struct config *config, const char **why)
{
    struct udm_home_keys fresh;
    if (!keys_load(config, &fresh, why))
        return false;
    keys_free(&udm->keys);
    udm->keys = fresh;
    udm->settings.config = config;
    return true;
}

bool udm_serves(const struct udm *udm, struct config_plmn plmn)
{
    return config_find_plmn(udm->settings.config, plmn) != NULL;
}

enum udm_result udm_of_store(enum store_result result)
{
    switch (result) {
    case STORE_OK:
        return UDM_OK;
    case STORE_NOT_FOUND:
        return UDM_UNKNOWN_SUBSCRIBER;
    default:
        return UDM_STORE_FAILED;
    }
}

enum udm_result udm_read(struct udm *udm, supi_t supi, struct arena *arena,
                         struct store_subscriber *subscriber)
{
    char text[SUPI_TEXT_BYTES];
    if (supi == 0)
        return UDM_UNKNOWN_SUBSCRIBER;
    enum store_result begun = store_begin(udm->settings.store);
    if (begun != STORE_OK)
        return udm_of_store(begun);
    return udm_of_store(store_subscriber_get(udm->settings.store, supi_text(supi, text), arena, subscriber));
}

bool udm_confirm_authentication(struct udm *udm, supi_t supi, const struct udm_event *event)
{
    struct udm_event *kept = map_get(&udm->events, supi);
    if (!kept) {
        kept = malloc(sizeof *kept);
        if (!kept || !map_put(&udm->events, supi, kept)) {
            free(kept);
            return false;
        }
    }
    *kept = *event;
    return true;
}

const struct udm_event *udm_last_authentication(const struct udm *udm, supi_t supi)
{
    return map_get(&udm->events, supi);
}
