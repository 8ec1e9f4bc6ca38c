#!/usr/bin/env python3
"""Ports with several queues, whose packets several processors judge at once: nothing is counted twice or not at all, nothing overtakes, and rates hold."""
import json
import os
import struct
import subprocess
import time

from cases import case, expect, main
from frames import gtpu, ipv4, udp
from lab import wait_until
from outlived import SERVER, Setting
from tcpdump import Capture

GNB, PLANE, PORT = "10.100.0.11", "10.100.0.1", 4000
QUEUES = 4  # more than the processors that send
PROCESSORS = (sorted(os.sched_getaffinity(0)) * 2)[:2]
INSIDE, OUTSIDE = 600, 44  # octets of a phone's packet, and of what is around it on N3
COUNT, BURST, PAUSE = 30000, 64, 0.002
WAYS = ("uplink", "downlink")

# On one processor, so many of these frames in turn, numbered; or until there is a file.
SEND = """
import errno, os, socket, sys, time
processor, count, burst, pause, stop = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), sys.argv[5]
os.sched_setaffinity(0, {processor})
port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
port.bind(("eth0", 0))
frames = [(bytearray.fromhex(frame), int(at)) for frame, at in map(str.split, iter(sys.stdin.readline, "\\n"))]
print("ready", flush=True)
sys.stdin.readline()
sent = 0
while sent < count and not (sent % burst == 0 and os.path.exists(stop)):
    frame, at = frames[sent % len(frames)]
    frame[at:at + 8] = sent.to_bytes(8, "big")
    try:
        port.send(frame)
    except OSError as error:
        if error.errno != errno.ENOBUFS:  # the device had no room, and counts that
            raise
    sent += 1
    if sent % burst == 0:
        time.sleep(pause)
print(sent, flush=True)
"""


