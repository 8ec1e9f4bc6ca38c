/* SPDX-License-Identifier: Apache-2.0 */
/* The process of control where it cannot begin: it says so, and ends as one that had begun. */
#include "../check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lab_config.h"
#include "core/control.h"
#include "kit/log.h"

static char folder[] = "/tmp/control-test-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* Runs with these lines besides. */
static int code_with(const char *lines, const char *inventory)
{
    char text[512];
    struct config_error error;
    snprintf(text, sizeof text,
             "runtime_dir: %s/run\nstate_dir: %s\nplanes: [{name: p, n4: 127.0.0.7, n3: [127.0.0.7]}]\n%s\n",
             folder, folder, lines);
    struct config *config = lab_config(text, inventory, &error);
    if (!config)
        fail_msg("%s", error.text);
    return control_main(config, NULL, "control");
}

static void a_store_that_cannot_be_read_ends_it(void **state)
{
    FILE *file = fopen(in_folder("demarc.db"), "w");
    (void)state;
    assert_non_null(file);
    for (unsigned i = 0; i < 1024; i++)
        fputs("no database", file);
    fclose(file);
    assert_int_equal(code_with("", NULL), 1);
    unlink(in_folder("demarc.db"));
    assert_int_equal(mkdir(in_folder("demarc.db"), 0700), 0);
    assert_int_equal(code_with("", NULL), 1);
    rmdir(in_folder("demarc.db"));
}

/* 192.0.2.0/24 is nobody's (RFC 5737). */
static void addresses_that_are_not_ours_end_it(void **state)
{
    (void)state;
    assert_int_equal(code_with("smf: {n4: 192.0.2.1}", NULL), 1);
    assert_int_equal(code_with("smf: {n4: 127.0.0.9}",
                               "profile: lab\nisolation: none\ndomains: [{name: a, listen: [192.0.2.1]}]"),
                     1);
    assert_int_equal(code_with("smf: {n4: 127.0.0.9}\nsbi: {listen: 192.0.2.1}\n"
                               "peers: [{name: other, address: 192.0.2.2, amf_pointer: 2}]",
                               NULL),
                     1);
}

static int clean_up(void **state)
{
    static const char *const files[] = {"demarc.db", "demarc.db-wal", "demarc.db-shm", "run/control.sock",
                                        "run/edge-a.sock"};
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        unlink(in_folder(files[i]));
    return rmdir(in_folder("run")) || rmdir(folder) ? -1 : 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_that_cannot_be_read_ends_it),
        cmocka_unit_test(addresses_that_are_not_ours_end_it),
    };
    if (!mkdtemp(folder))
        return 1;
    return cmocka_run_group_tests(tests, NULL, clean_up);
}
