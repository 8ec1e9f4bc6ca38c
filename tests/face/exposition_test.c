/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <stdlib.h>
#include <string.h>

#include "face/exposition.h"

static void samples_of_one_metric_stand_together(void **state)
{
    (void)state;
    struct exposition out;
    json_t *control = json_loads(
        "[{\"name\": \"gnb\", \"type\": \"gauge\", \"help\": \"gNBs\", \"value\": 2},"
        " {\"name\": \"x_total\", \"type\": \"counter\", \"help\": \"a \\\\ b\\nc\", \"value\": 1.5,"
        "  \"labels\": {\"cause\": \"a \\\"b\\\"\"}}]",
        0, NULL);
    json_t *edge =
        json_loads("[{\"name\": \"x_total\", \"value\": 3, \"labels\": {\"cause\": \"c\", \"edge\": \"e\"}},"
                   " {\"name\": \"bad name\", \"value\": 1}, {\"name\": \"no_value\"}, 5]",
                   0, NULL);
    json_t *process =
        json_loads("{\"process\": \"control\", \"cpu_seconds\": 0.25, \"started\": 100}", 0, NULL);
    exposition_init(&out);
    exposition_add(&out, control);
    exposition_add(&out, edge);
    exposition_add(&out, NULL);
    exposition_add_process(&out, process);
    exposition_add_process(&out, NULL);
    char *text = exposition_text(&out);
    assert_string_equal(
        text,
        "# HELP gnb gNBs\n# TYPE gnb gauge\ngnb 2\n"
        "# HELP x_total a \\\\ b\\nc\n# TYPE x_total counter\n"
        "x_total{cause=\"a \\\"b\\\"\"} 1.5\nx_total{cause=\"c\",edge=\"e\"} 3\n"
        "# HELP process_cpu_seconds_total CPU time used.\n# TYPE process_cpu_seconds_total counter\n"
        "process_cpu_seconds_total{process=\"control\"} 0.25\n"
        "# HELP process_start_time_seconds Start, in Unix seconds.\n"
        "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds{process=\"control\"} 100\n");
    free(text);
    json_decref(control);
    json_decref(edge);
    json_decref(process);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(samples_of_one_metric_stand_together)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
