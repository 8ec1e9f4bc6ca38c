/* SPDX-License-Identifier: Apache-2.0 */
/* Classes 11 to 13 and 27 to 32: NAS through a relay that lies. */
#include <stdio.h>

#include "ran/hostile_attack.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { NAS_ROOM = 2048, REGISTRATION_HEADER = 4 };

/* --- 11 --- */

void hostile_nas_sizes(struct attack *attack)
{
    static const size_t sizes[] = {0, 1, 2, 3, 4, 6, 7, 8, 16, 255, 256, 512, 1024, 2048, 4096, 8192, 12288};
    static const struct {
        const char *name;
        uint8_t octets[3];
    } heads[] = {{"plain 5GMM", {0x7e, 0, 0x41}},
                 {"a protected 5GMM message", {0x7e, 2, 0xff}},
                 {"5GSM", {0x2e, 1, 1}},
                 {"EPS", {0x07, 0x41, 0x71}},
                 {"zeros", {0, 0, 0}}};
    static uint8_t nas[12288];
    for (size_t i = 0; i < COUNT(heads); i++)
        for (size_t j = 0; j < COUNT(sizes); j++) {
            size_t size = sizes[j];
            memcpy(nas, heads[i].octets, 3);
            if (attack_variant(attack, "%s of %zu octets in an Initial UE Message", heads[i].name, size) &&
                attack_set_up(attack))
                attack_initial(attack, bytes_of(nas, size), NULL);
            if (attack_variant(attack, "%s of %zu octets in an Uplink NAS Transport", heads[i].name, size))
                attack_uplink(attack, bytes_of(nas, size), attack_own(attack));
        }
}

/* --- 12 --- */

static void register_as(struct attack *attack, struct bytes identity)
{
    uint8_t room[NAS_ROOM];
    struct writer w = writer_of(room, sizeof room);
    write_bytes(&w, bytes_of("\x7e\x00\x41\x79", REGISTRATION_HEADER));
    write_u16(&w, (uint16_t)identity.len);
    write_bytes(&w, identity);
    write_bytes(&w, bytes_of("\x2e\x02\xf0\x70", 4)); /* UE security capability */
    attack_initial(attack, writer_bytes(&w), NULL);
}

static void register_concealed(struct attack *attack, uint8_t scheme, uint8_t key_id, struct bytes output)
{
    uint8_t room[256];
    struct writer w = writer_of(room, sizeof room);
    write_u8(&w, NAS_SUCI);
    write_bytes(&w, BYTES(attack->options->model.plmn.octets));
    write_bytes(&w, bytes_of("\xf0\xff", 2)); /* routing indicator */
    write_u8(&w, scheme);
    write_u8(&w, key_id);
    write_bytes(&w, output);
    register_as(attack, writer_bytes(&w));
}

static void every_type_and_length(struct attack *attack)
{
    for (unsigned type = 0; type < 8; type++)
        for (unsigned length = 0; length <= 12; length++)
            if (attack_variant(attack, "an identity of type %u and %u octets", type, length) &&
                attack_set_up(attack)) {
                uint8_t identity[12] = {(uint8_t)(0xf0 | type), 0x99, 0xf9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8};
                register_as(attack, bytes_of(identity, length));
            }
}

void hostile_identities(struct attack *attack)
{
    static const uint8_t points[] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x7f, 0xff};
    static const uint8_t lengths[] = {0, 1, 8, 31, 32, 33, 40, 45, 46, 65, 100};
    every_type_and_length(attack);
    for (unsigned scheme = 0; scheme < 16; scheme++)
        for (unsigned key = 0; key < 256; key += 51)
            if (attack_variant(attack, "a SUCI of scheme %u with key %u", scheme, key) &&
                attack_set_up(attack)) {
                const uint8_t output[46] = {2, 1, 2, 3};
                register_concealed(attack, (uint8_t)scheme, (uint8_t)key, BYTES(output));
            }
    for (unsigned scheme = 1; scheme <= 2; scheme++)
        for (size_t i = 0; i < COUNT(points); i++)
            for (size_t j = 0; j < COUNT(lengths); j++)
                if (attack_variant(attack, "a SUCI of profile %c with a point %02x... and %u octets",
                                   scheme == 1 ? 'A' : 'B', points[i], lengths[j]) &&
                    attack_set_up(attack)) {
                    uint8_t output[100];
                    memset(output, points[i], sizeof output);
                    register_concealed(attack, (uint8_t)scheme, (uint8_t)scheme,
                                       bytes_of(output, lengths[j]));
                }
}

