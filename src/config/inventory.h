/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inventory: which radio equipment there is, whose it is, and what it may claim to be. A file of its own beside the
 * configuration, kept by those who answer for the line. What is enrolled here is compared with what equipment says of
 * itself; nothing that equipment says gets in here.
 */
#ifndef CONFIG_INVENTORY_H
#define CONFIG_INVENTORY_H

#include "config/assets.h"

/* Of a name: whichever. */
#define CONFIG_ANY "any"

struct config;
struct config_bundle;
struct map;

/* How far a vendor is trusted. Who is in no inventory counts as high risk. */
enum config_risk { CONFIG_TRUSTED, CONFIG_HIGH_RISK };

struct config_vendor {
    const char *name;
    enum config_risk risk;
};

enum config_isolation {
    CONFIG_ISOLATION_VENDOR, /* a process for each trust domain */
    CONFIG_ISOLATION_GNB,    /* a process for each gNB */
    CONFIG_ISOLATION_NONE,   /* no process: control does it all */
};

enum { CONFIG_LISTEN = 16 }; /* N2 addresses of an edge, at most */

/* A trust domain: equipment that stands or falls together. */
struct config_domain {
    const char *name; /* [a-z0-9-]+ */
    const char *vendor;
    enum config_risk risk;              /* the vendor's */
    const union socket_address *listen; /* N2, with port */
    unsigned listen_count;
};

/* A gNB's enrolment. An empty list sets no bounds. */
struct config_gnb {
    const char *name; /* [a-z0-9-]+ */
    const char *domain;
    struct config_gnb_id id;
    const struct config_prefix *n2; /* where its association comes from */
    unsigned n2_count;
    const struct config_prefix *n3; /* where its tunnels end */
    unsigned n3_count;
    const struct config_prefix *xn; /* where its neighbours reach it, besides */
    unsigned xn_count;
    const struct config_area *areas; /* that it may broadcast */
    unsigned area_count;
    const struct config_slice *slices; /* that it may offer */
    unsigned slice_count;
    /* That it may prove itself with: subjects or names, as the security gateway prints them. */
    const char **certificates;
    unsigned certificate_count;         /* 0: it need not */
    const union socket_address *listen; /* N2 of its own, with isolation by gNB */
    unsigned listen_count;
    const char *site; /* "": one of its own */
    struct config_classification classified;
    struct config_date since; /* registered since */
    const char **covers;      /* sensitive places that its cells reach */
    unsigned cover_count;
    unsigned radius; /* metres that its cells reach */
};

/* Rule N1, where N2 comes through IPsec: the gateway that knows whose certificates are behind the tunnels. */
struct config_security_gateway {
    const char *vici; /* socket where strongSwan's charon answers; "": IPsec is not in use */
    bool required;    /* every gNB has to have a certificate in its enrolment */
    int64_t answer;   /* ns that it may take to answer when a gNB comes */
    int64_t period;   /* ns between looks at those that are there */
    int64_t grace;    /* ns that they may be without a tunnel, or the gateway without an answer */
};

/* gNBs that are neighbours of each other: Xn handover goes between them only. */
struct config_neighbourhood {
    const char *name;
    const char **gnbs;
    unsigned gnb_count;
};

enum config_hop_protocol { CONFIG_HOP_ANY, CONFIG_HOP_ICMP, CONFIG_HOP_TCP, CONFIG_HOP_UDP, CONFIG_HOP_SCTP };

/* A way through the RAN port for the management of radio equipment. */
struct config_hop {
    const char *name;
    struct config_prefix source, destination; /* of one family */
    enum config_hop_protocol protocol;
    uint16_t port, source_port; /* 0: any */
};

/* Rule L2: interfaces behind which there is radio equipment, and what may come in there besides N2 and N3. */
struct config_ran_port {
    const char **interfaces;
    unsigned interface_count; /* 0: the rule is not in force */
    const struct config_hop *hops;
    unsigned hop_count;
    unsigned sources; /* most that are told apart */
    int64_t forget;   /* ns after its last packet */
};

/* Rule N5: what one association may spend in a second, or hold; 0: any amount. */
struct config_budget {
    const char *domain;               /* of the gNBs meant, or CONFIG_ANY */
    unsigned messages, bytes;         /* NGAP */
    unsigned arrivals;                /* Initial UE Messages */
    unsigned deconcealments, vectors; /* cryptographic work for phones that have proved nothing */
    unsigned unproven;                /* contexts of such phones at once */
    unsigned transactions;            /* procedures at once, each with its timer */
    unsigned log_bytes;
};

