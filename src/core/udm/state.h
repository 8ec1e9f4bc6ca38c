/* SPDX-License-Identifier: Apache-2.0 */
/* What the UDM's files share. Private to core/udm. */
#ifndef CORE_UDM_STATE_H
#define CORE_UDM_STATE_H

#include "core/udm/udm.h"
#include "crypt/suci.h"
#include "kit/map.h"

struct udm_home_key {
    uint8_t id;
    struct suci_home_key *key; /* owned */
};

struct udm_home_keys {
    struct udm_home_key *items; /* owned */
    unsigned count;
};

struct udm {
    struct udm_settings settings;
    struct udm_home_keys keys;
    struct arena scratch; /* one subscriber at a time; empty between calls */
    struct map events;    /* struct udm_event by SUPI; owned */
};

/* The subscriber, with his profile in the arena (NULL: without it); wipe the credentials when done. */
enum udm_result udm_read(struct udm *udm, supi_t supi, struct arena *arena,
                         struct store_subscriber *subscriber);

enum udm_result udm_of_store(enum store_result result);

#endif
