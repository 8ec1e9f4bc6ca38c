/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every 5GMM message type, bare and whole, under every kind of protection, in every state of the phone, from its gNB and from
 * another: what does not prove itself is dropped and changes nothing (TS 24.501 4.4.4.3), what does is answered as clause 7 says.
 */
#include "amf_states.h"

#include "inside_amf.h"
#include "wire/nas/nas.h"

enum { NAS_BYTES = 256, FIRST_TYPE = 0x40, TYPES = 64, FIRST_RAN_ID = 1000 };

enum protection { PLAIN, WRONG_MAC, REPLAYED, ANOTHERS, RESERVED_HEADER, PROPER, PROTECTIONS };

static const char *const protection_names[] = {"plain",
                                               "with a wrong MAC",
                                               "replayed",
                                               "with another's keys",
                                               "with a reserved header",
                                               "properly protected"};

struct cell {
    enum phone_stage state;
    enum sender sender;
    enum protection protection;
    uint8_t type;
    bool whole; /* with its mandatory parts; else the header alone */
    bool first; /* of a connection: who says it must be readable before the keys are known */
};

static struct world world;
static unsigned long cells, wrong_cells;
static struct phone_ids at;
static uint32_t next_ran_id;

/* What the core has said since the cell began; the last NAS message opened. */
static struct {
    unsigned count, errors, releases;
    struct nas_message message;
} said;

/* --- the world --- */

static void note_nas(struct bytes pdu)
{
    static uint8_t room[NAS_BYTES];
    struct nas_security security = world.phones[0].security;
    struct nas_opened opened = {0};
    struct nas_error error;
    said.count++;
    if (nas_unprotect(&security, pdu, room, sizeof room, &opened) != NAS_ACCEPTED)
        opened.message = pdu;
    if (!nas_decode(opened.message, &world.arena, &said.message, &error))
        said.message.type = 0;
}

static bool note(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    (void)w, (void)gnb;
    said.errors += pdu->message == NGAP_ERROR_INDICATION;
    said.releases += pdu->message == NGAP_UE_CONTEXT_RELEASE_COMMAND;
    if (pdu->message == NGAP_DOWNLINK_NAS_TRANSPORT)
        note_nas(pdu->value.downlink_nas_transport->nas_pdu);
    return false;
}

static void open_world(enum phone_stage state)
{
    at = world_open_in(&world, state);
    world.downlink_filter = note;
    next_ran_id = FIRST_RAN_ID;
}

/* One that has not proved himself is found by his connection alone. NULL: he has gone. */
static const struct ue *phone(void)
{
    const struct connection *connection = connection_by_amf_id(world_gnb(&world, SOURCE), at.own.amf);
    return connection && connection->ue ? connection->ue : world_ue(&world, 0);
}

/* --- messages --- */

/* With the least that each type needs. */
static struct nas_message message_of(uint8_t type)
{
    static const uint8_t octet[] = {0}, res[16] = {1};
    struct nas_message message = {.type = type};
    switch (type) {
    case NAS_REGISTRATION_REQUEST:
        message.registration_request.type.kind = NAS_MOBILITY_REGISTRATION;
        message.registration_request.identity.type = NAS_GUTI;
        message.registration_request.identity.guti = world.phones[0].guti;
        break;
    case NAS_SERVICE_REQUEST:
        message.service_request.identity.type = NAS_S_TMSI;
        message.service_request.identity.s_tmsi = world.phones[0].guti.s_tmsi;
        break;
    case NAS_DEREGISTRATION_REQUEST:
        message.deregistration_request.identity.type = NAS_GUTI;
        message.deregistration_request.identity.guti = world.phones[0].guti;
        break;
    case NAS_AUTHENTICATION_RESPONSE:
        message.authentication_response.response = BYTES(res);
        message.authentication_response.has.response = true;
        break;
    case NAS_AUTHENTICATION_FAILURE:
        message.authentication_failure.cause = NAS_GMM_MAC_FAILURE;
        break;
    case NAS_SECURITY_MODE_REJECT:
        message.security_mode_reject.cause = NAS_GMM_SECURITY_CAPABILITIES_MISMATCH;
        break;
    case NAS_IDENTITY_RESPONSE:
        message.identity_response.identity.type = NAS_NO_IDENTITY;
        break;
    case NAS_GMM_STATUS:
        message.gmm_status.cause = NAS_MESSAGE_TYPE_UNKNOWN;
        break;
    case NAS_UL_NAS_TRANSPORT:
        message.ul_nas_transport.payload_container_type = NAS_PAYLOAD_SMS;
        message.ul_nas_transport.payload_container = BYTES(octet);
        break;
    default:
        break;
    }
    return message;
}

