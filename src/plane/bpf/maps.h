/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The program's maps. All but the last six are arrays that the agent maps into its memory; those whose sizes are 1 here get the configured ones when
 * they are made. What a processor writes alone is found at processor * size + index.
 */
#ifndef PLANE_BPF_MAPS_H
#define PLANE_BPF_MAPS_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "plane/bpf/layout.h"

#define MAPPED_ARRAY(entry, entries)   \
    __uint(type, BPF_MAP_TYPE_ARRAY);  \
    __uint(map_flags, BPF_F_MMAPABLE); \
    __uint(max_entries, entries);      \
    __type(key, __u32);                \
    __type(value, entry)

struct {
    MAPPED_ARRAY(struct fast_settings, 1);
} settings SEC(".maps");
struct {
    MAPPED_ARRAY(struct fast_port, FAST_PORTS);
} ports SEC(".maps");
struct {
    MAPPED_ARRAY(struct fast_network, FAST_NETWORKS);
} networks SEC(".maps");
struct {
    MAPPED_ARRAY(struct fast_blocks, FAST_BLOCKS / 8);
} blocks SEC(".maps");
struct {
    MAPPED_ARRAY(struct fast_tunnel, 1);
} tunnels SEC(".maps");
struct {
    MAPPED_ARRAY(struct classifier, 1);
} classifiers SEC(".maps");
struct {
    MAPPED_ARRAY(struct fast_action, 1);
} actions SEC(".maps");
struct {
    MAPPED_ARRAY(struct fast_addresses, 1);
} addresses SEC(".maps");
struct {
    MAPPED_ARRAY(struct fast_session, 1);
} sessions SEC(".maps");
struct {
    MAPPED_ARRAY(struct fast_booked, 1); /* the agent's alone */
} books SEC(".maps");
struct {
    MAPPED_ARRAY(struct fast_rate, 1);
} rates SEC(".maps");
struct {
    MAPPED_ARRAY(struct fast_gnb, 1);
} gnbs SEC(".maps");
struct {
    MAPPED_ARRAY(struct fast_gnb_count, 1);
} gnb_counts SEC(".maps");
struct {
    MAPPED_ARRAY(struct fast_slow_count, 1); /* the agent's alone */
} slow_counts SEC(".maps");
struct {
    MAPPED_ARRAY(struct fast_lane, 1);
} lanes SEC(".maps");
struct {
    MAPPED_ARRAY(struct fast_route, 1);
} routes SEC(".maps");
struct {
    MAPPED_ARRAY(struct fast_route, 1);
} gnb_routes SEC(".maps");
struct {
    MAPPED_ARRAY(struct fast_ran_rules, 2);
} ran_rules SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 1);
    __type(key, struct fast_prefix);
    __type(value, __u32); /* enum fast_place, or with FAST_FRAMED */
} prefixes SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1);
    __type(key, __u64); /* fast_station_key */
    __type(value, struct fast_station);
} stations SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1);
    __type(key, struct fast_address); /* a gNB's; zero: of all who are none */
    __type(value, struct fast_bother);
} bothers SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, FAST_REFUSED);
    __type(key, struct fast_address);
    __type(value, struct fast_refused);
} refused SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, FAST_REFUSED);
    __type(key, struct fast_stranger);
    __type(value, struct fast_denied);
} denied SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, sizeof(__u32));
} captures SEC(".maps");

/* The place in an array; NULL where there is none. */
#define AT(map, index)                                                \
    ({                                                                \
        __u32 index_ = (index);                                       \
        (typeof(*(map).value) *)bpf_map_lookup_elem(&(map), &index_); \
    })

#endif
