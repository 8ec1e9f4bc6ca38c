/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Service data flow filters (TS 29.244 8.2.5): an IPFilterRule (RFC 6733 4.3.1 as restricted by TS 29.212 5.4.2) and the
 * fields beside it, parsed once when a rule is installed. Flow descriptions are written for the downlink ("permit out");
 * for uplink packets source and destination change places (TS 29.244 5.2.1A.2A).
 */
#ifndef PLANE_SDF_H
#define PLANE_SDF_H

#include <stdbool.h>
#include <stdint.h>

#include "kit/bytes.h"
#include "plane/flow.h"
#include "plane/frame_filter.h"

enum { SDF_PORT_RANGES = 4 }; /* a side; more are refused */

struct sdf_ports {
    uint16_t low, high;
};

struct sdf_side {
    uint8_t address[16];
    uint8_t family;      /* AF_INET, AF_INET6; 0: any */
    uint8_t length;      /* of the prefix */
    uint8_t range_count; /* 0: any port */
    bool not ;           /* everything but this address */
    struct sdf_ports ranges[SDF_PORT_RANGES];
};

struct sdf_filter {
    struct sdf_side remote, local; /* the data network's side and the UE's */
    uint8_t protocol;
    bool any_protocol;
    bool has_traffic_class, has_spi, has_flow_label;
    uint8_t traffic_class, traffic_class_mask;
    uint32_t spi, flow_label;
    struct frame_filter frame; /* around the packet */
    uint32_t id;               /* of one for both directions, with has_id */
    bool has_id;
    bool by_id; /* while rules are planned: it stands for those that have the id */
};

/* Fills remote, local and protocol. False: *wrong (static text) says why; the filter is then unusable. */
bool sdf_parse(struct bytes flow_description, struct sdf_filter *filter, const char **wrong);

#endif
