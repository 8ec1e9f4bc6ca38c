/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wicket: the messages between an edge and control, the only door in the line. One message is one datagram of
 * a SOCK_SEQPACKET socket. Both sides check everything: control takes an edge for captured until shown otherwise.
 *
 *     version 1 | kind 1 | stream 2 | association 8 | length 4 | body
 *
 * Both begin with HELLO, whose layout is the same in all versions: it says which version of this header and which tables of
 * NGAP the process was built with, and who finds them to be other than his own says so in his log and closes the wicket.
 * An edge says of each NGAP message what the SHA-256 of its octets was, as control sees it decoded only, and evidence is to be
 * compared with what was captured on N2. An edge waits for no answer: after HELLO comes each association that lives (UP, or KEPT followed by what control had
 * accepted on it as REPLAYs), then events as they come. Association ids are random and never used twice; they
 * stay the same when control restarts and the edge announces them anew.
 */
#ifndef WIRE_WICKET_WICKET_H
#define WIRE_WICKET_WICKET_H

#include "kit/address.h"
#include "kit/bytes.h"

enum wicket_kind {
    /* both ways */
    WICKET_HELLO = 1, /* association 0; fingerprint of the tables 4, name */
    /* edge to control */
    WICKET_UP,   /* a new association: the peer's address */
    WICKET_KEPT, /* one that control (perhaps before its restart) had accepted an NG Setup on */
    WICKET_REPLAY, /* digest 32, flat NGAP: the accepted NG Setup Request, then RAN Configuration Updates; not answered */
    WICKET_DOWN, /* why, in words */
    /* both ways */
    WICKET_NGAP, /* flat NGAP, of an edge behind its digest 32; and the stream it came or goes on */
    /* control to edge */
    WICKET_CLOSE, /* end the association; no DOWN follows */
    /* edge to control */
    WICKET_CONDUCT, /* misdeeds that never reached control, by kind, since the last such message */
};

/* What an edge refuses by itself. */
enum wicket_misdeed { WICKET_UNDECODABLE, WICKET_MISPLACED, WICKET_OVERRUN, WICKET_MISDEEDS };

enum wicket_side { WICKET_FROM_EDGE, WICKET_FROM_CONTROL };

enum {
    WICKET_VERSION = 3,
    WICKET_HEADER_BYTES = 16,
    WICKET_BODY_BYTES = 128 * 1024 - WICKET_HEADER_BYTES,
    WICKET_NAME_BYTES = 32,
    WICKET_DIGEST_BYTES = 32,
    WICKET_REASON_BYTES = 200,
};

struct wicket_message {
    enum wicket_kind kind;
    uint8_t version; /* HELLO: perhaps not ours. Else written and checked by the codec */
    uint32_t tables; /* HELLO: ngap_description_version */
    uint64_t association;
    uint16_t stream;
    union socket_address peer;          /* UP, KEPT */
    uint32_t misdeeds[WICKET_MISDEEDS]; /* CONDUCT */
    const uint8_t *
        digest; /* NGAP of an edge, REPLAY: of the message as the gNB sent it. A view, as body is; else NULL */
    struct bytes body; /* NGAP, REPLAY: flat NGAP; HELLO: name; DOWN: reason. A view into the input */
};

/* False: the writer is full or the body too long. */
bool wicket_encode(struct writer *w, const struct wicket_message *message);

/* The same for a body that the caller writes in place, between the two calls. */
size_t wicket_open(struct writer *w, enum wicket_kind kind, uint64_t association, uint16_t stream);
bool wicket_close(struct writer *w, size_t mark);

/* A HELLO of a process that was built with this header and those tables. */
static inline bool wicket_same_build(const struct wicket_message *hello, uint32_t tables)
{
    return hello->version == WICKET_VERSION && hello->tables == tables;
}

/* `from` is who sent it; kinds that only the other side may send are refused. */
bool wicket_decode(struct bytes in, enum wicket_side from, struct wicket_message *message,
                   struct fault *fault);

#endif
