/* SPDX-License-Identifier: Apache-2.0 */
#include "captured_steps.h"

#include "../core/gnb_messages.h"

enum { STEPS = 64, HEADER_BYTES = 3, ROOM_BYTES = 4096, NEW_BYTES = 64 };

/* --- What a step does --- */

static void say_body(struct captured *captured, uint8_t kind, uint8_t name, uint16_t stream,
                     struct bytes body)
{
    static uint8_t room[ROOM_BYTES];
    struct writer w = writer_of(room, sizeof room);
    size_t mark = wicket_open(
        &w, kind, captured_association(captured, (enum captured_name)(name % CAPTURED_NAMES)), stream);
    write_bytes(&w, body);
    if (wicket_close(&w, mark))
        captured_says(captured, writer_bytes(&w));
}

static void say_flat(struct captured *captured, uint8_t name, const struct ngap_pdu *pdu, struct reader *xors)
{
    static uint8_t flat[WICKET_DIGEST_BYTES + ROOM_BYTES];
    struct writer w = writer_of(flat, sizeof flat);
    struct fault fault = {0};
    write_bytes(&w, bytes_of(flat, WICKET_DIGEST_BYTES));
    if (!ngap_flatten(&w, pdu, &fault))
        return;
    const size_t length = writer_length(&w);
    while (xors && reader_left(xors) >= 3) {
        const size_t at = read_u16(xors) % length;
        flat[at] ^= read_u8(xors);
    }
    say_body(captured, WICKET_NGAP, name, 0, bytes_of(flat, length));
}

static void message_step(struct captured *captured, struct reader *r)
{
    const uint8_t kind = read_u8(r), name = read_u8(r), stream = read_u8(r);
    say_body(captured, kind, name, stream, read_rest(r));
}

static void air_step(struct captured *captured, struct reader *r)
{
    const uint8_t name = read_u8(r);
    struct arena arena;
    struct ngap_pdu pdu;
    arena_init(&arena, 0);
    if (ngap_decode(read_rest(r), &arena, NGAP_STRICT_ORDER, &pdu) <= NGAP_NOTIFY)
        say_flat(captured, name, &pdu, NULL);
    arena_free(&arena);
}

static struct gnb_ids ids_of(const struct captured *captured, enum captured_phone phone)
{
    const struct ran_gnb_connection *connection = captured->phones[phone].connection;
    return connection ? (struct gnb_ids){connection->amf_ue_ngap_id, connection->ran_ue_ngap_id}
                      : (struct gnb_ids){1, 1};
}

static struct gnb_ids chosen_ids(const struct captured *captured, enum step_ids which)
{
    const struct gnb_ids victims = ids_of(captured, VICTIM_CONNECTED), own = ids_of(captured, ATTACKER);
    switch (which) {
    case IDS_VICTIM:
        return victims;
    case IDS_OWN:
        return own;
    case IDS_VICTIMS_AMF:
        return (struct gnb_ids){victims.amf, own.ran};
    case IDS_VICTIMS_RAN:
        return (struct gnb_ids){own.amf, victims.ran};
    case IDS_TOO_HIGH:
        return (struct gnb_ids){UINT64_MAX, UINT32_MAX};
    default:
        return (struct gnb_ids){0, 0};
    }
}

static void value_step(struct captured *captured, struct reader *r)
{
    _Alignas(max_align_t) uint8_t room[GNB_MESSAGE_BYTES];
    const struct gnb_message *message = &gnb_messages[read_u8(r) % gnb_message_count];
    const uint8_t name = read_u8(r);
    const struct gnb_ids ids = chosen_ids(captured, (enum step_ids)(read_u8(r) % STEP_IDS));
    const struct ngap_pdu pdu = {.message = message->type, .value.any = gnb_message_of(message, ids, room)};
    say_flat(captured, name, &pdu, r);
}

static void steal(struct captured *captured, enum captured_phone victim)
{
    captured->phones[ATTACKER].guti = captured->phones[victim].guti;
    captured->phones[ATTACKER].has_guti = true;
}

static void act(struct captured *captured, enum step_act what)
{
    struct phone *phone = &captured->phones[ATTACKER];
    if (what == ACT_REGISTER)
        phone_register(phone, NAS_INITIAL_REGISTRATION);
    else if (what == ACT_UPDATE)
        phone_register(phone, NAS_MOBILITY_REGISTRATION);
    else if (what == ACT_SERVICE)
        phone_request_service(phone, NAS_SERVICE_DATA);
    else if (what == ACT_SESSION)
        phone_open_session(phone, 1, NULL, 0);
    else if (what == ACT_DEREGISTER)
        phone_deregister(phone, false);
    else if (what == ACT_REST && phone->connection)
        ran_gnb_release_request(phone->connection);
    else if (what == ACT_HANDOVER && phone->connection)
        ran_gnb_n2_handover(phone->connection, &captured->sites[HONEST].gnb, false);
    else if (what == ACT_STEAL)
        steal(captured, VICTIM_IDLE);
    else if (what == ACT_STEAL_CONNECTED)
        steal(captured, VICTIM_CONNECTED);
    else if (what == ACT_RESET)
        ran_gnb_reset(&captured->sites[CAPTURED].gnb);
}

static void phone_step(struct captured *captured, struct reader *r)
{
    const enum step_act what = (enum step_act)(read_u8(r) % STEP_ACTS);
    captured->garble = read_u8(r);
    act(captured, what);
    captured_pass(captured, MILLISECONDS(1));
}

