/* SPDX-License-Identifier: Apache-2.0 */
#include "smf_states.h"

const char *const session_stage_names[SESSION_STAGES] = {
    [STAGE_NONE] = "none",
    [STAGE_ASKED] = "asked for",
    [STAGE_ACCEPTED] = "accepted",
    [STAGE_ACTIVE] = "active",
    [STAGE_INACTIVE] = "inactive",
    [STAGE_ACTIVATING] = "being activated",
    [STAGE_RESTARTED] = "restarted",
    [STAGE_CHANGING] = "being changed",
    [STAGE_CHANGING_ASKED] = "being changed on request",
    [STAGE_UNCONFIRMED] = "unconfirmed",
    [STAGE_RELEASING] = "being released",
    [STAGE_RELEASING_ASKED] = "being released on request",
};

static void ask(struct world *world, uint8_t type)
{
    struct nas_message message = {.type = type, .pdu_session_id = OURS, .pti = PHONES};
    assert_int_equal(world_ask(world, OURS, SMF_REQUEST_ABSENT, NULL, &message), SMF_TAKEN);
}

static void change_flows(struct world *world)
{
    static const struct smf_flow_order order = {.fiveqi = 9, .precedence = 70};
    const char *why;
    assert_int_equal(smf_admin_add_flow(&world->ue, OURS, &order, &why), SMF_FLOW_BEGUN);
    world_pump(world);
}

static void activate(struct world *world)
{
    struct smf_setup_item items[SMF_SESSIONS_PER_UE];
    assert_int_equal(smf_activate(&world->ue, 1u << OURS, items), 1);
}

static void bring_into(struct world *world, enum session_stage stage)
{
    world->plane.silent = stage == STAGE_ASKED;
    if (stage == STAGE_ASKED || stage == STAGE_ACCEPTED)
        world_establish(world, OURS, PHONES, NAS_SESSION_IPV4);
    else if (stage != STAGE_NONE)
        world_session(world, OURS);
    if (stage == STAGE_INACTIVE || stage == STAGE_ACTIVATING)
        smf_deactivate(&world->ue, 1u << OURS);
    if (stage == STAGE_ACTIVATING)
        activate(world);
    if (stage == STAGE_CHANGING || stage == STAGE_UNCONFIRMED)
        change_flows(world);
    if (stage == STAGE_RESTARTED || stage == STAGE_UNCONFIRMED)
        world_restart_core(world);
    if (stage == STAGE_CHANGING_ASKED)
        ask(world, NAS_SESSION_MODIFICATION_REQUEST);
    if (stage == STAGE_RELEASING)
        smf_admin_release(&world->ue, OURS);
    if (stage == STAGE_RELEASING_ASKED)
        ask(world, NAS_SESSION_RELEASE_REQUEST);
    world_pump(world);
}

void world_open_in(struct world *world, const char *yaml, enum session_stage stage)
{
    world_open(world, yaml);
    world_session(world, BYSTANDERS);
    bring_into(world, stage);
}

uint64_t inside_session(const struct world *world, uint8_t pdu_session_id)
{
    const struct session *session = session_find(&world->ue, pdu_session_id);
    struct session alone = {0};
    uint64_t digest = 0xcbf29ce484222325;
    if (!session)
        return digest;
    memcpy(&alone, session, sizeof alone);
    alone.next = alone.upf_next = alone.upf_previous = NULL;
    for (size_t i = 0; i < sizeof alone; i++)
        digest = (digest ^ ((const uint8_t *)&alone)[i]) * 0x100000001b3;
    return digest;
}
