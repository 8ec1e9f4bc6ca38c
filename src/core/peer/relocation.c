/* SPDX-License-Identifier: Apache-2.0 */
#include "core/peer/relocation.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/cause.h"
#include "core/peer/fields.h"
#include "core/peer/whereabouts.h"

/* NgapIeType (TS 29.518 6.1.6.3.4) */
#define SOURCE_CONTAINER "SRC_TO_TAR_CONTAINER"
#define TARGET_CONTAINER "TAR_TO_SRC_CONTAINER"
#define REQUIRED         "HANDOVER_REQUIRED"
#define COMMAND          "HANDOVER_CMD"
#define UNSUCCESSFUL     "HANDOVER_PREP_FAIL"

/* --- N2 information --- */

json_t *json_n2_info(struct sbi_content *content, struct arena *arena, const char *type, struct bytes data)
{
    return json_pack("{s:s, s:o}", "ngapIeType", type, "ngapData",
                     sbi_content_add(content, arena, SBI_NGAP, data));
}

struct bytes n2_info_of_type(const struct sbi_content *content, const json_t *info, const char *type)
{
    const char *said = json_string_value(json_object_get(info, "ngapIeType"));
    return said && strcmp(said, type) == 0 ? sbi_content_part(content, info, "ngapData") : (struct bytes){0};
}

static json_t *write_list(const struct relocated_list *list, const char *type, struct arena *arena,
                          struct sbi_content *content)
{
    json_t *array = json_array();
    for (unsigned i = 0; i < list->count; i++)
        json_array_append_new(array,
                              json_pack("{s:i, s:o}", "pduSessionId", list->items[i].psi, "n2InfoContent",
                                        json_n2_info(content, arena, type, list->items[i].transfer)));
    return array;
}

static bool lists(const struct relocated_list *list, uint64_t psi)
{
    for (unsigned i = 0; i < list->count; i++) {
        if (list->items[i].psi == psi)
            return true;
    }
    return false;
}

static bool read_list(const struct sbi_content *content, const char *name, const char *type,
                      struct relocated_list *list)
{
    const json_t *item;
    size_t i;
    json_array_foreach(json_object_get(content->json, name), i, item)
    {
        struct bytes transfer = n2_info_of_type(content, json_object_get(item, "n2InfoContent"), type);
        uint64_t psi;
        if (i == MOVED_SESSIONS || !field_uint(item, "pduSessionId", MOVED_SESSIONS, &psi) || psi == 0 ||
            !transfer.len || lists(list, psi))
            return false;
        list->items[list->count++] = (struct relocated_n2){(uint8_t)psi, transfer};
    }
    return true;
}

/* --- cause --- */

static int value_of(struct ngap_cause cause)
{
    switch (cause.which) {
    case NGAP_CAUSE_RADIO_NETWORK:
        return (int)cause.radio_network;
    case NGAP_CAUSE_TRANSPORT:
        return (int)cause.transport;
    case NGAP_CAUSE_NAS:
        return (int)cause.nas;
    case NGAP_CAUSE_PROTOCOL:
        return (int)cause.protocol;
    case NGAP_CAUSE_MISC:
        return (int)cause.misc;
    }
    return 0;
}

json_t *json_cause(struct ngap_cause cause)
{
    return json_pack("{s:i, s:i}", "group", (int)cause.which - 1, "value", value_of(cause));
}

bool field_cause(const json_t *object, const char *name, struct ngap_cause *cause)
{
    const json_t *json = json_object_get(object, name);
    struct ngap_cause read = {0};
    uint8_t room[16];
    struct writer writer = writer_of(room, sizeof room);
    struct fault fault;
    uint64_t group, value;
    if (!field_uint(json, "group", NGAP_CAUSE_MISC - 1, &group) ||
        !field_uint(json, "value", UINT8_MAX, &value))
        return false;
    read.which = (enum ngap_cause_which)(group + 1);
    read.radio_network = (enum ngap_cause_radio_network)value; /* all groups are enumerations of one size */
    const struct ngap_handover_preparation_unsuccessful_transfer trial = {read};
    if (!ngap_encode_handover_preparation_unsuccessful_transfer(&writer, &trial, &fault))
        return false;
    *cause = read;
    return true;
}

/* --- the request --- */

