/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packet program, run by the kernel on single packets (BPF_PROG_TEST_RUN), beside a plane without sockets (lab.h) that has the same sessions. Routes are
 * put where the program remembers them, so that it asks no host.
 */
#ifndef TESTS_PLANE_FAST_LAB_H
#define TESTS_PLANE_FAST_LAB_H

#include <linux/bpf.h>

#include "lab.h"
#include "plane/fast/fast.h"

enum { ETHERNET = 14, OUTER = 28, FRAME = 2560, LOOPBACK = 1, UE = 7, QFI = 1, STATIONS = 8 };

struct bench {
    struct lab *lab;
    struct fast fast;
    struct session *session;
    int n3; /* the socket by which the program knows that there is a slow path */
    uint32_t teid;
    uint64_t seid;
    uint8_t frame[FRAME], out[FRAME];
    size_t length, out_length;
    uint32_t verdict; /* of the last run */
};

static const uint8_t OUTSIDE[4] = {203, 0, 113, 9}, PHONE[4] = {10, 45, 0, UE};

/* The fast path for at most that many sessions, and none yet. Skips the test, loudly, where there cannot be one. */
struct bench *bench_open(unsigned sessions);
/* As the process of a plane does: what is pinned in the folder is adopted, and is pinned there. */
struct bench *bench_open_in(unsigned sessions, const char *folder);
/* With a data network of Ethernet frames (lab.h); folder NULL: as bench_open(). */
struct bench *bench_open_ethernet_in(unsigned sessions, const char *folder,
                                     const struct lan_settings *settings);
/* The session becomes the one of the bench, connected at the lab's gNB. */
void bench_establish(struct bench *bench, struct lab_session *session);
/* Both, with the session of phone UE. */
struct bench *bench_new(void);
void bench_free(struct bench *bench);

/* An Ethernet header in front of the frame. */
void set_ethernet(uint8_t *frame, uint16_t type);
void set_ip_checksum(uint8_t *ip);
/* A phone's packet, or one for it; returns its length. */
size_t set_inner(uint8_t *to, const uint8_t from[4], const uint8_t dest[4], uint16_t port, size_t payload);
/* Addresses the GTP-U datagram of `length` octets behind the headers, from a gNB to the plane. */
void set_outer(struct bench *bench, const union socket_address *from, size_t length);
/* A phone's packet in its tunnel; returns the length of what is inside. */
size_t set_tunnelled(struct bench *bench, const uint8_t from[4], const uint8_t to[4], uint16_t port,
                     size_t payload);
/* A packet for a phone as it comes from the data network; returns its length. */
size_t set_downlink(struct bench *bench, const uint8_t to[4], size_t payload);

/* The program knows the way to it. */
void remember_gnb(struct bench *bench, const struct gnb *gnb);
/* The program's verdict (XDP_...) on the frame. */
uint32_t run(struct bench *bench);
/* The same of the program at a data network of frames. */
uint32_t run_at_segment(struct bench *bench);
/* The slow path has done with the packet, which was left to it. */
void done_with(const struct packet *packet);
/* The same datagram through the slow path, which has done with it afterwards. */
enum verdict run_slow(struct bench *bench, const union socket_address *peer, struct packet *packet);
/* What the program has counted is in the session's books afterwards. */
void absorb(struct bench *bench);

#endif
