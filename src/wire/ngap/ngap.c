/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/ngap/ngap.h"

#include "wire/ngap/tables.h"

const char *ngap_message_name(enum ngap_message_type message)
{
    const struct aper_type *type = message < NGAP_MESSAGES ? ngap_messages[message].type : NULL;
    return type ? type->name : "unknown";
}
