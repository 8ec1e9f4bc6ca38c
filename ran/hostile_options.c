/* SPDX-License-Identifier: Apache-2.0 */
/* The words of `demarc-ran hostile`. */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kit/hex.h"
#include "ran/hostile.h"

enum { NGAP_PORT = 38412, N3_PORT = 2152, PFCP_PORT = 8805, MOST_CONNECTS = 1000000 };

static bool to_number(const char *text, unsigned long most, uint32_t *number)
{
    char *end;
    unsigned long value = strtoul(text, &end, 0);
    *number = (uint32_t)value;
    return *text && !*end && value <= most;
}

static bool take_amf(struct hostile_options *options, const char *value)
{
    return address_parse(&options->amf, value, NGAP_PORT) &&
           address_parse(&options->attacked, value, NGAP_PORT);
}

static bool take_attacked(struct hostile_options *options, const char *value)
{
    return address_parse(&options->attacked, value, NGAP_PORT);
}

static bool take_n4(struct hostile_options *options, const char *value)
{
    return address_parse(&options->n4, value, PFCP_PORT);
}

static bool take_address(struct hostile_options *options, const char *value)
{
    return address_parse(&options->attacker.address, value, N3_PORT);
}

static bool take_honest_address(struct hostile_options *options, const char *value)
{
    return address_parse(&options->honest.address, value, N3_PORT);
}

static bool take_id(struct hostile_options *options, const char *value)
{
    return to_number(value, UINT32_MAX, &options->attacker.id);
}

static bool take_honest_id(struct hostile_options *options, const char *value)
{
    return to_number(value, UINT32_MAX, &options->honest.id);
}

static bool take_tac(struct hostile_options *options, const char *value)
{
    return to_number(value, 0xffffff, &options->attacker.tac);
}

static bool take_honest_tac(struct hostile_options *options, const char *value)
{
    return to_number(value, 0xffffff, &options->honest.tac);
}

static bool take_plmn(struct hostile_options *options, const char *value)
{
    return nas_plmn_from_text(value, &options->model.plmn);
}

static bool take_sst(struct hostile_options *options, const char *value)
{
    uint32_t sst;
    bool good = to_number(value, 255, &sst);
    options->model.slice.sst = (uint8_t)sst;
    return good;
}

static bool take_sd(struct hostile_options *options, const char *value)
{
    options->model.slice.sd = (uint32_t)strtoul(value, NULL, 16);
    return options->model.slice.sd < 1 << 24;
}

static bool take_dnn(struct hostile_options *options, const char *value)
{
    options->model.dnn = value;
    return true;
}

static bool take_imsi(struct hostile_options *options, const char *value)
{
    snprintf(options->first_imsi, sizeof options->first_imsi, "%s", value);
    return strlen(value) == 15;
}

static bool take_key(struct hostile_options *options, const char *value)
{
    return hex_read(value, options->key.k, 16);
}

static bool take_opc(struct hostile_options *options, const char *value)
{
    return hex_read(value, options->key.opc, 16);
}

static bool take_target(struct hostile_options *options, const char *value)
{
    struct in_addr in;
    bool good = inet_pton(AF_INET, value, &in) == 1;
    options->ping_to = good ? ntohl(in.s_addr) : 0;
    return good;
}

static bool take_data_network(struct hostile_options *options, const char *value)
{
    options->data_network = value;
    return true;
}

static bool take_digest(struct hostile_options *options, const char *value)
{
    options->digest = value;
    return true;
}

static bool take_processes(struct hostile_options *options, const char *value)
{
    options->processes = value;
    return true;
}

static bool take_repeat(struct hostile_options *options, const char *value)
{
    return to_number(value, MOST_CONNECTS, &options->repeat) && options->repeat;
}

static bool take_connects(struct hostile_options *options, const char *value)
{
    return to_number(value, MOST_CONNECTS, &options->connects);
}

static bool take_silence(struct hostile_options *options, const char *value)
{
    return to_number(value, 86400, &options->silence_s);
}

static bool take_flood(struct hostile_options *options, const char *value)
{
    return to_number(value, 86400, &options->flood_s);
}

static bool take_flood_rate(struct hostile_options *options, const char *value)
{
    return to_number(value, 1000000, &options->flood_rate);
}

