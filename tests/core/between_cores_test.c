/* SPDX-License-Identifier: Apache-2.0 */
/* A phone that moves between two cores (TS 23.502 4.2.2.2.2), and what hostile or absent peers do to it. */
#include "duo.h"

#include "core/amf/amf.h"
#include "core/smf/smf.h"
#include "duo_inside.h"

enum { A, B };

static struct duo duo;

static void begin(const char *peer)
{
    duo_open(&duo, peer);
    duo_begin(&duo);
    duo_rest(&duo);
}

static int set_up(void **state)
{
    (void)state;
    begin("");
    return 0;
}

static int set_up_wary(void **state)
{
    (void)state;
    begin(", new_key: true");
    return 0;
}

static void the_phone_keeps_its_keys_and_its_address(void **state)
{
    uint32_t address = duo.phone.sessions[0].ipv4;
    unsigned challenges = duo.heard[NAS_AUTHENTICATION_REQUEST];
    (void)state;
    duo_move(&duo, B);
    assert_int_equal(duo.phone.state, PHONE_ON);
    assert_int_equal(duo.phone.guti.s_tmsi.amf_pointer, 1);
    assert_int_equal(duo.heard[NAS_AUTHENTICATION_REQUEST], challenges);
    assert_int_equal(duo.phone.sessions[0].ipv4, address);
    assert_true(inside_registered(duo_ue(&duo, B)));
    assert_int_equal(smf_sessions(duo_ue(&duo, B)), 1u << 1);
    assert_false(inside_registered(duo_ue(&duo, A)));
    assert_int_equal(duo.sides[A].core->ues_by_tmsi.count, 0);
    assert_true(duo_ping(&duo));
}

static void a_wary_core_gives_a_key_from_which_its_own_cannot_be_had(void **state)
{
    uint8_t kamf[32];
    unsigned challenges = duo.heard[NAS_AUTHENTICATION_REQUEST];
    (void)state;
    memcpy(kamf, duo.phone.kamf, sizeof kamf);
    duo_move(&duo, B);
    assert_int_equal(duo.phone.state, PHONE_ON);
    assert_int_equal(duo.heard[NAS_AUTHENTICATION_REQUEST], challenges);
    assert_memory_not_equal(kamf, duo.phone.kamf, sizeof kamf);
    assert_true(duo_ping(&duo));
    duo_rest(&duo);
    assert_true(duo_ping(&duo));
}

static void downlink_finds_the_idle_phone_at_the_other_core(void **state)
{
    (void)state;
    duo_move(&duo, B);
    duo_rest(&duo);
    unsigned answers = duo.answers;
    duo_downlink(&duo, A);
    duo_pass(&duo, SECONDS(2));
    assert_true(duo.answers > answers);
}

static void the_phone_comes_back(void **state)
{
    uint32_t address = duo.phone.sessions[0].ipv4;
    (void)state;
    duo_move(&duo, B);
    assert_true(duo_ping(&duo));
    duo_rest(&duo);
    duo_move(&duo, A);
    assert_int_equal(duo.phone.state, PHONE_ON);
    assert_true(inside_registered(duo_ue(&duo, A)));
    assert_null(duo_ue(&duo, B));
    assert_true(duo_ping(&duo));
    assert_int_equal(duo.phone.sessions[0].ipv4, address);
}

static void a_session_that_the_phone_ends_ends_where_it_is_anchored(void **state)
{
    (void)state;
    duo_move(&duo, B);
    assert_true(duo_ping(&duo));
    phone_close_session(&duo.phone, phone_session(&duo.phone, 1));
    duo_pass(&duo, SECONDS(2));
    assert_null(phone_session(&duo.phone, 1));
    assert_int_equal(smf_sessions(duo_ue(&duo, B)), 0);
    assert_null(duo_ue(&duo, A));
    assert_int_equal(duo.sides[A].core->sessions, 0);
}

