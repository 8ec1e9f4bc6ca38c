/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/wicket/wicket.h"

static void write_misdeeds(struct writer *w, const uint32_t misdeeds[WICKET_MISDEEDS])
{
    for (unsigned i = 0; i < WICKET_MISDEEDS; i++)
        write_u32(w, misdeeds[i]);
}

static size_t open_as(struct writer *w, uint8_t version, enum wicket_kind kind, uint64_t association,
                      uint16_t stream)
{
    write_u8(w, version);
    write_u8(w, (uint8_t)kind);
    write_u16(w, stream);
    write_u64(w, association);
    return write_length_open(w, 4);
}

size_t wicket_open(struct writer *w, enum wicket_kind kind, uint64_t association, uint16_t stream)
{
    return open_as(w, WICKET_VERSION, kind, association, stream);
}

bool wicket_close(struct writer *w, size_t mark)
{
    write_length_close(w, mark, 4);
    return !w->full && writer_length(w) - mark <= WICKET_BODY_BYTES;
}

bool wicket_encode(struct writer *w, const struct wicket_message *message)
{
    const bool hello = message->kind == WICKET_HELLO;
    size_t mark = open_as(w, hello ? message->version : WICKET_VERSION, message->kind, message->association,
                          message->stream);
    if (hello)
        write_u32(w, message->tables);
    if (message->kind == WICKET_UP || message->kind == WICKET_KEPT)
        address_write(w, &message->peer);
    else if (message->kind == WICKET_CONDUCT)
        write_misdeeds(w, message->misdeeds);
    if (message->digest)
        write_bytes(w, bytes_of(message->digest, WICKET_DIGEST_BYTES));
    write_bytes(w, message->body);
    return wicket_close(w, mark);
}

static void read_text(struct reader *r, size_t most, struct bytes *text)
{
    *text = read_rest(r);
    if (text->len == 0 || text->len > most)
        reader_fail(r, "text", "is empty or too long");
    for (size_t i = 0; i < text->len; i++)
        if (text->data[i] < 0x20 || text->data[i] > 0x7e) {
            reader_fail(r, "text", "has characters that are not printable");
            return;
        }
}

static void read_digest(struct reader *r, struct wicket_message *message)
{
    const struct bytes digest = read_bytes(r, WICKET_DIGEST_BYTES);
    message->digest = digest.len ? digest.data : NULL;
}

static void read_flat(struct reader *r, struct bytes *flat)
{
    *flat = read_rest(r);
    if (flat->len == 0)
        reader_fail(r, "body", "is empty");
}

static void read_body(struct reader *r, enum wicket_side from, struct wicket_message *message)
{
    const bool from_edge = from == WICKET_FROM_EDGE;
    switch (message->kind) {
    case WICKET_NGAP:
        if (from_edge)
            read_digest(r, message);
        read_flat(r, &message->body);
        return;
    case WICKET_CLOSE:
        if (from_edge)
            reader_fail(r, "kind", "is not the edge's to send");
        return;
    case WICKET_HELLO:
        message->tables = read_u32(r);
        read_text(r, WICKET_NAME_BYTES, &message->body);
        return;
    case WICKET_UP:
    case WICKET_KEPT:
        address_read(r, &message->peer);
        break;
    case WICKET_REPLAY:
        read_digest(r, message);
        read_flat(r, &message->body);
        break;
    case WICKET_DOWN:
        read_text(r, WICKET_REASON_BYTES, &message->body);
        break;
    case WICKET_CONDUCT:
        for (unsigned i = 0; i < WICKET_MISDEEDS; i++)
            message->misdeeds[i] = read_u32(r);
        break;
    default:
        reader_fail(r, "kind", "is not known");
        return;
    }
    if (!from_edge)
        reader_fail(r, "kind", "is not control's to send");
}

bool wicket_decode(struct bytes in, enum wicket_side from, struct wicket_message *message,
                   struct fault *fault)
{
    struct reader r = reader_of(in);
    *message = (struct wicket_message){0};
    message->version = read_u8(&r);
    message->kind = (enum wicket_kind)read_u8(&r);
    if (message->version != WICKET_VERSION && message->kind != WICKET_HELLO)
        reader_fail(&r, "version", "is not this build's");
    message->stream = read_u16(&r);
    message->association = read_u64(&r);
    uint32_t length = read_u32(&r);
    if (reader_ok(&r) && (length != reader_left(&r) || length > WICKET_BODY_BYTES))
        reader_fail(&r, "length", "does not fit the message");
    if (reader_ok(&r) && (message->kind == WICKET_HELLO) != (message->association == 0))
        reader_fail(&r, "association", "is 0 where one is named, or the other way round");
    if (reader_ok(&r))
        read_body(&r, from, message);
    if (reader_ok(&r) && reader_left(&r))
        reader_fail(&r, "body", "is longer than its content");
    *fault = r.fault;
    return reader_ok(&r);
}
