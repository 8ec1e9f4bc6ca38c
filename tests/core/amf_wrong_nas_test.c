/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every uplink NAS message type, bare and whole, under every kind of protection, in every state of the AMF: what does not prove
 * itself is dropped and changes nothing (TS 24.501 4.4.4.3), what does is answered as clause 7 says.
 */
#include "amf_world.h"

#include "inside_amf.h"
#include "wire/nas/nas.h"

enum { ASSOCIATION = 100, NAS_BYTES = 256, TYPES = 256 };

enum state { AUTHENTICATING, SECURING, REGISTERED, STATES };

enum protection { PLAIN, WRONG_MAC, REPLAYED, PROPER, PROTECTIONS };

static const char *const state_names[] = {"authenticating", "securing", "registered"};
static const char *const protection_names[] = {"plain", "with a wrong MAC", "replayed", "properly protected"};

struct cell {
    enum state state;
    enum protection protection;
    uint8_t type;
    bool whole; /* with its mandatory parts; else the header alone */
};

static struct world world;
static unsigned long cells, wrong_cells;
static uint64_t amf_id;
static uint32_t ran_id;

/* The NAS message that the core has answered with, opened. */
static struct {
    unsigned count;
    struct nas_message message;
} said;

/* --- the world --- */

static bool note_ids(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    (void)w, (void)gnb;
    amf_id = pdu->amf_ue_ngap_id;
    ran_id = pdu->ran_ue_ngap_id;
    return false;
}

/* Lets all pass but the security mode command. */
static bool until_security_mode(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    struct nas_envelope envelope;
    struct fault fault;
    bool nas = pdu->message == NGAP_DOWNLINK_NAS_TRANSPORT;
    if (nas)
        note_ids(w, gnb, pdu);
    return !(nas && nas_open(pdu->value.downlink_nas_transport->nas_pdu, &envelope, &fault) &&
             envelope.security_header == NAS_INTEGRITY_NEW);
}

static bool note(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    static uint8_t room[NAS_BYTES];
    struct nas_security security = w->phones[0].security;
    struct nas_opened opened = {0};
    struct nas_error error;
    (void)gnb;
    if (pdu->message != NGAP_DOWNLINK_NAS_TRANSPORT)
        return false;
    struct bytes pdu_bytes = pdu->value.downlink_nas_transport->nas_pdu;
    said.count++;
    if (nas_unprotect(&security, pdu_bytes, room, sizeof room, &opened) != NAS_ACCEPTED)
        opened.message = pdu_bytes;
    if (!nas_decode(opened.message, &w->arena, &said.message, &error))
        said.message.type = 0;
    return false;
}

static void open_world(enum state state)
{
    world_open(&world);
    world_ready(&world);
    world_register(&world, 1);
    world.downlink_filter = state == AUTHENTICATING ? note_ids
                            : state == SECURING     ? until_security_mode
                                                    : NULL;
    if (state == REGISTERED) {
        world_register(&world, 0);
        amf_id = world_ue(&world, 0)->connection->amf_ue_ngap_id;
        ran_id = world_ue(&world, 0)->connection->ran_ue_ngap_id;
    } else {
        phone_register(&world.phones[0], NAS_INITIAL_REGISTRATION);
        world_run(&world);
    }
    world.downlink_filter = note;
}

/* NULL: it has gone. */
static struct ue *phone(void)
{
    const struct connection *connection = connection_by_amf_id(gnb_find(world.core, ASSOCIATION), amf_id);
    return connection ? connection->ue : NULL;
}

/* --- messages --- */

/* With the least that each type needs. */
static struct nas_message message_of(uint8_t type)
{
    static const uint8_t octet[] = {0}, res[16] = {1};
    struct nas_message message = {.type = type};
    switch (type) {
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
static struct bytes protect(enum protection protection, struct bytes plain, uint8_t room[NAS_BYTES])
{
    struct nas_security copy = world.phones[0].security;
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
    assert_int_equal(nas_protect(security, NAS_INTEGRITY_CIPHERED, plain, &w), NAS_ACCEPTED);
    if (protection == WRONG_MAC)
        room[2] ^= 1;
    return writer_bytes(&w);
}

static void say(struct bytes nas)
{
    struct ngap_uplink_nas_transport message = {
        .amf_ue_ngap_id = amf_id,
        .ran_ue_ngap_id = ran_id,
        .nas_pdu = nas,
        .user_location_information = {
            .which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR,
            .user_location_information_nr = {.nr_cgi = {{0x99, 0xf9, 0x07}, phone()->cell},
                                             .tai = {{0x99, 0xf9, 0x07}, 1}}}};
    world_ngap(&world, 0, NGAP_UPLINK_NAS_TRANSPORT, &message);
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

static bool proven(const struct cell *cell)
{
    return cell->protection == PROPER && cell->state == REGISTERED;
}

/* Dropped, and nobody is told or changed. */
static bool dropped(const struct cell *cell)
{
    if (proven(cell))
        return false;
    return cell->state == REGISTERED || cell->protection != PLAIN || !heard_unproven(cell->type) ||
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
                state_names[cell->state], wrong, said.count, said.message.type,
                said.message.gmm_status.cause);
}

static void step(const struct cell *cell)
{
    uint8_t plain[NAS_BYTES], wire[NAS_BYTES];
    uint64_t victim = inside_ue(phone()), bystander = inside_ue(world_ue(&world, 1));
    memset(&said, 0, sizeof said);
    cells++;
    say(protect(cell->protection, plain_of(cell, plain), wire));
    bool changed = inside_ue(phone()) != victim;
    if (inside_ue(world_ue(&world, 1)) != bystander)
        complain(cell, "the bystander has changed");
    if (dropped(cell) && (changed || said.count))
        complain(cell, changed ? "changed something" : "is answered");
    if (proven(cell) && !answered_properly(cell))
        complain(cell, "another answer");
    if (changed) {
        world_close(&world);
        open_world(cell->state);
    }
}

/* Whole ones are those that the AMF knows what to do with, and that begin nothing. */
static bool can_be_whole(uint8_t type)
{
    return from_phone(type) && type != NAS_REGISTRATION_REQUEST && type != NAS_SERVICE_REQUEST &&
           type != NAS_DEREGISTRATION_REQUEST;
}

static void every_type_under_every_protection(void **state)
{
    struct cell cell = {0};
    (void)state;
    cells = wrong_cells = 0;
    for (cell.state = 0; cell.state < STATES; cell.state++) {
        open_world(cell.state);
        for (unsigned i = 0; i < 2 * TYPES * PROTECTIONS; i++) {
            cell.type = (uint8_t)(i / PROTECTIONS);
            cell.protection = i % PROTECTIONS;
            cell.whole = i >= TYPES * PROTECTIONS;
            if (!cell.whole || can_be_whole(cell.type))
                step(&cell);
        }
        world_close(&world);
    }
    print_message("%lu cells walked\n", cells);
    assert_int_equal(wrong_cells, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_type_under_every_protection)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
