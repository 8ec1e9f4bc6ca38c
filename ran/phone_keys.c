/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A simulated phone's keys towards the radio (TS 33.501 6.9.2). It derives each of them by itself, and whoever shows it
 * another one hears of it: the core's chain of next hops is checked link by link.
 */
#include <string.h>

#include "crypt/kdf.h"
#include "ran/phone.h"
#include "wire/nas/intra_n1.h"

enum { NCC_MASK = 7, ACCESS_3GPP = 1 };

static bool agrees(struct phone *phone, const uint8_t own[32], const uint8_t theirs[32])
{
    if (memcmp(own, theirs, 32) == 0)
        return true;
    phone_event(phone, PHONE_KEYS_DIFFER, NULL, 0);
    return false;
}

bool phone_begin_access(struct phone *phone, const uint8_t kgnb[32])
{
    struct phone_access *access = &phone->access;
    memcpy(access->kamf, phone->kamf, sizeof access->kamf);
    kdf_kgnb(access->kamf, phone->kgnb_count, ACCESS_3GPP, access->kgnb);
    memcpy(access->nh, access->kgnb, sizeof access->nh);
    access->ncc = 0;
    return agrees(phone, access->kgnb, kgnb);
}

/* Along the chain until its counter is this; the first NH follows from K_gNB (6.9.2.1.1). */
static void advance(struct phone_access *access, uint8_t ncc)
{
    while (access->ncc != (ncc & NCC_MASK)) {
        uint8_t next[32];
        kdf_nh(access->kamf, access->nh, next);
        memcpy(access->nh, next, sizeof next);
        access->ncc = (access->ncc + 1) & NCC_MASK;
    }
}

bool phone_check_next_hop(struct phone *phone, uint8_t ncc, const uint8_t nh[32])
{
    struct phone_access ahead = phone->access;
    advance(&ahead, ncc);
    return agrees(phone, ahead.nh, nh);
}

bool phone_take_handover_key(struct phone *phone, uint8_t ncc, uint16_t pci, uint32_t arfcn,
                             const uint8_t key[32])
{
    struct phone_access *access = &phone->access;
    bool vertical = access->ncc != ncc;
    uint8_t next[32];
    advance(access, ncc);
    kdf_kng_ran_star(vertical ? access->nh : access->kgnb, pci, arfcn, next);
    memcpy(access->kgnb, next, sizeof next);
    return agrees(phone, access->kgnb, key);
}

/* The keys that the container speaks of; false: the network means other ones (6.9.2.3.3). */
static bool derive_kamf(const struct phone *phone, const struct nas_intra_n1 *container, uint32_t count,
                        struct bytes covered, uint8_t kamf[32], struct nas_security *fresh)
{
    uint8_t mac[NAS_INTRA_N1_MAC_BYTES];
    if (!container->kamf_changed || container->ngksi != phone->security.ngksi || count > NAS_COUNT_MAX)
        return false;
    kdf_kamf_prime(phone->kamf, KDF_HANDOVER, count, kamf);
    nas_security_start(fresh, NAS_UE, kamf, container->nia, container->nea, container->ngksi);
    nas_handover_mac(fresh, covered, mac);
    return memcmp(mac, container->mac, sizeof mac) == 0;
}

bool phone_change_kamf(struct phone *phone, struct bytes value)
{
    struct nas_intra_n1 container;
    struct nas_security fresh;
    uint8_t kamf[32];
    bool read = nas_intra_n1_read(value, &container);
    uint32_t count = read ? nas_estimate_count(phone->security.downlink, container.sequence) : 0;
    if (!read || !derive_kamf(phone, &container, count, nas_intra_n1_covered(value), kamf, &fresh)) {
        phone_event(phone, PHONE_KEYS_DIFFER, NULL, 0);
        return false;
    }
    memcpy(phone->kamf, kamf, sizeof phone->kamf);
    phone->security = fresh;
    phone->kgnb_count = UINT32_MAX;
    return true;
}
