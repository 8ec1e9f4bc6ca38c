/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lab_config.h"
#include "answer_network.h"
#include "evidence/base64.h"
#include "line/label.h"

static uint64_t dice_state;

unsigned dice(unsigned sides)
{
    dice_state = dice_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(dice_state >> 33) % sides;
}

static void throw_anew(unsigned seed)
{
    dice_state = seed * 2654435761u + 1;
}

/* --- the network --- */

#define VENDORS                                                                                    \
    "vendors: [{name: own, risk: trusted}, {name: far}, {name: farther}]\n"                        \
    "domains: [{name: o, vendor: own, listen: ['::1']}, {name: f, vendor: far, listen: ['::2']}, " \
    "{name: g, vendor: farther, listen: ['::3']}]\n"                                               \
    "sites: [{name: quay, position: 60.5 5.5}, {name: hill, position: 61.5 5.5}, {name: bay}]\n"

static const char *generated_profile(void)
{
    static const char *const names[] = {"trusted-path", "trusted-path", "zero",    "uk-2020-01",
                                        "uk-dvd-2022",  "de-2024",      "enrolled"};
    return names[dice(7)];
}

static void put_day(FILE *to, const char *key, unsigned from, unsigned sides)
{
    if (dice(12))
        fprintf(to, ", %s: 20%02u-%02u-%02u", key, from + dice(sides), 1 + dice(12), 1 + dice(28));
}

static void put_classified(FILE *to)
{
    static const char *const sites[] = {"quay", "hill", "bay"};
    if (dice(12))
        fputs(", reason: why", to);
    put_day(to, "reviewed", 26, 1);
    put_day(to, "since", 18, 8);
    if (dice(3))
        fprintf(to, ", site: %s", sites[dice(3)]);
    fputs("}\n", to);
}

static void put_gnb(FILE *to, unsigned index, const char *domains)
{
    fprintf(to, "  - {name: g%u, domain: %c, id: 999/70-%x, class: %s, areas: [999/70-%u]", index,
            domains[dice(8)], index + 1, dice(8) ? "access" : "core", 1 + dice(2));
    put_classified(to);
}

static void put_asset(FILE *to, const char *name, unsigned index, const char *kind, const char *vendors)
{
    static const char *const classes[] = {"access", "transport", "management", "core"};
    fprintf(to, "  - {name: %s%u, kind: %s, vendor: %s, class: %s", name, index, kind,
            vendors[dice(8)] == 'o' ? "own" : "far", classes[dice(4)]);
    put_classified(to);
}

/* In half of the networks there is nothing high-risk, so that something can be shared under all profiles. */
static void put_assets(FILE *to)
{
    const char *makers = dice(2) ? "oooooooo" : "ooooooff";
    const unsigned gnbs = 1 + dice(6);
    fputs("gnbs:\n", to);
    for (unsigned i = 0; i < gnbs; i++)
        put_gnb(to, i, makers);
    fputs("assets:\n", to);
    put_asset(to, "upf", 0, "function", makers);
    put_asset(to, "upf", 1, "host", makers);
    put_asset(to, "core", 0, "function", makers);
    put_asset(to, "peer", 0, "function", makers);
    put_asset(to, "link", 0, "link", makers);
    put_asset(to, "abroad", 0, "gnb", makers);
}

static void put_partners(FILE *to)
{
    uint8_t public_key[KEY_PUBLIC_BYTES];
    char text[BASE64_LENGTH(KEY_PUBLIC_BYTES)];
    struct writer w = writer_of(text, sizeof text);
    signing_key_public(partner_key(), public_key);
    base64_write(&w, BYTES(public_key));
    fputs("partners:\n", to);
    for (unsigned i = 0; i < 3; i++)
        fprintf(to, "  - {name: p%u, profile: %s, end_to_end: %s, key: '%.*s'}\n", i, generated_profile(),
                dice(2) ? "true" : "false", i ? 0 : (int)sizeof text, text);
}

/* Signatures cost more than all the rest, so that few networks have one. */
static void put_label(FILE *to, unsigned index)
{
    const char *originator = index == 3 && dice(3) == 0 ? "p0" : "us";
    fprintf(to, "  - {name: l%u, originator: %s, releasable_to: [p0", index, originator);
    for (unsigned i = 1; i < 3; i++)
        if (dice(4))
            fprintf(to, ", p%u", i);
    fputc(']', to);
    if (dice(6) == 0)
        fprintf(to, ", withheld_from: [p%u]", dice(3));
    if (index && dice(2))
        fprintf(to, ", derived_from: [l%u]", dice(index));
    fputs("}\n", to);
}

