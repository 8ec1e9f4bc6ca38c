/* SPDX-License-Identifier: Apache-2.0 */
/* What gNBs say, where a test plays them (TS 38.413 8.3, 8.4). Bytes of containers and transfers mean nothing. */
#ifndef TESTS_CORE_GNB_PLAY_H
#define TESTS_CORE_GNB_PLAY_H

#include "core/amf/context.h"
#include "wire/ngap/ngap.h"

enum { PLAY_RAN_ID = 55, PLAY_CELL = 0x456 };

/* Sessions 1 to `sessions`, in `items`, to the gNB of that number. */
struct ngap_handover_required play_required(const struct ue *ue, unsigned target,
                                            struct ngap_pdu_session_resource_item_ho_rqd *items,
                                            size_t sessions, struct bytes container);
struct ngap_handover_cancel play_cancel(const struct ue *ue);

/* Of the target, which calls the phone PLAY_RAN_ID. */
struct ngap_handover_request_acknowledge play_admission(uint64_t amf_ue_ngap_id, size_t sessions,
                                                        struct bytes container);
struct ngap_handover_notify play_notify(uint64_t amf_ue_ngap_id);

/* The phone is gone from the gNB, which would look for it in that cell. */
struct ngap_ue_context_release_complete play_released(const struct ue *ue, uint64_t cell);

#endif
