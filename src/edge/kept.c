/* SPDX-License-Identifier: Apache-2.0 */
/* What control has accepted of an association, so that the next control can be told. */
#include <stdio.h>
#include <stdlib.h>

#include "edge/association.h"

static void free_list(struct kept **list)
{
    while (*list) {
        struct kept *first = *list;
        *list = first->next;
        free(first);
    }
}

static struct kept *set_aside(struct bytes body)
{
    struct kept *kept = body.len <= KEPT_BYTES ? malloc(sizeof *kept + body.len) : NULL;
    if (!kept)
        return NULL;
    *kept = (struct kept){.length = body.len};
    memcpy(kept->body, body.data, body.len);
    return kept;
}

static void replace(struct kept **place, struct kept *with)
{
    free_list(place);
    *place = with;
}

void edge_forget_kept(struct edge_association *association)
{
    free_list(&association->accepted);
    free_list(&association->asked_setup);
    free_list(&association->asked_update);
    association->accepted_bytes = 0;
}

/* For people: "999/70-00000001". The octets are TS 38.413 9.3.3.5's. */
static void describe_id(char *text, size_t size, const struct ngap_global_ran_node_id *id)
{
    text[0] = '\0';
    if (id->which != NGAP_GLOBAL_RAN_NODE_ID_GLOBAL_GNB_ID)
        return;
    const uint8_t *plmn = id->global_gnb_id.plmn_identity;
    int used = snprintf(text, size, "%x%x%x/%x%x", plmn[0] & 15, plmn[0] >> 4, plmn[1] & 15, plmn[2] & 15,
                        plmn[2] >> 4);
    if (plmn[1] >> 4 != 15)
        used += snprintf(text + used, size - (size_t)used, "%x", plmn[1] >> 4);
    snprintf(text + used, size - (size_t)used, "-%08x", (unsigned)id->global_gnb_id.gnb_id.gnb_id.value);
}

static void describe(struct edge_gnb *gnb, const struct ngap_ng_setup_request *request)
{
    describe_id(gnb->id, sizeof gnb->id, &request->global_ran_node_id);
    size_t length =
        request->ran_node_name.len < sizeof gnb->name ? request->ran_node_name.len : sizeof gnb->name - 1;
    if (length)
        memcpy(gnb->name, request->ran_node_name.data, length);
    gnb->name[length] = '\0';
}

void edge_note_uplink(struct edge_association *association, const struct ngap_pdu *pdu, struct bytes body)
{
    if (pdu->message == NGAP_NG_SETUP_REQUEST) {
        describe(&association->seen, pdu->value.ng_setup_request);
        edge_forget_kept(association);
        association->asked_setup = set_aside(body);
        association->setup = SETUP_ASKED;
        association->seen.ready = false;
    } else if (pdu->message == NGAP_RAN_CONFIGURATION_UPDATE) {
        replace(&association->asked_update, set_aside(body));
    }
}

static void take_as_accepted(struct edge_association *association, struct kept **asked)
{
    struct kept **end = &association->accepted;
    while (*end)
        end = &(*end)->next;
    *end = *asked;
    *asked = NULL;
    if (*end)
        association->accepted_bytes += (*end)->length;
    /* Updates carry whole lists, so the oldest are the ones to lose. */
    while (association->accepted_bytes > KEPT_BYTES && association->accepted && association->accepted->next) {
        struct kept *oldest = association->accepted->next;
        association->accepted->next = oldest->next;
        association->accepted_bytes -= oldest->length;
        free(oldest);
    }
}

void edge_note_downlink(struct edge_association *association, enum ngap_message_type message)
{
    switch (message) {
    case NGAP_NG_SETUP_RESPONSE:
        take_as_accepted(association, &association->asked_setup);
        association->setup = SETUP_DONE;
        association->seen.ready = true;
        break;
    case NGAP_NG_SETUP_FAILURE:
        edge_forget_kept(association);
        association->setup = SETUP_NONE;
        break;
    case NGAP_RAN_CONFIGURATION_UPDATE_ACKNOWLEDGE:
        take_as_accepted(association, &association->asked_update);
        break;
    case NGAP_RAN_CONFIGURATION_UPDATE_FAILURE:
        free_list(&association->asked_update);
        break;
    default:
        break;
    }
}
