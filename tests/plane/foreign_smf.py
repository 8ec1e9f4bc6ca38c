#!/usr/bin/env python3
"""SMFs of other makers command the plane: strict readers, odd writers, made by hand from TS 29.244 (pfcp_by_hand.py).

usage: foreign_smf.py BUILD-FOLDER      output is TAP; without root it is skipped, loudly
"""
import ipaddress
import random
import socket
import struct
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import pfcp_by_hand as p  # noqa: E402
from lab import Lab, LabError, wait_until  # noqa: E402

PLANE, ONE, OTHER, GNB = "10.0.1.1", "10.0.1.3", "10.0.1.4", "10.0.1.9"
CONFIG = """
planes:
  - {{name: default, n4: 10.0.1.1, n3: [10.0.1.1], smfs: [10.0.1.3, 10.0.1.4], fast: "off"}}
smf: {{n4: 10.0.1.2}}
line: {{inventory: ""}}
runtime_dir: {folder}
state_dir: {folder}
"""
UDP_SEGMENT = 103  # linux/udp.h
UNKNOWN = (999, b"what is this?")
VENDOR = (0x8123, p.u16(10415) + b"ours alone")
CASES = []


def case(function):
    CASES.append(function)
    return function


def same(found, expected):
    assert found == expected, f"found {found}, expected {expected}"


class Smf:
    def __init__(self, address):
        self.address, self.sequence = address, random.randrange(1 << 20)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 8805))
        self.socket.settimeout(10)

    def send(self, octets):
        """Until its answer comes; what the plane asks meanwhile is left unanswered."""
        self.socket.sendto(octets, (PLANE, 8805))
        while True:
            answer = p.Answer(self.socket.recv(65536))
            if answer.kind == octets[1] + 1 and answer.sequence == self.sequence:
                return answer

    def ask(self, kind, items, seid=None):
        self.sequence += 1
        return self.send(p.message(kind, self.sequence, items, seid))

    def associate(self, *more, node=None):
        return self.ask(p.SETUP, [*more, (p.RECOVERY, p.u32(77)), node or p.node_id(self.address)])

    def establish(self, rules, seid, *more):
        return self.ask(p.ESTABLISHMENT, [*more, *rules, p.f_seid(seid, self.address), p.node_id(self.address)], 0)

    def modify(self, seid, items):
        return self.ask(p.MODIFICATION, items, seid)


def group(kind, *items):
    """In an order of its own, with something in it that nobody knows."""
    return (kind, [*reversed(items), UNKNOWN])


def uplink(pdr, far, tunnel, address, *more):
    return group(p.CREATE_PDR, (p.PDR_ID, p.u16(pdr)), (p.PRECEDENCE, p.u32(0xffffffff)),
                 group(p.PDI, (p.SOURCE_INTERFACE, p.u8(0)), tunnel, p.ue_address(address, False)),
                 (p.HEADER_REMOVAL, p.u8(0)), (p.FAR_ID, p.u32(far)), *more)


def downlink(pdr, far, address, *more):
    return group(p.CREATE_PDR, (p.PDR_ID, p.u16(pdr)), (p.PRECEDENCE, p.u32(0)),
                 group(p.PDI, (p.SOURCE_INTERFACE, p.u8(1)), p.ue_address(address, True)),
                 (p.FAR_ID, p.u32(far)), *more)


def to_core(far):
    return group(p.CREATE_FAR, (p.FAR_ID, p.u32(far)), (p.APPLY_ACTION, p.u8(2)),
                 group(p.FORWARDING, (p.DESTINATION_INTERFACE, p.u8(1))))


def buffering(far):
    return group(p.CREATE_FAR, (p.FAR_ID, p.u32(far)), (p.APPLY_ACTION, p.u8(4)))


def plain(address, tunnel):
    return [downlink(65535, 0xfffffffe, address), uplink(1, 7, tunnel, address), buffering(0xfffffffe), to_core(7)]


def seid_of(answer):
    same(answer.cause, p.ACCEPTED)
    return int.from_bytes(answer.one(p.F_SEID)[1:9], "big")


def teids_of(answer):
    return [int.from_bytes(p.within(created, p.F_TEID)[1:5], "big") for created in answer.all(p.CREATED_PDR)]


