/* SPDX-License-Identifier: Apache-2.0 */
#include "smf_world.h"

static struct world world;

static void idle_phone(void)
{
    smf_deactivate(&world.ue, smf_active(&world.ue));
    world.ue.connected = false;
    world_pump(&world);
}

static void report_downlink(void)
{
    uint16_t pdr = 2;
    struct pfcp_message message = {
        .type = PFCP_SESSION_REPORT_REQUEST,
        .seid = world.plane.cp_seid,
        .session_report_request = {.report_type = PFCP_DLDR,
                                   .has_downlink_data = true,
                                   .downlink_data = {.pdr_ids = &pdr, .pdr_ids_count = 1}},
    };
    world_from_plane(&world, &message);
}

static void an_idle_phone_is_paged_for_downlink_data(void **state)
{
    (void)state;
    struct smf_setup_item items[SMF_SESSIONS_PER_UE];
    world_open(&world, "");
    world_session(&world, 1);
    idle_phone();
    assert_int_equal(world.plane.action, PFCP_BUFF | PFCP_NOCP);
    report_downlink();
    report_downlink();
    assert_int_equal(world.ue.pages, 1);
    assert_int_equal(smf_pending(&world.ue), 1 << 1);
    world.ue.connected = true;
    assert_int_equal(smf_activate(&world.ue, smf_pending(&world.ue), items), 1);
    assert_int_equal(items[0].pdu_session_id, 1);
    assert_true(items[0].transfer.len > 0);
    world_gnb_accepts(&world, 1, 0x77);
    assert_int_equal(world.plane.action, PFCP_FORW);
    assert_int_equal(world.plane.header.teid, 0x77);
    world_close(&world);
}

static void a_connected_phone_gets_its_user_plane_back(void **state)
{
    (void)state;
    world_open(&world, "");
    world_session(&world, 1);
    smf_deactivate(&world.ue, 1 << 1);
    world_pump(&world);
    report_downlink();
    assert_int_equal(world.ue.pages, 0);
    assert_int_equal(world.ue.n2, N2_SETUP_REQUEST);
    assert_int_equal(world.ue.n1_size, 0);
    world_gnb_accepts(&world, 1, 0x78);
    assert_int_equal(world.plane.action, PFCP_FORW);
    world_close(&world);
}

static void data_that_came_in_between_is_brought_when_the_phone_is_there(void **state)
{
    (void)state;
    world_open(&world, "");
    world_session(&world, 1);
    idle_phone();
    report_downlink();
    world.ue.connected = true; /* a procedure began before the report and asked for no session */
    unsigned sent = world.ue.sent;
    smf_reachable(&world.ue);
    assert_int_equal(world.ue.sent, sent + 1);
    assert_int_equal(world.ue.n2, N2_SETUP_REQUEST);
    smf_reachable(&world.ue);
    assert_int_equal(world.ue.sent, sent + 1);
    world_gnb_accepts(&world, 1, 0x79);
    assert_int_equal(world.plane.action, PFCP_FORW);
    world_close(&world);
}

static void a_gnb_that_refuses_is_not_asked_for_ever(void **state)
{
    static const uint8_t transfer[] = {0};
    (void)state;
    world_open(&world, "");
    struct session *session = world_session(&world, 1);
    smf_deactivate(&world.ue, 1 << 1);
    world_pump(&world);
    report_downlink();
    unsigned dropped = world.plane.drops;
    smf_n2_response(&world.ue, 1, N2_SETUP_UNSUCCESSFUL, BYTES(transfer));
    world_pump(&world);
    assert_int_equal(world.plane.drops, dropped + 1);
    assert_false(session->data_waits);
    unsigned sent = world.ue.sent;
    report_downlink(); /* new data: a new attempt */
    assert_int_equal(world.ue.sent, sent + 1);
    world_wait(&world, world.config->amf.timers.n2_procedure); /* which is not answered at all */
    assert_int_equal(world.plane.drops, dropped + 2);
    assert_int_equal(session->state, SESSION_INACTIVE);
    world_close(&world);
}

