/* SPDX-License-Identifier: Apache-2.0 */
/* Phones of the laboratory's network, and a radio at which nobody looks at the packets. */
#ifndef TESTS_LAB_RADIO_H
#define TESTS_LAB_RADIO_H

#include "ran/gnb.h"
#include "ran/phone.h"

/* 999/70, slice 1, data network "internet"; all algorithms. */
static inline struct phone_model lab_phone_model(void)
{
    return (struct phone_model){.plmn = {{0x99, 0xf9, 0x07}},
                                .slice = {.sst = 1, .sd = NAS_NO_SD},
                                .dnn = "internet",
                                .session_type = NAS_SESSION_IPV4,
                                .ea = 0xf0,
                                .ia = 0x70};
}

/* For struct radio_ports: n3 and packet. */
static inline void lab_no_n3(void *context, struct ran_gnb *gnb, const union socket_address *upf,
                             struct bytes packet)
{
    (void)context, (void)gnb, (void)upf, (void)packet;
}

static inline void lab_no_packet(void *context, struct phone *phone, struct phone_session *session,
                                 struct bytes packet)
{
    (void)context, (void)phone, (void)session, (void)packet;
}

#endif
