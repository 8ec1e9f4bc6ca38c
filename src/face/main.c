/* SPDX-License-Identifier: Apache-2.0 */
/* The program's commands, in one table. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "face/command.h"

static int run_help(const struct command *command, int argc, char **argv);

static int run_version(const struct command *command, int argc, char **argv)
{
    (void)argv;
    if (argc > 0)
        return wrong_usage(command, "version takes nothing");
    puts("demarc " DEMARC_VERSION);
    return EXIT_DONE;
}

static const struct command commands[] = {
    {"run", "run [--config FILE]", "start the core: keeper, edges, control, planes, console", run_role},
    {"check", "check [--print | --inventory] [FILE]", "tell whether a configuration is right", run_check},
    {"timers", "timers [FILE]", "all timers, with what the specification says", run_timers},
    {"reload", "reload [--config FILE]", "take over a changed configuration without a restart", run_reload},
    {"status", "status [--json] [--config FILE]", "the core at a glance", run_status},
    {"gnb", "gnb [ID | fence ID [--for TIME] [--reason TEXT] | unfence ID] [--json] [--config FILE]",
     "connected radio", run_gnb},
    {"ue", "ue [SUPI | deregister SUPI] [--json] [--config FILE]", "registered phones", run_ue},
    {"session", "session [SUPI [PSI] | release SUPI PSI] [--json] [--config FILE]", "their sessions",
     run_session},
    {"upf", "upf [drain PLANE [--move] | open PLANE] [--json] [--config FILE]",
     "user planes, and which take new sessions", run_upf},
    {"digest", "digest [SUPI | GNB-NAME]... [--json] [--config FILE]",
     "one number for all gNBs, phones and sessions but those named", run_digest},
    {"subscriber", "subscriber add | show | list | set | remove | import | export ...", "who may register",
     run_subscriber},
    {"line", "line port | senders | check | schema | explain | what-if ...",
     "what the line says, and what radio sends that it may not", run_line},
    {"answer",
     "answer --partner PARTNER --label LABEL[,...] (--session SUPI/ID | --path PART=NAME,...) [--end-to-end] "
     "[--offline] [--inventory FILE] [--date DAY] [--json] [--config FILE]",
     "may it be shared with a partner, and why", run_answer},
    {"evidence",
     "evidence verify [PROOF] | prove INDEX [FILE] | show [INDEX [COUNT]] [--kind KIND] [--rule RULE] [--gnb "
     "NAME] "
     "[--source NAME] [--procedure WORDS] [--digest HEX] [--since TIME] [--until TIME] [--table] | export "
     "FROM TO | "
     "prune [--folder DIR] [--key KEY] [--witness KEY,...] [--quorum N] [--config FILE]",
     "what the line refused, admitted and did, with proof", run_evidence},
    {"report",
     "report --to RECIPIENT[,RECIPIENT]... [--profile PROFILE] [--json] [-o FILE] [--config FILE] | report "
     "--whose FILE [--config FILE]",
     "a report for overseers and allies, in copies that name their recipients", run_report},
    {"witness",
     "witness FOLDER --name NAME [--listen ADDRESS] [--log KEY,...] [--cert FILE --key FILE [--client-ca "
     "FILE]]",
     "watch that evidence logs only grow, and cosign their checkpoints", run_witness},
    {"plane",
     "plane show [SESSION] | counters [--watch] | capture (--session SESSION | --gnb ADDRESS) --pcap FILE "
     "[--decapsulated] "
     "[--packets N] [--for TIME] [--octets N] | NAME [--plane NAME] [--json] [--config FILE]",
     "the user plane: its paths, a session's rules, counters, captures", run_plane},
    {"trace", "trace --pcap FILE [--decipher-nas] [--config FILE]",
     "write what passes N2, N4 and N3 to a capture file", run_trace},
    {"help", "help [COMMAND]", "this, or how a command is written", run_help},
    {"version", "version", "the version", run_version},
    {"control", "control [--config FILE]", NULL, run_role},
    {"edge", "edge NAME", NULL, run_edge},
    {"recorder", "recorder [--config FILE]", NULL, run_role},
    {"console", "console [--config FILE]", NULL, run_role},
    {0},
};

static const struct command program = {"demarc", "COMMAND ..., see demarc help", NULL, NULL};

static int run_help(const struct command *command, int argc, char **argv)
{
    if (argc > 1)
        return wrong_usage(command, "one command at a time");
    for (const struct command *at = commands; argc == 1 && at->name; at++)
        if (strcmp(at->name, argv[0]) == 0) {
            printf("usage: demarc %s\n%s\n", at->form,
                   at->summary ? at->summary : "a process of the core, started by run");
            return EXIT_DONE;
        }
    if (argc == 1)
        return wrong_usage(command, "unknown command %s", argv[0]);
    puts("Demarc, a 5G standalone core.\n");
    for (const struct command *at = commands; at->name; at++)
        if (at->summary)
            printf("  %-11s %s\n", at->name, at->summary);
    puts("\nEach has a manual page: man demarc, man demarc-subscriber, man demarc.yaml");
    return EXIT_DONE;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
        return run_help(&program, argc - 2, argv + 2);
    if (argc > 1 && strcmp(argv[1], "--version") == 0)
        return run_version(&program, argc - 2, argv + 2);
    return run_command(commands, &program, argc - 1, argv + 1);
}
