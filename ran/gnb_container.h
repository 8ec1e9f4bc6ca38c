/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transparent containers of an N2 handover (TS 38.413 9.3.1.29, 9.3.1.30). Of RRC, which they carry, there is little here: who
 * the phone is, and what the core says to it.
 */
#ifndef RAN_GNB_CONTAINER_H
#define RAN_GNB_CONTAINER_H

#include "ran/gnb.h"
#include "wire/ngap/ngap.h"

/* Whose connection at which gNB. */
struct ran_gnb_reference {
    uint32_t gnb, ran_ue_ngap_id;
    bool new_kamf;    /* the phone begins with K_gNB of its new K_AMF (TS 38.331 keySetChangeIndicator) */
    struct bytes nas; /* what the core says to the phone of a K_AMF that changes with it (nas-Container) */
};

/* In gnb->arena of the writer. Empty: no room. */
struct bytes ran_gnb_write_source_container(struct ran_gnb_connection *source, const struct ran_gnb *target);
struct bytes ran_gnb_write_target_container(struct ran_gnb *target,
                                            const struct ran_gnb_reference *reference);

/* False: it is none, or not one of a simulated gNB's. */
bool ran_gnb_read_source_container(struct bytes container, struct arena *arena,
                                   struct ran_gnb_reference *reference);
bool ran_gnb_read_target_container(struct bytes container, struct arena *arena,
                                   struct ran_gnb_reference *reference);

#endif
