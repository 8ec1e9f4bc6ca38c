/* SPDX-License-Identifier: Apache-2.0 */
/* All processes, and what each says of itself. */
#ifndef FACE_STATUS_H
#define FACE_STATUS_H

#include <jansson.h>

#include "config/config.h"

/* {"processes", "edges", "planes", "control", "recorder"}, as `demarc status --json` prints it; what does not answer is not there. NULL: out of
 * memory. */
json_t *status_gather(const struct config *config);

#endif
