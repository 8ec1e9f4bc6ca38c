/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/n2.h"
#include "line/event.h"

void gnb_event(const struct gnb *gnb, struct line_event event)
{
    char from[VALUE_TEXT_BYTES];
    config_endpoint_text(&gnb->peer.address, from);
    event.association = gnb->association;
    event.gnb = *gnb->name ? gnb->name : from;
    core_event(gnb->core, event);
}
