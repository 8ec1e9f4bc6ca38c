/* SPDX-License-Identifier: Apache-2.0 */
/* From files to what is in force: read once, signed, durable; and what is wrong with files that lie. */
#include "../check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "line/accepted.h"
#include "line/policy.h"
#include "sealing.h"

static char folder[] = "/tmp/demarc-policy-XXXXXX";

static const char *in_folder(const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof *paths, "%s/%s", folder, name);
    return path;
}

static void write_octets(const char *name, struct bytes octets)
{
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(octets.data, 1, octets.len, file), octets.len);
    fclose(file);
}

static void write_file(const char *name, const char *text)
{
    write_octets(name, bytes_of(text, strlen(text)));
}

static void run(const char *command, const char *where)
{
    char line[256];
    snprintf(line, sizeof line, command, where);
    assert_int_equal(system(line), 0);
}

static int begin(void **state)
{
    char text[256];
    (void)state;
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(text, sizeof text, "line: {inventory: line.yaml}\nstate_dir: %s/state\n", folder);
    write_file("demarc.yaml", text);
    return 0;
}

static int end(void **state)
{
    (void)state;
    run("rm -r %s", folder);
    return 0;
}

static const char rows[] = "name,kind,vendor,class\nhost-1,host,own,transport\n";

static void write_inventory(unsigned serial, const char *more)
{
    char text[2048];
    snprintf(text, sizeof text,
             "serial: %u\nauthorised: [%s, %s]\nvendors: [{name: own, risk: trusted}]\n"
             "domains: [{name: o, vendor: own, listen: ['::1']}]\nassets_from: [assets.csv]\n%s",
             serial, person_of(ANN), person_of(BOB), more);
    write_file("line.yaml", text);
}

static void sign_inventory(const char *who)
{
    uint8_t space[NOTE_BYTES];
    struct writer w = writer_of(space, sizeof space);
    struct config_report report = {0};
    struct line_policy *policy = policy_read(in_folder("demarc.yaml"), NULL, &report);
    if (!policy->text_length)
        fail_msg("%s", report.first);
    const struct bytes text = bytes_of(policy->text, policy->text_length);
    seal_begin(&w, text);
    for (; *who; who++)
        seal_sign(&w, text, *who == 'a' ? ANN : *who == 'b' ? BOB : EVE);
    write_octets("line.yaml.seal", writer_bytes(&w));
    policy_free(policy);
}

/* "": accepted */
static const char *accept_files(void)
{
    static char why[512];
    struct line_policy *policy = policy_accept(in_folder("demarc.yaml"));
    snprintf(why, sizeof why, "%s", policy->why);
    assert_int_equal(policy->accepted, !*why);
    policy_free(policy);
    return why;
}

static void expect(const char *why)
{
    const char *found = accept_files();
    if (!strstr(found, why) || (!*why && *found))
        fail_msg("%s, and not: %s", *found ? found : "accepted", why);
}

static uint32_t serial_in_force(void)
{
    struct config_error error;
    struct config *config = policy_load(in_folder("demarc.yaml"), &error);
    if (!config)
        fail_msg("%s", error.text);
    const uint32_t serial = config->inventory.serial;
    config_free(config);
    return serial;
}

static void accept_first(void)
{
    write_file("assets.csv", rows);
    write_inventory(1, "");
    sign_inventory("ab");
    expect("");
    assert_int_equal(serial_in_force(), 1);
}

static void what_is_accepted_stays_whatever_lies_there(void **state)
{
    (void)state;
    accept_first();
    write_inventory(2, "fence: {time: 1m}\n");
    expect("line.yaml.seal:1: signatures: found signatures under another serial");
    write_file("line.yaml", "profile: lab\n");
    expect("serial: found 0");
    write_file("line.yaml", "domains: [\n");
    expect("line.yaml:2: file");
    unlink(in_folder("line.yaml"));
    expect("No such file");
    assert_int_equal(serial_in_force(), 1);
}

