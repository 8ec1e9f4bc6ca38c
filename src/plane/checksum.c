/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/checksum.h"

#include <arpa/inet.h>
#include <string.h>

static uint32_t load32(const uint8_t *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

uint64_t checksum_add(uint64_t sum, const void *data, size_t length)
{
    const uint8_t *at = data;
    uint64_t lane[4] = {sum, 0, 0, 0};
    for (; length >= 32; length -= 32, at += 32)
        for (unsigned i = 0; i < 4; i++)
            lane[i] += (uint64_t)load32(at + 8 * i) + load32(at + 8 * i + 4);
    for (; length >= 4; length -= 4, at += 4)
        lane[0] += load32(at);
    uint8_t rest[4] = {0};
    memcpy(rest, at, length);
    return lane[0] + lane[1] + lane[2] + lane[3] + load32(rest);
}

uint64_t checksum_pseudo(const struct flow *flow, uint8_t protocol, size_t length)
{
    size_t size = flow->version == 4 ? 4 : 16;
    uint64_t sum = checksum_add(0, flow->source, size);
    return checksum_add(sum, flow->destination, size) + htons(protocol) + htonl((uint32_t)length);
}
