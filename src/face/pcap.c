/* SPDX-License-Identifier: Apache-2.0 */
#include "face/pcap.h"

#include <arpa/inet.h>
#include <string.h>

#include "plane/checksum.h"
#include "wire/gtpu/gtpu.h"

enum { LINK_RAW_IP = 101, LINK_EXPORTED_PDU = 252 };
enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6 };
enum { PPID_NGAP = 60, COMMENT_BYTES = 128 };

/* --- pcapng: blocks in this machine's byte order, padded to 32 bits --- */

static bool put_block(FILE *to, uint32_t type, const void *head, size_t head_size, struct bytes body,
                      struct bytes options)
{
    static const uint8_t zeros[4] = {0};
    size_t pad = -(head_size + body.len) & 3;
    uint32_t total = (uint32_t)(12 + head_size + body.len + pad + options.len);
    fwrite(&type, 4, 1, to);
    fwrite(&total, 4, 1, to);
    fwrite(head, 1, head_size, to);
    fwrite(body.data, 1, body.len, to);
    fwrite(zeros, 1, pad, to);
    fwrite(options.data, 1, options.len, to);
    fwrite(&total, 4, 1, to);
    return !ferror(to);
}

static bool put_interface(FILE *to, uint16_t link)
{
    /* Option if_tsresol (9): nanoseconds. */
    static const uint8_t options[] = {9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0};
    struct {
        uint16_t link, reserved;
        uint32_t longest;
    } head = {link, 0, 0};
    uint8_t native[sizeof options];
    memcpy(native, options, sizeof options);
    memcpy(native, &(uint16_t){9}, 2);
    memcpy(native + 2, &(uint16_t){1}, 2);
    return put_block(to, BLOCK_INTERFACE, &head, sizeof head, BYTES(native), (struct bytes){0});
}

/* Option opt_comment (1), in this machine's byte order and padded like all else. */
static struct bytes comment_option(const char *comment, uint8_t room[COMMENT_BYTES])
{
    const size_t length = comment ? strnlen(comment, COMMENT_BYTES - 12) : 0;
    if (length == 0)
        return (struct bytes){0};
    memset(room, 0, COMMENT_BYTES);
    memcpy(room, (uint16_t[]){1, (uint16_t)length}, 4);
    memcpy(room + 4, comment, length);
    return bytes_of(room, 4 + ((length + 3) & ~(size_t)3) + 4);
}

static bool put_packet(const struct pcap *pcap, uint32_t interface, int64_t time, struct bytes frame)
{
    const size_t kept = pcap->longest && pcap->longest < frame.len ? pcap->longest : frame.len;
    uint8_t room[COMMENT_BYTES];
    struct {
        uint32_t interface, time_high, time_low, captured, original;
    } head = {interface, (uint32_t)((uint64_t)time >> 32), (uint32_t)time, (uint32_t)kept,
              (uint32_t)frame.len};
    return put_block(pcap->to, BLOCK_PACKET, &head, sizeof head, bytes_of(frame.data, kept),
                     comment_option(pcap->comment, room));
}

bool pcap_begin(struct pcap *pcap, FILE *to, bool with_nas)
{
    struct {
        uint32_t order;
        uint16_t major, minor;
        int32_t length[2];
    } head = {0x1a2b3c4d, 1, 0, {-1, -1}};
    pcap->to = to;
    pcap->with_nas = with_nas;
    pcap->tsn = 0;
    pcap->longest = 0;
    pcap->comment = NULL;
    return put_block(to, BLOCK_SECTION, &head, sizeof head, (struct bytes){0}, (struct bytes){0}) &&
           put_interface(to, LINK_RAW_IP) && (!with_nas || put_interface(to, LINK_EXPORTED_PDU)) &&
           fflush(to) == 0;
}

/* --- packets --- */

/* Castagnoli's CRC of SCTP (RFC 9260 Appendix A), whose bytes go out in reverse. */
static uint32_t crc32c(struct bytes bytes)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= bytes.data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
    }
    return __builtin_bswap32(~crc);
}

static void write_host(struct writer *w, const union socket_address *address)
{
    if (address->any.sa_family == AF_INET6)
        write_bytes(w, bytes_of(&address->v6.sin6_addr, 16));
    else
        write_bytes(w, bytes_of(&address->v4.sin_addr, 4));
}

/* Stores a checksum, which is in memory order already. */
static void patch_checksum(struct writer *w, size_t at, uint64_t sum, bool zero_is_none)
{
    uint16_t checksum = (uint16_t)~checksum_fold(sum);
    if (zero_is_none && checksum == 0)
        checksum = 0xffff;
    memcpy(w->base + at, &checksum, sizeof checksum);
}

