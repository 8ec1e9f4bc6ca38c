/* SPDX-License-Identifier: Apache-2.0 */
/* N2SmInfoType (TS 29.502 6.1.6.3.6), the names of enum n2_answer and enum n2_request between cores. */
#ifndef CORE_SMF_SM_NAMES_H
#define CORE_SMF_SM_NAMES_H

#include "core/peer/fields.h"

extern const struct name_of n2_answer_names[], n2_request_names[];

#endif
