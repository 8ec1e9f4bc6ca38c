/* SPDX-License-Identifier: Apache-2.0 */
#include "core/peer/ue_context.h"

#include <openssl/crypto.h>
#include <stdio.h>

#include "core/peer/fields.h"
#include "crypt/nas_security.h"

enum { NCC_MOST = 7 };

static const struct name_of integrities[] = {{"NIA0", 0}, {"NIA1", 1}, {"NIA2", 2}, {"NIA3", 3}, {0}};
static const struct name_of cipherings[] = {{"NEA0", 0}, {"NEA1", 1}, {"NEA2", 2}, {"NEA3", 3}, {0}};

/* --- writing --- */

/* SeafData (6.1.6.2.29). */
static json_t *write_keys(const struct moved_keys *keys)
{
    json_t *seaf = json_pack("{s:{s:s, s:i}, s:{s:s, s:o}, s:b, s:b}", "ngKsi", "tsc", "NATIVE", "ksi",
                             keys->ngksi, "keyAmf", "keyType", keys->derived ? "KPRIMEAMF" : "KAMF", "keyVal",
                             json_hex(keys->kamf, sizeof keys->kamf), "keyAmfHDerivationInd", keys->derived,
                             "keyAmfChangeInd", keys->changed);
    if (keys->has_nh)
        json_object_update_new(
            seaf, json_pack("{s:o, s:i}", "nh", json_hex(keys->nh, sizeof keys->nh), "ncc", keys->ncc));
    return seaf;
}

/* MmContext (6.1.6.2.38). */
static json_t *write_mm(const struct moved_context *context)
{
    const struct moved_keys *keys = &context->keys;
    json_t *allowed = json_array();
    for (unsigned i = 0; i < context->allowed_count; i++)
        json_array_append_new(allowed, json_slice(context->allowed[i]));
    json_t *mm = json_pack("{s:s, s:o, s:o}", "accessType", "3GPP_ACCESS", "ueSecurityCapability",
                           json_base64(context->capability.octets, context->capability.length),
                           "allowedNssai", allowed);
    if (context->has_keys)
        json_object_update_new(mm, json_pack("{s:{s:s, s:s}, s:I, s:I}", "nasSecurityMode",
                                             "integrityAlgorithm", name_of_value(integrities, keys->nia),
                                             "cipheringAlgorithm", name_of_value(cipherings, keys->nea),
                                             "nasDownlinkCount", (json_int_t)keys->downlink, "nasUplinkCount",
                                             (json_int_t)keys->uplink));
    return mm;
}

static json_t *write_session(const struct moved_session *session)
{
    return json_pack("{s:i, s:s, s:o, s:s, s:s}", "pduSessionId", session->psi, "smContextRef", session->uri,
                     "sNssai", json_slice(session->slice), "dnn", session->dnn, "accessType", "3GPP_ACCESS");
}

json_t *ue_context_write(const struct moved_context *context)
{
    char supi[SUPI_TEXT_BYTES], pei[32];
    json_t *sessions = json_array();
    for (unsigned i = 0; i < context->session_count; i++)
        json_array_append_new(sessions, write_session(&context->sessions[i]));
    json_t *json =
        json_pack("{s:s, s:{s:o, s:o}, s:[o], s:o}", "supi", supi_text(context->supi, supi), "subUeAmbr",
                  "uplink", json_rate(context->ambr_uplink), "downlink", json_rate(context->ambr_downlink),
                  "mmContextList", write_mm(context), "sessionContextList", sessions);
    snprintf(pei, sizeof pei, "imeisv-%s", context->pei);
    if (*context->pei)
        json_object_set_new(json, "pei", json_string(pei));
    if (context->has_keys)
        json_object_set_new(json, "seafData", write_keys(&context->keys));
    return json;
}

/* --- reading --- */

static bool read_algorithms(const json_t *mm, struct moved_keys *keys)
{
    const json_t *mode = json_object_get(mm, "nasSecurityMode");
    int nia, nea;
    if (!value_of_name(integrities, json_string_value(json_object_get(mode, "integrityAlgorithm")), &nia) ||
        !value_of_name(cipherings, json_string_value(json_object_get(mode, "cipheringAlgorithm")), &nea))
        return false;
    keys->nia = (uint8_t)nia;
    keys->nea = (uint8_t)nea;
    return true;
}