static void data_after_a_failed_page_asks_again(void **state)
{
    (void)state;
    world_open(&world, "");
    world_session(&world, 1);
    idle_phone();
    report_downlink();
    smf_unreachable(&world.ue);
    world_pump(&world);
    assert_int_equal(world.plane.drops, 1);
    report_downlink();
    assert_int_equal(world.ue.pages, 2);
    world_close(&world);
}

static void an_error_indication_takes_the_tunnel_down(void **state)
{
    (void)state;
    world_open(&world, "");
    struct session *session = world_session(&world, 1);
    struct pfcp_f_teid remote = {.teid = session->gnb.teid, .ip = {.has_v4 = true, .v4 = {10, 0, 0, 9}}};
    struct pfcp_message message = {
        .type = PFCP_SESSION_REPORT_REQUEST,
        .seid = world.plane.cp_seid,
        .session_report_request = {.report_type = PFCP_ERIR,
                                   .has_error_indication = true,
                                   .error_indication = {.remote_f_teids = &remote,
                                                        .remote_f_teids_count = 1}},
    };
    world_from_plane(&world, &message);
    assert_int_equal(session->state, SESSION_INACTIVE);
    assert_int_equal(world.plane.action, PFCP_BUFF | PFCP_NOCP);
    world_close(&world);
}

static void report_usage(uint32_t sequence)
{
    struct pfcp_usage_report usage = {
        .urr_id = 1,
        .sequence = sequence,
        .trigger = PFCP_USAGE_VOLTH,
        .has_volume = true,
        .volume = {.flags = PFCP_ULVOL | PFCP_DLVOL, .uplink = 5, .downlink = 7},
    };
    struct pfcp_message message = {
        .type = PFCP_SESSION_REPORT_REQUEST,
        .seid = world.plane.cp_seid,
        .session_report_request = {.report_type = PFCP_USAR,
                                   .usage_reports = &usage,
                                   .usage_reports_count = 1},
    };
    world_from_plane(&world, &message);
    assert_int_equal(world.plane.report_cause, PFCP_ACCEPTED);
}

static void expect_usage(unsigned reports)
{
    const struct session *session = session_find(&world.ue, 1);
    assert_int_equal(session->bytes_uplink, 5 * reports);
    assert_int_equal(session->bytes_downlink, 7 * reports);
}

static void usage_is_added_up(void **state)
{
    (void)state;
    world_open(&world, "");
    world_session(&world, 1);
    report_usage(0);
    report_usage(1);
    expect_usage(2);
    world_close(&world);
}

static void usage_that_is_reported_again_is_counted_once_also_after_a_restart(void **state)
{
    (void)state;
    world_open(&world, "");
    world_session(&world, 1);
    report_usage(0);
    report_usage(0);
    expect_usage(1);
    world_restart_core(&world);
    world_wait(&world, SECONDS(5));
    expect_usage(1);
    report_usage(0);
    report_usage(1);
    expect_usage(2);
    world.plane.time_stamp++; /* all its counts begin anew */
    world_wait(&world, world.config->smf.pfcp_heartbeat + SECONDS(1));
    report_usage(0);
    expect_usage(3);
    world_close(&world);
}

static void a_plane_that_restarted_gets_its_sessions_back(void **state)
{
    (void)state;
    world_open(&world, "");
    struct session *session = world_session(&world, 1);
    uint32_t teid = world.plane.teid;
    uint8_t address[4];
    memcpy(address, world.plane.ue_ipv4, 4);
    unsigned before = world.plane.heard[PFCP_SESSION_ESTABLISHMENT_REQUEST];
    world.plane = (struct plane){.time_stamp = 2000, .next_teid = 500};
    world_wait(&world, world.config->smf.pfcp_heartbeat + SECONDS(1));
    assert_int_equal(world.plane.heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], before);
    assert_true(world.plane.restored);
    assert_int_equal(world.plane.teid, teid);
    assert_memory_equal(world.plane.ue_ipv4, address, 4);
    assert_int_equal(world.plane.action, PFCP_FORW);
    assert_int_equal(world.plane.header.teid, session->gnb.teid);
    assert_int_equal(session->up_seid, world.plane.up_seid);
    world_close(&world);
}

