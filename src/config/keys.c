/* SPDX-License-Identifier: Apache-2.0 */
/* The table of keys: the only place that names one. demarc.yaml is printed from it (config_print). */
#include "config/schema.h"
#include "kit/timers.h"

#define SECOND ((uint64_t)SECONDS(1))
#define HOUR   (3600 * SECOND)

static const struct choice stacks[] = {
    {"auto", SCTP_AUTOMATIC}, {"kernel", SCTP_KERNEL}, {"userspace", SCTP_USERSPACE}, {0}};
static const struct choice integrities[] = {{"nia1", 1}, {"nia2", 2}, {"nia3", 3}, {0}};
static const struct choice cipherings[] = {{"nea0", 0}, {"nea1", 1}, {"nea2", 2}, {"nea3", 3}, {0}};
static const struct choice session_types[] = {{"ipv4", CONFIG_IPV4},
                                              {"ipv6", CONFIG_IPV6},
                                              {"ipv4v6", CONFIG_IPV4V6},
                                              {"ethernet", CONFIG_ETHERNET},
                                              {0}};
static const struct choice protections[] = {
    {"required", CONFIG_REQUIRED}, {"preferred", CONFIG_PREFERRED}, {"not_needed", CONFIG_NOT_NEEDED}, {0}};
static const struct choice paging_areas[] = {{"cells", CONFIG_PAGE_CELLS},
                                             {"tai", CONFIG_PAGE_TAI},
                                             {"area", CONFIG_PAGE_AREA},
                                             {"network", CONFIG_PAGE_NETWORK},
                                             {0}};
static const struct choice profiles[] = {{"A", 'A'}, {"B", 'B'}, {0}};
static const struct choice syncs[] = {
    {"off", CONFIG_SYNC_OFF}, {"normal", CONFIG_SYNC_NORMAL}, {"full", CONFIG_SYNC_FULL}, {0}};
static const struct choice levels[] = {
    {"error", LOG_ERROR}, {"warning", LOG_WARNING}, {"info", LOG_INFO}, {"debug", LOG_DEBUG}, {0}};
static const struct choice formats[] = {{"text", false}, {"json", true}, {0}};

static const struct key slice_keys[] = {
    {"sst", &type_uint, MEMBER(struct config_slice, sst), RANGE(0, 255)},
    {"sd", &type_sd, MEMBER(struct config_slice, sd), .initial = "ffffff"},
    {0},
};

static const struct key serving_keys[] = {
    {"plmn", &type_plmn, MEMBER(struct config_serving, plmn),
     .help = "MCC/MNC; a three-digit MNC keeps its zeros: 310/026."},
    {"tacs", &type_uint, ITEMS(struct config_serving, tacs, tac_count), .least = 1, RANGE(0, 0xffffff),
     .initial = "[1]", .help = "Tracking areas served, in decimal."},
    {"slices", .fields = slice_keys, ITEMS(struct config_serving, slices, slice_count), .least = 1,
     .initial = "[{sst: 1}]", .inline_items = true,
     .help = "Slices offered: {sst: 1} or {sst: 1, sd: 010203} (SD in hexadecimal; ffffff is none)."},
    {"equivalents", &type_plmn, ITEMS(struct config_serving, equivalents, equivalent_count), .initial = "[]",
     .help = "Networks that phones take as the same one when they choose a cell; at most 15."},
    {0},
};

static const struct key area_keys[] = {
    {"name", &type_name, MEMBER(struct config_registration_area, name), RANGE(1, 32), .once = true,
     .help = "For people."},
    {"tais", &type_tai, ITEMS(struct config_registration_area, tais, tai_count), .least = 1,
     .help = "Network and TAC, such as 999/70-1; at most 16."},
    {0},
};

static const struct key network_keys[] = {
    {"plmns", .fields = serving_keys, ROOT_ITEMS(network.serving, network.serving_count), .least = 1,
     .initial = "[{plmn: 999/70}]", .check = check_serving,
     .help = "The networks served, each with its tracking areas and slices. The first is the home network."},
    {"routing_indicators", &type_routing_indicator,
     ROOT_ITEMS(network.routing_indicators, network.routing_indicator_count), .initial = "[]", .live = true,
     .help =
         "Routing indicators of the home network's SIMs that are known here, such as [0, 678]; a phone with "
         "another one\n"
         "is refused. Empty: all are known here. A SIM without one says 0, some simulators say 0000."},
    {"home_plmns", &type_plmn, ROOT_ITEMS(network.homes, network.home_count), .initial = "[]", .live = true,
     .help = "Networks whose subscribers are ours; empty: those of all networks served."},
    {"registration_areas", .fields = area_keys, ROOT_ITEMS(network.areas, network.area_count),
     .initial = "[]", .live = true, .check = check_area,
     .help = "Tracking areas that a phone may cross without a word: [{name: centre, tais: [999/70-1, "
             "999/70-2]}].\n"
             "Where none holds a phone's tracking area, it may cross all those of its network."},
    {"amf_name", &type_text, ROOT(network.amf_name), RANGE(1, 150), .initial = "demarc", .live = true,
     .help = "What gNBs see as AMF Name."},
    {"amf_region", &type_uint, ROOT(network.amf_region), RANGE(0, 255), .initial = "2",
     .help = "Region, set and pointer make the AMF identifier, a part of every 5G-GUTI."},
    {"amf_set", &type_uint, ROOT(network.amf_set), RANGE(0, 1023), .initial = "1"},
    {"amf_pointer", &type_uint, ROOT(network.amf_pointer), RANGE(0, 63), .initial = "0"},
    {"relative_capacity", &type_uint, ROOT(network.relative_capacity), RANGE(0, 255), .initial = "255",
     .live = true, .help = "Weight among AMFs of one set."},
    {"full_name", &type_text, ROOT(network.full_name), RANGE(0, 100), .initial = "Demarc", .live = true,
     .help = "What phones show as the network's name. Empty: they show what their SIM says."},
    {"short_name", &type_text, ROOT(network.short_name), RANGE(0, 50), .initial = "Demarc", .live = true},
    {"timezone", &type_text, ROOT(network.timezone), RANGE(1, 64), .initial = "auto", .live = true,
     .help = "What phones get as local time: auto (this host's), or a name such as Europe/Berlin."},
    {0},
};

