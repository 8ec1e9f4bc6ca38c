#!/usr/bin/env python3
"""Classes 33 to 35 of hostile radio (docs/hostile.md) as frames on a wire: a captured gNB and a stranger send them to a core whose phones are at traffic."""
import ipaddress
import time

from cases import case, expect, main
from frames import (CONTAINER, ECHO_REQUEST, ECHO_RESPONSE, END_MARKER, ERROR_INDICATION, GTPU, ICMP6, SCTP, TCP, gtpu, ipv4, ipv6, mark, packed,
                    udp, udp_over_v6)
from lab import LabError, wait_until
from wire import CAPTURED, HONEST, N3, N3_V6, SERVER, STRANGER, Outer, Victim, Wire, expect_nothing_lost, growth, inside, inside_v6

TIMES = 8  # that each packet is sent
KEPT = 64  # of a second: it might be a phone on the move. A row may take two


# --- the catalogue: a name, the reason that is counted, the path that decides, and the frames. None: the host drops them, unseen by the plane ---

FAST, SLOW, HOST = "fast", "slow", "host"


def signalling(wire, one):
    """Class 33, in the captured gNB's name or a stranger's: tunnels of others, and messages about them."""
    victim = wire.phones[1]
    spoofed = inside(wire, victim["v4"])
    nobodys = victim["up"] ^ 0x00400000
    told = b"\x10" + victim["down"].to_bytes(4, "big") + b"\x85\x00\x04" + packed(HONEST)
    yield "a tunnel beside the victim's", "unknown_teid", SLOW, [one.v4(gtpu(nobodys, spoofed))]
    yield "tunnel 0", "unknown_teid", SLOW, [one.v4(gtpu(0, spoofed))]
    yield "the last tunnel", "unknown_teid", SLOW, [one.v4(gtpu(0xffffffff, spoofed))]
    yield "an end marker for the victim's tunnel", "wrong_peer", SLOW, [one.v4(gtpu(victim["up"], b"", END_MARKER, 0x30))]
    yield "an end marker for no tunnel", "unknown_teid", SLOW, [one.v4(gtpu(nobodys, b"", END_MARKER, 0x30))]
    yield "an error indication in the victim's gNB's name", "wrong_peer", SLOW, [one.v4(gtpu(0, told, ERROR_INDICATION, 0x30))]
    yield "an error indication that is cut", "outer_malformed", SLOW, [one.v4(gtpu(0, told[:6], ERROR_INDICATION, 0x30))]
    yield "an error indication of five octets of address", "outer_malformed", SLOW, [
        one.v4(gtpu(0, told[:6] + b"\x00\x05" + packed(HONEST) + b"\0", ERROR_INDICATION, 0x30))]
    yield "message types that nobody knows", "outer_type", SLOW, [one.v4(gtpu(victim["up"], b"", kind, 0x30)) for kind in (0, 3, 77, 253)]
    yield "supported extension headers that nobody asked for", "outer_type", SLOW, [one.v4(gtpu(0, b"\x8d\x01\x85", 31, 0x30))]
    yield "GTP' and versions 0, 2 and 7", "outer_malformed", SLOW, [
        one.v4(gtpu(victim["up"], spoofed, flags=flags)) for flags in (0x24, 0x14, 0x54, 0xf4)]


def senders(wire, one):
    """Class 33: who sends into a tunnel that is not his. A phone that moves may: so the first 64 of a second are kept for a while."""
    victim, own = wire.phones[1], wire.phones[2]
    yield "the victim's tunnel", "wrong_peer", FAST, [one.v4(gtpu(victim["up"], inside(wire, victim["v4"])))] * 32
    yield "the victim's tunnel over IPv6", "wrong_peer", FAST, [one.v6(gtpu(victim["up"], inside(wire, victim["v4"])))] * 32
    yield "its own tunnel in another's name", "wrong_peer", FAST, [one.v4(gtpu(own["up"], inside(wire)), STRANGER)] * 32


def answers(wire, one):
    """Class 33: answers to questions that nobody has asked."""
    yield "an echo response of a stranger", "wrong_peer", SLOW, [one.v4(gtpu(0, b"\x0e\0", ECHO_RESPONSE, 0x32, ((0, b""),)))]