static void the_core_restarts_and_the_plane_keeps_its_sessions(void **state)
{
    (void)state;
    world_open(&world, "");
    world_session(&world, 1);
    struct session before = *world.ue.sessions;
    world_restart_core(&world);
    const struct session *after = session_find(&world.ue, 1);
    assert_non_null(after);
    assert_int_equal(after->seid, before.seid);
    assert_int_equal(after->n3.teid, before.n3.teid);
    assert_memory_equal(after->ipv4, before.ipv4, 4);
    assert_int_equal(after->state, SESSION_ACTIVE);
    assert_int_equal(world.plane.heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], 1);
    assert_int_equal(world.plane.heard[PFCP_ASSOCIATION_SETUP_REQUEST], 2);
    uint8_t fresh[4];
    assert_true(network_take_ipv4(after->network, "default", fresh));
    assert_memory_not_equal(fresh, before.ipv4, 4);
    world_close(&world);
}

static void the_core_restarts_and_the_plane_did_too(void **state)
{
    (void)state;
    world_open(&world, "");
    world_session(&world, 1);
    uint32_t teid = world.plane.teid;
    world.plane = (struct plane){.time_stamp = 2000, .retains = true, .next_teid = 500};
    world_restart_core(&world);
    assert_int_equal(world.plane.heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], 1);
    assert_true(world.plane.restored);
    assert_int_equal(world.plane.teid, teid);
    world_close(&world);
}

static void a_session_that_the_plane_has_lost_is_restored_by_itself(void **state)
{
    (void)state;
    world_open(&world, "");
    world_session(&world, 1);
    world.plane.up_seid = 1;
    smf_deactivate(&world.ue, 1 << 1);
    world_pump(&world);
    assert_int_equal(world.plane.heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], 2);
    assert_int_equal(world.plane.action, PFCP_BUFF | PFCP_NOCP);
    world_close(&world);
}

static void what_a_plane_that_went_on_did_not_delete_is_deleted_once_it_is_back(void **state)
{
    (void)state;
    world_open(&world, "");
    world_session(&world, 1);
    world.plane.retains = false;
    world.plane.apart = true;
    smf_release_all(&world.ue);
    world_pump(&world);
    assert_int_equal(world.plane.heard[PFCP_SESSION_DELETION_REQUEST], 1);
    world.plane.apart = false;
    world_wait(&world, SECONDS(10));
    assert_int_equal(world.plane.heard[PFCP_SESSION_DELETION_REQUEST], 2);
    world_close(&world);
}

static void a_silent_plane_is_asked_again_and_then_lost(void **state)
{
    (void)state;
    const struct n4_wish wish = {.ue = &world.ue, .dnn = "internet", .slice = {1, CONFIG_NO_SD}};
    enum n4_misfit why;
    world_open(&world, "");
    world.plane.silent = true;
    unsigned before = world.plane.heard[PFCP_SESSION_ESTABLISHMENT_REQUEST];
    world_establish(&world, 1, 7, NAS_SESSION_IPV4);
    world_wait(&world,
               (world.config->smf.pfcp_n1 + 2) * world.config->smf.pfcp_t1 + world.config->smf.plane_wait);
    assert_int_equal(world.plane.heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], before);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_REJECT);
    assert_null(world.ue.sessions);
    world_wait(&world, 2 * world.config->smf.pfcp_heartbeat + SECONDS(60));
    assert_null(n4_choose(world.core.smf, &wish, &why));
    world_establish(&world, 1, 8, NAS_SESSION_IPV4);
    world_wait(&world, world.config->smf.plane_wait + SECONDS(1));
    assert_int_equal(world_n1(&world)->session_establishment_reject.cause, NAS_GSM_NETWORK_FAILURE);
    world.plane.silent = false;
    world_wait(&world, SECONDS(60));
    assert_non_null(n4_choose(world.core.smf, &wish, &why));
    world_session(&world, 1);
    world_close(&world);
}

