/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GTP-U (TS 29.281, UDP port 2152) with the PDU session container of TS 38.415. Nothing here allocates;
 * gtpu_parse and gtpu_g_pdu_header are small enough for the packet path.
 */
#ifndef WIRE_GTPU_GTPU_H
#define WIRE_GTPU_GTPU_H

#include "kit/bytes.h"
#include "kit/print.h"

enum {
    GTPU_PORT = 2152,
    GTPU_HEADER_BYTES = 8,      /* without sequence number and extensions */
    GTPU_HEADER_CONTAINER = 16, /* header of a G-PDU with a PDU session container of 4 octets */
    GTPU_EXTENSIONS = 8,        /* extension headers followed before a packet is refused */
    GTPU_MESSAGE_BYTES = 128,   /* enough for any signalling message */
};

/* TS 29.281 6.1 */
enum gtpu_message_type {
    GTPU_ECHO_REQUEST = 1,
    GTPU_ECHO_RESPONSE = 2,
    GTPU_ERROR_INDICATION = 26,
    GTPU_SUPPORTED_EXTENSION_HEADERS = 31,
    GTPU_END_MARKER = 254,
    GTPU_G_PDU = 255,
};

/* TS 29.281 5.2.1. The endpoint must understand the types of which the highest bit is set. */
enum gtpu_extension_type {
    GTPU_EXTENSION_NONE = 0x00,
    GTPU_EXTENSION_LONG_PDCP_PDU_NUMBER = 0x03,
    GTPU_EXTENSION_SERVICE_CLASS_INDICATOR = 0x20,
    GTPU_EXTENSION_UDP_PORT = 0x40,
    GTPU_EXTENSION_RAN_CONTAINER = 0x81,
    GTPU_EXTENSION_XW_RAN_CONTAINER = 0x83,
    GTPU_EXTENSION_NR_RAN_CONTAINER = 0x84,
    GTPU_EXTENSION_PDU_SESSION_CONTAINER = 0x85,
    GTPU_EXTENSION_PDCP_PDU_NUMBER = 0xc0,
};

/* TS 38.415 5.5.2: the parts the core uses. */
enum gtpu_pdu_type { GTPU_DOWNLINK = 0, GTPU_UPLINK = 1 };

struct gtpu_container {
    bool present;
    uint8_t pdu_type; /* enum gtpu_pdu_type */
    uint8_t qfi;      /* 6 bits */
    bool rqi;         /* downlink: reflective QoS */
    bool has_ppi;     /* downlink */
    uint8_t ppi;      /* paging policy, 3 bits */
};

/* A parsed header. `payload` is what follows it and its extensions: the user's packet, or the elements of a
 * signalling message. */
struct gtpu_packet {
    uint8_t type; /* enum gtpu_message_type */
    uint32_t teid;
    bool has_sequence;
    uint16_t sequence;
    struct gtpu_container container;
    uint8_t unknown_extension; /* first one that must be understood and is not (answer: supported headers), or
                                  0 */
    struct bytes payload;
};

/* False with what is wrong (version, length, extension chain); nothing is to be answered then. Octets that
 * follow the length the header states are ignored. */
bool gtpu_parse(struct bytes in, struct gtpu_packet *packet, struct fault *fault);

/* The shape nearly every G-PDU has: one extension, a short PDU session container. False: use gtpu_parse. */
static inline bool gtpu_parse_fast(struct bytes in, struct gtpu_packet *packet)
{
    const uint8_t *b = in.data;
    if (in.len < GTPU_HEADER_CONTAINER || b[0] != 0x34 || b[1] != GTPU_G_PDU ||
        b[11] != GTPU_EXTENSION_PDU_SESSION_CONTAINER || b[12] != 1 || b[15] != GTPU_EXTENSION_NONE ||
        (b[13] & 0xf0) > GTPU_UPLINK << 4 || (b[14] & 0x80))
        return false;
    size_t length = GTPU_HEADER_BYTES + (size_t)(b[2] << 8 | b[3]);
    if (length < GTPU_HEADER_CONTAINER || length > in.len)
        return false;
    *packet = (struct gtpu_packet){
        .type = GTPU_G_PDU,
        .teid = (uint32_t)b[4] << 24 | (uint32_t)b[5] << 16 | (uint32_t)b[6] << 8 | b[7],
        .container = {.present = true,
                      .pdu_type = b[13] >> 4,
                      .qfi = b[14] & 0x3f,
                      .rqi = b[13] >> 4 == GTPU_DOWNLINK && (b[14] & 0x40)},
        .payload = {b + GTPU_HEADER_CONTAINER, length - GTPU_HEADER_CONTAINER},
    };
    return true;
}

/* Writes a G-PDU's header with a downlink (or, for a simulated gNB, uplink) PDU session container in front of
 * a payload of that many bytes. room must have GTPU_HEADER_CONTAINER bytes. Returns the length written:
 * always that. The caller sees to payload_bytes <= 65527. */
static inline size_t gtpu_g_pdu_header(uint8_t *room, uint32_t teid, uint8_t pdu_type, uint8_t qfi, bool rqi,
                                       size_t payload_bytes)
{
    size_t length = payload_bytes + GTPU_HEADER_CONTAINER - GTPU_HEADER_BYTES;
    const uint8_t header[GTPU_HEADER_CONTAINER] = {
        0x34,
        GTPU_G_PDU,
        (uint8_t)(length >> 8),
        (uint8_t)length,
        (uint8_t)(teid >> 24),
        (uint8_t)(teid >> 16),
        (uint8_t)(teid >> 8),
        (uint8_t)teid,
        0,
        0,
        0,
        GTPU_EXTENSION_PDU_SESSION_CONTAINER,
        1,
        (uint8_t)(pdu_type << 4),
        (uint8_t)((rqi ? 0x40 : 0) | (qfi & 0x3f)),
        GTPU_EXTENSION_NONE,
    };
    memcpy(room, header, sizeof header);
    return sizeof header;
}

/* Elements of the signalling messages (TS 29.281 7.2, 7.3, 8). */
struct gtpu_error_indication {
    uint32_t teid;        /* TEID Data I: the unknown TEID */
    uint8_t address[16];  /* GTP-U Peer Address: where the offending G-PDU was sent to */
    uint8_t address_size; /* 4 or 16 */
};

/* Of a parsed message of that type; false with the fault when a mandatory element is missing or wrong. */
bool gtpu_read_error_indication(const struct gtpu_packet *packet, struct gtpu_error_indication *indication,
                                struct fault *fault);
bool gtpu_read_recovery(const struct gtpu_packet *packet, uint8_t *restart_counter, struct fault *fault);
/* The list is a view into the packet: one extension header type an octet. */
bool gtpu_read_supported_extensions(const struct gtpu_packet *packet, struct bytes *types,
                                    struct fault *fault);

/* Whole signalling messages; return the bytes written, or 0 when size is too small. */
size_t gtpu_echo_request(void *buffer, size_t size, uint16_t sequence);
size_t gtpu_echo_response(void *buffer, size_t size, uint16_t sequence); /* restart counter 0, as 8.2 asks */
size_t gtpu_error_indication(void *buffer, size_t size, const struct gtpu_error_indication *indication);
size_t gtpu_supported_extensions(void *buffer, size_t size, uint16_t sequence);
size_t gtpu_end_marker(void *buffer, size_t size, uint32_t teid);

const char *gtpu_message_name(uint8_t type);
void gtpu_print(struct printer *p, const struct gtpu_packet *packet);

#endif