static void generate(unsigned seed, char *text)
{
    FILE *to = fmemopen(text, NETWORK_TEXT_BYTES, "w");
    throw_anew(seed);
    fputs("profile: enrolled\nran_port: {interfaces: [eth9]}\n" VENDORS, to);
    put_assets(to);
    if (dice(3) == 0)
        fputs("sensitive: [{name: port, corners: [60 5, 61 5, 61 6, 60 6]}]\n", to);
    if (dice(3))
        fprintf(to,
                "mitigations: [{name: m, domains: [f], approved_by: us, approved: 2020-01-01, expires: "
                "20%u-01-01}]\n",
                27 + dice(4));
    if (dice(4) == 0)
        fprintf(to, "suspensions: [{rule: H%u, by: me, reason: why, until: 2031-01-01}]\n", 1 + dice(8));
    put_partners(to);
    fputs("labels:\n", to);
    for (unsigned i = 0; i < 4; i++)
        put_label(to, i);
    fclose(to);
}

/* --- what is asked --- */

struct signing_key *partner_key(void)
{
    static const uint8_t seed[32] = {17};
    static struct signing_key *key;
    if (!key)
        key = signing_key_of(seed);
    return key;
}

struct config_partner *partner_of(const struct answer_case *one, unsigned index)
{
    return (struct config_partner *)(uintptr_t)&one->config->inventory.partners[index];
}

struct config_label *label_of(const struct answer_case *one, unsigned index)
{
    return (struct config_label *)(uintptr_t)&one->config->inventory.labels[index];
}

/* The labels of p0 bear its signature. */
static void sign(struct config *config)
{
    static uint8_t statement[NETWORK_TEXT_BYTES];
    uint8_t signature[KEY_SIGNATURE_BYTES];
    for (unsigned i = 0; i < config->inventory.label_count; i++) {
        struct config_label *label = (struct config_label *)(uintptr_t)&config->inventory.labels[i];
        struct writer w = writer_of(statement, sizeof statement);
        if (strcmp(label->originator, "p0") != 0)
            continue;
        char *text = arena_alloc(&config->memory, BASE64_LENGTH(KEY_SIGNATURE_BYTES) + 1);
        struct writer to = writer_of(text, BASE64_LENGTH(KEY_SIGNATURE_BYTES));
        label_statement(&w, label);
        signing_key_sign(partner_key(), writer_bytes(&w), signature);
        base64_write(&to, BYTES(signature));
        label->signature = text;
    }
}

void count_again(struct answer_case *one)
{
    struct config_report report = {0};
    one->facts.ledger = one->ledger = ledger_new(&one->config->inventory, &report);
    if (!one->ledger)
        fail_msg("%s", report.first);
}

/* A network as it was read: what cases do to its assets, partners and labels is undone. */
struct network {
    struct config *config;
    struct ledger *ledger;
    struct ledger_asset *assets;
    struct config_partner *partners;
    struct config_label *labels;
};

static void *copied(struct network *network, const void *items, size_t size)
{
    return (void *)(uintptr_t)arena_copy(&network->config->memory, bytes_of(items, size)).data;
}

static struct network open_network(const char *text)
{
    struct config_error error;
    struct config_report report = {0};
    struct network network = {.config = lab_config("", text, &error)};
    if (!network.config)
        return network;
    const struct config_inventory *inventory = &network.config->inventory;
    sign(network.config);
    network.partners =
        copied(&network, inventory->partners, inventory->partner_count * sizeof *inventory->partners);
    network.labels = copied(&network, inventory->labels, inventory->label_count * sizeof *inventory->labels);
    network.ledger = ledger_new(inventory, &report);
    if (network.ledger)
        network.assets = copied(&network, ledger_at(network.ledger, 0),
                                ledger_size(network.ledger) * sizeof *network.assets);
    return network;
}

static void close_network(const struct network *network)
{
    ledger_free(network->ledger);
    config_free(network->config);
}

static void restore(const struct network *network)
{
    const struct config_inventory *inventory = &network->config->inventory;
    for (uint32_t i = 0; i < ledger_size(network->ledger); i++) {
        ledger_count(network->ledger, i, false);
        *(struct ledger_asset *)(uintptr_t)ledger_at(network->ledger, i) = network->assets[i];
        ((struct ledger_asset *)(uintptr_t)ledger_at(network->ledger, i))->counted = false;
        ledger_count(network->ledger, i, true);
    }
    memcpy((void *)(uintptr_t)inventory->partners, network->partners,
           inventory->partner_count * sizeof *network->partners);
    memcpy((void *)(uintptr_t)inventory->labels, network->labels,
           inventory->label_count * sizeof *network->labels);
}

static struct path_hop hop(enum path_part part, const char *name)
{
    return (struct path_hop){.part = part, .name = name};
}