static void changes_do_not_overtake_each_other(void **state)
{
    (void)state;
    world_open(&world, "");
    struct session *session = world_session(&world, 1);
    unsigned before = world.plane.heard[PFCP_SESSION_MODIFICATION_REQUEST];
    struct tunnel gnb = session->gnb;
    smf_deactivate(&world.ue, 1 << 1);
    session->state = SESSION_ACTIVATING;
    session_connected(session, &gnb);
    smf_deactivate(&world.ue, 1 << 1);
    world_pump(&world);
    assert_int_equal(world.plane.heard[PFCP_SESSION_MODIFICATION_REQUEST], before + 2);
    assert_int_equal(world.plane.action, PFCP_BUFF | PFCP_NOCP);
    world_close(&world);
}

static void a_moved_tunnel_gets_an_end_marker(void **state)
{
    (void)state;
    world_open(&world, "");
    struct session *session = world_session(&world, 1);
    struct tunnel gnb = session->gnb;
    gnb.teid++;
    session_connected(session, &gnb);
    world_pump(&world);
    assert_true(world.plane.end_marker);
    assert_int_equal(world.plane.header.teid, gnb.teid);
    world_close(&world);
}

static void planes_that_are_not_ours_are_not_heard(void **state)
{
    (void)state;
    static const uint8_t heartbeat[] = {0x20, 0x01, 0x00, 0x0c, 0, 0, 1, 0,
                                        0x00, 0x60, 0x00, 0x04, 0, 0, 0, 9};
    union socket_address stranger = {.v4 = {.sin_family = AF_INET, .sin_addr.s_addr = 0x0100000a}};
    world_open(&world, "");
    struct session *session = world_session(&world, 1);
    smf_pfcp(&world.core, &stranger, BYTES(heartbeat));
    world_pump(&world);
    assert_int_equal(session->up_seid, world.plane.up_seid);
    world.plane.cp_seid ^= 1;
    report_downlink();
    assert_int_equal(world.plane.heard[PFCP_SESSION_REPORT_RESPONSE], 1);
    assert_int_equal(world.ue.pages, 0);
    world_close(&world);
}

/* The plane has begun anew, and says so before it is asked. */
static void plane_asks(struct plane plane)
{
    struct pfcp_message setup = {
        .type = PFCP_ASSOCIATION_SETUP_REQUEST,
        .sequence = 5,
        .association_setup_request = {.node_id = {.ip = {.has_v4 = true, .v4 = {127, 0, 0, 7}}},
                                      .recovery_time_stamp = plane.time_stamp,
                                      .has_session_retention = plane.retains,
                                      .has_up_features = true,
                                      .up_features = PFCP_UP_FTUP | PFCP_UP_RESPS},
    };
    world.plane = plane;
    world_from_plane(&world, &setup);
}

static void a_plane_may_begin_the_association(void **state)
{
    (void)state;
    world_open(&world, "");
    world_session(&world, 1);
    plane_asks((struct plane){.time_stamp = 3000});
    assert_int_equal(world.plane.heard[PFCP_ASSOCIATION_SETUP_RESPONSE], 1);
    assert_int_equal(world.plane.heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], 1);
    assert_true(world.plane.restored);
    world_close(&world);
}

/* Which may be another subscriber's by now. */
static void a_plane_that_began_anew_hears_of_no_session_by_its_former_name(void **state)
{
    (void)state;
    world_open(&world, "");
    struct session *session = world_session(&world, 1);
    world.plane.silent = true;
    smf_deactivate(&world.ue, 1 << 1);
    world_pump(&world);
    assert_non_null(session->n4);
    plane_asks((struct plane){.time_stamp = 3000});
    world_wait(&world, 2 * world.config->smf.pfcp_t1);
    assert_int_equal(world.plane.heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], 1);
    assert_int_equal(world.plane.heard[PFCP_SESSION_MODIFICATION_REQUEST], 0);
    assert_int_equal(world.plane.action, PFCP_BUFF | PFCP_NOCP);
    assert_false(session->n4_lost);
    world_close(&world);
}

