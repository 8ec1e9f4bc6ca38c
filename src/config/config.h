/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: an immutable snapshot read from a YAML file (/etc/demarc/demarc.yaml) and the inventory that it names
 * (inventory.h), whose keys are described in a table each (keys.c) that parses, checks, prints and documents them. A file says only what
 * differs from the defaults; the repository's demarc.yaml holds every key with its default and is the manual.
 *
 * Lists are arrays with a count next to them. Strings and arrays live as long as the snapshot. An absent
 * optional text is "" (never NULL); an absent address has family 0.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdio.h>

#include "config/bundle.h"
#include "config/inventory.h"
#include "config/values.h"
#include "kit/arena.h"
#include "kit/log.h"
#include "kit/map.h"
#include "kit/sctp.h"

/* A serving PLMN with what it offers. The first one is the home network. */
struct config_serving {
    struct config_plmn plmn;
    const uint32_t *tacs;
    unsigned tac_count;
    const struct config_slice *slices;
    unsigned slice_count;
    const struct config_plmn *equivalents; /* TS 23.501 5.18.2; at most CONFIG_EQUIVALENTS */
    unsigned equivalent_count;
};

/* TS 24.501 9.11.3.45, TS 38.413 9.3.1.85 */
enum { CONFIG_EQUIVALENTS = 15 };

/* Tracking areas that a phone may cross without registering anew (TS 23.501 5.3.2.3). */
struct config_registration_area {
    const char *name;
    const struct config_area *tais; /* 1 to CONFIG_AREA_TAIS */
    unsigned tai_count;
};

/* TS 24.501 9.11.3.9 */
enum { CONFIG_AREA_TAIS = 16 };

struct config_network {
    const char *amf_name;      /* AMF Name of NG Setup Response */
    const char *full_name;     /* shown on the phone (TS 24.501 8.2.19) */
    const char *short_name;    /* "" leaves it out */
    const char *timezone;      /* "auto": the host's; else an IANA name */
    uint8_t amf_region;        /* AMF Region ID, 8 bits */
    uint16_t amf_set;          /* AMF Set ID, 10 bits */
    uint8_t amf_pointer;       /* 6 bits */
    uint8_t relative_capacity; /* TS 38.413 9.3.1.32 */
    const struct config_serving *serving;
    unsigned serving_count;
    const struct config_routing_indicator *routing_indicators; /* of the UDM here; none: any */
    unsigned routing_indicator_count;
    const struct config_plmn *homes; /* whose subscribers are ours; none: those of all serving networks */
    unsigned home_count;
    const struct config_registration_area *areas;
    unsigned area_count;
};

/* Algorithms in order of preference; the numbers of NEA and NIA (TS 33.501 5.11.1). */
struct config_security {
    const uint8_t *integrity;
    unsigned integrity_count;
    const uint8_t *ciphering;
    unsigned ciphering_count;
    bool new_key_at_handover;     /* N2 handover changes K_AMF (TS 33.501 6.9.2.3.3) */
    int64_t authentication_again; /* nanoseconds; keys older than this are replaced; 0: they do not age */
};

/* TS 24.501 10.2. Nanoseconds. */
struct config_amf_timers {
    int64_t t3346, t3502, t3512, t3513, t3522, t3550, t3555, t3560, t3565, t3570;
    int64_t mobile_reachable_margin;        /* added to T3512 (5.3.7: 4 minutes) */
    int64_t implicit_deregistration;        /* after the mobile reachable timer */
    int64_t n2_procedure;                   /* waiting for a gNB's answer */
    int64_t gnb_return;                     /* UEs are kept after their gNB is lost */
    int64_t handover_preparation, handover; /* waiting for the target's answer, and for the phone at it */
    int64_t forwarding;                     /* indirect forwarding tunnels outlive the handover */
};

/* Where a phone is called, from the smallest area to the largest. */
enum config_paging_area {
    CONFIG_PAGE_CELLS,   /* the gNBs of the cells that it was in, or that its last gNB recommended */
    CONFIG_PAGE_TAI,     /* its last tracking area */
    CONFIG_PAGE_AREA,    /* its registration area */
    CONFIG_PAGE_NETWORK, /* all of the network's gNBs */
};

