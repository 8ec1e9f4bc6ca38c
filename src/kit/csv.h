/* SPDX-License-Identifier: Apache-2.0 */
/* Comma-separated cells (RFC 4180, a record a line). */
#ifndef KIT_CSV_H
#define KIT_CSV_H

/* Takes a line apart in place; quoted cells may hold commas and doubled quotes. How many there are; most + 1: more than fit. */
int csv_split(char *line, char **cells, int most);

#endif
