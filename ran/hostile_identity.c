/* SPDX-License-Identifier: Apache-2.0 */
/* Classes 14 to 26: who the gNB is, and whose phones it speaks of. */
#include <stdio.h>

#include "ran/gnb_inside.h"
#include "ran/gnb_tunnel.h"
#include "ran/hostile_attack.h"
#include "ran/ping.h"
#include "wire/gtpu/gtpu.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* --- 14, 15: NG Setup as somebody else --- */

static void set_up_as(struct attack *attack, const struct ran_gnb_settings *claimed)
{
    struct ran_gnb *gnb = &attack->station->gnb;
    struct ran_gnb_settings own = gnb->settings;
    if (!attack_associate(attack))
        return;
    attack_await(attack, NGAP_NG_SETUP_FAILURE);
    attack_forbid(attack, NGAP_NG_SETUP_RESPONSE);
    gnb->settings = *claimed;
    ran_gnb_setup(gnb);
    gnb->settings = own;
    attack_end(attack);
    attack_leave(attack, true);
}

void hostile_foreign_setup(struct attack *attack)
{
    static const struct {
        const char *name;
        uint8_t octets[3];
    } plmns[] = {{"001/01", {0x00, 0xf1, 0x10}},
                 {"999/99", {0x99, 0xf9, 0x99}},
                 {"of letters", {0xaa, 0xaa, 0xaa}},
                 {"of zeros", {0, 0, 0}}};
    static const uint32_t areas[] = {0, 4711, 0xfffffe, 0xffffff};
    static const struct nas_s_nssai slices[] = {
        {.sst = 77, .sd = NAS_NO_SD}, {.sst = 0, .sd = 0xabcdef}, {.sst = 255, .sd = 0}};
    const struct ran_gnb_settings *own = &attack->options->attacker;
    for (size_t i = 0; i < COUNT(plmns); i++)
        if (attack_variant(attack, "NG Setup with the PLMN %s", plmns[i].name)) {
            struct ran_gnb_settings claimed = *own;
            memcpy(claimed.plmn.octets, plmns[i].octets, 3);
            set_up_as(attack, &claimed);
        }
    for (size_t i = 0; i < COUNT(areas); i++)
        if (attack_variant(attack, "NG Setup with the TAC %u", areas[i])) {
            struct ran_gnb_settings claimed = *own;
            claimed.tac = areas[i];
            set_up_as(attack, &claimed);
        }
    for (size_t i = 0; i < COUNT(slices); i++)
        if (attack_variant(attack, "NG Setup with a slice of SST %u", slices[i].sst)) {
            struct ran_gnb_settings claimed = *own;
            claimed.slice = slices[i];
            set_up_as(attack, &claimed);
        }
}

