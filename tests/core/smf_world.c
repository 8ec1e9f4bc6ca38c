/* SPDX-License-Identifier: Apache-2.0 */
#include "smf_world.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "core/rows.h"

enum { STACKS = 16, STACK_BYTES = 256 * 1024, DATAGRAMS = 64, WALL = 1700000000 };

struct world *smf_world_now;

static struct datagram {
    union socket_address peer;
    uint8_t *bytes;
    size_t size;
} outbox[DATAGRAMS];
static unsigned outbox_count;

/* Kept until the world is pumped. */
bool core_send_pfcp(struct core *core, const union socket_address *peer, struct bytes datagram, bool joins)
{
    (void)core;
    (void)joins;
    assert_true(outbox_count < DATAGRAMS);
    struct datagram *kept = &outbox[outbox_count++];
    *kept = (struct datagram){.peer = *peer, .bytes = malloc(datagram.len), .size = datagram.len};
    assert_non_null(kept->bytes);
    memcpy(kept->bytes, datagram.data, datagram.len);
    return true;
}

static void forget_outbox(void)
{
    while (outbox_count)
        free(outbox[--outbox_count].bytes);
}

/* --- the plane --- */

static void take_far(struct plane *plane, uint16_t action, bool has_forwarding,
                     const struct pfcp_forwarding *forwarding)
{
    plane->action = action;
    if (!has_forwarding)
        return;
    plane->header = forwarding->outer_header_creation;
    plane->end_marker = forwarding->has_smreq_flags && (forwarding->smreq_flags & PFCP_SNDEM);
}

static void take_qers(struct plane *plane, const struct pfcp_qer *qers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (qers[i].has_correlation_id)
            plane->ue_rate = qers[i];
        if (qers[i].has_qfi)
            plane->marks = qers[i].qfi;
    }
}

static void take_frame_filter(struct plane *plane, const struct pfcp_pdi *pdi)
{
    const unsigned direction = pdi->source_interface == PFCP_CORE;
    plane->frame_filters[direction] =
        pdi->ethernet_filters_count ? pdi->ethernet_filters[0] : (struct pfcp_ethernet_filter){0};
    plane->macs[direction] = pdi->ethernet_filters_count && pdi->ethernet_filters[0].macs_count
                                 ? pdi->ethernet_filters[0].macs[0]
                                 : (struct pfcp_mac){0};
    if (pdi->ethernet_filters_count && pdi->ethernet_filters[0].sdf_filters_count)
        snprintf(plane->filter, sizeof plane->filter, "%.*s",
                 (int)pdi->ethernet_filters[0].sdf_filters[0].flow_description.len,
                 (const char *)pdi->ethernet_filters[0].sdf_filters[0].flow_description.data);
}

static void take_pdrs(struct plane *plane, const struct pfcp_create_pdr *pdrs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        take_frame_filter(plane, &pdrs[i].pdi);
    for (size_t i = 0; i < count; i++)
        if (pdrs[i].pdi.sdf_filters_count)
            snprintf(plane->filter, sizeof plane->filter, "%.*s",
                     (int)pdrs[i].pdi.sdf_filters[0].flow_description.len,
                     (const char *)pdrs[i].pdi.sdf_filters[0].flow_description.data);
}

static void take_pdis(struct plane *plane, const struct pfcp_create_pdr *pdrs, size_t count)
{
    plane->addresses = 0;
    plane->frames = false;
    for (size_t i = 0; i < count; i++) {
        plane->addresses += (unsigned)pdrs[i].pdi.ue_ips_count;
        plane->frames |= pdrs[i].pdi.has_ethernet_session && (pdrs[i].pdi.ethernet_session & 1);
    }
}

enum { SEID_PAIR = 0xffff /* between the SMF's and the plane's */ };

