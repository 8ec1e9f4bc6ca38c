/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers as the admin socket gives them, from a core that runs and is reloaded under other inventories: what holds of the function
 * (tests/line/answer_test.c) holds of them. Questions are about paths, and about a session that lives through all of it.
 */
#include "duo.h"

#include <stdlib.h>

#include "core/control.h"
#include "core/smf/smf.h"
#include "duo_inside.h"

enum { A, RELOADS = 120, QUESTIONS = 100, TEXT = 4096 };

#define TO_ALLY \
    "data_networks: [{name: internet, type: ipv4, ipv4: 10.45.0.0/16, partner: ally, label: secret}]\n"
#define KNOWN ", reason: why, reviewed: 2026-09-01"

static struct duo duo;
static struct control control;

/* What is drawn anew with each reload. */
struct drawn {
    const char *risk;    /* of the vendor of south, quay and their link */
    const char *profile; /* of the other partner */
    bool end_to_end, first;
    const char *others; /* label that the other partner gets besides */
};

static unsigned dice(unsigned sides)
{
    return (unsigned)(random_u64(&duo.random.random) % sides);
}

static struct drawn draw(const char *risk)
{
    static const char *const profiles[] = {"zero",        "trusted-path", "uk-2020-01",
                                           "uk-dvd-2022", "de-2024",      "enrolled"};
    return (struct drawn){.risk = risk,
                          .profile = profiles[dice(6)],
                          .end_to_end = dice(2),
                          .first = dice(2),
                          .others = dice(2) ? "secret" : "internal"};
}

static void reload(const struct drawn *drawn)
{
    char text[TEXT], rival[128];
    snprintf(rival, sizeof rival, "{name: rival, profile: %s, end_to_end: %s}", drawn->profile,
             drawn->end_to_end ? "true" : "false");
    snprintf(
        text, sizeof text,
        "profile: enrolled\n"
        "vendors: [{name: one, risk: trusted}, {name: two, risk: %s}]\n"
        "domains: [{name: test, vendor: one, listen: [127.0.0.5]}, {name: bay, vendor: two, listen: "
        "[127.0.0.6]}]\n"
        "sites: [{name: hill}, {name: quay}]\n"
        "gnbs:\n"
        "  - {name: north, domain: test, id: 999/70-00000001, site: hill" KNOWN "}\n"
        "  - {name: south, domain: bay, id: 999/70-00000009, site: quay" KNOWN "}\n"
        "assets:\n"
        "  - {name: default, kind: function, vendor: one, class: core" KNOWN "}\n"
        "  - {name: demarc, kind: function, vendor: one, class: core" KNOWN "}\n"
        "  - {name: b, kind: function, vendor: two, class: core" KNOWN "}\n"
        "  - {name: fibre, kind: link, vendor: two, class: transport, site: quay" KNOWN "}\n"
        "partners: [%s%s{name: ally, profile: trusted-path}%s%s]\n"
        "labels:\n"
        "  - {name: secret, originator: us, releasable_to: [ally, rival]}\n"
        "  - {name: internal, originator: us, releasable_to: [%s]}\n"
        "  - {name: theirs, originator: rival, releasable_to: [ally]}\n"
        "  - {name: joint, originator: us, derived_from: [secret, internal], releasable_to: [ally, rival]}\n",
        drawn->risk, drawn->first ? rival : "", drawn->first ? ", " : "", drawn->first ? "" : ", ",
        drawn->first ? "" : rival, strcmp(drawn->others, "internal") == 0 ? "rival" : "");
    duo_configure(&duo, A, TO_ALLY, text);
}

static int set_up(void **state)
{
    const struct drawn drawn = {"high", "zero", .first = true, .others = "secret"};
    (void)state;
    duo_open(&duo, "");
    reload(&drawn);
    duo_begin(&duo);
    control = (struct control){.core = duo.sides[A].core, .config = duo.sides[A].config};
    return 0;
}

/* --- questions --- */

static const char *const gnbs[] = {"gnb=north", "gnb=south", "gnb=any", "gnb=nobody", "area=999/70-1"};
static const char *const others[] = {"", ",upf=default", ",upf=default,peer=b", ",upf=default,link=fibre",
                                     ",upf=other"};
static const char *const labels[] = {"secret", "internal", "theirs", "joint", "unheard-of"};

enum { PATHS = 5, WAYS = 5, LABELS = 5, ALL = (PATHS * WAYS + 1) * LABELS };

static json_t *question(unsigned which)
{
    char path[64];
    const unsigned label = which % LABELS, way = which / LABELS;
    json_t *request = json_pack("{s:s, s:[s]}", "partner", "ally", "labels", labels[label]);
    if (way == PATHS * WAYS) {
        json_object_set_new(request, "session",
                            json_pack("{s:s, s:i}", "supi", "imsi-999700000000001", "psi", 1));
        return request;
    }
    snprintf(path, sizeof path, "%s%s", gnbs[way % PATHS], others[way / PATHS]);
    json_object_set_new(request, "path", json_string(path));
    return request;
}

