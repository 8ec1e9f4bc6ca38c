/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/pfcp/bundle.h"

enum { FLAG_FOLLOW_ON = 4, SHORTEST = 8, LENGTH_AT = 2, BEFORE_LENGTH_COUNTS = 4 };

bool pfcp_bundle_add(struct pfcp_bundle *bundle, struct bytes message)
{
    if (message.len < SHORTEST || message.len > sizeof bundle->bytes - bundle->length)
        return false;
    if (bundle->length)
        bundle->bytes[bundle->last] |= FLAG_FOLLOW_ON;
    bundle->last = bundle->length;
    memcpy(bundle->bytes + bundle->last, message.data, message.len);
    bundle->length += message.len;
    return true;
}

struct bytes pfcp_bundle_take(struct pfcp_bundle *bundle)
{
    struct bytes datagram = bytes_of(bundle->bytes, bundle->length);
    bundle->length = bundle->last = 0;
    return datagram;
}

struct bytes pfcp_bundle_next(struct bytes *datagram)
{
    struct bytes first = *datagram;
    size_t length = first.len;
    if (first.len >= SHORTEST && first.data[0] & FLAG_FOLLOW_ON)
        length = BEFORE_LENGTH_COUNTS + ((size_t)first.data[LENGTH_AT] << 8 | first.data[LENGTH_AT + 1]);
    if (length > first.len)
        length = first.len;
    *datagram = bytes_of(first.data + length, first.len - length);
    first.len = length;
    return first;
}
