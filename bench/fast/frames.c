/* SPDX-License-Identifier: Apache-2.0 */
#include "frames.h"

#include <arpa/inet.h>
#include <string.h>

#include "plane/checksum.h"

enum { ETHERNET = 14, IP = 20, UDP = 8, GTPU = 16, GTPU_PORT = 2152 };

static void put_ip(uint8_t *ip, uint16_t length, const char *from, const char *to)
{
    memset(ip, 0, IP);
    ip[0] = 0x45;
    ip[2] = (uint8_t)(length >> 8);
    ip[3] = (uint8_t)length;
    ip[8] = 64;
    ip[9] = 17;
    inet_pton(AF_INET, from, ip + 12);
    inet_pton(AF_INET, to, ip + 16);
    const uint16_t sum = (uint16_t)~checksum_fold(checksum_add(0, ip, IP));
    memcpy(ip + 10, &sum, 2);
}

static void put_udp(uint8_t *udp, uint16_t port, uint8_t length)
{
    memcpy(udp,
           (const uint8_t[]){(uint8_t)(port >> 8), (uint8_t)port, (uint8_t)(port >> 8), (uint8_t)port, 0,
                             length, 0, 0},
           UDP);
}

uint32_t frame_plain(uint8_t *frame)
{
    frame[12] = 8;
    return ETHERNET + INNER_BYTES;
}

uint32_t frame_tunnelled(uint8_t *frame, const char *from, const char *to, uint8_t qfi)
{
    const uint8_t gtpu[GTPU] = {0x34, 255, 0, INNER_BYTES + 8, 0, 0, 0, 0, 0, 0, 0, 0x85, 1, 0x10, qfi, 0};
    frame[12] = 8;
    put_ip(frame + ETHERNET, IP + UDP + GTPU + INNER_BYTES, from, to);
    put_udp(frame + ETHERNET + IP, GTPU_PORT, UDP + GTPU + INNER_BYTES);
    memcpy(frame + ETHERNET + IP + UDP, gtpu, sizeof gtpu);
    return ETHERNET + IP + UDP + GTPU + INNER_BYTES;
}

void frame_inner(uint8_t *ip, const char *from, const char *to)
{
    put_ip(ip, INNER_BYTES, from, to);
    put_udp(ip + IP, INNER_PORT, INNER_BYTES - IP);
}
