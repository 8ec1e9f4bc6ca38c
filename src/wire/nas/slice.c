/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/nas/slice.h"
#include "wire/nas/codec.h"

enum { SLICES_MOST = 16, REJECTED_MOST = 8, DNNS_MOST = 8 };

static void read_s_nssai(struct reader *r, struct nas_s_nssai *s)
{
    size_t length = reader_left(r);
    s->sd = s->mapped_sd = NAS_NO_SD;
    s->sst = read_u8(r);
    if (length >= 4)
        s->sd = (uint32_t)read_uint(r, 3);
    s->mapped = length == 2 || length == 5 || length == 8;
    if (s->mapped)
        s->mapped_sst = read_u8(r);
    if (length == 8)
        s->mapped_sd = (uint32_t)read_uint(r, 3);
    if (length == 0 || length == 3 || length == 6 || length == 7 || length > 8)
        reader_fail(r, NULL, "an S-NSSAI of a reserved length");
}

static bool s_nssai_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec, (void)arena;
    read_s_nssai(r, value);
    return reader_ok(r);
}

/* 9.11.2.8: lengths 1, 2, 4, 5 and 8; a mapped SD takes the full form. */
static bool s_nssai_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const struct nas_s_nssai *s = value;
    bool mapped_sd = s->mapped && s->mapped_sd != NAS_NO_SD;
    write_u8(w, s->sst);
    if (s->sd != NAS_NO_SD || mapped_sd)
        write_uint(w, s->sd, 3);
    if (s->mapped)
        write_u8(w, s->mapped_sst);
    if (mapped_sd)
        write_uint(w, s->mapped_sd, 3);
    return s->sd <= NAS_NO_SD && (!s->mapped || s->mapped_sd <= NAS_NO_SD);
}

static void print_sd(struct printer *p, const char *name, uint32_t sd)
{
    const uint8_t octets[] = {(uint8_t)(sd >> 16), (uint8_t)(sd >> 8), (uint8_t)sd};
    if (sd != NAS_NO_SD)
        print_hex(p, name, BYTES(octets));
}

static void s_nssai_print(const struct nas_codec *codec, struct printer *p, const char *name,
                          const void *value)
{
    (void)codec;
    const struct nas_s_nssai *s = value;
    print_open(p, name);
    print_uint(p, "sst", s->sst);
    print_sd(p, "sd", s->sd);
    if (s->mapped) {
        print_uint(p, "mapped_sst", s->mapped_sst);
        print_sd(p, "mapped_sd", s->mapped_sd);
    }
    print_close(p);
}

static bool nssai_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec;
    struct nas_nssai *list = value;
    while (reader_left(r) && list->count < SLICES_MOST) {
        struct reader one = read_sub(r, read_u8(r));
        struct nas_s_nssai *s = reader_ok(r) ? nas_append(r, arena, list, sizeof *s) : NULL;
        if (!s)
            return false;
        read_s_nssai(&one, s);
        if (!reader_ok(&one)) {
            r->fault = one.fault;
            return false;
        }
    }
    return reader_ok(r);
}

static bool nssai_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const struct nas_nssai *list = value;
    for (size_t i = 0; i < list->count; i++) {
        size_t mark = write_length_open(w, 1);
        if (!s_nssai_encode(NULL, w, &list->items[i]))
            return false;
        write_length_close(w, mark, 1);
    }
    return list->count <= SLICES_MOST;
}

static void nssai_print(const struct nas_codec *codec, struct printer *p, const char *name, const void *value)
{
    (void)codec;
    const struct nas_nssai *list = value;
    print_list(p, name);
    for (size_t i = 0; i < list->count; i++)
        s_nssai_print(NULL, p, NULL, &list->items[i]);
    print_end(p);
}

/* 9.11.3.46: the length of each shares an octet with its cause. */
static bool rejected_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec;
    struct nas_rejected_nssai *list = value;
    while (reader_left(r) && list->count < REJECTED_MOST) {
        struct nas_rejected_s_nssai *s = nas_append(r, arena, list, sizeof *s);
        if (!s)
            return false;
        uint8_t head = read_u8(r);
        s->cause = head & 0x0f;
        s->sst = read_u8(r);
        s->sd = head >> 4 == 4 ? (uint32_t)read_uint(r, 3) : NAS_NO_SD;
        if (head >> 4 != 1 && head >> 4 != 4)
            return reader_fail(r, NULL, "a rejected S-NSSAI of a reserved length");
    }
    return reader_ok(r);
}

static bool rejected_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const struct nas_rejected_nssai *list = value;
    for (size_t i = 0; i < list->count; i++) {
        const struct nas_rejected_s_nssai *s = &list->items[i];
        if (s->cause > 0x0f || s->sd > NAS_NO_SD)
            return false;
        write_u8(w, (uint8_t)((s->sd == NAS_NO_SD ? 1 : 4) << 4 | s->cause));
        write_u8(w, s->sst);
        if (s->sd != NAS_NO_SD)
            write_uint(w, s->sd, 3);
    }
    return list->count <= REJECTED_MOST;
}

static void rejected_print(const struct nas_codec *codec, struct printer *p, const char *name,
                           const void *value)
{
    (void)codec;
    const struct nas_rejected_nssai *list = value;
    print_list(p, name);
    for (size_t i = 0; i < list->count; i++) {
        print_open(p, NULL);
        print_uint(p, "cause", list->items[i].cause);
        print_uint(p, "sst", list->items[i].sst);
        print_sd(p, "sd", list->items[i].sd);
        print_close(p);
    }
    print_end(p);
}