class Sender:
    """Of frames, each with the place of its number, from a host's eth0, at one processor."""

    def __init__(self, setting, host, processor, frames, count, burst, pause):
        words = ["python3", "-c", SEND, processor, count, burst, pause, setting.stop_file]
        self.process = subprocess.Popen(host.inside(words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        setting.lab.processes.append(self.process)
        print(*(f"{frame.hex()} {at}" for frame, at in frames), sep="\n", file=self.process.stdin)
        print(file=self.process.stdin, flush=True)
        expect(self.process.stdout.readline() == "ready\n", "a sender did not begin")

    def begin(self):
        print(file=self.process.stdin, flush=True)

    def end(self):
        """How many it has sent."""
        return int(self.process.stdout.readline())


class Ports(Setting):
    """A core between a gNB and a server, at ports of several queues; each processor that sends has some of its own."""

    def __init__(self, lab, build, mode, phones=1):
        super().__init__(lab, build, mode, phones, QUEUES)
        self.stop_file = self.core.folder / "stop"
        for host in (self.gnb, self.server):
            host.run(["ethtool", "-K", "eth0", "tx", "off", "gro", "on" if mode == "native" else "off"])  # gro: somebody polls there
            for queue in range(QUEUES):
                mask = 1 << PROCESSORS[queue % len(PROCESSORS)]
                host.run(["sh", "-c", f"echo {mask:x} > /sys/class/net/eth0/queues/tx-{queue}/xps_cpus"])

    def start(self, more=""):
        super().start(more)
        wait_until(lambda: all(self.shown(one["seid"])["gnb"] != "none" for one in self.core.json("session")), 20, "a gNB for each")
        self.sessions = [self.session(one["seid"]) for one in self.core.json("session")]
        self.core.host.run(f"ping -c 1 -W 5 {SERVER}")
        self.core.host.run(f"ping -c 1 -W 5 {GNB}")
        self.count_at(self.server, [f"ip saddr {one['address']} udp dport {PORT}" for one in self.sessions])
        self.count_at(self.gnb, [f"udp dport 2152 @th,96,32 {one['down']}" for one in self.sessions])
        return self

    def shown(self, seid):
        return self.core.json("plane", "show", seid)

    def session(self, seid):
        shown = self.shown(seid)
        up, down = (next(rule[key] for rule in shown["pdrs"] if rule[key].startswith("0x")) for key in ("from", "to"))
        return {"seid": seid, "address": shown["ipv4"], "up": int(up, 16), "down": down.split()[0]}

    # --- what the kernel says ---

    def count_at(self, host, matches):
        """What comes in there is counted, and goes no further."""
        rules = "".join(f"counter c{number} {{}}\n" for number in range(len(matches))) + (
            "chain come { type filter hook prerouting priority -300;\n"
            + "".join(f"{match} counter name c{number} drop\n" for number, match in enumerate(matches)) + "}\n")
        path = self.core.folder / f"{host.name}.nft"
        path.write_text(f"table inet referee {{\n{rules}}}\n")
        host.run(["nft", "-f", path])

    def arrived(self, host):
        """(packets, octets) by session."""
        listed = json.loads(host.run("nft -j list counters").stdout)["nftables"]
        found = {one["counter"]["name"]: one["counter"] for one in listed if "counter" in one}
        return [(found[f"c{number}"]["packets"], found[f"c{number}"]["bytes"]) for number in range(len(self.sessions))]

    @staticmethod
    def thrown_away(host, port):
        """By the device that they were to leave by, for want of room in it."""
        return int(host.run(f"cat /sys/class/net/{port}/statistics/tx_dropped").stdout)

    # --- traffic ---

    def frames(self, way, processor, sessions):
        payload = bytes(INSIDE - 28)
        made = []
        for one in sessions:
            ends = (one["address"], SERVER)
            packet = ipv4(*(ends if way == "uplink" else reversed(ends)), udp(payload, PORT, 5000 + processor))
            if way == "uplink":
                packet = ipv4(GNB, PLANE, udp(gtpu(one["up"], packet)))
            made.append((bytes.fromhex(self.macs(way)) + b"\x08\x00" + packet, 14 + len(packet) - len(payload)))
        return made

    def macs(self, way):
        near, host = ("n3", self.gnb) if way == "uplink" else ("n6", self.server)
        return "".join(one.run(f"cat /sys/class/net/{port}/address").stdout.strip().replace(":", "")
                       for one, port in ((self.core.host, near), (host, "eth0")))

    def senders(self, count=COUNT, burst=BURST, pause=PAUSE, sessions=None):
        """At each processor one each way, of packets of all sessions in turn."""
        return [(way, Sender(self, self.gnb if way == "uplink" else self.server, processor,
                             self.frames(way, processor, sessions or self.sessions), count, burst, pause))
                for way in WAYS for processor in PROCESSORS]

    def warm(self):
        """Whoever has to be asked for has been, and sessions are fast."""
        def fast():
            run(self.senders(8 * len(self.sessions)))
            time.sleep(0.2)
            return all(one[f"{way}_path"] == "fast" for one in map(self.shown, (one["seid"] for one in self.sessions)) for way in WAYS)
        wait_until(fast, 20, "the fast path")

    def books(self):
        """All that anybody has counted."""
        counters = self.core.json("plane", "counters")["default"]
        line = next(one for one in self.core.json("line", "status")["gnbs"] if one["gnb"] == "north")
        sessions = [self.shown(one["address"]) for one in self.sessions]
        return {"drops": {drop["reason"]: drop["fast"] for drop in counters["drops"] if drop["fast"]}, "rows": counters["rows"],
                **{way: {"sessions": [(one[f"{way}_packets"], one[f"{way}_bytes"]) for one in sessions],
                         "lanes": tuple(sum(row[f"{way}_{what}"] for row in counters["rows"]) for what in ("packets", "bytes")),
                         "gnb": line[f"{way}_octets"],
                         "arrived": self.arrived(to),
                         "lost before": self.thrown_away(by, "eth0"), "lost behind": self.thrown_away(self.core.host, port)}
                   for way, by, to, port in (("uplink", self.gnb, self.server, "n6"), ("downlink", self.server, self.gnb, "n3"))}}

    def carried(self, way, sent, before):
        """Packets that went in and were not thrown away in front of it."""
        by = self.gnb if way == "uplink" else self.server
        return sent[way] - self.thrown_away(by, "eth0") + before[way]["lost before"]

    def settled_books(self):
        """Once what is under way has arrived, and what the plane tells from time to time has been told."""
        last = None
        for _ in range(100):
            now = self.books()
            if now == last and all(now[way]["gnb"] == now[way]["lanes"][1] for way in WAYS):
                return now
            last = now
            time.sleep(0.5)
        raise AssertionError(f"octets of lanes and gNBs never were the same: {last}")


def run(senders):
    """Packets sent: {way: count}."""
    for _, sender in senders:
        sender.begin()
    sent = dict.fromkeys(WAYS, 0)
    for way, sender in senders:
        sent[way] += sender.end()
    return sent


def added(counts):
    """Sums of (packets, octets)."""
    return tuple(map(sum, zip(*counts)))


def less(after, before):
    return [(a[0] - b[0], a[1] - b[1]) for a, b in zip(after, before)]


def expect_exact(way, sent, before, after):
    """Every packet that went in is in the books of its session, of its gNB and of some lane, and has come out, or a device says that it has thrown it away."""
    one, was = after[way], before[way]
    booked, arrived = less(one["sessions"], was["sessions"]), less(one["arrived"], was["arrived"])
    packets, octets = added(booked)
    lost = {where: one[f"lost {where}"] - was[f"lost {where}"] for where in ("before", "behind")}
    said = f"{way}: {sent} sent, {lost} lost, booked {booked}, arrived {arrived}"
    around = OUTSIDE if way == "downlink" else 0
    expect(packets == sent - lost["before"] and octets == packets * INSIDE, said)
    expect(all(here[0] >= there[0] and there[1] == there[0] * (INSIDE + around) for here, there in zip(booked, arrived)), said)
    expect(packets - added(arrived)[0] == lost["behind"], said)
    expect(tuple(a - b for a, b in zip(one["lanes"], was["lanes"])) == (packets, octets), f"{said}; lanes {was} {one}")
    expect(one["gnb"] - was["gnb"] == octets, f"{said}; gNB {was['gnb']} {one['gnb']}")


def expect_shared(before, after, sent):
    """Each processor had its part."""
    grown = {processor: {way: sum(row[f"{way}_packets"] * sign for rows, sign in ((after, 1), (before, -1)) for row in rows["rows"]
                                  if row["path"] == "fast" and row["number"] == processor) for way in WAYS}
             for processor in PROCESSORS}
    expect(all(grown[processor][way] > sent[way] // 4 for processor in PROCESSORS for way in WAYS), f"{grown} of {sent}")


# --- order ---

def captured(path, at):
    """(time, length of the packet there, port that it came from, number) of each packet in a capture, whose phone's packets begin there."""
    octets = path.read_bytes()
    place = 24
    while place + 16 <= len(octets):
        seconds, fraction, length, _ = struct.unpack_from("<IIII", octets, place)
        frame = octets[place + 16:place + 16 + length]
        place += 16 + length
        if len(frame) >= at + 36:
            yield (seconds + fraction / 1e6, *struct.unpack_from("!H", frame, at + 2), *struct.unpack_from("!H", frame, at + 20),
                   int.from_bytes(frame[at + 28:at + 36], "big"))


class Captures:
    """What arrives at both ends."""

    def __init__(self, setting):
        self.dumps = {}
        for way, host, what, at in (("uplink", setting.server, f"dst host {SERVER} and udp dst port {PORT}", 14), ("downlink", setting.gnb, f"dst host {GNB} and udp dst port 2152", 58)):
            path = setting.core.folder / f"{way}{time.monotonic_ns()}.pcap"
            self.dumps[way] = (Capture(host, "eth0", path, what, "-B", 65536, "-s", 128), at)

    def end(self):
        """{way: packets}"""
        return {way: list(captured(capture.end(), at)) for way, (capture, at) in self.dumps.items()}


def expect_in_order(taken):
    """What one processor sent, arrives as it was sent, session by session."""
    for way, packets in taken.items():
        for port in {port for _, _, port, _ in packets}:
            numbers = [number for _, _, its, number in packets if its == port]
            late = sum(after <= before for before, after in zip(numbers, numbers[1:]))
            expect(late == 0, f"{way}: {late} of {len(numbers)} were overtaken")


def check_counts(setting):
    setting.start()
    setting.warm()
    before, captures = setting.settled_books(), Captures(setting)
    sent = run(setting.senders())
    after = setting.settled_books()
    for way, packets in captures.end().items():
        expect(len(packets) > COUNT, f"{way}: {len(packets)} were captured")
        expect_in_order({way: packets})
    expect(after["drops"] == before["drops"], f"{before['drops']} {after['drops']}")
    for way in WAYS:
        expect_exact(way, sent[way], before, after)
    expect_shared(before, after, sent)


@case
def one_session_on_two_processors_is_counted_to_the_octet_behind_drivers(lab, build):
    check_counts(Ports(lab, build, "generic"))


@case
def one_session_on_two_processors_is_counted_to_the_octet_at_drivers(lab, build):
    check_counts(Ports(lab, build, "native"))


@case
def many_sessions_on_two_processors_are_counted_to_the_octet_behind_drivers(lab, build):
    check_counts(Ports(lab, build, "generic", 8))


@case
def many_sessions_on_two_processors_are_counted_to_the_octet_at_drivers(lab, build):
    check_counts(Ports(lab, build, "native", 8))


# --- deaths ---

def check_death(setting):
    """The agent dies twice and is back. What it had counted of the session itself died with it; what the gNB carried did not."""
    setting.start()
    setting.warm()
    before, captures, senders = setting.settled_books(), Captures(setting), setting.senders(COUNT * 10, 16, 0.01)
    for _, sender in senders:
        sender.begin()
    for _ in range(2):
        setting.kill("plane-default")
        wait_until(lambda: setting.core.command("plane", "counters", check=False).returncode == 0, 20, "the plane to answer")
    setting.stop_file.touch()
    sent = {way: sum(sender.end() for its, sender in senders if its == way) for way in WAYS}

    def told():
        return [setting.books()[way]["gnb"] - before[way]["gnb"] for way in WAYS]
    expected = [setting.carried(way, sent, before) * INSIDE for way in WAYS]
    wait_until(lambda: told() == expected, 10, f"the gNB's octets to be {expected}; {told()} were told before")
    expect_in_order(captures.end())
    after = setting.books()
    for way in WAYS:
        lost = after[way]["lost behind"] - before[way]["lost behind"]
        arrived = added(less(after[way]["arrived"], before[way]["arrived"]))[0]
        expect(arrived + lost == setting.carried(way, sent, before) > COUNT // 10, f"{way}: {sent} sent, {arrived} arrived, {before[way]} {after[way]}")


@case
def a_death_of_the_agent_loses_nothing_of_what_two_processors_carry_behind_drivers(lab, build):
    check_death(Ports(lab, build, "generic", 2))


@case
def a_death_of_the_agent_loses_nothing_of_what_two_processors_carry_at_drivers(lab, build):
    check_death(Ports(lab, build, "native", 2))


# --- rates ---

RATE, RUNS, PERCENT = 40e6, 4, 2


def rate_of(packets):
    """Without the beginning, when a bucket is full."""
    begin, end = packets[0][0] + 0.5, packets[-1][0]
    taken = [length for at, length, _, _ in packets if at > begin]
    expect(end - begin > 0.5, f"{end - begin} s of traffic")
    return 8 * sum(taken) / (end - begin)


def check_rate(setting, more=""):
    """Both processors offer several times as much as the phone may have, of each of its sessions. Of several runs the best one, as the offer falters where others
    need the processors."""
    setting.core.command("subscriber", "set", "imsi-999700000000001", "--ue-ambr-uplink", "40 Mbps", "--ue-ambr-downlink", "40 Mbps")
    setting.start(more)
    setting.warm()
    errors = {way: [] for way in WAYS}
    for _ in range(RUNS):
        before, captures = setting.books(), Captures(setting)
        run(setting.senders(24000, 16, 0.001))
        for way, packets in captures.end().items():
            expect({port for _, _, port, _ in packets} == {5000 + one for one in PROCESSORS}, "one processor had it all")
            errors[way].append(round((rate_of(packets) / RATE - 1) * 100, 2))
        expect(setting.books()["drops"].get("rate", 0) > before["drops"].get("rate", 0), "the offer was too small")
    expect(all(min(map(abs, of)) <= PERCENT for of in errors.values()), f"percent too much: {errors}")


@case
def two_processors_hold_a_phone_to_its_rate_in_one_session(lab, build):
    check_rate(Ports(lab, build, "generic"))


@case
def two_processors_hold_a_phone_to_its_rate_in_two_sessions_together(lab, build):
    check_rate(Ports(lab, build, "native"), "session 1 2\n")


main()