/* --- Messages under the key of the attacker's own phone --- */

static struct bytes encode(struct attack *attack, const struct nas_message *message)
{
    uint8_t room[NAS_ROOM];
    struct writer w = writer_of(room, sizeof room);
    return nas_encode(message, &w) ? arena_copy(&attack->arena, writer_bytes(&w)) : (struct bytes){0};
}

static struct bytes protect(struct attack *attack, uint8_t header, struct bytes plain)
{
    uint8_t room[NAS_ROOM];
    struct writer w = writer_of(room, sizeof room);
    if (attack->phone.security.ngksi == NAS_KSI_NONE ||
        nas_protect(&attack->phone.security, (enum nas_security_header)header, plain, &w) != NAS_ACCEPTED)
        return (struct bytes){0};
    return arena_copy(&attack->arena, writer_bytes(&w));
}

/* Right in all but what the MAC says. */
static struct bytes seem_protected(struct attack *attack, uint8_t header, uint8_t sequence,
                                   struct bytes plain)
{
    uint8_t room[NAS_ROOM];
    struct writer w = writer_of(room, sizeof room);
    nas_wrap(&w, header, sequence);
    write_bytes(&w, plain);
    nas_set_mac(&w, 0, 0xbadbadba);
    return arena_copy(&attack->arena, writer_bytes(&w));
}

/* --- 13 --- */

static struct nas_message registration_of(const struct nas_guti *guti, uint8_t ngksi)
{
    struct nas_message message = {.type = NAS_REGISTRATION_REQUEST};
    struct nas_registration_request *request = &message.registration_request;
    request->type = (struct nas_registration_type){.kind = NAS_INITIAL_REGISTRATION, .follow_on = true};
    request->ngksi = ngksi;
    request->identity = (struct nas_mobile_identity){.type = NAS_GUTI, .guti = *guti};
    request->ue_security_capability =
        (struct nas_ue_security_capability){.length = 2, .ea = 0xf0, .ia = 0x70};
    request->has.ue_security_capability = true;
    return message;
}

static struct nas_message service_of(const struct nas_guti *guti, uint8_t ngksi)
{
    struct nas_message message = {.type = NAS_SERVICE_REQUEST};
    struct nas_service_request *request = &message.service_request;
    request->ngksi = ngksi;
    request->service_type = NAS_SERVICE_DATA;
    request->identity = (struct nas_mobile_identity){.type = NAS_S_TMSI, .s_tmsi = guti->s_tmsi};
    return message;
}

static void reserved_types(struct attack *attack)
{
    static const uint8_t suci[] = {0x01, 0x99, 0xf9, 0x07, 0xf0, 0xff, 0x00,
                                   0x00, 0x00, 0x00, 0x00, 0x99, 0x99};
    for (unsigned type = 0; type < 16; type++)
        if (attack_variant(attack, "registration type %u", type) && attack_set_up(attack)) {
            uint8_t nas[REGISTRATION_HEADER + 2 + sizeof suci] = {
                0x7e, 0, 0x41, (uint8_t)(0x70 | type), 0, sizeof suci};
            memcpy(nas + REGISTRATION_HEADER + 2, suci, sizeof suci);
            attack_initial(attack, BYTES(nas), NULL);
        }
    for (unsigned type = 0; type < 256; type++)
        if (attack_variant(attack, "a plain message of type %02x", type) && attack_set_up(attack)) {
            const uint8_t nas[] = {0x7e, 0, (uint8_t)type, 0, 0, 0, 0, 0};
            attack_initial(attack, BYTES(nas), NULL);
        }
}