enum { CONFIG_PAGING_STEPS = 16 };

struct config_paging {
    const uint8_t *steps; /* enum config_paging_area, one for each transmission */
    unsigned step_count;
    unsigned at_once; /* phones */
    uint8_t priority; /* ARP priority levels up to this one are paged with priority; 0: none */
};

/* MICO mode (TS 23.501 5.4.1.3); nanoseconds. */
struct config_mico {
    bool allowed;
    int64_t active_time;           /* T3324: at most */
    int64_t periodic_registration; /* T3512, in place of timers.t3512 */
};

struct config_limits {
    unsigned gnbs; /* over all edges */
    unsigned ues;  /* registered or registering */
    unsigned sessions_per_ue;
    unsigned packet_filters_per_session;
    unsigned procedures;  /* running at once (each has a stack) */
    unsigned overload;    /* percent of them from which on gNBs are asked to hold back */
    unsigned ues_per_gnb; /* connected at once through one gNB */
};

struct config_amf {
    struct config_security security;
    struct config_amf_timers timers;
    struct config_paging paging;
    struct config_mico mico;
};

/* The values are those of NAS (TS 24.501 9.11.4.11): bits of address families, but for Ethernet. */
enum config_session_type { CONFIG_IPV4 = 1, CONFIG_IPV6 = 2, CONFIG_IPV4V6 = 3, CONFIG_ETHERNET = 5 };

/* User-plane security enforcement (TS 23.501 5.10.3). */
enum config_protection { CONFIG_REQUIRED, CONFIG_PREFERRED, CONFIG_NOT_NEEDED };

struct config_dnn {
    const char *name;
    enum config_session_type type; /* the widest type granted; also the default */
    struct config_prefix ipv4;     /* pool; family 0: none */
    struct config_ip ipv4_gateway; /* the core's own address in the pool; default: the first */
    struct config_prefix ipv6;     /* pool; each session gets a /64 */
    const struct config_ip *dns;   /* IPv4 and IPv6 */
    unsigned dns_count;
    unsigned mtu;
    bool encapsulation; /* phones may send IP in IP, GRE and the like */
    /* Of type Ethernet: the host's bridge that its device is put into ("": none), MAC addresses of a session at most, ns after which one
     * that is silent is forgotten, and whether frames for unknown ones go to every phone. */
    const char *bridge;
    unsigned macs;
    int64_t mac_ageing;
    bool flood_unknown;
    uint64_t ambr_uplink, ambr_downlink; /* default session AMBR, bits per second */
    uint8_t fiveqi, arp;                 /* default flow, for a subscriber who has none of his own */
    /* What phones may ask for beside it: 5QIs, and guaranteed bits per second over all GBR flows of a session (0: none). */
    const uint8_t *requested_fiveqis;
    unsigned requested_fiveqi_count;
    uint64_t requested_gbr_uplink, requested_gbr_downlink;
    unsigned sessions;  /* at most; 0: no limit */
    int64_t inactivity; /* without a packet for so long a user plane is released; 0: never */
    enum config_protection up_integrity, up_ciphering;
    const char *
        partner; /* whose network it is: sessions live while the answer to it is share (line/answer.h); "": nobody's */
    const char *label; /* of what is shared there */
    bool end_to_end;   /* it is protected above the network */
};

struct config_smf {
    union socket_address n4; /* PFCP, with port */
    int64_t pfcp_t1;         /* TS 29.244 6.4 */
    unsigned pfcp_n1;
    int64_t pfcp_heartbeat;
    int64_t traffic_period; /* between a plane's reports of what went through each gNB; whole seconds */
    int64_t traffic_stale;  /* without one for so long, shares of traffic are not known */
    int64_t traffic_gap;    /* so much unreported time within the window leaves them known */
    unsigned shape_from;    /* percentage points below the limit at which shaping begins */
    uint64_t shape_floor;   /* bits per second that a gNB is left, each way */
    int64_t address_rest;   /* before an address that was given back goes to another phone */
    int64_t plane_wait;     /* a session waits so long for a plane to be associated */
    int64_t plane_gone; /* after so long the sessions of one that is lost go to others; 0: they wait for it */
    int64_t t3591, t3592; /* TS 24.501 10.3 */
    int64_t back_off;     /* T3396, T3584, T3585 told to phones refused for want of resources; 0: none */
    const struct config_dnn *dnns; /* the first is the default DNN */
    unsigned dnn_count;
};

