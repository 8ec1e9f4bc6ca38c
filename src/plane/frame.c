/* SPDX-License-Identifier: Apache-2.0 */
/* IEEE 802.3 3.2, IEEE 802.1Q 9. */
#include "plane/frame.h"

#include <string.h>

enum { LENGTH_MOST = 1500, NO_VLAN = 0xfff };

static uint16_t be16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static bool is_tag(uint16_t type)
{
    return type == FRAME_CUSTOMER_TAG || type == FRAME_SERVICE_TAG;
}

static void note_tag(struct frame *frame, uint16_t control)
{
    uint32_t *tag = frame->type == FRAME_CUSTOMER_TAG ? &frame->c_tag : &frame->s_tag;
    if (*tag == FRAME_NO_TAG)
        *tag = control;
}

/* To the type behind the tags. */
static const char *follow_tags(struct bytes octets, struct frame *frame)
{
    for (unsigned tags = 0; is_tag(frame->type); tags++) {
        if (tags == FRAME_TAGS)
            return "too many VLAN tags";
        if (octets.len < (size_t)frame->payload + FRAME_TAG)
            return "VLAN tag ends too early";
        if ((be16(octets.data + frame->payload) & NO_VLAN) == NO_VLAN)
            return "VLAN identifier that is reserved";
        note_tag(frame, be16(octets.data + frame->payload));
        frame->type = be16(octets.data + frame->payload + 2);
        frame->payload += FRAME_TAG;
    }
    return NULL;
}

const char *frame_parse(struct bytes octets, struct frame *frame)
{
    static const uint8_t nobody[FRAME_MAC];
    if (octets.len < FRAME_HEADER)
        return "Ethernet header is too short";
    *frame = (struct frame){.destination = octets.data,
                            .source = octets.data + FRAME_MAC,
                            .c_tag = FRAME_NO_TAG,
                            .s_tag = FRAME_NO_TAG,
                            .type = be16(octets.data + 2 * FRAME_MAC),
                            .payload = FRAME_HEADER};
    if ((frame->source[0] & 1) || memcmp(frame->source, nobody, FRAME_MAC) == 0)
        return "source is no station's MAC address";
    const char *wrong = follow_tags(octets, frame);
    if (wrong)
        return wrong;
    if (frame->type < FRAME_TYPE_LEAST &&
        (frame->type > LENGTH_MOST || frame->type > octets.len - frame->payload))
        return "IEEE 802.3 length is wrong";
    return NULL;
}

bool frame_is_link_local(const struct frame *frame)
{
    static const uint8_t reserved[] = {0x01, 0x80, 0xc2, 0x00, 0x00};
    return memcmp(frame->destination, reserved, sizeof reserved) == 0 && frame->destination[5] < 16;
}
