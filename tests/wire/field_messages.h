/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages that other implementations, phones and networks put on the wire, as their tests and logs keep them: the referees
 * that no specification replaces. Each is also in the corpus of its decoder's fuzz target (tests/fuzz/corpus, field-*).
 */
#ifndef TESTS_WIRE_FIELD_MESSAGES_H
#define TESTS_WIRE_FIELD_MESSAGES_H

#include <stdbool.h>

struct field_message {
    const char
        *from; /* whose message it is; "X tests": from the tests of X, of a peer that they do not name */
    const char *hex;
    const char *holds[6]; /* what its print as text must hold; NULL ends them */
    bool said_otherwise;  /* we would put the same into other octets */
};

/* Each ends with a row of nothing. */
extern const struct field_message field_ngap[], field_nas[], field_pfcp[];

#endif
