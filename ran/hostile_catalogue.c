/* SPDX-License-Identifier: Apache-2.0 */
/* The classes of what hostile radio equipment does, collected from public reports on 5G cores, 3GPP's security assurance tests (TS 33.512,
 * 33.513, 33.515, 33.117) and research. */
#include "ran/hostile_attack.h"

#define CLASS(n, text, function)                           \
    {                                                      \
        .number = (n), .words = (text), .play = (function) \
    }

const struct hostile_class hostile_classes[HOSTILE_CLASSES] = {
    CLASS(1, "plain text and other protocols as the first data", hostile_plain_text),
    CLASS(2, "every message before NG Setup", hostile_before_setup),
    CLASS(3, "every procedure code with every wrong PDU type", hostile_wrong_kinds),
    CLASS(4, "APER cut short, drawn out, with lying lengths", hostile_broken_encoding),
    CLASS(5, "connections without end, PDUs of one octet", hostile_connections),
    CLASS(6, "wrong streams and protocol identifiers; restarts in place", hostile_streams),
    CLASS(7, "each mandatory IE left out of every message", hostile_missing),
    CLASS(8, "IEs doubled, reordered, unknown", hostile_disorder),
    CLASS(9, "ids beyond their range in every procedure", hostile_ids_out_of_range),
    CLASS(10, "IEs of the wrong size; transport addresses of odd lengths", hostile_wrong_sizes),
    CLASS(11, "NAS PDUs of every size and kind of nonsense", hostile_nas_sizes),
    CLASS(12, "mobile identities of every type and length; bad SUCIs", hostile_identities),
    CLASS(13, "reserved registration types; messages within messages", hostile_reserved),
    CLASS(14, "NG Setup with a foreign PLMN, area or slice", hostile_foreign_setup),
    CLASS(15, "NG Setup with a live gNB's identity", hostile_clone),
    CLASS(16, "a configuration update that claims a neighbour's area", hostile_neighbours_area),
    CLASS(17, "answers about another's sessions", hostile_anothers_session),
    CLASS(18, "a tunnel that ends at another's address", hostile_foreign_tunnel),
    CLASS(19, "path switch for a phone it was never given", hostile_anothers_path),
    CLASS(20, "release of another's phone", hostile_anothers_release),
    CLASS(21, "NG Reset that lists another's phones; resets in a row", hostile_anothers_reset),
    CLASS(22, "handover messages that nobody asked for; lies to another gNB", hostile_handovers),
    CLASS(23, "the right AMF id with the wrong RAN id", hostile_mixed_ids),
    CLASS(24, "a RAN id in use used again", hostile_live_id),
    CLASS(25, "a location that names another's cell", hostile_foreign_location),
    CLASS(26, "path switch that weakens a phone's security", hostile_weaker_path),
    CLASS(27, "null algorithms only; bidding down", hostile_bidding_down),
    CLASS(28, "replay of every protected message; wrong MACs", hostile_replays),
    CLASS(29, "a victim's GUTI, and then silence", hostile_stolen_guti),
    CLASS(30, "forged deregistration in every state", hostile_deregistrations),
    CLASS(31, "wrong answers to challenges for a victim's GUTI", hostile_wrong_proofs),
    CLASS(32, "a flood of SUCIs", hostile_flood),
    CLASS(33, "TEIDs tried out; forged error indications and end markers", hostile_forged_packets),
    CLASS(34, "inner addresses of others; tunnels in tunnels", hostile_inner_addresses),
    CLASS(35, "malformed inner and extension headers", hostile_malformed_packets),
    {.number = 36,
     .words = "PFCP from a stranger",
     .play = hostile_n4,
     .elsewhere = "needs --n4 ADDRESS, a plane's"},
    {.number = 37,
     .words = "code execution in an edge process",
     .elsewhere = "fuzz/wicket and the tests of edge/ in Demarc's tree"},
};