static struct nas_message complete_around(struct bytes inner)
{
    struct nas_message message = {.type = NAS_SECURITY_MODE_COMPLETE};
    message.security_mode_complete.nas_message_container = inner;
    message.security_mode_complete.has.nas_message_container = true;
    return message;
}

static struct nas_message service_around(const struct attack *attack, struct bytes inner)
{
    struct nas_message message = service_of(&attack->phone.guti, attack->phone.security.ngksi);
    message.service_request.nas_message_container = inner;
    message.service_request.has.nas_message_container = true;
    return message;
}

static struct nas_message registration_around(const struct attack *attack, struct bytes inner)
{
    struct nas_message message = registration_of(&attack->phone.guti, attack->phone.security.ngksi);
    message.registration_request.nas_message_container = inner;
    message.registration_request.has.nas_message_container = true;
    return message;
}

static struct nas_message around(const struct attack *attack, unsigned way, struct bytes inner)
{
    if (way == 0)
        return complete_around(inner);
    return way == 1 ? service_around(attack, inner) : registration_around(attack, inner);
}

/* One message inside another, under right keys: while connected, and as a first message. */
static void nest(struct attack *attack, unsigned outer, unsigned inner, unsigned depth, bool initial)
{
    struct ids ids = attack_own(attack);
    arena_reset(&attack->arena);
    struct nas_message message = around(attack, inner, (struct bytes){0});
    struct bytes plain = encode(attack, &message);
    for (unsigned i = 0; i < depth; i++) {
        message = around(attack, outer, plain);
        plain = encode(attack, &message);
    }
    if (initial)
        attack_initial(attack, protect(attack, NAS_INTEGRITY, plain), &attack->phone.guti.s_tmsi);
    else
        attack_uplink(
            attack, protect(attack, outer == 0 ? NAS_INTEGRITY_CIPHERED_NEW : NAS_INTEGRITY_CIPHERED, plain),
            ids);
}

static void nested(struct attack *attack)
{
    static const char *const names[] = {"Security Mode Complete", "Service Request", "Registration Request"};
    static const unsigned depths[] = {1, 2, 16};
    for (unsigned outer = 0; outer < COUNT(names); outer++)
        for (unsigned inner = 0; inner < COUNT(names); inner++)
            for (unsigned i = 0; i < COUNT(depths); i++)
                for (unsigned initial = 0; initial < 2; initial++)
                    if (attack_variant(attack, "%s in %u times %s, %s", names[inner], depths[i], names[outer],
                                       initial ? "as a first message" : "while connected"))
                        nest(attack, outer, inner, depths[i], initial);
}

/* What its phone says in place of Security Mode Complete. */
static struct {
    unsigned way; /* of `around`, with a Service Request inside; or SILENCE */
    uint8_t header;
    bool said;
} moment;

enum { SILENCE = 3 };

static struct bytes take_the_moment(struct attack *attack, struct bytes message)
{
    const struct ran_gnb_connection *connection = attack->phone.connection;
    if (moment.said || !attack->phone.secured || !connection)
        return message;
    moment.said = true;
    if (moment.way == SILENCE)
        return (struct bytes){0};
    const struct nas_message service = service_of(&attack->phone.guti, attack->phone.security.ngksi),
                             whole = around(attack, moment.way, encode(attack, &service));
    const struct bytes plain = encode(attack, &whole);
    attack_uplink(attack, moment.header == NAS_PLAIN ? plain : protect(attack, moment.header, plain),
                  (struct ids){connection->amf_ue_ngap_id, connection->ran_ue_ngap_id});
    return (struct bytes){0};
}

static bool is_off_or_refused(void *argument)
{
    return ((const struct attack *)argument)->phone.state == PHONE_OFF;
}