static const struct key n2_keys[] = {
    {"sctp", &type_choice, ROOT(sctp), .choices = stacks, .initial = "auto",
     .help = "auto: the kernel's SCTP where there is one, else in user space. Or kernel, or userspace."},
    {0},
};

static const struct key line_keys[] = {
    {"inventory", &type_text, ROOT(inventory_path_key), RANGE(0, 4000), .initial = "line.yaml", .live = true,
     .help = "The inventory: trust domains, their N2 addresses, gNBs and what they may claim (line.yaml is "
             "its manual). From\n"
             "this file's folder, or an absolute path. Empty: there is none, and every gNB is refused."},
    {"first_uid", &type_uint, ROOT(first_uid), RANGE(1, 4000000000), .initial = "70000",
     .help = "Each edge process runs as a user of its own, which needs no name: the first one as this, the "
             "next ones as those\n"
             "that follow. Nobody else may have these numbers, as users or groups."},
    {0},
};

static const struct key security_keys[] = {
    {"integrity", &type_choice, ROOT_ITEMS(amf.security.integrity, amf.security.integrity_count), .least = 1,
     .choices = integrities, .initial = "[nia2, nia1, nia3]", .live = true,
     .help = "NAS and AS algorithms, best first (1: SNOW 3G, 2: AES, 3: ZUC). There is no nia0."},
    {"ciphering", &type_choice, ROOT_ITEMS(amf.security.ciphering, amf.security.ciphering_count), .least = 1,
     .choices = cipherings, .initial = "[nea2, nea1, nea3, nea0]", .live = true,
     .help = "Leave nea0 out to refuse phones that cannot cipher."},
    {"new_key_at_handover", &type_bool, ROOT(amf.security.new_key_at_handover), .initial = "false",
     .live = true,
     .help = "N2 handover gives the phone a new K_AMF, so that what was said before cannot be read with it."},
    {"authentication_again", &type_duration, ROOT(amf.security.authentication_again), RANGE(0, 10000 * HOUR),
     .initial = "0s", .live = true,
     .help = "A phone that has had its keys for longer is authenticated anew while it is connected; 0: when "
             "its NAS COUNTs\n"
             "are nearly used up."},
    {0},
};

#define AMF_TIMER(member, seconds, words)                                                 \
    {                                                                                     \
#member, &type_duration, ROOT(amf.timers.member), RANGE(SECOND / 10, 310 * HOUR), \
            .initial = seconds, .live = true, .help = words                               \
    }

/* The default is the value of TS 24.501 10.2. */
#define SPECIFIED_TIMER(member, seconds, words)                                           \
    {                                                                                     \
#member, &type_duration, ROOT(amf.timers.member), RANGE(SECOND / 10, 310 * HOUR), \
            .initial = seconds, .specified = seconds, .live = true, .help = words         \
    }

static const struct key timer_keys[] = {
    SPECIFIED_TIMER(t3512, "54m", "Periodic registration: how often an idle phone reports."),
    SPECIFIED_TIMER(mobile_reachable_margin, "4m",
                    "A phone is taken as unreachable this long after it should have reported,"),
    AMF_TIMER(implicit_deregistration, "4m", "and is deregistered after as much again."),
    {"t3346", &type_duration, ROOT(amf.timers.t3346), RANGE(SECOND, 310 * HOUR), .initial = "60s",
     .live = true,
     .help = "Congestion: how long a refused phone waits at least; half as much again at most."},
    SPECIFIED_TIMER(t3502, "12m", "How long a phone waits after failed attempts."),
    AMF_TIMER(t3513, "2s", "Paging goes on to its next step after."),
    SPECIFIED_TIMER(t3522, "6s", "Deregistration by the network is repeated after."),
    SPECIFIED_TIMER(t3550, "6s", "Registration accept is repeated after."),
    SPECIFIED_TIMER(t3555, "6s", "Configuration update is repeated after."),
    SPECIFIED_TIMER(t3560, "6s", "Authentication request and security mode command are repeated after."),
    SPECIFIED_TIMER(t3565, "6s", "Notification is repeated after."),
    SPECIFIED_TIMER(t3570, "6s", "Identity request is repeated after."),
    {"gnb_return", &type_duration, ROOT(amf.timers.gnb_return), RANGE(0, HOUR), .initial = "0s", .live = true,
     .help =
         "A lost gNB's phones stay connected for so long, if it may come back with them; 0: it never does."},
    AMF_TIMER(n2_procedure, "5s", "A gNB's answer is waited for."),
    AMF_TIMER(handover_preparation, "5s", "N2 handover: the target gNB's answer is waited for,"),
    AMF_TIMER(handover, "10s", "and then the phone's arrival there."),
    AMF_TIMER(forwarding, "5s", "Tunnels that forward packets after a handover are kept for."),
    {0},
};

