/* SPDX-License-Identifier: Apache-2.0 */
/* Subscribers for tests of this room. */
#ifndef TESTS_STORE_SAMPLES_H
#define TESTS_STORE_SAMPLES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../check.h"
#include "store/store.h"

static inline struct store *open_store(const char *path)
{
    enum store_result result;
    const char *why = "";
    struct store *store =
        store_open((struct store_settings){.path = path, .sync = CONFIG_SYNC_NORMAL}, &result, &why);
    if (!store)
        fail_msg("%s", why);
    return store;
}

static inline struct store_subscriber sample_subscriber(struct arena *arena, uint64_t number)
{
    struct store_subscriber subscriber;
    assert_true(
        store_subscriber_defaults(&subscriber, arena, (struct config_slice){1, CONFIG_NO_SD}, "internet"));
    snprintf(subscriber.supi, sizeof subscriber.supi, "imsi-%015llu",
             (unsigned long long)(999700000000000 + number));
    memset(subscriber.k, 0x46, 16);
    memset(subscriber.op, 0xe8, 16);
    subscriber.k_length = 16;
    subscriber.op_is_derived = true;
    return subscriber;
}

/* A folder for one test's database; remove_folder deletes both. */
static inline void make_folder(char *path, size_t size)
{
    snprintf(path, size, "/tmp/demarc-store-XXXXXX");
    assert_non_null(mkdtemp(path));
}

static inline void remove_folder(const char *folder)
{
    static const char *const names[] = {"demarc.db", "demarc.db-wal", "demarc.db-shm"};
    char path[256];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

#endif
