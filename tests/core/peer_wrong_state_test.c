/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of another core that do not fit, in every state of a phone: what is refused is refused with the status that TS 29.518
 * and 29.502 name, and neither that nor what is only said again changes anything of the phone.
 */
#include "duo.h"

#include "core/smf/smf.h"
#include "duo_inside.h"

enum { A, B };

/* At core A, which is asked. */
enum state {
    UNKNOWN,   /* nobody has come */
    IDLE,      /* registered here */
    CONNECTED, /* with its session */
    AWAY,      /* core B serves it, its session is anchored here and sleeps */
    AT_WORK,   /* the same, and packets flow */
    VISITING,  /* it has come from core B, which anchors its session */
    STATES,
};

static const char *const state_names[STATES] = {"unknown",           "idle",    "connected", "away",
                                                "at work elsewhere", "visiting"};

#define PHONE   "imsi-999700000000001"
#define CONTEXT "/namf-comm/v1/ue-contexts/" PHONE
#define NOTIFY  "/namf-callback/v1/n2-info-notify/" PHONE
#define STATUS  "/namf-callback/v1/sm-context-status/" PHONE
#define FAILURE "/nsmf-callback/v1/n1-n2-failure/"
#define SESSION "/nsmf-pdusession/v1/sm-contexts/"

static struct duo duo;

static void open_in(enum state state)
{
    duo_open(&duo, "");
    if (state == UNKNOWN)
        return;
    if (state == VISITING)
        phone_camp(&duo.phone, &duo.sides[B].gnb);
    duo_begin(&duo);
    if (state == CONNECTED)
        return;
    duo_rest(&duo);
    if (state == AWAY || state == AT_WORK)
        duo_move(&duo, B);
    if (state == VISITING)
        duo_move(&duo, A);
    if (state == AT_WORK || state == VISITING)
        assert_true(duo_ping(&duo));
    if (state == AWAY && duo.phone.connection)
        duo_rest(&duo);
}

/* --- what is asked --- */

#define JSON(text) "{" text "}"

/* {ref}: of the session that is anchored at core A, as core B knows it, or would have known it. */
static const struct question {
    const char *path, *body;
    bool puts;
    unsigned status[STATES];
} questions[] = {
    {CONTEXT "/transfer", JSON(""), false, {404, 403, 403, 404, 404, 403}},
    {CONTEXT "/transfer", JSON("\"reason\":\"MOBI_REG\""), false, {404, 403, 403, 404, 404, 403}},
    {CONTEXT "/transfer-update",
     JSON("\"transferStatus\":\"TRANSFERRED\""),
     false,
     {404, 403, 403, 200, 200, 403}},
    {CONTEXT "/transfer-update", JSON("\"transferStatus\":7"), false, {404, 403, 403, 200, 200, 403}},
    {CONTEXT "/n1-n2-messages", JSON(""), false, {404, 400, 400, 400, 400, 400}},
    {CONTEXT "/n1-n2-messages", JSON("\"pduSessionId\":16"), false, {404, 400, 400, 400, 400, 400}},
    {CONTEXT "/n1-n2-messages", JSON("\"pduSessionId\":2"), false, {404, 504, 504, 504, 504, 504}},
    {CONTEXT "/n1-n2-messages",
     JSON("\"pduSessionId\":1,\"n2InfoContainer\":[]"),
     false,
     {404, 400, 400, 400, 400, 400}},
    {CONTEXT "/n1-n2-messages",
     JSON("\"n2InfoContainer\":{\"n2InformationClass\":\"RAN\"}"),
     false,
     {404, 409, 409, 409, 409, 409}},
    {CONTEXT "/release", JSON(""), false, {404, 404, 404, 404, 404, 404}},
    {CONTEXT "/nonsense", JSON(""), false, {404, 404, 404, 404, 404, 404}},
    {CONTEXT, JSON(""), true, {400, 400, 400, 400, 400, 400}},
    {NOTIFY, JSON("\"notifyReason\":\"HANDOVER_COMPLETED\""), false, {404, 403, 403, 204, 204, 403}},
    {NOTIFY, JSON(""), false, {404, 403, 403, 400, 400, 403}},
    {STATUS "/2",
     JSON("\"statusInfo\":{\"resourceStatus\":\"RELEASED\"}"),
     false,
     {404, 404, 404, 404, 404, 404}},
    {STATUS "/99", JSON(""), false, {404, 404, 404, 404, 404, 404}},
    {FAILURE "{ref}/x", JSON(""), false, {404, 404, 404, 404, 404, 404}},
    {FAILURE "000000000000000000000000", JSON(""), false, {404, 404, 404, 404, 404, 404}},
    {SESSION "{ref}/nonsense", JSON(""), false, {404, 404, 404, 404, 404, 404}},
    {SESSION "{ref}/modify", JSON("\"hoState\":\"COMPLETED\""), false, {404, 404, 404, 403, 403, 404}},
    {SESSION "{ref}/modify", JSON("\"hoState\":\"PREPARED\""), false, {404, 404, 404, 403, 403, 404}},
    {SESSION "{ref}/modify", JSON("\"hoState\":\"PREPARING\""), false, {404, 404, 404, 403, 403, 404}},
    {SESSION "{ref}/modify", JSON("\"hoState\":{}"), false, {404, 404, 404, 204, 204, 404}},
    {SESSION "000000000000000000000000/modify",
     JSON("\"upCnxState\":\"DEACTIVATED\""),
     false,
     {404, 404, 404, 404, 404, 404}},
    {SESSION "000000000000000000000000/release", JSON(""), false, {404, 404, 404, 404, 404, 404}},
    {SESSION "zz/release", JSON(""), false, {404, 404, 404, 404, 404, 404}},
};

static unsigned ask(const struct question *question)
{
    char path[SBI_TEXT_BYTES], ref[32];
    const char *mark = strstr(question->path, "{ref}");
    snprintf(path, sizeof path, "%s", question->path);
    if (mark)
        snprintf(path, sizeof path, "%.*s%s%s", (int)(mark - question->path), question->path,
                 inside_reference(duo_ue(&duo, A), ref), mark + strlen("{ref}"));
    return question->puts ? duo_put(&duo, A, path, SBI_JSON, question->body)
                          : duo_ask(&duo, A, path, SBI_JSON, question->body);
}

static void look(enum state state)
{
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        const struct question *question = &questions[i];
        uint64_t before = inside_ue(duo_ue(&duo, A));
        unsigned status = ask(question);
        if (status != question->status[state] || inside_ue(duo_ue(&duo, A)) != before)
            fail_msg("%s: %s %s: %u", state_names[state], question->path, question->body, status);
    }
}

static void what_does_not_fit_the_state_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    for (unsigned i = 0; i < STATES; i++) {
        open_in(i);
        look(i);
        duo_close(&duo);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_fit_the_state_is_refused_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
