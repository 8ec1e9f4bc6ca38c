/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capture files that Wireshark opens (pcapng). What passed an interface is put back into the packet that carried it: NGAP in SCTP
 * (PPID 60), PFCP and GTP-U in UDP, all in IP with their real addresses. Deciphered NAS has no packet of its own; it stands on a
 * second interface as exported PDU.
 */
#ifndef FACE_PCAP_H
#define FACE_PCAP_H

#include <stdbool.h>
#include <stdio.h>

#include "kit/trace.h"

struct pcap {
    FILE *to;
    bool with_nas;
    uint32_t tsn;        /* SCTP's transmission sequence number; every chunk has its own */
    size_t longest;      /* octets that are kept of a packet; 0: all */
    const char *comment; /* stands with each packet; NULL: none */
    uint8_t frame[TRACE_RECORD_BYTES + 256];
};

/* Writes the head of the file; false with errno. */
bool pcap_begin(struct pcap *pcap, FILE *to, bool with_nas);

/* The packet alone that a G-PDU carries; what carries none is left out. */
bool pcap_write_inner(struct pcap *pcap, const struct trace_record *record);

/* False with errno if it could not be written; a record too long for its packet is left out. */
bool pcap_write(struct pcap *pcap, const struct trace_record *record);

#endif
