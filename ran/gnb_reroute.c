/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A phone that came to the wrong AMF is taken to the right one (TS 38.413 8.6.5). A simulated gNB has one association; one with two
 * AMFs is two of them, each of which is the `other` of the other.
 */
#include "ran/gnb_inside.h"
#include "ran/phone.h"
#include "wire/ngap/ngap_calls.h"

/* NULL: it is none, or cannot be read. */
static const struct ngap_initial_ue_message *initial_of(struct ran_gnb *gnb, struct bytes message)
{
    struct ngap_pdu pdu;
    return ngap_decode(message, &gnb->arena, NGAP_STRICT_ORDER, &pdu) <= NGAP_NOTIFY &&
                   pdu.message == NGAP_INITIAL_UE_MESSAGE
               ? pdu.value.initial_ue_message
               : NULL;
}

static void take_over(struct ran_gnb_connection *connection, struct phone *phone,
                      const struct ngap_initial_ue_message *initial,
                      const struct ngap_reroute_nas_request *request)
{
    struct ngap_initial_ue_message message = *initial;
    message.ran_ue_ngap_id = connection->ran_ue_ngap_id;
    message.user_location_information = ran_gnb_location(connection->gnb);
    message.has_amf_set_id = true;
    message.amf_set_id = request->amf_set_id;
    message.allowed_nssai = request->allowed_nssai;
    phone_on_handover(phone, connection);
    ran_gnb_send_for(connection, NGAP_INITIAL_UE_MESSAGE, &message);
}

void ran_gnb_on_reroute(struct ran_gnb *gnb, const struct ngap_reroute_nas_request *request)
{
    struct ran_gnb_connection *former = map_get(&gnb->connections, request->ran_ue_ngap_id);
    struct ran_gnb *other = gnb->other;
    const struct ngap_initial_ue_message *initial = initial_of(gnb, request->ngap_message);
    if (!former || !former->phone)
        return;
    bool reachable = initial && other && other->ready && other->amf_set == request->amf_set_id;
    struct ran_gnb_connection *connection = reachable ? ran_gnb_connect(other, former->phone) : NULL;
    if (connection)
        take_over(connection, former->phone, initial, request);
    ran_gnb_forget(former);
}
