/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views of bytes, and the two cursors every codec of the house reads and writes through.
 *
 * Both cursors are sticky: the first access out of bounds marks the cursor as failed (with the place
 * and the reason), every later access is harmless and yields zeros, and the caller asks once, at the end.
 * No function here allocates, aborts, or keeps a pointer beyond the caller's buffer.
 */
#ifndef KIT_BYTES_H
#define KIT_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kit/fault.h"

/* A borrowed view; never owns. data may be NULL only when len is 0. */
struct bytes {
    const uint8_t *data;
    size_t len;
};

#define BYTES(array) ((struct bytes){(const uint8_t *)(array), sizeof(array)})

static inline struct bytes bytes_of(const void *data, size_t len)
{
    return (struct bytes){data, len};
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* The same octets as the text's, without its end. */
static inline bool bytes_are(struct bytes a, const char *text)
{
    return bytes_equal(a, bytes_of(text, strlen(text)));
}

/* Reading cursor, network byte order. */
struct reader {
    const uint8_t *base, *at, *end;
    struct fault fault; /* fault.what is NULL while all went well */
};

static inline struct reader reader_of(struct bytes in)
{
    return (struct reader){.base = in.data, .at = in.data, .end = in.len ? in.data + in.len : in.data};
}

static inline bool reader_ok(const struct reader *r)
{
    return r->fault.what == NULL;
}

static inline size_t reader_left(const struct reader *r)
{
    return (size_t)(r->end - r->at);
}

static inline size_t reader_offset(const struct reader *r)
{
    return (size_t)(r->at - r->base);
}

/* Marks the cursor as failed at its present place; the first failure is kept. Always returns false. */
static inline bool reader_fail(struct reader *r, const char *where, const char *what)
{
    if (reader_ok(r))
        fault_set(&r->fault, reader_offset(r), where, what);
    r->end = r->at;
    return false;
}

/* The next n bytes as a view into the input; an empty view when fewer are left (and the cursor has failed).
 */
static inline struct bytes read_bytes(struct reader *r, size_t n)
{
    if (reader_left(r) < n) {
        reader_fail(r, NULL, "ends too early");
        return (struct bytes){0};
    }
    struct bytes view = {r->at, n};
    if (n) /* at may be NULL in an empty input */
        r->at += n;
    return view;
}

static inline struct bytes read_rest(struct reader *r)
{
    return read_bytes(r, reader_left(r));
}

static inline uint8_t read_u8(struct reader *r)
{
    struct bytes b = read_bytes(r, 1);
    return b.len ? b.data[0] : 0;
}

/* Big-endian unsigned integer of 1 to 8 bytes. */
static inline uint64_t read_uint(struct reader *r, size_t size)
{
    struct bytes b = read_bytes(r, size);
    uint64_t value = 0;
    for (size_t i = 0; i < b.len; i++)
        value = value << 8 | b.data[i];
    return value;
}

static inline uint16_t read_u16(struct reader *r)
{
    return (uint16_t)read_uint(r, 2);
}

static inline uint32_t read_u32(struct reader *r)
{
    return (uint32_t)read_uint(r, 4);
}

static inline uint64_t read_u64(struct reader *r)
{
    return read_uint(r, 8);
}

/* A cursor over the next n bytes, which the outer cursor then has behind it. Offsets in the inner cursor's
 * fault stay offsets into the outermost input. */
static inline struct reader read_sub(struct reader *r, size_t n)
{
    struct bytes view = read_bytes(r, n);
    struct reader sub = {.base = r->base, .at = view.data, .end = view.data, .fault = r->fault};
    if (view.len)
        sub.end = view.data + view.len;
    else
        sub.at = sub.end = r->at;
    return sub;
}

/* Writing cursor over a caller's buffer, network byte order. */
struct writer {
    uint8_t *base, *at, *end;
    bool full; /* something did not fit; what was written so far is not a message */
};

static inline struct writer writer_of(void *buffer, size_t size)
{
    uint8_t *base = buffer;
    return (struct writer){.base = base, .at = base, .end = base + size};
}

static inline size_t writer_length(const struct writer *w)
{
    return (size_t)(w->at - w->base);
}

static inline size_t writer_room(const struct writer *w)
{
    return (size_t)(w->end - w->at);
}

static inline struct bytes writer_bytes(const struct writer *w)
{
    return (struct bytes){w->base, writer_length(w)};
}

/* Room for n bytes for the caller to fill, or NULL when there is none. */
static inline uint8_t *write_room(struct writer *w, size_t n)
{
    if (writer_room(w) < n) {
        w->full = true;
        w->end = w->at;
        return NULL;
    }
    uint8_t *room = w->at;
    w->at += n;
    return room;
}

static inline void write_bytes(struct writer *w, struct bytes b)
{
    uint8_t *room = b.len ? write_room(w, b.len) : NULL;
    if (room)
        memcpy(room, b.data, b.len);
}

/* Big-endian unsigned integer of 1 to 8 bytes. */
static inline void write_uint(struct writer *w, uint64_t value, size_t size)
{
    uint8_t *room = write_room(w, size);
    for (size_t i = 0; room && i < size; i++)
        room[i] = (uint8_t)(value >> 8 * (size - 1 - i));
}

static inline void write_u8(struct writer *w, uint8_t value)
{
    write_uint(w, value, 1);
}

static inline void write_u16(struct writer *w, uint16_t value)
{
    write_uint(w, value, 2);
}

static inline void write_u32(struct writer *w, uint32_t value)
{
    write_uint(w, value, 4);
}

static inline void write_u64(struct writer *w, uint64_t value)
{
    write_uint(w, value, 8);
}

/*
 * Length fields are written before what they count: reserve, write the content, close.
 *     size_t mark = write_length_open(&w, 2);  ...content...  write_length_close(&w, mark, 2);
 * Content longer than the field can say marks the writer full.
 */
static inline size_t write_length_open(struct writer *w, size_t size)
{
    write_room(w, size);
    return writer_length(w);
}

static inline void write_length_close(struct writer *w, size_t mark, size_t size)
{
    if (w->full)
        return;
    size_t length = writer_length(w) - mark;
    if (size < sizeof length && length >> (8 * size)) {
        w->full = true;
        return;
    }
    for (size_t i = 0; i < size; i++, length >>= 8)
        w->base[mark - 1 - i] = (uint8_t)length;
}

#endif
