/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/sctp_screen.h"

#include "kit/bytes.h"

enum { TAG_AT = 4, HEADER = 12, INIT = 1, INIT_BYTES = 20, LEAST_WINDOW = 1500 };

/* RFC 9260 3.3.2. */
static bool is_sound(struct bytes init)
{
    struct reader r = reader_of(init);
    read_u16(&r);
    const uint16_t length = read_u16(&r);
    const uint32_t tag = read_u32(&r), window = read_u32(&r);
    const uint16_t outbound = read_u16(&r), inbound = read_u16(&r);
    return length >= INIT_BYTES && length <= init.len && tag != 0 && window >= LEAST_WINDOW &&
           outbound != 0 && inbound != 0;
}

bool sctp_screen(uint8_t *packet, size_t *length)
{
    if (*length <= HEADER)
        return false;
    struct reader r = reader_of(bytes_of(packet + TAG_AT, sizeof(uint32_t)));
    const bool untagged = read_u32(&r) == 0, begins = packet[HEADER] == INIT;
    if (untagged != begins) /* RFC 9260 8.5.1: an INIT has no tag, and all else has one */
        return false;
    if (!begins)
        return true;
    if (*length < HEADER + INIT_BYTES || !is_sound(bytes_of(packet + HEADER, *length - HEADER)))
        return false;
    struct writer w = writer_of(packet + HEADER + 2, sizeof(uint16_t));
    write_u16(&w, INIT_BYTES);
    *length = HEADER + INIT_BYTES;
    return true;
}