static void a_phone_that_leaves_takes_its_sessions_along_everywhere(void **state)
{
    (void)state;
    duo_move(&duo, B);
    phone_deregister(&duo.phone, false);
    duo_pass(&duo, SECONDS(2));
    assert_null(duo_ue(&duo, A));
    assert_null(duo_ue(&duo, B));
    assert_int_equal(duo.sides[A].core->sessions, 0);
}

static void a_session_that_its_anchor_ends_ends_at_the_phone(void **state)
{
    (void)state;
    duo_move(&duo, B);
    assert_true(duo_ping(&duo));
    assert_true(smf_admin_release(duo_ue(&duo, A), 1));
    duo_pass(&duo, SECONDS(2));
    assert_null(phone_session(&duo.phone, 1));
    assert_int_equal(smf_sessions(duo_ue(&duo, B)), 0);
    assert_null(duo_ue(&duo, A));
}

static void request_service(void)
{
    struct phone_session *session = phone_session(&duo.phone, 1);
    static const uint8_t packet[40] = {0x45, 0, 0, 40};
    phone_send_packet(&duo.phone, session, BYTES(packet));
    duo_pass(&duo, SECONDS(4));
}

/* TS 24.501 5.6.1.4.1: PDU session reactivation result and its error cause; TS 23.502 4.2.3.2 step 11. */
static void a_phone_hears_that_its_sessions_anchor_is_down(void **state)
{
    (void)state;
    duo_move(&duo, B);
    assert_true(duo_ping(&duo));
    duo_rest(&duo);
    duo.cut = true;
    unsigned accepted = duo.heard[NAS_SERVICE_ACCEPT];
    request_service();
    assert_int_equal(duo.heard[NAS_SERVICE_ACCEPT], accepted + 1);
    assert_int_equal(duo.not_reactivated, 1 << 1);
    assert_int_equal(duo.reactivation_cause, NAS_GMM_INSUFFICIENT_USER_PLANE_RESOURCES);
    assert_int_equal(smf_active(duo_ue(&duo, B)), 0);
    duo.cut = false;
    if (duo.phone.connection)
        duo_rest(&duo);
    assert_true(duo_ping(&duo));
    assert_int_equal(duo.not_reactivated, 0);
}

/* It has the session no more: the phone compares notes. */
static void a_phone_hears_that_its_sessions_anchor_has_forgotten_it(void **state)
{
    (void)state;
    duo_move(&duo, B);
    duo_rest(&duo);
    duo.cut = true;
    smf_release_all(duo_ue(&duo, A));
    duo_pass(&duo, SECONDS(120));
    duo.cut = false;
    assert_null(duo_ue(&duo, A));
    request_service();
    assert_int_equal(smf_sessions(duo_ue(&duo, B)), 0);
    assert_null(phone_session(&duo.phone, 1));
}

static void say_nothing_of_n2(struct duo *now, struct sbi_message *response)
{
    static const char body[] = "{\"upCnxState\":\"ACTIVATING\"}";
    (void)now;
    response->type = SBI_JSON;
    response->body = bytes_of(body, sizeof body - 1);
}

static void an_anchor_that_says_nothing_useful_is_as_good_as_none(void **state)
{
    (void)state;
    duo_move(&duo, B);
    duo_rest(&duo);
    duo.spoil = say_nothing_of_n2;
    request_service();
    duo.spoil = NULL;
    assert_int_equal(duo.not_reactivated, 1 << 1);
    assert_int_equal(smf_active(duo_ue(&duo, A)), 0);
    if (duo.phone.connection)
        duo_rest(&duo);
    assert_true(duo_ping(&duo));
}

/* At core A, whose SMF has the session. */
static void change_subscription(uint64_t session_ambr)
{
    struct store *store = duo.sides[A].store;
    struct store_subscriber subscriber;
    struct store_slice slice;
    struct store_dnn dnn;
    assert_int_equal(store_subscriber_get(store, "imsi-999700000000001", &duo.arena, &subscriber), STORE_OK);
    slice = subscriber.slices[0];
    dnn = slice.dnns[0];
    dnn.ambr_downlink = session_ambr;
    slice.dnns = &dnn;
    subscriber.slices = &slice;
    if (!session_ambr)
        dnn.name = "elsewhere";
    assert_int_equal(store_subscriber_put(store, &subscriber), STORE_OK);
    assert_int_equal(store_commit(store), STORE_OK);
    core_settle(duo.sides[A].core);
    duo_pass(&duo, SECONDS(2));
}

