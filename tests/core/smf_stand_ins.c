/* SPDX-License-Identifier: Apache-2.0 */
/* What the SMF asks of the core, the AMF and other cores, where there is only an SMF: each answers what the test's world says, or that nothing is there. */
#include "smf_world.h"

#include "core/peer/peer.h"
#include "core/traffic.h"

/* --- what the core and the AMF are to the SMF --- */

bool core_transaction_begin(struct core *core)
{
    (void)core;
    return true;
}

void core_transaction_over(struct core *core, uint64_t payer)
{
    (void)core, (void)payer;
}

enum amf_delivery amf_n1n2_transfer(struct ue *ue, const struct n1n2_message *message)
{
    if (!ue->connected)
        return amf_page(ue, message->pdu_session_id) ? AMF_PAGING : AMF_UNREACHABLE;
    if (ue->hands_over && message->n2 != N2_NONE)
        return AMF_PAGING;
    ue->sent++;
    ue->n2 = message->n2;
    ue->n1_size = message->n1.len;
    ue->transfer_size = message->n2_transfer.len;
    assert_true(ue->n1_size <= sizeof ue->n1 && ue->transfer_size <= sizeof ue->transfer);
    if (message->n1.len)
        memcpy(ue->n1, message->n1.data, message->n1.len);
    if (message->n2_transfer.len)
        memcpy(ue->transfer, message->n2_transfer.data, message->n2_transfer.len);
    return AMF_SENT;
}

bool amf_page(struct ue *ue, uint8_t pdu_session_id)
{
    (void)pdu_session_id;
    ue->pages++;
    return !ue->unreachable;
}

void amf_subscription_changed(struct ue *ue)
{
    ue->looked_at_again++;
}

supi_t amf_supi(const struct ue *ue)
{
    return ue->supi;
}

struct core *amf_core(const struct ue *ue)
{
    return ue->core;
}

uint64_t amf_ue_ambr(const struct ue *ue, bool uplink)
{
    return uplink ? ue->ambr_uplink : ue->ambr_downlink;
}

bool amf_connected(const struct ue *ue)
{
    return ue->connected;
}

struct tai amf_last_tai(const struct ue *ue)
{
    return (struct tai){.tac = ue->tac};
}

const struct gnb *amf_serving_gnb(const struct ue *ue)
{
    return ue->serving;
}

const struct gnb *amf_target_gnb(const struct ue *ue)
{
    return ue->target;
}

bool amf_admits_tunnel(const struct ue *ue, const struct gnb *gnb, const struct config_ip *end)
{
    (void)ue;
    return !gnb || config_prefix_holds(&gnb->n3, end);
}

bool amf_admits_session(const struct ue *ue, struct config_slice slice, const char *dnn)
{
    (void)slice;
    return !ue->withheld_dnn || strcmp(ue->withheld_dnn, dnn) != 0;
}

void traffic_expected(struct core *core, const char *plane)
{
    (void)core, (void)plane;
}

static const struct world *world_of(const struct core *core)
{
    return (const struct world *)((const char *)core - offsetof(struct world, core));
}

bool traffic_plane_shapes(const struct core *core, const char *plane)
{
    (void)plane;
    return world_of(core)->plane.shapes;
}

bool traffic_shaping(const struct core *core, const char *plane, struct pfcp_shaping_of_peer **list,
                     size_t *count)
{
    const struct world *world = world_of(core);
    (void)plane;
    *count = world->shaped_count;
    *list = malloc(sizeof world->shaped);
    assert_non_null(*list);
    memcpy(*list, world->shaped, sizeof world->shaped);
    return true;
}

bool traffic_reported(struct core *core, const char *plane, const struct pfcp_node_report_request *report)
{
    (void)core, (void)plane, (void)report;
    return true;
}

struct session **amf_sessions(struct ue *ue)
{
    return &ue->sessions;
}

struct ue *amf_find(struct core *core, supi_t supi)
{
    (void)core;
    return smf_world_now->ue.supi == supi ? &smf_world_now->ue : NULL;
}

