/* SPDX-License-Identifier: Apache-2.0 */
/* How the rows of gmm.c and gsm.c are written. Before each message, MESSAGE is defined as its struct. */
#ifndef WIRE_NAS_TABLE_H
#define WIRE_NAS_TABLE_H

#include "wire/nas/codec.h"
#include "wire/nas/nas.h"

#define NAS_ROW(member, form, lo, hi, kind)                                                  \
    .name = #member, .codec = &nas_codec_##kind, .offset = offsetof(struct MESSAGE, member), \
    .size = sizeof(((struct MESSAGE *)0)->member), .format = NAS_##form, .least = lo, .most = hi

/* Mandatory: member, format, least and most octets (with the length field), codec. */
#define M(member, form, lo, hi, kind)       \
    {                                       \
        NAS_ROW(member, form, lo, hi, kind) \
    }
#define LOW(member, kind)  M(member, V_LOW, 0, 1, kind)
#define HIGH(member, kind) M(member, V_HIGH, 0, 1, kind)

/* Optional: IEI, member, format, least and most octets (with IEI and length field), codec. */
#define O(tag, member, form, lo, hi, kind)                                                           \
    {                                                                                                \
        NAS_ROW(member, form, lo, hi, kind), .iei = tag, .has = offsetof(struct MESSAGE, has.member) \
    }
#define O1(tag, member, kind) O(tag, member, TV1, 1, 1, kind)

#define N NAS_ANY

#define NAS_COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define SHAPE(number, title, rows)                                              \
    {                                                                           \
        .name = title, .fields = rows, .type = number, .count = NAS_COUNT(rows) \
    }
#define BARE(number, title)           \
    {                                 \
        .name = title, .type = number \
    }

#endif
