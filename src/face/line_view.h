/* SPDX-License-Identifier: Apache-2.0 */
/* What the line says of a network, taken down to be compared with what it says after a change of it. */
#ifndef FACE_LINE_VIEW_H
#define FACE_LINE_VIEW_H

#include "face/line_stand.h"
#include "face/line_worst.h"

struct view {
    const struct stand *stand;
    struct ledger_counts counts;
    uint8_t *
        verdicts; /* of each asset's NG Setup, by its place in the ledger; LINE_REFUSE + 1: it is no gNB that counts */
    struct worst worst[CONFIG_RULES];
    json_t *answers; /* line_answers */
};

/* False: out of memory. */
bool view_take(const struct stand *stand, struct view *view);
void view_free(struct view *view);

/* New references: arrays of what differs, or is counted, {..., "before", "after"}. */
json_t *view_counts(const struct view *before, const struct view *after);
json_t *view_limits(const struct view *before, const struct view *after); /* rules of either profile */
json_t *view_gnbs(const struct view *before,
                  const struct view *after); /* whose NG Setup is answered otherwise */
json_t *view_answers(const struct view *before, const struct view *after); /* to partners, that turn */

#endif