def addresses(wire, one):
    """Class 34: whose packets are inside, and where they want to go."""
    own, victim, other = (wire.phones[number] for number in (2, 1, 3))

    def of(packet):
        return [one.v4(gtpu(own["up"], packet)), one.v4(gtpu(own["up"], packet, flags=0x30))]

    yield "the victim's address inside", "spoofed_source", FAST, of(inside(wire, victim["v4"]))
    yield "the core's address inside", "spoofed_source", FAST, of(inside(wire, N3))
    yield "the server's address inside", "spoofed_source", FAST, of(inside(wire, SERVER))
    yield "the victim's prefix inside", "spoofed_source", FAST, of(inside_v6(wire, 17, b"", source=victim["v6"]))
    for place in (N3, HONEST, "127.0.0.7", "127.0.0.4", "127.0.0.1", "0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255"):
        yield f"to {place}", "infrastructure", FAST, of(inside(wire, to=place))
    for place in ("::1", "::", "fe80::1", "ff02::1"):
        yield f"to {place}", "infrastructure", FAST, of(inside_v6(wire, 17, b"", to=place))
    yield "to the victim", "ue_to_ue", FAST, of(inside(wire, to=victim["v4"])) + of(inside(wire, to=other["v4"]))
    yield "to the victim's prefix", "ue_to_ue", FAST, of(inside_v6(wire, 17, b"", to=victim["v6"]))
    yield "from a link-local address", "link_local", SLOW, of(inside_v6(wire, 17, b"", source="fe80::1"))
    yield "a router advertisement", "link_local", SLOW, of(ipv6("fe80::1", "ff02::1", b"\x86\0\0\0" + bytes(12) + mark(wire.number), ICMP6, hops=255))
    nested = gtpu(victim["up"], inside(wire, victim["v4"]))
    yield "a tunnel in a tunnel", "inner_tunnel", FAST, of(ipv4(own["v4"], SERVER, udp(nested, GTPU)))
    yield "GTP-C, PFCP", "inner_tunnel", FAST, of(inside(wire, port=2123)) + of(inside(wire, port=8805))
    yield "N2", "inner_tunnel", FAST, of(inside(wire, port=38412, protocol=SCTP))
    yield "a tunnel in a tunnel to the core", "inner_tunnel", FAST, of(ipv4(own["v4"], N3, udp(nested, GTPU)))
    yield "IP in IP", "encapsulated", FAST, of(ipv4(own["v4"], SERVER, inside(wire, victim["v4"]), 4)) + of(
        ipv4(own["v4"], SERVER, inside_v6(wire, 17, b""), 41))
    yield "GRE, EtherIP, L2TP, MPLS", "encapsulated", FAST, [frame for protocol in (47, 97, 115, 137) for frame in of(
        ipv4(own["v4"], SERVER, mark(wire.number) + bytes(8), protocol))]


def headers(wire, one):
    """Class 35: the packets inside, broken."""
    own = wire.phones[2]

    def of(packet):
        return one.v4(gtpu(own["up"], packet))

    good = inside(wire)
    yield "lengths that lie", "inner_malformed", SLOW, [of(inside(wire, length=n)) for n in (0, 19, 21, 27, 200, 65535)]
    yield "headers of 0, 4 and 15 words", "inner_malformed", SLOW, [of(inside(wire, words=n)) for n in (0, 4, 15)]
    yield "versions 0, 5 and 15", "inner_malformed", SLOW, [of(inside(wire, version=n)) for n in (0, 5, 15)]
    yield "cut at each octet of its headers", "inner_malformed", SLOW, [of(good[:n]) for n in range(28)]
    yield "source routes", "inner_malformed", SLOW, [
        of(inside(wire, options=bytes((kind, 7, 4)) + packed(SERVER) + b"\0")) for kind in (131, 137)]
    yield "options with lengths 0, 1 and 40", "inner_malformed", SLOW, [of(inside(wire, options=bytes((7, n, 4, 0)))) for n in (0, 1, 40)]
    yield "a first fragment without ports", "inner_malformed", SLOW, [of(ipv4(own["v4"], SERVER, b"\x0f\xa0", fragment=0x2000))]
    yield "IPv6 lengths that lie", "inner_malformed", SLOW, [of(inside_v6(wire, 17, b"", length=n)) for n in (0, 7, 200, 65535)]
    yield "IPv6 cut at each octet of its headers", "inner_malformed", SLOW, [of(inside_v6(wire, 17, b"")[:n]) for n in range(48)]
    options = b"\x3c\0\1\4\0\0\0\0"
    yield "nine IPv6 headers", "inner_malformed", SLOW, [of(inside_v6(wire, 60, options * 8 + b"\x11" + options[1:]))]
    yield "hop-by-hop options that are not first", "inner_malformed", SLOW, [of(inside_v6(wire, 60, b"\0" + options[1:] + b"\x11" + options[1:]))]
    yield "a routing header with segments left", "inner_malformed", SLOW, [
        of(inside_v6(wire, 43, b"\x11\x02" + bytes((kind, 1, 0, 0, 0, 0)) + packed("2001:db8::2"))) for kind in (0, 2, 4)]
    yield "IPv6 headers of 2,048 octets", "inner_malformed", SLOW, [of(inside_v6(wire, kind, b"\x11\xff" + bytes(6))) for kind in (0, 43, 60, 51, 135)]
    yield "an IPv6 first fragment without ports", "inner_malformed", SLOW, [
        of(ipv6(own["v6"], "2001:db8::1", b"\x11\0\0\1\0\0\0\7", 44))]