static bool read_counts(const json_t *mm, struct moved_keys *keys)
{
    uint64_t uplink, downlink;
    if (!field_uint(mm, "nasUplinkCount", NAS_COUNT_MAX, &uplink) ||
        !field_uint(mm, "nasDownlinkCount", NAS_COUNT_MAX, &downlink))
        return false;
    keys->uplink = (uint32_t)uplink;
    keys->downlink = (uint32_t)downlink;
    return true;
}

static bool read_keys(const json_t *seaf, const json_t *mm, struct moved_keys *keys)
{
    uint64_t ksi, ncc = 0;
    if (!field_uint(json_object_get(seaf, "ngKsi"), "ksi", NAS_KSI_NONE - 1, &ksi) ||
        !field_hex(json_object_get(seaf, "keyAmf"), "keyVal", keys->kamf, sizeof keys->kamf) ||
        !read_algorithms(mm, keys) || !read_counts(mm, keys))
        return false;
    keys->has_nh =
        field_hex(seaf, "nh", keys->nh, sizeof keys->nh) && field_uint(seaf, "ncc", NCC_MOST, &ncc);
    keys->ncc = (uint8_t)ncc;
    keys->ngksi = (uint8_t)ksi;
    keys->derived = json_is_true(json_object_get(seaf, "keyAmfHDerivationInd"));
    keys->changed = json_is_true(json_object_get(seaf, "keyAmfChangeInd"));
    return true;
}

static bool read_allowed(const json_t *list, struct moved_context *context)
{
    const json_t *item;
    size_t i;
    json_array_foreach(list, i, item)
    {
        if (i == MOVED_SLICES || !slice_of_json(item, &context->allowed[i]))
            return false;
        context->allowed_count++;
    }
    return true;
}

static bool read_mm(const json_t *mm, struct moved_context *context)
{
    size_t length = field_base64(mm, "ueSecurityCapability", context->capability.octets,
                                 sizeof context->capability.octets);
    context->capability.length = (uint8_t)length;
    return (length == 0 || length >= 2) && read_allowed(json_object_get(mm, "allowedNssai"), context);
}

static bool read_session(const json_t *json, struct moved_context *context)
{
    struct moved_session *session = &context->sessions[context->session_count];
    uint64_t psi;
    if (!field_uint(json, "pduSessionId", MOVED_SESSIONS, &psi) || psi == 0 ||
        !field_text(json, "smContextRef", session->uri, sizeof session->uri) ||
        !field_slice(json, "sNssai", &session->slice) ||
        !field_text(json, "dnn", session->dnn, sizeof session->dnn))
        return false;
    session->psi = (uint8_t)psi;
    for (unsigned i = 0; i < context->session_count; i++) {
        if (context->sessions[i].psi == session->psi)
            return false;
    }
    context->session_count++;
    return true;
}

static bool read_sessions(const json_t *list, struct moved_context *context)
{
    const json_t *item;
    size_t i;
    json_array_foreach(list, i, item)
    {
        if (i == MOVED_SESSIONS || !read_session(item, context))
            return false;
    }
    return true;
}

static const char *read_context(const json_t *json, struct moved_context *context)
{
    const json_t *mm = json_array_get(json_object_get(json, "mmContextList"), 0);
    const json_t *seaf = json_object_get(json, "seafData");
    const json_t *ambr = json_object_get(json, "subUeAmbr");
    char pei[32];
    context->supi = supi_of_text(json_string_value(json_object_get(json, "supi")) ?: "");
    if (!context->supi)
        return "no SUPI";
    if (field_text(json, "pei", pei, sizeof pei) && strncmp(pei, "imeisv-", 7) == 0)
        snprintf(context->pei, sizeof context->pei, "%s", pei + 7);
    field_rate(ambr, "uplink", &context->ambr_uplink);
    field_rate(ambr, "downlink", &context->ambr_downlink);
    if (!read_mm(mm, context))
        return "no mobility context that can be read";
    if (seaf && !read_keys(seaf, mm, &context->keys))
        return "no security context that can be read";
    context->has_keys = seaf && context->capability.length;
    return read_sessions(json_object_get(json, "sessionContextList"), context)
               ? NULL
               : "sessions that cannot be read";
}

bool ue_context_read(const json_t *json, struct moved_context *context, const char **why)
{
    *context = (struct moved_context){0};
    *why = read_context(json, context);
    if (*why)
        OPENSSL_cleanse(context, sizeof *context);
    return !*why;
}
