/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands in front of a protected 5GMM message (TS 24.501 9.1.1):
 *
 *     7e | security header type | MAC (4) | sequence number (1) | message, ciphered or plain
 */
#ifndef WIRE_NAS_ENVELOPE_H
#define WIRE_NAS_ENVELOPE_H

enum { NAS_ENVELOPE_BYTES = 7, NAS_MAC_AT = 2, NAS_COVERED_AT = 6 };

/* 9.3 */
enum nas_security_header {
    NAS_PLAIN = 0,
    NAS_INTEGRITY = 1,
    NAS_INTEGRITY_CIPHERED = 2,
    NAS_INTEGRITY_NEW = 3,          /* with a new security context: Security mode command */
    NAS_INTEGRITY_CIPHERED_NEW = 4, /* Security mode complete */
};

#endif
