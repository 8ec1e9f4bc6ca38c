/* SPDX-License-Identifier: Apache-2.0 */
#include "ran/raw_sctp.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <usrsctp.h>

#include "kit/sctp_raw.h"

enum {
    HEADER = 12,
    CHUNK_HEADER = 4,
    WINDOW = 1 << 20,
    PARAMETER_COOKIE = 7,
    WHOLE_MESSAGE = 3, /* flags of DATA: it begins and ends here */
};

/* --- Sending --- */

/* RFC 9260 3.1, 3.2: the checksum is over the packet with none in its place. */
static size_t write_packet(const struct raw_sctp *raw, uint8_t *room, size_t size, uint32_t tag, uint8_t type,
                           uint8_t flags, struct bytes content)
{
    struct writer w = writer_of(room, size);
    write_u16(&w, address_port(&raw->own));
    write_u16(&w, address_port(&raw->peer));
    write_u32(&w, tag);
    write_u32(&w, 0);
    write_u8(&w, type);
    write_u8(&w, flags);
    write_u16(&w, (uint16_t)(CHUNK_HEADER + content.len));
    write_bytes(&w, content);
    while (writer_length(&w) % 4)
        write_u8(&w, 0);
    const size_t length = writer_length(&w);
    const uint32_t checksum = usrsctp_crc32c(room, length);
    memcpy(room + 8, &checksum, sizeof checksum);
    return length;
}

void raw_sctp_send(struct raw_sctp *raw, uint32_t tag, uint8_t type, uint8_t flags, struct bytes content)
{
    uint8_t packet[HEADER + CHUNK_HEADER + RAW_SCTP_LONGEST + 32];
    if (content.len > RAW_SCTP_LONGEST + 16)
        return;
    const size_t length = write_packet(raw, packet, sizeof packet, tag, type, flags, content);
    uint8_t *room = raw_queue(raw->batch, raw->watch.fd, &raw->peer, &raw->own, length);
    if (!room)
        return;
    memcpy(room, packet, length);
    raw_flush(raw->batch);
}

void raw_sctp_begin(struct raw_sctp *raw, uint32_t tag)
{
    uint8_t content[16];
    struct writer w = writer_of(content, sizeof content);
    raw->own_tag = tag;
    raw->answered = raw->up = false;
    raw->sequence = 0;
    raw->sent = tag - 1;
    write_u32(&w, tag);
    write_u32(&w, WINDOW);
    write_u16(&w, raw->streams);
    write_u16(&w, raw->streams);
    write_u32(&w, raw->sent + 1);
    raw_sctp_send(raw, 0, RAW_SCTP_INIT, 0, BYTES(content));
}

void raw_sctp_say(struct raw_sctp *raw, uint16_t stream, uint32_t ppid, struct bytes message)
{
    uint8_t content[12 + RAW_SCTP_LONGEST];
    struct writer w = writer_of(content, sizeof content);
    if (!raw->up || message.len > RAW_SCTP_LONGEST)
        return;
    write_u32(&w, ++raw->sent);
    write_u16(&w, stream);
    write_u16(&w, raw->sequence++);
    write_u32(&w, ppid);
    write_bytes(&w, message);
    raw_sctp_send(raw, raw->peer_tag, RAW_SCTP_DATA, WHOLE_MESSAGE, writer_bytes(&w));
}

/* --- Hearing --- */

/* Of a chunk or a parameter whose header says so many octets, with the padding behind it. False: there are not so many. */
static bool read_value(struct reader *r, size_t length, struct bytes *value)
{
    if (length < CHUNK_HEADER || length - CHUNK_HEADER > reader_left(r))
        return false;
    *value = read_bytes(r, length - CHUNK_HEADER);
    read_bytes(r, (4 - length % 4) % 4);
    return true;
}