static void register_until_the_moment(struct attack *attack, unsigned way, uint8_t header)
{
    enum { MOMENT_MS = 50 };
    if (!attack_set_up(attack))
        return;
    attack_forget_phone(attack);
    arena_reset(&attack->arena);
    moment.way = way;
    moment.header = header;
    moment.said = false;
    attack->tamper = take_the_moment;
    phone_register(&attack->phone, NAS_INITIAL_REGISTRATION);
    waiter_until(&attack->waiter, is_off_or_refused, attack, MILLISECONDS(MOMENT_MS));
    attack_end(attack);
    attack_forget_phone(attack);
}

static void instead_of_complete(struct attack *attack)
{
    static const char *const names[] = {"a Security Mode Complete around a Service Request",
                                        "a Service Request in a Service Request",
                                        "a Registration Request around a Service Request"};
    static const struct {
        const char *name;
        uint8_t header;
    } headers[] = {{"plain", NAS_PLAIN},
                   {"with integrity", NAS_INTEGRITY},
                   {"ciphered", NAS_INTEGRITY_CIPHERED},
                   {"ciphered with new keys", NAS_INTEGRITY_CIPHERED_NEW}};
    for (unsigned way = 0; way < COUNT(names); way++)
        for (size_t i = 0; i < COUNT(headers); i++)
            if (attack_variant(attack, "to a Security Mode Command: %s, %s", names[way], headers[i].name))
                register_until_the_moment(attack, way, headers[i].header);
    if (attack_variant(attack, "to a Security Mode Command: nothing"))
        register_until_the_moment(attack, SILENCE, NAS_PLAIN);
}

void hostile_reserved(struct attack *attack)
{
    static const struct nas_guti zero = {{{0}}, 0, {0}};
    reserved_types(attack);
    if (attack_variant(attack, "registration with a GUTI of zeros") && attack_set_up(attack)) {
        struct nas_message message = registration_of(&zero, NAS_KSI_NONE);
        attack_initial(attack, encode(attack, &message), NULL);
    }
    if (attack_variant(attack, "service request with a GUTI of zeros") && attack_set_up(attack)) {
        struct nas_message message = service_of(&zero, 0);
        attack_initial(attack, encode(attack, &message), &zero.s_tmsi);
    }
    nested(attack);
    instead_of_complete(attack);
    if (attack->playing)
        attack_forget_phone(attack);
}

/* --- 27 --- */

static bool is_settled(void *argument)
{
    const struct phone *phone = &((const struct attack *)argument)->phone;
    return phone->state == PHONE_ON || phone->state == PHONE_OFF;
}

static void register_with(struct attack *attack, struct phone_model *model)
{
    enum { PATIENCE_S = 2 };
    attack_forget_phone(attack);
    attack->phone.model = model;
    phone_register(&attack->phone, NAS_INITIAL_REGISTRATION);
    waiter_until(&attack->waiter, is_settled, attack, SECONDS(PATIENCE_S));
    if (attack->phone.state == PHONE_ON && !(model->ia & 0x70))
        attack_fail(attack, "a phone registered without integrity protection");
    attack_forget_phone(attack);
}

/* The phone offers all; the relay leaves it the null algorithms. */
static struct bytes bid_down(struct attack *attack, struct bytes message)
{
    static const uint8_t offered[] = {0x2e, 0x02, 0xf0, 0x70};
    uint8_t *copy = (uint8_t *)arena_copy(&attack->arena, message).data;
    for (size_t i = 0; copy && i + sizeof offered <= message.len; i++)
        if (memcmp(copy + i, offered, sizeof offered) == 0)
            memcpy(copy + i + 2, "\x80\x80", 2);
    return bytes_of(copy, copy ? message.len : 0);
}

void hostile_bidding_down(struct attack *attack)
{
    static const struct {
        uint8_t ea, ia;
    } offers[] = {{0x80, 0x80}, {0, 0}, {0xf0, 0x80}, {0xf0, 0}, {0x0f, 0x0f}, {0x80, 0x70}, {0, 0x70}};
    struct phone_model model = attack->options->model;
    for (size_t i = 0; i < COUNT(offers); i++)
        if (attack_variant(attack, "a phone that offers EA %02x, IA %02x", offers[i].ea, offers[i].ia) &&
            attack_set_up(attack)) {
            model.ea = offers[i].ea;
            model.ia = offers[i].ia;
            register_with(attack, &model);
        }
    if (attack_variant(attack, "a relay that leaves null algorithms only of what the phone offers") &&
        attack_set_up(attack)) {
        model = attack->options->model;
        attack_forget_phone(attack);
        arena_reset(&attack->arena);
        attack->tamper = bid_down;
        register_with(attack, &model);
    }
}

