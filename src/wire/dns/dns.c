/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/dns/dns.h"

#include <strings.h>

enum {
    LABEL_BYTES = 63,
    CLASS_IN = 1,
    RESPONSE = 0x8000,
    OPCODE = 0x7800,
    CUT = 0x0200,
    RECURSION_DESIRED = 0x0100,
    CODE = 0x000f,
    POINTER = 0xc0,
};

/* --- Names --- */

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* The label that begins here; NULL behind the last one. */
static const char *next_label(const char *at, size_t *length)
{
    *length = strcspn(at, ".");
    return *at ? at : NULL;
}

static const char *behind(const char *label, size_t length)
{
    return label + length + (label[length] == '.');
}

bool dns_name_is_valid(const char *name)
{
    size_t length;
    const char *label = name;
    if (!*name || strlen(name) >= DNS_NAME_BYTES)
        return false;
    for (; (label = next_label(label, &length)); label = behind(label, length)) {
        if (!length || length > LABEL_BYTES)
            return false;
        for (size_t i = 0; i < length; i++)
            if (!is_plain(label[i]))
                return false;
    }
    return true;
}

static void write_name(struct writer *w, const char *name)
{
    size_t length;
    for (const char *label = name; (label = next_label(label, &length)); label = behind(label, length)) {
        write_u8(w, (uint8_t)length);
        write_bytes(w, bytes_of(label, length));
    }
    write_u8(w, 0);
}

/* As it was asked, in whatever case. */
static void read_same_name(struct reader *r, const char *name)
{
    size_t length;
    for (const char *label = name; (label = next_label(label, &length)); label = behind(label, length)) {
        const struct bytes theirs = read_bytes(r, read_u8(r));
        if (theirs.len != length || strncasecmp((const char *)theirs.data, label, length) != 0) {
            reader_fail(r, "question", "is another one");
            return;
        }
    }
    if (read_u8(r) != 0)
        reader_fail(r, "question", "is another one");
}

/* Whose it is does not matter: the resolver has followed the aliases. */
static void skip_name(struct reader *r)
{
    for (unsigned length; (length = read_u8(r)) != 0;) {
        if ((length & POINTER) == POINTER) {
            read_u8(r);
            return;
        }
        if (length > LABEL_BYTES)
            reader_fail(r, "name", "has a label that is too long");
        read_bytes(r, length);
    }
}

/* --- Messages --- */

bool dns_write(struct writer *w, const struct dns_question *question)
{
    static const uint16_t counts[] = {1, 0, 0, 0};
    if (!dns_name_is_valid(question->name))
        return false;
    write_u16(w, question->id);
    write_u16(w, RECURSION_DESIRED);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        write_u16(w, counts[i]);
    write_name(w, question->name);
    write_u16(w, question->type);
    write_u16(w, CLASS_IN);
    return !w->full;
}

static void take_address(struct dns_answer *answer, enum dns_type type, struct bytes octets)
{
    union socket_address *address = &answer->addresses[answer->count];
    const size_t length = type == DNS_A ? sizeof address->v4.sin_addr : sizeof address->v6.sin6_addr;
    if (octets.len != length || answer->count == DNS_ADDRESSES)
        return;
    *address = (union socket_address){.any.sa_family = type == DNS_A ? AF_INET : AF_INET6};
    memcpy(type == DNS_A ? (void *)&address->v4.sin_addr : (void *)&address->v6.sin6_addr, octets.data,
           length);
    answer->count++;
}

static void read_record(struct reader *r, enum dns_type wanted, struct dns_answer *answer)
{
    skip_name(r);
    const uint16_t type = read_u16(r), class = read_u16(r);
    read_u32(r); /* how long it holds: it is asked again when it does no good */
    const struct bytes octets = read_bytes(r, read_u16(r));
    if (reader_ok(r) && type == wanted && class == CLASS_IN)
        take_address(answer, wanted, octets);
}

bool dns_read(struct bytes in, const struct dns_question *question, struct dns_answer *answer,
              struct fault *fault)
{
    struct reader r = reader_of(in);
    *answer = (struct dns_answer){0};
    if (read_u16(&r) != question->id)
        reader_fail(&r, "id", "is another one");
    const uint16_t flags = read_u16(&r);
    if (!(flags & RESPONSE) || flags & OPCODE)
        reader_fail(&r, "flags", "are not an answer's");
    const uint16_t questions = read_u16(&r), records = read_u16(&r);
    read_u32(&r);
    if (questions != 1)
        reader_fail(&r, "questions", "are not one");
    read_same_name(&r, question->name);
    if (read_u16(&r) != question->type || read_u16(&r) != CLASS_IN)
        reader_fail(&r, "question", "is another one");
    answer->code = flags & CODE;
    answer->cut = flags & CUT;
    for (unsigned i = 0; i < records && reader_ok(&r); i++)
        read_record(&r, question->type, answer);
    if (answer->code != DNS_NO_ERROR)
        answer->count = 0;
    *fault = r.fault;
    return reader_ok(&r);
}
