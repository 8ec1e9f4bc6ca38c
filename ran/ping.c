/* SPDX-License-Identifier: Apache-2.0 */
#include "ran/ping.h"

#include <netinet/in.h>

enum { IP_HEADER = 20, ICMP_HEADER = 8, ICMP_ECHO = 8, ICMP_PROTOCOL = 1, TTL = 64 };

static uint16_t internet_checksum(const uint8_t *data, size_t size)
{
    uint32_t sum = 0;
    for (size_t i = 0; i + 1 < size; i += 2)
        sum += (uint32_t)(data[i] << 8 | data[i + 1]);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

void ping_put_checksum(uint8_t *data, size_t size, size_t at)
{
    uint16_t sum = internet_checksum(data, size);
    data[at] = (uint8_t)(sum >> 8);
    data[at + 1] = (uint8_t)sum;
}

void ping_write(uint8_t packet[PING_BYTES], struct ping ping)
{
    uint32_t from = htonl(ping.from), to = htonl(ping.to);
    uint16_t sequence = htons(ping.sequence);
    memset(packet, 0, PING_BYTES);
    packet[0] = 0x45;
    packet[3] = PING_BYTES;
    packet[8] = TTL;
    packet[9] = ICMP_PROTOCOL;
    memcpy(packet + 12, &from, sizeof from);
    memcpy(packet + 16, &to, sizeof to);
    packet[IP_HEADER] = ICMP_ECHO;
    memcpy(packet + IP_HEADER + 6, &sequence, sizeof sequence);
    ping_put_checksum(packet, IP_HEADER, 10);
    ping_put_checksum(packet + IP_HEADER, PING_BYTES - IP_HEADER, 2);
}

bool ping_is_reply(struct bytes packet)
{
    return packet.len >= IP_HEADER + ICMP_HEADER && packet.data[9] == ICMP_PROTOCOL &&
           packet.data[IP_HEADER] == 0;
}

uint16_t ping_sequence(struct bytes reply)
{
    return (uint16_t)(reply.data[IP_HEADER + 6] << 8 | reply.data[IP_HEADER + 7]);
}
