/* SPDX-License-Identifier: Apache-2.0 */
/* What others put on the wire is read as they meant it, and what we would say of it is the same to the octet. */
#include "../check.h"

#include "field_messages.h"
#include "kit/print.h"
#include "unhex.h"
#include "wire/nas/nas.h"
#include "wire/ngap/ngap.h"
#include "wire/pfcp/pfcp.h"

enum { OCTETS = 4096, TEXT = 1 << 16 };

static struct arena arena;
static char text[TEXT];
static uint8_t again[OCTETS];

/* Decodes, prints into `text`, encodes into `again`. NULL, or what was wrong. */
typedef const char *reader(struct bytes in, struct bytes *out);

static const char *read_ngap(struct bytes in, struct bytes *out)
{
    struct ngap_pdu pdu;
    struct printer p;
    struct writer w = writer_of(again, sizeof again);
    if (ngap_decode(in, &arena, NGAP_STRICT_ORDER, &pdu) != NGAP_OK)
        return pdu.diagnostics.fault.what;
    print_init(&p, PRINT_TEXT, text, sizeof text);
    ngap_print(&p, &pdu);
    bool encoded = ngap_encode(&w, pdu.message, pdu.value.any, NULL);
    *out = writer_bytes(&w);
    return encoded ? NULL : "not encoded";
}

static const char *read_nas(struct bytes in, struct bytes *out)
{
    struct nas_message message;
    struct nas_error error;
    struct printer p;
    struct writer w = writer_of(again, sizeof again);
    if (!nas_decode(in, &arena, &message, &error))
        return error.fault.what;
    print_init(&p, PRINT_TEXT, text, sizeof text);
    nas_print(&p, NULL, &message);
    bool encoded = nas_encode(&message, &w);
    *out = writer_bytes(&w);
    return encoded ? NULL : "not encoded";
}

/* Of PFCP we keep what a session of ours can need, so that its octets need not come back. */
static const char *read_pfcp(struct bytes in, struct bytes *out)
{
    struct pfcp_message message;
    struct pfcp_problem problem;
    struct printer p;
    *out = in;
    if (!pfcp_decode(&arena, in, &message, &problem))
        return problem.fault.what;
    print_init(&p, PRINT_TEXT, text, sizeof text);
    pfcp_print(&p, &message);
    return pfcp_encode(&message, again, sizeof again) ? NULL : "not encoded";
}

static void read_all(const struct field_message *messages, reader *read)
{
    for (const struct field_message *m = messages; m->hex; m++) {
        struct bytes in = unhex(m->hex, &arena), out = {0};
        memset(text, 0, sizeof text);
        const char *wrong = read(in, &out);
        for (size_t i = 0; i < 6 && m->holds[i] && !wrong; i++)
            if (!strstr(text, m->holds[i]))
                wrong = m->holds[i];
        if (!wrong && bytes_equal(in, out) == m->said_otherwise)
            wrong = "the octets that we would send";
        if (wrong)
            fail_msg("%s: %s: %s\n%s", m->from, m->hex, wrong, text);
        arena_reset(&arena);
    }
}

static void ngap_of_others_is_read_as_they_meant_it(void **state)
{
    (void)state;
    read_all(field_ngap, read_ngap);
}

static void nas_of_others_is_read_as_they_meant_it(void **state)
{
    (void)state;
    read_all(field_nas, read_nas);
}

static void pfcp_of_others_is_read_as_they_meant_it(void **state)
{
    (void)state;
    read_all(field_pfcp, read_pfcp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ngap_of_others_is_read_as_they_meant_it),
        cmocka_unit_test(nas_of_others_is_read_as_they_meant_it),
        cmocka_unit_test(pfcp_of_others_is_read_as_they_meant_it),
    };
    arena_init(&arena, 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