static const struct key paging_keys[] = {
    {"steps", &type_choice, ROOT_ITEMS(amf.paging.steps, amf.paging.step_count), .least = 1,
     .choices = paging_areas, .initial = "[cells, tai, area, area]", .live = true, .check = check_paging_step,
     .help =
         "Where a phone is called, one call each, T3513 apart, at most 16: cells (where it was last, and "
         "what its gNB\n"
         "recommended), tai (its last tracking area), area (its registration area), network (all gNBs). A "
         "step that\n"
         "reaches no gNB is passed over at once."},
    {"at_once", &type_uint, ROOT(amf.paging.at_once), RANGE(1, 1000000), .initial = "10000", .live = true,
     .help = "Phones called at the same time. Beyond, packets for others are dropped, and the next ones ask "
             "again."},
    {"priority", &type_uint, ROOT(amf.paging.priority), RANGE(0, 8), .initial = "0", .live = true,
     .help = "Sessions with an ARP priority level up to this one are called with Paging Priority; 0: none."},
    {0},
};

static const struct key mico_keys[] = {
    {"allowed", &type_bool, ROOT(amf.mico.allowed), .initial = "false", .live = true,
     .help = "A phone that asks for MICO mode gets it: while it is idle it cannot be reached."},
    {"active_time", &type_duration, ROOT(amf.mico.active_time), RANGE(0, HOUR), .initial = "5m", .live = true,
     .help = "But for as long as it asks for (T3324) after it became idle, and at most for."},
    {"periodic_registration", &type_duration, ROOT(amf.mico.periodic_registration),
     RANGE(2 * HOUR, 310 * HOUR), .initial = "12h", .live = true,
     .help = "How often it reports, in place of timers.t3512."},
    {0},
};

static const struct key limit_keys[] = {
    {"gnbs", &type_uint, ROOT(limits.gnbs), RANGE(1, 100000), .initial = "1024", .live = true},
    {"ues", &type_uint, ROOT(limits.ues), RANGE(1, 100000000), .initial = "1000000", .live = true,
     .help = "Phones registered or registering."},
    {"ues_per_gnb", &type_uint, ROOT(limits.ues_per_gnb), RANGE(1, 10000000), .initial = "65536",
     .live = true, .help = "Phones connected at once through one gNB."},
    {"sessions_per_ue", &type_uint, ROOT(limits.sessions_per_ue), RANGE(1, 15), .initial = "15",
     .live = true},
    {"packet_filters_per_session", &type_uint, ROOT(limits.packet_filters_per_session), RANGE(1, 49),
     .initial = "16", .live = true,
     .help = "In the QoS rules of a session, the one of the default rule among them."},
    {"procedures", &type_uint, ROOT(limits.procedures), RANGE(16, 1000000), .initial = "20000",
     .help = "Procedures under way at once; each takes a small stack."},
    {"overload", &type_uint, ROOT(limits.overload), RANGE(1, 100), .initial = "80", .live = true,
     .help = "From so many percent of them on, gNBs are asked to hold new signalling back."},
    {0},
};

static const struct key smf_keys[] = {
    {"n4", &type_endpoint, ROOT(smf.n4), .high = 8805, .initial = "127.0.0.4", .help = "PFCP on this side."},
    {"t3591", &type_duration, ROOT(smf.t3591), RANGE(SECOND, 60 * SECOND), .initial = "16s",
     .specified = "16s", .live = true, .help = "Session modification command is repeated after."},
    {"t3592", &type_duration, ROOT(smf.t3592), RANGE(SECOND, 60 * SECOND), .initial = "16s",
     .specified = "16s", .live = true, .help = "Session release command is repeated after."},
    {"back_off", &type_duration, ROOT(smf.back_off), RANGE(0, 310 * HOUR), .initial = "30s", .live = true,
     .help = "A phone refused for want of resources (5GSM causes 26, 67, 69) waits this long before it asks "
             "again; 0: it is\n"
             "not told to."},
    {"pfcp_t1", &type_duration, ROOT(smf.pfcp_t1), RANGE(SECOND / 10, 60 * SECOND), .initial = "1s",
     .live = true, .help = "PFCP requests are repeated after t1, n1 times."},
    {"pfcp_n1", &type_uint, ROOT(smf.pfcp_n1), RANGE(0, 100), .initial = "3", .live = true},
    {"pfcp_heartbeat", &type_duration, ROOT(smf.pfcp_heartbeat), RANGE(SECOND, HOUR), .initial = "5s",
     .live = true},
    {"traffic_period", &type_duration, ROOT(smf.traffic_period), RANGE(SECOND, HOUR), .initial = "10s",
     .help =
         "Rule H2: planes tell how many octets went through each gNB every so often. Without a report for "
         "traffic_stale\n"
         "the share of traffic is not known, and nothing is let in by it; nor is it while planes have died "
         "with traffic\n"
         "untold for more than traffic_gap, all together, within the window."},
    {"traffic_stale", &type_duration, ROOT(smf.traffic_stale), RANGE(SECOND, 24 * HOUR), .initial = "60s",
     .live = true},
    {"traffic_gap", &type_duration, ROOT(smf.traffic_gap), RANGE(0, 24 * HOUR), .initial = "10m",
     .live = true},
    {"traffic_shape_from", &type_uint, ROOT(smf.shape_from), RANGE(0, 50), .initial = "2", .live = true,
     .help = "So many percentage points below the limit of rule H2 planes begin to delay and mark (never: to "
             "drop) "
             "what goes\n"
             "through high-risk gNBs, and end as many points lower; a gNB is left the floor each way, "
             "whatever the "
             "share."},
    {"traffic_shape_floor", &type_rate, ROOT(smf.shape_floor), .initial = "1 Mbps", .live = true},
    {"address_rest", &type_duration, ROOT(smf.address_rest), RANGE(0, HOUR), .initial = "60s", .live = true,
     .help = "An address that a phone gave back goes to no other for so long, also across a restart."},
    {"plane_wait", &type_duration, ROOT(smf.plane_wait), RANGE(0, 60 * SECOND), .initial = "10s",
     .live = true,
     .help =
         "While no plane is associated, as in the moment after a start, a new session waits so long before "
         "it is refused."},
    {"plane_gone", &type_duration, ROOT(smf.plane_gone), RANGE(0, 24 * HOUR), .initial = "30s", .live = true,
     .help =
         "Sessions of a plane that has been lost for so long are released for phones to ask for others (5GSM "
         "cause 39), as soon\n"
         "as there is a plane to have them; 0: they wait for theirs."},
    {0},
};

