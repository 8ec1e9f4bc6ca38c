/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of what passes the interfaces, for `demarc trace`. A process that has a trace listens on trace-NAME.sock in
 * runtime_dir, and sends the collector that connects there and says what it wants what it is given, as long as that one lives; the
 * last to come is served. Nobody waits for the collector: what it does not take in time is lost. Without a collector, the cost is one test.
 */
#ifndef KIT_TRACE_H
#define KIT_TRACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "kit/address.h"
#include "kit/bytes.h"
#include "kit/loop.h"

enum trace_kind {
    TRACE_NGAP = 1, /* an NGAP PDU */
    TRACE_PFCP,     /* a UDP payload */
    TRACE_GTPU,     /* a UDP payload */
    TRACE_NAS,      /* a NAS message after deciphering; the addresses are those of its NGAP message */
    TRACE_IP,       /* an IP packet as it is */
};

struct trace_record {
    enum trace_kind kind;
    bool incoming; /* to the process that reports it */
    uint8_t note;  /* what the reporter has to add, in words of its own; 0: nothing */
    int64_t time;  /* nanoseconds since 1970; 0, where it is sent: now */
    union socket_address from, to;
    struct bytes bytes;
};

enum { TRACE_RECORD_BYTES = 65536 + 64, TRACE_NAME_BYTES = 64 };

/* What a collector asks for, in its first message. */
struct trace_wish {
    bool deciphered;           /* TRACE_NAS, too */
    char by[TRACE_NAME_BYTES]; /* for whom, as he says himself; "": he does not */
};

/* --- The process that reports --- */

struct trace;

/* name: the process's, as in "edge-default". NULL: out of memory or descriptors, or no place for the socket; every
 * other call takes NULL and does nothing. */
struct trace *trace_new(struct loop *loop, const char *runtime_dir, const char *name);
/* The same at a place of the caller's, for a collector that asks for it by this path. */
struct trace *trace_new_at(struct loop *loop, const char *path);
void trace_free(struct trace *trace);

/* Who must know that copies are shown, and to whom. Called in the loop's thread: `begins` before the first copy leaves, `ends` with the number of those
 * that have; user: the collector's, as the kernel knows it. */
struct trace_overseer {
    void *context;
    void (*begins)(void *context, uid_t user, const struct trace_wish *wish);
    void (*ends)(void *context, uint64_t records);
};
void trace_oversee(struct trace *trace, const struct trace_overseer *overseer);

/* Is anybody listening? May be asked, and trace_send called, from any thread while the trace lives. */
bool trace_wanted(const struct trace *trace);

/* The same, with NAS after deciphering. */
bool trace_wanted_deciphered(const struct trace *trace);

/* True: a collector is there, also if nothing is sent to it. */
bool trace_followed(const struct trace *trace);

void trace_send(struct trace *trace, const struct trace_record *record);

/* --- The collector --- */

struct collector;

/* Connects to the processes that run, and then (in trace_receive) to those that come. NULL with errno. */
struct collector *trace_collect(const char *runtime_dir, const struct trace_wish *wish);
/* Connects to one process's place (trace_new_at), and to no other. */
struct collector *trace_collect_at(const char *path, const struct trace_wish *wish);
void trace_hang_up(struct collector *collector);

/* Becomes readable when there may be something to receive. */
int trace_descriptor(const struct collector *collector);

/* How many processes report. */
unsigned trace_reporters(const struct collector *collector);

/* Reads one record; its bytes are valid until the next call. False: none waits, or what came is no record (errno EBADMSG). */
bool trace_receive(struct collector *collector, struct trace_record *record);

#endif
