/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any request to the admin socket of a control process whose core has phones, a line each. Every one is answered, no answer holds a
 * key, and nothing that was set going goes on for ever. The core lives on for some inputs, with what was done to it.
 */
#include <stdlib.h>

#include "../fuzz/must.h"
#include "captured.h"
#include "core/control.h"
#include "kit/co.h"
#include "kit/log.h"

enum { INPUTS = 16, REQUESTS = 16, PAUSE_MS = 200, END_S = 120 };

static struct captured captured;
static struct control control;
static bool told; /* the key, by some request */

static void begin(void)
{
    static unsigned inputs = INPUTS;
    static FILE *nowhere;
    if (inputs++ < INPUTS)
        return;
    if (captured.core)
        captured_close(&captured);
    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    log_setup((struct log_settings){.level = LOG_ERROR, .to = nowhere, .name = "admin"});
    must(captured_open(&captured));
    captured_connects(&captured);
    control = (struct control){.config = captured.config,
                               .started = captured.config,
                               .config_path = "/nowhere/demarc.yaml",
                               .store = captured.store,
                               .core = captured.core,
                               .keeper.watch.fd = -1};
    inputs = 1;
    told = false;
}

/* As admin/server.c does it. */
static json_t *answer(const json_t *request)
{
    const char *verb = json_string_value(json_object_get(request, "verb"));
    for (size_t i = 0; verb && i < control_verb_count; i++)
        if (strcmp(control_verbs[i].name, verb) == 0)
            return control_verbs[i].handle(&control, request);
    return admin_refuse("no such verb");
}

/* Of the phones. */
static bool holds_key(const json_t *json)
{
    char key[2 * sizeof captured.key.k + 1], *text = json_dumps(json, JSON_COMPACT);
    for (unsigned i = 0; i < captured.key.k_size; i++)
        snprintf(key + 2 * i, 3, "%02x", captured.key.k[i]);
    const bool holds = text && strcasestr(text, key);
    free(text);
    return holds;
}

/* It is shown to those who ask for secrets, and to those who have told it themselves. */
static bool may_show_key(const json_t *request)
{
    told |= request && holds_key(request);
    return told || json_is_true(json_object_get(request, "secrets"));
}

static void check(const json_t *request, json_t *reply)
{
    must(json_is_object(reply));
    must(may_show_key(request) || !holds_key(reply));
    const json_t *ok = json_object_get(reply, "ok");
    must(!json_is_false(ok) || json_is_string(json_object_get(reply, "error")));
    json_decref(reply);
}

static void ask(struct bytes line)
{
    json_t *request = json_loadb((const char *)line.data, line.len, 0, NULL);
    check(request, answer(request));
    json_decref(request);
    core_settle(control.core);
    captured_pass(&captured, MILLISECONDS(PAUSE_MS));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *at = data, *end = data + size;
    begin();
    for (unsigned i = 0; i < REQUESTS && at < end; i++) {
        const uint8_t *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        ask(bytes_of(at, (size_t)(stop - at)));
        at = stop + 1;
    }
    captured_pass(&captured, SECONDS(END_S));
    must(co_pool_running(control.core->stacks) == 0);
    must(control.core->provisional == 0);
    return 0;
}
