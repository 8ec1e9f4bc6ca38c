/* SPDX-License-Identifier: Apache-2.0 */
/* What generate.py makes beside the structs, for this room, its tests and nobody else. */
#ifndef WIRE_NGAP_TABLES_H
#define WIRE_NGAP_TABLES_H

#include "wire/aper/aper.h"
#include "wire/ngap/ngap.h"

struct ngap_message {
    const struct aper_type *type;
    uint8_t procedure_code, kind, criticality;
    int8_t amf_id, ran_id; /* places of the UE's ids among the type's parts, or -1 */
};

/* By ngap_message_type. */
extern const struct ngap_message ngap_messages[NGAP_MESSAGES];

/* By kind and procedure code; NGAP_NO_MESSAGE where there is none. */
extern const uint8_t ngap_message_of[3][256];

/* What octet strings contain, up to a NULL. */
extern const struct aper_type *const ngap_contained[];

/* Sets the UE's ids of a PDU from its value, so far as they were read before something went wrong. */
void ngap_take_ids(struct ngap_pdu *pdu);

#endif