static void a_plane_that_began_anew_is_not_asked_to_delete_what_it_had_before(void **state)
{
    (void)state;
    world_open(&world, "");
    world_session(&world, 1);
    world.plane.silent = true;
    smf_release_all(&world.ue);
    world_pump(&world);
    const struct upf *upf = n4_find(world.core.smf, "default");
    assert_int_equal(upf->deleting, 1);
    plane_asks((struct plane){.time_stamp = 3000});
    world_wait(&world, 2 * world.config->smf.pfcp_t1);
    assert_int_equal(world.plane.heard[PFCP_SESSION_DELETION_REQUEST], 0);
    assert_int_equal(upf->deleting, 0);
    world_close(&world);
}

/* Its SEID of before is another's by then; with the answer comes the one that is to be deleted. */
static void a_session_that_ends_while_it_is_restored_is_deleted_by_its_new_name_only(void **state)
{
    (void)state;
    world_open(&world, "");
    world_session(&world, 1);
    plane_asks((struct plane){.time_stamp = 3000, .falls_silent = true});
    assert_int_equal(world.plane.heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], 1);
    smf_release_all(&world.ue);
    world_pump(&world);
    world.plane.silent = world.plane.falls_silent = false;
    world_wait(&world, 2 * world.config->smf.pfcp_t1);
    assert_int_equal(world.plane.heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], 2);
    assert_int_equal(world.plane.heard[PFCP_SESSION_DELETION_REQUEST], 1);
    world_close(&world);
}

/* It began anew, was lost before it had all of its sessions, and comes back with what it has. */
static void what_was_not_restored_the_first_time_is_restored_the_second(void **state)
{
    (void)state;
    world_open(&world, "");
    const struct session *session = world_session(&world, 1);
    plane_asks((struct plane){.time_stamp = 3000, .silent = true, .retains = true});
    const struct upf *upf = n4_find(world.core.smf, "default");
    world_wait(&world, (world.config->smf.pfcp_n1 + 2) * world.config->smf.pfcp_t1);
    assert_false(upf->associated);
    world.plane.silent = false;
    world_wait(&world, SECONDS(10));
    assert_true(upf->associated);
    assert_int_equal(world.plane.heard[PFCP_SESSION_MODIFICATION_REQUEST], 0);
    assert_int_equal(world.plane.heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], 1);
    assert_int_equal(session->up_seid, world.plane.up_seid);
    world_close(&world);
}

/* The phone asks for its session while the plane is being asked for it: once is enough. */
static void ask_while_it_is_restored(bool refused)
{
    struct nas_message message = {.type = NAS_SESSION_ESTABLISHMENT_REQUEST, .pdu_session_id = 1, .pti = 8};
    world_open(&world, "");
    world_session(&world, 1);
    plane_asks((struct plane){.time_stamp = 3000, .falls_silent = true});
    message.session_establishment_request.integrity_rate = (struct nas_integrity_rate){255, 255};
    assert_int_equal(world_ask(&world, 1, SMF_REQUEST_EXISTING, NULL, &message), SMF_TAKEN);
    world.plane.silent = world.plane.falls_silent = false;
    world.plane.refuses = refused;
    world_wait(&world, 2 * world.config->smf.pfcp_t1);
    assert_int_equal(world.plane.heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], 2); /* the same again */
    assert_int_equal(world.plane.heard[PFCP_SESSION_MODIFICATION_REQUEST], 0);
}

static void a_phone_that_asks_for_a_session_that_is_being_restored_gets_it(void **state)
{
    (void)state;
    ask_while_it_is_restored(false);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_ACCEPT);
    assert_int_equal(session_find(&world.ue, 1)->up_seid, world.plane.up_seid);
    world_close(&world);
}

