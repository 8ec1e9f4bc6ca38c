/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identities as the core keeps them: small values that compare with ==.
 */
#ifndef CORE_IDS_H
#define CORE_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/values.h"
#include "kit/bytes.h"
#include "wire/wicket/wicket.h"

/* A SUPI of type IMSI: its digits as BCD, first digit in the highest nibble that is used, and their number in
 * the lowest nibble. 0: none. */
typedef uint64_t supi_t;

enum { SUPI_TEXT_BYTES = 24 };

/* 5 to 15 decimal digits; 0 otherwise. */
supi_t supi_of_digits(const char *digits, size_t length);
/* "imsi-999700000000001" or its digits alone; 0 otherwise. */
supi_t supi_of_text(const char *text);
/* The digits, NUL-terminated, in a buffer of SUPI_TEXT_BYTES; returns it. */
const char *supi_digits(supi_t supi, char *buffer);
/* "imsi-999700000000001" */
const char *supi_text(supi_t supi, char *buffer);

/* TS 23.003 28.6; the TAC has 24 bits. */
struct tai {
    struct config_plmn plmn;
    uint32_t tac;
};

static inline bool plmn_equal(struct config_plmn a, struct config_plmn b)
{
    return a.octets[0] == b.octets[0] && a.octets[1] == b.octets[1] && a.octets[2] == b.octets[2];
}

static inline bool tai_equal(struct tai a, struct tai b)
{
    return a.tac == b.tac && plmn_equal(a.plmn, b.plmn);
}

/* Where an association comes from, as its edge reports it. */
struct core_peer {
    char edge[WICKET_NAME_BYTES + 1]; /* the trust domain's name */
    union socket_address address;
};

#endif