/* --- 28 --- */

static const struct nas_s_tmsi *victims_name(const struct attack *attack, unsigned number)
{
    return &attack->victims[number].phone.guti.s_tmsi;
}

static struct bytes overheard(const struct attack *attack, unsigned place)
{
    return bytes_of(attack->overheard[place].content, attack->overheard[place].length);
}

static void spoil_mac(struct attack *attack, unsigned place)
{
    struct bytes copy = arena_copy(&attack->arena, overheard(attack, place));
    if (copy.len <= NAS_MAC_AT)
        return;
    ((uint8_t *)copy.data)[NAS_MAC_AT] ^= 1;
    attack_initial(attack, copy, victims_name(attack, 0));
}

/* A sequence number far ahead must not be believed, whatever the message. */
static void run_ahead(struct attack *attack, unsigned victim, uint8_t sequence)
{
    struct nas_message message =
        service_of(&attack->victims[victim].phone.guti, attack->victims[victim].phone.security.ngksi);
    arena_reset(&attack->arena);
    attack_initial(attack, seem_protected(attack, NAS_INTEGRITY, sequence, encode(attack, &message)),
                   victims_name(attack, victim));
}

void hostile_replays(struct attack *attack)
{
    for (unsigned i = 0; i < OVERHEARD; i++) {
        if (attack_variant(attack, "the victims' message %u again, as a first message", i + 1) &&
            attack_set_up(attack))
            attack_initial(attack, overheard(attack, i), victims_name(attack, i % VICTIMS));
        if (attack_variant(attack, "the victims' message %u again, in a connection of the attacker", i + 1))
            attack_uplink(attack, overheard(attack, i), attack_own(attack));
        if (attack_variant(attack, "the victims' message %u with a wrong MAC", i + 1) &&
            attack_set_up(attack))
            spoil_mac(attack, i);
    }
    for (unsigned victim = 0; victim < VICTIMS; victim++)
        for (unsigned sequence = 0; sequence < 256; sequence += 15)
            if (attack_variant(attack, "service request of victim %u with a wrong MAC and sequence number %u",
                               victim + 1, sequence) &&
                attack_set_up(attack))
                run_ahead(attack, victim, (uint8_t)sequence);
}

/* --- 29 to 31: what needs a proof, and gets none --- */

enum form { PLAIN, WRONG_MAC, CIPHERED, FORMS };
static const char *const forms[FORMS] = {"plain", "with a wrong MAC", "as if ciphered"};

static struct bytes in_form(struct attack *attack, enum form form, const struct nas_message *message)
{
    struct bytes plain = encode(attack, message);
    if (form == PLAIN)
        return plain;
    return seem_protected(attack, form == WRONG_MAC ? NAS_INTEGRITY : NAS_INTEGRITY_CIPHERED, 200, plain);
}

static struct nas_message stolen(const struct attack *attack, unsigned victim, uint8_t registration)
{
    const struct phone *phone = &attack->victims[victim].phone;
    if (registration == 0)
        return service_of(&phone->guti, phone->security.ngksi);
    struct nas_message message = registration_of(&phone->guti, phone->security.ngksi);
    message.registration_request.type.kind = registration;
    return message;
}