static void a_phone_that_asks_for_a_session_that_cannot_be_restored_is_refused(void **state)
{
    (void)state;
    ask_while_it_is_restored(true);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_REJECT);
    assert_null(world.ue.sessions);
    world_close(&world);
}

/* It may have taken the former request, and must not be asked to begin a second session. */
static void what_is_being_established_when_the_plane_asks_is_not_established_twice(void **state)
{
    (void)state;
    world_open(&world, "");
    world.plane.silent = true;
    world_establish(&world, 1, 7, NAS_SESSION_IPV4);
    plane_asks((struct plane){.time_stamp = 1000, .retains = true});
    assert_int_equal(world.plane.heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], 0);
    world_wait(&world, 2 * world.config->smf.pfcp_t1);
    assert_int_equal(world.plane.heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], 1);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_ACCEPT);
    world_close(&world);
}

#define WATCHED "data_networks: [{name: internet, ipv4: 10.45.0.0/16, type: ipv4, inactivity: 1500ms}]\n"

static void report_inactivity(void)
{
    struct pfcp_message message = {
        .type = PFCP_SESSION_REPORT_REQUEST,
        .seid = world.plane.cp_seid,
        .session_report_request = {.report_type = PFCP_UPIR},
    };
    world_from_plane(&world, &message);
}

static void a_session_without_packets_gives_its_radio_resources_back(void **state)
{
    (void)state;
    world_open(&world, WATCHED);
    struct session *session = world_session(&world, 1);
    assert_int_equal(world.plane.inactivity, 2);
    report_inactivity();
    assert_int_equal(session->state, SESSION_INACTIVE);
    assert_int_equal(world.plane.action, PFCP_BUFF | PFCP_NOCP);
    assert_int_equal(world.ue.n2, N2_RELEASE_COMMAND);
    assert_int_equal(world.ue.n1_size, 0);
    assert_true(world.ue.transfer_size > 0);
    const unsigned sent = world.ue.sent;
    report_inactivity();
    assert_int_equal(world.ue.sent, sent);
    report_downlink();
    assert_int_equal(world.ue.pages, 0);
    assert_int_equal(world.ue.n2, N2_SETUP_REQUEST);
    world_gnb_accepts(&world, 1, 0x79);
    assert_int_equal(world.plane.action, PFCP_FORW);
    assert_int_equal(world.plane.inactivity, 2);
    world_close(&world);
}

static void a_gnb_keeps_the_user_plane_until_the_plane_holds_packets(void **state)
{
    (void)state;
    world_open(&world, WATCHED);
    world_session(&world, 1);
    world.plane.silent = true;
    const unsigned sent = world.ue.sent, heard = world.plane.told;
    report_inactivity();
    assert_true(world.plane.told > heard);
    assert_int_equal(world.ue.sent, sent);
    world.plane.silent = false;
    world_wait(&world, world.config->smf.pfcp_t1);
    assert_int_equal(world.plane.action, PFCP_BUFF | PFCP_NOCP);
    assert_int_equal(world.ue.sent, sent + 1);
    assert_int_equal(world.ue.n2, N2_RELEASE_COMMAND);
    world_close(&world);
}

static void a_session_that_is_to_be_active_again_by_then_stays_where_it_is(void **state)
{
    struct smf_setup_item items[SMF_SESSIONS_PER_UE];
    (void)state;
    world_open(&world, WATCHED);
    world_session(&world, 1);
    world.plane.silent = true;
    const unsigned sent = world.ue.sent;
    report_inactivity();
    assert_int_equal(smf_activate(&world.ue, 1 << 1, items), 1);
    world.plane.silent = false;
    world_wait(&world, world.config->smf.pfcp_t1);
    assert_int_equal(world.ue.sent, sent);
    world_gnb_accepts(&world, 1, 0x79);
    assert_int_equal(world.plane.action, PFCP_FORW);
    world_close(&world);
}