static void step(struct captured *captured, uint8_t kind, struct reader *r)
{
    switch (kind % STEP_KINDS) {
    case STEP_RAW:
        captured_says(captured, read_rest(r));
        break;
    case STEP_MESSAGE:
        message_step(captured, r);
        break;
    case STEP_AIR:
        air_step(captured, r);
        break;
    case STEP_VALUE:
        value_step(captured, r);
        break;
    case STEP_PHONE:
        phone_step(captured, r);
        break;
    case STEP_TIME:
        captured_pass(captured, SECONDS(read_u8(r) % 16));
        break;
    default:
        captured_replaced(captured);
        captured_connects(captured);
    }
}

static struct bytes next_step(struct reader *r, uint8_t *kind)
{
    *kind = read_u8(r);
    const size_t length = read_u16(r);
    return read_bytes(r, length < reader_left(r) ? length : reader_left(r));
}

void captured_plays(struct captured *captured, struct bytes steps)
{
    struct reader r = reader_of(steps);
    for (unsigned i = 0; i < STEPS && reader_left(&r) >= HEADER_BYTES; i++) {
        uint8_t kind;
        struct reader content = reader_of(next_step(&r, &kind));
        step(captured, kind, &content);
    }
}

/* --- Mutation --- */

struct dice {
    uint64_t state;
};

static unsigned roll(struct dice *dice, unsigned sides)
{
    dice->state = dice->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(dice->state >> 33) % sides;
}

/* Where the steps begin, and behind the last one the end. */
static unsigned find_steps(struct bytes data, size_t starts[STEPS + 1])
{
    struct reader r = reader_of(data);
    unsigned count = 0;
    while (count < STEPS && reader_left(&r) >= HEADER_BYTES) {
        uint8_t kind;
        starts[count++] = data.len - reader_left(&r);
        next_step(&r, &kind);
    }
    starts[count] = data.len - reader_left(&r);
    return count;
}

static size_t new_step(struct dice *dice, uint8_t step[NEW_BYTES])
{
    static const uint8_t lengths[STEP_KINDS] = {[STEP_RAW] = 20,  [STEP_MESSAGE] = 12, [STEP_AIR] = 30,
                                                [STEP_VALUE] = 3, [STEP_PHONE] = 2,    [STEP_TIME] = 1};
    const unsigned kind = roll(dice, STEP_KINDS);
    const size_t length = lengths[kind] + (kind == STEP_VALUE ? 3 * roll(dice, 4) : 0);
    step[0] = (uint8_t)kind;
    step[1] = 0;
    step[2] = (uint8_t)length;
    for (size_t i = 0; i < length; i++)
        step[HEADER_BYTES + i] = (uint8_t)roll(dice, 256);
    if (kind == STEP_PHONE)
        step[HEADER_BYTES + 1] %= 3;
    if (kind == STEP_MESSAGE)
        step[HEADER_BYTES] = (uint8_t)(1 + roll(dice, 8));
    return HEADER_BYTES + length;
}

/* `with` takes the place of `gone` octets. */
static size_t splice(uint8_t *data, size_t size, size_t room, size_t at, size_t gone, struct bytes with)
{
    if (size - gone + with.len > room)
        return size;
    memmove(data + at + with.len, data + at + gone, size - at - gone);
    if (with.len)
        memcpy(data + at, with.data, with.len);
    return size - gone + with.len;
}

/* The content of one step, in the fuzzer's own ways; the rest stays. */
static size_t mutate_content(uint8_t *data, size_t size, size_t room, size_t start, size_t end,
                             size_t (*mutate)(uint8_t *data, size_t size, size_t room))
{
    static uint8_t content[ROOM_BYTES];
    const size_t length = end - start - HEADER_BYTES;
    if (length > sizeof content / 2)
        return size;
    memcpy(content, data + start + HEADER_BYTES, length);
    const size_t changed = mutate(content, length, 2 * length + 8);
    const size_t grown = splice(data, size, room, start + HEADER_BYTES, length, bytes_of(content, changed));
    if (grown == size - length + changed) {
        data[start + 1] = (uint8_t)(changed >> 8);
        data[start + 2] = (uint8_t)changed;
    }
    return grown;
}

size_t steps_mutate(uint8_t *data, size_t size, size_t room, unsigned seed,
                    size_t (*mutate)(uint8_t *data, size_t size, size_t room))
{
    struct dice dice = {seed};
    size_t starts[STEPS + 1];
    static uint8_t piece[ROOM_BYTES];
    const unsigned count = find_steps(bytes_of(data, size), starts);
    const unsigned which = count ? roll(&dice, count) : 0;
    const size_t at = starts[which], length = count ? starts[which + 1] - at : 0;
    switch (count && length <= sizeof piece ? roll(&dice, 8) : 0) {
    case 0:
    case 1:
        return splice(data, size, room, at, 0, bytes_of(piece, new_step(&dice, piece)));
    case 2:
        return splice(data, size, room, at, length, (struct bytes){0});
    case 3:
        memcpy(piece, data + at, length);
        return splice(data, size, room, starts[roll(&dice, count + 1)], 0, bytes_of(piece, length));
    default:
        return length < HEADER_BYTES ? size : mutate_content(data, size, room, at, at + length, mutate);
    }
}
