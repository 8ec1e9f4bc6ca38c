/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/nas/intra_n1.h"

enum { KACF = 0x10, MAPPED = 0x08, KSI_MASK = 7, ALGORITHM_MOST = 3 };

void nas_intra_n1_write(struct writer *w, const struct nas_intra_n1 *container)
{
    write_bytes(w, BYTES(container->mac));
    write_u8(w, (uint8_t)(container->nea << 4 | container->nia));
    write_u8(w, (uint8_t)((container->kamf_changed ? KACF : 0) | container->ngksi));
    write_u8(w, container->sequence);
}

bool nas_intra_n1_read(struct bytes value, struct nas_intra_n1 *container)
{
    struct reader r = reader_of(value);
    struct bytes mac = read_bytes(&r, NAS_INTRA_N1_MAC_BYTES);
    uint8_t algorithms = read_u8(&r), keys = read_u8(&r);
    *container = (struct nas_intra_n1){
        .nea = algorithms >> 4,
        .nia = algorithms & 0x0f,
        .kamf_changed = keys & KACF,
        .ngksi = keys & KSI_MASK,
        .sequence = read_u8(&r),
    };
    if (!reader_ok(&r) || reader_left(&r) || container->nea > ALGORITHM_MOST ||
        container->nia > ALGORITHM_MOST || keys & MAPPED)
        return false;
    memcpy(container->mac, mac.data, mac.len);
    return true;
}
