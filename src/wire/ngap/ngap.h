/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NGAP (TS 38.413, Release 17): bytes <-> structs, verdicts of clause 10, printing, and the flat form for the
 * wicket.
 *
 * The structs are made at build time from the description in src/wire/ngap/ (*.desc) and are to be found in
 * the build tree as src/wire/ngap/ngap_types.h (structs) and ngap_calls.h (typed encoders). How to read them:
 *
 *   names      The specification's, in snake_case, behind ngap_: InitialUEMessage is struct
 * ngap_initial_ue_message, its AMF-UE-NGAP-ID the member amf_ue_ngap_id, pLMNIdentity is plmn_identity,
 * S-NSSAI struct ngap_s_nssai. Enumerated values: NGAP_PAGING_DRX_V32,
 * NGAP_CAUSE_RADIO_NETWORK_USER_INACTIVITY. integers   The smallest uintN_t that holds the range; ids
 * uint32_t and uint64_t. octets     Of one size: uint8_t name[N] (plmn_identity[3], security_key[32]). TAC,
 * SD, SST, 5G-TMSI, GTP-TEID, port numbers and time stamps are host-order integers. Of any size, and text:
 * struct bytes. bits       Of one size up to 64: an integer, last bit lowest (amf_set_id: 10 bits;
 * nr_cell_identity: 36 bits). Of several sizes up to 64 (gnb_id): struct aper_bits. Else
 * (transport_layer_address): aper_bit_string. list       struct { const ITEM *items; size_t count; } choice
 * struct { enum which; union { ... }; }: cause.which == NGAP_CAUSE_NAS says that cause.nas is set. `which` is
 *              never 0 in a good value. Alternatives of choice-Extensions stand among the others.
 *   sequence   A struct; known members of iE-Extensions are members like others. So are the IEs of a message.
 *   optional   A struct or choice: a pointer, NULL when absent. Bytes, text, bit strings, lists: absent when
 * their pointer is NULL. All other: present when has_NAME is true. contained  Octet strings that hold an
 * encoded type (the PDU session transfers) are struct bytes; decode and encode them with ngap_decode_NAME and
 * ngap_encode_NAME, for instance ngap_decode_path_switch_request_transfer.
 *
 * Decoded values live in the arena and view the input bytes: both must outlive them. Structs to be encoded
 * may point anywhere.
 *
 *     struct ngap_pdu pdu;
 *     if (ngap_decode(in, &arena, NGAP_STRICT_ORDER, &pdu) <= NGAP_NOTIFY)
 *         switch (pdu.message) {
 *         case NGAP_INITIAL_UE_MESSAGE:
 *             register_ue(pdu.value.initial_ue_message->nas_pdu); ...
 *
 *     struct ngap_downlink_nas_transport message = {.amf_ue_ngap_id = amf_id, .ran_ue_ngap_id = ran_id,
 * .nas_pdu = nas}; if (!ngap_encode_downlink_nas_transport(&writer, &message, &fault)) ...
 */
#ifndef WIRE_NGAP_NGAP_H
#define WIRE_NGAP_NGAP_H

#include "kit/arena.h"
#include "kit/bytes.h"
#include "kit/print.h"
#include "wire/aper/aper.h"
#include "wire/ngap/ngap_types.h"

enum ngap_kind { NGAP_INITIATING, NGAP_SUCCESSFUL, NGAP_UNSUCCESSFUL };

/*
 * What TS 38.413 clause 10 makes of a message, mildest first. Up to NGAP_NOTIFY the message is good to be
 * handled; mandatory IEs of criticality ignore or notify may then be missing (zero, NULL): ngap_missing
 * tells.
 */
enum ngap_verdict {
    NGAP_OK,
    NGAP_NOTIFY, /* 10.3: abstract syntax error, ignore and notify: handle it, and report diagnostics */
    NGAP_REJECT, /* 10.3: abstract syntax error, reject */
    NGAP_FALSELY_CONSTRUCTED, /* 10.3.6: IEs in wrong order or doubled */
    NGAP_UNKNOWN_PROCEDURE,   /* 10.3.4.1: procedure code or its kind not known; pdu.criticality tells what to
                                 do */
    NGAP_TRANSFER_SYNTAX_ERROR, /* 10.2: not decodable; diagnostics.fault tells where and why */
};

struct ngap_pdu {
    enum ngap_message_type message; /* NGAP_NO_MESSAGE when the procedure is not known */
    enum ngap_kind kind;
    uint8_t procedure_code;
    enum ngap_criticality criticality;
    union ngap_value value;
    bool has_header; /* kind, procedure_code and criticality were readable */
    bool has_amf_ue_ngap_id, has_ran_ue_ngap_id;
    uint32_t
        ran_ue_ngap_id; /* these two also when the message is refused, so that the reply can name the UE */
    uint64_t amf_ue_ngap_id;
    struct aper_diagnostics diagnostics;
};

/* Clause 10.3.1 calls IEs in another order than the specification's falsely constructed; some radio nodes
 * send them so. */
enum ngap_order { NGAP_STRICT_ORDER, NGAP_ANY_ORDER };

/* The arena's limit bounds what a message may take; reaching it is a transfer syntax error with that reason.
 */
enum ngap_verdict ngap_decode(struct bytes in, struct arena *arena, enum ngap_order order,
                              struct ngap_pdu *pdu);

/* One type by itself, as octet strings contain it. The typed forms are in ngap_calls.h. */
enum ngap_verdict ngap_decode_type(const struct aper_type *type, struct bytes in, struct arena *arena,
                                   const void **value, struct aper_diagnostics *diagnostics);

/* False: fault says which value is out of range or which mandatory one is not set, or that the writer is
 * full. */
bool ngap_encode(struct writer *w, enum ngap_message_type message, const void *value, struct fault *fault);
bool ngap_encode_type(const struct aper_type *type, struct writer *w, const void *value, struct fault *fault);

/* Is the mandatory IE of that id missing (or dropped as not understood) in a message that is handled all the
 * same? */
bool ngap_missing(const struct ngap_pdu *pdu, uint16_t id);

/* The protocol cause that goes with a verdict above NGAP_OK. */
struct ngap_cause ngap_verdict_cause(enum ngap_verdict verdict);

/* Diagnostics as an IE for the reply; NULL when the arena is full. */
const struct ngap_criticality_diagnostics *ngap_criticality_diagnostics_of(const struct ngap_pdu *pdu,
                                                                           struct arena *arena);

/* The Error Indication that answers the message where no procedure of its own does. */
struct ngap_error_indication ngap_error_indication_for(const struct ngap_pdu *pdu, enum ngap_verdict verdict,
                                                       struct arena *arena);

/* "InitialUEMessage"; "unknown" for NGAP_NO_MESSAGE. */
const char *ngap_message_name(enum ngap_message_type message);

/* Names as the specification spells them; contained types are opened up, NAS stays hexadecimal. */
void ngap_print(struct printer *p, const struct ngap_pdu *pdu);
void ngap_print_type(struct printer *p, const char *name, const struct aper_type *type, const void *value);

/*
 * The flat form: little-endian, without pointers, versioned by the description itself, checked as strictly as
 * the encoding from the air: for the wicket between processes of one build.
 */
bool ngap_flatten(struct writer *w, const struct ngap_pdu *pdu, struct fault *fault);
bool ngap_unflatten(struct bytes in, struct arena *arena, struct ngap_pdu *pdu, struct fault *fault);

/* Changes with every change of the description, so that processes of two builds can tell. */
extern const uint32_t ngap_description_version;

#include "wire/ngap/ngap_calls.h"

#endif