static const struct key dnn_keys[] = {
    {"name", &type_name, MEMBER(struct config_dnn, name), RANGE(1, 100), .once = true,
     .help = "The DNN (APN) that phones ask for."},
    {"type", &type_choice, MEMBER(struct config_dnn, type), .choices = session_types, .initial = "ipv4v6",
     .help = "The widest session type granted. Of type ethernet, phones send and get Ethernet frames, and no "
             "addresses: ipv4, "
             "ipv6 and dns\n"
             "are left out. Frames go to a TAP device of the plane's, named like TUN devices."},
    {"ipv4", &type_prefix, MEMBER(struct config_dnn, ipv4), .initial = "", .help = "Addresses for phones."},
    {"ipv4_gateway", &type_ip, MEMBER(struct config_dnn, ipv4_gateway), .initial = "",
     .help = "The core's own address among them; the first where none is given."},
    {"ipv6", &type_prefix, MEMBER(struct config_dnn, ipv6), .initial = "",
     .help = "Each session gets a /64 of it."},
    {"dns", &type_ip, ITEMS(struct config_dnn, dns, dns_count), .initial = "[]",
     .help = "Name servers that phones are told."},
    {"mtu", &type_uint, MEMBER(struct config_dnn, mtu), RANGE(1280, 9000), .initial = "1400"},
    {"encapsulation", &type_bool, MEMBER(struct config_dnn, encapsulation), .initial = "false",
     .help = "Phones may send IP in IP, GRE and other tunnels whose inner addresses nobody looks at; IPsec "
             "and those over UDP\n"
             "they always may."},
    {"bridge", &type_text, MEMBER(struct config_dnn, bridge), RANGE(0, 15), .initial = "",
     .help =
         "Of type ethernet: the host's bridge that the device is put into, such as br0; it must be there."},
    {"macs", &type_uint, MEMBER(struct config_dnn, macs), RANGE(1, 1024), .initial = "16",
     .help = "Of type ethernet: at most so many MAC addresses behind a phone; frames from further ones are "
             "dropped."},
    {"mac_ageing", &type_duration, MEMBER(struct config_dnn, mac_ageing), RANGE(10 * SECOND, 24 * HOUR),
     .initial = "5m",
     .help = "A MAC address that has sent nothing for so long is forgotten, and may be another phone's."},
    {"flood_unknown", &type_bool, MEMBER(struct config_dnn, flood_unknown), .initial = "false",
     .help =
         "Frames to a MAC address that nobody has sent from go to every phone of the data network (TS 23.501 "
         "5.8.2.5.3) instead of to none."},
    {"ambr_uplink", &type_rate, MEMBER(struct config_dnn, ambr_uplink), .initial = "1 Gbps",
     .help = "Rate of a session where the subscriber has none of his own."},
    {"ambr_downlink", &type_rate, MEMBER(struct config_dnn, ambr_downlink), .initial = "1 Gbps"},
    {"fiveqi", &type_uint, MEMBER(struct config_dnn, fiveqi), RANGE(1, 254), .initial = "9"},
    {"arp", &type_uint, MEMBER(struct config_dnn, arp), RANGE(1, 15), .initial = "8"},
    {"sessions", &type_uint, MEMBER(struct config_dnn, sessions), RANGE(0, 100000000), .initial = "0",
     .help = "At most so many sessions; 0: no limit. Beyond it phones are refused with 5GSM cause 67."},
    {"inactivity", &type_duration, MEMBER(struct config_dnn, inactivity), RANGE(0, 24 * HOUR),
     .initial = "0s",
     .help = "A session without packets for so long gives its radio resources back until there are some; 0: "
             "never."},
    {"requested_fiveqis", &type_uint, ITEMS(struct config_dnn, requested_fiveqis, requested_fiveqi_count),
     RANGE(1, 254), .initial = "[]",
     .help =
         "5QIs of the further QoS flows that a phone may ask for, where the subscriber has no `flows` of his "
         "own."},
    {"requested_gbr_uplink", &type_rate, MEMBER(struct config_dnn, requested_gbr_uplink), .initial = "0 bps",
     .help = "Guaranteed rate of a session over all its GBR flows; 0: there may be none."},
    {"requested_gbr_downlink", &type_rate, MEMBER(struct config_dnn, requested_gbr_downlink),
     .initial = "0 bps"},
    {"up_integrity", &type_choice, MEMBER(struct config_dnn, up_integrity), .choices = protections,
     .initial = "not_needed",
     .help =
         "Integrity protection of packets on the air: required, preferred or not_needed. Required, phones "
         "that are too slow\n"
         "for their rate with it are refused with 5GSM cause 82."},
    {"up_ciphering", &type_choice, MEMBER(struct config_dnn, up_ciphering), .choices = protections,
     .initial = "preferred", .help = "Ciphering of packets on the air, likewise."},
    {"partner", &type_text, MEMBER(struct config_dnn, partner), RANGE(0, 64), .initial = "",
     .help = "Whose data network it is, one of the inventory's partners: a session lives only while what "
             "`label` names may be\n"
             "shared with that partner over the session's path."},
    {"label", &type_text, MEMBER(struct config_dnn, label), RANGE(0, 64), .initial = ""},
    {"end_to_end", &type_bool, MEMBER(struct config_dnn, end_to_end), .initial = "false",
     .help = "What is shared there is protected from end to end above the network."},
    {0},
};

