/* SPDX-License-Identifier: Apache-2.0 */
/* PFCP session establishment as the SMF writes it and the plane reads it; the G-PDU header in the packet path. */
#include "measure.h"
#include "wire/gtpu/gtpu.h"
#include "wire/pfcp/pfcp.h"

struct work {
    struct pfcp_message message;
    struct arena arena;
    uint8_t bytes[2048];
    size_t size;
    uint8_t packet[GTPU_HEADER_CONTAINER + 64];
    uint32_t teids;
};

static void encode(void *context)
{
    struct work *work = context;
    work->size = pfcp_encode(&work->message, work->bytes, sizeof work->bytes);
}

static void decode(void *context)
{
    struct work *work = context;
    struct pfcp_message message;
    struct pfcp_problem problem;
    arena_reset(&work->arena);
    pfcp_decode(&work->arena, bytes_of(work->bytes, work->size), &message, &problem);
}

static void parse(void *context)
{
    struct work *work = context;
    struct gtpu_packet packet;
    if (gtpu_parse_fast(BYTES(work->packet), &packet))
        work->teids += packet.teid;
}

int main(void)
{
    static struct work work;
    uint32_t qer_ids[] = {1, 2};
    struct pfcp_ue_ip ue = {.ip = {.has_v4 = true, .v4 = {10, 45, 0, 2}}};
    struct pfcp_create_pdr pdrs[2];
    struct pfcp_create_far fars[2];
    struct pfcp_qer qers[2];
    for (unsigned i = 0; i < 2; i++) {
        pdrs[i] = (struct pfcp_create_pdr){
            .pdr_id = (uint16_t)(i + 1),
            .pdi = {.source_interface = (uint8_t)i, .ue_ips = &ue, .ue_ips_count = 1},
            .has_far_id = true,
            .far_id = i + 1,
            .qer_ids = qer_ids,
            .qer_ids_count = 2};
        fars[i] = (struct pfcp_create_far){.far_id = i + 1, .apply_action = PFCP_BUFF};
        qers[i] = (struct pfcp_qer){.qer_id = i + 1, .has_mbr = true, .mbr = {1000000, 1000000}};
    }
    work.message = (struct pfcp_message){
        .type = PFCP_SESSION_ESTABLISHMENT_REQUEST,
        .session_establishment_request = {.node_id = {.ip = {.has_v4 = true}},
                                          .cp_f_seid = {.seid = 1, .ip = {.has_v4 = true}},
                                          .create_pdrs = pdrs,
                                          .create_pdrs_count = 2,
                                          .create_fars = fars,
                                          .create_fars_count = 2,
                                          .create_qers = qers,
                                          .create_qers_count = 2},
    };
    arena_init(&work.arena, 0);
    gtpu_g_pdu_header(work.packet, 7, GTPU_UPLINK, 1, false, 64);
    measure_row("pfcp_session_establishment_encode_ns", measure_ns(encode, &work), "ns");
    measure_row("pfcp_session_establishment_decode_ns", measure_ns(decode, &work), "ns");
    measure_row("gtpu_g_pdu_parse_ns", measure_ns(parse, &work), "ns");
    arena_free(&work.arena);
    return 0;
}