/* All PDRs have the same. */
static void note_routes(struct plane *plane, const struct pfcp_create_pdr *pdrs, size_t count)
{
    const struct pfcp_pdi *last = &pdrs[count - 1].pdi;
    plane->routes[0] = last->framed_routes_count;
    plane->routes[1] = last->framed_ipv6_routes_count;
    for (size_t i = 0; i < count; i++)
        assert_true(pdrs[i].pdi.framed_routes_count == plane->routes[0] &&
                    pdrs[i].pdi.framed_ipv6_routes_count == plane->routes[1]);
    snprintf(plane->route, sizeof plane->route, "%.*s",
             plane->routes[0] ? (int)last->framed_routes[0].len : 0,
             plane->routes[0] ? (const char *)last->framed_routes[0].data : "");
}

static void take_establishment(struct plane *plane, const struct pfcp_message *in, struct pfcp_message *out)
{
    static struct pfcp_created_pdr created;
    static struct pfcp_ue_ip given = {.destination = true, .ip = {.has_v4 = true, .v4 = {192, 168, 7, 9}}};
    const struct pfcp_session_establishment_request *request = &in->session_establishment_request;
    const struct pfcp_pdi *uplink = &request->create_pdrs[0].pdi;
    const struct pfcp_ip own = {.has_v4 = true, .v4 = {127, 0, 0, 7}};
    plane->cp_seid = request->cp_f_seid.seid;
    plane->up_seid = plane->cp_seid ^ SEID_PAIR;
    plane->inactivity = request->has_inactivity_timer ? request->inactivity_timer : 0;
    plane->restored = request->has_sereq_flags && (request->sereq_flags & PFCP_RESTI);
    plane->teid = uplink->f_teid.choose ? ++plane->next_teid : uplink->f_teid.teid;
    plane->uplink = request->create_pdrs[0];
    note_routes(plane, request->create_pdrs, request->create_pdrs_count);
    take_pdis(plane, request->create_pdrs, request->create_pdrs_count);
    plane->triggers = 0;
    for (size_t i = 0; i < request->create_urrs_count; i++)
        plane->triggers |= request->create_urrs[i].reporting_triggers;
    plane->chooses = uplink->ue_ips_count && uplink->ue_ips[0].choose_v4;
    snprintf(plane->instance, sizeof plane->instance, "%.*s",
             (int)request->create_pdrs[1].pdi.network_instance.len,
             (const char *)request->create_pdrs[1].pdi.network_instance.data);
    plane->has_v4 = uplink->ue_ips_count && uplink->ue_ips[0].ip.has_v4;
    plane->has_v6 = uplink->ue_ips_count && uplink->ue_ips[0].ip.has_v6;
    if (uplink->ue_ips_count)
        memcpy(plane->ue_ipv4, uplink->ue_ips[0].ip.v4, 4);
    plane->pdn_type = request->pdn_type;
    plane->mbr_downlink = request->create_qers[0].mbr.downlink;
    plane->pdrs = (unsigned)request->create_pdrs_count;
    plane->qers = (unsigned)request->create_qers_count;
    take_qers(plane, request->create_qers, request->create_qers_count);
    take_pdrs(plane, request->create_pdrs, request->create_pdrs_count);
    take_far(plane, request->create_fars[1].apply_action, request->create_fars[1].has_forwarding,
             &request->create_fars[1].forwarding);
    created = (struct pfcp_created_pdr){.pdr_id = 1,
                                        .has_f_teid = !(plane->lacks & PFCP_UP_FTUP),
                                        .f_teid = {.teid = plane->teid, .ip = own},
                                        .ue_ips = &given,
                                        .ue_ips_count = plane->chooses};
    out->seid = plane->cp_seid;
    out->session_establishment_response = (struct pfcp_session_establishment_response){
        .node_id = {.ip = own},
        .cause = plane->refuses ? PFCP_NO_RESOURCES_AVAILABLE : PFCP_ACCEPTED,
        .has_up_f_seid = !plane->refuses,
        .up_f_seid = {.seid = plane->up_seid, .ip = own},
        .created_pdrs = &created,
        .created_pdrs_count = !plane->refuses && (plane->chooses || !(plane->lacks & PFCP_UP_FTUP)),
        .has_load_control = plane->load_sequence != 0,
        .load_control = {.sequence = plane->load_sequence, .metric = plane->load},
        .has_overload_control = plane->overload != 0,
        .overload_control = {.sequence = plane->load_sequence, .metric = plane->overload, .period = 5},
    };
}