static void a_list_is_signed_too(void **state)
{
    (void)state;
    accept_first();
    write_file("assets.csv", "name,kind,vendor,class\nhost-2,host,own,transport\n");
    expect("serial: found 1, expected a later one than the running state's 1");
    write_inventory(2, "");
    sign_inventory("ab");
    write_file("assets.csv", rows);
    expect("found signatures under another assets.csv");
    write_file("assets.csv", "name,kind,vendor,class\nhost-2,host,own,transport\n");
    expect("");
    assert_int_equal(serial_in_force(), 2);
}

static void a_profile_of_ones_own_is_signed_too(void **state)
{
    static const char profile[] = "title: own\nrules: [{rule: H1, most: 30}]\n";
    (void)state;
    write_file("assets.csv", rows);
    write_file("own.yaml", profile);
    write_inventory(1, "profile: ./own.yaml\n");
    sign_inventory("ab");
    write_file("own.yaml", "title: own\nrules: [{rule: H1, most: 90}]\n");
    expect("found signatures under another ./own.yaml");
    write_file("own.yaml", profile);
    expect("");
    write_file("own.yaml", "title: own\nsignatures: 0\n");
    expect("own.yaml:2: signatures: found 0");
}

static void what_was_accepted_needs_no_seal_again(void **state)
{
    (void)state;
    accept_first();
    unlink(in_folder("line.yaml.seal"));
    expect("");
    assert_int_equal(serial_in_force(), 1);
}

static void nobody_signs_for_others(void **state)
{
    (void)state;
    accept_first();
    write_inventory(2, "fence: {time: 1m}\n");
    sign_inventory("e");
    expect("found nobody's, expected 2 of ann, bob");
    sign_inventory("ae");
    expect("found ann, expected 2");
    assert_int_equal(serial_in_force(), 1);
}

static void the_past_does_not_come_back_by_a_restart(void **state)
{
    (void)state;
    accept_first();
    write_inventory(2, "fence: {time: 1m}\n");
    sign_inventory("ab");
    expect("");
    write_inventory(1, "");
    sign_inventory("ab");
    expect("serial: found 1, expected a later one than the running state's 2");
    assert_int_equal(serial_in_force(), 2);
}

static void what_kept_copies_say_is_looked_at(void **state)
{
    struct config_error error;
    (void)state;
    accept_first();
    run("for f in %s/state/line/*; do echo '# more' >> $f; done", folder);
    assert_null(policy_load(in_folder("demarc.yaml"), &error));
    write_inventory(2, "fence: {time: 1m}\n");
    sign_inventory("ab");
    expect("found something else than its name says");
}

static void copies_of_former_states_go(void **state)
{
    (void)state;
    accept_first();
    write_inventory(2, "fence: {time: 1m}\n");
    sign_inventory("ab");
    expect("");
    run("test $(ls %s/state/line | wc -l) = 4", folder); /* the seal, the inventory, the profile, the rows */
}

static void files_that_are_none_are_refused(void **state)
{
    (void)state;
    write_inventory(1, "");
    assert_int_equal(mkfifo(in_folder("assets.csv"), 0600), 0);
    expect("assets.csv:1: file: found no regular file");
    unlink(in_folder("assets.csv"));
    assert_int_equal(symlink("/dev/zero", in_folder("assets.csv")), 0);
    expect("assets.csv:1: file: found no regular file");
    unlink(in_folder("assets.csv"));
    assert_int_equal(mkdir(in_folder("assets.csv"), 0700), 0);
    expect("assets.csv:1: file: found no regular file");
    assert_int_equal(rmdir(in_folder("assets.csv")), 0);
    expect("assets.csv:1: file: found No such file");
    write_octets("assets.csv", BYTES("name,kind,vendor,class\nx,host,own,access\n\0y,host,own,access\n"));
    expect("assets.csv:3: file: found a NUL, expected text");
}

static void a_line_without_end_is_refused(void **state)
{
    char *text = malloc(100000);
    (void)state;
    write_inventory(1, "");
    memset(text, 'x', 100000);
    memcpy(text, rows, sizeof rows - 1);
    write_octets("assets.csv", bytes_of(text, 100000));
    free(text);
    expect("assets.csv:3: row: found more than 4095 characters, expected fewer");
}

