/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The subscriber's side of 5G-AKA: a USIM with its sequence numbers (TS 33.102 6.3.3 and Annex C) and the
 * part of the phone that derives 5G keys from it (TS 33.501 6.1.3.2). For simulated phones and for tests.
 */
#ifndef CRYPT_USIM_H
#define CRYPT_USIM_H

#include "crypt/aka.h"
#include "kit/bytes.h"

#define USIM_INDEXES 32 /* 5 bits of IND */

struct usim {
    struct aka_key key;
    uint64_t seq[USIM_INDEXES]; /* highest SEQ accepted with each IND */
    uint64_t delta;             /* most that SEQ may jump ahead; 0: 2^28 (TS 33.102 C.2.1) */
};

enum usim_verdict {
    USIM_OK,
    USIM_MAC_FAILURE,   /* AUTHENTICATION FAILURE, cause #20 */
    USIM_SYNCH_FAILURE, /* cause #21; auts is set */
    USIM_NOT_5G,        /* separation bit of AMF is 0: cause #26 */
};

struct usim_answer {
    uint8_t res_star[16];
    uint8_t kausf[32], kseaf[32];
    uint8_t auts[14];
};

/* Sequence numbers start at 0. */
void usim_init(struct usim *usim, const struct aka_key *key);

/* snn: the serving network name. A refused challenge changes no sequence number. */
enum usim_verdict usim_authenticate(struct usim *usim, const uint8_t rand[16], const uint8_t autn[16],
                                    struct bytes snn, struct usim_answer *answer);

#endif