static bool label_octet(uint8_t c)
{
    return c > ' ' && c < 0x7f && c != '.';
}

bool nas_dnn_read(struct reader *r, size_t size, struct arena *arena, const char **dnn)
{
    char *text = size > 0 && size <= NAS_DNN_OCTETS ? arena_alloc(arena, size) : NULL;
    if (!text)
        return reader_fail(r, NULL, "a DNN of no or too many octets");
    struct reader labels = read_sub(r, size);
    for (size_t at = 0; reader_left(&labels);) {
        struct bytes label = read_bytes(&labels, read_u8(&labels));
        if (at)
            text[at++] = '.';
        for (size_t i = 0; i < label.len && label_octet(label.data[i]); i++)
            text[at++] = (char)label.data[i];
        if (label.len == 0 || label.len > 63 || at + reader_left(&labels) + 1 != size)
            return reader_fail(r, NULL, "a DNN whose labels do not add up");
    }
    *dnn = text;
    return reader_ok(r);
}

bool nas_dnn_write(struct writer *w, const char *dnn)
{
    for (;;) {
        size_t length = strcspn(dnn, ".");
        if (length == 0 || length > 63)
            return false;
        write_u8(w, (uint8_t)length);
        write_bytes(w, bytes_of(dnn, length));
        if (dnn[length] == '\0')
            return true;
        dnn += length + 1;
    }
}

static bool dnn_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec;
    return nas_dnn_read(r, reader_left(r), arena, value);
}

static bool dnn_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const char *dnn = *(const char *const *)value;
    return dnn && nas_dnn_write(w, dnn);
}

static void dnn_print(const struct nas_codec *codec, struct printer *p, const char *name, const void *value)
{
    (void)codec;
    print_text(p, name, *(const char *const *)value);
}

static bool write_counted_dnn(struct writer *w, const char *dnn)
{
    size_t mark = write_length_open(w, 1);
    bool ok = nas_dnn_write(w, dnn) && writer_length(w) - mark <= NAS_DNN_OCTETS;
    write_length_close(w, mark, 1);
    return ok;
}

static bool dnn_list_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec;
    struct nas_dnn_list *list = value;
    while (reader_left(r) && list->count < DNNS_MOST) {
        const char **dnn = nas_append(r, arena, list, sizeof *dnn);
        if (!dnn || !nas_dnn_read(r, read_u8(r), arena, dnn))
            return false;
    }
    return reader_ok(r);
}

static bool dnn_list_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const struct nas_dnn_list *list = value;
    for (size_t i = 0; i < list->count; i++)
        if (!write_counted_dnn(w, list->items[i]))
            return false;
    return list->count <= DNNS_MOST;
}

static void dnn_list_print(const struct nas_codec *codec, struct printer *p, const char *name,
                           const void *value)
{
    (void)codec;
    const struct nas_dnn_list *list = value;
    print_list(p, name);
    for (size_t i = 0; i < list->count; i++)
        print_text(p, NULL, list->items[i]);
    print_end(p);
}

static bool ladn_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec;
    struct nas_ladn_information *list = value;
    while (reader_left(r) && list->count < DNNS_MOST) {
        struct nas_ladn *ladn = nas_append(r, arena, list, sizeof *ladn);
        if (!ladn || !nas_dnn_read(r, read_u8(r), arena, &ladn->dnn))
            return false;
        struct reader area = read_sub(r, read_u8(r));
        if (!reader_ok(r) || !nas_codec_tai_list.decode(&nas_codec_tai_list, &area, arena, &ladn->area)) {
            r->fault = reader_ok(r) ? area.fault : r->fault;
            return false;
        }
    }
    return reader_ok(r);
}

static bool ladn_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const struct nas_ladn_information *list = value;
    for (size_t i = 0; i < list->count; i++) {
        if (!write_counted_dnn(w, list->items[i].dnn))
            return false;
        size_t mark = write_length_open(w, 1);
        if (!nas_codec_tai_list.encode(&nas_codec_tai_list, w, &list->items[i].area))
            return false;
        write_length_close(w, mark, 1);
    }
    return list->count <= DNNS_MOST;
}

static void ladn_print(const struct nas_codec *codec, struct printer *p, const char *name, const void *value)
{
    (void)codec;
    const struct nas_ladn_information *list = value;
    print_list(p, name);
    for (size_t i = 0; i < list->count; i++) {
        print_open(p, NULL);
        print_text(p, "dnn", list->items[i].dnn);
        nas_codec_tai_list.print(&nas_codec_tai_list, p, "area", &list->items[i].area);
        print_close(p);
    }
    print_end(p);
}

const struct nas_codec nas_codec_s_nssai = {s_nssai_decode, s_nssai_encode, s_nssai_print, NULL,
                                            sizeof(struct nas_s_nssai)};
const struct nas_codec nas_codec_nssai = {nssai_decode, nssai_encode, nssai_print, NULL,
                                          sizeof(struct nas_nssai)};
const struct nas_codec nas_codec_rejected_nssai = {rejected_decode, rejected_encode, rejected_print, NULL,
                                                   sizeof(struct nas_rejected_nssai)};
const struct nas_codec nas_codec_dnn = {dnn_decode, dnn_encode, dnn_print, NULL, sizeof(const char *)};
const struct nas_codec nas_codec_dnn_list = {dnn_list_decode, dnn_list_encode, dnn_list_print, NULL,
                                             sizeof(struct nas_dnn_list)};
const struct nas_codec nas_codec_ladn = {ladn_decode, ladn_encode, ladn_print, NULL,
                                         sizeof(struct nas_ladn_information)};
