/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any packet on the raw socket of an N2 address. What goes on to the library lies within what came, is for us, and of those that
 * have no tag is an INIT without anything that the library would end a living association for. The first octet says whether it came
 * over IPv6, where there is no IP header in front, and whether the socket is open for all addresses.
 */

#include "../fuzz/must.h"
#include "kit/sctp_raw.h"
#include "kit/sctp_screen.h"

enum {
    OVER_IPV6 = 1,
    ANY_ADDRESS = 2,
    LONGEST = 65535,
    PORT = 38412,
    HEADER = 12,
    INIT = 1,
    INIT_BYTES = 20
};

static union socket_address local_address(uint8_t choice)
{
    static const char *const hosts[] = {"127.0.0.5", "::1", "0.0.0.0", "::"};
    union socket_address local;
    must(address_parse(&local, hosts[choice & (OVER_IPV6 | ANY_ADDRESS)], PORT));
    return local;
}

static void check_screened(struct bytes before, struct bytes after)
{
    struct reader r = reader_of(after);
    must(after.len <= before.len && after.len > HEADER);
    read_u32(&r);
    if (read_u32(&r) != 0)
        return;
    must(after.len == HEADER + INIT_BYTES && after.data[HEADER] == INIT);
    must(after.data[HEADER + 2] == 0 && after.data[HEADER + 3] == INIT_BYTES);
    must(memcmp(after.data + HEADER + 4, "\0\0\0", 4) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t room[LONGEST];
    if (size == 0 || size > sizeof room)
        return 0;
    const union socket_address local = local_address(data[0]);
    union socket_address to = local;
    struct bytes packet = bytes_of(room, size - 1);
    memcpy(room, data + 1, size - 1);
    if (!raw_unwrap(&local, &packet, &to))
        return 0;
    must(packet.data >= room && packet.data + packet.len == room + size - 1 && packet.len >= HEADER);
    must(address_port(&to) == PORT && (data[0] & ANY_ADDRESS || address_same_host(&local, &to)));
    size_t length = packet.len;
    if (sctp_screen((uint8_t *)packet.data, &length))
        check_screened(packet, bytes_of(packet.data, length));
    return 0;
}
