/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors handed down from the keeper to a process by name, in the environment: DEMARC_FDS="n2.0=5 n2.1=6".
 */
#ifndef KIT_INHERIT_H
#define KIT_INHERIT_H

/* The descriptor of that name, closed on exec from now on; -1 if there is none. */
int inherited(const char *name);

#endif
