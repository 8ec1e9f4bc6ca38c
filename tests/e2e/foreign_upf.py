#!/usr/bin/env python3
"""Another maker's UPF, by hand and strict: it allocates no F-TEIDs, has SEIDs of its own, and answers in an order of its own, with more than
was asked for. It carries packets, keeps those for phones that sleep, and reports them. What an SMF may not say it prints as WRONG.

usage: foreign_upf.py ADDRESS           a UPF there
       foreign_upf.py ADDRESS WORD...   tells it: restart | call | refuse MESSAGE CAUSE [TIMES]
"""
import select
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "plane"))

import pfcp_by_hand as p  # noqa: E402
from foreign_rules import Session, answer_of_the_network, call, say, untunnelled  # noqa: E402

N4, N3, ORDERS = 8805, 2152, 7000
MANDATORY = {p.HEARTBEAT: {p.RECOVERY}, p.SETUP: {p.NODE_ID, p.RECOVERY}, p.RELEASE: {p.NODE_ID}, p.UPDATE: {p.NODE_ID},
             p.ESTABLISHMENT: {p.NODE_ID, p.F_SEID, p.CREATE_PDR, p.CREATE_FAR}, p.MODIFICATION: set(), p.DELETION: set()}
WITHIN = {p.CREATE_PDR: {p.PDR_ID, p.PRECEDENCE, p.PDI}, p.PDI: {p.SOURCE_INTERFACE}, p.CREATE_FAR: {p.FAR_ID, p.APPLY_ACTION},
          p.FORWARDING: {p.DESTINATION_INTERFACE}, p.UPDATE_FAR: {p.FAR_ID}, p.CREATE_QER: {p.QER_ID, p.GATE},
          p.CREATE_URR: {p.URR_ID, p.METHOD, p.TRIGGERS}}
SESSIONS = {"establishment": p.ESTABLISHMENT, "modification": p.MODIFICATION, "deletion": p.DELETION}
UNKNOWN = (999, b"of another release")


def check(items, wanted, where):
    kinds = {kind for kind, _ in items}
    if wanted - kinds:
        say("WRONG", where, "lacks", wanted - kinds)
    for kind, value in items:
        if isinstance(value, list):
            check(value, WITHIN.get(kind, set()), f"element {kind} in {where}")