static const struct choice fast_paths[] = {{"auto", CONFIG_FAST_AUTO},
                                           {"native", CONFIG_FAST_NATIVE},
                                           {"generic", CONFIG_FAST_GENERIC},
                                           {"off", CONFIG_FAST_OFF},
                                           {0}};

static const struct choice allocators[] = {
    {"core", CONFIG_CORE_ALLOCATES}, {"plane", CONFIG_PLANE_ALLOCATES}, {0}};

static const struct key plane_network_keys[] = {
    {"name", &type_name, MEMBER(struct config_plane_network, name), RANGE(1, 100), .once = true},
    {"ipv4", &type_prefix, MEMBER(struct config_plane_network, ipv4), .initial = ""},
    {"ipv4_gateway", &type_ip, MEMBER(struct config_plane_network, ipv4_gateway), .initial = ""},
    {"ipv6", &type_prefix, MEMBER(struct config_plane_network, ipv6), .initial = ""},
    {"addresses", &type_choice, MEMBER(struct config_plane_network, addresses), .choices = allocators,
     .initial = "core"},
    {"network_instance", &type_text, MEMBER(struct config_plane_network, network_instance), RANGE(0, 100),
     .initial = ""},
    {0},
};

static const struct key plane_keys[] = {
    {"name", &type_name, MEMBER(struct config_plane, name), RANGE(1, 32), .once = true},
    {"external", &type_bool, MEMBER(struct config_plane, external), .initial = "false",
     .help = "true: a UPF that is started elsewhere. It has to be in the inventory, as an asset of kind "
             "function by this name."},
    {"n4", &type_endpoint, MEMBER(struct config_plane, n4), .high = 8805, .help = "PFCP."},
    {"smfs", &type_endpoint, ITEMS(struct config_plane, smfs, smf_count), .high = 8805, .initial = "[]",
     .help = "SMFs of other cores that may command it, too; each with a host of its own, or a port."},
    {"n3", &type_endpoint, ITEMS(struct config_plane, n3, n3_count), .least = 1, .high = 2152,
     .help = "GTP-U, where the gNBs send packets: one IPv4 address, one IPv6 address, or both."},
    {"n3_interfaces", &type_name, ITEMS(struct config_plane, n3_interfaces, n3_interface_count), RANGE(1, 15),
     .initial = "[]",
     .help = "Interfaces by which gNBs reach n3, besides those that have its addresses: several ports, or an "
             "address of the host itself\n"
             "(at lo) that several ways lead to."},
    {"workers", &type_uint, MEMBER(struct config_plane, workers), RANGE(0, 1024), .initial = "0",
     .help = "Threads that carry packets; 0: one for each core."},
    {"tun", &type_name, MEMBER(struct config_plane, tun), RANGE(1, 10), .initial = "demarc",
     .help = "Interfaces towards the data networks are called this and a number."},
    {"nat", &type_bool, MEMBER(struct config_plane, nat), .initial = "true",
     .help = "Phones leave with the host's address. Off: the networks around must route the pools here."},
    {"mss_clamp", &type_mss, MEMBER(struct config_plane, mss_clamp), .initial = "auto",
     .help =
         "TCP's largest segment (RFC 9293 3.7.1) is made small enough for the way when connections begin: "
         "auto, off, or octets."},
    {"egress", &type_name, MEMBER(struct config_plane, egress), RANGE(1, 15), .initial = "auto",
     .help = "Interface towards the internet; auto: where the default route goes."},
    {"buffer_per_session", &type_uint, MEMBER(struct config_plane, buffer_per_session), RANGE(0, 100000),
     .initial = "64",
     .help = "Packets kept for an idle phone while it is paged, and for all of them together."},
    {"buffer_total", &type_uint, MEMBER(struct config_plane, buffer_total), RANGE(0, 10000000),
     .initial = "16384"},
    {"shaping_delay", &type_duration, MEMBER(struct config_plane, shaping_delay), RANGE(0, SECOND),
     .initial = "100ms",
     .help =
         "While traffic is shaped (smf.traffic_shape_from), a packet waits so long at most, and so many of "
         "a gNB and direction\n"
         "wait with each worker; what finds no place makes the oldest go at once."},
    {"shaping_packets", &type_uint, MEMBER(struct config_plane, shaping_packets), RANGE(0, 100000),
     .initial = "512"},
    {"sessions", &type_uint, MEMBER(struct config_plane, sessions), RANGE(0, 100000000), .initial = "0",
     .help = "At most so many sessions; 0: no limit. When all planes are full, phones are refused with 5GSM "
             "cause 26."},
    {"data_networks", .fields = plane_network_keys, ITEMS(struct config_plane, networks, network_count),
     .initial = "[]", .inline_items = true, .check = check_plane_network,
     .help =
         "Which data networks it serves; empty: all. Those of several planes need pools of their own, or "
         "packets do not find\n"
         "back: {name: internet, ipv4: 10.45.0.0/17, ipv6: \"2001:db8:cafe::/49\"}. With addresses: plane an "
         "external one gives\n"
         "them to phones itself; network_instance is what that one calls the data network, if not by its "
         "name."},
    {"slices", .fields = slice_keys, ITEMS(struct config_plane, slices, slice_count), .initial = "[]",
     .inline_items = true, .help = "Which slices; empty: all."},
    {"tacs", &type_uint, ITEMS(struct config_plane, tacs, tac_count), RANGE(0, 0xffffff), .initial = "[]",
     .help =
         "Which places: tracking areas, sites of the inventory, gNBs of the inventory; where none is named, "
         "all. A plane that\n"
         "names a phone's gNB is taken before one that names its site, its tracking area, or no place."},
    {"sites", &type_name, ITEMS(struct config_plane, sites, site_count), RANGE(1, 64), .initial = "[]",
     .once = true},
    {"gnbs", &type_name, ITEMS(struct config_plane, gnbs, gnb_count), RANGE(1, 64), .initial = "[]",
     .once = true},
    {"priority", &type_uint, MEMBER(struct config_plane, priority), RANGE(0, 65535), .initial = "0",
     .help = "Of those that are equally near the lower priority is taken, then the least loaded, by weight."},
    {"weight", &type_uint, MEMBER(struct config_plane, weight), RANGE(1, 65535), .initial = "100"},
    {"drain", &type_bool, MEMBER(struct config_plane, drain), .initial = "false",
     .help = "It keeps what it has and gets no new sessions."},
    {"access_instance", &type_text, MEMBER(struct config_plane, access_instance), RANGE(0, 100),
     .initial = "",
     .help =
         "What an external one calls its side towards the radio (Network Instance); empty: it is not told."},
    {"teid_rest", &type_duration, MEMBER(struct config_plane, teid_rest), RANGE(0, HOUR), .initial = "2m",
     .help = "A tunnel's number that was given back is drawn no more for so long."},
    {"ue_to_ue", &type_bool, MEMBER(struct config_plane, ue_to_ue), .initial = "false",
     .help = "Phones may send to other phones' addresses."},
    {"fast", &type_choice, MEMBER(struct config_plane, fast), .choices = fast_paths, .initial = "auto",
     .help = "The fast path, a program in the kernel (XDP): at the driver where nothing is lost there, else "
             "generic; "
             "or only one of\n"
             "them; or off. With nat the host translates between the two. It goes on when this process dies, "
             "and is "
             "taken up again."},
    {"fast_interfaces", &type_name, ITEMS(struct config_plane, fast_interfaces, fast_interface_count),
     RANGE(1, 15), .initial = "[]",
     .help = "Besides the interfaces of n3 it sits at these, towards the data networks; empty: at egress. "
             "Unused with nat."},
    {"fast_sessions", &type_uint, MEMBER(struct config_plane, fast_sessions), RANGE(1, 4000000),
     .initial = "16384",
     .help = "Its maps have room for so many sessions, some 500 octets each; more are refused."},
    {"fast_flows", &type_uint, MEMBER(struct config_plane, fast_flows), RANGE(1, 1000000), .initial = "1024",
     .help =
         "Among them for so many with several service data flows, 8.5 KiB each; the slow path serves more."},
    {"fast_routes", &type_uint, MEMBER(struct config_plane, fast_routes), RANGE(0, 4000000),
     .initial = "16384",
     .help =
         "And for so many networks behind phones (framed routes), 128 octets each; a session with more is "
         "refused."},
    {"fast_macs", &type_uint, MEMBER(struct config_plane, fast_macs), RANGE(1, 4000000), .initial = "32768",
     .help =
         "MAC addresses that it knows, of all data networks of type ethernet; the slow path serves more."},
    {"slow_packets", &type_uint, MEMBER(struct config_plane, slow_packets), RANGE(0, 100000000),
     .initial = "20000",
     .help =
         "Packets a second that one gNB may have the slow path look at, as they are fragments, have options "
         "or\n"
         "chains of headers, or are for the plane itself; so none takes it from the others. 0: any number."},
    {"slow_traffic", &type_uint, MEMBER(struct config_plane, slow_traffic), RANGE(0, 100000000),
     .initial = "50000",
     .help = "And so many of sessions that the slow path carries, as a whole or for a while. 0: any number."},
    {"fast_pins", &type_text, MEMBER(struct config_plane, fast_pins), RANGE(1, 200),
     .initial = "/sys/fs/bpf/demarc", .help = "Folder of a BPF file system, where it outlives this process."},
    {"echo_period", &type_duration, MEMBER(struct config_plane, echo_period), RANGE(0, HOUR),
     .initial = "60s",
     .help =
         "GTP-U echo requests to each gNB that carries sessions (TS 29.281 asks for 60s at least); 0: none. "
         "After so many\n"
         "tries without an answer within the timeout its path has failed."},
    {"echo_timeout", &type_duration, MEMBER(struct config_plane, echo_timeout),
     RANGE(SECOND / 10, 60 * SECOND), .initial = "3s"},
    {"echo_tries", &type_uint, MEMBER(struct config_plane, echo_tries), RANGE(1, 100), .initial = "5"},
    {"infrastructure", &type_prefix, ITEMS(struct config_plane, infrastructure, infrastructure_count),
     .initial = "[127.0.0.0/8, \"::1/128\"]",
     .help = "Where no phone may send: put the networks of core and radio here. The plane's own addresses "
             "always are."},
    {0},
};