/* Who gives phones their addresses. */
enum config_allocator { CONFIG_CORE_ALLOCATES, CONFIG_PLANE_ALLOCATES };

/* A data network as one plane serves it. */
struct config_plane_network {
    const char *name;              /* one of data_networks */
    struct config_prefix ipv4;     /* its own pools; family 0: the data network's */
    struct config_ip ipv4_gateway; /* as of a data network */
    struct config_prefix ipv6;
    enum config_allocator addresses;
    const char *network_instance; /* what PFCP calls it there (TS 29.244 8.2.4); "": its name */
};

/* TCP's largest segment in the SYNs that pass a plane: as routes' MTUs allow, as it is, or at most so many octets. */
enum { CONFIG_MSS_AUTO = 0, CONFIG_MSS_OFF = 1, CONFIG_MSS_LEAST = 88, CONFIG_MSS_MOST = 65495 };

enum config_fast { CONFIG_FAST_AUTO, CONFIG_FAST_NATIVE, CONFIG_FAST_GENERIC, CONFIG_FAST_OFF };

struct config_plane {
    const char *name;
    bool external;                    /* a UPF that is there without us: the keeper does not start it */
    union socket_address n4;          /* PFCP, with port */
    const union socket_address *smfs; /* that may command it, besides our own */
    unsigned smf_count;
    const union socket_address *n3; /* GTP-U; at most one of each family */
    unsigned n3_count;
    const char **n3_interfaces; /* besides those that have these addresses */
    unsigned n3_interface_count;
    unsigned workers; /* 0: every core */
    const char *tun;  /* interface name prefix */
    bool nat;
    unsigned mss_clamp;          /* CONFIG_MSS_AUTO and the like, or octets */
    const char *egress;          /* interface towards the data network; "auto": by default route */
    unsigned buffer_per_session; /* packets */
    unsigned buffer_total;
    int64_t shaping_delay;    /* nanoseconds that a packet of a gNB that is shaped waits at most */
    unsigned shaping_packets; /* that wait with a worker, for each gNB and direction */
    unsigned sessions;        /* at most; 0: no limit */
    /* What it serves; an empty list sets no bounds. */
    const struct config_plane_network *networks;
    unsigned network_count;
    const struct config_slice *slices;
    unsigned slice_count;
    const uint32_t *tacs; /* places: where any of these three is named, no others */
    unsigned tac_count;
    const char **sites;
    unsigned site_count;
    const char **gnbs;
    unsigned gnb_count;
    unsigned priority, weight;    /* among those that serve: lower ones first; share of what comes */
    bool drain;                   /* no new sessions */
    const char *access_instance;  /* what PFCP calls the side of the radio there; "": nothing */
    int64_t teid_rest;            /* nanoseconds before one that was given back is drawn again */
    bool ue_to_ue;                /* phones may reach phones */
    enum config_fast fast;        /* the packet program: where it may sit */
    const char **fast_interfaces; /* none: found by addresses and routes */
    unsigned fast_interface_count;
    unsigned fast_sessions;
    unsigned fast_flows;   /* sessions of several service data flows among them */
    unsigned fast_routes;  /* networks behind phones */
    unsigned fast_macs;    /* MAC addresses in data networks of frames */
    unsigned slow_packets; /* that it leaves to the slow path in a second, of one gNB; 0: any number */
    unsigned slow_traffic; /* and such packets of sessions that the slow path carries; 0: any number */
    const char *fast_pins; /* folder of a BPF file system */
    int64_t echo_period, echo_timeout; /* GTP-U path supervision; period 0: none */
    unsigned echo_tries;
    const struct config_prefix
        *infrastructure; /* where no phone may send: the core's and the radio's own networks */
    unsigned infrastructure_count;
};

