/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy: the inventory with all its files, as it is in force. What lies in the files becomes it only by being accepted: read once, found to
 * be without contradictions, signed by those whom the running policy authorises (line/seal.h), and durable (line/accepted.h). An inventory that
 * breaks rule L1 or L5 (line/audit.h) is not accepted; one that was accepted and has come to break it since stays in force, with a warning.
 */
#ifndef LINE_POLICY_H
#define LINE_POLICY_H

#include "line/audit.h"
#include "line/seal.h"

struct line_policy {
    bool accepted;
    char why[512]; /* not accepted: FILE:LINE: KEY: found X, expected Y, the first of what is wrong */
    char warned[sizeof((struct config_report *)0)->warned]; /* what is to be known of it, a line each */
    struct config *config;
    struct ledger *ledger;
    struct seal_verdict verdict;
    struct line_audit audit; /* what is in force although L1 or L5 would not let it in */
    bool
        release_differs; /* the profiles that this release brings along are not those that were signed: these are in force */
    uint8_t text
        [SEAL_TEXT_BYTES]; /* what is signed, as far as the files could be read; of it the digest is evidence */
    size_t text_length;
};

/* What the files hold, with everything that is wrong in the report (which errors it counts), L1 and L5 as if they were new; what would be accepted
 * if it were now is in the verdict. `inventory`: NULL, or a file in place of the one that the configuration names. NULL: out of memory. */
struct line_policy *policy_read(const char *config_path, const char *inventory, struct config_report *report);

/* The same, and if nothing is wrong and it is signed as it must be, it is durable from now on that it is in force. NULL: out of memory.
 * Any thread. */
struct line_policy *policy_accept(const char *config_path);

/* A warning in the log for each line of what is to be known of it. */
void policy_warn(const struct line_policy *policy, const char *log_name);

/* What was accepted last; nothing yet: what the files hold. NULL with *error. */
struct config *policy_load(const char *config_path, struct config_error *error);

/* For a process that takes over little of it while it runs: what was accepted last, and its log is set up as the configuration says. NULL: it
 * is wrong, and the log says so. */
struct config *policy_load_again(const char *config_path, const char *log_name);

/* "serial 7, signed by J. Doe, R. Roe"; "unsigned". Returns the buffer. */
enum { POLICY_WORDS = SEAL_NAMES_BYTES + 64 };
const char *policy_words(const struct config_inventory *inventory, const char *signers,
                         char buffer[POLICY_WORDS]);

void policy_free(struct line_policy *policy);

#endif
