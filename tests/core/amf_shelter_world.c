/* SPDX-License-Identifier: Apache-2.0 */
#include "amf_shelter_world.h"

struct world world;
struct shelter_seen seen;

static void take_event(void *context, const struct evidence_entry *entry)
{
    (void)context;
    if (strcmp(entry->rule, "H4") == 0) {
        seen.events++;
        snprintf(seen.last_reason, sizeof seen.last_reason, "%s", entry->reason);
    }
}

static bool sees(struct world *w, unsigned gnb, const struct ngap_pdu *pdu)
{
    const struct ngap_mobility_restriction_list *list = NULL;
    (void)w;
    if (pdu->message == NGAP_HANDOVER_PREPARATION_FAILURE)
        seen.preparation_failure = pdu->value.handover_preparation_failure->cause;
    if (pdu->message == NGAP_HANDOVER_COMMAND)
        seen.command_refused =
            (unsigned)pdu->value.handover_command->pdu_session_resource_to_release_list_ho_cmd.count;
    if (pdu->message == NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE) {
        seen.switch_released =
            (unsigned)
                pdu->value.path_switch_request_acknowledge->pdu_session_resource_released_list_ps_ack.count;
        seen.slices_named = (unsigned)pdu->value.path_switch_request_acknowledge->allowed_nssai.count;
    }
    if (pdu->message == NGAP_PAGING)
        seen.paged[gnb]++;
    if (pdu->message == NGAP_HANDOVER_REQUEST) {
        seen.target_id = pdu->value.handover_request->amf_ue_ngap_id;
        seen.request_sessions =
            (unsigned)pdu->value.handover_request->pdu_session_resource_setup_list_ho_req.count;
        seen.slices_named = (unsigned)pdu->value.handover_request->allowed_nssai.count;
        list = pdu->value.handover_request->mobility_restriction_list;
    }
    if (pdu->message == NGAP_DOWNLINK_NAS_TRANSPORT &&
        pdu->value.downlink_nas_transport->mobility_restriction_list) {
        list = pdu->value.downlink_nas_transport->mobility_restriction_list;
        seen.forbidden_told = 0;
        seen.lists_changed++;
    }
    if (pdu->message == NGAP_INITIAL_CONTEXT_SETUP_REQUEST)
        list = pdu->value.initial_context_setup_request->mobility_restriction_list;
    if (list && list->forbidden_area_information.count)
        seen.forbidden_told = (unsigned)list->forbidden_area_information.items[0].forbidden_tacs.count;
    return pdu->message != NGAP_HANDOVER_REQUEST && pdu->message != NGAP_HANDOVER_COMMAND &&
           pdu->message != NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE &&
           pdu->message != NGAP_PATH_SWITCH_REQUEST_FAILURE;
}

static void hears(struct world *w, struct nas_message *message, bool up)
{
    (void)w;
    if (!up && message->type == NAS_REGISTRATION_ACCEPT)
        seen.forbidden_tais = (unsigned)message->registration_accept.forbidden_tais_roaming.count;
    if (!up && message->type == NAS_CONFIGURATION_UPDATE_COMMAND)
        seen.reregistrations += message->configuration_update_command.indication.reregister;
}

void shelter_begin_in(const char *network, const char *inventory)
{
    world_configure_both(&world, network, inventory);
    for (unsigned i = 0; i <= ROUGHER; i++) {
        world_move_gnb(&world, i, i < ROUGH ? "test" : "rough");
        world_set_up_gnb(&world, i);
    }
    for (unsigned i = 0; i < WORLD_PHONES; i++)
        phone_camp(&world.phones[i], &world.gnbs[0]);
}

void shelter_begin(const char *inventory)
{
    shelter_begin_in("", inventory);
}

int shelter_open(void **state)
{
    static const struct line_recorder recorder = {.take = take_event};
    (void)state;
    line_record(&recorder);
    seen = (struct shelter_seen){0};
    world_open(&world);
    world.downlink_filter = sees;
    world.nas_filter = hears;
    return 0;
}

int shelter_close(void **state)
{
    line_record(NULL);
    return world_tear_down(state);
}

struct ue *shelter_ue(void)
{
    return world_ue(&world, 0);
}

struct gnb *shelter_gnb(unsigned i)
{
    return gnb_find(world.core, ASSOCIATION + i);
}

void have_session(uint8_t psi)
{
    struct phone *phone = &world.phones[0];
    world_session(&world, 0, psi);
    phone->sessions[psi - 1] = (struct phone_session){.id = psi, .up = true, .phone = phone};
}

void at(unsigned cell)
{
    phone_camp(&world.phones[0], &world.gnbs[cell]);
}

void enter(unsigned cell, enum nas_registration_kind kind)
{
    at(cell);
    phone_register(&world.phones[0], kind);
    world_run(&world);
}

void is_refused(void)
{
    assert_int_equal(world.cause[0], NAS_GMM_NO_SUITABLE_CELLS);
    assert_int_equal(shelter_gnb(ROUGH)->connections.count, 0);
    assert_int_equal(world.core->provisional, 0);
    assert_int_equal(seen.events, 1);
    assert_non_null(strstr(seen.last_reason, "refuse: who or what is protected"));
    world.cause[0] = 0;
    seen.events = 0;
}

void shelter_begin_at_rough(void)
{
    shelter_begin(LINE);
    world.police = POLICE;
    at(ROUGH);
    world_register(&world, 0);
    have_session(1);
    have_session(POLICE);
    world_configure_line(&world, LINE NETWORK);
}
