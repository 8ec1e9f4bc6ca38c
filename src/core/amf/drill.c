/* SPDX-License-Identifier: Apache-2.0 */
/* The phones of a barred vendor: sent away in portions, so that those of others do not wait, and looked for elsewhere. */
#include <stdlib.h>

#include "core/amf/area.h"
#include "core/amf/bar.h"
#include "core/amf/fence.h"
#include "core/amf/n2.h"
#include "core/smf/smf.h"
#include "line/ledger.h"
#include "store/store.h"

enum { PORTION = 64, PHONE_BYTES = 64, LAYOUT = 1 };

static const int64_t TURN = MILLISECONDS(1), WAIT = MILLISECONDS(5), WATCH = MILLISECONDS(100),
                     LATER = SECONDS(1), SOON = SECONDS(60);

/* --- rule H4 --- */

static bool protected_session(const struct ue *ue, const struct ledger *ledger, uint8_t psi)
{
    struct smf_session_view view;
    return smf_view(ue, psi, &view) &&
           (ledger_protects_data_network(ledger, view.dnn) || ledger_protects_slice(ledger, view.slice));
}

bool drill_protects(const struct ue *ue)
{
    const struct ledger *ledger = ue->core->ledger;
    char imsi[SUPI_TEXT_BYTES];
    bool protects = ledger_protects_subscriber(ledger, supi_digits(ue->supi, imsi));
    for (uint8_t psi = 1; psi <= SMF_SESSIONS_PER_UE && !protects; psi++)
        protects = protected_session(ue, ledger, psi);
    return protects;
}

/* --- stored form --- */

/* Which bar it belongs to is part of it: a later one of the same vendor knows nothing of it. */
static bool write_row(struct core *core, struct row *row)
{
    const struct followed *phone = (const struct followed *)((char *)row - offsetof(struct followed, row));
    uint8_t space[PHONE_BYTES];
    struct writer w = writer_of(space, sizeof space);
    char supi[SUPI_TEXT_BYTES];
    write_u8(&w, LAYOUT);
    write_u64(&w, (uint64_t)phone->bar->since);
    write_bytes(&w, bytes_of(phone->tai.plmn.octets, sizeof phone->tai.plmn.octets));
    write_u32(&w, phone->tai.tac);
    write_u64(&w, phone->cell);
    write_u16(&w, phone->sessions);
    write_u16(&w, phone->lost);
    write_u8(&w, phone->protected);
    write_u8(&w, (uint8_t)phone->fate);
    write_u64(&w, (uint64_t)phone->at);
    return store_barred_phone_put(core->store, phone->bar->vendor, supi_text(phone->supi, supi),
                                  writer_bytes(&w)) == STORE_OK;
}

static bool read_row(struct followed *phone, struct bytes stored)
{
    struct reader r = reader_of(stored);
    if (read_u8(&r) != LAYOUT || (int64_t)read_u64(&r) != phone->bar->since)
        return false;
    const struct bytes plmn = read_bytes(&r, sizeof phone->tai.plmn.octets);
    if (plmn.len)
        memcpy(phone->tai.plmn.octets, plmn.data, plmn.len);
    phone->tai.tac = read_u32(&r);
    phone->cell = read_u64(&r);
    phone->sessions = read_u16(&r);
    phone->lost = read_u16(&r);
    phone->protected = read_u8(&r) != 0;
    const uint8_t fate = read_u8(&r);
    phone->fate = fate < DRILL_FATES ? (enum drill_fate)fate : DRILL_ON;
    phone->at = (int64_t)read_u64(&r);
    return reader_ok(&r);
}

/* --- who is followed --- */

/* Owned by the bar. NULL: out of memory. */
static struct followed *add(struct bar *bar, supi_t supi)
{
    if (bar->count == bar->room) {
        const size_t room = bar->room ? 2 * bar->room : PORTION;
        struct followed **phones = realloc(bar->phones, room * sizeof *phones);
        if (!phones)
            return NULL;
        bar->phones = phones;
        bar->room = room;
    }
    struct followed *phone = calloc(1, sizeof *phone);
    if (!phone || !map_put(&bar->by_supi, supi, phone)) {
        free(phone);
        return NULL;
    }
    *phone = (struct followed){.row.write = write_row, .bar = bar, .supi = supi};
    bar->phones[bar->count++] = phone;
    return phone;
}

