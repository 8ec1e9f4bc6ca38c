/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/wicket/charter.h"

static void write_text(struct writer *w, const char *text)
{
    size_t mark = write_length_open(w, 1);
    write_bytes(w, bytes_of(text, strlen(text)));
    write_length_close(w, mark, 1);
}

static void write_terms(struct writer *w, const struct charter_terms *terms)
{
    write_text(w, terms->vendor);
    write_text(w, terms->runtime_dir);
    write_u32(w, terms->id);
    write_u8(w, (uint8_t)terms->log_level);
    write_u8(w, terms->log_json);
    write_u32(w, terms->budget.messages);
    write_u32(w, terms->budget.bytes);
    write_u32(w, terms->budget.arrivals);
    write_u32(w, terms->budget.log_bytes);
    write_u32(w, terms->gnbs);
    write_u8(w, (uint8_t)terms->listen_count);
    for (unsigned i = 0; i < terms->listen_count; i++)
        address_write(w, &terms->listen[i]);
}

bool charter_encode(struct writer *w, const struct charter *charter)
{
    if (charter->terms.listen_count > CHARTER_LISTEN)
        return false;
    write_u8(w, CHARTER_VERSION);
    write_u8(w, (uint8_t)charter->kind);
    write_text(w, charter->name);
    if (charter->kind == CHARTER_TERMS)
        write_terms(w, &charter->terms);
    return !w->full;
}

/* `size` counts the end mark. */
static void read_text(struct reader *r, const char *where, char *text, size_t size)
{
    struct bytes view = read_bytes(r, read_u8(r));
    bool fits = view.len < size;
    for (size_t i = 0; fits && i < view.len; i++)
        fits = (text[i] = (char)view.data[i]) != '\0';
    text[fits ? view.len : 0] = '\0';
    if (!fits)
        reader_fail(r, where, "is too long, or no text");
}

static void read_terms(struct reader *r, struct charter_terms *terms)
{
    read_text(r, "vendor", terms->vendor, sizeof terms->vendor);
    read_text(r, "runtime_dir", terms->runtime_dir, sizeof terms->runtime_dir);
    terms->id = read_u32(r);
    uint8_t level = read_u8(r), json = read_u8(r);
    terms->budget.messages = read_u32(r);
    terms->budget.bytes = read_u32(r);
    terms->budget.arrivals = read_u32(r);
    terms->budget.log_bytes = read_u32(r);
    terms->gnbs = read_u32(r);
    terms->listen_count = read_u8(r);
    if (level > LOG_DEBUG || json > 1)
        reader_fail(r, "log", "has no such level or form");
    if (terms->listen_count > CHARTER_LISTEN)
        reader_fail(r, "listen", "has too many addresses");
    terms->log_level = (enum log_level)level;
    terms->log_json = json;
    for (unsigned i = 0; reader_ok(r) && i < terms->listen_count; i++)
        address_read(r, &terms->listen[i]);
}

bool charter_decode(struct bytes in, struct charter *charter, struct fault *fault)
{
    struct reader r = reader_of(in);
    *charter = (struct charter){0};
    if (read_u8(&r) != CHARTER_VERSION)
        reader_fail(&r, "version", "is not this build's");
    charter->kind = (enum charter_kind)read_u8(&r);
    read_text(&r, "name", charter->name, sizeof charter->name);
    if (reader_ok(&r) && (charter->kind < CHARTER_TERMS || charter->kind > CHARTER_SOURCE))
        reader_fail(&r, "kind", "is not known");
    if (reader_ok(&r) && (charter->kind == CHARTER_RELOAD) != (*charter->name == '\0'))
        reader_fail(&r, "name", "is missing, or one too many");
    if (reader_ok(&r) && charter->kind == CHARTER_TERMS)
        read_terms(&r, &charter->terms);
    if (reader_ok(&r) && reader_left(&r))
        reader_fail(&r, "charter", "is longer than its content");
    *fault = r.fault;
    return reader_ok(&r);
}
