/* SPDX-License-Identifier: Apache-2.0 */
/* Every NGAP message that a gNB can send, and some that it must not, with the least content that decodes. */
#ifndef TESTS_CORE_GNB_MESSAGES_H
#define TESTS_CORE_GNB_MESSAGES_H

#include "wire/ngap/ngap.h"

enum { GNB_MESSAGE_BYTES = 1024 };

/* What a message says of a phone. */
struct gnb_ids {
    uint64_t amf;
    uint32_t ran;
};

/* A message of a phone: its struct begins with both ids, as all of TS 38.413 9.2.1 to 9.2.5 do. */
struct gnb_message {
    enum ngap_message_type type;
    const void *content;
    size_t size;
};

extern const struct gnb_message gnb_messages[];
extern const size_t gnb_message_count;

/* With these ids, in `room`. */
const void *gnb_message_of(const struct gnb_message *message, struct gnb_ids ids,
                           uint8_t room[GNB_MESSAGE_BYTES]);

#endif