static void hear_init_ack(struct raw_sctp *raw, struct reader *r)
{
    raw->peer_tag = read_u32(r);
    read_u32(r);
    read_u32(r);
    raw->received = read_u32(r) - 1;
    while (reader_left(r) >= CHUNK_HEADER) {
        struct bytes value;
        const uint16_t type = read_u16(r);
        if (!read_value(r, read_u16(r), &value))
            return;
        if (type == PARAMETER_COOKIE && value.len <= sizeof raw->cookie) {
            memcpy(raw->cookie, value.data, value.len);
            raw->cookie_length = value.len;
            raw->answered = true;
        }
    }
    if (raw->answered && !raw->stops_short)
        raw_sctp_send(raw, raw->peer_tag, RAW_SCTP_COOKIE_ECHO, 0, bytes_of(raw->cookie, raw->cookie_length));
}

/* Nothing is lost between two processes of a host; what was sent again is acknowledged again. */
static void hear_data(struct raw_sctp *raw, struct reader *r)
{
    uint8_t content[12] = {0};
    struct writer w = writer_of(content, sizeof content);
    const uint32_t number = read_u32(r);
    read_u64(r);
    const bool fresh = number == raw->received + 1;
    raw->received += fresh;
    write_u32(&w, raw->received);
    write_u32(&w, WINDOW);
    raw_sctp_send(raw, raw->peer_tag, RAW_SCTP_SACK, 0, BYTES(content));
    if (fresh)
        raw->heard(raw->context, read_bytes(r, reader_left(r)));
}

static void hear_chunk(struct raw_sctp *raw, uint8_t type, struct bytes content)
{
    struct reader r = reader_of(content);
    if (type == RAW_SCTP_INIT_ACK && !raw->answered && content.len > 16)
        hear_init_ack(raw, &r);
    else if (type == RAW_SCTP_COOKIE_ACK)
        raw->up = true;
    else if (type == RAW_SCTP_DATA && raw->up && content.len > 12)
        hear_data(raw, &r);
    else if (type == RAW_SCTP_ABORT)
        raw->up = false;
}

static void hear_packet(void *context, const union socket_address *from, const union socket_address *to,
                        struct bytes packet)
{
    struct raw_sctp *raw = context;
    struct reader r = reader_of(packet);
    (void)to;
    const uint16_t port = read_u16(&r);
    read_u16(&r);
    const uint32_t tag = read_u32(&r);
    read_u32(&r);
    if (!address_same_host(from, &raw->peer) || port != address_port(&raw->peer) || tag != raw->own_tag)
        return;
    while (reader_left(&r) >= CHUNK_HEADER) {
        struct bytes content;
        const uint8_t type = read_u8(&r);
        read_u8(&r);
        if (!read_value(&r, read_u16(&r), &content))
            return;
        hear_chunk(raw, type, content);
    }
}

static void ready(struct watch *watch, uint32_t events)
{
    struct raw_sctp *raw = (struct raw_sctp *)((char *)watch - offsetof(struct raw_sctp, watch));
    (void)events;
    while (raw_receive(raw->batch, watch->fd, &raw->own, hear_packet, raw)) {
    }
    raw->stirred(raw->context);
}

/* --- Life --- */

bool raw_sctp_open(struct raw_sctp *raw, struct loop *loop, const union socket_address *own,
                   const union socket_address *peer)
{
    raw->loop = loop;
    raw->own = *own;
    raw->peer = *peer;
    raw->batch = raw_batch_new();
    raw->watch = (struct watch){.fd = raw->batch ? raw_socket(own) : -1, .ready = ready};
    if (raw->watch.fd >= 0 && raw_listen(raw->watch.fd, own) && loop_watch(loop, &raw->watch, EPOLLIN))
        return true;
    const int cause = errno;
    if (raw->watch.fd >= 0)
        close(raw->watch.fd);
    raw_batch_free(raw->batch);
    errno = cause;
    return false;
}

void raw_sctp_close(struct raw_sctp *raw)
{
    loop_forget(raw->loop, &raw->watch);
    close(raw->watch.fd);
    raw_batch_free(raw->batch);
}
