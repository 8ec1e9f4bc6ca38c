/* SPDX-License-Identifier: Apache-2.0 */
/* User planes as the core sees them. */
#ifndef FACE_UPF_H
#define FACE_UPF_H

#include <jansson.h>

/* `planes` of control's status, for people: a table, and a line for each that is lost. */
void upfs_print(const json_t *planes);

#endif