/* SUCI protection (TS 33.501 Annex C). */
struct config_home_key {
    uint8_t id;   /* home network public key identifier */
    char profile; /* 'A' or 'B' */
    uint8_t private_key[32];
    bool published; /* one of the specification's test keys: fine in a lab, worthless elsewhere */
};

/* A process on the radio side, that the inventory asks for. */
struct config_edge {
    const char *name;                   /* [a-z0-9-]+; names its socket and its log */
    const struct config_domain *domain; /* that it serves, or a gNB of */
    const union socket_address *listen; /* N2, with port */
    unsigned listen_count;
};

/* The service-based interface towards other cores. */
struct config_sbi {
    union socket_address listen;                 /* family 0: none */
    const char *certificate, *key, *authorities; /* PEM files; certificate "": cleartext */
};

enum { CONFIG_URL_BYTES = 256 };

/* http or https, a host by its name or address, a port, and the beginning of a path. */
struct config_url {
    bool secure;
    bool named;
    char authority[CONFIG_URL_BYTES]; /* host and port as the URL has them */
    char host[CONFIG_URL_BYTES];      /* without port and brackets */
    union socket_address address;     /* with the port; of a host that is named, only that */
    uint16_t port;
    const char *prefix; /* of the path: "", "/witness"; within the text of the URL */
};

/* url.c. False: it is none; `url` borrows the text. */
bool config_url_parse(const char *text, struct config_url *url);

/* Who cosigns checkpoints of the evidence log. Files are PEM; "": none. */
struct config_witness {
    const char *key; /* as a C2SP verifier key: NAME+ID+KEY */
    const char *url;
    struct config_url place;
    const char *authorities, *certificate;       /* who may sign its certificate, or that very one */
    const char *client_certificate, *client_key; /* that it is shown, if it asks */
};

/* The evidence log, and the process that writes it. */
struct config_recorder {
    const char *name;       /* of the log: its origin, and that of its key */
    const char *folder;     /* where it is */
    const char *folder_key; /* the same as the file says it; "": by default beside state_dir */
    unsigned uid;           /* of the recorder's user */
    unsigned queue_bytes;   /* entries that a source keeps until they are durable */
    bool admit_unrecorded;  /* let radio in while evidence is not taken */
    int64_t patience;       /* from when on it counts as not taken */
    int64_t retention;
    const struct config_witness *witnesses;
    unsigned witness_count, quorum_key, quorum;
    int64_t quorum_within_key, quorum_within; /* an entry that waits longer for it is an alarm */
    unsigned source_rate;                     /* entries a second of an edge or a plane */
};

/* Another core. Its address must be the one that its connections come from. */
struct config_peer {
    const char *name; /* also the DNS name in its certificate */
    union socket_address address;
    uint8_t amf_region;
    uint16_t amf_set;
    uint8_t amf_pointer;
    const uint32_t *tacs; /* tracking areas it serves, in our networks */
    unsigned tac_count;
    const struct config_slice *slices; /* phones that are to have these may be sent there */
    unsigned slice_count;
    bool new_key; /* a phone that goes there takes along a key derived from its own (TS 33.501 6.9.3) */
};

enum config_store_sync { CONFIG_SYNC_OFF, CONFIG_SYNC_NORMAL, CONFIG_SYNC_FULL };

struct config {
    struct config_network network;
    enum sctp_stack sctp;
    const char *inventory_path_key; /* as the file says it; "": none */
    unsigned first_uid;             /* of the edge processes' users, one after the other */
    struct config_inventory inventory;
    const struct config_edge *edges; /* as the inventory wants them */
    unsigned edge_count;
    struct config_amf amf;
    struct config_limits limits;
    struct config_smf smf;
    const struct config_plane *planes;
    unsigned plane_count;
    const struct config_home_key *home_keys;
    unsigned home_key_count;
    const char *store_path;     /* where the database is */
    const char *store_path_key; /* the same as the file says it; "": by default in state_dir */
    enum config_store_sync store_sync;
    enum log_level log_level;
    bool log_json;
    struct config_sbi sbi;
    struct config_recorder recorder;
    const struct config_peer *peers;
    unsigned peer_count;
    union socket_address metrics; /* /metrics; family 0: none */
    union socket_address console; /* its page and API; family 0: none */
    const char *console_token;    /* file of the token that the console asks for; "": it asks for none */
    const char *runtime_dir, *state_dir;
    const char *user; /* processes run as; "": as started */

