/* SPDX-License-Identifier: Apache-2.0 */
#include "face/line_stand.h"

#include <time.h>

#include "face/ask.h"
#include "kit/timers.h"

static bool take_ledger(struct stand *stand)
{
    struct config_report report = {.to = stderr};
    stand->ledger = ledger_new(&stand->config->inventory, &report);
    return stand->ledger != NULL;
}

/* As control measures it, if it runs; else it is not known. */
static void take_traffic(struct stand *stand)
{
    json_t *status = ask_quietly(stand->config, "control", NULL, "status");
    const json_t *traffic = json_object_get(json_object_get(status, "shares"), "traffic");
    struct line_measured *measured = &stand->facts.measured;
    measured->traffic_known = json_is_true(json_object_get(traffic, "known"));
    measured->bytes = (uint64_t)json_integer_value(json_object_get(traffic, "octets"));
    measured->high_risk_bytes = (uint64_t)json_integer_value(json_object_get(traffic, "high_risk_octets"));
    json_decref(status);
}

bool stand_take(struct stand *stand, const char *config_path, const char *date)
{
    return stand_take_of(stand, config_path, NULL, date);
}

static struct config *load_with(const char *config_path, const char *inventory)
{
    struct config_report report = {.to = stderr};
    return inventory ? config_load_reporting(config_path, inventory, &report) : load_or_fail(config_path);
}

bool stand_take_of(struct stand *stand, const char *config_path, const char *inventory, const char *date)
{
    struct config_date day = config_date_of(SECONDS(time(NULL)));
    *stand = (struct stand){0};
    if (date && !config_date_parse(date, &day)) {
        failed("%s is no day such as 2027-12-31", date);
        return false;
    }
    stand->config = load_with(config_path, inventory);
    if (!stand->config || !take_ledger(stand)) {
        stand_leave(stand);
        return false;
    }
    const struct config_inventory *taken = &stand->config->inventory;
    stand->facts = (struct line_facts){
        .ledger = stand->ledger,
        .profile = &taken->profile,
        .measured = {.lapsed = taken->ran_port.interface_count ? 0 : LINE_BIT(CONFIG_L2)},
        .date = day,
    };
    take_traffic(stand);
    return true;
}

void stand_leave(struct stand *stand)
{
    ledger_free(stand->ledger);
    config_free(stand->config);
}
