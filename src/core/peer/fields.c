/* SPDX-License-Identifier: Apache-2.0 */
#include "core/peer/fields.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "config/values.h"
#include "kit/hex.h"

enum { BASE64_BYTES = 512 };

bool field_uint(const json_t *object, const char *name, uint64_t most, uint64_t *value)
{
    const json_t *json = json_object_get(object, name);
    if (!json_is_integer(json) || json_integer_value(json) < 0 || (uint64_t)json_integer_value(json) > most)
        return false;
    *value = (uint64_t)json_integer_value(json);
    return true;
}

bool field_text(const json_t *object, const char *name, char *text, size_t size)
{
    const json_t *json = json_object_get(object, name);
    if (!json_is_string(json) || json_string_length(json) >= size)
        return false;
    memcpy(text, json_string_value(json), json_string_length(json) + 1);
    return true;
}

bool field_hex(const json_t *object, const char *name, uint8_t *octets, size_t count)
{
    const json_t *json = json_object_get(object, name);
    return json_is_string(json) && json_string_length(json) == 2 * count &&
           hex_read(json_string_value(json), octets, count);
}

size_t field_base64(const json_t *object, const char *name, uint8_t *octets, size_t size)
{
    const json_t *json = json_object_get(object, name);
    size_t length = json_string_length(json);
    const char *text = json_string_value(json);
    uint8_t decoded[BASE64_BYTES];
    if (!text || length % 4 || length > BASE64_BYTES)
        return 0;
    int count = EVP_DecodeBlock(decoded, (const uint8_t *)text, (int)length);
    for (size_t i = length; i > 0 && text[i - 1] == '=' && count > 0; i--)
        count--;
    if (count <= 0 || (size_t)count > size)
        return 0;
    memcpy(octets, decoded, (size_t)count);
    return (size_t)count;
}

bool field_rate(const json_t *object, const char *name, uint64_t *bits_per_second)
{
    char text[VALUE_TEXT_BYTES];
    return field_text(object, name, text, sizeof text) && config_rate_parse(text, bits_per_second);
}

bool slice_of_json(const json_t *json, struct config_slice *slice)
{
    uint64_t sst;
    uint8_t sd[3] = {0xff, 0xff, 0xff};
    if (!field_uint(json, "sst", UINT8_MAX, &sst) ||
        (json_object_get(json, "sd") && !field_hex(json, "sd", sd, sizeof sd)))
        return false;
    *slice = (struct config_slice){(uint8_t)sst, (uint32_t)(sd[0] << 16 | sd[1] << 8 | sd[2])};
    return true;
}

bool field_slice(const json_t *object, const char *name, struct config_slice *slice)
{
    return slice_of_json(json_object_get(object, name), slice);
}

bool field_plmn(const json_t *object, const char *name, struct config_plmn *plmn)
{
    const json_t *json = json_object_get(object, name);
    char mcc[4], mnc[4], text[VALUE_TEXT_BYTES];
    if (!field_text(json, "mcc", mcc, sizeof mcc) || !field_text(json, "mnc", mnc, sizeof mnc))
        return false;
    snprintf(text, sizeof text, "%s/%s", mcc, mnc);
    return config_plmn_parse(text, plmn);
}

json_t *json_hex(const uint8_t *octets, size_t count)
{
    char text[2 * BASE64_BYTES + 1] = "";
    for (size_t i = 0; i < count && i < BASE64_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", octets[i]);
    return json_string(text);
}

json_t *json_base64(const uint8_t *octets, size_t count)
{
    char text[BASE64_BYTES + 1] = "";
    if (count <= BASE64_BYTES / 4 * 3)
        EVP_EncodeBlock((uint8_t *)text, octets, (int)count);
    return json_string(text);
}

json_t *json_rate(uint64_t bits_per_second)
{
    char text[VALUE_TEXT_BYTES];
    snprintf(text, sizeof text, "%llu bps", (unsigned long long)bits_per_second);
    return json_string(text);
}

json_t *json_slice(struct config_slice slice)
{
    const uint8_t sd[] = {(uint8_t)(slice.sd >> 16), (uint8_t)(slice.sd >> 8), (uint8_t)slice.sd};
    if (slice.sd == CONFIG_NO_SD)
        return json_pack("{s:i}", "sst", slice.sst);
    return json_pack("{s:i, s:o}", "sst", slice.sst, "sd", json_hex(sd, sizeof sd));
}

json_t *json_plmn(struct config_plmn plmn)
{
    char mcc[4], mnc[4];
    unsigned digits, value = config_plmn_mnc(plmn, &digits);
    snprintf(mcc, sizeof mcc, "%03u", config_plmn_mcc(plmn) % 1000);
    snprintf(mnc, sizeof mnc, "%0*u", (int)digits, value % 1000);
    return json_pack("{s:s, s:s}", "mcc", mcc, "mnc", mnc);
}

json_t *json_guami(struct config_plmn plmn, uint32_t amf_id)
{
    const uint8_t octets[] = {(uint8_t)(amf_id >> 16), (uint8_t)(amf_id >> 8), (uint8_t)amf_id};
    return json_pack("{s:o, s:o}", "plmnId", json_plmn(plmn), "amfId", json_hex(octets, sizeof octets));
}

const char *name_of_value(const struct name_of *names, int value)
{
    while (names->name && names->value != value)
        names++;
    return names->name;
}

bool value_of_name(const struct name_of *names, const char *name, int *value)
{
    while (names->name && (!name || strcmp(names->name, name) != 0))
        names++;
    if (names->name)
        *value = names->value;
    return names->name != NULL;
}

#define GUTI_PREFIX "5g-guti-"

const char *ue_context_id_of_guti(const struct nas_guti *guti, char *text)
{
    char plmn[NAS_PLMN_TEXT];
    nas_plmn_text(guti->plmn, plmn);
    snprintf(text, UE_CONTEXT_ID_BYTES, GUTI_PREFIX "%s%02x%04x%08x", plmn, guti->amf_region_id,
             guti->s_tmsi.amf_set_id << 6 | guti->s_tmsi.amf_pointer, guti->s_tmsi.tmsi);
    return text;
}

bool guti_of_ue_context_id(const char *text, struct nas_guti *guti)
{
    enum { ID = 14 }; /* digits of AMF identifier and 5G-TMSI */
    char plmn[NAS_PLMN_TEXT] = "";
    uint8_t id[ID / 2];
    size_t prefix = strlen(GUTI_PREFIX);
    size_t length = strlen(text);
    if (strncmp(text, GUTI_PREFIX, prefix) != 0 || length < prefix + 5 + ID || length > prefix + 6 + ID)
        return false;
    memcpy(plmn, text + prefix, length - prefix - ID);
    if (!nas_plmn_from_text(plmn, &guti->plmn) || !hex_read(text + length - ID, id, sizeof id))
        return false;
    guti->amf_region_id = id[0];
    guti->s_tmsi.amf_set_id = (uint16_t)(id[1] << 2 | id[2] >> 6);
    guti->s_tmsi.amf_pointer = id[2] & 63;
    guti->s_tmsi.tmsi = (uint32_t)id[3] << 24 | (uint32_t)id[4] << 16 | (uint32_t)id[5] << 8 | id[6];
    return true;
}