def extensions(wire, one):
    """Class 35: GTP-U's own headers, broken."""
    own = wire.phones[2]
    good, right = inside(wire), (0x85, CONTAINER)

    def of(*chain, **wrong):
        return one.v4(gtpu(own["up"], good, extensions=chain, **wrong))

    yield "an extension of no length", "outer_malformed", SLOW, [of((0x85, b"\0\0\1")), of(right, (0x40, b"\0\0\0"))]
    yield "an extension of 1,020 octets", "outer_malformed", SLOW, [of((0x85, b"\xff\0\1")), of(right, (0x40, b"\xff\0\0"))]
    yield "nine extensions, and a chain that has no end", "outer_malformed", SLOW, [of(*[right] * 9), of(*[right] * 60), of(*[right] * 3, last=0x85)]
    yield "a container of an unknown kind", "outer_malformed", SLOW, [of((0x85, bytes((1, kind << 4, 1)))) for kind in (2, 7, 15)]
    yield "extensions that must be understood", "outer_type", SLOW, [of((kind, CONTAINER)) for kind in (0xc0, 0xff, 0x81)]
    yield "longer than the datagram", "outer_malformed", SLOW, [of(right, length=n) for n in (len(good) + 9, 2000, 65535)]
    yield "shorter than its own headers", "outer_malformed", SLOW, [of(right, length=n) for n in range(4)]
    yield "shorter than what is inside", "inner_malformed", SLOW, [of(right, length=8 + n) for n in (0, 1, 19, 27)]
    whole = gtpu(own["up"], good)
    yield "cut at each octet", "outer_malformed", SLOW, [one.v4(whole[:n]) for n in range(16)]


def wires(wire, one):
    """Class 35: what is around it, broken. The host takes none of it."""
    own = wire.phones[2]
    whole = gtpu(own["up"], inside(wire))
    right = one.v4(whole)
    yield "frames that are cut", None, HOST, [right[:n] for n in (14, 15, 20, 30, 33, 37, 41)]
    yield "tags in tags", None, HOST, [one.frame(0x0800, right[14:], tags) for tags in (
        b"\x88\xa8\0\5\x81\0\0\6\x81\0\0\7", b"\x81\0\0\5" * 9)]
    yield "IP lengths that lie", None, HOST, [one.v4(whole, length=n) for n in (0, 19, 65535)]
    yield "versions and header lengths", None, HOST, [one.v4(whole, version=n) for n in (0, 5, 6, 15)] + [one.v4(whole, words=n) for n in (0, 4)]
    yield "a source route outside", None, HOST, [one.v4(whole, options=b"\x83\7\4" + packed(SERVER) + b"\0")]
    bare = udp(whole)
    yield "fragments that overlap", None, HOST, [one.frame(0x0800, ipv4(CAPTURED, N3, part, fragment=field, number=99)) for part, field in (
        (bare[:32], 0x2000), (bare[24:], 3))]
    yield "a fragment that ends beyond 64 KiB", None, HOST, [one.frame(0x0800, ipv4(CAPTURED, N3, bare, fragment=0x1fff, number=98))]
    yield "IPv6 with a routing header", None, HOST, [one.frame(0x86dd, ipv6(one.sender.address6, N3_V6, b"\x11\2\0\1" + bytes(4) + packed("::1")
                                                                        + udp_over_v6(one.sender.address6, N3_V6, whole), 43))]
    yield "other protocols to the core's address", None, HOST, [one.frame(0x0800, ipv4(CAPTURED, N3, bare, protocol)) for protocol in (4, TCP, 47, 136)]