enum { FIRST_FORWARDING_PDR = 0x7f01 };

/* A tunnel for the time of a handover, or its end. False: something else. */
static bool take_forwarding(struct plane *plane, const struct pfcp_session_modification_request *request,
                            struct pfcp_session_modification_response *response)
{
    static struct pfcp_created_pdr created;
    if (request->remove_pdrs_count && request->remove_pdrs[0].pdr_id >= FIRST_FORWARDING_PDR) {
        uint16_t pdr = request->remove_pdrs[0].pdr_id;
        plane->forwardings &= ~(1u << (pdr - FIRST_FORWARDING_PDR));
        if (pdr == plane->forward_pdr)
            plane->forward_teid = 0;
        return true;
    }
    if (!request->create_pdrs_count || request->create_pdrs[0].pdr_id < FIRST_FORWARDING_PDR)
        return false;
    plane->forward_pdr = request->create_pdrs[0].pdr_id;
    assert_false(plane->forwardings >> (plane->forward_pdr - FIRST_FORWARDING_PDR) & 1);
    plane->forwardings |= 1u << (plane->forward_pdr - FIRST_FORWARDING_PDR);
    plane->forward_teid = ++plane->next_teid;
    plane->forward_header = request->create_fars[0].forwarding.outer_header_creation;
    created = (struct pfcp_created_pdr){
        .pdr_id = request->create_pdrs[0].pdr_id,
        .has_f_teid = true,
        .f_teid = {.teid = plane->forward_teid, .ip = {.has_v4 = true, .v4 = {127, 0, 0, 7}}}};
    response->created_pdrs = &created;
    response->created_pdrs_count = 1;
    return true;
}

static void take_modification(struct plane *plane, const struct pfcp_message *in, struct pfcp_message *out)
{
    const struct pfcp_session_modification_request *request = &in->session_modification_request;
    bool known = in->seid == plane->up_seid;
    out->seid = in->seid ^ SEID_PAIR;
    out->session_modification_response.cause = known ? PFCP_ACCEPTED : PFCP_SESSION_CONTEXT_NOT_FOUND;
    if (known && plane->flows_cause && request->create_pdrs_count)
        out->session_modification_response.cause = plane->flows_cause;
    if (out->session_modification_response.cause != PFCP_ACCEPTED)
        return;
    if (take_forwarding(plane, request, &out->session_modification_response))
        return;
    plane->pdrs += (unsigned)(request->create_pdrs_count - request->remove_pdrs_count);
    plane->qers += (unsigned)(request->create_qers_count - request->remove_qers_count);
    take_qers(plane, request->create_qers, request->create_qers_count);
    take_qers(plane, request->update_qers, request->update_qers_count);
    take_pdrs(plane, request->create_pdrs, request->create_pdrs_count);
    const struct pfcp_update_far *far = &request->update_fars[0];
    take_far(plane, far->apply_action, far->has_forwarding, &far->forwarding);
    plane->mbr_downlink = request->update_qers[0].mbr.downlink;
    plane->inactivity = request->has_inactivity_timer ? request->inactivity_timer : 0;
    plane->drops += request->has_smreq_flags && (request->smreq_flags & PFCP_DROBU);
}

static void take_shaping(struct plane *plane, const struct pfcp_association_update_request *told)
{
    assert_true(told->has_shaping);
    plane->shaped = (unsigned)told->shaped_count + (plane->shaping_told ? 0 : plane->shaped);
    plane->shaping_told = (told->shaping.flags & PFCP_SHAPING_LAST) != 0;
    if (told->shaped_count)
        plane->shaped_uplink = told->shaped[0].uplink;
}

