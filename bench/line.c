/* SPDX-License-Identifier: Apache-2.0 */
/* The line: a decision with 100,000 assets, and reading a million of them. */
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "line/answer.h"
#include "measure.h"

enum { ASSETS = 100000, MANY = 1000000, SITES = 50000 };

static const char inventory[] =
    "profile: uk-2020-01\n"
    "vendors: [{name: own, risk: trusted}, {name: far}]\n"
    "domains: [{name: o, vendor: own, listen: ['::1']}, {name: f, vendor: far, listen: ['::2']}]\n"
    "gnbs: [{name: pier, domain: f, id: 999/70-1, reason: why, reviewed: 2026-06-01}]\n"
    "mitigations: [{name: m, domains: [f], approved_by: us, approved: 2026-01-01, expires: 2027-01-01}]\n"
    "assets: [{name: upf, kind: function, vendor: own, class: core, reason: why, reviewed: 2026-06-01}, "
    "{name: demarc, kind: function, vendor: own, class: core, reason: why, reviewed: 2026-06-01}]\n"
    "partners: [{name: ally, profile: de-2024}]\n"
    "labels: [{name: secret, originator: us, releasable_to: [ally]}]\n"
    "protected: {subscribers: [99970123*, 001010000000001]}\n";

static char folder[] = "/tmp/demarc-bench-XXXXXX";

static void write_files(unsigned assets)
{
    char path[64];
    snprintf(path, sizeof path, "%s/sites.csv", folder);
    FILE *to = fopen(path, "w");
    fputs("name,position\n", to);
    for (unsigned i = 0; i < SITES; i++)
        fprintf(to, "site-%u,%u.%u 5.%u\n", i, 58 + i % 12, i % 1000, i % 997);
    fclose(to);
    snprintf(path, sizeof path, "%s/assets.csv", folder);
    to = fopen(path, "w");
    fputs("name,kind,vendor,class,reason,reviewed,since,site\n", to);
    for (unsigned i = 0; i < assets; i++)
        fprintf(to, "asset-%u,gnb,%s,access,radio access at the edge,2026-05-%02u,2019-01-01,site-%u\n", i,
                i % SITES % 4 ? "own" : "far", 1 + i % 28, i % SITES);
    fclose(to);
}

static struct config *configured(void)
{
    char text[2048];
    struct config_error error;
    struct config *config = config_parse("", 0, "bench", &error);
    snprintf(text, sizeof text, "%ssites_from: [%s/sites.csv]\nassets_from: [%s/assets.csv]\n", inventory,
             folder, folder);
    if (config && config_parse_inventory(config, text, strlen(text), "bench", &error))
        return config;
    fprintf(stderr, "%s\n", error.text);
    exit(1);
}

struct question {
    struct line_facts facts;
    struct line_request request;
};

static void decide(void *context)
{
    const struct question *question = context;
    struct line_decision decision;
    line_decide(&question->facts, &question->request, &decision);
    if (!decision.count)
        abort();
}

static void bench_decisions(void)
{
    struct config_report report = {.to = stderr};
    write_files(ASSETS);
    struct config *config = configured();
    struct ledger *ledger = ledger_new(&config->inventory, &report);
    struct question question = {
        .facts = {.ledger = ledger,
                  .profile = &config->inventory.profile,
                  .measured = {.traffic_known = true, .bytes = 1000, .high_risk_bytes = 100}},
        .request = {.asset = ledger_find(ledger, "pier"), .imsi = "999700000000001"},
    };
    config_date_parse("2026-11-22", &question.facts.date);
    measure_row("line_decision_ng_setup_us", measure_ns(decide, &question) / 1e3, "us");
    question.request.kind = LINE_REGISTRATION;
    measure_row("line_decision_registration_us", measure_ns(decide, &question) / 1e3, "us");
    ledger_free(ledger);
    config_free(config);
}

struct sharing {
    struct line_facts facts;
    struct line_question question;
    struct line_answer standing;
};

static void answer(void *context)
{
    const struct sharing *sharing = context;
    struct line_answer given;
    line_answer(&sharing->facts, LINE_TAKEN, &sharing->question, &given);
    if (!given.parts)
        abort();
}

/* A threshold that bears high-risk equipment on conditions: all of it is looked at, unless the standing is known. */
static void bench_answers(void)
{
    struct config_report report = {.to = stderr};
    static const struct path_hop hops[] = {
        {PATH_GNB, "asset-0", 0}, {PATH_PLANE, "upf", 0}, {PATH_FUNCTION, "demarc", 0}};
    static const struct path path = {.hops = hops, .count = 3};
    static const char *const label = "secret";
    static struct sharing sharing;
    write_files(ASSETS);
    struct config *config = configured();
    struct ledger *ledger = ledger_new(&config->inventory, &report);
    sharing.facts = (struct line_facts){
        .ledger = ledger, .measured = {.traffic_known = true, .bytes = 1000, .high_risk_bytes = 100}};
    sharing.question =
        (struct line_question){.partner = "ally", .labels = &label, .label_count = 1, .path = &path};
    config_date_parse("2026-11-22", &sharing.facts.date);
    measure_row("line_answer_of_a_network_us", measure_ns(answer, &sharing) / 1e3, "us");
    line_standing(&sharing.facts, LINE_TAKEN, &config->inventory.partners[0], &sharing.standing);
    sharing.question.standing = &sharing.standing;
    measure_row("line_answer_us", measure_ns(answer, &sharing) / 1e3, "us");
    ledger_free(ledger);
    config_free(config);
}

static void bench_reload(void)
{
    struct config_report report = {.to = stderr};
    double runs[3];
    write_files(MANY);
    for (unsigned i = 0; i < 3; i++) {
        struct config *config = configured();
        const double begin = measure_clock();
        struct ledger *ledger = ledger_new(&config->inventory, &report);
        runs[i] = measure_clock() - begin;
        ledger_free(ledger);
        config_free(config);
    }
    qsort(runs, 3, sizeof *runs, measure_compare);
    measure_row("line_ledger_of_1000000_s", runs[1] / 1e9, "s");
}

int main(void)
{
    char path[64];
    if (!mkdtemp(folder))
        return 1;
    bench_decisions();
    bench_answers();
    bench_reload();
    for (unsigned i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s.csv", folder, i ? "sites" : "assets");
        unlink(path);
    }
    return rmdir(folder);
}
