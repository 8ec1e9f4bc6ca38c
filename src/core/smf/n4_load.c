/* SPDX-License-Identifier: Apache-2.0 */
/* How loaded planes are (TS 29.244 6.2.3 load control, 6.2.4 overload control): as they say, or as their sessions tell. */
#include "core/smf/n4.h"
#include "kit/log.h"

enum { PERCENT = 100 };

/* 8.2.35: a unit in the upper three bits, how many of them in the lower five. */
static int64_t timer_value(uint8_t timer)
{
    static const int64_t units[] = {SECONDS(2),     SECONDS(60), SECONDS(600), SECONDS(3600),
                                    SECONDS(36000), SECONDS(60), SECONDS(60)};
    const unsigned unit = timer >> 5;
    return unit == sizeof units / sizeof *units ? INT64_MAX / 2 : units[unit] * (timer & 31);
}

/* Numbers begin anew with the plane, and wrap: what is not newer was overtaken (6.2.3.3.2). */
static bool is_newer(bool known, uint32_t before, uint32_t now)
{
    return !known || (int32_t)(now - before) > 0;
}

static void take_overload(struct upf *upf, const struct pfcp_overload_control *said)
{
    const bool was = n4_reduction(upf) != 0;
    upf->overload = (struct n4_overload){.told = true,
                                         .sequence = said->sequence,
                                         .reduction = said->metric > PERCENT ? PERCENT : said->metric,
                                         .until = upf->smf->core->timers->now + timer_value(said->period)};
    if (!was && n4_reduction(upf))
        log_warning("smf", NULL, "plane %s is overloaded: %u %% fewer new sessions", upf->name,
                    n4_reduction(upf));
}

static void take(struct upf *upf, const struct pfcp_load_control *load,
                 const struct pfcp_overload_control *overload)
{
    if (load && is_newer(upf->load_told, upf->load_sequence, load->sequence)) {
        upf->load_told = true;
        upf->load_sequence = load->sequence;
        upf->load = load->metric > PERCENT ? PERCENT : load->metric;
    }
    if (overload && is_newer(upf->overload.told, upf->overload.sequence, overload->sequence))
        take_overload(upf, overload);
}

#define TAKE(body)                                                   \
    take(upf, (body).has_load_control ? &(body).load_control : NULL, \
         (body).has_overload_control ? &(body).overload_control : NULL)

void n4_load_heard(struct upf *upf, const struct pfcp_message *message)
{
    switch (message->type) {
    case PFCP_SESSION_ESTABLISHMENT_RESPONSE:
        TAKE(message->session_establishment_response);
        break;
    case PFCP_SESSION_MODIFICATION_RESPONSE:
        TAKE(message->session_modification_response);
        break;
    case PFCP_SESSION_DELETION_RESPONSE:
        TAKE(message->session_deletion_response);
        break;
    case PFCP_SESSION_REPORT_REQUEST:
        TAKE(message->session_report_request);
        break;
    default:
        break;
    }
}

unsigned n4_load(const struct upf *upf)
{
    if (upf->load_told)
        return upf->load;
    return upf->session_most ? (unsigned)((uint64_t)upf->session_count * PERCENT / upf->session_most) : 0;
}

unsigned n4_reduction(const struct upf *upf)
{
    return upf->overload.until > upf->smf->core->timers->now ? upf->overload.reduction : 0;
}

bool n4_throttled(struct upf *upf)
{
    upf->overload.owed += n4_reduction(upf);
    if (upf->overload.owed < PERCENT)
        return false;
    upf->overload.owed -= PERCENT;
    return true;
}

void n4_refused_session(struct upf *upf, uint8_t cause)
{
    if (n4_cause_is_resources(cause))
        n4_rests(upf, pfcp_cause_name(cause));
}

void n4_rests(struct upf *upf, const char *why)
{
    const struct core *core = upf->smf->core;
    log_warning("smf", NULL, "plane %s gets no more sessions for now: %s", upf->name, why);
    upf->full_until = core->timers->now + core->config->smf.pfcp_heartbeat;
}
