/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures over an inventory with all its files. What is signed is a text: a serial number, and a line for each file with its digest and
 * its name. The signatures stand behind it, as a signed note (evidence/note.h), in a file beside the inventory:
 *
 *     demarc line/v1
 *     serial 7
 *     inventory 5f1c…64 digits line.yaml
 *     profile 09ab…64 digits zero
 *     rows 77de…64 digits assets.csv
 *
 *     — j.doe x8kR…
 *     — r.roe d0Fw…
 *
 * Who may sign is what the running state says: whoever is `authorised` in it, as many of them as its profile asks for. The first state that
 * names anybody answers for itself. A state that names nobody is taken under a profile that only records, and after no state that does.
 */
#ifndef LINE_SEAL_H
#define LINE_SEAL_H

#include "config/config.h"
#include "kit/bytes.h"

#define SEAL_SUFFIX ".seal"

enum { SEAL_TEXT_BYTES = 12 * 1024, SEAL_PERSONS = 64, SEAL_NAMES_BYTES = 300 };

/* What is signed. All parts of the bundle have been taken. False: they do not fit a note, with *error. */
bool seal_text(const struct config_bundle *bundle, uint32_t serial, struct writer *w,
               struct config_error *error);

/* Lists in a bundle that has nothing yet what the text says. False: it is no such text. */
bool seal_list(struct bytes text, struct config_bundle *bundle, uint32_t *serial);

/* The part of a seal that is signed; of a text without signatures all of it. */
struct bytes seal_signed_part(struct bytes seal);

struct seal_state {
    const struct config_inventory *inventory;
    struct bytes text; /* of seal_text */
};

struct seal_verdict {
    bool changes;                   /* next is another state than the running one */
    char signers[SEAL_NAMES_BYTES]; /* "J. Doe, R. Roe"; "": nobody */
    char why[400];                  /* of a refusal: FILE:LINE: KEY: found X, expected Y */
};

/* May `next`, with these octets beside it (none: empty), follow the running state (NULL: there is none)? */
bool seal_admits(const struct seal_state *running, const struct seal_state *next, struct bytes seal,
                 struct seal_verdict *verdict);

/* Whose signatures are under it, of those whom the inventory authorises, good ones only. */
unsigned seal_signers(const struct config_inventory *by, struct bytes seal, struct bytes text,
                      char names[SEAL_NAMES_BYTES]);

/* Does the inventory say who may sign in a way that can be followed: good keys, each once, and as many as its profile asks for? */
bool seal_persons_fit(const struct config_inventory *inventory, struct config_error *error);

#endif