static void nothing_is_written_through_a_link(void **state)
{
    (void)state;
    assert_int_equal(mkdir(in_folder("state"), 0700), 0);
    assert_int_equal(mkdir(in_folder("elsewhere"), 0700), 0);
    assert_int_equal(symlink(in_folder("elsewhere"), in_folder("state/line")), 0);
    write_file("assets.csv", rows);
    write_inventory(1, "");
    sign_inventory("ab");
    expect("expected room for the line's state");
    run("test -z \"$(ls %s/elsewhere)\"", folder);
}

#define FAR_CORE                                                                                          \
    "profile: uk-2020-01\nassets: [{name: amf-2, kind: function, vendor: far, class: core, reason: why, " \
    "reviewed: 2026-06-01}]\n"

/* Its vendors are others than those of write_inventory. */
static void write_broken(unsigned serial)
{
    char text[2048];
    snprintf(text, sizeof text,
             "serial: %u\nauthorised: [%s, %s]\nvendors: [{name: own, risk: trusted}, {name: far}]\n"
             "domains: [{name: o, vendor: own, listen: ['::1']}]\nassets_from: [assets.csv]\n" FAR_CORE,
             serial, person_of(ANN), person_of(BOB));
    write_file("line.yaml", text);
}

static void a_change_that_breaks_a_rule_is_refused_and_what_runs_stays(void **state)
{
    (void)state;
    accept_first();
    write_broken(2);
    sign_inventory("ab");
    expect("line.yaml:7: class: found amf-2, expected what rule L1 of uk-2020-01 allows");
    assert_int_equal(serial_in_force(), 1);
}

static void accept_directly(void)
{
    uint8_t space[NOTE_BYTES];
    struct config_error error;
    struct config_report report = {0};
    FILE *file = fopen(in_folder("line.yaml.seal"), "r");
    struct line_policy *policy = policy_read(in_folder("demarc.yaml"), NULL, &report);
    assert_non_null(file);
    const struct bytes seal = bytes_of(space, fread(space, 1, sizeof space, file));
    fclose(file);
    if (!accepted_write(policy->config->state_dir, policy->config->inventory.bundle, seal, &error))
        fail_msg("%s", error.text);
    policy_free(policy);
}

/* As time goes by, limits begin and reviews grow old. */
static void what_has_come_to_break_a_rule_stays_in_force_with_a_warning(void **state)
{
    (void)state;
    accept_first();
    write_broken(2);
    sign_inventory("ab");
    accept_directly();
    struct line_policy *policy = policy_accept(in_folder("demarc.yaml"));
    if (!policy->accepted)
        fail_msg("%s", policy->why);
    assert_non_null(strstr(policy->warned, "found amf-2, expected what rule L1"));
    assert_int_equal(policy->audit.broken, 1);
    assert_int_equal(policy->audit.rule, CONFIG_L1);
    policy_free(policy);
    write_broken(3); /* but a change has to mend it */
    sign_inventory("ab");
    expect("found amf-2, expected what rule L1");
    assert_int_equal(serial_in_force(), 2);
}

static void a_lab_needs_nothing(void **state)
{
    (void)state;
    write_file("line.yaml", "profile: lab\n");
    expect("");
    write_file("line.yaml", "profile: lab\nfence: {time: 1m}\n");
    expect("");
    write_file("line.yaml", "profile: uk-dvd-2022\n");
    expect("line.yaml:1: authorised: found nobody");
    write_file("assets.csv", rows);
    write_inventory(0, "");
    sign_inventory("ab");
    expect("");
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(what_is_accepted_stays_whatever_lies_there),
        FRESH(a_list_is_signed_too),
        FRESH(a_profile_of_ones_own_is_signed_too),
        FRESH(what_was_accepted_needs_no_seal_again),
        FRESH(nobody_signs_for_others),
        FRESH(the_past_does_not_come_back_by_a_restart),
        FRESH(what_kept_copies_say_is_looked_at),
        FRESH(copies_of_former_states_go),
        FRESH(files_that_are_none_are_refused),
        FRESH(a_line_without_end_is_refused),
        FRESH(nothing_is_written_through_a_link),
        FRESH(a_change_that_breaks_a_rule_is_refused_and_what_runs_stays),
        FRESH(what_has_come_to_break_a_rule_stays_in_force_with_a_warning),
        FRESH(a_lab_needs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