/* The answer's text with its digest, to be freed. */
static char *ask(unsigned which, json_t **answer)
{
    json_t *request = question(which), *reply = control_answer(&control, request);
    *answer = json_incref(json_object_get(reply, "answer"));
    if (!json_is_object(*answer))
        fail_msg("%s", json_string_value(json_object_get(reply, "error")));
    json_object_del(reply, "entry");
    char *text = json_dumps(reply, JSON_COMPACT);
    json_decref(request);
    json_decref(reply);
    return text;
}

static const char *verdict_of(const json_t *answer)
{
    return json_string_value(json_object_get(answer, "answer"));
}

/* From good to bad. */
static unsigned rank(const json_t *answer)
{
    static const char *const verdicts[] = {"share", "share-if", "unknown", "withhold"};
    unsigned i = 0;
    while (strcmp(verdicts[i], verdict_of(answer)) != 0)
        i++;
    return i;
}

/* --- properties --- */

/* One partner's thresholds, labels and place in the list change; the others' answers do not, to the byte. */
static void an_answer_tells_nothing_of_another_partners_threshold(void **state)
{
    char *first[ALL] = {0};
    (void)state;
    for (unsigned reloads = 0; reloads < RELOADS; reloads++) {
        struct drawn drawn = draw("high");
        reload(&drawn);
        for (unsigned i = 0; i < QUESTIONS; i++) {
            const unsigned which = i ? dice(ALL) : PATHS * WAYS * LABELS; /* the session, each time */
            json_t *answer;
            char *text = ask(which, &answer);
            assert_null(strstr(text, "rival"));
            if (first[which])
                assert_string_equal(text, first[which]);
            else
                first[which] = strdup(text);
            free(text);
            json_decref(answer);
        }
    }
    for (unsigned i = 0; i < ALL; i++)
        free(first[i]);
}

static bool is_label(unsigned which, const char *name)
{
    return strcmp(labels[which % LABELS], name) == 0;
}

static void label_comes_first(unsigned which, const json_t *answer, const char *text)
{
    const bool to_us_only = is_label(which, "internal") || is_label(which, "joint");
    if (to_us_only)
        assert_string_equal(verdict_of(answer), "withhold");
    if (to_us_only || is_label(which, "theirs") || is_label(which, "unheard-of")) {
        assert_int_equal(json_array_size(json_object_get(answer, "reasons")), 1);
        assert_int_equal(json_array_size(json_object_get(answer, "path")), 0);
        assert_null(strstr(text, "\"two\""));
    }
    if (is_label(which,
                 "theirs")) /* nobody but the originator says to whom it goes, and it has signed nothing */
        assert_string_equal(verdict_of(answer), "unknown");
}

/* Of secret: with a threshold about the path, what stands beside it has no say. */
static void path_counts(unsigned which, const json_t *answer, const char *risk)
{
    const unsigned way = which / LABELS;
    const bool north = way == PATHS * WAYS || (way % PATHS == 0 && way / PATHS == 1);
    const bool south = way < PATHS * WAYS && way % PATHS == 1 && way / PATHS == 1;
    if (!is_label(which, "secret"))
        return;
    if (north)
        assert_string_equal(verdict_of(answer), "share");
    if (south)
        assert_string_equal(verdict_of(answer), strcmp(risk, "high") == 0 ? "withhold" : "share");
}

static void the_label_comes_first_and_then_the_path_and_risk_never_helps(void **state)
{
    unsigned ranks[2][ALL];
    (void)state;
    for (unsigned high = 0; high < 2; high++) {
        const char *risk = high ? "high" : "trusted";
        struct drawn drawn = draw(risk);
        reload(&drawn);
        for (unsigned which = 0; which < ALL; which++) {
            json_t *answer;
            char *text = ask(which, &answer);
            label_comes_first(which, answer, text);
            path_counts(which, answer, risk);
            ranks[high][which] = rank(answer);
            free(text);
            json_decref(answer);
        }
    }
    for (unsigned which = 0; which < ALL; which++)
        assert_true(ranks[1][which] >= ranks[0][which]);
}

/* The session has seen it all. */
static void no_change_of_anothers_releases_a_session(void **state)
{
    (void)state;
    for (unsigned i = 0; i < RELOADS; i++) {
        struct drawn drawn = draw("high");
        reload(&drawn);
        assert_int_equal(smf_active(duo_ue(&duo, A)), 1u << 1);
    }
    assert_true(duo_ping(&duo));
}

int main(void)
{
#define IN_DUO(test) cmocka_unit_test_setup_teardown(test, set_up, duo_tear_down)
    const struct CMUnitTest tests[] = {
        IN_DUO(an_answer_tells_nothing_of_another_partners_threshold),
        IN_DUO(the_label_comes_first_and_then_the_path_and_risk_never_helps),
        IN_DUO(no_change_of_anothers_releases_a_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