/* Mandatory elements only, so that yes and no look alike. False: it does what it is asked. */
static bool answers_only(const struct plane *plane, const struct pfcp_message *in, struct pfcp_message *out)
{
    const uint8_t cause = plane->causes[in->type];
    out->seid = in->seid ? in->seid ^ SEID_PAIR : in->session_establishment_request.cp_f_seid.seid;
    if (in->type == PFCP_SESSION_ESTABLISHMENT_REQUEST)
        out->session_establishment_response = (struct pfcp_session_establishment_response){
            .node_id = {.ip = {.has_v4 = true, .v4 = {127, 0, 0, 7}}}, .cause = cause};
    else if (in->type == PFCP_SESSION_MODIFICATION_REQUEST)
        out->session_modification_response.cause = cause;
    else if (in->type == PFCP_SESSION_DELETION_REQUEST)
        out->session_deletion_response.cause = cause;
    return cause != 0;
}

/* False: nothing to say. */
static bool plane_answers(struct plane *plane, const struct pfcp_message *in, struct pfcp_message *out)
{
    const struct pfcp_node_id own = {.ip = {.has_v4 = true, .v4 = {127, 0, 0, 7}}};
    plane->heard[in->type]++;
    *out = (struct pfcp_message){.type = (uint8_t)(in->type + 1), .sequence = in->sequence};
    if (in->type >= PFCP_SESSION_ESTABLISHMENT_REQUEST && answers_only(plane, in, out))
        return true;
    switch (in->type) {
    case PFCP_HEARTBEAT_REQUEST:
        out->heartbeat_response.recovery_time_stamp = plane->time_stamp;
        return true;
    case PFCP_ASSOCIATION_SETUP_REQUEST:
        out->association_setup_response = (struct pfcp_association_setup_response){
            .node_id = own,
            .cause = PFCP_ACCEPTED,
            .recovery_time_stamp = plane->time_stamp,
            .has_up_features = true,
            .up_features = plane->features | ((PFCP_UP_FTUP | PFCP_UP_EMPU | PFCP_UP_RESPS) & ~plane->lacks),
            .has_asrsp_flags = plane->retains,
            .asrsp_flags = PFCP_PSREI,
        };
        return true;
    case PFCP_ASSOCIATION_UPDATE_REQUEST:
        take_shaping(plane, &in->association_update_request);
        out->association_update_response = (struct pfcp_association_update_response){
            .node_id = own, .cause = plane->refuses_to_shape ? PFCP_REJECTED : PFCP_ACCEPTED};
        return true;
    case PFCP_SESSION_ESTABLISHMENT_REQUEST:
        take_establishment(plane, in, out);
        return true;
    case PFCP_SESSION_MODIFICATION_REQUEST:
        take_modification(plane, in, out);
        return true;
    case PFCP_SESSION_DELETION_REQUEST:
        out->session_deletion_response.cause = plane->apart ? PFCP_NO_ESTABLISHED_ASSOCIATION : PFCP_ACCEPTED;
        return true;
    default:
        return false;
    }
}

static void to_core(struct world *world, const union socket_address *peer, const struct pfcp_message *message)
{
    uint8_t bytes[4096];
    size_t size = pfcp_encode(message, bytes, sizeof bytes);
    assert_true(size > 0);
    smf_pfcp(&world->core, peer, bytes_of(bytes, size));
}

void world_from_peer(struct world *world, const union socket_address *peer,
                     const struct pfcp_message *message)
{
    to_core(world, peer, message);
    world_pump(world);
}

void world_from_plane(struct world *world, struct pfcp_message *message)
{
    world_from_peer(world, &world->config->planes[0].n4, message);
}

