#!/usr/bin/env python3
"""N4 that goes wrong while packets flow by the fast path: what is malformed, what is refused, and what there is no room for changes nothing."""
import re
import textwrap
from pathlib import Path

from cases import case, expect, main
from frames import Sender, gtpu, ipv4, mark, udp
from lab import wait_until
from wire import SERVER, STRANGER, Outer, Victim, Wire, expect_nothing_lost, growth

BY_HAND = (f"PYTHONPATH={Path(__file__).resolve().parent.parent}/plane", "PYTHONDONTWRITEBYTECODE=1")
SMF, PLANE_N4, NOBODY, FOREIGN = "127.0.0.4", "127.0.0.7", "127.0.0.66", "127.0.0.44"
LOG_BYTES = 64 << 10

# Every message cut at each octet, with lengths that lie; and noise. Nothing of it is whole, or the SMF's own words would be obeyed.
MALFORMED = textwrap.dedent("""
    import random, socket, sys
    import pfcp_by_hand as p

    me, to, seid, base = sys.argv[1], (sys.argv[2], 8805), int(sys.argv[3], 16), int(sys.argv[4])
    pdr = (p.CREATE_PDR, [(p.PDR_ID, p.u16(1)), (p.PDI, [(p.SOURCE_INTERFACE, p.u8(0)), p.choose()]), (p.FAR_ID, p.u32(1))])
    removed = [(p.REMOVE_PDR, [(p.PDR_ID, p.u16(1))]), (p.REMOVE_FAR, [(p.FAR_ID, p.u32(1))])]
    messages = [p.message(p.SETUP, 1, [p.node_id(me), (p.RECOVERY, p.u32(1))]), p.message(p.UPDATE, 2, [p.node_id(me)]),
                p.message(p.RELEASE, 3, [p.node_id(me)]), p.message(p.ESTABLISHMENT, 4, [p.node_id(me), p.f_seid(9, me), pdr], 0),
                p.message(p.MODIFICATION, 5, removed, seid), p.message(p.DELETION, 6, [(p.CAUSE, p.u8(1))], seid),
                p.message(p.REPORT, 7, [(39, p.u8(1))], seid)]
    chance = random.Random(seid)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.bind((me, 0))
    sent = 0
    for whole in messages:
        header = 16 if whole[0] & 1 else 8
        broken = [whole[:length] for length in range(1, len(whole))]
        broken += [whole[:2] + lie.to_bytes(2, "big") + whole[4:] for lie in (0, 1, 3, len(whole), 65535)]
        broken += [whole[:header + 2] + lie.to_bytes(2, "big") + whole[header + 4:] for lie in (len(whole), 65535)]
        broken += [bytes([version << 5 | whole[0] & 31]) + whole[1:] for version in (0, 2, 7)]
        broken += [bytes([0xe0]) + chance.randbytes(chance.randrange(300)) for _ in range(20)]
        for one in broken:
            if len(one) >= header:  # another sequence number, or it is answered as before, unread
                one = one[:header - 4] + (base + sent).to_bytes(3, "big") + one[header - 1:]
            sender.sendto(one, to)
            sent += 1
    print(sent)
""")


def rules(wire):
    """What is in force for each session, without what is counted."""
    def of(seid):
        shown = wire.core.json("plane", "show", seid)
        return [shown[key] for key in ("seid", "ipv4", "ipv6", "gnb", "pdrs")]

    return {one["seid"]: of(one["seid"]) for one in wire.core.json("session")}


def refused(wire, reason):
    text = wire.core.host.run("curl -s http://127.0.0.1:9090/metrics").stdout
    found = re.search(rf'^demarc_plane_refused_pfcp_messages{{.*reason="{reason}".*}} (\d+)$', text, re.M)
    return int(found[1]) if found else 0