static const struct key home_key_keys[] = {
    {"id", &type_uint, MEMBER(struct config_home_key, id), RANGE(0, 255)},
    {"profile", &type_choice, MEMBER(struct config_home_key, profile), .choices = profiles},
    {"private_key", &type_private_key, MEMBER(struct config_home_key, private_key)},
    {0},
};

static const struct key store_keys[] = {
    {"path", &type_text, ROOT(store_path_key), RANGE(0, 4000), .initial = "",
     .help = "Database; empty: demarc.db in state_dir."},
    {"sync", &type_choice, ROOT(store_sync), .choices = syncs, .initial = "normal",
     .help = "normal: what is promised survives any crash of Demarc. full: of the power supply too. off: for "
             "tests."},
    {0},
};

static const struct key log_keys[] = {
    {"level", &type_choice, ROOT(log_level), .choices = levels, .initial = "info", .live = true},
    {"format", &type_choice, ROOT(log_json), .choices = formats, .initial = "text", .live = true},
    {0},
};

static const struct key witness_keys[] = {
    {"key", &type_text, MEMBER(struct config_witness, key), RANGE(1, 240), .once = true,
     .help = "Its public key as NAME+ID+KEY, which `demarc witness` prints."},
    {"url", &type_text, MEMBER(struct config_witness, url), RANGE(1, 240),
     .help = "Where it listens: http[s]://HOST[:PORT][/PREFIX], a name or an address."},
    {"authorities", &type_text, MEMBER(struct config_witness, authorities), RANGE(0, 4000), .initial = "",
     .help = "With https: PEM file with those who may sign its certificate, which must bear the host's name "
             "or address."},
    {"certificate", &type_text, MEMBER(struct config_witness, certificate), RANGE(0, 4000), .initial = "",
     .help = "Or: PEM file with that very certificate, whatever name it bears."},
    {"client_certificate", &type_text, MEMBER(struct config_witness, client_certificate), RANGE(0, 4000),
     .initial = "", .help = "PEM file that is shown to a witness that asks who comes; empty: nothing."},
    {"client_key", &type_text, MEMBER(struct config_witness, client_key), RANGE(0, 4000), .initial = "",
     .help = "PEM file with its key."},
    {0},
};

