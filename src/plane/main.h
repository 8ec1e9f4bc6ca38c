/* SPDX-License-Identifier: Apache-2.0 */
/* The process `demarc plane`. */
#ifndef PLANE_MAIN_H
#define PLANE_MAIN_H

/* `demarc plane [-c FILE] [NAME]`: the user plane of that name, or the first one configured. Returns the exit status. */
int plane_main(int argc, char **argv);

#endif
