/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of JSON objects as aligned tables for people. Colours only on a terminal. */
#ifndef FACE_TABLE_H
#define FACE_TABLE_H

#include <jansson.h>
#include <stdio.h>

enum cell {
    CELL_TEXT,   /* text or a number as it is; a list with commas; true and false as yes and no */
    CELL_RATE,   /* bits per second */
    CELL_BYTES,  /* 1.2 GB */
    CELL_SPEED,  /* octets in a second, shown as 9.6 Mbit/s */
    CELL_SINCE,  /* Unix seconds, shown as an age */
    CELL_NUMBER, /* flush right */
};

struct column {
    const char *title; /* NULL ends a table of columns */
    const char *key;
    enum cell cell;
    unsigned spare; /* left out where lines would be too long, the highest first; 0: never */
};

/* A column that no item fills is left out. Lines are no longer than the terminal is wide, or than COLUMNS in the
 * environment says, as far as there are columns to spare. */
void table_print(FILE *to, const struct column *columns, const json_t *items);

/* The value as a cell shows it. */
void cell_text(const json_t *value, enum cell cell, char *text, size_t size);

/* Pretty JSON and a newline. */
void json_print(FILE *to, const json_t *value);

#endif