static void note(struct plane *plane, const struct pfcp_message *in)
{
    plane->told++;
    if (in->type == PFCP_SESSION_REPORT_RESPONSE)
        plane->report_cause = in->session_report_response.cause;
    if (in->type == PFCP_ASSOCIATION_SETUP_RESPONSE)
        plane->setup_cause = in->association_setup_response.cause;
}

/* Which of the configured planes has that address, if there is one; else the first. */
static unsigned number_of(const struct world *world, const union socket_address *peer)
{
    for (unsigned i = 1; i < world->config->plane_count && i <= WORLD_OTHERS; i++)
        if (world->others[i - 1].present && address_same_host(&world->config->planes[i].n4, peer))
            return i;
    return 0;
}

static void take_datagram(struct world *world, const union socket_address *peer, struct bytes datagram)
{
    const unsigned number = number_of(world, peer);
    struct plane *plane = number ? &world->others[number - 1] : &world->plane;
    struct pfcp_message in, out;
    struct pfcp_problem problem;
    struct arena memory;
    arena_init(&memory, 0);
    if (!pfcp_decode(&memory, datagram, &in, &problem))
        fail_msg("the SMF sent %s: %s", problem.fault.where, problem.fault.what);
    note(plane, &in);
    if (!plane->silent && plane_answers(plane, &in, &out)) {
        plane->silent = plane->falls_silent;
        if (!plane->silent)
            to_core(world, &world->config->planes[number].n4, &out);
    }
    arena_free(&memory);
}

static void deliver(struct world *world)
{
    struct datagram taken[DATAGRAMS];
    const unsigned count = outbox_count;
    memcpy(taken, outbox, sizeof taken);
    outbox_count = 0;
    for (unsigned i = 0; i < count; i++) {
        take_datagram(world, &taken[i].peer, bytes_of(taken[i].bytes, taken[i].size));
        free(taken[i].bytes);
    }
}

/* --- the world --- */

static void settle(struct world *world)
{
    struct core *core = &world->core;
    bool durable;
    do {
        rows_write(core);
        durable = store_commit(core->store) == STORE_OK;
        rows_committed(core, durable);
    } while (procedure_committed(core, durable) && durable);
}

void world_pump(struct world *world)
{
    settle(world);
    while (outbox_count) {
        deliver(world);
        settle(world);
    }
    arena_reset(&world->core.batch);
}

void world_wait(struct world *world, int64_t time)
{
    int64_t end = world->timers.now + time;
    while (timers_next(&world->timers) <= end) {
        timers_run(&world->timers, timers_next(&world->timers));
        world_pump(world);
    }
    timers_run(&world->timers, end);
    world_pump(world);
}

static void open_core(struct world *world)
{
    const char *why;
    struct core *core = &world->core;
    *core = (struct core){
        .config = world->config,
        .ledger = core->ledger,
        .store = world->store,
        .timers = &world->timers,
        .random = &world->random.random,
        .wall_offset = SECONDS(WALL),
    };
    arena_init(&core->batch, 1 << 20);
    core->stacks = co_pool_new(STACK_BYTES, STACKS);
    core->udm = udm_new(
        (struct udm_settings){.store = world->store, .random = core->random, .config = world->config}, &why);
    assert_non_null(core->udm);
    world->ue.core = core;
    assert_true(smf_start(core, &why));
    world_wait(world, 1);
}

static void close_core(struct world *world)
{
    smf_stop(&world->core);
    rows_free(&world->core);
    forget_outbox();
    udm_free(world->core.udm);
    co_pool_free(world->core.stacks);
    arena_free(&world->core.batch);
}

static void subscribe(struct world *world)
{
    struct store_subscriber subscriber;
    struct arena memory;
    arena_init(&memory, 0);
    assert_true(
        store_subscriber_defaults(&subscriber, &memory, (struct config_slice){1, CONFIG_NO_SD}, "internet"));
    assert_true(store_supi_parse("999700000000001", subscriber.supi));
    subscriber.k_length = 16;
    assert_int_equal(store_subscriber_add(world->store, &subscriber), STORE_OK);
    assert_int_equal(store_commit(world->store), STORE_OK);
    arena_free(&memory);
}

