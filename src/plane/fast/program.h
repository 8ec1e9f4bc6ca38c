/* SPDX-License-Identifier: Apache-2.0 */
/* The packet program as the compiler left it (ELF); made at build time from plane/bpf/plane.bpf.c. */
#ifndef PLANE_FAST_PROGRAM_H
#define PLANE_FAST_PROGRAM_H

#include <stddef.h>

extern const unsigned char fast_program[];
extern const size_t fast_program_bytes;

#endif
