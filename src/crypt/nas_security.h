/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 5G NAS security context and the envelope around a protected NAS message (TS 24.501 4.4 and 9.1.1,
 * TS 33.501 6.4); its layout is in wire/nas/envelope.h.
 *
 * The same code serves the AMF and a simulated UE; `side` says which. Each NAS COUNT is used once per
 * direction: the sender counts up, the receiver accepts only a COUNT that it has not yet passed, and only
 * when the MAC is right - a message that is refused for whatever reason changes nothing.
 */
#ifndef CRYPT_NAS_SECURITY_H
#define CRYPT_NAS_SECURITY_H

#include "kit/bytes.h"
#include "wire/nas/envelope.h"

#define NAS_COUNT_MAX       0xffffffu /* 16 bits of overflow, 8 of sequence number (TS 24.501 4.4.3.1) */
#define NAS_COUNT_RENEW     0xffff00u /* from here on the AMF should authenticate anew (TS 24.501 4.4.3.5) */
#define NAS_KSI_NONE        7         /* "no key is available" */
#define NAS_CONNECTION_3GPP 1         /* NAS connection identifier, the algorithms' BEARER */

enum nas_side { NAS_NETWORK, NAS_UE };

/* Plain data: may be copied, stored and restored as it is. Wipe with nas_security_clear. */
struct nas_security {
    uint8_t knasint[16], knasenc[16];
    uint32_t uplink;   /* next NAS COUNT to send (UE) or the least still acceptable (network) */
    uint32_t downlink; /* the same, the other way round */
    uint8_t nia, nea;  /* algorithm identities, 0 to 3 */
    uint8_t ngksi;     /* 0 to 6; NAS_KSI_NONE while there is no context */
    uint8_t side;      /* enum nas_side */
    uint8_t access;    /* NAS connection identifier */
    bool emergency;    /* only then NIA0 is accepted (TS 33.501 5.5.2) */
};

enum nas_verdict {
    NAS_ACCEPTED,
    NAS_MALFORMED,       /* no envelope: too short, wrong discriminator or header type */
    NAS_BAD_MAC,         /* forged, replayed or of another context */
    NAS_COUNT_EXHAUSTED, /* NAS COUNT would wrap: the context may not be used any more */
    NAS_NULL_INTEGRITY,  /* NIA0 outside emergency */
    NAS_NO_ROOM,         /* output buffer too small */
};

const char *nas_verdict_name(enum nas_verdict verdict);

/* The NAS COUNT a message with this sequence number has been protected with: the least from `next` on (TS 24.501 4.4.3.1). An old
 * message therefore gets a COUNT it was not protected with, and its MAC is wrong. */
uint32_t nas_estimate_count(uint32_t next, uint8_t sequence);

/* Derives both NAS keys from K_AMF for the algorithms (TS 33.501 A.8) and starts both COUNTs at 0. */
void nas_security_start(struct nas_security *security, enum nas_side side, const uint8_t kamf[32],
                        uint8_t nia, uint8_t nea, uint8_t ngksi);

/* New algorithms on the same K_AMF (a repeated security mode command): keys change, COUNTs go on. */
void nas_security_rekey(struct nas_security *security, const uint8_t kamf[32], uint8_t nia, uint8_t nea);

void nas_security_clear(struct nas_security *security);

/* The COUNTs are nearly used up: new keys are called for (TS 24.501 4.4.3.5). */
static inline bool nas_security_worn_out(const struct nas_security *security)
{
    return security->uplink >= NAS_COUNT_RENEW || security->downlink >= NAS_COUNT_RENEW;
}

/* What came out of an accepted envelope. */
struct nas_opened {
    struct bytes message; /* plain; in the caller's buffer */
    uint32_t count;       /* the NAS COUNT it used: input to K_gNB and to nas_cipher_container */
    enum nas_security_header header;
};

/* True if the bytes start like an envelope (security header type 1 to 4), false for a plain message or
 * garbage. */
bool nas_is_protected(struct bytes nas);

/*
 * Puts the message into an envelope, writes that to out and counts up. header: any but NAS_PLAIN.
 * With a verdict other than NAS_ACCEPTED nothing was counted, and what stands in out is to be dropped.
 */
enum nas_verdict nas_protect(struct nas_security *security, enum nas_security_header header,
                             struct bytes message, struct writer *out);

/* Checks, deciphers into buffer (envelope.len - NAS_ENVELOPE_BYTES bytes are enough) and moves the COUNT on.
 * *opened is set only with NAS_ACCEPTED. */
enum nas_verdict nas_unprotect(struct nas_security *security, struct bytes envelope, void *buffer,
                               size_t size, struct nas_opened *opened);

/*
 * Ciphers or deciphers in place the content of a NAS message container within an initial NAS message that is
 * itself only integrity protected (TS 24.501 4.4.6, TS 33.501 6.4.6). count: the NAS COUNT of the initial
 * message: for the network nas_opened.count, for the UE security->uplink before the message is protected.
 */
void nas_cipher_container(const struct nas_security *security, uint32_t count, void *content, size_t size);

/* The MAC of the container that a handover with a new K_AMF takes to the phone, under the new context; it uses no NAS COUNT up
 * (TS 33.501 6.9.2.3.3). content: what it covers, see wire/nas/intra_n1.h. */
void nas_handover_mac(const struct nas_security *security, struct bytes content, uint8_t mac[4]);

#endif