CATALOGUE = {CAPTURED: (signalling, senders, addresses, headers, extensions, wires), STRANGER: (signalling, answers)}


# --- what has to hold ---

def expect_right_packets_come_out(wire, one):
    """Or nothing that follows would say anything."""
    wire.number += 1
    own = wire.phones[2]
    one.sender.send([one.v4(gtpu(own["up"], inside(wire))), one.v4(gtpu(own["up"], inside(wire), flags=0x30))])
    wait_until(lambda: "server" in wire.seen(wire.number), 10, "a right packet at the server")


def sender_of(frame):
    """As its IP header says."""
    return str(ipaddress.ip_address(frame[26:30] if frame[12:14] == b"\x08\0" else frame[22:38]))


def expect_refused(wire, one, row, fast):
    """It is counted under its reason, at its sender, by who decides."""
    name, reason, path, frames = row
    before = wire.counts()
    one.sender.send(frames, TIMES)
    if path == HOST:
        return
    wanted = TIMES * len(frames) - (2 * KEPT if len(set(frames)) < len(frames) else 0)

    def is_counted():
        after = wire.counts()
        by_fast, by_all = (growth(before[i], after[i], reason) for i in (0, 1))
        by_sender = growth(before[2], after[2], sender_of(frames[0]), reason)
        return by_all >= wanted and by_sender >= wanted and (by_fast >= wanted) == (fast and path == FAST)

    try:
        wait_until(is_counted, 2, name)
    except LabError as error:
        raise AssertionError(f"{name}: not counted as {reason} {wanted} times; {before} {wire.counts()}") from error


def play(wire, address, fast):
    """All that one sender has: the numbers of its marks, with names."""
    one, names = Outer(wire, wire.senders[address]), {}
    for part in CATALOGUE[address]:
        wire.number += 1
        for row in part(wire, one):
            names[wire.number] = f"{part.__name__} of {address}: {row[0]}"
            expect_refused(wire, one, row, fast)
            wire.number += 1
    return names


def play_catalogue(lab, build, mode):
    wire = Wire(lab, build, mode)
    before, victim, captured = {one["supi"] for one in wire.core.json("session")}, Victim(wire), Outer(wire, wire.senders[CAPTURED])
    expect_right_packets_come_out(wire, captured)
    names = {}
    for address in CATALOGUE:
        names |= play(wire, address, mode != '"off"')
    expect_right_packets_come_out(wire, captured)
    out = {name: wire.seen(number) for number, name in names.items() if wire.seen(number)}
    expect(not out, f"came out: {out}")
    expect(wire.core.processes() == wire.pids, "a process ended")
    expect(wire.radio.poll() is None, "the honest gNB was cut off")
    expect({one["supi"] for one in wire.core.json("session")} == before, "sessions are gone")
    expect_nothing_lost(victim)
    print(f"# {len(names)} rows")


@case
def the_catalogue_gets_nowhere_by_the_fast_path(lab, build):
    play_catalogue(lab, build, "generic")


@case
def the_catalogue_gets_nowhere_by_the_slow_path_alone(lab, build):
    play_catalogue(lab, build, '"off"')


FRAGMENTED = 3000  # octets of a ping that is the slow path's


