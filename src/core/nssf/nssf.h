/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network slice selection (TS 23.501 5.15.5.2, TS 23.502 4.2.2.2.3): from what the phone asks for, what it has subscribed to and what is
 * served where it stands, to what it may use.
 */
#ifndef CORE_NSSF_NSSF_H
#define CORE_NSSF_NSSF_H

#include "config/values.h"
#include "store/subscriber.h"
#include "wire/nas/slice.h"

enum { NSSF_SLICES = 8 };

struct nssf_question {
    const struct nas_nssai *requested; /* NULL: nothing asked for */
    const struct store_slice *subscribed;
    unsigned subscribed_count;
    const struct config_slice *served; /* in the tracking area by the gNB, and by the core */
    unsigned served_count;
};

struct nssf_choice {
    struct config_slice allowed[NSSF_SLICES];
    unsigned allowed_count;
    struct nas_rejected_s_nssai rejected[NSSF_SLICES];
    unsigned rejected_count;
};

/* False: nothing is left to allow (5GMM cause #62). */
bool nssf_select(const struct nssf_question *question, struct nssf_choice *choice);

#endif
