/* SPDX-License-Identifier: Apache-2.0 */
/* Causes of NGAP (TS 38.413 9.3.1.2) as the network functions write them. */
#ifndef CORE_CAUSE_H
#define CORE_CAUSE_H

#include "wire/ngap/ngap.h"

#define N2_RADIO(name) \
    ((struct ngap_cause){.which = NGAP_CAUSE_RADIO_NETWORK, .radio_network = NGAP_CAUSE_RADIO_NETWORK_##name})
#define N2_TRANSPORT(name) \
    ((struct ngap_cause){.which = NGAP_CAUSE_TRANSPORT, .transport = NGAP_CAUSE_TRANSPORT_##name})
#define N2_NAS(name) ((struct ngap_cause){.which = NGAP_CAUSE_NAS, .nas = NGAP_CAUSE_NAS_##name})
#define N2_PROTOCOL(name) \
    ((struct ngap_cause){.which = NGAP_CAUSE_PROTOCOL, .protocol = NGAP_CAUSE_PROTOCOL_##name})
#define N2_MISC(name) ((struct ngap_cause){.which = NGAP_CAUSE_MISC, .misc = NGAP_CAUSE_MISC_##name})

#endif