@case
def malformed_pfcp_changes_nothing_whoever_sends_it(lab, build):
    wire = Wire(lab, build)
    victim = Victim(wire)
    wait_until(lambda: victim.is_fast(), 10, "its packets to take the fast path")
    before, said = rules(wire), wire.core.process.log.stat().st_size
    for sender, reason in ((NOBODY, "peer"), (SMF, "message")):
        counted = refused(wire, reason)
        for turn, seid in enumerate(before, 1):
            sent = int(wire.core.host.run(["env", *BY_HAND, "python3", "-c", MALFORMED, sender, PLANE_N4, seid, turn << 20]).stdout)
            counted += sent
            wait_until(lambda: refused(wire, reason) == counted, 5, f"{counted} messages of {sender} to be refused")  # noqa: B023
    expect(victim.is_fast(), "the victim's packets have left the fast path")
    expect(rules(wire) == before, f"{before} became {rules(wire)}")
    expect(wire.core.processes() == wire.pids, "a process ended")
    expect(wire.core.process.log.stat().st_size - said < LOG_BYTES, f"the log grew by {wire.core.process.log.stat().st_size - said} octets")
    expect_nothing_lost(victim)


# An SMF by hand, with a session for a phone at the stranger's address: `begin` establishes it, the others ask for changes of it.
FOREIGN_SMF = textwrap.dedent("""
    import random, socket, sys
    import pfcp_by_hand as p

    me, to, gnb, what, seid = sys.argv[1], (sys.argv[2], 8805), sys.argv[3], sys.argv[4], int(sys.argv[5], 16)
    speaker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    speaker.bind((me, 8805))
    speaker.settimeout(20)

    def ask(kind, items, seid=None):
        sequence = random.randrange(1 << 24)
        speaker.sendto(p.message(kind, sequence, items, seid), to)
        while True:
            answer = p.Answer(speaker.recv(65536))
            if answer.kind == kind + 1 and answer.sequence == sequence:
                return answer

    def pdr(number, source, far, *more):
        tunnel = [p.f_teid(0x5001, "10.9.0.1")] if source == 0 else []
        pdi = [(p.SOURCE_INTERFACE, p.u8(source)), *tunnel, p.ue_address("10.40.0.9", source == 1)]
        removal = [(p.HEADER_REMOVAL, p.u8(0))] if source == 0 else []
        return (p.CREATE_PDR, [(p.PDR_ID, p.u16(number)), (p.PRECEDENCE, p.u32(9)), (p.PDI, pdi), *removal, (p.FAR_ID, p.u32(far)), *more])

    def far(kind, number, action, *forwarding):
        inside = {p.CREATE_FAR: p.FORWARDING, p.UPDATE_FAR: p.UPDATE_FORWARDING}[kind]
        return (kind, [(p.FAR_ID, p.u32(number)), (p.APPLY_ACTION, p.u8(action))] + ([(inside, list(forwarding))] if forwarding else []))

    def towards(interface):
        return (p.DESTINATION_INTERFACE, p.u8(interface))

    unknown = (p.REMOVE_FAR, [(p.FAR_ID, p.u32(99))])
    slow = (p.CREATE_QER, [(p.QER_ID, p.u32(1)), (p.GATE, p.u8(5)), (p.MBR, bytes([0, 0, 0, 0, 1, 0, 0, 0, 0, 1]))])
    changes = {
        "removes the uplink, and what there is not": [(p.REMOVE_PDR, [(p.PDR_ID, p.u16(1))]), unknown],
        "removes the downlink, and what there is not": [(p.REMOVE_PDR, [(p.PDR_ID, p.u16(2))]), unknown],
        "drops all, and what there is not": [far(p.UPDATE_FAR, 1, 1), far(p.UPDATE_FAR, 2, 1), far(p.UPDATE_FAR, 99, 1)],
        "leads to another gNB, and removes what there is not": [
            far(p.UPDATE_FAR, 2, 2, towards(0), p.header_creation(0x66, "10.9.0.11")), unknown],
        "closes a gate for a PDR without a FAR": [slow, pdr(3, 0, 98, (p.QER_ID, p.u32(1)))],
        "takes a rule away and puts in half of one": [
            (p.REMOVE_PDR, [(p.PDR_ID, p.u16(1))]), (p.CREATE_PDR, [(p.PDR_ID, p.u16(4)), (p.PDI, [(p.SOURCE_INTERFACE, p.u8(0))])])],
        "leads to a network that is not there": [far(p.UPDATE_FAR, 1, 2, towards(1), (p.NETWORK_INSTANCE, b"\\x04moon"))],
        "puts in a FAR that leads nowhere": [(p.REMOVE_PDR, [(p.PDR_ID, p.u16(2))]), far(p.CREATE_FAR, 5, 2)],
    }
    if what == "begin":
        assert ask(p.SETUP, [(p.RECOVERY, p.u32(77)), p.node_id(me)]).cause == p.ACCEPTED
        rules = [pdr(1, 0, 1), pdr(2, 1, 2), far(p.CREATE_FAR, 1, 2, towards(1)),
                 far(p.CREATE_FAR, 2, 2, towards(0), p.header_creation(0x77, gnb))]
        answer = ask(p.ESTABLISHMENT, [p.node_id(me), p.f_seid(5, me), *rules], 0)
        assert answer.cause == p.ACCEPTED, answer.items
        print(answer.one(p.F_SEID)[1:9].hex())
    elif what == "names":
        print(*changes, sep="|")
    elif what == "right":
        print(ask(p.MODIFICATION, [far(p.UPDATE_FAR, 1, 1), far(p.UPDATE_FAR, 2, 1)], seid).cause)
    else:
        print(ask(p.MODIFICATION, changes[what], seid).cause)
""")


