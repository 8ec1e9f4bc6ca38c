/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of a name, as a resolver is asked for them (RFC 1035 4.1, RFC 3596): one question, and its answer. */
#ifndef WIRE_DNS_DNS_H
#define WIRE_DNS_DNS_H

#include "kit/address.h"

enum {
    DNS_PORT = 53,
    DNS_NAME_BYTES = 254,     /* the longest name as text, with its end mark */
    DNS_MESSAGE_BYTES = 1232, /* more comes over no datagram */
    DNS_ADDRESSES = 8,        /* taken from one answer */
};

enum dns_type { DNS_A = 1, DNS_AAAA = 28 };

struct dns_question {
    uint16_t id; /* not to be guessed */
    const char *name;
    enum dns_type type;
};

enum dns_code { DNS_NO_ERROR = 0, DNS_NO_NAME = 3 };

struct dns_answer {
    unsigned code;                                 /* RCODE; enum dns_code, or another failure */
    bool cut;                                      /* there is more than was said */
    unsigned count;                                /* with a failure none */
    union socket_address addresses[DNS_ADDRESSES]; /* without a port */
};

/* Labels of letters, digits, '-' and '_', with dots between them, and one at the end if you like. */
bool dns_name_is_valid(const char *name);

/* False: the name is none, or there is no room. */
bool dns_write(struct writer *w, const struct dns_question *question);

/* False: it is no answer to this question, and another may come. Addresses are those that the answer gives, under whatever alias. */
bool dns_read(struct bytes in, const struct dns_question *question, struct dns_answer *answer,
              struct fault *fault);

#endif
