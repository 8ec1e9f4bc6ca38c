/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/ngap/ngap.h"

#include "wire/ngap/tables.h"

const char *ngap_message_name(enum ngap_message_type message)
{
    const struct aper_type *type = message < NGAP_MESSAGES ? ngap_messages[message].type : NULL;
    return type ? type->name : "unknown";
}

static enum ngap_verdict verdict_of(const struct aper_diagnostics *found)
{
    if (found->falsely_constructed)
        return NGAP_FALSELY_CONSTRUCTED;
    if (found->reject)
        return NGAP_REJECT;
    return found->notify ? NGAP_NOTIFY : NGAP_OK;
}

static bool dropped(const struct aper_diagnostics *found, uint16_t id)
{
    for (unsigned i = 0; i < found->count; i++)
        if (found->problems[i].id == id)
            return true;
    return false;
}

bool ngap_missing(const struct ngap_pdu *pdu, uint16_t id)
{
    return dropped(&pdu->diagnostics, id);
}

void ngap_take_ids(struct ngap_pdu *pdu)
{
    const struct ngap_message *message = &ngap_messages[pdu->message];
    const struct aper_part *parts = message->type->parts;
    const char *value = pdu->value.any;
    if (message->amf_id >= 0 && !dropped(&pdu->diagnostics, parts[message->amf_id].id)) {
        pdu->amf_ue_ngap_id = *(const uint64_t *)(value + parts[message->amf_id].offset);
        pdu->has_amf_ue_ngap_id = aper_part_present(&parts[message->amf_id], value);
    }
    if (message->ran_id >= 0 && !dropped(&pdu->diagnostics, parts[message->ran_id].id)) {
        pdu->ran_ue_ngap_id = *(const uint32_t *)(value + parts[message->ran_id].offset);
        pdu->has_ran_ue_ngap_id = aper_part_present(&parts[message->ran_id], value);
    }
}

static enum ngap_verdict transfer_syntax_error(struct ngap_pdu *pdu, struct fault fault)
{
    pdu->diagnostics.fault = fault;
    return NGAP_TRANSFER_SYNTAX_ERROR;
}

/* NGAP-PDU is a choice of three sequences: alternative, procedure code, criticality, and the message as an
 * open type. */
static bool read_header(struct reader *r, struct ngap_pdu *pdu)
{
    uint8_t kind = read_u8(r), code = read_u8(r), criticality = read_u8(r);
    if (!reader_ok(r))
        return false;
    if (kind >> 5 > NGAP_UNSUCCESSFUL)
        return reader_fail(r, "NGAP-PDU", "alternative that does not exist");
    if (criticality >> 6 > NGAP_CRITICALITY_NOTIFY)
        return reader_fail(r, "Criticality", "value out of range");
    pdu->kind = kind >> 5;
    pdu->procedure_code = code;
    pdu->criticality = criticality >> 6;
    pdu->has_header = true;
    return true;
}

enum ngap_verdict ngap_decode(struct bytes in, struct arena *arena, enum ngap_order order,
                              struct ngap_pdu *pdu)
{
    struct reader r = reader_of(in);
    struct bytes content;
    *pdu = (struct ngap_pdu){0};
    if (!read_header(&r, pdu) || !aper_open_content(&r, arena, &content))
        return transfer_syntax_error(pdu, r.fault);
    if (reader_left(&r))
        return transfer_syntax_error(pdu,
                                     (struct fault){reader_offset(&r), "NGAP-PDU", "octets after its end"});
    pdu->message = ngap_message_of[pdu->kind][pdu->procedure_code];
    if (pdu->message == NGAP_NO_MESSAGE) {
        fault_set(&pdu->diagnostics.fault, 1, "ProcedureCode", "not known");
        return NGAP_UNKNOWN_PROCEDURE;
    }
    const struct ngap_message *message = &ngap_messages[pdu->message];
    bool ok = aper_decode(message->type, content, arena, order == NGAP_ANY_ORDER, &pdu->value.any,
                          &pdu->diagnostics);
    if (pdu->value.any)
        ngap_take_ids(pdu);
    if (!ok) {
        pdu->diagnostics.fault.at += in.len - content.len;
        return NGAP_TRANSFER_SYNTAX_ERROR;
    }
    return verdict_of(&pdu->diagnostics);
}

enum ngap_verdict ngap_decode_type(const struct aper_type *type, struct bytes in, struct arena *arena,
                                   const void **value, struct aper_diagnostics *diagnostics)
{
    if (!aper_decode(type, in, arena, false, value, diagnostics))
        return NGAP_TRANSFER_SYNTAX_ERROR;
    return verdict_of(diagnostics);
}

bool ngap_encode(struct writer *w, enum ngap_message_type type, const void *value, struct fault *fault)
{
    if (type == NGAP_NO_MESSAGE || type >= NGAP_MESSAGES)
        return fault_set(fault, 0, "NGAP-PDU", "no such message");
    const struct ngap_message *message = &ngap_messages[type];
    uint8_t *header = write_room(w, 3);
    if (!header)
        return fault_set(fault, 0, "NGAP-PDU", "no room");
    header[0] = (uint8_t)(message->kind << 5);
    header[1] = message->procedure_code;
    header[2] = (uint8_t)(message->criticality << 6);
    return aper_encode_open(message->type, w, value, fault);
}

bool ngap_encode_type(const struct aper_type *type, struct writer *w, const void *value, struct fault *fault)
{
    return aper_encode(type, w, value, fault);
}

void ngap_print_type(struct printer *p, const char *name, const struct aper_type *type, const void *value)
{
    aper_print(p, name, type, value);
}

void ngap_print(struct printer *p, const struct ngap_pdu *pdu)
{
    if (pdu->message == NGAP_NO_MESSAGE || !pdu->value.any) {
        print_open(p, "NGAP-PDU");
        print_uint(p, "procedureCode", pdu->procedure_code);
        print_close(p);
        return;
    }
    const struct aper_type *type = ngap_messages[pdu->message].type;
    bool outermost = p->form == PRINT_JSON && p->depth == 0;
    if (outermost)
        print_open(p, NULL);
    aper_print(p, type->name, type, pdu->value.any);
    if (outermost)
        print_close(p);
}
