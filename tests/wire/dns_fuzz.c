/* SPDX-License-Identifier: Apache-2.0 */
/* What is heard from a resolver. */
#include "wire/dns/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dns_question question = {.id = 0x1234, .name = "witness.example", .type = DNS_A};
    struct dns_answer answer;
    struct fault fault;
    dns_read(bytes_of(data, size), &question, &answer, &fault);
    question.type = DNS_AAAA;
    dns_read(bytes_of(data, size), &question, &answer, &fault);
    return 0;
}