void hostile_stolen_guti(struct attack *attack)
{
    static const char *const names[] = {"service request", "initial registration", "mobility registration",
                                        "periodic registration", "emergency registration"};
    for (unsigned victim = 0; victim < VICTIMS; victim++)
        for (unsigned kind = 0; kind < COUNT(names); kind++)
            for (unsigned form = 0; form < FORMS; form++)
                if (attack_variant(attack, "%s of victim %u, %s, then silence", names[kind], victim + 1,
                                   forms[form]) &&
                    attack_set_up(attack)) {
                    struct nas_message message = stolen(attack, victim, (uint8_t)kind);
                    arena_reset(&attack->arena);
                    attack_initial(attack, in_form(attack, (enum form)form, &message),
                                   victims_name(attack, victim));
                }
    if (attack_variant(attack, "silence for as long as a challenge waits"))
        waiter_rest(&attack->waiter, SECONDS(attack->options->silence_s));
}

static struct nas_message leaving(const struct attack *attack, unsigned victim, bool switch_off)
{
    const struct phone *phone = &attack->victims[victim].phone;
    struct nas_message message = {.type = NAS_DEREGISTRATION_REQUEST};
    struct nas_deregistration_request *request = &message.deregistration_request;
    request->type = (struct nas_deregistration_type){.access = NAS_ACCESS_3GPP, .switch_off = switch_off};
    request->ngksi = phone->security.ngksi;
    request->identity = (struct nas_mobile_identity){.type = NAS_GUTI, .guti = phone->guti};
    return message;
}

static struct ids carrier_ids(struct attack *attack, unsigned carrier)
{
    return carrier == 1 ? attack_own(attack) : attack_victims_ids(attack);
}

void hostile_deregistrations(struct attack *attack)
{
    static const char *const carriers[] = {"as a first message", "in the attacker's connection",
                                           "with the ids of the first victim's connection"};
    for (unsigned victim = 0; victim < VICTIMS; victim++)
        for (unsigned off = 0; off < 2; off++)
            for (unsigned form = 0; form < FORMS; form++)
                for (unsigned carrier = 0; carrier < COUNT(carriers); carrier++)
                    if (attack_variant(attack, "deregistration of victim %u (%s), %s%s, %s", victim + 1,
                                       victim ? "asleep" : "connected", forms[form],
                                       off ? ", switched off" : "", carriers[carrier]) &&
                        attack_set_up(attack)) {
                        struct nas_message message = leaving(attack, victim, off);
                        struct ids ids = carrier_ids(attack, carrier);
                        arena_reset(&attack->arena);
                        struct bytes nas = in_form(attack, (enum form)form, &message);
                        if (carrier == 0)
                            attack_initial(attack, nas, victims_name(attack, victim));
                        else
                            attack_uplink(attack, nas, ids);
                    }
}

/* --- 31 --- */

struct proof {
    const char *name;
    struct nas_message message;
};

static uint8_t zeros[16];

static const struct proof proofs[] = {
    {"no RES*", {.type = NAS_AUTHENTICATION_RESPONSE}},
    {"RES* of zeros",
     {.type = NAS_AUTHENTICATION_RESPONSE,
      .authentication_response = {.response = {zeros, 16}, .has.response = true}}},
    {"RES* of four octets",
     {.type = NAS_AUTHENTICATION_RESPONSE,
      .authentication_response = {.response = {zeros, 4}, .has.response = true}}},
    {"resynchronisation of zeros",
     {.type = NAS_AUTHENTICATION_FAILURE,
      .authentication_failure = {.cause = NAS_GMM_SYNCH_FAILURE, .has.auts = true}}},
    {"resynchronisation without AUTS",
     {.type = NAS_AUTHENTICATION_FAILURE, .authentication_failure = {.cause = NAS_GMM_SYNCH_FAILURE}}},
    {"MAC failure",
     {.type = NAS_AUTHENTICATION_FAILURE, .authentication_failure = {.cause = NAS_GMM_MAC_FAILURE}}},
    {"non-5G authentication unacceptable",
     {.type = NAS_AUTHENTICATION_FAILURE,
      .authentication_failure = {.cause = NAS_GMM_NON_5G_AUTHENTICATION_UNACCEPTABLE}}},
    {"ngKSI in use", {.type = NAS_AUTHENTICATION_FAILURE, .authentication_failure = {.cause = 71}}},
    {"a failure of cause 0", {.type = NAS_AUTHENTICATION_FAILURE}},
    {"Security Mode Complete", {.type = NAS_SECURITY_MODE_COMPLETE}},
    {"Security Mode Reject", {.type = NAS_SECURITY_MODE_REJECT, .security_mode_reject.cause = 23}},
    {"Registration Complete", {.type = NAS_REGISTRATION_COMPLETE}},
};

