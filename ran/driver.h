/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts simulated gNBs on real sockets: an SCTP association each on N2, a UDP socket each on N3, and phones' packets on TUN
 * devices. One loop, one thread.
 */
#ifndef RAN_DRIVER_H
#define RAN_DRIVER_H

#include "kit/loop.h"
#include "ran/gnb.h"
#include "ran/phone.h"

struct driver;

/* A gNB with its sockets. */
struct station {
    struct ran_gnb gnb;
    struct driver *driver;
    const char *netns; /* borrowed; "" is ours */
    struct sctp_endpoint *n2;
    struct sctp_association *association;
    struct watch n3;
    struct n3_batch *outgoing; /* packets waiting for the end of the batch */
    uint64_t unsent;           /* packets that the N3 socket did not take */
    bool full;                 /* SCTP did not take the latest message for N2 */
    struct timer again;        /* until the next attempt to connect */
    bool silent; /* says nothing by itself when its association is up; ports->gnb_ready: it is up */
};

struct driver {
    struct loop *loop;
    struct radio radio;
    struct arena arena;
    struct station **stations;
    unsigned station_count;
    struct station *latest_sender; /* on N3 */
    union socket_address amf;
    enum sctp_stack stack;
    bool reconnect;                 /* stations come back by themselves when their association is lost */
    void (*settled)(void *context); /* after each batch; may be NULL */
    void *context;
};

/* ports: the owner's; ngap and n3 are filled in by the driver. */
bool driver_init(struct driver *driver, struct radio_ports *ports, void *context);
void driver_free(struct driver *driver);

/* Opens the sockets; NULL and *why on failure. Settings and netns are copied. */
struct station *driver_add(struct driver *driver, const struct ran_gnb_settings *settings, const char *netns,
                           const char **why);

/* Begins the association; NG Setup follows by itself, its outcome arrives at ports->gnb_ready. */
bool driver_connect(struct station *station, const char **why);

/* What has become of packets that did not get through. */
struct driver_losses {
    uint64_t strayed; /* came for a tunnel or a phone that is not there */
    uint64_t unsent;
    uint64_t overflowed; /* the kernel had no more room for them in a socket of ours */
};

struct driver_losses driver_losses(const struct driver *driver);
/* Packets that a socket has lost for want of room. */
uint64_t socket_overflow(int fd);

/* Ends the association, gracefully or like a cut cable. */
void driver_disconnect(struct station *station, bool abort);

/* Gives a phone's session a TUN device `name` in `netns`, with the addresses it was granted; called again when an IPv6 prefix
 * came later, adds that. */
bool driver_attach_tun(struct driver *driver, struct phone *phone, struct phone_session *session,
                       const char *netns, const char *name, const char **why);
/* A packet for the phone, into its TUN device if it has one. */
void driver_deliver(struct phone_session *session, struct bytes packet);

void driver_detach_tun(struct driver *driver, struct phone_session *session);

#endif