static void follow(struct bar *bar, const struct ue *ue)
{
    struct followed *phone = map_get(&bar->by_supi, ue->supi);
    if (!phone)
        phone = add(bar, ue->supi);
    if (!phone || phone->fate != DRILL_ON)
        return; /* without memory it is sent away all the same */
    phone->tai = ue->tai;
    phone->cell = ue->cell;
    phone->sessions = smf_sessions(ue);
    phone->protected = drill_protects(ue);
}

static int protected_first(const void *a, const void *b)
{
    const struct followed *left = *(struct followed *const *)a, *right = *(struct followed *const *)b;
    if (left->protected != right->protected)
        return left->protected ? -1 : 1;
    return left->supi < right->supi ? -1 : left->supi > right->supi;
}

void drill_follow(struct bar *bar, const struct gnb *gnb)
{
    size_t cursor = 0;
    for (void *value; map_next(&gnb->connections, &cursor, NULL, &value);) {
        const struct connection *connection = value;
        const struct ue *ue = connection->ue;
        if (ue && ue->connection == connection && ue->registered && !ue->provisional)
            follow(bar, ue);
    }
    if (bar->count)
        qsort(bar->phones, bar->count, sizeof *bar->phones, protected_first);
    bar->next_phone = 0;
}

bool drill_load(struct bar *bar, const char *supi, struct bytes stored)
{
    struct followed probe = {.bar = bar}, *phone;
    if (!read_row(&probe, stored) || !(phone = add(bar, supi_of_text(supi))))
        return false;
    probe.row = phone->row;
    probe.supi = phone->supi;
    *phone = probe;
    return true;
}

void drill_free(struct bar *bar)
{
    for (size_t i = 0; i < bar->count; i++) {
        core_clean(bar->core, &bar->phones[i]->row);
        free(bar->phones[i]);
    }
    free(bar->phones);
    bar->phones = NULL;
    bar->count = bar->room = bar->next_phone = 0;
    const uint64_t seed = bar->by_supi.seed;
    map_free(&bar->by_supi);
    map_init(&bar->by_supi, seed);
}

/* --- what became of them --- */

uint16_t drill_lost(const struct followed *phone)
{
    const struct ue *ue = amf_find(phone->bar->core, phone->supi);
    if (phone->fate == DRILL_MOVED || phone->fate == DRILL_RETURNED)
        return phone->lost;
    return ue ? (uint16_t)(phone->sessions & ~smf_sessions(ue)) : phone->sessions;
}

static void settle(struct followed *phone, enum drill_fate fate)
{
    phone->lost = drill_lost(phone);
    phone->fate = fate;
    phone->at = core_wall(phone->bar->core);
    core_dirty(phone->bar->core, &phone->row);
}

static bool domain_is_of(const struct core *core, const char *domain, const char *vendor)
{
    const struct config_domain *known = domain ? config_find_domain(&core->config->inventory, domain) : NULL;
    return known && strcmp(known->vendor, vendor) == 0;
}

/* Nobody gets in at a gNB of the vendor, so another cell is one of others'; but for what a gNB says of where its phone moves. */
static bool is_elsewhere(const struct followed *phone, const struct ue *ue)
{
    if (!ue->registered)
        return false;
    if (ue->away)
        return true;
    if (ue->connection)
        return !ue->connection->gnb->barred && !ue->connection->gnb->gone;
    return ue->cell != phone->cell && !domain_is_of(ue->core, area_domain(ue), phone->bar->vendor);
}

static bool is_on(const struct ue *ue)
{
    return ue->kept.association || ue->connection;
}

static void look_at(struct followed *phone)
{
    const struct ue *ue = amf_find(phone->bar->core, phone->supi);
    if (phone->fate == DRILL_MOVED || phone->fate == DRILL_RETURNED)
        return;
    if (ue && is_elsewhere(phone, ue))
        settle(phone, phone->fate == DRILL_ON ? DRILL_MOVED : DRILL_RETURNED);
    else if ((!ue || !ue->registered) && phone->fate != DRILL_GONE)
        settle(phone, DRILL_GONE);
    else if (ue && ue->registered && phone->fate == DRILL_ON && !is_on(ue))
        settle(phone, DRILL_LEFT);
}

