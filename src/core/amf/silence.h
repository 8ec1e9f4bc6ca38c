/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long an idle UE may be silent (TS 24.501 5.3.7), and whether it listens meanwhile: MICO mode (TS 23.501 5.4.1.3,
 * TS 24.501 5.3.6). Private to core/amf.
 */
#ifndef CORE_AMF_SILENCE_H
#define CORE_AMF_SILENCE_H

#include "core/amf/context.h"
#include "wire/nas/nas.h"

/* MICO mode is agreed anew at every registration: on if the phone asks for it and the configuration allows it. The active time is
 * what the phone asks for, and no more than the configuration grants. */
void mico_agree(struct ue *ue, const struct nas_registration_request *request);

/* Is the registration area all of the UE's network, and nothing else? Then a phone in MICO mode need not report when it moves. */
bool mico_everywhere(const struct ue *ue);

/* T3512 as the phone hears it: seconds, what the IE can say. */
uint32_t silence_allowed(const struct ue *ue);

#endif
