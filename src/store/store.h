/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything durable: subscribers, and the contexts of registered phones and their sessions. SQLite with a
 * write-ahead log.
 *
 * Writes gather in one open transaction, begun by the first of them; store_commit makes the whole batch
 * durable (in control this is the settle of the loop). Reads see the batch's own writes. A write that fails
 * leaves the batch without that write - unless the result is STORE_FULL, STORE_BUSY, STORE_CORRUPT or
 * STORE_FAILED: then the batch is lost as a whole, further writes and the next store_commit return the same
 * result, and the store is as before the batch. One thread at a time.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "config/config.h"
#include "kit/bytes.h"
#include "store/subscriber.h"

struct store;

enum store_result {
    STORE_OK,
    STORE_NOT_FOUND, /* or no SUPI at all */
    STORE_EXISTS,
    STORE_TAKEN,   /* a network behind his phone is another subscriber's */
    STORE_BUSY,    /* another process holds the database */
    STORE_FULL,    /* no space, or a file-size limit */
    STORE_CORRUPT, /* not a database, damaged, or of a newer schema */
    STORE_FAILED,  /* anything else: permissions, I/O, memory */
};

const char *store_result_text(enum store_result result);

struct store_settings {
    const char *path; /* ":memory:" for a store that ends with the process */
    enum config_store_sync sync;
    int busy_ms;     /* how long to wait for another process's transaction */
    bool must_exist; /* do not create */
};

/* Opens, creates and migrates. On failure NULL, and *why a sentence with cause and remedy (valid until the
 * next call). */
struct store *store_open(struct store_settings settings, enum store_result *result, const char **why);
void store_close(struct store *store); /* rolls back what is not committed */

/* Begins the batch before its first write, so that its reads do not cost a transaction each. */
enum store_result store_begin(struct store *store);
enum store_result store_commit(struct store *store); /* STORE_OK when nothing was written */
void store_rollback(struct store *store);

/* Within a batch: the writes between the two hold together. Where they are not kept they have never been, and nobody is told of them; otherwise those who watch are told at the
 * end. */
enum store_result store_part_begin(struct store *store);
enum store_result store_part_end(struct store *store, bool keep);

/* --- Subscribers (UDM) --- */

/* arena NULL: without slices and name. */
enum store_result store_subscriber_get(struct store *store, const char *supi, struct arena *arena,
                                       struct store_subscriber *subscriber);
enum store_result store_subscriber_add(struct store *store,
                                       const struct store_subscriber *subscriber); /* STORE_EXISTS */
enum store_result store_subscriber_put(struct store *store,
                                       const struct store_subscriber *subscriber); /* adds or replaces */
enum store_result store_subscriber_remove(struct store *store, const char *supi);
/* Takes the networks behind his phones out: in a part, before he and others are put, who may have them instead. */
enum store_result store_routes_remove(struct store *store, const char *supi);
/* STORE_OK, or STORE_TAKEN: phones of another subscriber, the owner, have some of its addresses behind them in the data network. */
enum store_result store_route_look(struct store *store, const char *dnn, const struct config_prefix *route,
                                   const char *supi, char owner[STORE_SUPI_BYTES]);
enum store_result store_subscriber_count(struct store *store, uint64_t *count);

/* Raises SQN; a lower one than is stored changes nothing and is STORE_OK. */
enum store_result store_sqn_put(struct store *store, const char *supi, uint64_t sqn);

/* In order of SUPI, beginning behind `after` ("" for all). The visitor returns false to stop; it may not
 * write. */
enum store_result store_subscriber_each(struct store *store, const char *after,
                                        bool (*visit)(void *context,
                                                      const struct store_subscriber *subscriber),
                                        void *context);

/* What someone changed through this store (not store_sqn_put); called after the write, before its commit. */
enum store_change { STORE_ADDED, STORE_CHANGED, STORE_REMOVED };
void store_on_change(struct store *store,
                     void (*changed)(void *context, const char *supi, enum store_change change),
                     void *context);

/* --- Contexts (AMF, SMF). Blobs are the owner's, versioned by the owner. --- */

/* tmsi 0: none. That it is nobody else's is the AMF's to see to: all contexts are in its memory, and an index of random numbers
 * would be half the cost of a registration here. */
enum store_result store_ue_put(struct store *store, const char *supi, uint32_t tmsi, struct bytes blob);
enum store_result store_ue_remove(struct store *store,
                                  const char *supi); /* and its sessions; STORE_OK if none */
enum store_result store_ue_each(struct store *store,
                                bool (*visit)(void *context, const char *supi, uint32_t tmsi,
                                              struct bytes blob),
                                void *context);
/* The blob is borrowed until the next call on the store. */
enum store_result store_ue_find(struct store *store, const char *supi, uint32_t *tmsi, struct bytes *blob);
enum store_result store_session_put(struct store *store, const char *supi, uint8_t psi, struct bytes blob);
enum store_result store_session_remove(struct store *store, const char *supi,
                                       uint8_t psi); /* STORE_OK if none */
/* supi NULL: of all phones. */
enum store_result store_session_each(struct store *store, const char *supi,
                                     bool (*visit)(void *context, const char *supi, uint8_t psi,
                                                   struct bytes blob),
                                     void *context);