@case
def a_flood_of_what_the_slow_path_carries_takes_it_from_no_other_gnb(lab, build):
    wire = Wire(lab, build, more=", slow_traffic: 2000")
    one, flood = Outer(wire, wire.senders[CAPTURED]), 50000
    victim = Victim(wire, FRAGMENTED)
    for name, to in (("a neighbour that is not there", "10.8.0.99"), ("many that are not there", None)):
        before, passed, began = wire.counts(), left(wire), time.monotonic()
        frames = [one.v4(gtpu(wire.phones[2]["up"], inside(wire, to=to or f"10.8.0.{number}"))) for number in range(100, 120)]
        one.sender.send(frames, flood // len(frames))
        wait_until(lambda: growth(before[2], wire.counts()[2], CAPTURED, "too_many") > flood // 4, 5, name)  # noqa: B023
        passed, may_pass = left(wire) - passed, 2000 * (time.monotonic() - began) + 5000
        expect(passed < may_pass, f"{name}: {passed} packets were left to the slow path")
    expect_nothing_lost(victim)
    expect(wire.core.processes() == wire.pids, "a process ended")


UNKNOWN = """
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 0))
for number in range(20):
    s.sendto(bytes.fromhex("30ff0004") + (0x70000000 + number).to_bytes(4, "big") + bytes(4), (sys.argv[2], 2152))
    time.sleep(0.05)
s.settimeout(2)
told = set()
try:
    while len(told) < 20:
        answer = s.recv(200)
        if answer[1] == 26:
            told.add(answer)
except TimeoutError:
    pass
print(len(told))
"""


def search_for_tunnels(lab, build, mode):
    """As many as the honest gNB asks for in a second it gets, while another one asks all the time."""
    wire = Wire(lab, build, mode)
    one = Outer(wire, wire.senders[CAPTURED])
    one.sender.begin([one.v4(gtpu(0x60000000 + number, inside(wire))) for number in range(100)], 4000)
    told = wire.lab.hosts["radio"].run(["python3", "-c", UNKNOWN, HONEST, N3]).stdout
    one.sender.end()
    expect(told == "20\n", f"the honest gNB was told {told.strip()} times of 20")
    expect(wire.core.processes() == wire.pids, "a process ended")


@case
def searches_for_tunnels_take_no_error_indications_from_another_gnb(lab, build):
    search_for_tunnels(lab, build, "generic")


@case
def searches_for_tunnels_take_no_error_indications_from_another_gnb_by_the_slow_path(lab, build):
    search_for_tunnels(lab, build, '"off"')


ECHO = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 0))
s.settimeout(1)
for _ in range(20):
    s.sendto(bytes.fromhex("3201000400000000" + "00050000"), (sys.argv[2], 2152))
    try:
        print(s.recv(100)[1])
        break
    except TimeoutError:
        pass
"""


def left(wire):
    """Packets that the program has left to the slow path."""
    return sum(row["left_packets"] for row in wire.core.json("plane", "counters")["default"]["rows"])


@case
def a_flood_of_what_is_the_slow_paths_takes_it_from_nobody(lab, build):
    wire = Wire(lab, build, more=", slow_packets: 1000")
    one, own, flood = Outer(wire, wire.senders[CAPTURED]), wire.phones[2], 20000
    for name, frame in (("echo requests", one.v4(gtpu(0, b"\0\5\0\0", ECHO_REQUEST, 0x32, ()))),
                        ("nonsense", one.v4(b"\xff" * 40)),
                        ("fragments inside", one.v4(gtpu(own["up"], inside(wire, fragment=0x2000)))),
                        ("fragments", one.frame(0x0800, ipv4(CAPTURED, N3, udp(gtpu(own["up"], inside(wire))), fragment=0x2000))),
                        ("packets for the gateway", one.v4(gtpu(own["up"], inside(wire, to="10.32.0.1"))))):
        before, passed, began = wire.counts(), left(wire), time.monotonic()
        one.sender.send([frame], flood)
        expect(wire.lab.hosts["radio"].run(["python3", "-c", ECHO, HONEST, N3]).stdout == "2\n", "the honest gNB's echo is not answered")
        wait_until(lambda: growth(before[2], wire.counts()[2], CAPTURED, "too_many") > flood // 4, 5, name)  # noqa: B023
        passed, may_pass = left(wire) - passed, 1000 * (time.monotonic() - began) + 1000
        expect(passed < may_pass, f"{name}: {passed} packets were left to the slow path")
    expect(wire.core.processes() == wire.pids, "a process ended")


main()
