/* SPDX-License-Identifier: Apache-2.0 */
/* The verb "digest" of control's admin socket (docs/admin.md). */
#ifndef CORE_CONTROL_DIGEST_H
#define CORE_CONTROL_DIGEST_H

#include "core/control.h"

json_t *control_digest(void *context, const json_t *request);

#endif
