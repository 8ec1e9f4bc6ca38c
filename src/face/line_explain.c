/* SPDX-License-Identifier: Apache-2.0 */
/* demarc line explain: what the line would say to a request, rule by rule. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/line_stand.h"
#include "face/paint.h"
#include "face/table.h"

/* How requests are written: the kind, then what it is about. */
static const struct {
    const char *word;
    enum line_request_kind kind;
    bool of_phone;
} kinds[] = {{"setup", LINE_NG_SETUP, false},
             {"update", LINE_RAN_CONFIGURATION_UPDATE, false},
             {"nf", LINE_NF_REGISTRATION, false},
             {"lease", LINE_LEASE, false},
             {"register", LINE_REGISTRATION, true},
             {"service", LINE_SERVICE_REQUEST, true},
             {"page", LINE_PAGING, true},
             {"handover", LINE_HANDOVER, true},
             {"session", LINE_SESSION_ESTABLISHMENT, true}};

enum { KINDS = sizeof kinds / sizeof *kinds };

static const char *imsi_of(const char *word)
{
    const char *digits = strncmp(word, "imsi-", 5) == 0 ? word + 5 : word;
    return *digits && strspn(digits, "0123456789") == strlen(digits) ? digits : NULL;
}

/* setup GNB; register IMSI GNB; session IMSI GNB [DNN]. False: it is none of these. */
static bool read_request(const struct stand *stand, int argc, char **argv, struct line_request *request)
{
    int kind = 0;
    while (kind < KINDS && argc && strcmp(kinds[kind].word, argv[0]) != 0)
        kind++;
    if (!argc || kind == KINDS)
        return false;
    *request = (struct line_request){.kind = kinds[kind].kind};
    const int about = kinds[kind].of_phone ? 2 : 1;
    if (argc <= about || argc > about + 1 + (request->kind == LINE_SESSION_ESTABLISHMENT))
        return false;
    request->asset = ledger_find(stand->ledger, argv[about]);
    if (kinds[kind].of_phone && !(request->imsi = imsi_of(argv[1])))
        return false;
    request->dnn = argc > about + 1 ? argv[about + 1] : NULL;
    return true;
}

/* What was not written down anywhere, and is known of the core that runs. */
static void add_bar(const struct stand *stand, struct line_request *request)
{
    const struct ledger_asset *asset = request->asset;
    if (asset && asset->kind == CONFIG_GNB && stand_bars(stand, ledger_vendor(stand->ledger, asset)->name))
        request->misfits |= LINE_BIT(CONFIG_K1);
}

static bool is_live(const struct stand *stand)
{
    return stand->taken != LINE_WORKED_OUT;
}

static const char *colour_of(enum line_verdict verdict)
{
    static const enum paint_colour colours[] = {PAINT_GREEN, PAINT_YELLOW, PAINT_MAGENTA, PAINT_RED};
    return paint(colours[verdict]);
}

static void show(const struct stand *stand, const struct line_request *request, const char *who,
                 const struct line_decision *decision)
{
    char text[LINE_REASON_BYTES], date[VALUE_TEXT_BYTES];
    const char *end = paint(PAINT_END);
    printf("%s, %s (%s), on %s under %s: %s%s%s%s\n", line_request_text(request->kind), who,
           !request->asset             ? "in no inventory: high-risk"
           : request->asset->high_risk ? "high-risk"
                                       : "trusted",
           config_date_text(stand->facts.date, date), stand->facts.profile->name,
           colour_of(decision->verdict), line_verdict_text(decision->verdict), end,
           decision->recorded != decision->verdict ? ", recorded only" : "");
    for (unsigned i = 0; i < decision->count; i++) {
        const struct line_reason *reason = &decision->reasons[i];
        printf("  %-8s%s%-22s%s%s\n", config_rule_text(reason->rule), colour_of(reason->verdict),
               line_verdict_text(reason->verdict), end, line_reason_text(reason, text));
    }
    puts(is_live(stand) ? "by the inventory that is in force, and what the core that runs here has measured"
                        : "by the files: no core runs here, so nothing has been measured and nobody is known "
                          "to be barred");
}

static void show_json(const struct stand *stand, const struct line_request *request, const char *who,
                      const struct line_decision *decision)
{
    char text[LINE_REASON_BYTES];
    json_t *reasons = json_array();
    for (unsigned i = 0; i < decision->count; i++)
        json_array_append_new(reasons, json_pack("{s:s, s:s, s:s}", "rule",
                                                 config_rule_text(decision->reasons[i].rule), "verdict",
                                                 line_verdict_text(decision->reasons[i].verdict), "reason",
                                                 line_reason_text(&decision->reasons[i], text)));
    json_t *all = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "by", is_live(stand) ? "core" : "files",
                            "request", line_request_text(request->kind), "asset", who, "verdict",
                            line_verdict_text(decision->verdict), "recorded",
                            line_verdict_text(decision->recorded), "reasons", reasons);
    json_print(stdout, all);
    json_decref(all);
}

int run_line_explain(const struct command *command, int argc, char **argv)
{
    bool json = false, emergency = false;
    const char *path = NULL, *date = NULL;
    const struct option_slot slots[] = {{"json", &json, NULL},
                                        {"emergency", &emergency, NULL},
                                        {"config", NULL, &path},
                                        {"date", NULL, &date},
                                        {0}};
    struct stand stand;
    struct line_request request;
    struct line_decision decision;
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (!stand_take(&stand, path, date))
        return EXIT_FAILED;
    int code = EXIT_DONE;
    if (!read_request(&stand, argc, argv, &request)) {
        code = wrong_usage(
            command,
            "a request is: setup GNB, update GNB, lease GNB, nf NAME, register IMSI GNB, service IMSI "
            "GNB, page IMSI GNB, handover IMSI GNB, session IMSI GNB [DNN]");
    } else {
        request.emergency = emergency;
        add_bar(&stand, &request);
        line_decide(&stand.facts, &request, &decision);
        const char *who = argv[request.imsi ? 2 : 1];
        if (json)
            show_json(&stand, &request, who, &decision);
        else
            show(&stand, &request, who, &decision);
    }
    stand_leave(&stand);
    return code;
}
