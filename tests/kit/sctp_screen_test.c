/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/sctp_screen.h"

#include "../check.h"
#include "kit/bytes.h"

enum { ROOM = 64, HEADER = 12, INIT_BYTES = 20 };

static uint8_t packet[ROOM];

struct init {
    uint32_t packet_tag, tag, window;
    uint16_t length, outbound, inbound;
    uint8_t type;
};

static const struct init good = {0, 7, 65536, INIT_BYTES, 2, 2, 1};

static size_t write_init(struct init init, size_t parameters)
{
    struct writer w = writer_of(packet, sizeof packet);
    write_u32(&w, 0x960c960c);
    write_u32(&w, init.packet_tag);
    write_u32(&w, 0);
    write_u8(&w, init.type);
    write_u8(&w, 0);
    write_u16(&w, init.length);
    write_u32(&w, init.tag);
    write_u32(&w, init.window);
    write_u16(&w, init.outbound);
    write_u16(&w, init.inbound);
    write_u32(&w, 1);
    memset(write_room(&w, parameters), 0x80, parameters);
    return writer_length(&w);
}

static bool passes(struct init init)
{
    size_t length = write_init(init, 0);
    return sctp_screen(packet, &length);
}

static void a_sound_init_passes_without_what_it_holds_besides(void **state)
{
    struct init init = good;
    (void)state;
    init.length = INIT_BYTES + 16;
    size_t length = write_init(init, 16);
    assert_true(sctp_screen(packet, &length));
    assert_int_equal(length, HEADER + INIT_BYTES);
    assert_int_equal(packet[HEADER + 3], INIT_BYTES);
    assert_true(passes(good));
}

static void an_init_that_would_end_an_association_is_dropped(void **state)
{
    struct init no_tag = good, no_window = good, no_way_out = good, no_way_in = good, too_short = good,
                too_long = good;
    (void)state;
    no_tag.tag = 0;
    no_window.window = 1499;
    no_way_out.outbound = 0;
    no_way_in.inbound = 0;
    too_short.length = INIT_BYTES - 1;
    too_long.length = INIT_BYTES + 1;
    assert_false(passes(no_tag));
    assert_false(passes(no_window));
    assert_false(passes(no_way_out));
    assert_false(passes(no_way_in));
    assert_false(passes(too_short));
    assert_false(passes(too_long));
    for (size_t length = 0; length < HEADER + INIT_BYTES; length++) {
        size_t cut = length;
        write_init(good, 0);
        assert_false(sctp_screen(packet, &cut));
    }
}

static void only_an_init_has_no_tag(void **state)
{
    struct init tagged = good, data = good, tagged_data = good;
    (void)state;
    tagged.packet_tag = 1;
    data.type = 0;
    tagged_data.type = 0;
    tagged_data.packet_tag = 1;
    assert_false(passes(tagged));
    assert_false(passes(data));
    assert_true(passes(tagged_data));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_init_passes_without_what_it_holds_besides),
        cmocka_unit_test(an_init_that_would_end_an_association_is_dropped),
        cmocka_unit_test(only_an_init_has_no_tag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