static const struct key recorder_keys[] = {
    {"name", &type_text, ROOT(recorder.name), RANGE(1, 120), .initial = "demarc/evidence",
     .help = "Of the log and its key, such as example.org/demarc/evidence: never the same for two logs, and "
             "never another one for\none."},
    {"folder", &type_text, ROOT(recorder.folder_key), RANGE(0, 2000), .initial = "",
     .help = "Where the log is, with its key (log.key, made at the first start); empty: beside state_dir, "
             "with `-evidence` behind\nits name. Only the recorder may write there."},
    {"uid", &type_uint, ROOT(recorder.uid), RANGE(1, 4000000000), .initial = "69999",
     .help = "The recorder runs as this user, which needs no name, and which nobody else may be."},
    {"queue_bytes", &type_uint, ROOT(recorder.queue_bytes), RANGE(65536, 1 << 22), .initial = "4194304",
     .help = "Entries that wait in each of their sources until they are durable; beyond it they are lost, "
             "which is counted "
             "and recorded."},
    {"admit_unrecorded", &type_bool, ROOT(recorder.admit_unrecorded), .initial = "true",
     .help = "While evidence is not taken (no room, no recorder), radio is let in all the same. Off: NG "
             "Setup is refused after\n`patience`; who is connected stays."},
    {"patience", &type_duration, ROOT(recorder.patience), RANGE(SECOND, HOUR), .initial = "5s"},
    {"retention", &type_duration, ROOT(recorder.retention), RANGE(24 * HOUR, (uint64_t)87600 * HOUR),
     .initial = "9528h", .help = "Entries are kept at least for so long: 13 months are 397 days."},
    {"witnesses", .fields = witness_keys, ROOT_ITEMS(recorder.witnesses, recorder.witness_count),
     .initial = "[]", .check = check_witness,
     .help = "Those who watch that the log only grows, and cosign its checkpoints (docs/evidence.md)."},
    {"quorum", &type_uint, ROOT(recorder.quorum_key), RANGE(0, 64), .initial = "0",
     .help = "So many of them must have cosigned a checkpoint before it counts as witnessed; more, if the "
             "profile says so."},
    {"quorum_within", &type_duration, ROOT(recorder.quorum_within_key), RANGE(SECOND, 24 * HOUR),
     .initial = "1m",
     .help = "Entries that wait longer for the quorum (or than the profile says) are an alarm, and while "
             "they do, "
             "answers that rest on\nevidence are *unknown*."},
    {"source_rate", &type_uint, ROOT(recorder.source_rate), RANGE(1, 100000), .initial = "200",
     .help =
         "Entries a second that each edge and each plane may hand in, with a second's worth at once; what "
         "goes beyond is\ncounted, and the count is an entry."},
    {0},
};

static const struct key sbi_keys[] = {
    {"listen", &type_endpoint, ROOT(sbi.listen), .high = 7777, .initial = "", .optional = true,
     .help = "Where other cores reach this one; the port is 7777 where none is given. Empty: there are no "
             "others."},
    {"certificate", &type_text, ROOT(sbi.certificate), RANGE(0, 4000), .initial = "",
     .help = "PEM file with the own certificate; then TLS 1.3 is spoken, and nothing else. Empty: cleartext, "
             "for a\n"
             "network where nobody listens."},
    {"key", &type_text, ROOT(sbi.key), RANGE(0, 4000), .initial = "", .help = "PEM file with its key."},
    {"authorities", &type_text, ROOT(sbi.authorities), RANGE(0, 4000), .initial = "",
     .help = "PEM file with those who may sign a peer's certificate, which must bear the peer's name."},
    {0},
};