static void a_subscription_that_changes_reaches_the_phone_over_the_other_core(void **state)
{
    struct smf_session_view view;
    (void)state;
    duo_move(&duo, B);
    assert_true(duo_ping(&duo));
    unsigned commands = duo.heard[NAS_SESSION_MODIFICATION_COMMAND];
    change_subscription(5000000);
    assert_true(smf_view(duo_ue(&duo, A), 1, &view));
    assert_int_equal(view.ambr_downlink, 5000000);
    assert_int_equal(duo.heard[NAS_SESSION_MODIFICATION_COMMAND], commands + 1);
    assert_true(duo_ping(&duo));
}

static void a_subscription_that_ends_ends_the_session_at_the_other_core(void **state)
{
    (void)state;
    duo_move(&duo, B);
    assert_true(duo_ping(&duo));
    change_subscription(0);
    assert_null(phone_session(&duo.phone, 1));
    assert_int_equal(smf_sessions(duo_ue(&duo, B)), 0);
    assert_null(duo_ue(&duo, A));
}

static void a_restart_of_either_core_changes_nothing(void **state)
{
    (void)state;
    duo_move(&duo, B);
    duo_rest(&duo);
    duo_restart(&duo, A);
    duo_restart(&duo, B);
    assert_true(duo_ping(&duo));
}

static void a_peer_that_is_down_costs_an_authentication(void **state)
{
    unsigned challenges = duo.heard[NAS_AUTHENTICATION_REQUEST];
    (void)state;
    duo.cut = true;
    duo_move(&duo, B);
    duo_pass(&duo, SECONDS(1));
    assert_int_equal(duo.phone.state, PHONE_ON);
    assert_true(duo.heard[NAS_AUTHENTICATION_REQUEST] > challenges);
    assert_true(inside_registered(duo_ue(&duo, A)));
    assert_int_equal(smf_sessions(duo_ue(&duo, B)), 0);
}

static void a_phone_hears_at_once_that_nobody_answers_for_its_session(void **state)
{
    (void)state;
    duo_move(&duo, B);
    assert_true(duo_ping(&duo));
    unsigned before = duo.heard[NAS_DL_NAS_TRANSPORT];
    duo.cut = true;
    phone_close_session(&duo.phone, phone_session(&duo.phone, 1));
    duo_pass(&duo, SECONDS(1));
    assert_int_equal(duo.heard[NAS_DL_NAS_TRANSPORT], before + 1);
    assert_int_equal(smf_sessions(duo_ue(&duo, B)), 1u << 1);
    duo.cut = false;
    phone_close_session(&duo.phone, phone_session(&duo.phone, 1));
    duo_pass(&duo, SECONDS(1));
    assert_int_equal(smf_sessions(duo_ue(&duo, B)), 0);
}

static void say_nonsense(struct duo *now, struct sbi_message *response)
{
    static const char body[] = "{\"ueContext\":{\"supi\":\"imsi-999700000000009\",\"mmContextList\":[7]}}";
    (void)now;
    response->type = SBI_JSON;
    response->body = bytes_of(body, sizeof body - 1);
}

/* Keys that are not the phone's, of somebody else. */
static void lie(struct duo *now, struct sbi_message *response)
{
    static const char body[] = "{\"ueContext\":{\"supi\":\"imsi-999700000000009\",\"seafData\":{\"ngKsi\":{"
                               "\"tsc\":\"NATIVE\",\"ksi\":1},"
                               "\"keyAmf\":{\"keyType\":\"KAMF\",\"keyVal\":"
                               "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}},"
                               "\"mmContextList\":[{\"ueSecurityCapability\":\"8HA=\",\"nasSecurityMode\":{"
                               "\"integrityAlgorithm\":\"NIA2\","
                               "\"cipheringAlgorithm\":\"NEA2\"},\"nasUplinkCount\":5,\"nasDownlinkCount\":5}"
                               "],\"sessionContextList\":[]}}";
    (void)now;
    response->type = SBI_JSON;
    response->body = bytes_of(body, sizeof body - 1);
}

