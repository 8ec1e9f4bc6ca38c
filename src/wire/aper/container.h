/* SPDX-License-Identifier: Apache-2.0 */
/* Protocol IE containers, iE-Extensions and choice-Extensions (TS 38.413 9.4.8), and the rules for what is
 * amiss in them. */
#ifndef WIRE_APER_CONTAINER_H
#define WIRE_APER_CONTAINER_H

#include "wire/aper/value.h"

void decode_container(struct decoder *d, const struct aper_type *type, void *out);
void decode_extensions(struct decoder *d, const struct aper_type *type, void *out);
void decode_choice_extension(struct decoder *d, const struct aper_type *type, void *out);

void decode_problem(struct decoder *d, uint16_t id, uint8_t criticality, bool missing);

#endif
