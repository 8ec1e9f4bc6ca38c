/* SPDX-License-Identifier: Apache-2.0 */
/* demarc line check: everything that is wrong with an inventory. demarc line schema: what one looks like. */
#include <stdio.h>
#include <string.h>

#include "config/json_schema.h"
#include "face/line_stand.h"
#include "face/paint.h"
#include "line/policy.h"

/* What its files and the names in it add up to. */
static void show_counts(const struct line_policy *policy)
{
    const struct ledger_counts *counts = ledger_counts(policy->ledger);
    printf("%u assets, %u of them high-risk; %u of %u radio sites high-risk; profile %s\n", counts->assets,
           counts->high_risk, counts->high_risk_sites, counts->sites, policy->config->inventory.profile.name);
}

/* Who answers for it, and whether the core would take it. */
static void show_seal(const struct line_policy *policy)
{
    const struct seal_verdict *verdict = &policy->verdict;
    const struct config_inventory *inventory = &policy->config->inventory;
    char words[POLICY_WORDS];
    policy_words(inventory, verdict->signers, words);
    if (*verdict->why)
        printf("%snot to be taken over yet%s: %s\n", paint(PAINT_RED), paint(PAINT_END), verdict->why);
    else if (!inventory->authorised_count)
        printf("%sUNSIGNED%s: nobody is authorised, so whoever can write these files moves the line "
               "(demarc line key)\n",
               paint(PAINT_YELLOW), paint(PAINT_END));
    else
        printf("%s%s%s%s\n", paint(PAINT_GREEN), words, paint(PAINT_END),
               verdict->changes ? "" : ": what is in force");
    if (policy->release_differs)
        puts("profiles of this release are not those that were signed, which stay in force until it is "
             "signed anew");
}

/* What lacks signatures is no error of the inventory's; `sealed` asks for them. */
static bool check(const char *config_path, const char *inventory, bool sealed)
{
    struct config_report report = {.to = stdout};
    struct line_policy *policy = policy_read(config_path, inventory, &report);
    if (!policy)
        return false;
    if (policy->ledger) {
        show_counts(policy);
        show_seal(policy);
    }
    if (report.errors == 0)
        printf("%s: %sgood%s\n", inventory ? inventory : "the inventory", paint(PAINT_GREEN),
               paint(PAINT_END));
    const bool good = report.errors == 0 && !(sealed && *policy->verdict.why);
    policy_free(policy);
    return good;
}

int run_line_check(const struct command *command, int argc, char **argv)
{
    bool sealed = false;
    const char *path = NULL;
    const struct option_slot slots[] = {{"sealed", &sealed, NULL}, {"config", NULL, &path}, {0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    bool good = argc > 0 || check(path, NULL, sealed);
    for (int i = 0; i < argc; i++)
        good &= check(path, argv[i], sealed);
    return good ? EXIT_DONE : EXIT_FAILED;
}

int run_line_schema(const struct command *command, int argc, char **argv)
{
    const struct option_slot slots[] = {{0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    const bool profile = argc == 1 && strcmp(argv[0], "profile") == 0;
    if (!profile && (argc != 1 || strcmp(argv[0], "inventory") != 0))
        return wrong_usage(command, "inventory or profile");
    (profile ? config_print_profile_schema : config_print_inventory_schema)(stdout);
    return EXIT_DONE;
}