static struct bytes plain_of(const struct cell *cell, uint8_t room[NAS_BYTES])
{
    struct writer w = writer_of(room, NAS_BYTES);
    struct nas_message message = message_of(cell->type);
    if (cell->whole && nas_encode(&message, &w))
        return writer_bytes(&w);
    room[0] = NAS_EPD_5GMM, room[1] = NAS_PLAIN, room[2] = cell->type;
    return bytes_of(room, 3);
}

/* A phone without keys protects with none that anybody has. */
static struct bytes protect(const struct cell *cell, struct bytes plain, uint8_t room[NAS_BYTES])
{
    const enum protection protection = cell->protection;
    const uint8_t header = cell->first ? NAS_INTEGRITY : NAS_INTEGRITY_CIPHERED;
    struct nas_security copy = world.phones[protection == ANOTHERS].security;
    struct nas_security *security = protection == PROPER ? &world.phones[0].security : &copy;
    struct writer w = writer_of(room, NAS_BYTES);
    if (protection == PLAIN)
        return plain;
    if (copy.ngksi == NAS_KSI_NONE) {
        nas_security_start(&copy, NAS_UE, (const uint8_t[32]){1}, 2, 0, 0);
        security = &copy;
    } else if (protection == REPLAYED) {
        copy.uplink--;
    }
    assert_int_equal(nas_protect(security, header, plain, &w), NAS_ACCEPTED);
    if (protection == WRONG_MAC)
        room[2] ^= 1;
    if (protection == RESERVED_HEADER)
        room[1] = 0x0f;
    return writer_bytes(&w);
}

static const struct ngap_user_location_information place = {
    .which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR,
    .user_location_information_nr = {.nr_cgi = {{0x99, 0xf9, 0x07}, 0}, .tai = {{0x99, 0xf9, 0x07}, 1}}};

static void say(const struct cell *cell, struct bytes nas)
{
    struct ngap_uplink_nas_transport message = {.amf_ue_ngap_id = at.own.amf,
                                                .ran_ue_ngap_id = at.own.ran,
                                                .nas_pdu = nas,
                                                .user_location_information = place};
    if (phone())
        message.user_location_information.user_location_information_nr.nr_cgi.nr_cell_identity =
            phone()->cell;
    world_ngap(&world, cell->sender, NGAP_UPLINK_NAS_TRANSPORT, &message);
}

static void say_first(const struct cell *cell, struct bytes nas)
{
    struct ngap_initial_ue_message message = {
        .ran_ue_ngap_id = next_ran_id++, .nas_pdu = nas, .user_location_information = place};
    world_ngap(&world, cell->sender, NGAP_INITIAL_UE_MESSAGE, &message);
}

/* --- what is expected --- */

/* 9.7: from the phone to the network. */
static bool from_phone(uint8_t type)
{
    static const uint8_t types[] = {NAS_REGISTRATION_REQUEST,    NAS_REGISTRATION_COMPLETE,
                                    NAS_DEREGISTRATION_REQUEST,  NAS_NETWORK_DEREGISTRATION_ACCEPT,
                                    NAS_SERVICE_REQUEST,         NAS_CONFIGURATION_UPDATE_COMPLETE,
                                    NAS_AUTHENTICATION_RESPONSE, NAS_AUTHENTICATION_FAILURE,
                                    NAS_IDENTITY_RESPONSE,       NAS_SECURITY_MODE_COMPLETE,
                                    NAS_SECURITY_MODE_REJECT,    NAS_GMM_STATUS,
                                    NAS_UL_NAS_TRANSPORT};
    return memchr(types, type, sizeof types);
}

/* 4.4.4.3 */
static bool heard_unproven(uint8_t type)
{
    return type == NAS_REGISTRATION_REQUEST || type == NAS_IDENTITY_RESPONSE ||
           type == NAS_AUTHENTICATION_RESPONSE || type == NAS_AUTHENTICATION_FAILURE ||
           type == NAS_SECURITY_MODE_REJECT;
}

static bool needs_content(uint8_t type)
{
    switch (type) {
    case NAS_REGISTRATION_COMPLETE:
    case NAS_NETWORK_DEREGISTRATION_ACCEPT:
    case NAS_CONFIGURATION_UPDATE_COMPLETE:
    case NAS_AUTHENTICATION_RESPONSE:
    case NAS_SECURITY_MODE_COMPLETE:
        return false;
    default:
        return true;
    }
}

