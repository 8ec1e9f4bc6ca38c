/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Relay control: what one radio node may be told of what another one says. Only the decision is here; who decodes, checks and
 * writes anew is core/amf/relay.h.
 */
#ifndef LINE_RELAY_H
#define LINE_RELAY_H

#include "config/config.h"

/* Trust domains by name; another core counts as a domain under its name among peers. */
struct relay_way {
    const char *from, *to;
};

enum relay_verdict {
    RELAY_PASSES,
    RELAY_LIMITED, /* no more than a handover cannot do without */
    RELAY_BY_RULE, /* from here on: it is dropped, and why */
    RELAY_TOO_LONG,
    RELAY_TOO_OFTEN,
    RELAY_UNREADABLE,
    RELAY_UNTRUE, /* it does not fit what the core knows */
    RELAY_VERDICTS
};

/* By the rules alone. */
bool relay_lets(const struct config_relay *relay, struct relay_way way, enum config_relayed kind);

/* By rules and size: RELAY_PASSES, RELAY_LIMITED (of handovers only), RELAY_BY_RULE or RELAY_TOO_LONG. */
enum relay_verdict relay_decide(const struct config_relay *relay, struct relay_way way,
                                enum config_relayed kind, size_t octets);

static inline bool relay_dropped(enum relay_verdict verdict)
{
    return verdict >= RELAY_BY_RULE;
}

/* For events: "no rule lets it through". For metrics: "rule". Static. */
const char *relay_verdict_text(enum relay_verdict verdict);
const char *relay_verdict_name(enum relay_verdict verdict);
/* "radio capability"; "capability" */
const char *relay_kind_text(enum config_relayed kind);
const char *relay_kind_name(enum config_relayed kind);

#endif
