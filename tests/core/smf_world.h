/* SPDX-License-Identifier: Apache-2.0 */
/* A world for the SMF's tests: a store in memory, a virtual clock, an AMF and a plane that can be told to misbehave. */
#ifndef TESTS_CORE_SMF_WORLD_H
#define TESTS_CORE_SMF_WORLD_H

#include "../check.h"

#include <string.h>

#include "core/smf/n4.h"
#include "core/udm/udm.h"
#include "crypt/random.h"
#include "kit/co.h"
#include "line/decide.h"
#include "store/store.h"
#include "wire/ngap/ngap.h"

/* All that the SMF sees of a gNB: where its tunnels may end. */
struct gnb {
    struct config_prefix n3;
    const char *name; /* in the inventory */
};

/* The AMF's phone: what was sent to it and how that goes. */
struct ue {
    struct core *core;
    supi_t supi;
    struct session *sessions;
    struct remote *remotes;
    const struct gnb *serving, *target; /* NULL: one of another core */
    uint32_t tac;
    bool connected;
    uint64_t ambr_uplink, ambr_downlink;
    bool unreachable;         /* paging is refused */
    bool hands_over;          /* what is for its gNB has to wait */
    const char *withheld_dnn; /* by rule H4; NULL: none */
    unsigned pages;
    unsigned forwarding;      /* answers of the plane for forwarding tunnels */
    unsigned sent;            /* messages delivered */
    enum n2_request n2;       /* of the last one */
    unsigned looked_at_again; /* its subscription */
    uint8_t transfer[512], n1[2048];
    size_t transfer_size, n1_size;
    unsigned refusals;      /* told as evidence */
    const char *refused_by; /* the rule of the last one */
};

/* The plane: what it was told last. */
struct plane {
    bool present; /* of those beside the first */
    uint32_t time_stamp;
    uint64_t features;      /* beside FTUP */
    uint64_t lacks;         /* of FTUP, EMPU and RESPS */
    uint32_t load_sequence; /* of what it says of its load; 0: nothing */
    uint8_t load, overload; /* percent; overload 0: it says nothing of it */
    bool silent, retains, refuses;
    bool apart;          /* it has given the association up, and says so when asked to delete */
    bool falls_silent;   /* it does what it is told next, and answers no more */
    uint8_t flows_cause; /* with which it refuses modifications that create PDRs; 0: it does not */
    uint8_t causes[64];  /* what it answers requests of a session with, by message type; 0: it serves them */
    uint64_t cp_seid, up_seid;
    uint32_t teid, next_teid; /* given out */
    bool restored;            /* the last establishment had RESTI */
    uint16_t action;          /* of the downlink FAR */
    struct pfcp_outer_header_creation header;
    bool end_marker;
    uint32_t forward_teid; /* of the newest forwarding tunnel; 0: it is gone */
    uint16_t forward_pdr;
    unsigned forwardings; /* such tunnels that it has: a bit each */
    struct pfcp_outer_header_creation forward_header;
    uint8_t ue_ipv4[4];
    uint8_t pdn_type;
    unsigned addresses;            /* in the PDRs that it was established with */
    bool frames;                   /* one of them is for all Ethernet frames */
    struct pfcp_create_pdr uplink; /* as created last; its lists are gone */
    char instance[64];             /* of the data network, as labels */
    bool chooses;                  /* the phone's address is the plane's to give */
    bool has_v4, has_v6;
    uint64_t mbr_downlink;
    struct pfcp_qer ue_rate; /* the one with a correlation identifier, as told last */
    unsigned pdrs, qers;     /* that it has now */
    uint8_t marks;           /* QFI of the QER created last */
    char filter[128];        /* flow description of the PDR created last */
    struct pfcp_ethernet_filter
        frame_filters[2];    /* uplink, downlink: the first of the PDR created last; lists are gone */
    uint32_t triggers;       /* of all URRs that it was established with */
    struct pfcp_mac macs[2]; /* the first of these */
    size_t routes[2];        /* framed routes of IPv4 and IPv6 in the PDR created last */
    char route[128];         /* the first of them */
    unsigned heard[64];      /* by message type */
    unsigned told;           /* what arrived, though the plane be silent */
    uint8_t report_cause;    /* of the last answer to a report */
    uint8_t setup_cause;     /* of the last answer to an association that it asked for */
    uint32_t inactivity;     /* seconds after which it is to report that; 0: never */
    unsigned drops;          /* how often it was to drop what it holds */
    bool shapes;             /* it understands shaping, refuses to, and has been told of so many gNBs */
    bool refuses_to_shape;
    unsigned shaped;
    bool shaping_told; /* all of a round */
    uint64_t shaped_uplink;
};

enum { WORLD_SHAPED = 64, WORLD_OTHERS = 2 };

struct world {
    struct core core;
    const char *yaml;
    struct config *config;
    struct timers timers;
    struct random_seeded random;
    struct store *store;
    struct ue ue;
    struct plane plane; /* the first that is configured */
    struct plane others[WORLD_OTHERS];
    struct pfcp_shaping_of_peer shaped[WORLD_SHAPED]; /* what traffic says that is to be shaped */
    size_t shaped_count;
    struct line_measured measured; /* what answers to partners rest on */
    unsigned facts_asked;          /* so often */
    struct arena memory;           /* of decoded messages */
    struct nas_message n1;         /* decoded by world_n1 */
};

/* The one that is open, for smf_stand_ins.c. */
extern struct world *smf_world_now;

/* Demo subscriber; `yaml` is the configuration. The plane is associated. */
void world_open(struct world *world, const char *yaml);
void world_close(struct world *world);
/* From now on that is the inventory. */
void world_enrol(struct world *world, const char *inventory);
/* The core's process is killed and starts anew on the same store. */
void world_restart_core(struct world *world);

/* Commits, delivers PFCP both ways, until nothing moves. */
void world_pump(struct world *world);
void world_wait(struct world *world, int64_t time);

/* From the phone. Returns what the AMF would be told. */
enum smf_verdict world_ask(struct world *world, uint8_t psi, enum smf_request_type type, const char *dnn,
                           const struct nas_message *message);
/* A plain establishment of that session type, with transaction identity pti. */
enum smf_verdict world_establish(struct world *world, uint8_t psi, uint8_t pti, uint8_t session_type);
/* The gNB accepts the setup with this tunnel. */
void world_gnb_accepts(struct world *world, uint8_t psi, uint32_t teid);
/* All of it: an active session. */
struct session *world_session(struct world *world, uint8_t psi);
/* The gNB answers a modification: refused (transfer of the unsuccessful kind), or done but for the flow of that QFI (0: all). */
void world_gnb_modifies(struct world *world, uint8_t psi, bool refused, uint8_t failed_qfi);
/* The subscription gets another downlink rate for sessions. */
void world_change_rate(struct world *world, uint64_t rate);
/* The subscriber's networks behind his phone are these from now on; `routes` are to last for that long. */
void world_put_routes(struct world *world, const struct config_prefix *routes, uint8_t count);
/* The last 5GSM message to the phone, or NULL. */
const struct nas_message *world_n1(struct world *world);
/* A message from that address. */
void world_from_peer(struct world *world, const union socket_address *peer,
                     const struct pfcp_message *message);
/* A message from the plane. */
void world_from_plane(struct world *world, struct pfcp_message *message);

#endif
