/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the NAS codec: messages as rows of fields, fields as a format and a value codec. One engine (nas.c)
 * walks the rows to decode, encode and print.
 */
#ifndef WIRE_NAS_CODEC_H
#define WIRE_NAS_CODEC_H

#include "kit/arena.h"
#include "kit/print.h"

/* How one kind of value goes to and from the wire; the engine deals with IEI and length. */
struct nas_codec {
    /* The reader holds the value and nothing else; what is left in it is ignored (TS 24.007 11.2.1). A false
     * return comes with a fault in the reader. */
    bool (*decode)(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value);
    /* False: no such value can be sent. */
    bool (*encode)(const struct nas_codec *codec, struct writer *w, const void *value);
    void (*print)(const struct nas_codec *codec, struct printer *p, const char *name, const void *value);
    const void *detail; /* the codec function's own parameter, or NULL */
    uint16_t size;      /* of the value in the struct */
};

/* Names of an enumerated octet; holes are NULL. */
struct nas_names {
    const char *const *names;
    unsigned count;
};

/* Octets whose bits are members, one byte each, of a struct. */
struct nas_bit {
    const char *name;
    uint8_t offset, octet, shift, width;
};

struct nas_bits {
    const struct nas_bit *bits;
    uint8_t count;
    uint8_t least; /* octets always sent; more only while they say something */
};

/* TS 24.007 11.2.1.1 */
enum nas_format {
    NAS_V,
    NAS_V_LOW,  /* bits 1-4 of an octet; */
    NAS_V_HIGH, /* bits 5-8 of the same octet */
    NAS_LV,
    NAS_LV_E,
    NAS_TV1, /* IEI in bits 5-8, value in bits 1-4 */
    NAS_TV,
    NAS_TLV,
    NAS_TLV_E,
};

enum { NAS_ANY = 65535 };

struct nas_field {
    const char *name;
    const struct nas_codec *codec;
    uint16_t offset, size; /* of the value in the message struct */
    uint16_t has;          /* offset of its bool in `has`; 0: mandatory */
    uint16_t least, most;  /* octets with IEI and length, as TS 24.501's tables give them */
    uint8_t iei;
    uint8_t format; /* enum nas_format */
};

struct nas_shape {
    const char *name;
    const struct nas_field *fields;
    uint8_t type, count;
};

extern const struct nas_shape nas_gmm_shapes[], nas_gsm_shapes[];
extern const size_t nas_gmm_shape_count, nas_gsm_shape_count;

const struct nas_shape *nas_shape_of(uint8_t type);

/* A zeroed item at the end of a list that grows in the arena: list points to {const T *items; size_t count}.
 * NULL, with the reader failed, when the arena is full. */
void *nas_append(struct reader *r, struct arena *arena, void *list, size_t item_size);

/* codec.c */
bool nas_uint_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value);
bool nas_uint_encode(const struct nas_codec *codec, struct writer *w, const void *value);
void nas_uint_print(const struct nas_codec *codec, struct printer *p, const char *name, const void *value);
bool nas_bits_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value);
bool nas_bits_encode(const struct nas_codec *codec, struct writer *w, const void *value);
void nas_bits_print(const struct nas_codec *codec, struct printer *p, const char *name, const void *value);

#define NAS_BIT(type, member, octet, shift, width)                  \
    {                                                               \
#member, offsetof(struct type, member), octet, shift, width \
    }
#define NAS_BITS_CODEC(type, bits, least)                                                                \
    {                                                                                                    \
        nas_bits_decode, nas_bits_encode, nas_bits_print,                                                \
            &(const struct nas_bits){bits, sizeof(bits) / sizeof((bits)[0]), least}, sizeof(struct type) \
    }
#define NAS_ENUM_CODEC(names)                                                       \
    {                                                                               \
        nas_uint_decode, nas_uint_encode, nas_uint_print,                           \
            &(const struct nas_names){names, sizeof(names) / sizeof((names)[0])}, 1 \
    }

extern const struct nas_codec nas_codec_u8, nas_codec_u16, nas_codec_opaque, nas_codec_octets14,
    nas_codec_octets16;

/* identity.c, area.c */
extern const struct nas_codec nas_codec_identity, nas_codec_guti, nas_codec_s_tmsi, nas_codec_imeisv,
    nas_codec_pei, nas_codec_plmn, nas_codec_plmns, nas_codec_tai, nas_codec_tai_list, nas_codec_service_area;
/* slice.c */
extern const struct nas_codec nas_codec_s_nssai, nas_codec_nssai, nas_codec_rejected_nssai, nas_codec_dnn,
    nas_codec_dnn_list, nas_codec_ladn;
/* mobility.c */
extern const struct nas_codec nas_codec_registration_type, nas_codec_registration_result,
    nas_codec_deregistration_type, nas_codec_algorithms, nas_codec_security_information,
    nas_codec_gmm_capability, nas_codec_gmm_features, nas_codec_update_type, nas_codec_mico,
    nas_codec_update_indication, nas_codec_ue_status;
/* status.c */
extern const struct nas_codec nas_codec_security_capability, nas_codec_sessions, nas_codec_session_causes,
    nas_codec_emergency_numbers;
/* names.c */
extern const struct nas_codec nas_codec_gmm_cause, nas_codec_gsm_cause, nas_codec_access,
    nas_codec_service_type, nas_codec_identity_type, nas_codec_payload_type, nas_codec_request_type,
    nas_codec_session_type;
/* clock.c, network_name.c */
extern const struct nas_codec nas_codec_timer, nas_codec_timer_3, nas_codec_network_name, nas_codec_time,
    nas_codec_zone;
/* session.c, pco.c */
extern const struct nas_codec nas_codec_integrity_rate, nas_codec_gsm_capability, nas_codec_ambr,
    nas_codec_pdu_address, nas_codec_interface_id, nas_codec_pco, nas_codec_congestion, nas_codec_reattempt,
    nas_codec_filters_max;
/* qos.c */
extern const struct nas_codec nas_codec_qos_rules, nas_codec_qos_flows;

/* session.c: a unit octet and a 16-bit multiple (9.11.4.14), to and from bits per second. False: beyond the
 * range. */
uint64_t nas_rate_read(struct reader *r);
bool nas_rate_write(struct writer *w, uint64_t rate);

/* identity.c, area.c, slice.c, as parts of other values */
struct nas_plmn;
struct nas_tai_list;
bool nas_plmn_read(struct reader *r, struct nas_plmn *plmn);
void nas_plmn_write(struct writer *w, struct nas_plmn plmn);
void nas_plmn_print(struct printer *p, const char *name, struct nas_plmn plmn);
bool nas_dnn_read(struct reader *r, size_t size, struct arena *arena, const char **dnn);
bool nas_dnn_write(struct writer *w, const char *dnn);

#endif
