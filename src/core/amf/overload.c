/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Overload Start and Stop (TS 38.413 8.7.6, 8.7.7): while too many procedures are under way, gNBs hold new signalling back.
 */
#include "core/amf/n2.h"
#include "kit/co.h"
#include "kit/log.h"

#define PATIENCE SECONDS(10)

static void overload_start(struct gnb *gnb)
{
    struct ngap_overload_response response = {
        .which = NGAP_OVERLOAD_RESPONSE_OVERLOAD_ACTION,
        .overload_action = NGAP_OVERLOAD_ACTION_REJECT_RRC_CR_SIGNALLING,
    };
    if (!gnb->overload_told && gnb->ready)
        gnb->overload_told = n2_send(gnb, NGAP_OVERLOAD_START,
                                     &(struct ngap_overload_start){.amf_overload_response = &response});
}

static void overload_stop(struct gnb *gnb)
{
    if (gnb_is_shut(gnb))
        return;
    if (gnb->overload_told)
        n2_send(gnb, NGAP_OVERLOAD_STOP, &(struct ngap_overload_stop){0});
    gnb->overload_told = false;
}

static void each_gnb(struct core *core, void (*tell)(struct gnb *gnb))
{
    size_t cursor = 0;
    void *gnb;
    while (map_next(&core->gnbs, &cursor, NULL, &gnb))
        tell(gnb);
}

static bool loaded(const struct core *core)
{
    const struct config_limits *limits = &core->config->limits;
    return (uint64_t)co_pool_running(core->stacks) * 100 >= (uint64_t)limits->procedures * limits->overload;
}

static void overload_ends(struct timer *timer)
{
    struct core *core = (struct core *)((char *)timer - offsetof(struct core, overload));
    if (loaded(core)) {
        amf_overloaded(core);
        return;
    }
    log_info("amf", NULL, "overload is over");
    each_gnb(core, overload_stop);
}

void amf_hold_back(struct gnb *gnb)
{
    struct core *core = gnb->core;
    core->overload.fire = overload_ends;
    if (timer_armed(&core->overload) || timer_start(core->timers, &core->overload, PATIENCE))
        overload_start(gnb);
}

void amf_let_go(struct gnb *gnb)
{
    if (!loaded(gnb->core))
        overload_stop(gnb);
}

void amf_forgot_overload(struct gnb *gnb)
{
    gnb->overload_told = true;
    amf_let_go(gnb);
}

void amf_overloaded(struct core *core)
{
    core->overload.fire = overload_ends;
    if (timer_start(core->timers, &core->overload, PATIENCE))
        each_gnb(core, overload_start);
}

void amf_watch_load(struct core *core)
{
    if (timer_armed(&core->overload) || !loaded(core))
        return;
    log_warning("amf", NULL, "overload: %u procedures are under way", co_pool_running(core->stacks));
    amf_overloaded(core);
}