static const struct key peer_keys[] = {
    {"name", &type_name, MEMBER(struct config_peer, name), RANGE(1, 32), .once = true},
    {"address", &type_endpoint, MEMBER(struct config_peer, address), .high = 7777,
     .help = "Its sbi.listen. Only connections from there are taken."},
    {"amf_region", &type_uint, MEMBER(struct config_peer, amf_region), RANGE(0, 255), .initial = "2",
     .help = "Its AMF identifier: a phone whose 5G-GUTI bears it is asked for there."},
    {"amf_set", &type_uint, MEMBER(struct config_peer, amf_set), RANGE(0, 1023), .initial = "1"},
    {"amf_pointer", &type_uint, MEMBER(struct config_peer, amf_pointer), RANGE(0, 63), .initial = "0"},
    {"tacs", &type_uint, ITEMS(struct config_peer, tacs, tac_count), RANGE(0, 0xffffff), .initial = "[]",
     .help = "Tracking areas it serves: phones are handed over there to gNBs that this core does not know."},
    {"slices", .fields = slice_keys, ITEMS(struct config_peer, slices, slice_count), .initial = "[]",
     .inline_items = true,
     .help = "Slices it serves in its tracking areas, if its AMF set is another one: phones that register "
             "here and are to "
             "have\nthese are sent there by the gNB (Reroute NAS Request), which must be connected to both."},
    {"new_key", &type_bool, MEMBER(struct config_peer, new_key), .initial = "false",
     .help =
         "A phone that goes there takes along a key derived from its own, so that the peer cannot read what "
         "was said here."},
    {0},
};

static const struct key metrics_keys[] = {
    {"listen", &type_endpoint, ROOT(metrics), .high = 9090, .initial = "127.0.0.1:9090", .optional = true,
     .help = "Prometheus finds /metrics here. Empty: nowhere."},
    {0},
};

static const struct key console_keys[] = {
    {"listen", &type_endpoint, ROOT(console), .high = 9999, .initial = "127.0.0.1:9999", .optional = true,
     .help = "A page that shows what runs, and its API, /api/v1. Both only read. Empty: neither."},
    {"token_file", &type_text, ROOT(console_token), RANGE(0, 4000), .initial = "",
     .help = "Its first line, of sixteen characters at least, is asked of everybody (Authorization: Bearer). "
             "Without one\n"
             "listen has to be an address of this host's own, such as 127.0.0.1."},
    {0},
};

const struct key config_keys[] = {
    {"network", .fields = network_keys, .help = "Who we are on the air."},
    {"n2", .fields = n2_keys, .help = "The radio side."},
    {"line", .fields = line_keys, .help = "Radio equipment is hostile until shown otherwise."},
    {"security", .fields = security_keys,
     .help = "Phones and the network agree on the first of these that both know."},
    {"timers", .fields = timer_keys,
     .help = "Timers of TS 24.501 clause 10.2. 6s, 54m, 2h; a plain number means seconds."},
    {"paging", .fields = paging_keys, .help = "How idle phones are called when something waits for them."},
    {"mico", .fields = mico_keys,
     .help = "Phones that sleep while they are idle (Mobile Initiated Connection Only)."},
    {"limits", .fields = limit_keys, .help = "Beyond these, newcomers are refused with a cause."},
    {"smf", .fields = smf_keys, .help = "Session management."},
    {"data_networks", .fields = dnn_keys, ROOT_ITEMS(smf.dnns, smf.dnn_count), .least = 1,
     .initial = "[{name: internet, ipv4: 10.45.0.0/16, ipv6: \"2001:db8:cafe::/48\","
                "  dns: [8.8.8.8, 8.8.4.4, \"2001:4860:4860::8888\", \"2001:4860:4860::8844\"]},"
                " {name: ims, ipv4: 10.46.0.0/16, ipv6: \"2001:db8:babe::/48\","
                "  dns: [8.8.8.8, 8.8.4.4, \"2001:4860:4860::8888\", \"2001:4860:4860::8844\"]}]",
     .check = check_dnn,
     .help = "Where phones get addresses and go. The first is taken when a phone names none."},
    {"planes", .fields = plane_keys, ROOT_ITEMS(planes, plane_count), .least = 1,
     .initial = "[{name: default, n4: 127.0.0.7, n3: [127.0.0.7]}]", .check = check_plane,
     .help = "User planes (UPF). For radio outside this host, n3 must be an address that it can reach."},
    {"home_network_keys", .fields = home_key_keys, ROOT_ITEMS(home_keys, home_key_count),
     .initial = "[{id: 1, profile: A, private_key: "
                "c53c22208b61860b06c62e5406a7b330c2b577aa5558981510d128247d38bd1d},"
                " {id: 2, profile: B, private_key: "
                "f1ab1074477ebcc7f554ea1c5fc368b1616730155e0041ac447d6301975fecda}]",
     .check = check_home_key, .live = true,
     .help = "Private keys that open concealed identities (SUCI). These are the specification's own test "
             "keys (TS 33.501\n"
             "Annex C.4): everyone knows them, replace them outside a lab. 64 hexadecimal digits, or the "
             "absolute path of\n"
             "a file that holds them: openssl rand -hex 32 > /etc/demarc/home.key"},
    {"store", .fields = store_keys, .help = "Subscribers, registrations and sessions."},
    {"recorder", .fields = recorder_keys,
     .help = "Evidence: what the line refused, admitted and did, in a log that can be proved."},
    {"sbi", .fields = sbi_keys, .help = "Talk with other cores (HTTP/2, TS 29.500)."},
    {"peers", .fields = peer_keys, ROOT_ITEMS(peers, peer_count), .initial = "[]", .check = check_peer,
     .help = "Other Demarc cores, between which phones move with their sessions."},
    {"log", .fields = log_keys},
    {"metrics", .fields = metrics_keys},
    {"console", .fields = console_keys, .help = "For people with a browser, and programs."},
    {"runtime_dir", &type_text, ROOT(runtime_dir), RANGE(1, 60), .initial = "/run/demarc",
     .help = "Local sockets."},
    {"state_dir", &type_text, ROOT(state_dir), RANGE(1, 4000), .initial = "/var/lib/demarc",
     .help = "What must survive."},
    {"user", &type_text, ROOT(user), RANGE(0, 32), .initial = "",
     .help = "Processes run as this user; empty: as started."},
    {0},
};
