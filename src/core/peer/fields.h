/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data types of TS 29.571 in JSON, read and written. Readers take the member of an object by its name and return false when it
 * is absent or not what it should be; then the value is unchanged.
 */
#ifndef CORE_PEER_FIELDS_H
#define CORE_PEER_FIELDS_H

#include <jansson.h>

#include "core/ids.h"
#include "wire/nas/identity.h"

bool field_uint(const json_t *object, const char *name, uint64_t most, uint64_t *value);
/* A text shorter than `size`. */
bool field_text(const json_t *object, const char *name, char *text, size_t size);
/* Exactly `count` octets in hexadecimal. */
bool field_hex(const json_t *object, const char *name, uint8_t *octets, size_t count);
/* Up to `size` octets in Base64; returns how many, 0 when there are none. */
size_t field_base64(const json_t *object, const char *name, uint8_t *octets, size_t size);
/* BitRate (TS 29.571 5.5.2): "12.5 Mbps". */
bool field_rate(const json_t *object, const char *name, uint64_t *bits_per_second);
/* Snssai (5.4.4.2): {"sst": 1, "sd": "010203"}. */
bool field_slice(const json_t *object, const char *name, struct config_slice *slice);
bool slice_of_json(const json_t *json, struct config_slice *slice);

/* PlmnId (5.4.4.3): {"mcc": "999", "mnc": "70"}. */
bool field_plmn(const json_t *object, const char *name, struct config_plmn *plmn);

/* New references; NULL: out of memory. */
json_t *json_hex(const uint8_t *octets, size_t count);
json_t *json_base64(const uint8_t *octets, size_t count);
json_t *json_rate(uint64_t bits_per_second);
json_t *json_slice(struct config_slice slice);
json_t *json_plmn(struct config_plmn plmn);
json_t *json_guami(struct config_plmn plmn, uint32_t amf_id);

/* An enumeration's names, ended by NULL. */
struct name_of {
    const char *name;
    int value;
};
const char *name_of_value(const struct name_of *names, int value);
bool value_of_name(const struct name_of *names, const char *name, int *value);

/* UeContextId (TS 29.518 6.1.3.2.2): "5g-guti-99970" + AMF identifier + 5G-TMSI in hexadecimal, or "imsi-...". */
enum { UE_CONTEXT_ID_BYTES = 40 };
const char *ue_context_id_of_guti(const struct nas_guti *guti, char *text);
bool guti_of_ue_context_id(const char *text, struct nas_guti *guti);

#endif
