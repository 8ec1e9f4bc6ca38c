/* SPDX-License-Identifier: Apache-2.0 */
/* Own sessions whose phone another core serves (Nsmf_PDUSession, TS 29.502). */
#ifndef CORE_SMF_NSMF_H
#define CORE_SMF_NSMF_H

#include "core/peer/ue_context.h"

struct ue;

/* Adds the UE's own sessions, each with the reference that lets a core speak for it; returns how many there are in all. */
unsigned nsmf_list(struct ue *ue, struct moved_context *context);

#endif
