/* SPDX-License-Identifier: Apache-2.0 */
/* What a bar came to, and what one would begin with, by tracking area. */
#include <stdlib.h>

#include "core/amf/area.h"
#include "core/amf/bar.h"
#include "core/smf/smf.h"

enum { CELL_BITS = 36, FIRST_ROOM = 16 };

static bool before(struct tai a, struct tai b)
{
    const int plmn = memcmp(a.plmn.octets, b.plmn.octets, sizeof a.plmn.octets);
    return plmn < 0 || (plmn == 0 && a.tac < b.tac);
}

/* The area's place, made when new; places are in order. NULL: out of memory. */
static struct drill_area *area_of(struct drill_areas *all, struct tai tai)
{
    size_t low = 0, high = all->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (before(all->areas[middle].tai, tai))
            low = middle + 1;
        else
            high = middle;
    }
    if (low < all->count && tai_equal(all->areas[low].tai, tai))
        return &all->areas[low];
    if (all->count == all->room) {
        const size_t room = all->room ? 2 * all->room : FIRST_ROOM;
        struct drill_area *areas = realloc(all->areas, room * sizeof *areas);
        if (!areas)
            return NULL;
        all->areas = areas;
        all->room = room;
    }
    memmove(&all->areas[low + 1], &all->areas[low], (all->count - low) * sizeof *all->areas);
    all->count++;
    all->areas[low] = (struct drill_area){.tai = tai};
    return &all->areas[low];
}

void drill_areas_free(struct drill_areas *areas)
{
    free(areas->areas);
    *areas = (struct drill_areas){0};
}

/* --- who serves where --- */

static bool count_gnb(struct drill_areas *all, const struct gnb *gnb, bool of_vendor)
{
    all->total.gnbs += of_vendor;
    all->total.gnbs_left += !of_vendor;
    for (unsigned i = 0; i < gnb->area_count; i++) {
        struct drill_area *area = area_of(all, gnb->areas[i].tai);
        if (!area)
            return false;
        area->gnbs += of_vendor;
        area->gnbs_left += !of_vendor;
    }
    return true;
}

/* Who is fenced or barred serves nobody. */
static bool count_gnbs(struct drill_areas *all, const struct core *core, const char *vendor)
{
    size_t cursor = 0;
    bool room = true;
    for (void *value; room && map_next(&core->gnbs, &cursor, NULL, &value);) {
        const struct gnb *gnb = value;
        const bool of_vendor = strcmp(gnb_vendor(gnb), vendor) == 0;
        if (gnb->ready && (of_vendor || !gnb_is_shut(gnb)))
            room = count_gnb(all, gnb, of_vendor);
    }
    return room;
}

/* --- phones --- */

static unsigned bits(uint16_t sessions)
{
    return (unsigned)__builtin_popcount(sessions);
}

static void count_phone(struct drill_count *count, const struct followed *phone, uint16_t lost)
{
    const bool settled = phone->fate == DRILL_MOVED || phone->fate == DRILL_RETURNED;
    count->phones++;
    count->fates[phone->fate]++;
    count->sessions += bits(phone->sessions);
    count->sessions_lost += bits(lost);
    if (settled && phone->at > count->last_seen)
        count->last_seen = phone->at;
    if (!phone->protected)
        return;
    count->protected ++;
    count->protected_settled += settled;
    count->protected_sessions_lost += bits(lost);
}

static bool count_at(struct drill_areas *all, const struct followed *phone, uint16_t lost)
{
    struct drill_area *area = area_of(all, phone->tai);
    if (!area)
        return false;
    count_phone(&area->count, phone, lost);
    count_phone(&all->total.count, phone, lost);
    return true;
}

bool drill_report(const struct bar *bar, struct drill_areas *areas)
{
    *areas = (struct drill_areas){0};
    bool room = count_gnbs(areas, bar->core, bar->vendor);
    for (size_t i = 0; room && i < bar->count; i++)
        room = count_at(areas, bar->phones[i], drill_lost(bar->phones[i]));
    if (!room)
        drill_areas_free(areas);
    return room;
}

/* --- before it is done --- */

/* The identities of a vendor's gNBs, those that are connected and those of the inventory: whose a cell is. */
struct cells {
    struct map gnbs;
    uint64_t lengths; /* of identities, a bit each */
};

static uint64_t cell_key(uint8_t length, uint32_t value)
{
    return (uint64_t)length << 32 | value;
}

static bool add_cells(struct cells *cells, uint8_t length, uint32_t value)
{
    cells->lengths |= length && length <= CELL_BITS ? (uint64_t)1 << length : 0;
    return map_put(&cells->gnbs, cell_key(length, value), cells);
}

static bool gather_cells(struct cells *cells, const struct core *core, const char *vendor)
{
    const struct config_inventory *inventory = &core->config->inventory;
    size_t cursor = 0;
    bool room = true;
    for (void *value; room && map_next(&core->gnbs, &cursor, NULL, &value);) {
        const struct gnb *gnb = value;
        if (gnb->ready && strcmp(gnb_vendor(gnb), vendor) == 0)
            room = add_cells(cells, gnb->identity.bits, gnb->identity.value);
    }
    for (unsigned i = 0; room && i < inventory->gnb_count; i++) {
        const struct config_gnb *gnb = &inventory->gnbs[i];
        const struct config_domain *domain = config_find_domain(inventory, gnb->domain);
        if (domain && strcmp(domain->vendor, vendor) == 0)
            room = add_cells(cells, gnb->id.bits, gnb->id.value);
    }
    return room;
}

static bool is_cell_of(const struct cells *cells, uint64_t cell)
{
    for (unsigned length = 1; length < CELL_BITS; length++)
        if (cells->lengths >> length & 1 &&
            map_get(&cells->gnbs, cell_key((uint8_t)length, (uint32_t)(cell >> (CELL_BITS - length)))))
            return true;
    return false;
}

static bool survey_phone(struct drill_areas *all, const struct ue *ue, const struct cells *cells,
                         const char *vendor)
{
    struct drill_area *area;
    const struct followed phone = {
        .supi = ue->supi, .tai = ue->tai, .sessions = smf_sessions(ue), .protected = drill_protects(ue)};
    if (ue->connection)
        return strcmp(gnb_vendor(ue->connection->gnb), vendor) != 0 || count_at(all, &phone, 0);
    if (!ue->registered || ue->away || !is_cell_of(cells, ue->cell))
        return true;
    area = area_of(all, ue->tai);
    if (area)
        area->idle++;
    all->total.idle++;
    return area != NULL;
}

bool drill_survey(struct core *core, const char *vendor, struct drill_areas *areas)
{
    struct cells cells = {0};
    size_t cursor = 0;
    *areas = (struct drill_areas){0};
    map_init(&cells.gnbs, core->gnbs.seed);
    bool room = gather_cells(&cells, core, vendor) && count_gnbs(areas, core, vendor);
    for (void *ue; room && map_next(&core->ues_by_supi, &cursor, NULL, &ue);)
        room = survey_phone(areas, ue, &cells, vendor);
    map_free(&cells.gnbs);
    if (!room)
        drill_areas_free(areas);
    return room;
}