    struct map lines; /* of items of the inventory's lists (config_line) */
    struct arena memory;
};

/* One line: `FILE:LINE: KEY: found X, expected Y`. */
struct config_error {
    char text[512];
};

#define CONFIG_FILE "/etc/demarc/demarc.yaml"

/* path NULL: CONFIG_FILE if it exists, else the defaults. NULL on failure, with *error. */
struct config *config_load(const char *path, struct config_error *error);

/* The same from memory; `name` is what errors call it. */
struct config *config_parse(const char *text, size_t length, const char *name, struct config_error *error);

/* Puts an inventory into a snapshot that has none yet. */
bool config_parse_inventory(struct config *config, const char *text, size_t length, const char *name,
                            struct config_error *error);

/* The same in steps: the configuration without its inventory; the files of the inventory that it names, those of an empty one where
 * it names none; and both together. The bundle (NULL: false, nothing else) is the snapshot's from then on, also on failure. */
struct config *config_load_alone(const char *path, struct config_error *error);
struct config_bundle *config_bundle_named(const struct config *config, const char *path,
                                          struct config_error *error);
bool config_take_inventory(struct config *config, struct config_bundle *bundle, struct config_error *error);

/* By the name that the inventory, whose files are not forgotten yet, may call it. What the profile points to lives in the arena. */
bool config_read_profile(const struct config_inventory *inventory, const char *name,
                         struct config_profile *profile, struct arena *memory, struct config_error *error);
bool config_read_profile_part(const struct config_part *part, struct config_profile *profile,
                              struct arena *memory, struct config_error *error);

/* The texts of the inventory's files, which ledger_new reads rows from. */
void config_forget_files(struct config *config);

void config_free(struct config *config);

/* Wipes the private keys, for processes that have no business with them. */
void config_forget_secrets(struct config *config);

/* Which keys differ between two snapshots. Calls `changed` once for each, with its dotted name. */
void config_compare(const struct config *old, const struct config *new,
                    void (*changed)(void *context, const char *key, bool needs_restart), void *context);

/* For a reload: keys that need a restart keep the value they have in `running`. What is kept is borrowed:
 * `running` must outlive `new`. */
void config_keep(struct config *new, const struct config *running);

/* Every key in the form of the file, with its value in this snapshot; secrets are not shown. */
void config_print(const struct config *config, FILE *to);
void config_print_inventory(const struct config *config, FILE *to);

/* A timer: what the specification calls it and gives it (TS 24.501 10.2, 10.3; NULL: ours to choose), what it is here, and the
 * key that sets it. Texts are valid during the call. */
struct config_timer {
    const char *name, *specified, *value, *key;
};
void config_each_timer(const struct config *config,
                       void (*each)(void *context, const struct config_timer *timer), void *context);

/* Look-ups; NULL when there is none. */
const struct config_dnn *config_find_dnn(const struct config *config, const char *name);
/* How a plane serves it; also NULL where the plane names none and serves all. */
const struct config_plane_network *config_plane_network(const struct config_plane *plane, const char *name);
bool config_plane_serves(const struct config_plane *plane, const char *name);
const struct config_serving *config_find_plmn(const struct config *config, struct config_plmn plmn);
bool config_serves_tac(const struct config_serving *serving, uint32_t tac);
bool config_is_equivalent(const struct config_serving *serving, struct config_plmn plmn);
/* Are the network's subscribers ours? */
bool config_is_home(const struct config *config, struct config_plmn plmn);
/* By name. */
const struct config_edge *config_find_edge(const struct config *config, const char *name);
/* The first registration area that holds the tracking area; NULL: none does. */
const struct config_registration_area *config_find_area(const struct config *config, struct config_area tai);

#endif
