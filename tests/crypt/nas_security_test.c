/* SPDX-License-Identifier: Apache-2.0 */
#include "hex.h"

#include "crypt/nas_security.h"

static const uint8_t kamf[32] = {1, 2, 3, 4};
static const char text[] = "~ a NAS message";

struct pair {
    struct nas_security amf, ue;
    uint8_t wire[64], plain[64];
};

static struct pair pair_of(uint8_t nia, uint8_t nea)
{
    struct pair p;
    nas_security_start(&p.amf, NAS_NETWORK, kamf, nia, nea, 1);
    nas_security_start(&p.ue, NAS_UE, kamf, nia, nea, 1);
    return p;
}

static struct bytes protect(struct pair *p, struct nas_security *from)
{
    struct writer w = writer_of(p->wire, sizeof p->wire);
    assert_int_equal(nas_protect(from, NAS_INTEGRITY_CIPHERED, BYTES(text), &w), NAS_ACCEPTED);
    return writer_bytes(&w);
}

static enum nas_verdict unprotect(struct pair *p, struct nas_security *at, struct bytes envelope,
                                  struct nas_opened *opened)
{
    return nas_unprotect(at, envelope, p->plain, sizeof p->plain, opened);
}

static void both_directions_work_with_each_pair_of_algorithms(void **state)
{
    (void)state;
    for (uint8_t nia = 1; nia < 4; nia++)
        for (uint8_t nea = 0; nea < 4; nea++) {
            struct pair p = pair_of(nia, nea);
            struct nas_opened opened;
            for (uint32_t i = 0; i < 300; i++) {
                assert_int_equal(unprotect(&p, &p.amf, protect(&p, &p.ue), &opened), NAS_ACCEPTED);
                assert_int_equal(opened.count, i);
                assert_int_equal(opened.header, NAS_INTEGRITY_CIPHERED);
                assert_true(bytes_equal(opened.message, BYTES(text)));
                assert_int_equal(unprotect(&p, &p.ue, protect(&p, &p.amf), &opened), NAS_ACCEPTED);
                assert_true(bytes_equal(opened.message, BYTES(text)));
            }
            assert_int_equal(p.amf.uplink, 300);
            assert_int_equal(p.ue.downlink, 300);
        }
}

static void the_envelope_is_laid_out_as_specified(void **state)
{
    (void)state;
    struct pair p = pair_of(2, 2);
    p.amf.downlink = 0x1234;
    struct writer w = writer_of(p.wire, sizeof p.wire);
    assert_int_equal(nas_protect(&p.amf, NAS_INTEGRITY_NEW, BYTES(text), &w), NAS_ACCEPTED);
    assert_int_equal(writer_length(&w), NAS_ENVELOPE_BYTES + sizeof text);
    assert_int_equal(p.wire[0], 0x7e);
    assert_int_equal(p.wire[1], 3);
    assert_int_equal(p.wire[6], 0x34);
    assert_memory_equal(p.wire + NAS_ENVELOPE_BYTES, text, sizeof text);
}

static void a_replay_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    struct pair p = pair_of(2, 2);
    struct nas_opened opened;
    uint8_t old[64];
    struct bytes first = protect(&p, &p.ue);
    memcpy(old, first.data, first.len);
    assert_int_equal(unprotect(&p, &p.amf, first, &opened), NAS_ACCEPTED);
    for (unsigned i = 0; i < 600; i++) {
        struct nas_security before = p.amf;
        assert_int_equal(unprotect(&p, &p.amf, bytes_of(old, first.len), &opened), NAS_BAD_MAC);
        assert_memory_equal(&p.amf, &before, sizeof before);
        assert_int_equal(unprotect(&p, &p.amf, protect(&p, &p.ue), &opened), NAS_ACCEPTED);
    }
}

static void lost_messages_are_bridged_up_to_255(void **state)
{
    (void)state;
    struct pair p = pair_of(2, 1);
    struct nas_opened opened;
    p.ue.uplink = 255;
    assert_int_equal(unprotect(&p, &p.amf, protect(&p, &p.ue), &opened), NAS_ACCEPTED);
    assert_int_equal(opened.count, 255);
    p.ue.uplink = 511;
    assert_int_equal(unprotect(&p, &p.amf, protect(&p, &p.ue), &opened), NAS_ACCEPTED);
    assert_int_equal(opened.count, 511);
    p.ue.uplink = 512 + 256;
    assert_int_equal(unprotect(&p, &p.amf, protect(&p, &p.ue), &opened), NAS_BAD_MAC);
    assert_int_equal(p.amf.uplink, 512);
}

static void any_altered_octet_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    struct pair p = pair_of(2, 2);
    struct nas_opened opened;
    struct bytes envelope = protect(&p, &p.ue);
    const struct nas_security before = p.amf;
    for (size_t i = 2; i < envelope.len; i++) {
        p.wire[i] ^= 0x10;
        assert_int_equal(unprotect(&p, &p.amf, envelope, &opened), NAS_BAD_MAC);
        p.wire[i] ^= 0x10;
    }
    assert_memory_equal(&p.amf, &before, sizeof before);
    assert_int_equal(unprotect(&p, &p.amf, envelope, &opened), NAS_ACCEPTED);
}

static void a_message_reflected_to_its_sender_is_refused(void **state)
{
    (void)state;
    struct pair p = pair_of(2, 2);
    struct nas_opened opened;
    assert_int_equal(unprotect(&p, &p.ue, protect(&p, &p.ue), &opened), NAS_BAD_MAC);
}

