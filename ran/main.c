/* SPDX-License-Identifier: Apache-2.0 */
/* demarc-ran: simulated gNBs and phones for trying, testing and loading a 5G core. */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kit/hex.h"
#include "kit/log.h"
#include "ran/hostile.h"
#include "ran/load.h"
#include "ran/scenario.h"
#include "ran/scenario_cast.h"

static int help(int argc, char **argv);

static int usage_error(const char *what, const char *form)
{
    fprintf(stderr, "demarc-ran: %s\nusage: demarc-ran %s\n", what, form);
    return 2;
}

/* --- scenario --- */

#define SCENARIO_FORM "scenario [--quiet] [--patience MS] [--color] FILE"

static int scenario(int argc, char **argv)
{
    static const struct option options[] = {{"quiet", no_argument, NULL, 'q'},
                                            {"patience", required_argument, NULL, 'p'},
                                            {"color", no_argument, NULL, 'c'},
                                            {0}};
    struct scenario_options chosen = {.show = SCENARIO_FLOW, .colour = isatty(STDOUT_FILENO)};
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'q')
            chosen.show = SCENARIO_QUIET;
        else if (c == 'p')
            chosen.patience_ms = (unsigned)strtoul(optarg, NULL, 10);
        else if (c == 'c')
            chosen.colour = true;
        else
            return usage_error("unknown option", SCENARIO_FORM);
    }
    if (optind + 1 != argc)
        return usage_error("expected one scenario file", SCENARIO_FORM);
    setlinebuf(stdout);
    return scenario_run(argv[optind], &chosen);
}

/* --- load --- */

#define LOAD_FORM                                                                                          \
    "load [--amf ADDRESS] [--refuge ADDRESS] [--gnbs N] [--phones N] [--rate PER-SECOND] [--window N] "    \
    "[--steps LIST]\n"                                                                                     \
    "            [--imsi FIRST] [--key HEX] [--opc HEX] [--plmn P] [--tac T] [--sst S] [--sd HEX] [--dnn " \
    "NAME]\n"                                                                                              \
    "            [--gnb-address FIRST] [--netns NAME] [--ping-to ADDRESS] [--suci a|b:ID:PUBLIC-KEY] "     \
    "[--seconds N]\n"                                                                                      \
    "            [--stream PER-SECOND] [--hold] [--pause] [--json]"

enum load_option {
    OPT_AMF = 256,
    OPT_REFUGE,
    OPT_GNBS,
    OPT_PHONES,
    OPT_RATE,
    OPT_WINDOW,
    OPT_STEPS,
    OPT_IMSI,
    OPT_KEY,
    OPT_OPC,
    OPT_PLMN,
    OPT_TAC,
    OPT_SST,
    OPT_SD,
    OPT_DNN,
    OPT_GNB_ADDRESS,
    OPT_NETNS,
    OPT_PING_TO,
    OPT_SUCI,
    OPT_SECONDS,
    OPT_STREAM,
    OPT_HOLD,
    OPT_PAUSE,
    OPT_JSON
};

static const struct option load_options[] = {
    {"amf", required_argument, NULL, OPT_AMF},
    {"refuge", required_argument, NULL, OPT_REFUGE},
    {"gnbs", required_argument, NULL, OPT_GNBS},
    {"phones", required_argument, NULL, OPT_PHONES},
    {"rate", required_argument, NULL, OPT_RATE},
    {"window", required_argument, NULL, OPT_WINDOW},
    {"steps", required_argument, NULL, OPT_STEPS},
    {"imsi", required_argument, NULL, OPT_IMSI},
    {"key", required_argument, NULL, OPT_KEY},
    {"opc", required_argument, NULL, OPT_OPC},
    {"plmn", required_argument, NULL, OPT_PLMN},
    {"tac", required_argument, NULL, OPT_TAC},
    {"sst", required_argument, NULL, OPT_SST},
    {"sd", required_argument, NULL, OPT_SD},
    {"dnn", required_argument, NULL, OPT_DNN},
    {"gnb-address", required_argument, NULL, OPT_GNB_ADDRESS},
    {"netns", required_argument, NULL, OPT_NETNS},
    {"ping-to", required_argument, NULL, OPT_PING_TO},
    {"suci", required_argument, NULL, OPT_SUCI},
    {"seconds", required_argument, NULL, OPT_SECONDS},
    {"stream", required_argument, NULL, OPT_STREAM},
    {"hold", no_argument, NULL, OPT_HOLD},
    {"pause", no_argument, NULL, OPT_PAUSE},
    {"json", no_argument, NULL, OPT_JSON},
    {0},
};

static bool ipv4(const char *text, uint32_t *address)
{
    struct in_addr in;
    if (inet_pton(AF_INET, text, &in) != 1)
        return false;
    *address = ntohl(in.s_addr);
    return true;
}

static bool suci(const char *text, struct phone_model *model)
{
    static uint8_t key[33];
    unsigned id;
    char profile, digits[67];
    if (sscanf(text, "%c:%u:%66s", &profile, &id, digits) != 3 || (profile != 'a' && profile != 'b') ||
        id > 255)
        return false;
    size_t size = profile == 'a' ? 32 : 33;
    model->suci_scheme = profile == 'a' ? SUCI_PROFILE_A : SUCI_PROFILE_B;
    model->suci_key_id = (uint8_t)id;
    model->suci_key = bytes_of(key, size);
    return hex_read(digits, key, size);
}