/* False: there is nobody left to be looked for. */
static bool look_at_all(const struct bar *bar)
{
    bool any = false;
    for (size_t i = 0; i < bar->count; i++) {
        look_at(bar->phones[i]);
        any |= bar->phones[i]->fate != DRILL_MOVED && bar->phones[i]->fate != DRILL_RETURNED;
    }
    return any;
}

/* --- sending away --- */

static void send_away(struct followed *phone)
{
    const struct ue *ue = amf_find(phone->bar->core, phone->supi);
    if (phone->fate != DRILL_ON || !ue || !ue->connection || !ue->connection->gnb->barred)
        return;
    const uint16_t before = smf_sessions(ue);
    phone->sessions |= before; /* also what it has opened in its grace */
    gnb_send_away(ue->connection, "its gNB's vendor is barred");
    settle(phone, DRILL_RELEASED);
}

/* Those that are on their way in, or have no context of their own yet. Returns how many went. */
static unsigned sweep(const struct gnb *gnb)
{
    struct connection *connection = gnb_next_phone(gnb);
    unsigned sent = 0;
    for (; connection && sent < PORTION; sent++) {
        gnb_send_away(connection, "its gNB's vendor is barred");
        connection = gnb_next_phone(gnb);
    }
    return sent;
}

static bool is_shut_by(const struct gnb *gnb, const struct bar *bar)
{
    return gnb->barred && strcmp(gnb_vendor(gnb), bar->vendor) == 0;
}

static unsigned sweep_all(const struct bar *bar)
{
    unsigned sent = 0;
    size_t cursor = 0;
    for (void *gnb; sent < PORTION && map_next(&bar->core->gnbs, &cursor, NULL, &gnb);)
        if (is_shut_by(gnb, bar))
            sent += sweep(gnb);
    return sent;
}

static bool send_portion(struct bar *bar)
{
    size_t most = PORTION;
    while (most-- && bar->next_phone < bar->count)
        send_away(bar->phones[bar->next_phone++]);
    return bar->next_phone < bar->count || sweep_all(bar) > 0;
}

/* Is there a connection at one of its gNBs yet, or may one be announced again? */
static bool serves(const struct bar *bar)
{
    const struct core *core = bar->core;
    size_t cursor = 0;
    for (void *value; map_next(&core->gnbs, &cursor, NULL, &value);) {
        const struct gnb *gnb = value;
        if (gnb->connections.count && is_shut_by(gnb, bar))
            return true;
    }
    return core->adoption.count > 0;
}

static void clear(struct bar *bar)
{
    char words[96];
    bar->cleared = core_wall(bar->core);
    core_dirty(bar->core, &bar->row);
    snprintf(words, sizeof words, "its gNBs serve nobody any more, after %lld ms; %zu phones were there",
             (long long)((bar->cleared - bar->since) / MILLISECONDS(1)), bar->count);
    bar_tell(bar, EVIDENCE_CONTINUES, words);
}

/* What comes back later than soon is found as it comes, at a slower pace. */
static void next_step(struct timer *timer)
{
    struct bar *bar = (struct bar *)((char *)timer - offsetof(struct bar, step));
    struct timers *timers = bar->core->timers;
    if (send_portion(bar)) {
        timer_start(timers, timer, TURN);
    } else if (serves(bar)) {
        timer_start(timers, timer, WAIT);
    } else {
        if (!bar->cleared)
            clear(bar);
        if (look_at_all(bar))
            timer_start(timers, timer, core_wall(bar->core) - bar->since < SOON ? WATCH : LATER);
    }
}

void drill_run(struct bar *bar, int64_t grace)
{
    if (timer_armed(&bar->step) && grace == 0)
        return; /* another gNB of it has come: it will be seen */
    bar->step.fire = next_step;
    timer_start(bar->core->timers, &bar->step, grace);
}

void drill_end(struct bar *bar)
{
    timer_stop(bar->core->timers, &bar->step);
    look_at_all(bar);
}