void hostile_clone(struct attack *attack)
{
    static const char *const names[] = {"with its identity", "with its identity, area and name"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (attack_variant(attack, "NG Setup as the honest gNB, %s", names[i])) {
            struct ran_gnb_settings claimed = attack->options->attacker;
            claimed.id = attack->options->honest.id;
            if (i)
                claimed = attack->options->honest;
            set_up_as(attack, &claimed);
        }
    if (attack_variant(attack, "NG Setup again, with the honest gNB's identity") && attack_set_up(attack)) {
        struct ran_gnb_settings own = attack->station->gnb.settings;
        attack->station->gnb.settings = attack->options->honest;
        attack_forbid(attack, NGAP_NG_SETUP_RESPONSE);
        ran_gnb_setup(&attack->station->gnb);
        attack->station->gnb.settings = own;
        attack_end(attack);
        attack_leave(attack, true);
    }
}

/* --- 16 --- */

static void claim_area(struct attack *attack, uint32_t tac)
{
    const struct ran_gnb_settings *own = &attack->options->attacker;
    const struct ngap_slice_support_item slice = {.s_nssai = {.sst = own->slice.sst}};
    struct ngap_broadcast_plmn_item plmn = {.tai_slice_support_list = {&slice, 1}};
    const struct ngap_supported_ta_item area = {.tac = tac, .broadcast_plmn_list = {&plmn, 1}};
    memcpy(plmn.plmn_identity, own->plmn.octets, 3);
    attack_await(attack, NGAP_RAN_CONFIGURATION_UPDATE_FAILURE);
    attack_say(attack, NGAP_RAN_CONFIGURATION_UPDATE,
               &(struct ngap_ran_configuration_update){.supported_ta_list = {&area, 1}});
}

void hostile_neighbours_area(struct attack *attack)
{
    const struct hostile_options *options = attack->options;
    bool apart = options->attacker.tac != options->honest.tac;
    if (apart && attack_variant(attack, "an update to the honest gNB's area") && attack_set_up(attack))
        claim_area(attack, options->honest.tac);
    if (attack_variant(attack, "an update to an area that nobody has") && attack_set_up(attack))
        claim_area(attack, 0xfffffe);
    if (attack_variant(attack, "an update to the honest gNB's identity") && attack_set_up(attack)) {
        const struct ngap_global_ran_node_id honest = ran_gnb_identity(&attack->honest->gnb);
        attack_say(attack, NGAP_RAN_CONFIGURATION_UPDATE,
                   &(struct ngap_ran_configuration_update){.global_ran_node_id = &honest});
    }
    if (attack->playing)
        attack_leave(attack, true);
}

/* --- 17, 20, 22, 23: messages about another's phone --- */

/* The three ways to mix what belongs to the victim with what is the attacker's own. */
enum { MIXES = 3 };
static const char *const mixes[MIXES] = {"with both ids of a victim", "with a victim's AMF id",
                                         "with a victim's RAN id"};

static struct ids mix(struct attack *attack, unsigned way)
{
    struct ids own = attack_own(attack), victims = attack_victims_ids(attack);
    return (struct ids){way == 2 ? own.amf : victims.amf, way == 1 ? own.ran : victims.ran};
}

static void speak_of_another(struct attack *attack, enum ngap_message_type type)
{
    struct raw_pdu raw;
    for (unsigned way = 0; way < MIXES; way++) {
        if (!attack_variant(attack, "%s %s", ngap_message_name(type), mixes[way]))
            continue;
        arena_reset(&attack->arena);
        attack_forbid(attack, NGAP_HANDOVER_COMMAND);
        if (attack_message(attack, type, &raw))
            attack_send_raw(attack, &raw, mix(attack, way));
    }
}

static void speak_of_another_in(struct attack *attack, const enum ngap_message_type *types, size_t count)
{
    for (size_t i = 0; i < count; i++)
        speak_of_another(attack, types[i]);
}

void hostile_anothers_session(struct attack *attack)
{
    static const enum ngap_message_type types[] = {NGAP_PDU_SESSION_RESOURCE_SETUP_RESPONSE,
                                                   NGAP_PDU_SESSION_RESOURCE_MODIFY_RESPONSE,
                                                   NGAP_PDU_SESSION_RESOURCE_MODIFY_INDICATION,
                                                   NGAP_PDU_SESSION_RESOURCE_RELEASE_RESPONSE,
                                                   NGAP_PDU_SESSION_RESOURCE_NOTIFY,
                                                   NGAP_INITIAL_CONTEXT_SETUP_RESPONSE,
                                                   NGAP_INITIAL_CONTEXT_SETUP_FAILURE,
                                                   NGAP_UE_CONTEXT_MODIFICATION_RESPONSE,
                                                   NGAP_SECONDARY_RAT_DATA_USAGE_REPORT};
    speak_of_another_in(attack, types, COUNT(types));
}

void hostile_anothers_release(struct attack *attack)
{
    static const enum ngap_message_type types[] = {
        NGAP_UE_CONTEXT_RELEASE_REQUEST, NGAP_UE_CONTEXT_RELEASE_COMPLETE,
        NGAP_UE_CONTEXT_MODIFICATION_FAILURE, NGAP_NAS_NON_DELIVERY_INDICATION,
        NGAP_RRC_INACTIVE_TRANSITION_REPORT};
    speak_of_another_in(attack, types, COUNT(types));
}

void hostile_handovers(struct attack *attack)
{
    static const enum ngap_message_type types[] = {NGAP_HANDOVER_REQUIRED,
                                                   NGAP_HANDOVER_NOTIFY,
                                                   NGAP_HANDOVER_CANCEL,
                                                   NGAP_HANDOVER_REQUEST_ACKNOWLEDGE,
                                                   NGAP_HANDOVER_FAILURE,
                                                   NGAP_UPLINK_RAN_STATUS_TRANSFER,
                                                   NGAP_UPLINK_RAN_EARLY_STATUS_TRANSFER};
    speak_of_another_in(attack, types, COUNT(types));
    for (size_t i = 0; i < COUNT(types); i++)
        if (attack_variant(attack, "%s for its own phone, unasked", ngap_message_name(types[i]))) {
            struct raw_pdu raw;
            arena_reset(&attack->arena);
            if (attack_message(attack, types[i], &raw))
                attack_send_raw(attack, &raw, attack_own_with_session(attack));
        }
    hostile_relay(attack);
}

static void mix_ids(struct attack *attack, enum ngap_message_type type, struct raw_pdu *raw)
{
    (void)raw;
    if (attack_is_of_phone(type) && ngap_messages[type].amf_id >= 0)
        speak_of_another(attack, type);
}

void hostile_mixed_ids(struct attack *attack)
{
    attack_messages(attack, mix_ids);
}

/* --- 18 --- */

static bool honest_has_strays(const struct attack *attack)
{
    return attack->honest->gnb.packets_dropped != attack->strays;
}

/* What comes back through the session, or of itself, goes where its tunnel ends. */
static void draw_packets(struct attack *attack)
{
    enum { PACKETS = 10, MOMENT_MS = 10 };
    struct phone_session *session = phone_session(&attack->phone, 1);
    uint8_t packet[PING_BYTES];
    for (uint16_t i = 0; session && i < PACKETS && !honest_has_strays(attack); i++) {
        ping_write(packet, (struct ping){session->ipv4, victims_target(attack, session), i});
        phone_send_packet(&attack->phone, session, BYTES(packet));
        attack_call(attack, session);
        waiter_rest(&attack->waiter, MILLISECONDS(MOMENT_MS));
    }
}

static void end_tunnel_at(struct attack *attack, const union socket_address *end)
{
    struct ran_gnb *gnb = &attack->station->gnb;
    union socket_address own = gnb->settings.address;
    attack_forget_phone(attack);
    attack_own(attack);
    gnb->settings.address = *end;
    attack_own_with_session(attack);
    gnb->settings.address = own;
    draw_packets(attack);
}

void hostile_foreign_tunnel(struct attack *attack)
{
    static const char *const ends[] = {
        "0.0.0.0",   "127.0.0.7", "127.0.0.1", "255.255.255.255", "224.0.0.1",  "192.0.2.200",
        "10.32.0.1", "::",        "::1",       "ff02::1",         "2001:db8::1"};
    if (attack_variant(attack, "a downlink tunnel to the honest gNB") && attack_set_up(attack))
        end_tunnel_at(attack, &attack->honest->gnb.settings.address);
    if (attack_variant(attack, "a victim's downlink tunnel as its own") && attack_set_up(attack)) {
        attack->station->gnb.next_teid = attack_victims_tunnel(attack)->downlink_teid;
        end_tunnel_at(attack, &attack->honest->gnb.settings.address);
    }
    for (size_t i = 0; i < COUNT(ends); i++)
        if (attack_variant(attack, "a downlink tunnel to %s", ends[i]) && attack_set_up(attack)) {
            union socket_address end;
            if (address_parse(&end, ends[i], GTPU_PORT))
                end_tunnel_at(attack, &end);
        }
    if (attack->playing)
        attack_forget_phone(attack);
}

/* --- 19, 26: path switch --- */

static struct bytes switch_transfer(struct attack *attack,
                                    const struct ngap_user_plane_security_information *security)
{
    const struct ngap_qos_flow_accepted_item flow = {.qos_flow_identifier = 1};
    const struct ngap_path_switch_request_transfer transfer = {
        .dl_ngu_up_tnl_information = ran_gnb_own_tunnel(&attack->station->gnb, 0x1234),
        .user_plane_security_information = security,
        .qos_flow_accepted_list = {&flow, 1}};
    uint8_t room[GNB_TRANSFER_BYTES];
    struct writer w = writer_of(room, sizeof room);
    ngap_encode_path_switch_request_transfer(&w, &transfer, NULL);
    return arena_copy(&attack->arena, writer_bytes(&w));
}

static void switch_path(struct attack *attack, struct ids ids,
                        struct ngap_ue_security_capabilities capabilities,
                        const struct ngap_user_plane_security_information *security)
{
    arena_reset(&attack->arena);
    const struct ngap_pdu_session_resource_to_be_switched_dl_item item = {1,
                                                                          switch_transfer(attack, security)};
    attack_say(attack, NGAP_PATH_SWITCH_REQUEST,
               &(struct ngap_path_switch_request){.ran_ue_ngap_id = ids.ran,
                                                  .source_amf_ue_ngap_id = ids.amf,
                                                  .user_location_information =
                                                      ran_gnb_location(&attack->station->gnb),
                                                  .ue_security_capabilities = capabilities,
                                                  .pdu_session_resource_to_be_switched_dl_list = {&item, 1}});
}

static const struct ngap_ue_security_capabilities usual = {0xe000, 0xe000, 0, 0};

void hostile_anothers_path(struct attack *attack)
{
    static const char *const names[] = {"a RAN id of its own", "the victim's RAN id",
                                        "the RAN id of its own phone"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (attack_variant(attack, "path switch for a victim, with %s", names[i]) && attack_set_up(attack)) {
            struct ids victims = attack_victims_ids(attack);
            const uint32_t ran[] = {0x10000, victims.ran, attack_own(attack).ran};
            attack_forbid(attack, NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE);
            switch_path(attack, (struct ids){victims.amf, ran[i]}, usual, NULL);
        }
    for (unsigned bit = 0; bit < 40; bit += 3)
        if (attack_variant(attack, "path switch for an AMF id that differs from a victim's in bit %u", bit) &&
            attack_set_up(attack)) {
            uint64_t amf = attack_victims_ids(attack).amf ^ 1ULL << bit;
            attack_forbid(attack, NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE);
            switch_path(attack, (struct ids){amf, 0x10001}, usual, NULL);
        }
}

/* The core tells the gNB what it knows of the phone where it differs (TS 33.501 6.7.3.1). */
static void judge_capabilities(struct attack *attack, struct ngap_ue_security_capabilities claimed)
{
    attack_fence(attack);
    bool acknowledged = attack->heard[NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE];
    bool differs = claimed.n_rencryption_algorithms != usual.n_rencryption_algorithms ||
                   claimed.n_rintegrity_protection_algorithms != usual.n_rintegrity_protection_algorithms;
    const struct ngap_ue_security_capabilities *told = attack->told;
    if (acknowledged && differs &&
        (!told || told->n_rencryption_algorithms != usual.n_rencryption_algorithms ||
         told->n_rintegrity_protection_algorithms != usual.n_rintegrity_protection_algorithms))
        attack_fail(attack, "the core does not tell the phone's real capabilities");
}

/* Likewise of the session's policy, which it told when the session was set up (TS 33.501 6.6.1, TS 38.413 8.4.4.2). */
static void judge_policy(struct attack *attack, struct ngap_security_indication claimed)
{
    const struct ran_gnb_tunnel *tunnel = attack_tunnel_of(attack->phone.connection);
    const struct ngap_security_indication real = tunnel->security, *told = &attack->told_policy;
    attack_fence(attack);
    bool differs =
        tunnel->has_security &&
        (claimed.integrity_protection_indication != real.integrity_protection_indication ||
         claimed.confidentiality_protection_indication != real.confidentiality_protection_indication);
    bool right = attack->has_told_policy &&
                 told->integrity_protection_indication == real.integrity_protection_indication &&
                 told->confidentiality_protection_indication == real.confidentiality_protection_indication;
    if (attack->heard[NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE] && differs && !right)
        attack_fail(attack, "the core does not tell the session's real policy");
}

void hostile_weaker_path(struct attack *attack)
{
    static const struct ngap_ue_security_capabilities claims[] = {
        {0}, {0, 0xe000, 0, 0}, {0xe000, 0, 0, 0}, {0xffff, 0xffff, 0xffff, 0xffff}, {0x8000, 0x8000, 0, 0}};
    static const struct ngap_user_plane_security_information weak = {
        .security_result = {.integrity_protection_result = NGAP_INTEGRITY_PROTECTION_RESULT_NOT_PERFORMED,
                            .confidentiality_protection_result =
                                NGAP_CONFIDENTIALITY_PROTECTION_RESULT_NOT_PERFORMED},
        .security_indication = {
            .integrity_protection_indication = NGAP_INTEGRITY_PROTECTION_INDICATION_NOT_NEEDED,
            .confidentiality_protection_indication = NGAP_CONFIDENTIALITY_PROTECTION_INDICATION_NOT_NEEDED}};
    for (size_t i = 0; i < COUNT(claims); i++)
        if (attack_variant(attack, "path switch that says: NEA %04x, NIA %04x",
                           claims[i].n_rencryption_algorithms,
                           claims[i].n_rintegrity_protection_algorithms) &&
            attack_set_up(attack)) {
            attack->told = NULL;
            switch_path(attack, attack_own_with_session(attack), claims[i], NULL);
            judge_capabilities(attack, claims[i]);
        }
    if (attack_variant(attack, "path switch that says: no protection of user packets needed") &&
        attack_set_up(attack)) {
        attack->has_told_policy = false;
        switch_path(attack, attack_own_with_session(attack), usual, &weak);
        judge_policy(attack, weak.security_indication);
    }
    if (attack->playing)
        attack_forget_phone(attack);
}

/* --- 21 --- */

static void reset_list(struct attack *attack,
                       const struct ngap_ue_associated_logical_ng_connection_item *items, size_t count)
{
    attack_say(
        attack, NGAP_NG_RESET,
        &(struct ngap_ng_reset){.cause = {.which = NGAP_CAUSE_MISC, .misc = NGAP_CAUSE_MISC_UNSPECIFIED},
                                .reset_type = {.which = NGAP_RESET_TYPE_PART_OF_NG_INTERFACE,
                                               .part_of_ng_interface = {items, count}}});
}

void hostile_anothers_reset(struct attack *attack)
{
    enum { LISTED = 1000, STORM = 200 };
    static struct ngap_ue_associated_logical_ng_connection_item items[LISTED];
    static const char *const named[] = {"", " by the AMF id", " by the RAN id"};
    for (unsigned i = 0; i < COUNT(named); i++)
        if (attack_variant(attack, "NG Reset of a victim%s", named[i]) && attack_set_up(attack)) {
            struct ids victims = attack_victims_ids(attack);
            items[0] = (struct ngap_ue_associated_logical_ng_connection_item){victims.amf, victims.ran,
                                                                              i != 2, i != 1};
            reset_list(attack, items, 1);
        }
    if (attack_variant(attack, "NG Reset of %u connections, a victim's among them", LISTED) &&
        attack_set_up(attack)) {
        for (uint32_t i = 0; i < LISTED; i++)
            items[i] = (struct ngap_ue_associated_logical_ng_connection_item){i, i, true, true};
        items[LISTED / 2].amf_ue_ngap_id = attack_victims_ids(attack).amf;
        reset_list(attack, items, LISTED);
    }
    if (attack_variant(attack, "%u NG Resets in a row", STORM) && attack_set_up(attack))
        for (unsigned i = 0; i < STORM; i++)
            ran_gnb_reset(&attack->station->gnb);
}

/* --- 24, 25 --- */

static const uint8_t status[] = {0x7e, 0, 0x64, 111};

void hostile_live_id(struct attack *attack)
{
    static const char *const whose[] = {"its own phone's", "a victim's"};
    for (size_t i = 0; i < COUNT(whose); i++)
        for (unsigned times = 1; times <= 100; times *= 10)
            if (attack_variant(attack, "Initial UE Message with %s RAN id, %u times", whose[i], times) &&
                attack_set_up(attack)) {
                struct ids ids = i ? attack_victims_ids(attack) : attack_own(attack);
                uint32_t next = attack->station->gnb.next_ran_id;
                for (unsigned n = 0; n < times; n++) {
                    attack->station->gnb.next_ran_id = ids.ran;
                    attack_initial(attack, BYTES(status), &attack->victims[1].phone.guti.s_tmsi);
                }
                attack->station->gnb.next_ran_id = next;
            }
    if (attack->playing)
        attack_forget_phone(attack);
}

static void report_place(struct attack *attack, struct ids ids)
{
    attack_say(attack, NGAP_LOCATION_REPORT,
               &(struct ngap_location_report){
                   .amf_ue_ngap_id = ids.amf,
                   .ran_ue_ngap_id = ids.ran,
                   .user_location_information = ran_gnb_location(&attack->station->gnb),
                   .location_reporting_request_type = {.event_type = NGAP_EVENT_TYPE_DIRECT}});
}

static void notify_place(struct attack *attack, struct ids ids)
{
    attack_say(
        attack, NGAP_HANDOVER_NOTIFY,
        &(struct ngap_handover_notify){.amf_ue_ngap_id = ids.amf,
                                       .ran_ue_ngap_id = ids.ran,
                                       .user_location_information = ran_gnb_location(&attack->station->gnb)});
}

static void say_status(struct attack *attack, struct ids ids)
{
    attack_uplink(attack, BYTES(status), ids);
}

static void say_first(struct attack *attack, struct ids ids)
{
    (void)ids;
    attack_initial(attack, BYTES(status), NULL);
}

void hostile_foreign_location(struct attack *attack)
{
    static const struct {
        const char *name;
        void (*say)(struct attack *attack, struct ids ids);
    } carriers[] = {{"Initial UE Message", say_first},
                    {"Uplink NAS Transport", say_status},
                    {"Location Report", report_place},
                    {"Handover Notify", notify_place}};
    static const char *const places[] = {"the honest gNB's cell", "an area that nobody has", "another PLMN"};
    for (size_t i = 0; i < COUNT(carriers); i++)
        for (size_t j = 0; j < COUNT(places); j++)
            if (attack_variant(attack, "%s from %s", carriers[i].name, places[j]) && attack_set_up(attack)) {
                struct ran_gnb_settings *settings = &attack->station->gnb.settings, own = *settings;
                struct ids ids = attack_own(attack);
                settings->id = j == 0 ? attack->options->honest.id : own.id;
                settings->tac = j == 0 ? attack->options->honest.tac : j == 1 ? 0xfffffe : own.tac;
                settings->plmn.octets[0] ^= j == 2;
                carriers[i].say(attack, ids);
                *settings = own;
            }
}
