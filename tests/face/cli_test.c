/* SPDX-License-Identifier: Apache-2.0 */
/* The program as its users meet it: what it prints and how it ends. No core is running. */
#include "../check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64], output[1 << 20];

/* Runs `demarc ARGUMENTS`, with FOLDER's configuration where arguments say @; both outputs together. */
static int run(const char *format, ...)
{
    char arguments[2048], command[4096];
    va_list list;
    va_start(list, format);
    vsnprintf(arguments, sizeof arguments, format, list);
    va_end(list);
    char *at = strchr(arguments, '@');
    if (at)
        *at = '\0';
    snprintf(command, sizeof command, "cd %s && '%s' %s%s%s 2>&1", folder, getenv("DEMARC"), arguments,
             at ? "--config demarc.yaml" : "", at ? at + 1 : "");
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    output[fread(output, 1, sizeof output - 1, pipe)] = '\0';
    return WEXITSTATUS(pclose(pipe));
}

static void write_file(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int set_up(void **state)
{
    (void)state;
    char text[256];
    strcpy(folder, "/tmp/demarc-cli-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(text, sizeof text, "runtime_dir: %s\nstate_dir: %s\n", folder, folder);
    write_file("demarc.yaml", text);
    write_file("line.yaml", "profile: lab\n");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

#define EXPECT(text) assert_non_null(strstr(output, text))
#define KEYS         "--k 465B5CE8B199B49FAA5F0A2EE238A6BC --opc E8ED289DEBA952E4283B54E88E6183CA"

static void a_wrong_word_gets_the_right_form(void **state)
{
    (void)state;
    assert_int_equal(run(""), 2);
    EXPECT("usage: demarc COMMAND");
    assert_int_equal(run("subscribr"), 2);
    EXPECT("did you mean subscriber?");
    assert_int_equal(run("ue --jsn @"), 2);
    EXPECT("unknown option --jsn, did you mean --json?");
    assert_int_equal(run("subscriber add @"), 2);
    EXPECT("usage: demarc subscriber add SUPI");
    assert_int_equal(run("subscriber show 12 @"), 2);
    EXPECT("12 is no SUPI");
    assert_int_equal(run("status --config"), 2);
    EXPECT("--config needs a value");
    assert_int_equal(run("edge @"), 2);
    EXPECT("usage: demarc edge NAME");
    assert_int_equal(run("help"), 0);
    EXPECT("subscriber");
    assert_int_equal(run("--version"), 0);
    EXPECT("demarc ");
}

static void check_gives_the_verdict(void **state)
{
    (void)state;
    assert_int_equal(run("check demarc.yaml"), 0);
    EXPECT("demarc.yaml: good");
    EXPECT("public test key");
    write_file("wrong.yaml", "limits:\n  gnbs: many\n");
    assert_int_equal(run("check wrong.yaml"), 1);
    assert_string_equal(output,
                        "wrong.yaml:2: limits.gnbs: found many, expected a number from 1 to 100000\n");
    assert_int_equal(run("check --print demarc.yaml"), 0);
    EXPECT("plmn: 999/70");
    assert_int_equal(run("run --config wrong.yaml"), 1);
    EXPECT("wrong.yaml:2: limits.gnbs");
}

static void a_core_that_does_not_run_is_said_to(void **state)
{
    (void)state;
    assert_int_equal(run("ue @"), 1);
    EXPECT("the core is not running");
    EXPECT("demarc run");
    assert_int_equal(run("status @"), 1);
    EXPECT("down");
}

static void a_subscriber_lives_in_the_database_without_a_core(void **state)
{
    (void)state;
    assert_int_equal(run("subscriber add 999700000000001 " KEYS " @"), 0);
    assert_int_equal(run("subscriber add imsi-999700000000001 " KEYS " @"), 1);
    EXPECT("there is one already");
    assert_int_equal(run("subscriber set 999700000000001 --dnn ims --ipv4 10.46.0.9 --status barred @"), 0);
    assert_int_equal(run("subscriber show 999700000000001 @"), 0);
    EXPECT("10.46.0.9");
    EXPECT("barred");
    assert_null(strstr(output, "465b"));
    assert_int_equal(run("subscriber show 999700000000001 --secrets --json @"), 0);
    EXPECT("465b5ce8b199b49faa5f0a2ee238a6bc");
    assert_int_equal(run("subscriber set 999700000000001 --ipv4 nowhere @"), 1);
    EXPECT("slice[0].session[0].ue.ipv4: found nowhere, expected an IPv4 address");
    assert_int_equal(run("subscriber list @"), 0);
    EXPECT("999700000000001  barred");
    assert_int_equal(run("subscriber remove 999700000000001 @"), 0);
    assert_int_equal(run("subscriber remove 999700000000001 @"), 1);
    EXPECT("not found");
}

static void an_export_imports_to_the_same(void **state)
{
    (void)state;
    assert_int_equal(run("subscriber add 999700000000001 --name 'a \"b\", c' " KEYS " @"), 0);
    assert_int_equal(run("subscriber add 001010000000001 --sst 2 --sd 00000a --sqn 77 " KEYS " @"), 0);
    assert_int_equal(run("subscriber export --secrets @"), 0);
    char *first = strdup(output);
    static const char *const forms[] = {"csv", "json"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(run("subscriber export --secrets --format %s @ > all", forms[i]), 0);
        assert_int_equal(run("subscriber remove 999700000000001 001010000000001 @"), 0);
        assert_int_equal(run("subscriber import all @"), 0);
        EXPECT("2 written, 0 removed, 0 bad rows");
        assert_int_equal(run("subscriber export --secrets @"), 0);
        assert_string_equal(output, first);
    }
    free(first);
}

static void command_lists_are_carried_out(void **state)
{
    (void)state;
    write_file(
        "list",
        "#!/bin/sh\n"
        "dbctl add 001010000000001 465B5CE8B199B49FAA5F0A2EE238A6BC E8ED289DEBA952E4283B54E88E6183CA\n"
        "add 001010000000002 10.45.0.3 465B5CE8B199B49FAA5F0A2EE238A6BC 'E8ED289DEBA952E4283B54E88E6183CA'\n"
        "add_ue_with_apn 001010000000003 465B5CE8B199B49FAA5F0A2EE238A6BC "
        "E8ED289DEBA952E4283B54E88E6183CA ims # words\n"
        "add_ue_with_slice 001010000000004 465B5CE8B199B49FAA5F0A2EE238A6BC "
        "E8ED289DEBA952E4283B54E88E6183CA internet 1 010203\n"
        "\n"
        "static_ip 001010000000001 10.45.0.7\n"
        "ambr_speed 001010000000001 2 3 500 2\n"
        "remove 001010000000002\n");
    assert_int_equal(run("subscriber import list @"), 0);
    EXPECT("3 written, 0 removed, 0 bad rows");
    assert_int_equal(run("subscriber list @"), 0);
    EXPECT("001010000000001  active  1         internet  500 Mbps");
    EXPECT("001010000000003  active  1         ims");
    EXPECT("001010000000004  active  1-010203  internet");
    assert_null(strstr(output, "001010000000002"));
    assert_int_equal(run("subscriber show 001010000000001 @"), 0);
    EXPECT("10.45.0.7");
}

static void a_bad_row_is_named_and_nothing_changes_unless_asked(void **state)
{
    (void)state;
    write_file(
        "rows.csv",
        "# Name,Auth,IMSI,Key,OP_Type,OP/OPc,AMF,SQN,QCI,IP_alloc\n"
        "ue1,mil,001010123456789,00112233445566778899aabbccddeeff,opc,63bfa50ee6523365ff14c1f45f88737d,9001,"
        "0000000004d2,7,dynamic\n"
        "ue2,xor,001010123456780,00112233445566778899aabbccddeeff,opc,63bfa50ee6523365ff14c1f45f88737d,9001,"
        "0000000004d2,7,dynamic\n"
        "ue3,mil,001010123456781\n");
    assert_int_equal(run("subscriber import rows.csv @"), 1);
    EXPECT("rows.csv:3: algorithm: found xor, expected mil\n");
    EXPECT("rows.csv:4: found 3 columns");
    EXPECT("nothing was changed");
    assert_int_equal(run("subscriber list @"), 0);
    EXPECT("no subscribers");
    assert_int_equal(run("subscriber import --skip-bad rows.csv @"), 1);
    EXPECT("1 written, 0 removed, 2 bad rows");
    assert_int_equal(run("subscriber show 001010123456789 --secrets @"), 0);
    EXPECT("1234\n");
    write_file("rows.json", "[{\"imsi\": \"99970\"},\n {\"imsi\" 5}]\n");
    assert_int_equal(run("subscriber import rows.json @"), 1);
    EXPECT("rows.json:1: security.k: found nothing");
    EXPECT("rows.json:2: found ':' expected near '5'");
    assert_int_equal(run("subscriber import nowhere @"), 1);
    EXPECT("nowhere: No such file or directory");
}

static void a_network_behind_a_phone_that_no_plane_would_serve_is_refused_at_once(void **state)
{
    (void)state;
    assert_int_equal(run("subscriber add 999700000000001 " KEYS " --ipv4-routes 10.45.5.0/24 @"), 1);
    EXPECT("ipv4FrameRouteList: found 10.45.5.0/24, expected a network apart from the pool 10.45.0.0/16 of "
           "internet\n");
    assert_int_equal(run("subscriber add 999700000000001 " KEYS " --ipv4-routes 172.20.0.0/16 @"), 0);
    assert_int_equal(run("subscriber set 999700000000001 --ipv4-routes '172.20.0.0/16 127.0.0.0/8' @"), 1);
    assert_int_equal(run("subscriber add 999700000000002 " KEYS " --ipv4-routes 172.20.9.0/24 @"), 1);
    EXPECT("found 172.20.9.0/24, expected a network apart from those of imsi-999700000000001 in internet\n");
    write_file("routes.csv",
               "imsi,k,opc,ipv4_routes\n"
               "999700000000003,465B5CE8B199B49FAA5F0A2EE238A6BC,E8ED289DEBA952E4283B54E88E6183CA,"
               "172.21.0.0/16\n"
               "999700000000004,465B5CE8B199B49FAA5F0A2EE238A6BC,E8ED289DEBA952E4283B54E88E6183CA,"
               "172.22.0.0/16\n"
               "999700000000005,465B5CE8B199B49FAA5F0A2EE238A6BC,E8ED289DEBA952E4283B54E88E6183CA,"
               "172.21.7.0/24\n"
               "999700000000006,465B5CE8B199B49FAA5F0A2EE238A6BC,E8ED289DEBA952E4283B54E88E6183CA,"
               "10.45.128.0/17\n");
    assert_int_equal(run("subscriber import routes.csv @"), 1);
    EXPECT("routes.csv:4: imsi-999700000000005: ipv4FrameRouteList: found 172.21.7.0/24, expected a network "
           "apart from 172.21.0.0/16 of imsi-999700000000003 in line 2\n");
    EXPECT("routes.csv:5: slice[0].session[0].ipv4FrameRouteList: found 10.45.128.0/17, expected a network "
           "apart "
           "from the pool 10.45.0.0/16 of internet\n");
    EXPECT("2 bad rows, nothing was changed");
    assert_int_equal(run("subscriber import --skip-bad routes.csv @"), 1);
    EXPECT("2 written, 0 removed, 2 bad rows");
    write_file("taken.csv",
               "imsi,k,opc,ipv4_routes\n"
               "999700000000007,465B5CE8B199B49FAA5F0A2EE238A6BC,E8ED289DEBA952E4283B54E88E6183CA,"
               "172.23.0.0/16\n"
               "999700000000008,465B5CE8B199B49FAA5F0A2EE238A6BC,E8ED289DEBA952E4283B54E88E6183CA,"
               "172.22.0.0/16\n");
    assert_int_equal(run("subscriber import taken.csv @"), 1);
    EXPECT("imsi-999700000000008: slice[0].session[0].ipv4FrameRouteList: found 172.22.0.0/16");
    EXPECT("nothing was written");
    assert_int_equal(run("subscriber show 999700000000007 @"), 1);
}

enum { MANY = 250 }; /* more than go into one message */

/* The first has the one network behind his phone, the last the other. */
static void write_many(const char *name, const char *first, const char *last)
{
    char text[MANY * 128];
    int length = snprintf(text, sizeof text, "imsi,k,opc,ipv4_routes\n");
    for (int i = 0; i < MANY; i++)
        length += snprintf(text + length, sizeof text - (size_t)length,
                           "999700000000%03d,465B5CE8B199B49FAA5F0A2EE238A6BC,"
                           "E8ED289DEBA952E4283B54E88E6183CA,%s\n",
                           i,
                           i == 0          ? first
                           : i == MANY - 1 ? last
                                           : "");
    write_file(name, text);
}

static void networks_behind_phones_change_hands_however_far_apart_they_are_in_a_file(void **state)
{
    (void)state;
    write_many("before.csv", "172.21.0.0/16", "172.22.0.0/16");
    write_many("after.csv", "172.22.0.0/16", "172.21.0.0/16");
    write_many("taken.csv", "172.21.0.0/16", "172.23.0.0/16");
    assert_int_equal(run("subscriber import before.csv @"), 0);
    assert_int_equal(run("subscriber import after.csv @"), 0);
    EXPECT("250 written, 0 removed, 0 bad rows");
    assert_int_equal(run("subscriber add 999700000001000 " KEYS " --ipv4-routes 172.23.0.0/16 @"), 0);
    assert_int_equal(run("subscriber import taken.csv @"), 1);
    EXPECT("found 172.23.0.0/16, expected a network apart from those of imsi-999700000001000");
    EXPECT("nothing was written");
    assert_int_equal(run("subscriber show 999700000000000 @"), 0);
    EXPECT("172.22.0.0/16");
    assert_int_equal(run("subscriber add 999700000001001 " KEYS " --ipv4-routes 172.22.0.0/16 @"), 1);
    EXPECT("found 172.22.0.0/16, expected a network apart from those of imsi-999700000000000");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_wrong_word_gets_the_right_form),
        TEST(check_gives_the_verdict),
        TEST(a_core_that_does_not_run_is_said_to),
        TEST(a_subscriber_lives_in_the_database_without_a_core),
        TEST(an_export_imports_to_the_same),
        TEST(command_lists_are_carried_out),
        TEST(a_bad_row_is_named_and_nothing_changes_unless_asked),
        TEST(a_network_behind_a_phone_that_no_plane_would_serve_is_refused_at_once),
        TEST(networks_behind_phones_change_hands_however_far_apart_they_are_in_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
