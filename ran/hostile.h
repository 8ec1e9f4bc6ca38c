/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What hostile radio equipment does to a core, as a catalogue of numbered classes with numbered variants. One gNB attacks;
 * beside it an honest gNB serves phones that carry traffic, and nothing may happen to them. All is judged from outside, so that
 * any core that speaks N2 can be tried; what only a core's operator can see (processes, state) is looked at when told where.
 */
#ifndef RAN_HOSTILE_H
#define RAN_HOSTILE_H

#include "crypt/aka.h"
#include "ran/gnb.h"
#include "ran/phone.h"

struct hostile_options {
    unsigned class_number, variant;           /* to play; 0: all */
    union socket_address amf, attacked;       /* where the honest gNB connects, and the attacker */
    struct ran_gnb_settings attacker, honest; /* addresses: of N2 and N3 */
    struct phone_model model;
    struct aka_key key;
    char first_imsi[16]; /* of the victims; the attacker's own phone has the one behind them */
    uint32_t ping_to;    /* host order; 0: the session's gateway */
    const char
        *data_network; /* a network namespace from where packets for phones come; NULL: paging is not tried */
    const char *digest;      /* a command that prints the same while the core's state is the same; or NULL */
    const char *processes;   /* the core's process ids, behind commas; or NULL */
    union socket_address n4; /* a plane's; family 0: not told */
    unsigned repeat;         /* times that each class is played */
    unsigned connects;       /* that class 5 makes */
    unsigned silence_s;      /* how long class 29 waits */
    unsigned flood_s;        /* how long each variant of class 32 lasts */
    unsigned flood_rate;     /* SUCIs per second */
    bool json, colour, live;
};

/* Exit status: 0 when every variant passed, 1 when one failed, 2 when it could not be tried. */
int hostile_run(const struct hostile_options *options);
/* Numbers, words, and counts of variants; of the chosen class, its variants by name. */
int hostile_list(const struct hostile_options *options);

#define HOSTILE_FORM                                                                                         \
    "hostile --list | all | CLASS[/VARIANT]\n"                                                               \
    "            [--amf ADDRESS] [--attacked ADDRESS] [--n4 ADDRESS] [--address ADDRESS] [--id N] [--tac "   \
    "T]\n"                                                                                                   \
    "            [--honest-address ADDRESS] [--honest-id N] [--honest-tac T] [--plmn P] [--sst S] [--sd "    \
    "HEX]\n"                                                                                                 \
    "            [--dnn NAME] [--imsi FIRST] [--key HEX] [--opc HEX] [--ping-to ADDRESS] [--page-from "      \
    "NETNS]\n"                                                                                               \
    "            [--digest COMMAND] [--processes PID,...] [--repeat N] [--connects N] [--silence SECONDS]\n" \
    "            [--flood SECONDS] [--flood-rate PER-SECOND] [--json]"

/* The command. NULL: done; else what is wrong with the words. */
const char *hostile_main(int argc, char **argv, int *code);

#endif
