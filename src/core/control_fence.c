/* SPDX-License-Identifier: Apache-2.0 */
/* The admin verbs that fence gNBs (rule N5 of the line). */
#include "core/amf/bar.h"
#include "core/amf/fence.h"
#include "core/control.h"

/* An identity, or the name of an enrolled gNB. */
static bool take_gnb(const struct control *control, const json_t *request, struct config_gnb_id *id)
{
    const char *text = json_string_value(json_object_get(request, "id"));
    const struct config_gnb *enrolled = text ? config_find_gnb(&control->config->inventory, text) : NULL;
    if (enrolled)
        *id = enrolled->id;
    return enrolled || (text && config_gnb_id_parse(text, id));
}

/* Seconds; without them until a command. */
static bool take_time(const json_t *request, int64_t *time)
{
    const json_t *seconds = json_object_get(request, "seconds");
    json_int_t value = json_integer_value(seconds);
    *time = SECONDS(value);
    return !seconds || (json_is_integer(seconds) && value > 0 && value <= 366 * 24 * 3600);
}

json_t *control_fence(void *context, const json_t *request)
{
    const struct control *control = context;
    const char *reason = json_string_value(json_object_get(request, "reason"));
    struct config_gnb_id id;
    int64_t time;
    if (!take_gnb(control, request, &id))
        return admin_refuse("no gNB is called so: 999/70-00000001, or a name of the inventory");
    if (!take_time(request, &time))
        return admin_refuse("seconds is a number from 1 on, of a year at most");
    if (!fence_begin(control->core, id, time, reason && *reason ? reason : "by command"))
        return admin_refuse("out of memory");
    return json_pack("{s:s}", "state", "fenced");
}

json_t *control_unfence(void *context, const json_t *request)
{
    const struct control *control = context;
    struct config_gnb_id id;
    if (!take_gnb(control, request, &id) || !fence_lift(control->core, id))
        return admin_refuse("no such gNB is fenced");
    return json_pack("{s:s}", "state", "open");
}

void control_describe_conduct(const struct gnb *gnb, json_t *item)
{
    const struct fence *fence = fence_of(gnb->core, gnb_id_of(gnb));
    const char *vendor = gnb_vendor(gnb);
    uint64_t misdeeds = 0;
    for (unsigned i = 0; i < MISDEED_KINDS; i++)
        misdeeds += gnb->conduct.counts[i];
    json_object_set_new(item, "misdeeds", json_integer((json_int_t)misdeeds));
    if (*vendor)
        json_object_set_new(item, "vendor", json_string(vendor));
    if (gnb->barred)
        json_object_set_new(item, "barred", json_true());
    if (!fence)
        return;
    json_object_set_new(item, "fenced", json_string(fence->reason));
    if (fence->until)
        json_object_set_new(item, "fenced_until", json_integer((json_int_t)(fence->until / SECONDS(1))));
}
