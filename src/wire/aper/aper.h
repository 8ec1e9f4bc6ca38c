/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Aligned packed encoding rules (ITU-T X.691) for a protocol that is described by tables: how bits map to C
 * structs. The tables come from a generator (src/wire/ngap/generate.py); engines over them live in
 * aper_decode.c, aper_encode.c, aper_print.c and flat.c.
 *
 * A table never holds an address of a value, only offsets, so that it is constant and shared by all
 * processes.
 */
#ifndef WIRE_APER_APER_H
#define WIRE_APER_APER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kit/arena.h"
#include "kit/bytes.h"
#include "kit/print.h"

/* A bit string of varying length up to 64, right-aligned: the last bit is the lowest. */
struct aper_bits {
    uint64_t value;
    uint8_t length;
};

/* A longer bit string: the first bit is the highest of data[0]. The unused bits of the last octet are zero.
 */
struct aper_bit_string {
    const uint8_t *data;
    size_t bits;
};

enum aper_kind {
    APER_NULL,         /* no value */
    APER_INTEGER,      /* uint8_t to uint64_t */
    APER_ENUM,         /* enum: its place in the list of values, extension values after the root's */
    APER_BITS,         /* BIT STRING of one size up to 64: an unsigned integer */
    APER_SHORT_BITS,   /* BIT STRING of sizes up to 64: struct aper_bits */
    APER_BIT_STRING,   /* any other: struct aper_bit_string */
    APER_NUMBER,       /* OCTET STRING of one size up to 8 that is a big-endian number: an unsigned integer */
    APER_OCTETS,       /* OCTET STRING (or octets of bits) of one size: uint8_t[size] in place */
    APER_OCTET_STRING, /* struct bytes */
    APER_TEXT,         /* PrintableString, VisibleString: struct bytes */
    APER_UTF8,         /* UTF8String, whose size PER does not see: struct bytes */
    APER_LIST,         /* struct aper_list */
    APER_SEQUENCE,     /* struct */
    APER_CHOICE,       /* struct { enum which; union } */
    APER_CONTAINER,    /* SEQUENCE of one protocol IE container: struct with a member for each IE */
};

/* Every generated list has this shape, with a pointer to its own type. */
struct aper_list {
    const void *items;
    size_t count;
};

struct aper_part;

struct aper_range {
    uint64_t low, high;
};

struct aper_type {
    uint8_t kind;
    bool extensible;
    uint8_t width;  /* bits of the root's value or size, when it is a constrained bit-field */
    uint8_t store;  /* bytes of the C value, for integers, enums, bits and numbers */
    uint8_t roots;  /* parts that are not extensions */
    uint8_t absent; /* root parts that are optional; the extension container is one more */
    uint16_t count; /* parts; for an enum, all values known; of ranges */
    uint32_t size;  /* sizeof the C value */
    uint64_t low,
        high; /* the root's range, of the value or of the size; high is UINT64_MAX where there is no bound */
    uint64_t top;     /* highest value known beyond an extensible root */
    const char *name; /* as the specification spells it */
    union {
        const struct aper_part *parts;   /* root parts, then extensions */
        const char *const *names;        /* of an enum's values */
        const struct aper_range *ranges; /* of an integer whose root has gaps, or NULL */
        const struct aper_type *of;      /* a list's items; what an octet string contains, or NULL */
    };
};

/* Is a value of the root's range one of the root's values? */
static inline bool aper_defined(const struct aper_type *type, uint64_t value)
{
    bool defined = type->kind != APER_INTEGER || !type->ranges;
    for (unsigned i = 0; !defined && i < type->count; i++)
        defined = value >= type->ranges[i].low && value <= type->ranges[i].high;
    return defined;
}

enum aper_presence {
    APER_MANDATORY,
    APER_FLAGGED, /* present when the bool at `flag` is true */
    APER_POINTED, /* the struct holds a pointer to the value, NULL when absent */
    APER_VIEWED,  /* a view (bytes, bit string, list) whose first word is a pointer, NULL when absent */
};

struct aper_part {
    const char *name;
    const struct aper_type *type;
    uint16_t offset, flag;
    uint16_t id; /* of the protocol IE or extension */
    uint8_t presence;
    uint8_t criticality;
    bool extension;   /* stands in iE-Extensions, or in choice-Extensions */
    bool conditional; /* its absence cannot be judged without the condition */
};

enum aper_criticality { APER_REJECT, APER_IGNORE, APER_NOTIFY };

enum { APER_PROBLEMS = 16 };

/* What was not as it should be in what was decoded, for a protocol's rules on abstract syntax errors. */
struct aper_diagnostics {
    struct fault fault; /* the first thing found wrong */
    bool reject;        /* something of criticality reject is missing or not understood */
    bool notify;
    bool falsely_constructed; /* IEs doubled or in wrong order */
    uint8_t count;            /* of problems kept; more than APER_PROBLEMS are not */
    struct aper_problem {
        uint16_t id;
        uint8_t criticality;
        bool missing; /* else not understood */
    } problems[APER_PROBLEMS];
};

/*
 * Decodes one value that fills `in` but for padding. *value is in the arena and views `in`. False: the bits
 * are no value of the type, diagnostics->fault tells why; *value is then as far as it was decoded, or NULL.
 * True does not mean that the diagnostics are empty. Values beyond an extensible root that the table does not
 * know, and IEs, are dropped and reported by criticality. So is an optional IE of criticality ignore whose bits
 * are no value of its type: its open type says where the next one begins.
 */
bool aper_decode(const struct aper_type *type, struct bytes in, struct arena *arena, bool any_order,
                 const void **value, struct aper_diagnostics *diagnostics);

/* Appends the encoding of a value, filled up to whole octets. */
bool aper_encode(const struct aper_type *type, struct writer *w, const void *value, struct fault *fault);

/* As an open type: behind its length. */
bool aper_encode_open(const struct aper_type *type, struct writer *w, const void *value, struct fault *fault);

/* The inverse of aper_encode_open's framing: the content, in place or (of fragments) in the arena. False:
 * faulty. */
bool aper_open_content(struct reader *r, struct arena *arena, struct bytes *content);

void aper_print(struct printer *p, const char *name, const struct aper_type *type, const void *value);

/*
 * The flat form: little-endian, without alignment or pointers, every member checked in both directions.
 * `dropped` names mandatory IEs, not of criticality reject, that are absent all the same; NULL when none may
 * be.
 */
bool aper_flatten(const struct aper_type *type, struct writer *w, const void *value,
                  const struct aper_diagnostics *dropped, struct fault *fault);
bool aper_unflatten(const struct aper_type *type, struct reader *r, struct arena *arena, const void **value,
                    const struct aper_diagnostics *dropped);

/* Is a part of a sequence or container present in the struct? A mandatory one always is. */
static inline bool aper_part_present(const struct aper_part *part, const void *record)
{
    const char *base = record;
    switch ((enum aper_presence)part->presence) {
    case APER_FLAGGED:
        return *(const bool *)(base + part->flag);
    case APER_POINTED:
    case APER_VIEWED:
        return *(void *const *)(base + part->offset) != NULL;
    case APER_MANDATORY:
        break;
    }
    return true;
}

/* The part's value within its struct. */
static inline const void *aper_part_value(const struct aper_part *part, const void *record)
{
    const void *place = (const char *)record + part->offset;
    return part->presence == APER_POINTED ? *(const void *const *)place : place;
}

#endif