@case
def a_heartbeat_needs_no_association(one, other):
    same(len(one.ask(p.HEARTBEAT, [UNKNOWN, (p.RECOVERY, p.u32(77))]).one(p.RECOVERY)), 4)


@case
def a_session_needs_one(one, other):
    answer = one.establish(plain("10.45.0.2", p.choose()), 5)
    same((answer.cause, answer.all(p.F_SEID)), (p.NO_ASSOCIATION, []))
    same(one.ask(p.RELEASE, [p.node_id(ONE)]).cause, p.NO_ASSOCIATION)


@case
def an_association_takes_what_it_knows(one, other):
    answer = one.associate(UNKNOWN, VENDOR, (p.CP_FEATURES, p.u8(0)), node=p.fqdn_id("smf.example.org"))
    same(answer.cause, p.ACCEPTED)
    assert answer.one(p.UP_FEATURES)[0] & 0x10, "FTUP is not offered"
    assert all(kind < 0x8000 for kind, _ in answer.items), "elements of our own to a stranger"
    same(other.associate().cause, p.ACCEPTED)


@case
def tunnels_may_be_the_smf_s_own(one, other):
    answer = one.establish(plain("10.45.0.2", p.f_teid(0xabcd, PLANE)), 5, UNKNOWN, VENDOR)
    seid = seid_of(answer)
    same((answer.seid, answer.all(p.CREATED_PDR)), (5, []))
    same(one.establish(plain("10.45.0.3", p.f_teid(0xabcd, PLANE)), 6).cause, p.RULE_FAILURE)
    same(one.establish(plain("10.45.0.3", p.f_teid(0xabce, "10.0.1.77")), 6).cause, 71)
    same(one.ask(p.DELETION, [], seid).cause, p.ACCEPTED)


@case
def the_plane_chooses_them_one_for_each_choose_id(one, other):
    rules = [uplink(1, 7, p.choose(9), "10.45.0.2"), uplink(2, 7, p.choose(9), "10.45.0.2"),
             uplink(3, 7, p.choose(), "10.45.0.2"), to_core(7)]
    answer = one.establish(rules, 5)
    first, second, third = teids_of(answer)
    assert first == second != third, f"{first}, {second}, {third}"
    same(one.ask(p.DELETION, [], seid_of(answer)).cause, p.ACCEPTED)


@case
def one_message_may_remove_create_update_and_query(one, other):
    urr = group(p.CREATE_URR, (p.URR_ID, p.u32(0x80000001)), (p.METHOD, p.u8(2)), (p.TRIGGERS, p.u16(0)))
    rules = [uplink(1, 7, p.choose(), "10.45.0.2", (p.URR_ID, p.u32(0x80000001))), downlink(2, 8, "10.45.0.2"),
             to_core(7), buffering(8), urr]
    seid = seid_of(one.establish(rules, 5))
    qer = group(p.CREATE_QER, (p.QER_ID, p.u32(3)), (p.GATE, p.u8(0)),
                (p.MBR, bytes([0, 0, 0, 0, 100, 0, 0, 0, 0, 100])))
    forward = group(p.UPDATE_FAR, (p.FAR_ID, p.u32(8)), (p.APPLY_ACTION, p.u8(2)),
                    group(p.UPDATE_FORWARDING, (p.DESTINATION_INTERFACE, p.u8(0)), p.header_creation(0x51, GNB)))
    answer = one.modify(seid, [group(p.QUERY_URR, (p.URR_ID, p.u32(0x80000001))), forward, qer, UNKNOWN,
                               downlink(9, 8, "10.45.0.2", (p.QER_ID, p.u32(3))),
                               group(p.REMOVE_PDR, (p.PDR_ID, p.u16(2)))])
    same((answer.cause, answer.seid), (p.ACCEPTED, 5))
    same(p.within(answer.one(p.USAGE_IN_MODIFICATION), p.URR_ID), p.u32(0x80000001))
    same(one.modify(seid, [group(p.REMOVE_PDR, (p.PDR_ID, p.u16(2)))]).one(p.FAILED_RULE), bytes([0]) + p.u16(2))
    same(one.ask(p.DELETION, [], seid).cause, p.ACCEPTED)


