/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flat form of a message: version of the description, ngap_message_type, PDU criticality, what was found
 * amiss and let pass, and the value. Kind and procedure code follow from the type, the UE's ids from the
 * value.
 */
#include "wire/ngap/ngap.h"
#include "wire/ngap/tables.h"

static void write_problems(struct writer *w, const struct aper_diagnostics *found)
{
    write_u8(w, found->count);
    for (unsigned i = 0; i < found->count; i++) {
        write_u16(w, found->problems[i].id);
        write_u8(w, found->problems[i].criticality);
        write_u8(w, found->problems[i].missing);
    }
}

/* Nothing of criticality reject can have been let pass. */
static bool read_problems(struct reader *r, struct aper_diagnostics *found)
{
    unsigned count = read_u8(r);
    if (count > APER_PROBLEMS)
        return reader_fail(r, "diagnostics", "more than are kept");
    for (unsigned i = 0; i < count; i++) {
        struct aper_problem problem = {
            .id = read_u16(r), .criticality = read_u8(r), .missing = read_u8(r) != 0};
        if (!reader_ok(r))
            return false;
        if (problem.criticality != APER_IGNORE && problem.criticality != APER_NOTIFY)
            return reader_fail(r, "diagnostics", "criticality out of range");
        found->notify |= problem.criticality == APER_NOTIFY;
        found->problems[found->count++] = problem;
    }
    return reader_ok(r);
}

bool ngap_flatten(struct writer *w, const struct ngap_pdu *pdu, struct fault *fault)
{
    if (pdu->message == NGAP_NO_MESSAGE || pdu->message >= NGAP_MESSAGES)
        return fault_set(fault, 0, "NGAP-PDU", "no such message");
    write_u32(w, ngap_description_version);
    write_u8(w, (uint8_t)pdu->message);
    write_u8(w, (uint8_t)pdu->criticality);
    write_problems(w, &pdu->diagnostics);
    return aper_flatten(ngap_messages[pdu->message].type, w, pdu->value.any, &pdu->diagnostics, fault);
}

static bool read_flat(struct reader *r, struct arena *arena, struct ngap_pdu *pdu)
{
    if (read_u32(r) != ngap_description_version)
        return reader_fail(r, "NGAP-PDU", "made by another build");
    pdu->message = read_u8(r);
    if (pdu->message == NGAP_NO_MESSAGE || pdu->message >= NGAP_MESSAGES)
        return reader_fail(r, "NGAP-PDU", "no such message");
    pdu->criticality = read_u8(r);
    if (pdu->criticality > NGAP_CRITICALITY_NOTIFY)
        return reader_fail(r, "Criticality", "value out of range");
    const struct ngap_message *message = &ngap_messages[pdu->message];
    pdu->kind = message->kind;
    pdu->procedure_code = message->procedure_code;
    pdu->has_header = true;
    if (!read_problems(r, &pdu->diagnostics) ||
        !aper_unflatten(message->type, r, arena, &pdu->value.any, &pdu->diagnostics))
        return false;
    if (reader_left(r))
        return reader_fail(r, "NGAP-PDU", "octets after its end");
    ngap_take_ids(pdu);
    return true;
}

bool ngap_unflatten(struct bytes in, struct arena *arena, struct ngap_pdu *pdu, struct fault *fault)
{
    struct reader r = reader_of(in);
    *pdu = (struct ngap_pdu){0};
    if (read_flat(&r, arena, pdu))
        return true;
    return fault_set(fault, r.fault.at, r.fault.where, r.fault.what ? r.fault.what : "not decodable");
}
