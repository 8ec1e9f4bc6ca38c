/* SPDX-License-Identifier: Apache-2.0 */
/*
 * To whom information with a label may go. Its originator says so, and nobody else can add to that: where the originator is a partner, the
 * list bears its signature; whoever holds the inventory may only take partners off; and what is derived from several labels goes to those
 * only to whom all of them go.
 */
#ifndef LINE_LABEL_H
#define LINE_LABEL_H

#include "config/inventory.h"
#include "kit/bytes.h"

/* Is it the operator's own, or has the partner that it originates from signed its list? One that has no key has not. */
bool label_is_signed(const struct config_inventory *inventory, const struct config_label *label);

/* What the originator signs (Ed25519): a line each for the form, the name, the originator, the labels that it is derived from, and those to
 * whom it is released. False: no room. */
bool label_statement(struct writer *w, const struct config_label *label);

/* Is the partner on its own list, and not taken off? What it is derived from is not looked at (ledger_label_reaches). */
bool label_names(const struct config_label *label, const char *partner);

#endif