/* Does the AMF know the phone's keys, and the phone too? */
static bool has_keys(enum phone_stage state)
{
    return state != UNKNOWN && state != REGISTERING && state != SECURING;
}

static bool proven(const struct cell *cell)
{
    return cell->protection == PROPER && has_keys(cell->state) && cell->state != RELEASING;
}

/* Dropped, and nobody is told or changed. */
static bool dropped(const struct cell *cell)
{
    if (proven(cell))
        return false;
    return has_keys(cell->state) || cell->protection != PLAIN || !heard_unproven(cell->type) ||
           (!cell->whole && needs_content(cell->type));
}

static bool is_status(uint8_t cause)
{
    return said.count == 1 && said.message.type == NAS_GMM_STATUS && said.message.gmm_status.cause == cause;
}

/* Of a registered phone in no procedure, of whom it is certain that he says it. */
static bool answered_properly(const struct cell *cell)
{
    const bool bare = !cell->whole && needs_content(cell->type);
    if (cell->state == COMMANDED)
        return said.count == 0; /* what there is to say waits for the phone's arrival */
    if (cell->state == DEREGISTERING && cell->type == NAS_NETWORK_DEREGISTRATION_ACCEPT)
        return !world_ue(&world, 0) || !world_ue(&world, 0)->registered;
    if (!from_phone(cell->type))
        return is_status(NAS_MESSAGE_TYPE_UNKNOWN); /* 7.4: of the other direction is unknown too */
    switch (cell->type) {
    case NAS_REGISTRATION_REQUEST: /* 5.5.1.2.8 d */
        return said.message.type == NAS_REGISTRATION_REJECT &&
               said.message.registration_reject.cause == NAS_INVALID_MANDATORY_INFORMATION;
    case NAS_SERVICE_REQUEST: /* 5.6.1.8 b */
        return said.message.type == NAS_SERVICE_REJECT &&
               said.message.service_reject.cause == NAS_INVALID_MANDATORY_INFORMATION;
    case NAS_SECURITY_MODE_COMPLETE: /* has its own header */
        return said.count == 0;
    case NAS_GMM_STATUS:
        return bare ? is_status(NAS_INVALID_MANDATORY_INFORMATION) : said.count == 0;
    case NAS_DEREGISTRATION_REQUEST:
        return is_status(NAS_INVALID_MANDATORY_INFORMATION);
    case NAS_UL_NAS_TRANSPORT:
        return bare ? is_status(NAS_INVALID_MANDATORY_INFORMATION) : said.count == 0; /* SMS, for nobody */
    default:
        return is_status(bare ? NAS_INVALID_MANDATORY_INFORMATION : NAS_MESSAGE_TYPE_NOT_COMPATIBLE);
    }
}

/* --- the walk --- */

static void complain(const struct cell *cell, const char *wrong)
{
    const char *name = nas_message_name(cell->type);
    wrong_cells++;
    print_error("%s (0x%02x, %s) %s, %s: %s (said %u, type 0x%02x, cause %u)\n", name ? name : "message",
                cell->type, cell->whole ? "whole" : "bare", protection_names[cell->protection],
                phone_stage_names[cell->state], wrong, said.count, said.message.type,
                said.message.gmm_status.cause);
}

typedef void walk_say(const struct cell *cell, struct bytes nas);
typedef void walk_rule(const struct cell *cell, bool changed);

/* 38.413 10.6: from a gNB that does not have the phone; else as its state says. */
static void judge(const struct cell *cell, bool changed)
{
    if (cell->sender != SOURCE) {
        if (changed || said.count || said.errors != 1)
            complain(cell, "is heard through another gNB");
        return;
    }
    if (dropped(cell) && (changed || said.count))
        complain(cell, changed ? "changed something" : "is answered");
    if (proven(cell) && !answered_properly(cell))
        complain(cell, "another answer");
}

static bool begins_something(const struct cell *cell)
{
    return cell->whole && (cell->type == NAS_REGISTRATION_REQUEST || cell->type == NAS_SERVICE_REQUEST ||
                           cell->type == NAS_DEREGISTRATION_REQUEST);
}

