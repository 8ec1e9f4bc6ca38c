/* SPDX-License-Identifier: Apache-2.0 */
/* A home network 999/70 for the tests of UDM and AUSF: store in memory, the home network keys of TS 33.501 C.4, and
 * two subscribers, one with Milenage and one with TUAK. */
#ifndef TESTS_CORE_HOME_H
#define TESTS_CORE_HOME_H

#include "../check.h"

#include <string.h>

#include "core/ausf/ausf.h"
#include "core/udm/udm.h"
#include "crypt/suci.h"
#include "crypt/usim.h"

static const struct config_plmn home_plmn = {{0x99, 0xf9, 0x07}};
static const char home_snn[] = "5G:mnc070.mcc999.3gppnetwork.org";
static const char milenage_imsi[] = "999700000000001", tuak_imsi[] = "999700000000002";

static const struct config_home_key home_keys[] = {
    {.id = 1, .profile = 'A', .private_key = {0xc5, 0x3c, 0x22, 0x20, 0x8b, 0x61, 0x86, 0x0b,
                                              0x06, 0xc6, 0x2e, 0x54, 0x06, 0xa7, 0xb3, 0x30,
                                              0xc2, 0xb5, 0x77, 0xaa, 0x55, 0x58, 0x98, 0x15,
                                              0x10, 0xd1, 0x28, 0x24, 0x7d, 0x38, 0xbd, 0x1d}},
    {.id = 2, .profile = 'B', .private_key = {0xf1, 0xab, 0x10, 0x74, 0x47, 0x7e, 0xbc, 0xc7,
                                              0xf5, 0x54, 0xea, 0x1c, 0x5f, 0xc3, 0x68, 0xb1,
                                              0x61, 0x67, 0x30, 0x15, 0x5e, 0x00, 0x41, 0xac,
                                              0x44, 0x7d, 0x63, 0x01, 0x97, 0x5f, 0xec, 0xda}},
};

static const struct config_routing_indicator home_routing[] = {{"0000"}, {"678"}};

struct home {
    struct config config;
    struct config_serving serving;
    struct random_seeded random;
    struct arena arena;
    struct store *store;
    struct udm *udm;
};

static inline void home_subscribe(struct home *home, const char *imsi, enum store_algorithm algorithm)
{
    struct store_subscriber subscriber;
    assert_true(store_subscriber_defaults(&subscriber, &home->arena, (struct config_slice){1, CONFIG_NO_SD},
                                          "internet"));
    assert_true(store_supi_parse(imsi, subscriber.supi));
    subscriber.algorithm = algorithm;
    subscriber.k_length = 16;
    memset(subscriber.k, 0x46, 16);
    memset(subscriber.op, 0xe8, 32);
    subscriber.op_is_derived = algorithm == STORE_MILENAGE;
    assert_int_equal(store_subscriber_add(home->store, &subscriber), STORE_OK);
    assert_int_equal(store_commit(home->store), STORE_OK);
}

static inline void home_open(struct home *home)
{
    enum store_result result;
    const char *why;
    *home = (struct home){.serving = {.plmn = home_plmn}};
    home->config.network.serving = &home->serving;
    home->config.network.serving_count = 1;
    home->config.home_keys = home_keys;
    home->config.home_key_count = 2;
    home->config.network.routing_indicators = home_routing;
    home->config.network.routing_indicator_count = 2;
    random_seed(&home->random, 1);
    arena_init(&home->arena, 0);
    home->store = store_open((struct store_settings){.path = ":memory:"}, &result, &why);
    assert_non_null(home->store);
    home_subscribe(home, milenage_imsi, STORE_MILENAGE);
    home_subscribe(home, tuak_imsi, STORE_TUAK);
    home->udm = udm_new((struct udm_settings){home->store, &home->random.random, &home->config}, &why);
    assert_non_null(home->udm);
}

static inline void home_close(struct home *home)
{
    udm_free(home->udm);
    store_close(home->store);
    arena_free(&home->arena);
}

/* The subscriber's own card. */
static inline struct usim home_usim(enum store_algorithm algorithm)
{
    struct aka_key key = {.algorithm = algorithm == STORE_TUAK ? AKA_TUAK : AKA_MILENAGE,
                          .k_size = 16,
                          .res_size = 8,
                          .ck_size = 16,
                          .ik_size = 16,
                          .keccak_iterations = 1};
    struct usim usim;
    uint8_t op[32];
    memset(key.k, 0x46, 16);
    memset(op, 0xe8, 32);
    if (algorithm == STORE_TUAK)
        aka_derive_opc(&key, op);
    else
        memcpy(key.opc, op, 16);
    usim_init(&usim, &key);
    return usim;
}

static inline struct bytes home_network_name(void)
{
    return (struct bytes){(const uint8_t *)home_snn, sizeof home_snn - 1};
}

static inline uint64_t home_sqn(struct home *home, const char *imsi)
{
    struct store_subscriber subscriber;
    char supi[STORE_SUPI_BYTES];
    assert_true(store_supi_parse(imsi, supi));
    assert_int_equal(store_subscriber_get(home->store, supi, &home->arena, &subscriber), STORE_OK);
    return subscriber.sqn;
}

/* Each test has a home of its own. */
static struct home home;

static int set_up(void **state)
{
    (void)state;
    home_open(&home);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    home_close(&home);
    return 0;
}

#define AT_HOME(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