bool relocation_write_request(const struct relocation_request *request, struct arena *arena,
                              struct sbi_content *content)
{
    content->json = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:s}", "ueContext", ue_context_write(&request->context), "targetId",
        json_target(whereabouts_of_ngap(&request->target)), "ngapCause", json_cause(request->cause),
        "sourceToTargetData", json_n2_info(content, arena, SOURCE_CONTAINER, request->container),
        "pduSessionList", write_list(&request->sessions, REQUIRED, arena, content), "n2NotifyUri",
        request->notify_uri);
    if (content->json && request->radio_capability.len)
        json_object_set_new(content->json, "ueRadioCapability",
                            json_n2_info(content, arena, "UE_RADIO_CAPABILITY", request->radio_capability));
    return content->json != NULL;
}

static const char *read_request(const struct sbi_content *content, struct relocation_request *request)
{
    const json_t *json = content->json;
    struct whereabouts target;
    const char *why;
    if (!ue_context_read(json_object_get(json, "ueContext"), &request->context, &why))
        return why;
    const struct moved_keys *keys = &request->context.keys;
    if (!request->context.has_keys || (!keys->has_nh && !keys->derived))
        return "no keys for a handover";
    if (!field_target(json, "targetId", &target))
        return "no target that can be read";
    request->target = whereabouts_to_ngap(target);
    if (!read_list(content, "pduSessionList", REQUIRED, &request->sessions))
        return "sessions that cannot be read";
    if (!field_text(json, "n2NotifyUri", request->notify_uri, sizeof request->notify_uri))
        return "nobody to be notified";
    request->cause = N2_RADIO(UNSPECIFIED);
    field_cause(json, "ngapCause", &request->cause);
    request->container =
        n2_info_of_type(content, json_object_get(json, "sourceToTargetData"), SOURCE_CONTAINER);
    request->radio_capability =
        n2_info_of_type(content, json_object_get(json, "ueRadioCapability"), "UE_RADIO_CAPABILITY");
    return request->container.len ? NULL : "no container for the target";
}

const char *relocation_read_request(const struct sbi_content *content, struct relocation_request *request)
{
    *request = (struct relocation_request){0};
    const char *why = read_request(content, request);
    if (why)
        OPENSSL_cleanse(&request->context, sizeof request->context);
    return why;
}

/* --- the answer --- */

bool relocation_write_answer(const struct relocation_answer *answer, struct arena *arena,
                             struct sbi_content *content)
{
    content->json = json_pack("{s:{}, s:o, s:o}", "ueContext", "targetToSourceData",
                              json_n2_info(content, arena, TARGET_CONTAINER, answer->container),
                              "pduSessionList", write_list(&answer->admitted, COMMAND, arena, content));
    if (content->json && answer->refused.count)
        json_object_set_new(content->json, "failedSessionList",
                            write_list(&answer->refused, UNSUCCESSFUL, arena, content));
    return content->json != NULL;
}

const char *relocation_read_answer(const struct sbi_content *content, struct relocation_answer *answer)
{
    *answer = (struct relocation_answer){0};
    answer->container =
        n2_info_of_type(content, json_object_get(content->json, "targetToSourceData"), TARGET_CONTAINER);
    if (!read_list(content, "pduSessionList", COMMAND, &answer->admitted) ||
        !read_list(content, "failedSessionList", UNSUCCESSFUL, &answer->refused))
        return "sessions that cannot be read";
    if (!answer->container.len)
        return "no container for the source";
    return answer->admitted.count ? NULL : "no session";
}

void relocation_write_error(struct ngap_cause cause, struct bytes container, struct arena *arena,
                            struct sbi_content *content)
{
    content->json = json_pack("{s:{s:i, s:s}, s:o}", "error", "status", 403, "cause", "HANDOVER_FAILURE",
                              "ngapCause", json_cause(cause));
    if (content->json && container.len)
        json_object_set_new(content->json, "targetToSourceFailureData",
                            json_n2_info(content, arena, "TARGET_TO_SOURCE_FAIL_CONTAINER", container));
}

void relocation_read_error(const struct sbi_content *content, struct ngap_cause *cause,
                           struct bytes *container)
{
    field_cause(content->json, "ngapCause", cause);
    *container = n2_info_of_type(content, json_object_get(content->json, "targetToSourceFailureData"),
                                 "TARGET_TO_SOURCE_FAIL_CONTAINER");
}
