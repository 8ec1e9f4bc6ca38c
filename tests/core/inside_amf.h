/* SPDX-License-Identifier: Apache-2.0 */
/* Digests of what the AMF knows: the same before and after when nothing has changed. */
#ifndef TESTS_CORE_INSIDE_AMF_H
#define TESTS_CORE_INSIDE_AMF_H

#include "core/amf/context.h"

/* Of a phone, its connections, keys, procedures and sessions. NULL is a digest too. */
uint64_t inside_ue(const struct ue *ue);
/* Of what an association stands for, but not of its phones. */
uint64_t inside_gnb(const struct gnb *gnb);

#endif
