/* SPDX-License-Identifier: Apache-2.0 */
/* What the peer's SMF says, and what it hears of the phone's whereabouts. */
#include <stdio.h>
#include <stdlib.h>

#include "core/peer/services.h"
#include "core/peer/whereabouts.h"
#include "core/smf/remote_inside.h"
#include "core/smf/remote_tunnel.h"
#include "core/smf/sm_names.h"

/* False: what is for the gNB cannot be read. */
static bool write_anew(struct core *core, struct n1n2_message *message)
{
    static const struct aper_type *const types[] = {
        [N2_SETUP_REQUEST] = &ngap_type_pdu_session_resource_setup_request_transfer,
        [N2_MODIFY_REQUEST] = &ngap_type_pdu_session_resource_modify_request_transfer,
        [N2_RELEASE_COMMAND] = &ngap_type_pdu_session_resource_release_command_transfer,
    };
    if (message->n2 == N2_NONE)
        return true;
    message->n2_transfer = smf_transfer_anew(core, types[message->n2], message->n2_transfer);
    return message->n2_transfer.len != 0;
}

enum amf_delivery remote_transfer(struct ue *ue, unsigned peer, const struct n1n2_message *told)
{
    struct remote *remote = remote_find(ue, told->pdu_session_id);
    struct n1n2_message own = *told, *message = &own;
    enum amf_delivery delivery;
    if (!remote || remote->peer != peer || !write_anew(amf_core(ue), message))
        return AMF_UNREACHABLE;
    if (!message->n1.len && message->n2 == N2_NONE) {
        remote->data_waits = true;
        if (!amf_connected(ue))
            return amf_page(ue, remote->psi) ? AMF_PAGING : AMF_UNREACHABLE;
        if (!remote->activating)
            remote_wake(remote);
        return AMF_SENT;
    }
    delivery = amf_n1n2_transfer(ue, message);
    if (delivery != AMF_UNREACHABLE)
        remote->activating = remote->activating || message->n2 == N2_SETUP_REQUEST;
    if (delivery == AMF_PAGING)
        remote_keep(remote, message);
    return delivery;
}

/* Nobody heard it: said again when the phone next does something. */
static void placed(struct core *core, unsigned peer, uint64_t supi, unsigned psi,
                   const struct sbi_message *response)
{
    struct remote *remote = remote_at(core, peer, supi, psi);
    if (remote && !response)
        remote->told = (struct config_gnb_id){0};
    remote_taken(core, peer, supi, psi, response);
}

/* TS 23.502 4.2.2.2.2 step 17, TS 29.502 5.2.2.3.1: who serves the phone, and where. Its user planes are not touched. */
static void tell_place(struct remote *remote)
{
    struct sbi_content content = {0};
    struct whereabouts place;
    if (!amf_whereabouts(remote->ue, &place) || config_gnb_id_equal(place.gnb, remote->told))
        return;
    content.json = json_object();
    remote_say_place(remote, &content);
    remote_modify(remote, &content, placed);
}

void remote_reachable(struct ue *ue)
{
    for (struct remote *remote = remote_first(ue); remote; remote = remote->next) {
        struct n1n2_message message = remote->kept;
        tell_place(remote);
        if (!remote->has_kept)
            continue;
        remote->has_kept = false;
        remote->kept = (struct n1n2_message){0};
        remote_pass_on(remote, &message);
        free((void *)message.n1.data);
        free((void *)message.n2_transfer.data);
    }
}

/* N1N2MsgTxfrFailureNotification (TS 29.518 6.1.6.2.31). */
void remote_unreachable(struct ue *ue)
{
    for (struct remote *remote = remote_first(ue); remote; remote = remote->next) {
        struct sbi_content content = {0};
        struct sbi_message request;
        char path[PEER_PATH_BYTES];
        if (!remote->has_kept && !remote->data_waits)
            continue;
        remote_drop_kept(remote);
        remote->data_waits = remote->activating = false;
        snprintf(path, sizeof path, FAILURE_NOTIFY "%s", remote->ref);
        content.json = json_pack("{s:s, s:s}", "cause", "UE_NOT_RESPONDING", "n1n2MsgDataUri", path);
        if (peer_request(amf_core(ue), path, &content, &request))
            peer_tell(amf_core(ue), remote->peer, &request);
    }
}

static struct ue *ue_before(const struct peer_request *request, const char *slash)
{
    char supi[SUPI_TEXT_BYTES];
    if (!slash || (size_t)(slash - request->rest) >= sizeof supi)
        return NULL;
    snprintf(supi, sizeof supi, "%.*s", (int)(slash - request->rest), request->rest);
    return amf_find(request->core, supi_of_text(supi));
}

/* POST STATUS_NOTIFY {supi}/{psi} */
void sm_context_status(struct peer_request *request)
{
    const char *slash = strchr(request->rest, '/');
    struct ue *ue = ue_before(request, slash);
    unsigned long psi = slash ? strtoul(slash + 1, NULL, 10) : 0;
    struct remote *remote = ue && psi <= SMF_SESSIONS_PER_UE ? remote_find(ue, (uint8_t)psi) : NULL;
    const json_t *info = json_object_get(request->content.json, "statusInfo");
    const char *status = json_string_value(json_object_get(info, "resourceStatus"));
    if (!remote || remote->peer != request->peer) {
        peer_refuse(request, 404, "CONTEXT_NOT_FOUND");
        return;
    }
    if (status && strcmp(status, "RELEASED") == 0)
        remote_end(remote);
    peer_reply(request, NULL);
}
