/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/nas/nas.h"

uint8_t nas_peek(struct bytes plain)
{
    if (plain.len >= 3 && plain.data[0] == NAS_EPD_5GMM && (plain.data[1] & 0x0f) == NAS_PLAIN)
        return plain.data[2];
    if (plain.len >= 4 && plain.data[0] == NAS_EPD_5GSM)
        return plain.data[3];
    return 0;
}

bool nas_open(struct bytes pdu, struct nas_envelope *envelope, struct fault *fault)
{
    struct reader r = reader_of(pdu);
    *envelope = (struct nas_envelope){0};
    if (read_u8(&r) != NAS_EPD_5GMM && reader_ok(&r))
        return fault_set(fault, 0, "extended protocol discriminator", "is not that of 5GMM");
    envelope->security_header = read_u8(&r) & 0x0f;
    if (envelope->security_header > NAS_INTEGRITY_CIPHERED_NEW)
        return fault_set(fault, 1, "security header type", "is reserved");
    if (envelope->security_header == NAS_PLAIN) {
        envelope->payload = pdu;
    } else {
        envelope->mac = read_u32(&r);
        envelope->covered = bytes_of(r.at, reader_left(&r));
        envelope->sequence = read_u8(&r);
        envelope->payload = read_rest(&r);
    }
    if (envelope->payload.len < 3 || !reader_ok(&r))
        return fault_set(fault, reader_offset(&r), NULL, "too short for a NAS message");
    return true;
}

size_t nas_wrap(struct writer *w, uint8_t security_header, uint8_t sequence)
{
    size_t start = writer_length(w);
    write_u8(w, NAS_EPD_5GMM);
    write_u8(w, security_header);
    write_u32(w, 0);
    write_u8(w, sequence);
    return start;
}

void nas_set_mac(struct writer *w, size_t start, uint32_t mac)
{
    if (w->full)
        return;
    for (int i = 3; i >= 0; i--, mac >>= 8)
        w->base[start + NAS_MAC_AT + (size_t)i] = (uint8_t)mac;
}