static bool was_challenged(void *argument)
{
    const struct attack *attack = argument;
    return attack->heard[NGAP_DOWNLINK_NAS_TRANSPORT] || !attack->station->association;
}

/* Begins as a victim, waits for the challenge, and answers it wrongly. */
static void answer_wrongly(struct attack *attack, unsigned victim, const struct nas_message *answer,
                           unsigned times)
{
    enum { CHALLENGE_MS = 500 };
    struct nas_message request = stolen(attack, victim, NAS_INITIAL_REGISTRATION);
    uint32_t ran = attack->station->gnb.next_ran_id;
    arena_reset(&attack->arena);
    attack->heard[NGAP_DOWNLINK_NAS_TRANSPORT] = false;
    attack_initial(attack, encode(attack, &request), victims_name(attack, victim));
    waiter_until(&attack->waiter, was_challenged, attack, MILLISECONDS(CHALLENGE_MS));
    struct bytes nas = encode(attack, answer);
    for (unsigned i = 0; i < times; i++)
        attack_uplink(attack, nas, (struct ids){attack->latest_amf_id, ran});
}

void hostile_wrong_proofs(struct attack *attack)
{
    for (unsigned victim = 0; victim < VICTIMS; victim++)
        for (size_t i = 0; i < COUNT(proofs); i++)
            for (unsigned times = 1; times <= 10; times += 9)
                if (attack_variant(attack, "%s, %u times, to the challenge for victim %u", proofs[i].name,
                                   times, victim + 1) &&
                    attack_set_up(attack))
                    answer_wrongly(attack, victim, &proofs[i].message, times);
}

/* --- 32 --- */

static void send_concealed(struct attack *attack, unsigned scheme, bool replayed, uint64_t number)
{
    static const size_t lengths[] = {5, 45, 46};
    uint64_t output[6] = {replayed ? 1 : random_u64(attack->driver.radio.random), replayed ? 1 : number};
    uint8_t *octets = (uint8_t *)output;
    if (scheme == SUCI_PROFILE_B)
        octets[0] = 2;
    for (size_t i = 0; scheme == SUCI_NULL && i < lengths[SUCI_NULL]; i++)
        octets[i] = (uint8_t)(octets[i] % 10 * 0x11);
    register_concealed(attack, (uint8_t)scheme, (uint8_t)scheme, bytes_of(octets, lengths[scheme]));
}

/* The victims go on meanwhile, and are looked at afterwards. What SCTP has no room for is not made up for. */
static void flood_with(struct attack *attack, unsigned scheme, bool replayed)
{
    enum { PAUSE_MS = 10 };
    int64_t began = clock_now(), end = began + SECONDS(attack->options->flood_s);
    uint64_t sent = 0;
    while (clock_now() < end && !attack->waiter.interrupted && attack_set_up(attack)) {
        uint64_t due = (uint64_t)(clock_now() - began) / 1000 * attack->options->flood_rate / 1000000;
        attack->station->full = false;
        while (sent < due && !attack->station->full)
            send_concealed(attack, scheme, replayed, sent++);
        sent = due;
        waiter_rest(&attack->waiter, MILLISECONDS(PAUSE_MS));
    }
}

void hostile_flood(struct attack *attack)
{
    static const char *const schemes[] = {"the null scheme", "profile A", "profile B"};
    for (unsigned scheme = 0; scheme < COUNT(schemes); scheme++)
        for (unsigned replayed = 0; replayed < 2; replayed++)
            if (attack_variant(attack, "%s SUCIs of %s", replayed ? "replayed" : "random", schemes[scheme]) &&
                attack_set_up(attack))
                flood_with(attack, scheme, replayed);
    if (attack->playing)
        attack_leave(attack, true);
}
