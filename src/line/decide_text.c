/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions in words. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "line/decide.h"

const char *line_verdict_text(enum line_verdict verdict)
{
    static const char *const texts[] = {"allow", "allow-with-conditions", "unknown", "refuse"};
    return texts[verdict];
}

const char *line_request_text(enum line_request_kind kind)
{
    static const char *const texts[LINE_REQUESTS] = {"NG Setup",
                                                     "RAN Configuration Update",
                                                     "registration",
                                                     "service request",
                                                     "paging",
                                                     "handover",
                                                     "session establishment",
                                                     "NF registration",
                                                     "inventory load",
                                                     "admission lease",
                                                     "crossing",
                                                     "presence",
                                                     "standing"};
    return texts[kind];
}

/* V, A, L: what was counted, of how many, the limit; D: the date; C: the class; M, N: the mitigation, or another name. */
static const char *const sentences[LINE_WHYS] = {
    [LINE_TRUSTED] = "it is trusted equipment",
    [LINE_KEPT] = "it is kept",
    [LINE_UNKNOWN_WHO] = "it is in no inventory",
    [LINE_MISFIT] = "it is not as this rule wants it",
    [LINE_LAPSED] = "the rule is not held here",
    [LINE_UNCHECKED] = "whether the rule is held here is not known",
    [LINE_WRONG_CLASS] = "high-risk equipment may not be of class %C",
    [LINE_NO_REASON] = "no reason is given for its class",
    [LINE_NO_REVIEW] = "its class was not reviewed within %L months (last: %D)",
    [LINE_TOO_MANY_SITES] = "%V of %A sites would be high-risk, more than %L %%",
    [LINE_TRAFFIC_UNKNOWN] = "the share of traffic through high-risk equipment is not known",
    [LINE_TOO_MUCH_TRAFFIC] = "%V of %A bytes went through high-risk equipment, more than %L %%",
    [LINE_AT_SENSITIVE_PLACE] = "it is at a sensitive place, or covers one",
    [LINE_PLACE_UNKNOWN] = "where it is is not known, and there are sensitive places",
    [LINE_NOT_PROTECTED] = "nothing protected is asked for",
    [LINE_PROTECTED] = "who or what is protected is not served through high-risk cells",
    [LINE_EMERGENCY] = "emergency service of somebody protected, an exception",
    [LINE_TOO_MANY_VENDORS] = "there would be %V high-risk vendors, more than %L",
    [LINE_TOO_FEW_VENDORS] = "there are %V radio vendors, fewer than %L; nothing is refused for it",
    [LINE_BARRED] = "its vendor is barred by command",
    [LINE_TOO_NEW] = "it is new, and from %D on nothing new is high-risk",
    [LINE_TOO_LATE] = "from %D on there is nothing high-risk",
    [LINE_MITIGATED] = "mitigation %M is in force until %D",
    [LINE_NOT_MITIGATED] = "no approved mitigation is in force for it",
    [LINE_EXPIRED] = "the profile expired on %D",
    [LINE_NOT_RELEASABLE] = "what bears this label is not released to the partner",
    [LINE_NO_SUCH_LABEL] = "there is no such label",
    [LINE_NOT_SIGNED] = "whom it is released to does not bear its originator's signature",
    [LINE_PATH_INCOMPLETE] = "the path names no %N",
    [LINE_NO_CELL] = "no cell is known there",
    [LINE_OTHER_KIND] = "it is not what the path takes it for",
    [LINE_END_TO_END] =
        "high-risk, but what crosses it is protected from end to end, which the partner accepts",
    [LINE_NO_EVIDENCE] = "evidence is not taken at the moment",
    [LINE_FROM_FILES] = "worked out from files: what runs was not asked, and no entry proves it",
    [LINE_DATE_IN_DOUBT] = "the clock says %D, which cannot be, or cannot be relied on",
};

static const char *day_text(const struct line_reason *reason, char *buffer)
{
    if (reason->date.days > 0)
        return config_date_text(reason->date, buffer);
    return reason->why == LINE_TOO_LATE ? "the first day" : "never";
}

static void put_value(FILE *to, const struct line_reason *reason, char what)
{
    static const char *const classes[CONFIG_CLASSES] = {"access", "transport", "management", "core"};
    char text[VALUE_TEXT_BYTES];
    if (what == 'C')
        fputs(classes[reason->value], to);
    else if (what == 'M' || what == 'N')
        fputs(reason->name, to);
    else if (what == 'D')
        fputs(day_text(reason, text), to);
    else if (what == '%')
        fputc('%', to);
    else
        fprintf(to, "%" PRIu64, what == 'V' ? reason->value : what == 'A' ? reason->all : reason->limit);
}

const char *line_reason_text(const struct line_reason *reason, char *buffer)
{
    char text[VALUE_TEXT_BYTES];
    FILE *to = fmemopen(buffer, LINE_REASON_BYTES, "w");
    buffer[0] = '\0';
    if (!to)
        return buffer;
    for (const char *at = sentences[reason->why]; *at; at++)
        if (*at == '%')
            put_value(to, reason, *++at);
        else
            fputc(*at, to);
    if (reason->from.days)
        fprintf(to, "; refused from %s on", config_date_text(reason->from, text));
    if (reason->suspended)
        fprintf(to, "; suspended (K2) until %s by %s: %s", config_date_text(reason->suspended->until, text),
                reason->suspended->by, reason->suspended->reason);
    fclose(to);
    buffer[LINE_REASON_BYTES - 1] = '\0';
    return buffer;
}