/* The IP header; returns the sum of the pseudo header that belongs to it. */
static uint64_t write_ip(struct writer *w, const struct trace_record *record, uint8_t protocol, size_t length)
{
    bool v6 = record->from.any.sa_family == AF_INET6;
    if (v6) {
        write_u32(w, 0x60000000);
        write_u16(w, (uint16_t)length);
        write_u8(w, protocol);
        write_u8(w, 64);
    } else {
        write_u16(w, 0x4500);
        write_u16(w, (uint16_t)(20 + length));
        write_u32(w, 0);
        write_u8(w, 64);
        write_u8(w, protocol);
        write_u16(w, 0);
    }
    size_t hosts = writer_length(w);
    write_host(w, &record->from);
    write_host(w, &record->to);
    if (!v6)
        patch_checksum(w, 10, checksum_add(0, w->base, 20), false);
    return checksum_add(0, w->base + hosts, writer_length(w) - hosts) + htons(protocol) +
           htons((uint16_t)length);
}

static void write_udp(struct writer *w, const struct trace_record *record)
{
    size_t length = 8 + record->bytes.len;
    uint64_t sum = write_ip(w, record, PROTOCOL_UDP, length);
    size_t start = writer_length(w);
    write_u16(w, address_port(&record->from));
    write_u16(w, address_port(&record->to));
    write_u16(w, (uint16_t)length);
    write_u16(w, 0);
    write_bytes(w, record->bytes);
    if (!w->full)
        patch_checksum(w, start + 6, checksum_add(sum, w->base + start, length), true);
}

/* One DATA chunk with the whole message on stream 0; the verification tag is not known here. */
static void write_sctp(struct writer *w, const struct trace_record *record, uint32_t tsn)
{
    size_t pad = -record->bytes.len & 3, length = 12 + 16 + record->bytes.len + pad;
    write_ip(w, record, PROTOCOL_SCTP, length);
    size_t start = writer_length(w);
    write_u16(w, address_port(&record->from));
    write_u16(w, address_port(&record->to));
    write_u32(w, 0);
    write_u32(w, 0);
    write_u16(w, 0x0003);
    write_u16(w, (uint16_t)(16 + record->bytes.len));
    write_u32(w, tsn);
    write_u32(w, 0);
    write_u32(w, PPID_NGAP);
    write_bytes(w, record->bytes);
    write_uint(w, 0, pad);
    if (w->full)
        return;
    struct writer checksum = writer_of(w->base + start + 8, 4);
    write_u32(&checksum, crc32c(bytes_of(w->base + start, length)));
}

/* Wireshark's exported PDU: tags of type, length and value, ended by type 0; then the message. */
static void write_exported(struct writer *w, const struct trace_record *record)
{
    static const char dissector[] = "nas-5gs";
    bool v6 = record->from.any.sa_family == AF_INET6;
    write_u16(w, 12); /* dissector's name, padded to 32 bits */
    write_u16(w, 8);
    write_bytes(w, bytes_of(dissector, 8));
    write_u16(w, v6 ? 22 : 20);
    write_u16(w, v6 ? 16 : 4);
    write_host(w, &record->from);
    write_u16(w, v6 ? 23 : 21);
    write_u16(w, v6 ? 16 : 4);
    write_host(w, &record->to);
    write_u32(w, 0);
    write_bytes(w, record->bytes);
}

bool pcap_write(struct pcap *pcap, const struct trace_record *record)
{
    enum { LONGEST = 65535 - 60 }; /* what IP's length leaves */
    struct writer w = writer_of(pcap->frame, sizeof pcap->frame);
    if (record->bytes.len > LONGEST || record->from.any.sa_family != record->to.any.sa_family)
        return true;
    if (record->kind == TRACE_NAS && !pcap->with_nas)
        return true;
    if (record->kind == TRACE_IP)
        return put_packet(pcap, 0, record->time, record->bytes);
    if (record->kind == TRACE_NAS)
        write_exported(&w, record);
    else if (record->kind == TRACE_NGAP)
        write_sctp(&w, record, ++pcap->tsn);
    else
        write_udp(&w, record);
    return w.full || put_packet(pcap, record->kind == TRACE_NAS, record->time, writer_bytes(&w));
}

bool pcap_write_inner(struct pcap *pcap, const struct trace_record *record)
{
    struct gtpu_packet gtpu;
    struct fault fault;
    if (record->kind == TRACE_IP)
        return put_packet(pcap, 0, record->time, record->bytes);
    if (!gtpu_parse(record->bytes, &gtpu, &fault) || gtpu.type != GTPU_G_PDU)
        return true;
    return put_packet(pcap, 0, record->time, gtpu.payload);
}
