/* SPDX-License-Identifier: Apache-2.0 */
/* How the tables are written: a member per line, its element, struct and field. */
#ifndef WIRE_PFCP_MEMBER_H
#define WIRE_PFCP_MEMBER_H

#include "wire/pfcp/table.h"

#define MEMBER(ie, the_presence, structure, field, the_size, the_mark)                                 \
    {                                                                                                  \
        .type = PFCP_IE_##ie, .presence = (the_presence), .offset = offsetof(struct structure, field), \
        .size = (the_size), .mark = (the_mark), .name = #field                                         \
    }
#define SIZE(structure, field) sizeof(((struct structure *)NULL)->field)
#define HAS(structure, field)  offsetof(struct structure, has_##field)

#define MANDATORY(ie, structure, field) \
    MEMBER(ie, PFCP_MANDATORY, structure, field, SIZE(structure, field), PFCP_NO_MARK)
/* Mandatory here, but the same struct serves where it is not: then has_ tells. */
#define MANDATORY_MARKED(ie, structure, field) \
    MEMBER(ie, PFCP_MANDATORY, structure, field, SIZE(structure, field), HAS(structure, field))
#define CONDITIONAL(ie, structure, field) \
    MEMBER(ie, PFCP_CONDITIONAL, structure, field, SIZE(structure, field), HAS(structure, field))
#define OPTIONAL(ie, structure, field) \
    MEMBER(ie, PFCP_OPTIONAL, structure, field, SIZE(structure, field), HAS(structure, field))
#define LIST(ie, structure, field)                                     \
    MEMBER(ie, PFCP_LIST, structure, field, SIZE(structure, field[0]), \
           offsetof(struct structure, field##_count))
#define MANDATORY_LIST(ie, structure, field)                                     \
    MEMBER(ie, PFCP_MANDATORY_LIST, structure, field, SIZE(structure, field[0]), \
           offsetof(struct structure, field##_count))
#define GROUP(name)                                     \
    static const struct pfcp_group name = {             \
        name##_members,                                 \
        sizeof name##_members / sizeof *name##_members, \
    }

#endif