/* --- Small facts the core keeps about itself (restart counter, seeds). --- */
enum store_result store_meta_get(struct store *store, const char *name, int64_t *value);
enum store_result store_meta_put(struct store *store, const char *name, int64_t value);

/* --- Fenced gNBs (rule N5 of the line) --- */

/* gnb: its identity as text; until: wall clock in nanoseconds, 0: until a command. */
enum store_result store_fence_put(struct store *store, const char *gnb, int64_t until, const char *reason);
enum store_result store_fence_remove(struct store *store, const char *gnb); /* STORE_OK if none */
/* Texts are valid during the call. */
enum store_result store_fence_each(struct store *store,
                                   void (*visit)(void *context, const char *gnb, int64_t until,
                                                 const char *reason),
                                   void *context);

/* --- Barred vendors (rule K1 of the line), one row each, also when it is over, and whose phones were sent away --- */

struct store_bar {
    const char *vendor, *by, *reason;
    bool drill;
    int64_t since, until, cleared, ended; /* wall clock in nanoseconds; 0: not */
};

enum store_result store_bar_put(struct store *store, const struct store_bar *bar);
/* Texts are valid during the call. */
enum store_result store_bar_each(struct store *store,
                                 void (*visit)(void *context, const struct store_bar *bar), void *context);
enum store_result store_barred_phone_put(struct store *store, const char *vendor, const char *supi,
                                         struct bytes phone);
enum store_result store_barred_phones_remove(struct store *store, const char *vendor);
/* What is handed over is valid during the call. */
enum store_result store_barred_phone_each(struct store *store,
                                          void (*visit)(void *context, const char *vendor, const char *supi,
                                                        struct bytes phone),
                                          void *context);

/* --- Addresses that rest --- */

/* supi: whose it was; until: wall clock in nanoseconds. */
enum store_result store_rest_put(struct store *store, const char *network, struct bytes address,
                                 const char *supi, int64_t until);
/* Forgets those whose time is up. */
enum store_result store_rest_end(struct store *store, int64_t now);
/* By their ends. Texts and address are valid during the call. */
enum store_result store_rest_each(struct store *store,
                                  void (*visit)(void *context, const char *network, struct bytes address,
                                                const char *supi, int64_t until),
                                  void *context);

/* --- What went through gNBs (rule H2 of the line; core/traffic.h). Times are those of the window's own clock, nanoseconds. --- */

struct store_octets {
    uint64_t uplink, downlink; /* less than 2^63 */
};

/* Who named this end of tunnels: a gNB of the inventory by name, or "". */
enum store_result store_traffic_end_put(struct store *store, struct bytes address, const char *gnb);
struct store_slot {
    int64_t length, end;
};

/* What went through it in that slot of the window. */
enum store_result store_traffic_slot_put(struct store *store, struct store_slot slot, struct bytes address,
                                         struct store_octets octets);
/* A plane's counters, of the instance of it that counted. */
enum store_result store_traffic_reading_put(struct store *store, const char *plane, struct bytes address,
                                            int64_t instance, struct store_octets octets);
/* ended: it is known to have said all. */
enum store_result store_traffic_plane_put(struct store *store, const char *plane, int64_t instance,
                                          int64_t heard, bool ended);
/* For how long nobody knows what planes carried. */
enum store_result store_traffic_gap_put(struct store *store, int64_t end, int64_t length);
/* Forgets slots that ended by then or have another length, and all gaps, which are put anew. */
enum store_result store_traffic_forget(struct store *store, struct store_slot slot);

/* Texts and addresses are valid during the call. Planes come before readings, ends before slots. */
struct store_traffic_visitor {
    void *context;
    void (*plane)(void *context, const char *plane, int64_t instance, int64_t heard, bool ended);
    void (*end)(void *context, struct bytes address, const char *gnb);
    void (*reading)(void *context, const char *plane, struct bytes address, int64_t instance,
                    struct store_octets octets);
    void (*slot)(void *context, struct store_slot slot, struct bytes address, struct store_octets octets);
    void (*gap)(void *context, int64_t end, int64_t length);
};
enum store_result store_traffic_each(struct store *store, const struct store_traffic_visitor *visitor);

/* --- What the shares of rules H1 and H2 were (core/share_history.h) --- */

struct store_share {
    int64_t hour; /* since 1970 */
    uint32_t sites, high_risk_sites;
    uint64_t octets, high_risk_octets; /* less than 2^63 */
};

/* The first one of an hour stands. */
enum store_result store_share_put(struct store *store, const struct store_share *share);
/* Forgets all but so many of the newest. */
enum store_result store_shares_keep(struct store *store, unsigned newest);
/* Those after the hour, the oldest first. */
enum store_result store_share_each(struct store *store, int64_t after, unsigned most,
                                   void (*visit)(void *context, const struct store_share *share),
                                   void *context);

/* For tests: the write after the next `after` ones fails with `result` (STORE_OK: no more faults). `commit`
 * counts as a write. */
void store_inject(struct store *store, enum store_result result, unsigned after);

#endif
