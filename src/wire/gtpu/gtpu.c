/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/gtpu/gtpu.h"

#include <arpa/inet.h>

enum {
    VERSION_1_GTP = 0x30, /* version 1, protocol type GTP */
    FLAG_EXTENSION = 0x04,
    FLAG_SEQUENCE = 0x02,
    FLAG_NPDU = 0x01,
    OPTIONAL_FLAGS = FLAG_EXTENSION | FLAG_SEQUENCE | FLAG_NPDU,
    MUST_UNDERSTAND = 0x80,
};

/* Information elements, TS 29.281 8.1 */
enum {
    IE_RECOVERY = 14,
    IE_TEID_DATA_I = 16,
    IE_PEER_ADDRESS = 133,
    IE_EXTENSION_LIST = 141,
};

/* TS 38.415 5.5.2.1, 5.5.2.2. What may follow (delays, sequence numbers) is not the core's. */
static void read_container(struct reader r, struct gtpu_packet *packet, struct reader *outer)
{
    uint8_t first = read_u8(&r);
    uint8_t second = read_u8(&r);
    struct gtpu_container *container = &packet->container;
    *container = (struct gtpu_container){.present = true, .pdu_type = first >> 4, .qfi = second & 0x3f};
    if (container->pdu_type > GTPU_UPLINK) {
        reader_fail(outer, "PDU Session Container", "unknown PDU type");
        return;
    }
    if (container->pdu_type == GTPU_UPLINK)
        return;
    container->rqi = second & 0x40;
    container->has_ppi = second & 0x80;
    if (container->has_ppi)
        container->ppi = read_u8(&r) >> 5;
    if (!reader_ok(&r))
        reader_fail(outer, "PDU Session Container", "ends too early");
}

static void read_extensions(struct reader *r, uint8_t type, struct gtpu_packet *packet)
{
    for (unsigned count = 0; type != GTPU_EXTENSION_NONE && reader_ok(r); count++) {
        size_t octets = 4u * read_u8(r);
        if (octets == 0 || count == GTPU_EXTENSIONS) {
            reader_fail(r, "extension header", octets ? "too many of them" : "length 0");
            return;
        }
        struct reader content = read_sub(r, octets - 2);
        if (reader_ok(r) && type == GTPU_EXTENSION_PDU_SESSION_CONTAINER)
            read_container(content, packet, r);
        else if ((type & MUST_UNDERSTAND) && !packet->unknown_extension)
            packet->unknown_extension = type;
        type = read_u8(r);
    }
}

bool gtpu_parse(struct bytes in, struct gtpu_packet *packet, struct fault *fault)
{
    struct reader whole = reader_of(in);
    *packet = (struct gtpu_packet){0};
    uint8_t flags = read_u8(&whole);
    packet->type = read_u8(&whole);
    size_t length = read_u16(&whole);
    packet->teid = read_u32(&whole);
    if (reader_ok(&whole) && (flags & 0xf0) != VERSION_1_GTP)
        reader_fail(&whole, "header", "not GTP version 1");
    struct reader r = read_sub(&whole, length);
    if (!reader_ok(&whole))
        r.fault = whole.fault;
    if (reader_ok(&r) && (flags & OPTIONAL_FLAGS)) {
        packet->has_sequence = flags & FLAG_SEQUENCE;
        packet->sequence = read_u16(&r);
        read_u8(&r); /* N-PDU number */
        uint8_t next = read_u8(&r);
        if (flags & FLAG_EXTENSION)
            read_extensions(&r, next, packet);
    }
    packet->payload = reader_ok(&r) ? read_rest(&r) : (struct bytes){0};
    if (fault)
        *fault = r.fault;
    return reader_ok(&r);
}

/* Content length of the element that begins at r, whose type has been read. */
static size_t element_length(struct reader *r, uint8_t type)
{
    switch (type) {
    case IE_RECOVERY:
        return 1;
    case IE_TEID_DATA_I:
        return 4;
    case IE_EXTENSION_LIST:
        return read_u8(r);
    default:
        if (type < 128) {
            reader_fail(r, "element", "unknown one without a length");
            return 0;
        }
        return read_u16(r);
    }
}

/* The first element of a type; on failure the fault is set. */
static bool find_element(struct bytes elements, uint8_t wanted, const char *name, struct bytes *content,
                         struct fault *fault)
{
    struct reader r = reader_of(elements);
    while (reader_left(&r) > 0) {
        uint8_t type = read_u8(&r);
        *content = read_bytes(&r, element_length(&r, type));
        if (reader_ok(&r) && type == wanted)
            return true;
    }
    if (reader_ok(&r))
        reader_fail(&r, name, "mandatory element missing");
    return fault_set(fault, r.fault.at, name, r.fault.what);
}

bool gtpu_read_error_indication(const struct gtpu_packet *packet, struct gtpu_error_indication *indication,
                                struct fault *fault)
{
    struct bytes teid, address;
    if (!find_element(packet->payload, IE_TEID_DATA_I, "TEID Data I", &teid, fault) ||
        !find_element(packet->payload, IE_PEER_ADDRESS, "GTP-U Peer Address", &address, fault))
        return false;
    if (address.len != 4 && address.len != 16)
        return fault_set(fault, 0, "GTP-U Peer Address", "neither 4 nor 16 octets");
    struct reader r = reader_of(teid);
    *indication = (struct gtpu_error_indication){.teid = read_u32(&r), .address_size = (uint8_t)address.len};
    memcpy(indication->address, address.data, address.len);
    return true;
}