@case
def what_is_not_served_or_not_whole_is_named(one, other):
    good, tunnel = "10.45.0.2", p.choose()
    answer = one.establish([uplink(1, 99, tunnel, good), to_core(7)], 5)
    same((answer.cause, answer.one(p.FAILED_RULE)), (p.RULE_FAILURE, bytes([0]) + p.u16(1)))
    answer = one.establish([group(p.CREATE_PDR, (p.PDR_ID, p.u16(1)), group(p.PDI, (p.SOURCE_INTERFACE, p.u8(0)))),
                            to_core(7)], 5)
    same((answer.cause, answer.one(p.OFFENDING)), (p.MANDATORY_MISSING, p.u16(p.PRECEDENCE)))
    answer = one.establish([uplink(1, 7, tunnel, good), group(p.CREATE_FAR, (p.FAR_ID, p.u32(7)),
                                                              (p.APPLY_ACTION, p.u8(2)))], 5)
    same((answer.cause, answer.one(p.OFFENDING)), (p.CONDITIONAL_MISSING, p.u16(p.FORWARDING)))
    moon = (p.NETWORK_INSTANCE, b"\x04moon")
    answer = one.establish([uplink(1, 7, tunnel, good),
                            group(p.CREATE_FAR, (p.FAR_ID, p.u32(7)), (p.APPLY_ACTION, p.u8(2)),
                                  group(p.FORWARDING, (p.DESTINATION_INTERFACE, p.u8(1)), moon))], 5)
    same((answer.cause, answer.one(p.OFFENDING)), (p.INCORRECT, p.u16(p.NETWORK_INSTANCE)))
    for refused in (answer,):
        same((refused.seid, refused.all(p.F_SEID)), (5, []))


@case
def a_refused_modification_changes_nothing(one, other):
    seid = seid_of(one.establish(plain("10.45.0.2", p.choose()), 5))
    answer = one.modify(seid, [group(p.REMOVE_PDR, (p.PDR_ID, p.u16(1))), group(p.REMOVE_FAR, (p.FAR_ID, p.u32(99)))])
    same((answer.cause, answer.one(p.FAILED_RULE)), (p.RULE_FAILURE, bytes([1]) + p.u32(99)))
    same(one.modify(seid, [group(p.REMOVE_PDR, (p.PDR_ID, p.u16(1)))]).cause, p.ACCEPTED)
    same(one.ask(p.DELETION, [], seid).cause, p.ACCEPTED)


def copies_to(teid, interface=4, kind=p.DUPLICATING, address=OTHER):
    return group(kind, (p.DESTINATION_INTERFACE, p.u8(interface)), p.header_creation(teid, address))