/* What becomes of the phones of a gNB that is fenced. */
enum config_fenced_phones {
    CONFIG_FENCED_RELEASE, /* at once */
    CONFIG_FENCED_MOVE,    /* the gNB may hand them over for a while, then they are released */
};

/* Rule N5: from how many misdeeds of a kind within the window on a gNB is fenced; 0: they are only counted. */
struct config_fence {
    int64_t window;                                                      /* nanoseconds */
    unsigned undecodable, misplaced, foreign_ids, failed_macs, overruns; /* line/conduct.h */
    int64_t time;                                                        /* 0: until a command ends it */
    enum config_fenced_phones phones;
    int64_t grace; /* with CONFIG_FENCED_MOVE */
};

/* What passes from one radio node to another through the core. */
enum config_relayed {
    CONFIG_RELAY_HANDOVER,   /* what a handover cannot do without: containers, RAN status */
    CONFIG_RELAY_HISTORY,    /* what else containers hold: where the phone was, what may be asked of whom */
    CONFIG_RELAY_CAPABILITY, /* UE radio capability, also for paging, and the cells to page in */
    CONFIG_RELAY_CONFIGURATION, /* RAN configuration transfer */
    CONFIG_RELAY_KINDS
};

/* From one trust domain, or one other core, to another. */
struct config_relay_rule {
    const char *from, *to; /* the name of a domain or a peer, or CONFIG_ANY */
    const uint8_t *pass;   /* enum config_relayed */
    unsigned pass_count;
};

/* Relay control. Within a trust domain everything passes that no rule for it holds back. */
struct config_relay {
    const struct config_relay_rule *rules; /* the first that fits counts; none: nothing passes */
    unsigned rule_count;
    unsigned container, capability, configuration; /* most octets of one */
    unsigned history;                              /* most cells that a container tells the phone was in */
    unsigned configurations;                       /* transfers a second from one gNB; 0: any number */
};

/* Who may change the inventory. */
struct config_person {
    const char *name; /* for people */
    const char *key;  /* as a C2SP verifier key: NAME+ID+KEY */
};

struct config_inventory {
    uint32_t serial;
    const struct config_person *authorised;
    unsigned authorised_count;
    const char *profile_key; /* as the file says it */
    struct config_profile profile;
    enum config_isolation isolation;
    const struct config_vendor *vendors;
    unsigned vendor_count;
    const struct config_site *sites;
    unsigned site_count;
    const struct config_sensitive *sensitive;
    unsigned sensitive_count;
    const struct config_domain *domains;
    unsigned domain_count;
    struct config_security_gateway security_gateway;
    const struct config_gnb *gnbs;
    unsigned gnb_count;
    const struct config_asset *assets;
    unsigned asset_count;
    const char *file, *folder;    /* its own, and where the files below are, if their names are relative */
    struct config_bundle *bundle; /* the files themselves; NULL: forgotten */
    const struct map *lines;      /* config_line */
    const char **assets_from, **sites_from;
    unsigned assets_from_count, sites_from_count;
    struct config_protected protected;
    const struct config_mitigation *mitigations;
    unsigned mitigation_count;
    struct config_partner *partners;
    unsigned partner_count;
    const struct config_label *labels;
    unsigned label_count;
    const struct config_recipient *recipients;
    unsigned recipient_count;
    const struct config_suspension *suspensions;
    unsigned suspension_count;
    const struct config_neighbourhood *neighbourhoods;
    unsigned neighbourhood_count;
    struct config_ran_port ran_port;
    const struct config_budget *budgets;
    unsigned budget_count;
    struct config_fence fence;
    struct config_relay relay;
};

/* By name, or by identity; NULL: there is none. */
const struct config_domain *config_find_domain(const struct config_inventory *inventory, const char *name);
const struct config_gnb *config_find_gnb(const struct config_inventory *inventory, const char *name);
const struct config_gnb *config_find_gnb_id(const struct config_inventory *inventory,
                                            struct config_gnb_id id);
const struct config_partner *config_find_partner(const struct config_inventory *inventory, const char *name);
const struct config_label *config_find_label(const struct config_inventory *inventory, const char *name);
/* Where in the inventory's file an item of one of its lists is, such as &inventory->gnbs[2]; 1: that is not known. */
unsigned config_line(const struct config_inventory *inventory, const void *item);

/* The first that is the domain's or any's; without one there are no bounds. Under the profile lab there is none on what may come in
 * a second, so that the core's own limits can be looked for. */
struct config_budget config_budget_of(const struct config_inventory *inventory, const char *domain);

#endif
