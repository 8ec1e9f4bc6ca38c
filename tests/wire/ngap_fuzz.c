/* SPDX-License-Identifier: Apache-2.0 */
/* What decodes must encode to something that decodes to the same, cross the wicket unchanged, and print. */

#include "../fuzz/must.h"
#include "wire/ngap/ngap.h"

enum { ROOM = 1 << 18 };

static uint8_t air[ROOM], again[ROOM], flat[ROOM];
static struct arena arena;

static struct bytes encode(const struct ngap_pdu *pdu, uint8_t *buffer)
{
    struct writer w = writer_of(buffer, ROOM);
    must(ngap_encode(&w, pdu->message, pdu->value.any, NULL));
    return writer_bytes(&w);
}

static void cross_the_wicket(const struct ngap_pdu *pdu, struct bytes expected)
{
    struct writer w = writer_of(flat, sizeof flat);
    struct ngap_pdu back;
    must(ngap_flatten(&w, pdu, NULL));
    must(ngap_unflatten(writer_bytes(&w), &arena, &back, NULL));
    must(bytes_equal(encode(&back, again), expected));
}

static void print(const struct ngap_pdu *pdu)
{
    static char text[1 << 16];
    struct printer p;
    print_init(&p, PRINT_TEXT, text, sizeof text);
    ngap_print(&p, pdu);
    print_init(&p, PRINT_JSON, text, sizeof text);
    ngap_print(&p, pdu);
}

static void take_from_the_air(struct bytes in)
{
    struct ngap_pdu pdu, back;
    enum ngap_verdict verdict = ngap_decode(in, &arena, NGAP_ANY_ORDER, &pdu);
    must(verdict == NGAP_OK || pdu.diagnostics.fault.what);
    if (verdict > NGAP_NOTIFY)
        return;
    print(&pdu);
    if (pdu.diagnostics.count)
        return;
    struct bytes first = encode(&pdu, air);
    must(ngap_decode(first, &arena, NGAP_STRICT_ORDER, &back) == NGAP_OK);
    must(bytes_equal(encode(&back, again), first));
    cross_the_wicket(&pdu, first);
}

static void take_from_the_wicket(struct bytes in)
{
    struct ngap_pdu pdu;
    if (ngap_unflatten(in, &arena, &pdu, NULL))
        print(&pdu);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena_init(&arena, 4 << 20);
    take_from_the_air(bytes_of(data, size));
    take_from_the_wicket(bytes_of(data, size));
    arena_free(&arena);
    return 0;
}