static bool take_option(struct load_options *load, int option, const char *value)
{
    unsigned long number = value ? strtoul(value, NULL, 10) : 0;
    switch (option) {
    case OPT_AMF:
        return address_parse(&load->amf, value, 38412);
    case OPT_REFUGE:
        return address_parse(&load->refuge, value, 38412);
    case OPT_GNBS:
        load->gnbs = (unsigned)number;
        return number > 0 && number <= 1000;
    case OPT_PHONES:
        load->phones = (unsigned)number;
        return number > 0 && number <= 10000000;
    case OPT_RATE:
        load->rate = strtod(value, NULL);
        return load->rate >= 0;
    case OPT_WINDOW:
        load->window = (unsigned)number;
        return number > 0;
    case OPT_STEPS:
        return load_parse_steps(value, load);
    case OPT_IMSI:
        snprintf(load->first_imsi, sizeof load->first_imsi, "%s", value);
        return strlen(value) == 15;
    case OPT_KEY:
        return hex_read(value, load->key.k, 16);
    case OPT_OPC:
        return hex_read(value, load->key.opc, 16);
    case OPT_PLMN:
        return nas_plmn_from_text(value, &load->model.plmn);
    case OPT_TAC:
        load->tac = (uint32_t)number;
        return number < 1 << 24;
    case OPT_SST:
        load->model.slice.sst = (uint8_t)number;
        return number < 256;
    case OPT_SD:
        load->model.slice.sd = (uint32_t)strtoul(value, NULL, 16);
        return load->model.slice.sd < 1 << 24;
    case OPT_DNN:
        load->model.dnn = value;
        return true;
    case OPT_GNB_ADDRESS:
        return ipv4(value, &load->gnb_address);
    case OPT_NETNS:
        load->netns = value;
        return true;
    case OPT_PING_TO:
        return ipv4(value, &load->ping_to);
    case OPT_SUCI:
        return suci(value, &load->model);
    case OPT_SECONDS:
        load->seconds = (unsigned)number;
        return number > 0;
    case OPT_HOLD:
        load->hold = true;
        return true;
    case OPT_STREAM:
        load->stream_rate = (unsigned)number;
        return number > 0 && number <= 10000;
    case OPT_PAUSE:
        load->pause = true;
        return true;
    case OPT_JSON:
        load->json = true;
        return true;
    default:
        return false;
    }
}

static int load(int argc, char **argv)
{
    struct load_options chosen = {.gnbs = 1,
                                  .phones = 100,
                                  .window = 1000,
                                  .stream_rate = 50,
                                  .seconds = 60,
                                  .first_imsi = "999700000000001",
                                  .key = {.algorithm = AKA_MILENAGE, .k_size = 16, .res_size = 8},
                                  .model = {.plmn = {{0x99, 0xf9, 0x07}},
                                            .slice = {.sst = 1, .sd = NAS_NO_SD},
                                            .dnn = "internet",
                                            .session_type = NAS_SESSION_IPV4,
                                            .ea = 0xf0,
                                            .ia = 0x70},
                                  .tac = 1,
                                  .gnb_address = 0x7f000101,
                                  .netns = ""};
    address_parse(&chosen.amf, "127.0.0.5", 38412);
    load_parse_steps("register,session", &chosen);
    hex_read("465B5CE8B199B49FAA5F0A2EE238A6BC", chosen.key.k, 16);
    hex_read("E8ED289DEBA952E4283B54E88E6183CA", chosen.key.opc, 16);
    for (int c; (c = getopt_long(argc, argv, "", load_options, NULL)) != -1;)
        if (c == '?')
            return usage_error("unknown option", LOAD_FORM);
        else if (!take_option(&chosen, c, optarg))
            return usage_error("an option's value is not usable", LOAD_FORM);
    if (optind != argc)
        return usage_error("unexpected argument", LOAD_FORM);
    return load_run(&chosen);
}

/* --- hostile --- */

static int hostile(int argc, char **argv)
{
    int code;
    const char *wrong = hostile_main(argc, argv, &code);
    return wrong ? usage_error(wrong, HOSTILE_FORM) : code;
}

/* --- help --- */

static const struct {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"scenario", "play a scenario file: gNBs and phones, step by step", scenario},
    {"load", "many phones at a rate; prints rates and latency percentiles", load},
    {"hostile", "what hostile radio does to a core, tried beside phones that carry traffic", hostile},
    {"help", "this; `help scenario` lists the steps of the scenario language", help},
};

static int help(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "scenario") == 0) {
        for (const struct scenario_step *step = scenario_steps; step->word; step++)
            printf("%s %s\n    %s\n", step->word, step->usage, step->help);
        return 0;
    }
    printf("usage: demarc-ran COMMAND ...\n\n");
    for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].summary);
    printf("\n  %s\n  %s\n  %s\n", SCENARIO_FORM, LOAD_FORM, HOSTILE_FORM);
    return 0;
}

int main(int argc, char **argv)
{
    log_setup((struct log_settings){.level = LOG_WARNING, .name = "ran"});
    for (unsigned i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return argc > 1 ? usage_error("no such command", "scenario|load|hostile|help ...") : help(1, argv);
}