static const struct {
    const char *name;
    bool (*take)(struct hostile_options *options, const char *value);
} words[] = {{"amf", take_amf},
             {"attacked", take_attacked},
             {"n4", take_n4},
             {"address", take_address},
             {"honest-address", take_honest_address},
             {"id", take_id},
             {"honest-id", take_honest_id},
             {"tac", take_tac},
             {"honest-tac", take_honest_tac},
             {"plmn", take_plmn},
             {"sst", take_sst},
             {"sd", take_sd},
             {"dnn", take_dnn},
             {"imsi", take_imsi},
             {"key", take_key},
             {"opc", take_opc},
             {"ping-to", take_target},
             {"page-from", take_data_network},
             {"digest", take_digest},
             {"processes", take_processes},
             {"repeat", take_repeat},
             {"connects", take_connects},
             {"silence", take_silence},
             {"flood", take_flood},
             {"flood-rate", take_flood_rate}};

enum { WORDS = sizeof words / sizeof *words, OPT_JSON = 256, OPT_LIST };

static void fill_form(struct option form[WORDS + 3])
{
    for (int i = 0; i < WORDS; i++)
        form[i] = (struct option){words[i].name, required_argument, NULL, i + 1};
    form[WORDS] = (struct option){"json", no_argument, NULL, OPT_JSON};
    form[WORDS + 1] = (struct option){"list", no_argument, NULL, OPT_LIST};
    form[WORDS + 2] = (struct option){0};
}

static struct hostile_options usual(void)
{
    struct hostile_options options = {
        .attacker = {.name = "hostile", .id = 99, .tac = 1},
        .honest = {.name = "honest", .id = 1, .tac = 1},
        .model = {.plmn = {{0x99, 0xf9, 0x07}},
                  .slice = {.sst = 1, .sd = NAS_NO_SD},
                  .dnn = "internet",
                  .session_type = NAS_SESSION_IPV4,
                  .ea = 0xf0,
                  .ia = 0x70},
        .key = {.algorithm = AKA_MILENAGE, .k_size = 16, .res_size = 8},
        .first_imsi = "999700000000001",
        .repeat = 1,
        .connects = 200,
        .silence_s = 3,
        .flood_s = 1,
        .flood_rate = 10000,
        .colour = isatty(STDOUT_FILENO),
    };
    address_parse(&options.amf, "127.0.0.5", NGAP_PORT);
    address_parse(&options.attacked, "127.0.0.5", NGAP_PORT);
    address_parse(&options.attacker.address, "127.0.1.99", N3_PORT);
    address_parse(&options.honest.address, "127.0.1.1", N3_PORT);
    hex_read("465B5CE8B199B49FAA5F0A2EE238A6BC", options.key.k, 16);
    hex_read("E8ED289DEBA952E4283B54E88E6183CA", options.key.opc, 16);
    return options;
}

/* "all", "7" or "7/12" */
static bool take_choice(const char *word, struct hostile_options *options)
{
    char *end;
    if (strcmp(word, "all") == 0)
        return true;
    options->class_number = (unsigned)strtoul(word, &end, 10);
    if (*end == '/')
        options->variant = (unsigned)strtoul(end + 1, &end, 10);
    return *end == '\0' && options->class_number >= 1 && options->class_number <= 37;
}

const char *hostile_main(int argc, char **argv, int *code)
{
    static struct hostile_options options;
    struct option form[WORDS + 3];
    bool list = false;
    options = usual();
    fill_form(form);
    for (int c; (c = getopt_long(argc, argv, "", form, NULL)) != -1;)
        if (c == '?')
            return "unknown option";
        else if (c == OPT_JSON)
            options.json = true;
        else if (c == OPT_LIST)
            list = true;
        else if (!words[c - 1].take(&options, optarg))
            return "an option's value is not usable";
    if (optind + 1 < argc || (optind == argc && !list) ||
        (optind < argc && !take_choice(argv[optind], &options)))
        return "expected --list, all, or a class of 1 to 37";
    options.attacker.plmn = options.honest.plmn = options.model.plmn;
    options.attacker.slice = options.honest.slice = options.model.slice;
    options.live = !options.json && isatty(STDOUT_FILENO);
    *code = list ? hostile_list(&options) : hostile_run(&options);
    return NULL;
}
