/* SPDX-License-Identifier: Apache-2.0 */
/* What the two cores' AMFs know of the phone. */
#ifndef TESTS_CORE_DUO_INSIDE_H
#define TESTS_CORE_DUO_INSIDE_H

#include "crypt/nas_security.h"

struct ue;

bool inside_registered(const struct ue *ue);
struct nas_security inside_security(const struct ue *ue);
/* Is a session of it prepared for a handover that another core leads? */
bool inside_prepared(const struct ue *ue);

/* By which another core speaks for its first session that is anchored here; in a buffer of 32 bytes, "none" when there is none. */
const char *inside_reference(const struct ue *ue, char *buffer);
/* Of all that the AMF knows of it (inside_amf.h). */
uint64_t inside_ue(const struct ue *ue);

#endif
