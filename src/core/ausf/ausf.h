/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Authentication server function: 5G-AKA between UDM and SEAF (TS 33.501 6.1.3.2, TS 29.509). The SEAF is the
 * AMF: it is given a challenge, compares the phone's answer with HXRES*, and gets K_SEAF and the SUPI's
 * confirmation only when the home network, too, has found the answer right.
 */
#ifndef CORE_AUSF_AUSF_H
#define CORE_AUSF_AUSF_H

#include "core/udm/udm.h"

enum { AUSF_SNN_BYTES = 33 }; /* with the NUL */

/* "5G:mnc070.mcc999.3gppnetwork.org" (TS 24.501 9.12.1); returns text. */
const char *ausf_serving_network_name(struct config_plmn serving, char text[AUSF_SNN_BYTES]);

/* What the SEAF may see before the answer (5G SE AV). */
struct ausf_challenge {
    uint8_t rand[16], autn[16], hxres_star[16];
};

/* What the AUSF keeps meanwhile. Plain data; clear with ausf_clear. */
struct ausf_authentication {
    supi_t supi;
    struct config_plmn serving;
    uint8_t rand[16], xres_star[16], kausf[32];
};

/* Nausf_UEAuthentication_Authenticate. The serving network must be one of ours. */
enum udm_result ausf_authenticate(struct udm *udm, supi_t supi, struct config_plmn serving,
                                  struct ausf_authentication *authentication,
                                  struct ausf_challenge *challenge);

/* The same after a synchronisation failure: AUTS answered the challenge of this authentication, which is
 * replaced. */
enum udm_result ausf_resynchronise(struct udm *udm, const uint8_t auts[14],
                                   struct ausf_authentication *authentication,
                                   struct ausf_challenge *challenge);

/* SEAF: does the phone's RES* lead to HXRES*? */
bool ausf_hres_is_right(const struct ausf_challenge *challenge, const uint8_t res_star[16]);

/* AUSF: is RES* the expected one? Tells the UDM either way; K_SEAF is set only if so. wall: nanoseconds since
 * 1970. */
bool ausf_confirm(struct udm *udm, const struct ausf_authentication *authentication,
                  const uint8_t res_star[16], int64_t wall, uint8_t kseaf[32]);

void ausf_clear(struct ausf_authentication *authentication);

#endif