class Upf:
    def __init__(self, address):
        self.address, self.next, self.stamp, self.sequence = address, 0x7777, 4711, 0
        self.sessions, self.former, self.refusals, self.smf = {}, set(), {}, None
        self.n4, self.n3, self.orders = (self.door(port) for port in (N4, N3, ORDERS))

    def door(self, port):
        door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        door.bind((self.address, port))
        return door

    # --- sessions ---

    def refusal(self, asked):
        """The cause that it was told to refuse this with; None: it does not."""
        cause, times = self.refusals.get(asked.kind, (None, 0))
        if not times:
            return None
        self.refusals[asked.kind] = (cause, times - 1)
        say("refused", asked.kind)
        return cause

    def taken(self, session):
        """What another session has already."""
        others = [one for one in self.sessions.values() if one is not session]
        return (any(teid in one.teids() for one in others for teid in session.teids())
                or any(one.address() == session.address() for one in others))

    def established(self, asked):
        if asked.seid != 0:
            say("WRONG SEID of an establishment", asked.seid)
        for pdr in asked.all(p.CREATE_PDR):
            for kind, value in p.within(pdr, p.PDI):
                if kind == p.F_TEID and value[0] & 4:
                    say("WRONG: an F-TEID is asked for, without FTUP")
        cp_seid = int.from_bytes(asked.one(p.F_SEID)[1:9], "big")
        cause = self.refusal(asked)
        if cause:
            return cp_seid, [(p.CAUSE, p.u8(cause)), p.node_id(self.address)]
        self.next += 1
        session = Session(self.next, cp_seid)
        session.take(asked.items)
        if self.taken(session):
            say("WRONG: it has the tunnel or address of another")
        self.sessions[self.next] = session
        say("established")
        return cp_seid, [UNKNOWN, p.f_seid(self.next, self.address), (p.CAUSE, p.u8(p.ACCEPTED)), p.node_id(self.address)]

    def of_session(self, asked):
        session = self.sessions.get(asked.seid)
        if session is None:
            if asked.seid not in self.former:
                say("WRONG SEID", asked.seid)
            return 0, [(p.CAUSE, p.u8(p.NOT_FOUND))]
        cause = self.refusal(asked)
        if cause:
            return session.cp_seid, [(p.CAUSE, p.u8(cause))]
        if asked.kind == p.DELETION:
            self.former.add(asked.seid)
            del self.sessions[asked.seid]
            say("deleted")
        else:
            session.take(asked.items)
            self.send(session.woken())
        return session.cp_seid, [UNKNOWN, (p.CAUSE, p.u8(p.ACCEPTED))]

    def report(self, session, pdr):
        self.sequence += 1
        items = [UNKNOWN, (p.DOWNLINK_DATA_REPORT, [(p.PDR_ID, pdr)]), (p.REPORT_TYPE, p.u8(1))]
        self.n4.sendto(p.message(p.REPORT, self.sequence, items, session.cp_seid), self.smf)

    # --- messages ---

    def answer(self, asked):
        if asked.kind == p.HEARTBEAT:
            return None, [(p.RECOVERY, p.u32(self.stamp))]
        if asked.kind == p.ESTABLISHMENT:
            return self.established(asked)
        if asked.kind in (p.MODIFICATION, p.DELETION):
            return self.of_session(asked)
        more = [(p.RECOVERY, p.u32(self.stamp)), (p.UP_FEATURES, p.u16(0))] if asked.kind == p.SETUP else []
        return None, [UNKNOWN, *more, (p.CAUSE, p.u8(p.ACCEPTED)), p.node_id(self.address)]

    def reported(self, answer):
        if answer.seid not in self.sessions or answer.cause != p.ACCEPTED or answer.sequence != self.sequence:
            say("WRONG answer to a report", answer.seid, answer.cause, answer.sequence)
        say("reported")

    def message(self):
        octets, sender = self.n4.recvfrom(65536)
        asked = p.Answer(octets)
        if asked.kind == p.REPORT + 1:
            self.reported(asked)
        if asked.kind not in MANDATORY:
            return
        self.smf = sender
        check(asked.items, MANDATORY[asked.kind], f"message {asked.kind}")
        seid, items = self.answer(asked)
        self.n4.sendto(p.message(asked.kind + 1, asked.sequence, items, seid), sender)

    # --- packets ---

    def send(self, datagrams):
        for octets, gnb in datagrams:
            self.n3.sendto(octets, (gnb, N3))

    def downlink(self, session, packet):
        datagrams, pdr = session.downlink(packet)
        self.send(datagrams)
        if pdr is not None:
            self.report(session, pdr)

    def packet(self):
        found = untunnelled(self.n3.recvfrom(65536)[0])
        for session in list(self.sessions.values()) if found else []:
            if found[0] not in session.teids():
                continue
            if found[1][20] == 0:
                say("the phone answers")
            answer = answer_of_the_network(found[1])
            if answer:
                self.downlink(session, answer)

    def order(self):
        words = self.orders.recvfrom(65536)[0].decode().split()
        if words[0] == "restart":
            self.stamp += 1
            self.former |= set(self.sessions)
            self.sessions.clear()
        elif words[0] == "call":
            for session in self.sessions.values():
                self.downlink(session, call(session.address()))
        else:
            self.refusals[SESSIONS[words[1]]] = (int(words[2]), int(words[3]) if len(words) > 3 else 1)

    def run(self):
        doors = {self.n4: self.message, self.n3: self.packet, self.orders: self.order}
        while True:
            for door in select.select(list(doors), [], [])[0]:
                doors[door]()


if len(sys.argv) > 2:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(" ".join(sys.argv[2:]).encode(), (sys.argv[1], ORDERS))
else:
    Upf(sys.argv[1]).run()
