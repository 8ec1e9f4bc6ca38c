/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule K2 of the line: a rule is suspended with a name, a reason and an end. That it begins and that it ends is evidence, once each, also if a day
 * brings the end while no core runs; gNBs that were let in by it are asked again then (amf/admission.c). Private to core/amf.
 */
#ifndef CORE_AMF_SUSPENSION_H
#define CORE_AMF_SUSPENSION_H

#include "core/core.h"

/* Tells what has begun and what has ended since the last look, which may be another process's. While the date is in doubt nothing is
 * suspended, and nothing told. */
void suspensions_look(struct core *core);

#endif