/* 4.4.4.3, 5.6.1.5: nothing about who is named, but of who proves that he is named; all else ends, or begins with a challenge. */
static void judge_first(const struct cell *cell, bool changed)
{
    bool taken = begins_something(cell) && cell->protection == PROPER;
    bool challenged = cell->whole && cell->type == NAS_REGISTRATION_REQUEST;
    if (changed != taken)
        complain(cell, changed ? "changed something" : "had no effect");
    if (taken || challenged || cell->protection == RESERVED_HEADER)
        return;
    if (said.releases != 1 && !said.count)
        complain(cell, "is left open");
    if (cell->protection == PLAIN && cell->whole && cell->type == NAS_SERVICE_REQUEST &&
        (said.message.type != NAS_SERVICE_REJECT ||
         said.message.service_reject.cause != NAS_GMM_UE_IDENTITY_CANNOT_BE_DERIVED))
        complain(cell, "another answer");
}

static void step(const struct cell *cell, walk_say *tell, walk_rule *rule)
{
    uint8_t plain[NAS_BYTES], wire[NAS_BYTES];
    uint64_t victim = inside_ue(phone()), bystander = inside_ue(world_ue(&world, 1));
    memset(&said, 0, sizeof said);
    cells++;
    tell(cell, protect(cell, plain_of(cell, plain), wire));
    bool changed = inside_ue(phone()) != victim;
    if (inside_ue(world_ue(&world, 1)) != bystander)
        complain(cell, "the bystander has changed");
    rule(cell, changed);
    if (changed || begins_something(cell)) {
        world_close(&world);
        open_world(cell->state);
    }
}

/* Whole ones are those that the AMF knows what to do with. */
static void every_message(struct cell cell, walk_say *tell, walk_rule *rule)
{
    for (unsigned i = 0; i < 2 * TYPES * PROTECTIONS; i++) {
        cell.type = (uint8_t)(FIRST_TYPE + i / PROTECTIONS % TYPES);
        cell.protection = i % PROTECTIONS;
        cell.whole = i >= TYPES * PROTECTIONS;
        if (!cell.whole || (from_phone(cell.type) && (cell.first || !begins_something(&cell))))
            step(&cell, tell, rule);
    }
}

static void in_state(enum phone_stage state, enum sender sender, bool first)
{
    struct cell cell = {.state = state, .sender = sender, .first = first};
    open_world(state);
    every_message(cell, first ? say_first : say, first ? judge_first : judge);
    world_close(&world);
}

static void report(void)
{
    print_message("# %lu cells walked\n", cells);
    assert_int_equal(wrong_cells, 0);
}

static void every_type_under_every_protection(void **state)
{
    static const enum phone_stage states[] = {REGISTERING,   SECURING,  SETTING_UP, CONNECTED,
                                              DEREGISTERING, RELEASING, PREPARING,  COMMANDED};
    (void)state;
    cells = wrong_cells = 0;
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        in_state(states[i], SOURCE, false);
    report();
}

static void through_another_gnb(void **state)
{
    (void)state;
    cells = wrong_cells = 0;
    in_state(CONNECTED, OTHER, false);
    in_state(COMMANDED, OTHER, false);
    report();
}

static void as_the_first_message_of_a_connection(void **state)
{
    static const enum phone_stage states[] = {CONNECTED, DEREGISTERING, IDLE, PAGED, PREPARING, COMMANDED};
    (void)state;
    cells = wrong_cells = 0;
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        in_state(states[i], OTHER, true);
    report();
}

/* An empty NAS-PDU, and every beginning of one that would have been answered. */
static void cut_off_anywhere(void **state)
{
    uint8_t plain[NAS_BYTES], wire[NAS_BYTES];
    const struct cell cell = {
        .state = CONNECTED, .protection = PROPER, .type = NAS_REGISTRATION_COMPLETE, .whole = true};
    (void)state;
    open_world(CONNECTED);
    struct bytes pdu = protect(&cell, plain_of(&cell, plain), wire);
    const uint64_t victim = inside_ue(phone());
    for (size_t length = 0; length < pdu.len; length++) {
        memset(&said, 0, sizeof said);
        say(&cell, bytes_of(pdu.data, length));
        assert_int_equal(said.count + said.errors, 0);
        say_first(&cell, bytes_of(pdu.data, length));
        assert_true(inside_ue(phone()) == victim);
    }
    memset(&said, 0, sizeof said);
    say(&cell, pdu);
    assert_true(is_status(NAS_MESSAGE_TYPE_NOT_COMPATIBLE));
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_under_every_protection),
        cmocka_unit_test(through_another_gnb),
        cmocka_unit_test(as_the_first_message_of_a_connection),
        cmocka_unit_test(cut_off_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
