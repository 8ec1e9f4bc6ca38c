/* SPDX-License-Identifier: Apache-2.0 */
#include "core/peer/whereabouts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/peer/fields.h"

enum { GNB_ID_BITS_LEAST = 22, GNB_ID_BITS_MOST = 32, GNB_ID_DIGITS = 8, TAC_DIGITS = 6, CELL_DIGITS = 9 };

/* --- NGAP --- */

struct whereabouts whereabouts_of_ngap(const struct ngap_target_ran_node_id *target)
{
    const struct ngap_global_gnb_id *global = &target->global_ran_node_id.global_gnb_id;
    struct whereabouts place = {
        .gnb = {.bits = global->gnb_id.gnb_id.length, .value = (uint32_t)global->gnb_id.gnb_id.value},
        .tai = {.tac = target->selected_tai.tac}};
    memcpy(place.gnb.plmn.octets, global->plmn_identity, sizeof place.gnb.plmn.octets);
    memcpy(place.tai.plmn.octets, target->selected_tai.plmn_identity, sizeof place.tai.plmn.octets);
    return place;
}

struct ngap_target_ran_node_id whereabouts_to_ngap(struct whereabouts place)
{
    struct ngap_target_ran_node_id target = {
        .global_ran_node_id = {.which = NGAP_GLOBAL_RAN_NODE_ID_GLOBAL_GNB_ID},
        .selected_tai.tac = place.tai.tac};
    struct ngap_global_gnb_id *global = &target.global_ran_node_id.global_gnb_id;
    memcpy(global->plmn_identity, place.gnb.plmn.octets, sizeof global->plmn_identity);
    global->gnb_id.which = NGAP_GNB_ID_GNB_ID;
    global->gnb_id.gnb_id = (struct aper_bits){.value = place.gnb.value, .length = place.gnb.bits};
    memcpy(target.selected_tai.plmn_identity, place.tai.plmn.octets,
           sizeof target.selected_tai.plmn_identity);
    return target;
}

/* --- writing --- */

/* GlobalRanNodeId; the gNB's value is right-aligned in as many digits as it needs (TS 29.571 5.4.4.20). */
static json_t *json_gnb(struct config_gnb_id gnb)
{
    char value[GNB_ID_DIGITS + 1];
    snprintf(value, sizeof value, "%0*" PRIx32, (gnb.bits + 3) / 4, gnb.value);
    return json_pack("{s:o, s:{s:i, s:s}}", "plmnId", json_plmn(gnb.plmn), "gNbId", "bitLength", gnb.bits,
                     "gNBValue", value);
}

static json_t *json_tai(struct tai tai)
{
    char tac[TAC_DIGITS + 1];
    snprintf(tac, sizeof tac, "%06" PRIx32, tai.tac & 0xffffff);
    return json_pack("{s:o, s:s}", "plmnId", json_plmn(tai.plmn), "tac", tac);
}

json_t *json_target(struct whereabouts place)
{
    return json_pack("{s:o, s:o}", "ranNodeId", json_gnb(place.gnb), "tai", json_tai(place.tai));
}

json_t *json_location(struct whereabouts place)
{
    char cell[CELL_DIGITS + 1];
    snprintf(cell, sizeof cell, "%09" PRIx64, place.cell & 0xfffffffff);
    return json_pack("{s:{s:o, s:{s:o, s:s}, s:o}}", "nrLocation", "tai", json_tai(place.tai), "ncgi",
                     "plmnId", json_plmn(place.tai.plmn), "nrCellId", cell, "globalGnbId",
                     json_gnb(place.gnb));
}

/* --- reading --- */

static bool read_hex(const json_t *object, const char *name, size_t most, uint64_t *value)
{
    char text[CELL_DIGITS + 1], *end;
    if (!field_text(object, name, text, most + 1) || !*text ||
        strspn(text, "0123456789abcdefABCDEF") != strlen(text))
        return false;
    *value = strtoull(text, &end, 16);
    return true;
}

static bool read_gnb(const json_t *json, struct config_gnb_id *id)
{
    const json_t *gnb = json_object_get(json, "gNbId");
    uint64_t bits, value;
    if (!field_plmn(json, "plmnId", &id->plmn) || !field_uint(gnb, "bitLength", GNB_ID_BITS_MOST, &bits) ||
        bits < GNB_ID_BITS_LEAST || !read_hex(gnb, "gNBValue", GNB_ID_DIGITS, &value) || value >> bits)
        return false;
    id->bits = (uint8_t)bits;
    id->value = (uint32_t)value;
    return true;
}

static bool read_tai(const json_t *json, struct tai *tai)
{
    uint64_t tac;
    if (!field_plmn(json, "plmnId", &tai->plmn) || !read_hex(json, "tac", TAC_DIGITS, &tac))
        return false;
    tai->tac = (uint32_t)tac;
    return true;
}

bool field_target(const json_t *object, const char *name, struct whereabouts *place)
{
    const json_t *json = json_object_get(object, name);
    struct whereabouts read = {0};
    if (!read_gnb(json_object_get(json, "ranNodeId"), &read.gnb) ||
        !read_tai(json_object_get(json, "tai"), &read.tai))
        return false;
    *place = read;
    return true;
}

bool field_location(const json_t *object, const char *name, struct whereabouts *place)
{
    const json_t *json = json_object_get(json_object_get(object, name), "nrLocation");
    struct whereabouts read = {0};
    if (!read_gnb(json_object_get(json, "globalGnbId"), &read.gnb) ||
        !read_tai(json_object_get(json, "tai"), &read.tai) ||
        !read_hex(json_object_get(json, "ncgi"), "nrCellId", CELL_DIGITS, &read.cell))
        return false;
    *place = read;
    return true;
}
