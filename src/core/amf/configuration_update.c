/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generic UE configuration update (TS 24.501 5.4.4, TS 23.502 4.2.4.2): what the phone shows, and what a changed subscription means
 * for where it may go and what it may use.
 */
#include <time.h>

#include "core/amf/area.h"
#include "core/amf/gmm.h"
#include "core/amf/restriction.h"
#include "core/amf/shelter.h"

static struct nas_time time_of(const struct core *core)
{
    time_t now = (time_t)(core_wall(core) / SECONDS(1));
    struct tm utc, local;
    gmtime_r(&now, &utc);
    localtime_r(&now, &local);
    return (struct nas_time){
        .year = (uint8_t)(utc.tm_year % 100),
        .month = (uint8_t)(utc.tm_mon + 1),
        .day = (uint8_t)utc.tm_mday,
        .hour = (uint8_t)utc.tm_hour,
        .minute = (uint8_t)utc.tm_min,
        .second = (uint8_t)utc.tm_sec,
        .zone = (int8_t)(local.tm_gmtoff / (15 * 60)),
    };
}

void configuration_update(struct ue *ue)
{
    const struct config_network *network = &ue->core->config->network;
    struct nas_message message = {
        .type = NAS_CONFIGURATION_UPDATE_COMMAND,
        .configuration_update_command = {.full_name = {.text = network->full_name},
                                         .short_name = {.text = network->short_name},
                                         .universal_time = time_of(ue->core),
                                         .has = {.full_name = *network->full_name,
                                                 .short_name = *network->short_name,
                                                 .universal_time = true}},
    };
    struct nas_configuration_update_command *command = &message.configuration_update_command;
    command->local_time_zone = command->universal_time.zone;
    command->has.local_time_zone = true;
    gmm_send(ue, &message);
}

/* --- changed access --- */

/* All of the network is allowed: takes back what the phone was told before (9.11.3.49, type 3). */
static struct nas_service_area_list everywhere(const struct ue *ue)
{
    struct nas_service_area_list list = {.whole_plmn = true};
    memcpy(list.plmn.octets, ue->tai.plmn.octets, sizeof list.plmn.octets);
    return list;
}

static struct bytes command(struct ue *ue)
{
    struct nas_tai tais[CONFIG_AREA_TAIS], service_tais[STORE_SERVICE_AREAS];
    struct nas_s_nssai allowed[UE_SLICES];
    struct nas_message message = {
        .type = NAS_CONFIGURATION_UPDATE_COMMAND,
        .configuration_update_command = {.indication = {.acknowledge = true, .reregister = ue->areas_due},
                                         .guti = gmm_guti(ue),
                                         .tai_list = gmm_area(ue, tais),
                                         .allowed_nssai = gmm_allowed_nssai(ue, allowed),
                                         .service_area_list = restriction_service_areas(ue, service_tais),
                                         .has = {.indication = true,
                                                 .guti = ue->tmsi != 0,
                                                 .tai_list = true,
                                                 .allowed_nssai = true,
                                                 .service_area_list = true}},
    };
    struct nas_configuration_update_command *update = &message.configuration_update_command;
    if (!update->service_area_list.count)
        update->service_area_list = everywhere(ue);
    return gmm_seal(ue, &message);
}

/* The gNB hears of it with the same message; a list without restrictions takes back an earlier one (TS 38.413 8.6.2.2). */
static void tell(struct procedure *p, void *context)
{
    struct ue *ue = p->owner;
    struct connection *connection = ue->connection;
    struct ngap_mobility_restriction_list none = {0};
    struct ngap_downlink_nas_transport transport = {
        .amf_ue_ngap_id = connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = connection->ran_ue_ngap_id,
        .nas_pdu = command(ue),
        .mobility_restriction_list = restriction_list(ue, connection->selected, &p->core->batch),
    };
    (void)context;
    memcpy(none.serving_plmn, connection->selected.octets, sizeof none.serving_plmn);
    if (!transport.mobility_restriction_list)
        transport.mobility_restriction_list = &none;
    ue->areas_told = shelter_areas_digest(ue);
    if (transport.nas_pdu.len)
        n2_send_ue(connection, NGAP_DOWNLINK_NAS_TRANSPORT, &transport);
}

/* As subscription and configuration have it by now, around where the phone is. */
static bool renew_area(struct ue *ue)
{
    struct area area;
    area_choose(ue, NULL, &area);
    core_dirty(ue->core, &ue->row);
    return area_keep(ue, &area);
}

static void update_access(struct procedure *p)
{
    struct ue *ue = p->owner;
    const uint64_t events = EVENT(EV_CONFIGURATION_UPDATE_COMPLETE);
    if (!renew_area(ue) || procedure_ask(p, tell, NULL, events, p->core->config->amf.timers.t3555) !=
                               EV_CONFIGURATION_UPDATE_COMPLETE)
        return; /* still due */
    ue->update_due = ue->areas_due = false;
    ue_forget_former_tmsi(ue);
    core_dirty(p->core, &ue->row);
    procedure_leave(p);
    if (restriction_lets_serve(ue)) {
        mobility_done(ue);
        reauthentication_due(ue);
    } else
        an_release(ue, N2_NAS(NORMAL_RELEASE), "there is no service for it here");
}

void configuration_update_due(struct ue *ue)
{
    const struct connection *connection = ue->connection;
    if (!ue->update_due || ue->procedure || ue->handover || !connection || !connection->secured)
        return; /* it is told when it next asks for service, or registers */
    procedure_start(ue->core, &ue->procedure, "configuration update", update_access, ue, NULL);
}