static void draw_path(struct answer_case *one)
{
    static const char *const gnbs[] = {"g0", "g1", "g2", "g3", "g4", "g5"};
    unsigned count = 0;
    one->path =
        (struct path){.cells = dice(4) ? PATH_NAMED_CELLS : dice(PATH_DOMAIN_CELLS + 1), .domain = "o"};
    config_area_parse(dice(2) ? "999/70-1" : "999/70-2", &one->path.area);
    if (one->path.cells == PATH_NAMED_CELLS)
        one->hops[count++] = hop(PATH_GNB, gnbs[dice(one->config->inventory.gnb_count)]);
    one->hops[count++] = hop(PATH_PLANE, dice(2) ? "upf0" : "upf1");
    one->hops[count++] = hop(PATH_FUNCTION, "core0");
    if (dice(4) == 0)
        one->hops[count++] = hop(PATH_PEER, "peer0");
    one->path.hops = one->hops;
    one->path.count = count;
}

static void draw_question(struct answer_case *one)
{
    static const char *const partners[] = {"p0", "p0", "p1", "p2"}, *const labels[] = {"l0", "l1", "l2",
                                                                                       "l3"};
    const uint64_t bytes = 1 + dice(1000);
    one->taken = LINE_TAKEN;
    one->facts = (struct line_facts){.ledger = one->ledger,
                                     .profile = &one->config->inventory.profile,
                                     .measured = {.traffic_known = dice(8),
                                                  .bytes = bytes,
                                                  .high_risk_bytes = dice((unsigned)bytes / 3 + 1)},
                                     .date = {(int32_t)(20800 + dice(100))}}; /* from 2026-12-13 on */
    draw_path(one);
    one->labels[0] = labels[dice(4)];
    one->labels[1] = labels[dice(4)];
    one->question = (struct line_question){.partner = partners[dice(4)],
                                           .labels = one->labels,
                                           .label_count = 1 + (dice(4) == 0),
                                           .path = &one->path,
                                           .end_to_end = dice(2)};
}

struct line_answer answered(const struct answer_case *one)
{
    struct line_answer answer;
    line_answer(&one->facts, one->taken, &one->question, &answer);
    return answer;
}

struct ledger_asset *any_asset(const struct answer_case *one, uint32_t *index)
{
    *index = dice(ledger_size(one->ledger));
    return (struct ledger_asset *)(uintptr_t)ledger_at(one->ledger, *index);
}

/* --- all of it --- */

/* The property in that network, asked that question; a network that is none breaks nothing. */
static bool holds_in(const struct network *network, unsigned seed, property *holds, char *why)
{
    struct answer_case one = {.seed = seed, .why = why, .config = network->config, .ledger = network->ledger};
    *why = '\0';
    if (!network->ledger)
        return true;
    throw_anew(~seed);
    draw_question(&one);
    one.answer = answered(&one);
    const bool good = holds(&one);
    if (one.ledger != network->ledger)
        ledger_free(one.ledger);
    restore(network);
    return good;
}

static bool holds_in_text(const char *text, unsigned seed, property *holds, char *why)
{
    const struct network network = open_network(text);
    const bool good = holds_in(&network, seed, holds, why);
    close_network(&network);
    return good;
}

/* Without its line at that place; false: there is none. */
static bool without_line(const char *text, unsigned number, char *shorter)
{
    const char *line = text;
    while (number-- && line)
        line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL;
    if (!line || !*line)
        return false;
    const char *end = strchr(line, '\n');
    snprintf(shorter, NETWORK_TEXT_BYTES, "%.*s%s", (int)(line - text), text, end ? end + 1 : "");
    return true;
}

static void shrink(char *text, unsigned seed, property *holds, char *why)
{
    static char shorter[NETWORK_TEXT_BYTES];
    for (unsigned line = 0; without_line(text, line, shorter);) {
        if (holds_in_text(shorter, seed, holds, why))
            line++;
        else
            memcpy(text, shorter, sizeof shorter);
    }
    holds_in_text(text, seed, holds, why);
}

void for_all(property *holds)
{
    static char text[NETWORK_TEXT_BYTES], why[WHY_BYTES];
    struct network network = {0};
    for (unsigned seed = 0; seed < CASES; seed++) {
        if (seed % CASES_A_NETWORK == 0) {
            close_network(&network);
            generate(seed / CASES_A_NETWORK, text);
            network = open_network(text);
            assert_non_null(network.ledger);
        }
        if (holds_in(&network, seed, holds, why))
            continue;
        shrink(text, seed, holds, why);
        fail_msg("case %u: %s\nin this network:\n%s", seed, why, text);
    }
    close_network(&network);
}
