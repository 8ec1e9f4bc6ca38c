/* SPDX-License-Identifier: Apache-2.0 */
/* RAN status between gNBs of two cores (TS 23.502 4.9.1.3.3 step 2, TS 38.413 8.4.6, 8.4.7, 8.4.10, 8.4.11). */
#include <stdio.h>

#include "core/amf/relay.h"
#include "core/amf/relocation.h"
#include "core/peer/relocation.h"
#include "core/peer/services.h"

#define STATUS       "RAN_STATUS_TRANS_CONTAINER"
#define EARLY_STATUS "EARLY_STATUS_TRANS_CONTAINER"

enum { STATUS_BYTES = 4096 };

/* Nothing waits for it: what is lost costs packets, not the phone. */
static void answered(struct core *core, unsigned peer, uint64_t supi, unsigned number,
                     const struct sbi_message *response)
{
    (void)core, (void)peer, (void)supi, (void)number, (void)response;
}

static bool transfer(const struct ue *ue, const char *type, struct bytes status)
{
    struct core *core = ue->core;
    struct sbi_content content = {0};
    struct sbi_message request;
    char path[PEER_PATH_BYTES], supi[SUPI_TEXT_BYTES];
    content.json = json_pack("{s:{s:s, s:{s:o}}}", "n2InfoContainer", "n2InformationClass", "RAN", "ranInfo",
                             "n2InfoContent", json_n2_info(&content, &core->batch, type, status));
    snprintf(path, sizeof path, NAMF_CONTEXTS "%s/n1-n2-messages", supi_text(ue->supi, supi));
    return peer_request(core, path, &content, &request) &&
           peer_post(core, (unsigned)ue->handover_peer, &request, answered, ue->supi, 0);
}

static bool under_way(const struct ue *ue)
{
    const struct connection *source = ue->connection;
    return ue->handover_peer != NO_PEER && source && source->leaving &&
           relay_follows(ue->core, source->gnb,
                         (struct relay_way){source->gnb->domain->name,
                                            peer_name(ue->core, (unsigned)ue->handover_peer)});
}

bool relocation_status_send(const struct ue *ue,
                            const struct ngap_ran_status_transfer_transparent_container *status)
{
    uint8_t room[STATUS_BYTES];
    struct writer writer = writer_of(room, sizeof room);
    struct fault fault;
    return under_way(ue) && ngap_encode_ran_status_transfer_transparent_container(&writer, status, &fault) &&
           transfer(ue, STATUS, writer_bytes(&writer));
}

bool relocation_early_status_send(const struct ue *ue,
                                  const struct ngap_early_status_transfer_transparent_container *status)
{
    uint8_t room[STATUS_BYTES];
    struct writer writer = writer_of(room, sizeof room);
    struct fault fault;
    return under_way(ue) &&
           ngap_encode_early_status_transfer_transparent_container(&writer, status, &fault) &&
           transfer(ue, EARLY_STATUS, writer_bytes(&writer));
}

/* --- at the target --- */

static bool pass_status(struct connection *target, struct bytes octets)
{
    const struct ngap_ran_status_transfer_transparent_container *status;
    struct aper_diagnostics diagnostics;
    if (!octets.len || ngap_decode_ran_status_transfer_transparent_container(
                           octets, &target->gnb->core->batch, &status, &diagnostics) > NGAP_NOTIFY)
        return false;
    const struct ngap_downlink_ran_status_transfer message = {target->amf_ue_ngap_id, target->ran_ue_ngap_id,
                                                              *status};
    return n2_send_ue(target, NGAP_DOWNLINK_RAN_STATUS_TRANSFER, &message);
}

static bool pass_early_status(struct connection *target, struct bytes octets)
{
    const struct ngap_early_status_transfer_transparent_container *status;
    struct aper_diagnostics diagnostics;
    if (!octets.len || ngap_decode_early_status_transfer_transparent_container(
                           octets, &target->gnb->core->batch, &status, &diagnostics) > NGAP_NOTIFY)
        return false;
    const struct ngap_downlink_ran_early_status_transfer message = {target->amf_ue_ngap_id,
                                                                    target->ran_ue_ngap_id, *status};
    return n2_send_ue(target, NGAP_DOWNLINK_RAN_EARLY_STATUS_TRANSFER, &message);
}

/* Only while the phone is on its way: later the gNB has no use for it. */
void relocation_status_take(struct peer_request *request, struct ue *ue)
{
    const json_t *container = json_object_get(request->content.json, "n2InfoContainer");
    const json_t *info = json_object_get(json_object_get(container, "ranInfo"), "n2InfoContent");
    struct connection *target = ue->target;
    struct sbi_content content = {0};
    if (ue->handover_peer != (int)request->peer || !target || !target->numbered) {
        peer_refuse(request, 409, "UE_IN_CM_IDLE_STATE");
        return;
    }
    if (!relay_follows(ue->core, NULL,
                       (struct relay_way){peer_name(ue->core, request->peer), target->gnb->domain->name})) {
        peer_refuse(request, 403, "MODIFICATION_NOT_ALLOWED");
        return;
    }
    if (!pass_status(target, n2_info_of_type(&request->content, info, STATUS)) &&
        !pass_early_status(target, n2_info_of_type(&request->content, info, EARLY_STATUS))) {
        peer_refuse(request, 400, "MANDATORY_IE_INCORRECT");
        return;
    }
    content.json = json_pack("{s:s}", "cause", "N1_N2_TRANSFER_INITIATED");
    peer_reply(request, &content);
}
