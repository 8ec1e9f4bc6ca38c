#!/usr/bin/env python3
"""Another maker's UPF, by hand and strict: it allocates no F-TEIDs, has SEIDs of its own, and answers in an order of its own, with more than
was asked for. What an SMF may not say it prints as WRONG.

usage: foreign_upf.py ADDRESS"""
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "plane"))

import pfcp_by_hand as p  # noqa: E402

MANDATORY = {p.HEARTBEAT: {p.RECOVERY}, p.SETUP: {p.NODE_ID, p.RECOVERY}, p.RELEASE: {p.NODE_ID}, p.UPDATE: {p.NODE_ID},
             p.ESTABLISHMENT: {p.NODE_ID, p.F_SEID, p.CREATE_PDR, p.CREATE_FAR}, p.MODIFICATION: set(), p.DELETION: set()}
WITHIN = {p.CREATE_PDR: {p.PDR_ID, p.PRECEDENCE, p.PDI}, p.PDI: {p.SOURCE_INTERFACE}, p.CREATE_FAR: {p.FAR_ID, p.APPLY_ACTION},
          p.FORWARDING: {p.DESTINATION_INTERFACE}, p.UPDATE_FAR: {p.FAR_ID}, p.CREATE_QER: {p.QER_ID, p.GATE},
          p.CREATE_URR: {p.URR_ID, p.METHOD, p.TRIGGERS}}
UNKNOWN = (999, b"of another release")


def say(*words):
    print(*words, flush=True)


def check(items, wanted, where):
    kinds = {kind for kind, _ in items}
    if wanted - kinds:
        say("WRONG", where, "lacks", wanted - kinds)
    for kind, value in items:
        if isinstance(value, list):
            check(value, WITHIN.get(kind, set()), f"element {kind} in {where}")


class Upf:
    def __init__(self, address):
        self.address, self.sessions, self.next = address, {}, 0x7777

    def established(self, asked):
        if asked.seid != 0:
            say("WRONG SEID of an establishment", asked.seid)
        for pdr in asked.all(p.CREATE_PDR):
            for kind, value in p.within(pdr, p.PDI):
                if kind == p.F_TEID and value[0] & 4:
                    say("WRONG: an F-TEID is asked for, without FTUP")
        self.next += 1
        self.sessions[self.next] = int.from_bytes(asked.one(p.F_SEID)[1:9], "big")
        say("established")
        return self.sessions[self.next], [UNKNOWN, p.f_seid(self.next, self.address), (p.CAUSE, p.u8(p.ACCEPTED)),
                                          p.node_id(self.address)]

    def of_session(self, asked):
        ours = self.sessions.get(asked.seid)
        if ours is None:
            say("WRONG SEID", asked.seid)
            return 0, [(p.CAUSE, p.u8(p.NOT_FOUND))]
        if asked.kind == p.DELETION:
            del self.sessions[asked.seid]
            say("deleted")
        return ours, [UNKNOWN, (p.CAUSE, p.u8(p.ACCEPTED))]

    def answer(self, asked):
        if asked.kind == p.HEARTBEAT:
            return None, [(p.RECOVERY, p.u32(4711))]
        if asked.kind == p.ESTABLISHMENT:
            return self.established(asked)
        if asked.kind in (p.MODIFICATION, p.DELETION):
            return self.of_session(asked)
        more = [(p.RECOVERY, p.u32(4711)), (p.UP_FEATURES, p.u16(0))] if asked.kind == p.SETUP else []
        return None, [UNKNOWN, *more, (p.CAUSE, p.u8(p.ACCEPTED)), p.node_id(self.address)]


def main(address):
    upf = Upf(address)
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind((address, 8805))
    while True:
        octets, sender = door.recvfrom(65536)
        asked = p.Answer(octets)
        if asked.kind not in MANDATORY:
            continue
        check(asked.items, MANDATORY[asked.kind], f"message {asked.kind}")
        seid, items = upf.answer(asked)
        door.sendto(p.message(asked.kind + 1, asked.sequence, items, seid), sender)


main(sys.argv[1])
