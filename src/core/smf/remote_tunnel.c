/* SPDX-License-Identifier: Apache-2.0 */
#include "core/smf/remote_tunnel.h"

#include "core/smf/n4.h"

/* end NULL: it names none. */
static bool admits(const struct ue *ue, const struct gnb *gnb,
                   const struct ngap_up_transport_layer_information *end)
{
    struct tunnel tunnel;
    return !end || (n2_read_tunnel(end, &tunnel) && n2_admits_tunnel(ue, gnb, &tunnel));
}

bool remote_admits_switch(const struct ue *ue, const struct gnb *gnb, struct bytes transfer)
{
    const struct ngap_path_switch_request_transfer *read;
    struct aper_diagnostics diagnostics;
    return ngap_decode_path_switch_request_transfer(transfer, &amf_core(ue)->batch, &read, &diagnostics) <=
               NGAP_NOTIFY &&
           admits(ue, gnb, &read->dl_ngu_up_tnl_information);
}

bool remote_admits_handover(const struct ue *ue, const struct gnb *gnb, struct bytes acknowledge)
{
    const struct ngap_handover_request_acknowledge_transfer *read;
    struct aper_diagnostics diagnostics;
    return ngap_decode_handover_request_acknowledge_transfer(acknowledge, &amf_core(ue)->batch, &read,
                                                             &diagnostics) <= NGAP_NOTIFY &&
           admits(ue, gnb, &read->dl_ngu_up_tnl_information) && n2_admits_forwarding(ue, gnb, read);
}

static bool admits_setup(const struct ue *ue, struct bytes transfer)
{
    struct tunnel tunnel;
    uint8_t performed;
    return n2_read_setup_response(amf_core(ue), transfer, &tunnel, &performed) &&
           n2_admits_tunnel(ue, amf_serving_gnb(ue), &tunnel);
}

static bool admits_modification(const struct ue *ue, struct bytes transfer)
{
    const struct ngap_pdu_session_resource_modify_response_transfer *read;
    struct aper_diagnostics diagnostics;
    return ngap_decode_pdu_session_resource_modify_response_transfer(transfer, &amf_core(ue)->batch, &read,
                                                                     &diagnostics) <= NGAP_NOTIFY &&
           admits(ue, amf_serving_gnb(ue), read->dl_ngu_up_tnl_information);
}

void remote_check_answer(const struct ue *ue, enum n2_answer *kind, struct bytes *transfer)
{
    const struct ngap_cause cause = N2_TRANSPORT(TRANSPORT_RESOURCE_UNAVAILABLE);
    const struct ngap_pdu_session_resource_setup_unsuccessful_transfer setup = {.cause = cause};
    const struct ngap_pdu_session_resource_modify_unsuccessful_transfer modify = {.cause = cause};
    struct core *core = amf_core(ue);
    if (*kind == N2_SETUP_RESPONSE && !admits_setup(ue, *transfer)) {
        *kind = N2_SETUP_UNSUCCESSFUL;
        *transfer = n2_transfer(core, &ngap_type_pdu_session_resource_setup_unsuccessful_transfer, &setup);
    } else if (*kind == N2_MODIFY_RESPONSE && !admits_modification(ue, *transfer)) {
        *kind = N2_MODIFY_UNSUCCESSFUL;
        *transfer = n2_transfer(core, &ngap_type_pdu_session_resource_modify_unsuccessful_transfer, &modify);
    }
}