void amf_handover_forwarding(struct ue *ue)
{
    ue->forwarding++;
}

/* --- there are no other cores --- */

struct remote **amf_remotes(struct ue *ue)
{
    return &ue->remotes;
}

uint32_t amf_nonce(const struct ue *ue)
{
    (void)ue;
    return 0;
}

bool amf_is_away(const struct ue *ue, unsigned peer)
{
    (void)ue, (void)peer;
    return false;
}

void amf_take_away(struct ue *ue, unsigned peer)
{
    (void)ue, (void)peer;
}

uint32_t amf_away(const struct ue *ue)
{
    (void)ue;
    return 0;
}

bool amf_whereabouts(const struct ue *ue, struct whereabouts *place)
{
    (void)ue, (void)place;
    return false;
}

void amf_session_ended(struct ue *ue, uint8_t pdu_session_id, bool tell)
{
    (void)ue, (void)pdu_session_id, (void)tell;
}

bool peer_request(struct core *core, const char *path, struct sbi_content *content,
                  struct sbi_message *request)
{
    (void)core, (void)path, (void)request;
    sbi_content_free(content);
    return false;
}

bool peer_post(struct core *core, unsigned peer, const struct sbi_message *request, peer_answered *answered,
               uint64_t key, unsigned number)
{
    (void)core, (void)peer, (void)request, (void)answered, (void)key, (void)number;
    return false;
}

void peer_tell(struct core *core, unsigned peer, const struct sbi_message *request)
{
    (void)core, (void)peer, (void)request;
}

void peer_reply(const struct peer_request *request, struct sbi_content *content)
{
    (void)request, (void)content;
}

void peer_refuse(const struct peer_request *request, unsigned status, const char *cause)
{
    (void)request, (void)status, (void)cause;
}

void peer_refuse_with(const struct peer_request *request, unsigned status, struct sbi_content *content)
{
    (void)request, (void)status, (void)content;
}

struct peer_request peer_request_later(const struct peer_request *request)
{
    return *request;
}

const struct sbi_message *peer_ask_unless(struct procedure *p, unsigned peer,
                                          const struct sbi_message *request, struct meanwhile *meanwhile)
{
    (void)p, (void)peer, (void)request, (void)meanwhile;
    return NULL;
}

void amf_n1_not_forwarded(struct ue *ue, uint8_t pdu_session_id, struct bytes payload)
{
    (void)ue, (void)pdu_session_id, (void)payload;
    fail_msg("no session is anchored elsewhere");
}

void amf_refused(const struct ue *ue, const char *rule, const char *procedure, const char *reason)
{
    (void)procedure, (void)reason;
    ((struct ue *)ue)->refused_by = rule;
    ((struct ue *)ue)->refusals++;
}

void amf_refused_by(const struct ue *ue, uint8_t message, const char *sublayer, uint8_t cause,
                    const char *name)
{
    assert_string_equal(sublayer, "5GSM");
    assert_true(cause);
    amf_refused(ue, "", nas_message_name(message), name);
}

void amf_lost_user_plane(struct ue *ue)
{
    (void)ue;
}

/* --- what answers to partners ask --- */

const char *amf_gnb_name(const struct gnb *gnb)
{
    return gnb->name;
}

uint32_t amf_gnb_misfits(const struct gnb *gnb)
{
    (void)gnb;
    return 0;
}

uint32_t amf_identity_misfits(const struct core *core, struct config_gnb_id id)
{
    (void)core, (void)id;
    return 0;
}

struct line_facts amf_line_facts(const struct core *core)
{
    smf_world_now->facts_asked++;
    return (struct line_facts){.ledger = core->ledger,
                               .profile = &core->config->inventory.profile,
                               .measured = smf_world_now->measured,
                               .date = config_date_of(core_wall(core))};
}

void amf_note_day(struct core *core, const struct line_facts *facts)
{
    core->last_decision = facts->date;
}