def shown(address):
    """What the operator sees of a session."""
    build, config = sys.argv[2:]
    command = [f"{build}/src/face/demarc", "plane", "show", address, f"--config={config}"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout


def g_pdu(teid, inner):
    """With a PDU session container (TS 38.415), uplink, QFI 1."""
    return struct.pack("!BBHIHBB", 0x34, 255, len(inner) + 8, teid, 0, 0, 0x85) + bytes([1, 0x10, 1, 0]) + inner


def udp_packet(source, destination, data=b"what the phone says"):
    """IPv4 and UDP without checksums of their own."""
    header = struct.pack("!BBHIBBH", 0x45, 0, 28 + len(data), 0, 64, 17, 0)
    return header + ipaddress.ip_address(source).packed + ipaddress.ip_address(destination).packed + \
        struct.pack("!HHHH", 4000, 9, 8 + len(data), 0) + data


def gtp_u(address):
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind((address, 2152))
    opened.settimeout(10)
    return opened


def next_copy(probe):
    """The next G-PDU: its TEID, PDU type, QFI and what is inside."""
    while True:
        octets = probe.recv(65536)
        flags, kind, length, teid = struct.unpack_from("!BBHI", octets)
        if kind == 255:
            break
    same((flags, len(octets), octets[11], octets[12]), (0x34, length + 8, 0x85, 1))
    return teid, octets[13] >> 4, octets[14] & 0x3f, octets[16:]


@case
def what_phones_send_is_copied_to_whom_the_smf_names(one, other):
    gnb, probe = gtp_u(ONE), gtp_u(OTHER)
    far = group(p.CREATE_FAR, (p.FAR_ID, p.u32(7)), (p.APPLY_ACTION, p.u8(0x12)), copies_to(0xa1), copies_to(0xa2),
                group(p.FORWARDING, (p.DESTINATION_INTERFACE, p.u8(1))))
    access = group(p.CREATE_FAR, (p.FAR_ID, p.u32(8)), (p.APPLY_ACTION, p.u8(2)),
                   group(p.FORWARDING, (p.DESTINATION_INTERFACE, p.u8(0)), p.header_creation(0x51, ONE)))
    answer = one.establish([uplink(1, 7, p.choose(), "10.45.0.2"), downlink(2, 8, "10.45.0.2"), far, access], 5)
    seid, (teid,) = seid_of(answer), teids_of(answer)
    assert [line.split() for line in shown("10.45.0.2").splitlines() if "0x000000a" in line] == [
        ["1", "0x000000a2", "at", OTHER], ["1", "0x000000a1", "at", OTHER]], shown("10.45.0.2")
    inner = udp_packet("10.45.0.2", "198.51.100.1")
    gnb.sendto(g_pdu(teid, inner), (PLANE, 2152))
    same([next_copy(probe) for _ in range(2)], [(0xa2, 1, 1, inner), (0xa1, 1, 1, inner)])  # groups are reversed
    drop = group(p.UPDATE_FAR, (p.FAR_ID, p.u32(7)), (p.APPLY_ACTION, p.u8(0x11)),
                 copies_to(0xb1, kind=p.UPDATE_DUPLICATING))
    same(one.modify(seid, [drop]).cause, p.ACCEPTED)
    gnb.sendto(g_pdu(teid, inner), (PLANE, 2152))
    same([next_copy(probe)[0] for _ in range(2)], [0xb1, 0xa1])
    bad = [([copies_to(0xc1, address=PLANE)], p.RULE_FAILURE), ([copies_to(0xc1, address="10.45.0.9")], p.RULE_FAILURE),
           ([copies_to(0xc1)] * 5, p.RULE_FAILURE), ([copies_to(0xc1, interface=3)], p.NOT_SUPPORTED), ([], 67)]
    for parameters, cause in bad:
        far = group(p.CREATE_FAR, (p.FAR_ID, p.u32(9)), (p.APPLY_ACTION, p.u8(0x11)), *parameters)
        answer = one.modify(seid, [far])
        same(answer.cause, cause)
        if cause == p.RULE_FAILURE:
            same(answer.one(p.FAILED_RULE), bytes([1]) + p.u32(9))
    gnb.sendto(g_pdu(teid, inner), (PLANE, 2152))
    same([next_copy(probe)[0] for _ in range(2)], [0xb1, 0xa1])
    same(one.ask(p.DELETION, [], seid).cause, p.ACCEPTED)
    gnb.close()
    probe.close()


@case
def long_packets_that_came_as_one_go_to_another_upf_unharmed(one, other):
    """What goes out has a longer header than what came, and nothing in front of it that is not another packet's."""
    gnb, upf = gtp_u(ONE), gtp_u(OTHER)
    away = group(p.CREATE_FAR, (p.FAR_ID, p.u32(7)), (p.APPLY_ACTION, p.u8(2)),
                 group(p.FORWARDING, (p.DESTINATION_INTERFACE, p.u8(1)), p.header_creation(0xd1, OTHER)))
    access = group(p.CREATE_FAR, (p.FAR_ID, p.u32(8)), (p.APPLY_ACTION, p.u8(2)),
                   group(p.FORWARDING, (p.DESTINATION_INTERFACE, p.u8(0)), p.header_creation(0x51, ONE)))
    answer = one.establish([uplink(1, 7, p.choose(), "10.45.0.2"), downlink(2, 8, "10.45.0.2"), away, access], 5)
    seid, (teid,) = seid_of(answer), teids_of(answer)
    inner = [udp_packet("10.45.0.2", "198.51.100.1", bytes([number]) * 2100) for number in range(1, 5)]
    datagrams = [struct.pack("!BBHI", 0x30, 255, len(one_of), teid) + one_of for one_of in inner]
    as_one = [(socket.IPPROTO_UDP, UDP_SEGMENT, struct.pack("H", len(datagrams[0])))]
    gnb.sendmsg([b"".join(datagrams)], as_one, 0, (PLANE, 2152))
    def content(packet):  # a hop older: its header differs
        return packet[20:]
    same([content(next_copy(upf)[3]) for _ in inner], [content(packet) for packet in inner])
    same(one.ask(p.DELETION, [], seid).cause, p.ACCEPTED)
    gnb.close()
    upf.close()


@case
def what_is_asked_twice_is_done_once(one, other):
    one.sequence += 1
    asked = p.message(p.ESTABLISHMENT, one.sequence,
                      [p.node_id(ONE), p.f_seid(5, ONE), *plain("10.45.0.2", p.choose())], 0)
    first, again = one.send(asked), one.send(asked)
    same(first.items, again.items)
    same(one.ask(p.DELETION, [], seid_of(first)).cause, p.ACCEPTED)


@case
def two_smfs_with_the_same_numbers_keep_apart(one, other):
    mine = seid_of(one.establish(plain("10.45.0.2", p.choose()), 5))
    theirs = seid_of(other.establish(plain("10.45.0.3", p.choose()), 5))
    assert mine != theirs
    same(other.modify(mine, []).cause, p.NOT_FOUND)
    same(other.ask(p.DELETION, [], mine).cause, p.NOT_FOUND)
    same(other.establish(plain("10.45.0.2", p.choose()), 6).cause, p.RULE_FAILURE)
    same(one.ask(p.DELETION, [], mine).cause, p.ACCEPTED)
    same(other.modify(theirs, []).cause, p.ACCEPTED)


@case
def sessions_outlive_a_new_association_only_if_they_are_to_be_retained(one, other):
    kept = seid_of(one.establish(plain("10.45.0.2", p.choose()), 5))
    same(one.associate((p.RETENTION, b"")).one(p.ASRSP_FLAGS)[0] & 1, 1)
    same(one.modify(kept, []).cause, p.ACCEPTED)
    same(one.associate().all(p.ASRSP_FLAGS), [])
    same(one.modify(kept, []).cause, p.NOT_FOUND)


@case
def a_released_association_takes_its_sessions_along_and_no_others(one, other):
    mine = seid_of(one.establish(plain("10.45.0.2", p.choose()), 5))
    theirs = seid_of(other.establish(plain("10.45.0.4", p.choose()), 8))
    same(one.ask(p.RELEASE, [p.node_id(ONE), UNKNOWN]).cause, p.ACCEPTED)
    same(one.modify(mine, []).cause, p.NO_ASSOCIATION)
    same(other.modify(theirs, []).cause, p.ACCEPTED)


def inside():
    """In the SMFs' namespace."""
    one, other, failed = Smf(ONE), Smf(OTHER), 0
    print(f"1..{len(CASES)}", flush=True)
    for number, function in enumerate(CASES, 1):
        name = function.__name__.replace("_", " ")
        try:
            function(one, other)
            print(f"ok {number} - {name}", flush=True)
        except Exception as error:  # a case that fails must not hide the others
            failed += 1
            print(f"not ok {number} - {name}\n# {type(error).__name__} {error}", flush=True)
    return 1 if failed else 0


def main(build):
    try:
        with Lab("foreignsmf") as lab:
            core, smfs = lab.host("core"), lab.host("smfs")
            lab.link(core, "n4", [f"{PLANE}/24"], smfs, "eth0", [f"{ONE}/24", f"{OTHER}/24"])
            for host, device in ((core, "n4"), (smfs, "eth0")):
                host.run(f"ip link set {device} mtu 9000")
            config = lab.folder / "plane.yaml"
            config.write_text(CONFIG.format(folder=lab.folder))
            plane = core.start([build / "tests/plane/plane-process", "-c", config], "plane.log")
            wait_until(lambda: "ready" in plane.log.read_text(), 20, "the plane is ready")
            done = smfs.run([sys.executable, __file__, "inside", build, config], check=False)
            print(done.stdout, end="")
            if done.returncode:
                print("# " + (done.stderr + plane.log.read_text()).replace("\n", "\n# "))
            return done.returncode
    except LabError as error:
        print(f"1..0 # SKIP {error}")
        return 0


sys.exit(inside() if sys.argv[1] == "inside" else main(Path(sys.argv[1]).resolve()))