static void what_a_peer_invents_is_not_believed(void **state)
{
    void (*const lies[])(struct duo *, struct sbi_message *) = {say_nonsense, lie};
    unsigned challenges = duo.heard[NAS_AUTHENTICATION_REQUEST];
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        duo.spoil = lies[i];
        duo_move(&duo, i ? A : B);
        duo.spoil = NULL;
        assert_int_equal(duo.phone.state, PHONE_ON);
        assert_true(duo.heard[NAS_AUTHENTICATION_REQUEST] > challenges);
        challenges = duo.heard[NAS_AUTHENTICATION_REQUEST];
        duo_rest(&duo);
    }
}

#define GUTI_PATH "/namf-comm/v1/ue-contexts/5g-guti-99970020040%08x/%s"

static unsigned ask_about_guti(const char *operation, const char *type, const char *body)
{
    char path[SBI_TEXT_BYTES];
    snprintf(path, sizeof path, GUTI_PATH, duo.phone.guti.s_tmsi.tmsi, operation);
    return duo_ask(&duo, A, path, type, body);
}

#define PARTS "multipart/related; boundary=b"
#define TRANSFER(nas)                                                                             \
    "--b\r\nContent-Type: "                                                                       \
    "application/json\r\n\r\n{\"reason\":\"MOBI_REG\",\"regRequest\":{\"n1MessageClass\":"        \
    "\"5GMM\",\"n1MessageContent\":{\"contentId\":\"n1\"}}}\r\n--b\r\nContent-ID: n1\r\n\r\n" nas \
    "\r\n--b--"

static void without_the_phones_message_nothing_is_given_or_changed(void **state)
{
    struct nas_security before = inside_security(duo_ue(&duo, A));
    (void)state;
    assert_int_equal(ask_about_guti("transfer", SBI_JSON, "{}"), 403);
    assert_int_equal(ask_about_guti("transfer", PARTS, TRANSFER("")), 403);
    assert_int_equal(ask_about_guti("transfer", PARTS,
                                    TRANSFER("\x7e\x01"
                                             "1234"
                                             "\x07\x7e")),
                     403);
    assert_int_equal(ask_about_guti("transfer-update", SBI_JSON, "{\"transferStatus\":\"TRANSFERRED\"}"),
                     403);
    assert_int_equal(ask_about_guti("n1-n2-messages", SBI_JSON, "{\"pduSessionId\":1}"), 504);
    assert_int_equal(ask_about_guti("n1-n2-messages", SBI_JSON, "{\"pduSessionId\":16}"), 400);
    assert_int_equal(ask_about_guti("nothing", SBI_JSON, "{}"), 404);
    assert_int_equal(ask_about_guti("transfer", "text/plain", "{}"), 400);
    assert_int_equal(ask_about_guti("transfer", SBI_JSON, "[[["), 400);
    struct nas_security after = inside_security(duo_ue(&duo, A));
    assert_memory_equal(&before, &after, sizeof before);
    assert_true(inside_registered(duo_ue(&duo, A)));
    assert_true(duo_ping(&duo));
}

static void foreign_identities_find_nothing(void **state)
{
    static const char *const paths[] = {
        "/",
        "/namf-comm/v1/ue-contexts/",
        "/namf-comm/v1/ue-contexts/transfer",
        "/namf-comm/v1/ue-contexts/5g-guti-9997002004000000001/transfer",
        "/namf-comm/v1/ue-contexts/5g-guti-99970020040/transfer",
        "/namf-comm/v1/ue-contexts/imsi-1/transfer",
        "/namf-comm/v1/ue-contexts/imsi-999700000000002/transfer",
        "/nsmf-pdusession/v1/sm-contexts/0123456789abcdef00000000/release",
        "/nsmf-pdusession/v1/sm-contexts/0123456789abcdef0/modify",
        "/nsmf-pdusession/v1/sm-contexts/../modify",
        "/namf-callback/v1/sm-context-status/imsi-999700000000001/1",
        "/namf-callback/v1/sm-context-status/imsi-999700000000001",
        "/nsmf-callback/v1/n1-n2-failure/0123456789abcdef01234567",
    };
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_int_equal(duo_ask(&duo, A, paths[i], SBI_JSON, "{}"), 404);
    assert_int_equal(smf_sessions(duo_ue(&duo, A)), 1u << 1);
}

