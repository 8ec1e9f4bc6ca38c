/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/post.h"

enum { FLAG_TOUCHED = 1, FLAG_DIGEST = 2 };

static void write_text(struct writer *w, const char *text)
{
    const size_t mark = write_length_open(w, 2);
    write_bytes(w, bytes_of(text, strlen(text)));
    write_length_close(w, mark, 2);
}

static void write_entry(struct writer *w, const struct evidence_entry *entry)
{
    write_u64(w, (uint64_t)entry->time);
    write_u8(w, (uint8_t)entry->kind);
    write_u8(w, (uint8_t)entry->step);
    write_u8(w,
             (uint8_t)((entry->victim_touched ? FLAG_TOUCHED : 0) | (entry->has_digest ? FLAG_DIGEST : 0)));
    write_u64(w, entry->association);
    write_text(w, entry->rule);
    write_text(w, entry->gnb);
    write_text(w, entry->procedure);
    write_text(w, entry->reason);
    if (entry->has_digest)
        write_bytes(w, BYTES(entry->digest));
}

static void write_state(struct writer *w, const struct post_state *state)
{
    write_u64(w, state->covered);
    write_u64(w, state->witnessed);
    write_u32(w, state->quorum);
    write_u64(w, (uint64_t)state->unwitnessed);
    write_u32(w, state->silent);
}

bool post_write(struct writer *w, const struct post_message *message)
{
    write_u8(w, (uint8_t)message->kind);
    write_u64(w, message->number);
    if (message->kind == POST_ENTRY)
        write_entry(w, &message->entry);
    if (message->kind == POST_STATE)
        write_state(w, &message->state);
    return !w->full;
}

/* What is no UTF-8, or too long, is no text: the source has seen to it. */
static void read_text(struct reader *r, const char *where, char *place, size_t size)
{
    char text[EVIDENCE_REASON_BYTES];
    const struct bytes view = read_bytes(r, read_u16(r));
    const bool fits = view.len < size && (!view.len || !memchr(view.data, '\0', view.len));
    if (fits && view.len)
        memcpy(text, view.data, view.len);
    text[fits ? view.len : 0] = '\0';
    evidence_text(place, size, text);
    if (!fits || strcmp(place, text) != 0)
        reader_fail(r, where, "is too long, or no text");
}

static void read_entry(struct reader *r, struct evidence_entry *entry)
{
    entry->time = (int64_t)read_u64(r);
    const uint8_t kind = read_u8(r), step = read_u8(r), flags = read_u8(r);
    entry->association = read_u64(r);
    read_text(r, "rule", entry->rule, sizeof entry->rule);
    read_text(r, "gnb", entry->gnb, sizeof entry->gnb);
    read_text(r, "procedure", entry->procedure, sizeof entry->procedure);
    read_text(r, "reason", entry->reason, sizeof entry->reason);
    entry->victim_touched = flags & FLAG_TOUCHED;
    entry->has_digest = flags & FLAG_DIGEST;
    const struct bytes digest = read_bytes(r, entry->has_digest ? sizeof entry->digest : 0);
    if (digest.len)
        memcpy(entry->digest, digest.data, sizeof entry->digest);
    if (kind >= EVIDENCE_KINDS || step >= EVIDENCE_STEPS || flags & ~(FLAG_TOUCHED | FLAG_DIGEST) ||
        entry->time < 0)
        reader_fail(r, "entry", "is of no known kind, or of no time");
    entry->kind = (enum evidence_kind)kind;
    entry->step = (enum evidence_step)step;
}

static void read_state(struct reader *r, struct post_state *state)
{
    state->covered = read_u64(r);
    state->witnessed = read_u64(r);
    state->quorum = read_u32(r);
    state->unwitnessed = (int64_t)read_u64(r);
    state->silent = read_u32(r);
    if (state->witnessed > state->covered || state->unwitnessed < 0)
        reader_fail(r, "state", "contradicts itself");
}

bool post_read(struct bytes in, struct post_message *message, struct fault *fault)
{
    struct reader r = reader_of(in);
    *message = (struct post_message){.kind = (enum post_kind)read_u8(&r)};
    message->number = read_u64(&r);
    if (message->kind < POST_HELLO || message->kind > POST_STATE)
        reader_fail(&r, "kind", "is not known");
    if (message->kind == POST_ENTRY)
        read_entry(&r, &message->entry);
    if (message->kind == POST_STATE)
        read_state(&r, &message->state);
    if (reader_ok(&r) && reader_left(&r))
        reader_fail(&r, "message", "is longer than its content");
    *fault = r.fault;
    return reader_ok(&r);
}
