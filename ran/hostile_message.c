/* SPDX-License-Identifier: Apache-2.0 */
/* NGAP messages as hostile equipment makes them: valid ones first, taken apart so that they can be spoilt. */
#include "ran/gnb_inside.h"
#include "ran/hostile_attack.h"

enum { ID_AMF_UE_NGAP_ID = 10, ID_RAN_UE_NGAP_ID = 85, LONGEST_SIMPLE = 16000 };

bool attack_message(struct attack *attack, enum ngap_message_type type, struct raw_pdu *raw)
{
    attack->dice.state = 1000U * type;
    attack->dice.plmn = attack->options->model.plmn.octets;
    struct bytes whole = random_message(&attack->dice, type, &attack->arena);
    return raw_read(whole, &attack->arena, raw) && raw->count < MOST_FIELDS;
}

void attack_messages(struct attack *attack,
                     void (*play)(struct attack *attack, enum ngap_message_type type, struct raw_pdu *raw))
{
    struct raw_pdu raw;
    for (unsigned type = 1; type < NGAP_MESSAGES; type++) {
        arena_reset(&attack->arena);
        if (attack_message(attack, (enum ngap_message_type)type, &raw))
            play(attack, (enum ngap_message_type)type, &raw);
    }
}

bool attack_is_of_phone(enum ngap_message_type type)
{
    return ngap_messages[type].ran_id >= 0;
}

struct raw_field *attack_field(struct raw_pdu *raw, uint16_t id)
{
    for (unsigned i = 0; i < raw->count; i++)
        if (raw->fields[i].id == id)
            return &raw->fields[i];
    return NULL;
}

/* INTEGER of more than 64K values: octets less one in so many bits, then the octets (X.691 11.5.7.4). */
static struct bytes number(struct attack *attack, uint64_t value, unsigned length_bits)
{
    uint8_t room[9];
    unsigned octets = 1;
    while (octets < 8 && value >> 8 * octets)
        octets++;
    struct writer w = writer_of(room, sizeof room);
    write_u8(&w, (uint8_t)((octets - 1) << (8 - length_bits)));
    write_uint(&w, value, octets);
    return arena_copy(&attack->arena, writer_bytes(&w));
}

void attack_put_ids(struct attack *attack, struct raw_pdu *raw, struct ids ids)
{
    struct raw_field *amf = attack_field(raw, ID_AMF_UE_NGAP_ID), *ran = attack_field(raw, ID_RAN_UE_NGAP_ID);
    if (amf)
        amf->content = number(attack, ids.amf, 3);
    if (ran)
        ran->content = number(attack, ids.ran, 2);
}

struct bytes attack_whole(struct attack *attack, const struct raw_pdu *raw)
{
    size_t length = 0;
    for (unsigned i = 0; i < raw->count; i++)
        length += raw->fields[i].content.len + 6;
    uint8_t *room = length < LONGEST_SIMPLE ? arena_alloc(&attack->arena, length + 16) : NULL;
    struct writer w = writer_of(room, room ? length + 16 : 0);
    return room ? raw_write(raw, &w) : (struct bytes){0};
}

void attack_send_raw(struct attack *attack, struct raw_pdu *raw, struct ids ids)
{
    attack_put_ids(attack, raw, ids);
    attack_send(attack, attack_field(raw, ID_RAN_UE_NGAP_ID) ? 1 : 0, attack_whole(attack, raw));
}

const char *attack_ie_name(enum ngap_message_type type, uint16_t id)
{
    const struct aper_type *message = ngap_messages[type].type;
    for (unsigned i = 0; i < message->count; i++)
        if (message->parts[i].id == id)
            return message->parts[i].name;
    return "unknown IE";
}

/* --- NAS in its carriers --- */

void attack_initial(struct attack *attack, struct bytes nas, const struct nas_s_tmsi *s_tmsi)
{
    struct ngap_five_g_s_tmsi identity = {0};
    if (s_tmsi)
        identity = (struct ngap_five_g_s_tmsi){s_tmsi->amf_set_id, s_tmsi->amf_pointer, s_tmsi->tmsi};
    attack_say(attack, NGAP_INITIAL_UE_MESSAGE,
               &(struct ngap_initial_ue_message){
                   .ran_ue_ngap_id = attack->station->gnb.next_ran_id++,
                   .nas_pdu = nas,
                   .user_location_information = ran_gnb_location(&attack->station->gnb),
                   .rrc_establishment_cause = NGAP_RRC_ESTABLISHMENT_CAUSE_MO_SIGNALLING,
                   .five_g_s_tmsi = s_tmsi ? &identity : NULL,
                   .ue_context_request = NGAP_UE_CONTEXT_REQUEST_REQUESTED,
                   .has_ue_context_request = true});
}

void attack_uplink(struct attack *attack, struct bytes nas, struct ids ids)
{
    attack_say(attack, NGAP_UPLINK_NAS_TRANSPORT,
               &(struct ngap_uplink_nas_transport){.amf_ue_ngap_id = ids.amf,
                                                   .ran_ue_ngap_id = ids.ran,
                                                   .nas_pdu = nas,
                                                   .user_location_information =
                                                       ran_gnb_location(&attack->station->gnb)});
}
