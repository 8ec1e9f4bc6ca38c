/* SPDX-License-Identifier: Apache-2.0 */
/* What the line has to say goes to the recorder. Signalling waits for none of it. */
#include "core/control.h"
#include "crypt/random.h"
#include "line/reporter.h"

enum { DIFFERENT = 4096 };

bool control_evidence_open(struct control *control)
{
    const struct config_recorder *config = &control->config->recorder;
    control->evidence = reporter_new(&(struct reporter_settings){.loop = control->loop,
                                                                 .unit = "control",
                                                                 .chance = random_u64(random_system()),
                                                                 .queue_bytes = config->queue_bytes,
                                                                 .different = DIFFERENT,
                                                                 .patience = config->patience,
                                                                 .quorum_within = config->quorum_within});
    return control->evidence;
}

void control_evidence_metrics(const struct control *control, json_t *list)
{
    if (!control->evidence)
        return;
    json_array_append_new(list,
                          json_pack("{s:s, s:s, s:s, s:I}", "name", "demarc_evidence_waiting_bytes", "type",
                                    "gauge", "help", "Evidence in control that is not durable yet.", "value",
                                    (json_int_t)reporter_waiting(control->evidence)));
    json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:I}", "name", "demarc_evidence_lost_total",
                                          "type", "counter", "help", "Evidence that found no place to wait.",
                                          "value", (json_int_t)reporter_lost(control->evidence)));
}
