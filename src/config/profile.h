/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Profiles: dated sets of limits, each a readable file (share/profiles) with the public source of its numbers. Which rules a
 * profile has in force, from when and how strictly is data; what a rule means is code (line/decide.h).
 */
#ifndef CONFIG_PROFILE_H
#define CONFIG_PROFILE_H

#include "config/values.h"

/* The rules of the line; their names are stable. What stands behind K2 is not a rule, but can be why an answer is what it is. */
enum config_rule {
    CONFIG_L1, /* no high-risk asset of a class that is to be free of them */
    CONFIG_L2, /* nothing from high-risk access reaches the core but N2, N3 and named hops */
    CONFIG_L5, /* an asset's class has a reason and a review that is not too old */
    CONFIG_H1, /* share of high-risk sites */
    CONFIG_H2, /* share of N3 bytes through high-risk gNBs */
    CONFIG_H3, /* sensitive places */
    CONFIG_H4, /* protected subscribers, slices, data networks */
    CONFIG_H5, /* high-risk vendors */
    CONFIG_H6, /* RAN vendors */
    CONFIG_H7, /* from when on no new, or no high-risk asset at all */
    CONFIG_H8, /* mitigations */
    CONFIG_N1,
    CONFIG_N2,
    CONFIG_N3,
    CONFIG_N4,
    CONFIG_N5,
    CONFIG_N6,
    CONFIG_K1,
    CONFIG_K2,
    CONFIG_OF_DATE,
    CONFIG_OF_PROFILE,
    CONFIG_OF_LABEL,
    CONFIG_OF_PATH,
    CONFIG_OF_EVIDENCE,
    CONFIG_RULES
};

/* "H1"; "date", "profile", "label", "path", "evidence" */
const char *config_rule_text(enum config_rule rule);

enum config_asset_class { CONFIG_ACCESS, CONFIG_TRANSPORT, CONFIG_MANAGEMENT, CONFIG_CORE, CONFIG_CLASSES };

enum config_age { CONFIG_ANY_AGE, CONFIG_NEW };

/* Of a partner's threshold (line/answer.h): what a limit on single assets is asked of. */
enum config_scope {
    CONFIG_WHOLE_NETWORK, /* whatever is in the inventory */
    CONFIG_PATH,          /* what the information crosses */
};

/* A rule in force. */
struct config_limit {
    enum config_rule rule; /* L1 to H8 */
    struct config_date
        from;       /* from this day on what breaks it is refused, before it is a condition; none: always */
    unsigned most;  /* H1, H2: percent; H5: vendors; H6: vendors, at least; L5: months */
    int64_t window; /* H2: nanoseconds over which octets are counted */
    const uint8_t *classes; /* L1: enum config_asset_class */
    unsigned class_count;
    enum config_age age; /* H7: assets registered from `from` on, or any */
    enum config_scope scope;
};

struct config_profile {
    const char *name;     /* of its file */
    const char *title;    /* a line for people */
    const char **sources; /* public documents */
    unsigned source_count;
    const char *remark; /* on what was read and what was not */
    bool records_only;  /* nothing is refused: what would be is recorded, strangers are let in as high risk */
    unsigned signatures;        /* that a change needs (config_signatures) */
    unsigned quorum;            /* of witnesses; 0: as the configuration says, which may ask for more */
    int64_t quorum_within;      /* nanoseconds that an entry may wait for it; 0: likewise, or for less */
    struct config_date expires; /* from this day on it does not say anything any more; none: never */
    const struct config_limit *limits;
    unsigned limit_count;
};

/* Of how many persons a change of what is in force needs signatures. */
static inline unsigned config_signatures(const struct config_profile *profile)
{
    return profile->records_only ? 1 : profile->signatures;
}

/* Profiles that the program brings along; NULL ends them. */
struct config_profile_file {
    const char *name, *text;
};

extern const struct config_profile_file config_profile_files[];

#endif