LISTEN = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 4000))
while True:
    s.recv(1000)
"""


class Foreign:
    """Its session, with packets through it both ways."""

    def __init__(self, wire):
        self.wire, self.number = wire, 1000
        self.up, self.down = Outer(wire, wire.senders[STRANGER]), Sender(wire.lab, wire.server, SERVER, "::")
        wire.look("its gNB", wire.lab.hosts["stranger"])
        wire.server.start(["python3", "-c", LISTEN], "listener.log")  # or it would say that nobody does
        self.seid = self.ask("begin")
        self.port = wire.core.host.run("cat /sys/class/net/out0/address").stdout.strip().replace(":", "")

    def ask(self, what):
        return self.wire.core.host.run(["env", *BY_HAND, "python3", "-c", FOREIGN_SMF, FOREIGN, PLANE_N4, STRANGER, what,
                                        getattr(self, "seid", "0")]).stdout.strip()

    def shown(self):
        shown = self.wire.core.json("plane", "show", self.seid)
        return [shown[key] for key in ("uplink_path", "downlink_path", "gnb", "pdrs")]

    def send(self):
        """The same packets up and down each time, but for the mark."""
        self.number += 1
        phone, payload = "10.40.0.9", mark(self.number) + bytes(range(200))
        self.up.sender.send([self.up.v4(gtpu(0x5001, ipv4(phone, SERVER, udp(payload, 4000))))], 5)
        frame = bytes.fromhex(self.port + self.down.mac + "0800") + ipv4(SERVER, phone, udp(payload, 4000))
        self.down.send([frame], 5)

    def out(self):
        """What has come out of what was sent last, at the server and at the gNB."""
        return [{one.replace(mark(self.number).hex(), "") for one in self.wire.came_out(name, self.number)} for name in ("server", "its gNB")]

    def carry(self):
        self.send()
        wait_until(lambda: all(self.out()), 10, "the packets")
        return self.out()


@case
def a_modification_that_is_refused_changes_nothing(lab, build):
    wire = Wire(lab, build, more=f", smfs: [{FOREIGN}]")
    foreign = Foreign(wire)
    wait_until(lambda: foreign.carry() and foreign.shown()[:2] == ["fast", "fast"], 10, "its session on the fast path")
    before, packets, victim = foreign.shown(), foreign.carry(), Victim(wire)
    for change in foreign.ask("names").split("|"):
        cause = int(foreign.ask(change))
        expect(cause not in (1, 65, 72), f"{change}: cause {cause}")
        expect(foreign.shown() == before, f"{change}: {before} became {foreign.shown()}")
        expect(foreign.carry() == packets, f"{change}: {packets} became {foreign.carry()}")
    expect_nothing_lost(victim)
    expect(foreign.ask("right") == "1", "one that is right is refused")
    counted = wire.counts()
    foreign.send()
    wait_until(lambda: growth(counted[1], wire.counts()[1], "action") >= 10, 10, "all to be dropped, as one that was right wants")
    expect(not any(foreign.out()), f"{foreign.out()}")


main()
