/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generated networks for properties of answers: an inventory of a line an item, so that one in which a property fails can be made smaller by
 * taking lines away for as long as it does. The same seed, the same network, the same questions.
 */
#ifndef TESTS_LINE_ANSWER_NETWORK_H
#define TESTS_LINE_ANSWER_NETWORK_H

#include "config/config.h"
#include "evidence/key.h"
#include "line/answer.h"

enum { CASES = 10000, CASES_A_NETWORK = 40, NETWORK_TEXT_BYTES = 16384, WHY_BYTES = 4096, HOPS = 6 };

struct answer_case {
    unsigned seed;
    struct config *config;
    struct ledger *ledger;
    struct line_facts facts;
    enum line_taken taken;
    struct path_hop hops[HOPS];
    struct path path;
    const char *labels[2];
    struct line_question question;
    struct line_answer answer; /* to it, before anything is done */
    char *why;                 /* what the property has to say when it fails */
};

unsigned dice(unsigned sides);

/* Asks again. */
struct line_answer answered(const struct answer_case *one);

/* An asset of the case's, to be changed. */
struct ledger_asset *any_asset(const struct answer_case *one, uint32_t *index);
/* The ledger anew, after the inventory was changed: once a case. */
void count_again(struct answer_case *one);
struct config_partner *partner_of(const struct answer_case *one, unsigned index);
struct config_label *label_of(const struct answer_case *one, unsigned index);

/* Whose signature the labels of the partner p0 bear. */
struct signing_key *partner_key(void);

/* False: it does not hold, and one->why may say why. What it does to the case lasts as long as the case. */
typedef bool property(struct answer_case *one);

/* Fails the test with the smallest network found in which the property does not hold. */
void for_all(property *holds);

#endif
