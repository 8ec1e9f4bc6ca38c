/* SPDX-License-Identifier: Apache-2.0 */
/* Of class 22: what is meant for another gNB, which the core is to look at before it passes it on, or not to pass on at all. */
#include "ran/gnb_container.h"
#include "ran/gnb_inside.h"
#include "ran/hostile_attack.h"

enum { LONG_CONTAINER = 3000 };

static struct ngap_target_ran_node_id node_of(const struct ran_gnb *gnb)
{
    struct ngap_target_ran_node_id node = {.global_ran_node_id = ran_gnb_identity(gnb),
                                           .selected_tai = {.tac = gnb->settings.tac}};
    memcpy(node.selected_tai.plmn_identity, gnb->settings.plmn.octets, 3);
    return node;
}

/* --- its own phone is handed over to the honest gNB --- */

static void hand_over_with(struct attack *attack, struct bytes container)
{
    static const uint8_t transfer[] = {0};
    const struct ids own = attack_own_with_session(attack);
    const struct ngap_pdu_session_resource_item_ho_rqd session = {
        attack_tunnel_of(attack->phone.connection)->pdu_session_id, BYTES(transfer)};
    const struct ngap_handover_required required = {
        .amf_ue_ngap_id = own.amf,
        .ran_ue_ngap_id = own.ran,
        .handover_type = NGAP_HANDOVER_TYPE_INTRA5GS,
        .cause = GNB_CAUSE(HANDOVER_DESIRABLE_FOR_RADIO_REASON),
        .target_id = {.which = NGAP_TARGET_ID_TARGET_RAN_NODE_ID,
                      .target_ran_node_id = node_of(&attack->honest->gnb)},
        .pdu_session_resource_list_ho_rqd = {&session, 1},
        .source_to_target_transparent_container = container,
    };
    attack_await(attack, NGAP_HANDOVER_PREPARATION_FAILURE);
    attack_say(attack, NGAP_HANDOVER_REQUIRED, &required);
}

/* It is good but for the cell, which is the attacker's own. */
static struct bytes for_another_cell(struct attack *attack)
{
    attack_own_with_session(attack);
    struct ran_gnb_connection *connection = attack->phone.connection;
    return connection ? ran_gnb_write_source_container(connection, connection->gnb) : (struct bytes){0};
}

static void hand_over(struct attack *attack)
{
    static const uint8_t nonsense[LONG_CONTAINER] = {0xde, 0xad, 0xbe, 0xef};
    if (attack_variant(attack, "its own phone to the honest gNB, with an empty container") &&
        attack_set_up(attack))
        hand_over_with(attack, bytes_of(nonsense, 0));
    if (attack_variant(attack, "its own phone to the honest gNB, with nonsense for a container") &&
        attack_set_up(attack))
        hand_over_with(attack, bytes_of(nonsense, 64));
    if (attack_variant(attack, "its own phone to the honest gNB, with %u octets for a container",
                       LONG_CONTAINER) &&
        attack_set_up(attack))
        hand_over_with(attack, BYTES(nonsense));
    if (attack_variant(attack, "its own phone to the honest gNB, with a container for another cell") &&
        attack_set_up(attack))
        hand_over_with(attack, for_another_cell(attack));
}

/* --- configuration --- */

/* As one of the two gNBs, to be reached over Xn at the address of one of them. */
static void configure(struct attack *attack, bool as_honest, bool at_honest)
{
    const struct ran_gnb *own = &attack->station->gnb, *honest = &attack->honest->gnb;
    const struct ngap_target_ran_node_id source = node_of(as_honest ? honest : own);
    const union socket_address *reached_at = &(at_honest ? honest : own)->settings.address;
    const struct aper_bit_string address = {(const uint8_t *)&reached_at->v4.sin_addr, 32};
    const struct ngap_xn_tnl_configuration_info xn = {.xn_transport_layer_addresses = {&address, 1}};
    const struct ngap_son_configuration_transfer transfer = {
        .target_ran_node_id = node_of(&attack->honest->gnb),
        .source_ran_node_id = {source.global_ran_node_id, source.selected_tai},
        .son_information = {.which = NGAP_SON_INFORMATION_SON_INFORMATION_REQUEST},
        .xn_tnl_configuration_info = reached_at->any.sa_family == AF_INET ? &xn : NULL};
    attack_say(attack, NGAP_UPLINK_RAN_CONFIGURATION_TRANSFER,
               &(struct ngap_uplink_ran_configuration_transfer){.son_configuration_transfer_ul = &transfer});
}

static void transfer_configuration(struct attack *attack)
{
    if (attack_variant(attack, "a configuration transfer to the honest gNB") && attack_set_up(attack))
        configure(attack, false, false);
    if (attack_variant(attack, "a configuration transfer to the honest gNB, with its own address") &&
        attack_set_up(attack))
        configure(attack, false, true);
    if (attack_variant(attack, "a configuration transfer to the honest gNB, as from itself") &&
        attack_set_up(attack))
        configure(attack, true, false);
}

void hostile_relay(struct attack *attack)
{
    hand_over(attack);
    transfer_configuration(attack);
}