bool gtpu_read_recovery(const struct gtpu_packet *packet, uint8_t *restart_counter, struct fault *fault)
{
    struct bytes content;
    if (!find_element(packet->payload, IE_RECOVERY, "Recovery", &content, fault))
        return false;
    *restart_counter = content.data[0];
    return true;
}

bool gtpu_read_supported_extensions(const struct gtpu_packet *packet, struct bytes *types,
                                    struct fault *fault)
{
    return find_element(packet->payload, IE_EXTENSION_LIST, "Extension Header Type List", types, fault);
}

/* Signalling messages carry a sequence number and TEID 0 (5.1). Returns the mark for finish. */
static size_t start(struct writer *w, uint8_t type, uint16_t sequence)
{
    write_u8(w, VERSION_1_GTP | FLAG_SEQUENCE);
    write_u8(w, type);
    write_room(w, 2);
    write_u32(w, 0);
    write_u16(w, sequence);
    write_u16(w, 0);
    return GTPU_HEADER_BYTES;
}

static size_t finish(struct writer *w, size_t mark)
{
    size_t length = writer_length(w) - mark;
    if (w->full)
        return 0;
    w->base[2] = (uint8_t)(length >> 8);
    w->base[3] = (uint8_t)length;
    return writer_length(w);
}

size_t gtpu_echo_request(void *buffer, size_t size, uint16_t sequence)
{
    struct writer w = writer_of(buffer, size);
    return finish(&w, start(&w, GTPU_ECHO_REQUEST, sequence));
}

size_t gtpu_echo_response(void *buffer, size_t size, uint16_t sequence)
{
    struct writer w = writer_of(buffer, size);
    size_t mark = start(&w, GTPU_ECHO_RESPONSE, sequence);
    write_u8(&w, IE_RECOVERY);
    write_u8(&w, 0);
    return finish(&w, mark);
}

size_t gtpu_error_indication(void *buffer, size_t size, const struct gtpu_error_indication *indication)
{
    struct writer w = writer_of(buffer, size);
    size_t mark = start(&w, GTPU_ERROR_INDICATION, 0);
    write_u8(&w, IE_TEID_DATA_I);
    write_u32(&w, indication->teid);
    write_u8(&w, IE_PEER_ADDRESS);
    write_u16(&w, indication->address_size);
    write_bytes(&w, bytes_of(indication->address, indication->address_size));
    return finish(&w, mark);
}

size_t gtpu_supported_extensions(void *buffer, size_t size, uint16_t sequence)
{
    struct writer w = writer_of(buffer, size);
    size_t mark = start(&w, GTPU_SUPPORTED_EXTENSION_HEADERS, sequence);
    write_u8(&w, IE_EXTENSION_LIST);
    write_u8(&w, 1);
    write_u8(&w, GTPU_EXTENSION_PDU_SESSION_CONTAINER);
    return finish(&w, mark);
}

size_t gtpu_end_marker(void *buffer, size_t size, uint32_t teid)
{
    struct writer w = writer_of(buffer, size);
    write_u8(&w, VERSION_1_GTP);
    write_u8(&w, GTPU_END_MARKER);
    write_u16(&w, 0);
    write_u32(&w, teid);
    return w.full ? 0 : writer_length(&w);
}

const char *gtpu_message_name(uint8_t type)
{
    switch (type) {
    case GTPU_ECHO_REQUEST:
        return "Echo Request";
    case GTPU_ECHO_RESPONSE:
        return "Echo Response";
    case GTPU_ERROR_INDICATION:
        return "Error Indication";
    case GTPU_SUPPORTED_EXTENSION_HEADERS:
        return "Supported Extension Headers Notification";
    case GTPU_END_MARKER:
        return "End Marker";
    case GTPU_G_PDU:
        return "G-PDU";
    default:
        return NULL;
    }
}

static void print_error_indication(struct printer *p, const struct gtpu_packet *packet)
{
    struct gtpu_error_indication indication;
    char text[INET6_ADDRSTRLEN];
    if (!gtpu_read_error_indication(packet, &indication, NULL))
        return;
    print_uint(p, "teid_data_i", indication.teid);
    if (inet_ntop(indication.address_size == 4 ? AF_INET : AF_INET6, indication.address, text, sizeof text))
        print_text(p, "peer_address", text);
}

void gtpu_print(struct printer *p, const struct gtpu_packet *packet)
{
    print_open(p, NULL);
    print_enum(p, "message", packet->type, gtpu_message_name(packet->type));
    print_uint(p, "teid", packet->teid);
    if (packet->has_sequence)
        print_uint(p, "sequence", packet->sequence);
    if (packet->container.present) {
        print_text(p, "direction", packet->container.pdu_type == GTPU_UPLINK ? "uplink" : "downlink");
        print_uint(p, "qfi", packet->container.qfi);
    }
    if (packet->container.has_ppi)
        print_uint(p, "ppi", packet->container.ppi);
    if (packet->type == GTPU_ERROR_INDICATION)
        print_error_indication(p, packet);
    print_uint(p, "payload_bytes", packet->payload.len);
    print_close(p);
}
