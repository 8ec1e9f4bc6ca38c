/* SPDX-License-Identifier: Apache-2.0 */
/* Packets at a constant rate both ways between phones and the data network, each with a number: none may be missing in the end. */
#include <arpa/inet.h>
#include <sys/epoll.h>

#include "ran/load_state.h"
#include "ran/ping.h"

enum { IP_HEADER = 20, UDP_HEADER = 8, STREAM_BYTES = IP_HEADER + UDP_HEADER + 8, UDP_PROTOCOL = 17 };

static struct stream_number read_number(const uint8_t octets[8])
{
    struct reader r = reader_of(bytes_of(octets, 8));
    uint32_t walker = read_u32(&r);
    return (struct stream_number){walker, read_u32(&r)};
}

static void write_number(uint8_t octets[8], struct stream_number number)
{
    struct writer w = writer_of(octets, 8);
    write_u32(&w, number.walker);
    write_u32(&w, number.packet);
}

static void took(struct stream_side *side, uint32_t packet)
{
    side->got++;
    side->misplaced += packet <= side->latest && side->got > 1;
    side->latest = packet;
}

static void send_up(struct walker *walker, struct phone_session *session, struct stream_number number)
{
    struct load *load = walker->load;
    uint8_t packet[STREAM_BYTES] = {0x45, [3] = STREAM_BYTES, [8] = 64, [9] = UDP_PROTOCOL};
    uint32_t from = htonl(session->ipv4), to = htonl(load_gateway(load, session));
    uint16_t ports[3] = {htons(LOAD_STREAM_PORT), htons(LOAD_STREAM_PORT), htons(UDP_HEADER + 8)};
    memcpy(packet + 12, &from, 4);
    memcpy(packet + 16, &to, 4);
    ping_put_checksum(packet, IP_HEADER, 10);
    memcpy(packet + IP_HEADER, ports, sizeof ports);
    write_number(packet + IP_HEADER + UDP_HEADER, number);
    walker->up.sent++;
    phone_send_packet(&walker->phone, session, BYTES(packet));
}

static void send_down(struct walker *walker, const struct phone_session *session, struct stream_number number)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(LOAD_STREAM_PORT), .sin_addr.s_addr = htonl(session->ipv4)};
    uint8_t content[8];
    write_number(content, number);
    if (sendto(walker->load->data_network, content, sizeof content, MSG_DONTWAIT, (struct sockaddr *)&to,
               sizeof to) == sizeof content)
        walker->down.sent++;
}

void load_stream(struct timer *timer)
{
    struct walker *walker = (struct walker *)((char *)timer - offsetof(struct walker, stream));
    struct load *load = walker->load;
    struct phone_session *session = phone_session(&walker->phone, 1);
    struct stream_number number = {(uint32_t)(walker - load->walkers), ++walker->streamed};
    if (session && session->ipv4) {
        send_up(walker, session, number);
        send_down(walker, session, number);
    }
    timer_start(load->driver.radio.timers, timer, SECONDS(1) / load->options.stream_rate);
}

bool load_stream_arrived(struct walker *walker, struct bytes packet)
{
    if (packet.len != STREAM_BYTES || packet.data[9] != UDP_PROTOCOL)
        return false;
    took(&walker->down, read_number(packet.data + IP_HEADER + UDP_HEADER).packet);
    return true;
}

static void data_network_ready(struct watch *watch, uint32_t events)
{
    struct load *load = (struct load *)((char *)watch - offsetof(struct load, sink));
    uint8_t content[8];
    (void)events;
    while (recv(watch->fd, content, sizeof content, MSG_DONTWAIT) == sizeof content) {
        struct stream_number number = read_number(content);
        if (number.walker < load->options.phones)
            took(&load->walkers[number.walker].up, number.packet);
    }
}

bool load_stream_open(struct load *load)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(LOAD_STREAM_PORT)};
    load->sink = (struct watch){.fd = load->data_network, .ready = data_network_ready};
    return bind(load->data_network, (struct sockaddr *)&any, sizeof any) == 0 &&
           loop_watch(load->driver.loop, &load->sink, EPOLLIN);
}