static void a_gnb_that_hands_the_phone_over_is_asked_afterwards(void **state)
{
    (void)state;
    world_open(&world, WATCHED);
    world_session(&world, 1);
    world.ue.hands_over = true;
    const unsigned sent = world.ue.sent;
    report_inactivity();
    assert_int_equal(world.ue.sent, sent);
    world.ue.hands_over = false;
    smf_reachable(&world.ue);
    assert_int_equal(world.ue.sent, sent + 1);
    assert_int_equal(world.ue.n2, N2_RELEASE_COMMAND);
    smf_reachable(&world.ue);
    assert_int_equal(world.ue.sent, sent + 1);
    world_close(&world);
}

static void a_session_whose_inactivity_nobody_minds_keeps_its_user_plane(void **state)
{
    (void)state;
    world_open(&world, "");
    struct session *session = world_session(&world, 1);
    assert_int_equal(world.plane.inactivity, 0);
    report_inactivity();
    assert_int_equal(session->state, SESSION_ACTIVE);
    world_close(&world);
    world_open(&world, WATCHED);
    session = world_session(&world, 1);
    session->always_on = true;
    report_inactivity();
    assert_int_equal(session->state, SESSION_ACTIVE);
    session->always_on = false;
    idle_phone();
    report_inactivity();
    assert_int_equal(world.ue.pages, 0);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_idle_phone_is_paged_for_downlink_data),
        cmocka_unit_test(data_that_came_in_between_is_brought_when_the_phone_is_there),
        cmocka_unit_test(a_gnb_that_refuses_is_not_asked_for_ever),
        cmocka_unit_test(data_after_a_failed_page_asks_again),
        cmocka_unit_test(a_connected_phone_gets_its_user_plane_back),
        cmocka_unit_test(an_error_indication_takes_the_tunnel_down),
        cmocka_unit_test(usage_is_added_up),
        cmocka_unit_test(usage_that_is_reported_again_is_counted_once_also_after_a_restart),
        cmocka_unit_test(a_plane_that_restarted_gets_its_sessions_back),
        cmocka_unit_test(the_core_restarts_and_the_plane_keeps_its_sessions),
        cmocka_unit_test(the_core_restarts_and_the_plane_did_too),
        cmocka_unit_test(a_session_that_the_plane_has_lost_is_restored_by_itself),
        cmocka_unit_test(what_a_plane_that_went_on_did_not_delete_is_deleted_once_it_is_back),
        cmocka_unit_test(a_silent_plane_is_asked_again_and_then_lost),
        cmocka_unit_test(changes_do_not_overtake_each_other),
        cmocka_unit_test(a_moved_tunnel_gets_an_end_marker),
        cmocka_unit_test(planes_that_are_not_ours_are_not_heard),
        cmocka_unit_test(a_plane_may_begin_the_association),
        cmocka_unit_test(a_plane_that_began_anew_hears_of_no_session_by_its_former_name),
        cmocka_unit_test(a_plane_that_began_anew_is_not_asked_to_delete_what_it_had_before),
        cmocka_unit_test(a_session_that_ends_while_it_is_restored_is_deleted_by_its_new_name_only),
        cmocka_unit_test(what_was_not_restored_the_first_time_is_restored_the_second),
        cmocka_unit_test(a_phone_that_asks_for_a_session_that_is_being_restored_gets_it),
        cmocka_unit_test(a_phone_that_asks_for_a_session_that_cannot_be_restored_is_refused),
        cmocka_unit_test(what_is_being_established_when_the_plane_asks_is_not_established_twice),
        cmocka_unit_test(a_session_without_packets_gives_its_radio_resources_back),
        cmocka_unit_test(a_gnb_keeps_the_user_plane_until_the_plane_holds_packets),
        cmocka_unit_test(a_session_that_is_to_be_active_again_by_then_stays_where_it_is),
        cmocka_unit_test(a_gnb_that_hands_the_phone_over_is_asked_afterwards),
        cmocka_unit_test(a_session_whose_inactivity_nobody_minds_keeps_its_user_plane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