static void what_is_no_envelope_is_malformed(void **state)
{
    (void)state;
    struct pair p = pair_of(2, 2);
    struct nas_opened opened;
    static const char *const bad[] = {"",
                                      "7e",
                                      "7e0041790007",
                                      "7e020000000000",
                                      "2e02000000000000",
                                      "7e05000000000000",
                                      "7e12000000000000"};
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(nas_is_protected(hex(bad[i])));
        assert_int_equal(unprotect(&p, &p.amf, hex(bad[i]), &opened), NAS_MALFORMED);
    }
    assert_true(nas_is_protected(hex("7e02000000000000")));
}

static void counts_never_wrap(void **state)
{
    (void)state;
    struct pair p = pair_of(2, 2);
    struct nas_opened opened;
    p.ue.uplink = p.amf.uplink = NAS_COUNT_MAX;
    struct bytes last = protect(&p, &p.ue);
    assert_int_equal(unprotect(&p, &p.amf, last, &opened), NAS_ACCEPTED);
    assert_int_equal(unprotect(&p, &p.amf, last, &opened), NAS_COUNT_EXHAUSTED);
    struct writer w = writer_of(p.wire, sizeof p.wire);
    assert_int_equal(nas_protect(&p.ue, NAS_INTEGRITY, BYTES(text), &w), NAS_COUNT_EXHAUSTED);
    assert_int_equal(writer_length(&w), 0);
}

static void null_integrity_needs_an_emergency(void **state)
{
    (void)state;
    struct pair p = pair_of(0, 0);
    struct nas_opened opened;
    struct writer w = writer_of(p.wire, sizeof p.wire);
    assert_int_equal(nas_protect(&p.ue, NAS_INTEGRITY, BYTES(text), &w), NAS_NULL_INTEGRITY);
    p.ue.emergency = true;
    struct bytes envelope = protect(&p, &p.ue);
    assert_int_equal(unprotect(&p, &p.amf, envelope, &opened), NAS_NULL_INTEGRITY);
    p.amf.emergency = true;
    assert_int_equal(unprotect(&p, &p.amf, envelope, &opened), NAS_ACCEPTED);
}

static void a_full_buffer_uses_up_no_count(void **state)
{
    (void)state;
    struct pair p = pair_of(2, 2);
    struct nas_opened opened;
    struct writer w = writer_of(p.wire, 10);
    assert_int_equal(nas_protect(&p.ue, NAS_INTEGRITY, BYTES(text), &w), NAS_NO_ROOM);
    assert_int_equal(p.ue.uplink, 0);
    struct bytes envelope = protect(&p, &p.ue);
    assert_int_equal(nas_unprotect(&p.amf, envelope, p.plain, 4, &opened), NAS_NO_ROOM);
    assert_int_equal(p.amf.uplink, 0);
}

static void a_ciphered_container_opens_with_its_message_s_count(void **state)
{
    (void)state;
    struct pair p = pair_of(3, 3);
    struct nas_opened opened;
    uint8_t message[16 + sizeof text] = {0x7e};
    p.ue.uplink = 77;
    memcpy(message + 16, text, sizeof text);
    nas_cipher_container(&p.ue, p.ue.uplink, message + 16, sizeof text);
    struct writer w = writer_of(p.wire, sizeof p.wire);
    assert_int_equal(nas_protect(&p.ue, NAS_INTEGRITY, BYTES(message), &w), NAS_ACCEPTED);
    assert_int_equal(unprotect(&p, &p.amf, writer_bytes(&w), &opened), NAS_ACCEPTED);
    assert_memory_not_equal(opened.message.data + 16, text, sizeof text);
    nas_cipher_container(&p.amf, opened.count, p.plain + 16, sizeof text);
    assert_memory_equal(opened.message.data + 16, text, sizeof text);
}

static void another_key_or_algorithm_is_refused(void **state)
{
    (void)state;
    struct pair p = pair_of(2, 2);
    struct nas_opened opened;
    const uint8_t other[32] = {9};
    struct bytes envelope = protect(&p, &p.ue);
    nas_security_rekey(&p.amf, kamf, 1, 2);
    assert_int_equal(unprotect(&p, &p.amf, envelope, &opened), NAS_BAD_MAC);
    nas_security_rekey(&p.amf, other, 2, 2);
    assert_int_equal(unprotect(&p, &p.amf, envelope, &opened), NAS_BAD_MAC);
    nas_security_rekey(&p.amf, kamf, 2, 2);
    assert_int_equal(unprotect(&p, &p.amf, envelope, &opened), NAS_ACCEPTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_directions_work_with_each_pair_of_algorithms),
        cmocka_unit_test(the_envelope_is_laid_out_as_specified),
        cmocka_unit_test(a_replay_is_refused_and_changes_nothing),
        cmocka_unit_test(lost_messages_are_bridged_up_to_255),
        cmocka_unit_test(any_altered_octet_is_refused_and_changes_nothing),
        cmocka_unit_test(a_message_reflected_to_its_sender_is_refused),
        cmocka_unit_test(what_is_no_envelope_is_malformed),
        cmocka_unit_test(counts_never_wrap),
        cmocka_unit_test(null_integrity_needs_an_emergency),
        cmocka_unit_test(a_full_buffer_uses_up_no_count),
        cmocka_unit_test(a_ciphered_container_opens_with_its_message_s_count),
        cmocka_unit_test(another_key_or_algorithm_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