static struct ledger *ledger_of(const struct config *config)
{
    struct config_report report = {0};
    struct ledger *ledger = ledger_new(&config->inventory, &report);
    if (!ledger)
        fail_msg("%s", report.first);
    return ledger;
}

void world_enrol(struct world *world, const char *inventory)
{
    struct config_error error;
    struct config *old = world->config;
    struct ledger *old_ledger = world->core.ledger;
    world->config = config_parse(world->yaml, strlen(world->yaml), "test", &error);
    assert_non_null(world->config);
    if (!config_parse_inventory(world->config, inventory, strlen(inventory), "inventory", &error))
        fail_msg("%s", error.text);
    world->core.config = world->config;
    world->core.ledger = ledger_of(world->config);
    smf_reload(&world->core);
    world_pump(world);
    ledger_free(old_ledger);
    config_free(old);
}

void world_open(struct world *world, const char *yaml)
{
    struct config_error error;
    enum store_result result;
    const char *why;
    *world =
        (struct world){.yaml = yaml,
                       .plane = {.time_stamp = 1000, .retains = true},
                       .ue = {.connected = true, .ambr_uplink = 1000000000, .ambr_downlink = 2000000000}};
    smf_world_now = world;
    world->config = config_parse(yaml, strlen(yaml), "test", &error);
    if (!world->config)
        fail_msg("%s", error.text);
    world->core.ledger = ledger_of(world->config);
    timers_init(&world->timers, SECONDS(1));
    random_seed(&world->random, 1);
    world->store = store_open((struct store_settings){.path = ":memory:"}, &result, &why);
    assert_non_null(world->store);
    subscribe(world);
    world->ue.supi = supi_of_text("999700000000001");
    arena_init(&world->memory, 0);
    open_core(world);
}

void world_close(struct world *world)
{
    close_core(world);
    ledger_free(world->core.ledger);
    timers_free(&world->timers);
    store_close(world->store);
    config_free(world->config);
    arena_free(&world->memory);
}

void world_restart_core(struct world *world)
{
    close_core(world);
    open_core(world);
}

enum smf_verdict world_ask(struct world *world, uint8_t psi, enum smf_request_type type, const char *dnn,
                           const struct nas_message *message)
{
    uint8_t bytes[1024];
    struct writer w = writer_of(bytes, sizeof bytes);
    assert_true(nas_encode(message, &w));
    struct smf_n1 n1 = {.pdu_session_id = psi, .request_type = type, .dnn = dnn, .payload = writer_bytes(&w)};
    enum smf_verdict verdict = smf_n1_message(&world->ue, &n1);
    world_pump(world);
    return verdict;
}

enum smf_verdict world_establish(struct world *world, uint8_t psi, uint8_t pti, uint8_t session_type)
{
    struct nas_message message = {
        .type = NAS_SESSION_ESTABLISHMENT_REQUEST, .pdu_session_id = psi, .pti = pti};
    message.session_establishment_request.integrity_rate = (struct nas_integrity_rate){255, 255};
    message.session_establishment_request.session_type = session_type;
    message.session_establishment_request.has.session_type = session_type != 0;
    return world_ask(world, psi, SMF_REQUEST_INITIAL, NULL, &message);
}