static void who_is_refused_on_his_return_loses_nothing_where_he_was(void **state)
{
    struct store *store = duo.sides[A].store;
    static const struct config_area here[] = {{{{0x99, 0xf9, 0x07}}, 1}};
    struct store_subscriber subscriber;
    (void)state;
    duo_move(&duo, B);
    duo_rest(&duo);
    assert_int_equal(store_subscriber_get(store, "imsi-999700000000001", &duo.arena, &subscriber), STORE_OK);
    subscriber.access.forbidden = here;
    subscriber.access.forbidden_count = 1;
    assert_int_equal(store_subscriber_put(store, &subscriber), STORE_OK);
    duo_pass(&duo, SECONDS(1));
    duo_move(&duo, A);
    assert_true(duo.heard[NAS_REGISTRATION_REJECT] > 0);
    assert_false(inside_registered(duo_ue(&duo, A)));
    assert_int_equal(smf_sessions(duo_ue(&duo, A)), 1u << 1);
    assert_true(inside_registered(duo_ue(&duo, B)));
    assert_int_equal(smf_sessions(duo_ue(&duo, B)), 1u << 1);
    assert_null(duo.phone.connection);
}

/* What the other core knew while it served the phone is worth nothing after. */
static void an_old_reference_has_no_force(void **state)
{
    char path[SBI_TEXT_BYTES];
    (void)state;
    duo_move(&duo, B);
    assert_true(duo_ping(&duo));
    duo_rest(&duo);
    snprintf(path, sizeof path, "%s", duo.last_path);
    assert_non_null(strstr(path, "/modify"));
    assert_int_equal(duo_ask(&duo, A, path, SBI_JSON, "{}"), 204);
    duo_move(&duo, A);
    strcpy(strstr(path, "/modify"), "/release");
    assert_int_equal(duo_ask(&duo, A, path, SBI_JSON, "{}"), 404);
    assert_true(duo_ping(&duo));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, duo_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_phone_keeps_its_keys_and_its_address),
        cmocka_unit_test_setup_teardown(a_wary_core_gives_a_key_from_which_its_own_cannot_be_had, set_up_wary,
                                        duo_tear_down),
        CASE(downlink_finds_the_idle_phone_at_the_other_core),
        CASE(the_phone_comes_back),
        CASE(a_session_that_the_phone_ends_ends_where_it_is_anchored),
        CASE(a_phone_that_leaves_takes_its_sessions_along_everywhere),
        CASE(a_session_that_its_anchor_ends_ends_at_the_phone),
        CASE(a_phone_hears_that_its_sessions_anchor_is_down),
        CASE(a_phone_hears_that_its_sessions_anchor_has_forgotten_it),
        CASE(an_anchor_that_says_nothing_useful_is_as_good_as_none),
        CASE(a_subscription_that_changes_reaches_the_phone_over_the_other_core),
        CASE(a_subscription_that_ends_ends_the_session_at_the_other_core),
        CASE(a_restart_of_either_core_changes_nothing),
        CASE(a_peer_that_is_down_costs_an_authentication),
        CASE(a_phone_hears_at_once_that_nobody_answers_for_its_session),
        CASE(what_a_peer_invents_is_not_believed),
        CASE(without_the_phones_message_nothing_is_given_or_changed),
        CASE(foreign_identities_find_nothing),
        CASE(who_is_refused_on_his_return_loses_nothing_where_he_was),
        CASE(an_old_reference_has_no_force),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
