"""What another maker's UPF has of a session, by hand from TS 29.244 5.2 and TS 29.281: rules, packets that wait, and the way of a packet. Its data
network is an echo, and a caller: who is pinged by it answers."""
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "plane"))

import pfcp_by_hand as p  # noqa: E402

ACCESS, CORE = 0, 1
DROP, FORW, BUFF, NOCP = 1, 2, 4, 8
G_PDU, END_MARKER = 255, 254
HELD_MOST = 16
CALLER = bytes([10, 99, 0, 1])


def say(*words):
    print(*words, flush=True)


def optional(group, kind):
    found = [value for other, value in group if other == kind]
    return found[0] if found else None


class Far:
    def __init__(self):
        self.action, self.header = DROP, None

    def take(self, group, forwarding):
        """From a Create FAR or an Update FAR; `forwarding`: which of the two kinds of parameters it has."""
        action = optional(group, p.APPLY_ACTION)
        if action is not None:
            self.action = action[0]
        if bin(self.action & (DROP | FORW | BUFF)).count("1") != 1 or (self.action & NOCP and not self.action & BUFF):
            say("WRONG Apply Action", self.action)
        parameters = optional(group, forwarding)
        if self.action & FORW and parameters is None and forwarding == p.FORWARDING:
            say("WRONG: it forwards nowhere")
        header = optional(parameters or [], p.HEADER_CREATION)
        if header is not None:
            self.header = (struct.unpack("!I", header[2:6])[0], ".".join(str(octet) for octet in header[6:10]))


class Session:
    def __init__(self, seid, cp_seid):
        self.seid, self.cp_seid = seid, cp_seid
        self.pdrs, self.fars, self.held, self.reported, self.qfi = {}, {}, [], False, 1

    def take(self, items):
        """Rules of an establishment or a modification, in the order of TS 29.244: removed, created, updated."""
        for kind, group in items:
            if kind == p.REMOVE_PDR and self.pdrs.pop(p.within(group, p.PDR_ID), None) is None:
                say("WRONG: a PDR is removed that is not there")
            if kind == p.REMOVE_FAR and self.fars.pop(p.within(group, p.FAR_ID), None) is None:
                say("WRONG: a FAR is removed that is not there")
        for kind, group in items:
            if kind == p.CREATE_FAR:
                self.fars.setdefault(p.within(group, p.FAR_ID), Far()).take(group, p.FORWARDING)
            if kind == p.CREATE_PDR:
                self.pdrs[p.within(group, p.PDR_ID)] = group
            if kind == p.CREATE_QER and optional(group, p.QFI):
                self.qfi = optional(group, p.QFI)[0]
            if kind == p.UPDATE_FAR:
                far = self.fars.get(p.within(group, p.FAR_ID))
                far.take(group, p.UPDATE_FORWARDING) if far else say("WRONG: a FAR is updated that is not there")
            if kind == p.SMREQ_FLAGS and group[0] & 1:
                self.held.clear()
        for group in self.pdrs.values():
            if optional(group, p.FAR_ID) not in self.fars:
                say("WRONG: a PDR leads to no FAR")

    def of(self, interface):
        """(PDR ID, PDI, FAR) of that side."""
        for number, group in sorted(self.pdrs.items(), key=lambda pdr: p.within(pdr[1], p.PRECEDENCE)):
            pdi = p.within(group, p.PDI)
            if p.within(pdi, p.SOURCE_INTERFACE)[0] == interface and optional(group, p.FAR_ID) in self.fars:
                yield number, pdi, self.fars[optional(group, p.FAR_ID)]

    def teids(self):
        return [struct.unpack("!I", optional(pdi, p.F_TEID)[1:5])[0] for _, pdi, _ in self.of(ACCESS) if optional(pdi, p.F_TEID)]

    def address(self):
        for _, pdi, _ in self.of(CORE):
            return optional(pdi, p.UE_ADDRESS)[1:5]
        return None

    def downlink(self, packet):
        """Datagrams for gNBs as (octets, address), and the PDR whose packet is to be reported, or None."""
        for number, _, far in self.of(CORE):
            if far.action & FORW:
                return [tunnelled(packet, far, self.qfi)], None
            if far.action & BUFF:
                self.held.append(packet)
                del self.held[:-HELD_MOST]
                first, self.reported = not self.reported, self.reported or bool(far.action & NOCP)
                return [], number if far.action & NOCP and first else None
        return [], None

    def woken(self):
        """What waited, if it may go now."""
        ways = [far for _, _, far in self.of(CORE)]
        if not ways or not ways[0].action & FORW:
            return []
        self.reported = False
        waited, self.held = self.held, []
        return [tunnelled(packet, ways[0], self.qfi) for packet in waited]


def tunnelled(packet, far, qfi):
    """A G-PDU with a downlink PDU session container (TS 29.281 5.2, TS 38.415 5.5.2.1)."""
    teid, gnb = far.header
    body = bytes([0, 0, 0, 0x85, 1, 0, qfi, 0]) + packet
    return struct.pack("!BBHI", 0x34, G_PDU, len(body), teid) + body, gnb


def untunnelled(octets):
    """(TEID, packet) of a G-PDU; None: another message."""
    flags, kind, length, teid = struct.unpack_from("!BBHI", octets)
    if flags >> 5 != 1 or length != len(octets) - 8:
        say("WRONG GTP-U", octets[:16].hex())
        return None
    if kind != G_PDU:
        return None
    at = 12 if flags & 7 else 8
    following = octets[11] if flags & 4 else 0
    while following:
        length = 4 * octets[at]
        following = octets[at + length - 1]
        at += length
    return teid, octets[at:]


def checksum(octets):
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def icmp(source, destination, kind, rest):
    """An echo request (8) or reply (0); `rest`: from its identifier on."""
    message = bytes([kind, 0]) + p.u16(checksum(bytes([kind, 0, 0, 0]) + rest + bytes(len(rest) % 2))) + rest
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(message), 0, 0, 64, 1, 0) + source + destination
    return head[:10] + p.u16(checksum(head)) + head[12:] + message


def call(address):
    return icmp(CALLER, address, 8, p.u32(0x00070001) + bytes(16))


def answer_of_the_network(packet):
    """To an echo request its reply; None: nobody answers."""
    if packet[9] != 1 or packet[20] != 8:
        return None
    return icmp(packet[16:20], packet[12:16], 0, packet[24:])