void world_gnb_accepts(struct world *world, uint8_t psi, uint32_t teid)
{
    static const uint8_t address[] = {10, 0, 0, 9};
    uint8_t bytes[256];
    struct writer w = writer_of(bytes, sizeof bytes);
    struct fault fault;
    const struct ngap_associated_qos_flow_item flow = {.qos_flow_identifier = SMF_DEFAULT_QFI};
    const struct ngap_pdu_session_resource_setup_response_transfer response = {
        .dl_qos_flow_per_tnl_information = {
            .up_transport_layer_information = {.which = NGAP_UP_TRANSPORT_LAYER_INFORMATION_GTP_TUNNEL,
                                               .gtp_tunnel = {{address, 32}, teid}},
            .associated_qos_flow_list = {&flow, 1}}};
    assert_true(ngap_encode_pdu_session_resource_setup_response_transfer(&w, &response, &fault));
    smf_n2_response(&world->ue, psi, N2_SETUP_RESPONSE, writer_bytes(&w));
    world_pump(world);
}

void world_gnb_modifies(struct world *world, uint8_t psi, bool refused, uint8_t failed_qfi)
{
    uint8_t bytes[256];
    struct writer w = writer_of(bytes, sizeof bytes);
    struct fault fault;
    const struct ngap_qos_flow_with_cause_item failed = {
        failed_qfi, {.which = NGAP_CAUSE_NAS, .nas = NGAP_CAUSE_NAS_UNSPECIFIED}};
    const struct ngap_pdu_session_resource_modify_response_transfer response = {
        .qos_flow_failed_to_add_or_modify_list = {failed_qfi ? &failed : NULL, failed_qfi != 0}};
    const struct ngap_pdu_session_resource_modify_unsuccessful_transfer unsuccessful = {
        .cause = {.which = NGAP_CAUSE_NAS, .nas = NGAP_CAUSE_NAS_UNSPECIFIED}};
    if (refused)
        assert_true(ngap_encode_pdu_session_resource_modify_unsuccessful_transfer(&w, &unsuccessful, &fault));
    else
        assert_true(ngap_encode_pdu_session_resource_modify_response_transfer(&w, &response, &fault));
    smf_n2_response(&world->ue, psi, refused ? N2_MODIFY_UNSUCCESSFUL : N2_MODIFY_RESPONSE, writer_bytes(&w));
    world_pump(world);
}

void world_put_routes(struct world *world, const struct config_prefix *routes, uint8_t count)
{
    struct store_subscriber subscriber;
    struct arena memory;
    arena_init(&memory, 0);
    assert_int_equal(store_subscriber_get(world->store, "imsi-999700000000001", &memory, &subscriber),
                     STORE_OK);
    struct store_dnn *dnn = (struct store_dnn *)subscriber.slices[0].dnns;
    dnn->routes = routes;
    dnn->route_count = count;
    assert_int_equal(store_subscriber_put(world->store, &subscriber), STORE_OK);
    arena_free(&memory);
}

void world_change_rate(struct world *world, uint64_t rate)
{
    struct store_subscriber subscriber;
    struct arena memory;
    arena_init(&memory, 0);
    assert_int_equal(store_subscriber_get(world->store, "imsi-999700000000001", &memory, &subscriber),
                     STORE_OK);
    ((struct store_dnn *)subscriber.slices[0].dnns)->ambr_downlink = rate;
    assert_int_equal(store_subscriber_put(world->store, &subscriber), STORE_OK);
    arena_free(&memory);
    smf_subscription_changed(&world->ue);
    world_pump(world);
}

struct session *world_session(struct world *world, uint8_t psi)
{
    assert_int_equal(world_establish(world, psi, psi, NAS_SESSION_IPV4), SMF_TAKEN);
    assert_int_equal(world_n1(world)->type, NAS_SESSION_ESTABLISHMENT_ACCEPT);
    world_gnb_accepts(world, psi, 0x900u + psi);
    struct session *session = session_find(&world->ue, psi);
    assert_int_equal(session->state, SESSION_ACTIVE);
    assert_null(session->procedure);
    return session;
}

const struct nas_message *world_n1(struct world *world)
{
    struct nas_error error;
    if (!world->ue.n1_size)
        return NULL;
    arena_reset(&world->memory);
    assert_true(nas_decode(bytes_of(world->ue.n1, world->ue.n1_size), &world->memory, &world->n1, &error));
    return &world->n1;
}
