/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold between the configuration and its inventory, which are files of different people. */
#include <string.h>

#include "config/schema.h"

/* A data network's partner and label are in the inventory. */
static bool knows_partner(const struct config *config, const struct config_dnn *dnn,
                          struct config_report *report)
{
    const struct config_inventory *inventory = &config->inventory;
    return !*dnn->partner ||
           (config_find_partner(inventory, dnn->partner) && config_find_label(inventory, dnn->label)) ||
           config_report(report,
                         "%s:1: data_networks: found %s with partner %s and label %s, expected some of the "
                         "inventory's",
                         inventory->file, dnn->name, dnn->partner, dnn->label);
}

static bool slice_among(const struct config_slice *slices, unsigned count, struct config_slice slice)
{
    for (unsigned i = 0; i < count; i++)
        if (config_slice_equal(slices[i], slice))
            return true;
    return false;
}

static bool knows_slice(const struct config *config, struct config_slice slice)
{
    for (unsigned i = 0; i < config->network.serving_count; i++)
        if (slice_among(config->network.serving[i].slices, config->network.serving[i].slice_count, slice))
            return true;
    for (unsigned i = 0; i < config->inventory.gnb_count; i++)
        if (slice_among(config->inventory.gnbs[i].slices, config->inventory.gnbs[i].slice_count, slice))
            return true;
    return false;
}

/* Who protects what there is not protects nothing, and does not know it. What other cores have is not known here. */
static bool unknown(const struct config *config, const void *item, const char *key, const char *name,
                    const char *expected, struct config_report *report)
{
    static const char format[] = "%s:%u: protected.%s: found %s, expected %s%s";
    const struct config_inventory *inventory = &config->inventory;
    const unsigned line = config_line(inventory, item);
    return config->peer_count ? config_warn(report, format, inventory->file, line, key, name, expected,
                                            ", if no other core's")
                              : config_report(report, format, inventory->file, line, key, name, expected, "");
}

static bool protects_known(const struct config *config, struct config_report *report)
{
    const struct config_protected *protected = &config->inventory.protected;
    char text[VALUE_TEXT_BYTES];
    bool good = true;
    for (unsigned i = 0; i < protected->slice_count; i++)
        good &=
            knows_slice(config, protected->slices[i]) ||
            unknown(config, &protected->slices[i], "slices", config_slice_text(protected->slices[i], text),
                    "a slice of network.plmns or of one of gnbs", report);
    for (unsigned i = 0; i < protected->data_network_count; i++)
        good &= config_find_dnn(config, protected->data_networks[i]) ||
                unknown(config, &protected->data_networks[i], "data_networks", protected->data_networks[i],
                        "one of data_networks", report);
    return good;
}

/* Then nothing counts as witnessed, and no answer that rests on it can be given. */
static void warn_of_quorum(const struct config *config, struct config_report *report)
{
    const struct config_recorder *recorder = &config->recorder;
    if (recorder->quorum > recorder->witness_count)
        config_warn(report, "%s:1: profile: found a quorum of %u, expected as many recorder.witnesses (%u)",
                    config->inventory.file, recorder->quorum, recorder->witness_count);
}

bool config_agrees(const struct config *config, struct config_report *report)
{
    bool good = true;
    for (unsigned i = 0; i < config->smf.dnn_count; i++)
        good &= knows_partner(config, &config->smf.dnns[i], report);
    warn_of_quorum(config, report);
    good &= config_planes_agree(config, report);
    return protects_known(config, report) && good;
}
