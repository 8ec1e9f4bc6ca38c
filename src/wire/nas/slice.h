/* SPDX-License-Identifier: Apache-2.0 */
/* Network slices (TS 24.501 9.11.2.8, 9.11.3.37, 9.11.3.46) and data network names (9.11.2.1B,
 * TS 23.003 9.1). */
#ifndef WIRE_NAS_SLICE_H
#define WIRE_NAS_SLICE_H

#include "wire/nas/identity.h"

enum { NAS_NO_SD = 0xffffff }; /* an absent slice differentiator and ffffff are the same (TS 23.003 28.4.2) */

struct nas_s_nssai {
    uint8_t sst;
    uint32_t sd; /* 24 bits, or NAS_NO_SD */
    bool mapped; /* the two below hold the mapped HPLMN S-NSSAI */
    uint8_t mapped_sst;
    uint32_t mapped_sd;
};

struct nas_nssai {
    const struct nas_s_nssai *items;
    size_t count; /* 1 to 16; requested and allowed: to 8 */
};

enum nas_rejected_cause { NAS_REJECTED_IN_PLMN = 0, NAS_REJECTED_IN_AREA = 1, NAS_REJECTED_NSSAA = 2 };

struct nas_rejected_s_nssai {
    uint8_t cause; /* enum nas_rejected_cause */
    uint8_t sst;
    uint32_t sd;
};

struct nas_rejected_nssai {
    const struct nas_rejected_s_nssai *items;
    size_t count; /* 1 to 8 */
};

/* A DNN is dotted text in structs ("internet"), length-prefixed labels on the wire. */
enum { NAS_DNN_OCTETS = 100 };

struct nas_dnn_list {
    const char *const *items;
    size_t count; /* at most 8 */
};

struct nas_ladn {
    const char *dnn;
    struct nas_tai_list area;
};

struct nas_ladn_information {
    const struct nas_ladn *items;
    size_t count; /* at most 8 */
};

#endif
