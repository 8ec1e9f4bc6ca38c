/* SPDX-License-Identifier: Apache-2.0 */
/* Who and where: PLMN identities, tracking areas and the 5GS mobile identity (TS 24.501 9.11.3.4, 9.11.3.8,
 * TS 23.003). */
#ifndef WIRE_NAS_IDENTITY_H
#define WIRE_NAS_IDENTITY_H

#include "kit/bytes.h"

/* As on the wire, in NAS and NGAP alike: MCC 2, 1 | MNC 3 (or f), MCC 3 | MNC 2, 1. Comparable with
 * nas_plmn_equal. */
struct nas_plmn {
    uint8_t octets[3];
};

enum { NAS_PLMN_TEXT = 7 }; /* five or six digits and the NUL */

/* "99970" or "310410", as MCC and MNC follow each other. False: not five or six digits. */
bool nas_plmn_from_text(const char *text, struct nas_plmn *plmn);
void nas_plmn_text(struct nas_plmn plmn, char text[NAS_PLMN_TEXT]);
/* False when a nibble is no digit. */
bool nas_plmn_valid(struct nas_plmn plmn);

static inline bool nas_plmn_equal(struct nas_plmn a, struct nas_plmn b)
{
    return memcmp(a.octets, b.octets, sizeof a.octets) == 0;
}

struct nas_plmn_list {
    const struct nas_plmn *items;
    size_t count; /* at most 15 */
};

struct nas_tai {
    struct nas_plmn plmn;
    uint32_t tac; /* 24 bits */
};

/* Flat, in the order of the wire; the encoder groups into partial lists of types 0, 1 and 2 by itself. */
struct nas_tai_list {
    const struct nas_tai *items;
    size_t count; /* 1 to 16 */
};

/* 9.11.3.49. items is empty when the whole PLMN is meant (type 3). */
struct nas_service_area_list {
    bool non_allowed; /* else the list is of allowed areas */
    bool whole_plmn;
    struct nas_plmn plmn; /* for whole_plmn */
    const struct nas_tai *items;
    size_t count;
};

enum nas_identity_type {
    NAS_NO_IDENTITY = 0,
    NAS_SUCI = 1,
    NAS_GUTI = 2,
    NAS_IMEI = 3,
    NAS_S_TMSI = 4,
    NAS_IMEISV = 5,
    NAS_MAC_ADDRESS = 6,
    NAS_EUI_64 = 7,
};

enum nas_supi_format { NAS_SUPI_IMSI = 0, NAS_SUPI_NAI = 1, NAS_SUPI_GCI = 2, NAS_SUPI_GLI = 3 };
enum nas_protection_scheme { NAS_SCHEME_NULL = 0, NAS_SCHEME_PROFILE_A = 1, NAS_SCHEME_PROFILE_B = 2 };

struct nas_suci {
    uint8_t supi_format; /* enum nas_supi_format */
    uint8_t scheme;      /* 4 bits; enum nas_protection_scheme, operator's own from 12 */
    uint8_t key_id;      /* home network public key identifier; 255 is reserved */
    struct nas_plmn plmn;
    char routing_indicator[5];  /* one to four digits */
    struct bytes scheme_output; /* null scheme: the MSIN in BCD, see nas_bcd_text */
    struct bytes nai;           /* instead of all the above but supi_format when that is not IMSI */
};

struct nas_s_tmsi {
    uint16_t amf_set_id; /* 10 bits */
    uint8_t amf_pointer; /* 6 bits */
    uint32_t tmsi;
};

struct nas_guti {
    struct nas_plmn plmn;
    uint8_t amf_region_id;
    struct nas_s_tmsi s_tmsi;
};

struct nas_mobile_identity {
    uint8_t type; /* enum nas_identity_type */
    union {
        struct nas_suci suci;
        struct nas_guti guti;
        struct nas_s_tmsi s_tmsi;
        char digits[17]; /* IMEI (15) and IMEISV (16) */
        struct {
            uint8_t address[6];
            bool unusable; /* MAURI: must not be used as an equipment identifier */
        } mac;
        uint8_t eui_64[8];
    };
};

/* Digits packed low nibble first, f as filler at the end. False: a nibble is no digit, or no room in text. */
bool nas_bcd_text(struct bytes bcd, char *text, size_t size);
/* Appends the packed digits; false when a character is no digit. */
bool nas_bcd_write(struct writer *w, const char *digits);

/* The value of the identity IE alone, as NGAP and the tests need it. */
bool nas_mobile_identity_decode(struct bytes value, struct nas_mobile_identity *identity,
                                struct fault *fault);
bool nas_mobile_identity_encode(const struct nas_mobile_identity *identity, struct writer *w);

#endif
