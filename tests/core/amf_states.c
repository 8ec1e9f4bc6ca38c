/* SPDX-License-Identifier: Apache-2.0 */
#include "amf_states.h"

#include "core/amf/gmm.h"

const char *const phone_stage_names[PHONE_STAGES] = {
    [UNKNOWN] = "unknown",     [REGISTERING] = "registering",
    [SECURING] = "securing",   [SETTING_UP] = "setting up",
    [CONNECTED] = "connected", [DEREGISTERING] = "deregistering",
    [RELEASING] = "releasing", [IDLE] = "idle",
    [PAGED] = "paged",         [PREPARING] = "preparing",
    [COMMANDED] = "commanded"};

static struct phone_ids at;

static struct gnb_ids ids_of(const struct connection *connection)
{
    return (struct gnb_ids){connection->amf_ue_ngap_id, connection->ran_ue_ngap_id};
}

struct gnb *world_gnb(const struct world *world, enum sender sender)
{
    return gnb_find(world->core, ASSOCIATION + sender);
}

void world_say(struct world *world, enum sender sender, enum ngap_message_type type, struct gnb_ids ids)
{
    _Alignas(max_align_t) uint8_t room[GNB_MESSAGE_BYTES];
    for (size_t i = 0; i < gnb_message_count; i++) {
        if (gnb_messages[i].type == type)
            world_ngap(world, sender, type, gnb_message_of(&gnb_messages[i], ids, room));
    }
}

/* --- downlink filters --- */

static bool no_answer(struct world *world, unsigned gnb, const struct ngap_pdu *pdu)
{
    (void)world, (void)gnb;
    if (pdu->message == NGAP_HANDOVER_REQUEST)
        at.target = (struct gnb_ids){pdu->amf_ue_ngap_id, TARGETS_ID};
    return false;
}

/* The phone's ids are known by the first answer, which does not come. */
static bool no_authentication(struct world *world, unsigned gnb, const struct ngap_pdu *pdu)
{
    (void)world, (void)gnb;
    if (pdu->message == NGAP_DOWNLINK_NAS_TRANSPORT)
        at.own = (struct gnb_ids){pdu->amf_ue_ngap_id, pdu->ran_ue_ngap_id};
    return false;
}

static bool no_security_mode(struct world *world, unsigned gnb, const struct ngap_pdu *pdu)
{
    struct nas_envelope envelope;
    struct fault fault;
    if (pdu->message != NGAP_DOWNLINK_NAS_TRANSPORT)
        return true;
    no_authentication(world, gnb, pdu);
    return !nas_open(pdu->value.downlink_nas_transport->nas_pdu, &envelope, &fault) ||
           envelope.security_header != NAS_INTEGRITY_NEW;
}

/* --- the ways there --- */

static void begin_registration(struct world *world, enum phone_stage state)
{
    world->downlink_filter = state == REGISTERING ? no_authentication : no_security_mode;
    phone_register(&world->phones[0], NAS_INITIAL_REGISTRATION);
    world_run(world);
}

static void be_connected(struct world *world)
{
    world_register(world, 0);
    world_session(world, 0, 1);
    world_session(world, 0, 2);
    at.own = ids_of(world_ue(world, 0)->connection);
}

static void begin_service(struct world *world)
{
    world->downlink_filter = world_no_context_setup;
    phone_request_service(&world->phones[0], NAS_SERVICE_SIGNALLING);
    world_run(world);
    at.own = ids_of(world_ue(world, 0)->connection);
}

static void begin_end(struct world *world, enum phone_stage state)
{
    struct ue *ue = world_ue(world, 0);
    world->downlink_filter = no_answer;
    if (state == RELEASING)
        an_release(ue, N2_RADIO(USER_INACTIVITY), "test");
    if (state == DEREGISTERING)
        assert_true(amf_deregister(ue, 0, false));
    if (state == PAGED)
        assert_true(world_data_waits(world, 0, 1));
    if (state == PREPARING || state == COMMANDED)
        world_say(world, SOURCE, NGAP_HANDOVER_REQUIRED, at.own);
    if (state == COMMANDED)
        world_say(world, TARGET, NGAP_HANDOVER_REQUEST_ACKNOWLEDGE, at.target);
    world_run(world);
}

static void bring_into(struct world *world, enum phone_stage state)
{
    if (state == REGISTERING || state == SECURING)
        begin_registration(world, state);
    else if (state != UNKNOWN)
        be_connected(world);
    if (state == IDLE || state == PAGED || state == SETTING_UP)
        world_idle(world, 0);
    if (state == SETTING_UP)
        begin_service(world);
    else if (state > SETTING_UP)
        begin_end(world, state);
    world->downlink_filter = no_answer;
}

struct phone_ids world_open_in(struct world *world, enum phone_stage state)
{
    world_open(world);
    core_association_up(world->core, ASSOCIATION + FOREIGN, &(struct core_peer){.edge = "elsewhere"});
    world_ready(world);
    for (unsigned i = TARGET; i < SILENT; i++)
        world_set_up_gnb(world, i);
    for (unsigned i = 1; i < WORLD_PHONES; i++) {
        phone_camp(&world->phones[i], &world->gnbs[homes[i]]);
        world_register(world, i);
    }
    world_session(world, 1, 3);
    at = (struct phone_ids){.own = {STRANGE_ID + 1, STRANGE_ID + 1},
                            .target = {STRANGE_ID + 2, TARGETS_ID},
                            .bystander = ids_of(world_ue(world, 1)->connection)};
    bring_into(world, state);
    return at;
}
