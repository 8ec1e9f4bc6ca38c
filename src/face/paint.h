/* SPDX-License-Identifier: Apache-2.0 */
/* Colours, where standard output is a terminal and nobody has asked for none (NO_COLOR); elsewhere empty texts. */
#ifndef FACE_PAINT_H
#define FACE_PAINT_H

enum paint_colour { PAINT_GREEN, PAINT_YELLOW, PAINT_MAGENTA, PAINT_RED, PAINT_BOLD, PAINT_END };

const char *paint(enum paint_colour colour);

#endif
