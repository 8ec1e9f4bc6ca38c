"""A core with the packet program at real interfaces, phones at traffic behind it, and equipment beside them that sends what it likes."""
import re
import signal

from cases import expect
from frames import Sender, ipv4, ipv6, look, mark, udp, udp_over_v6
from lab import wait_until
from pings import replies
from running_core import CONFIG, Core

N3, N3_V6, SERVER = "10.9.0.1", "fd00:9::1", "10.8.0.2"
HONEST, CAPTURED, STRANGER = "10.9.0.11", "10.9.0.13", "10.9.0.66"
NETWORK = CONFIG.replace("type: ipv4\n", "type: ipv4v6\n    ipv6: 2001:db8:cafe::/48\n")
PLANE = """
planes:
  - {{name: default, n4: 127.0.0.7, n3: [10.9.0.1, "fd00:9::1"], nat: false, fast: %s, fast_interfaces: [out0], infrastructure: [10.9.0.0/24],
     fast_pins: {folder}/../bpf%s}}
"""
INVENTORY = "profile: lab\ndomains: [{name: default, listen: [10.9.0.1]}]\n"


class Wire:
    """A core; behind ran0 a switch with an honest gNB, one that was captured, and somebody else; behind out0 a server."""

    def __init__(self, lab, build, mode="generic", more="", phones="1 3"):
        """more: further keys of the plane. phones: of the honest gNB; phone 2 is the captured one's."""
        lab.pins()
        self.lab = lab
        self.core = Core(lab, build, "core", 3, NETWORK + PLANE % (mode, more), session_type="ipv4v6", inventory=INVENTORY)
        self.server, air = lab.host("server"), lab.host("air")
        hosts = {name: lab.host(name) for name in ("radio", "captured", "stranger")}
        lab.link(self.core.host, "ran0", ["10.9.0.1/24", "fd00:9::1/64"], air, "p0", [])
        for number, (host, address) in enumerate(zip(hosts.values(), (HONEST, CAPTURED, STRANGER)), 1):
            lab.link(host, "eth0", [f"{address}/24", f"fd00:9::{address.split('.')[-1]}/64"], air, f"p{number}", [])
        lab.bridge(air, "br0", ["p0", "p1", "p2", "p3"])
        lab.link(self.core.host, "out0", ["10.8.0.1/24"], self.server, "eth0", [f"{SERVER}/24"])
        self.server.run("ip route add 10.32.0.0/11 via 10.8.0.1")
        for host in (*hosts.values(), self.server):
            host.run(["ethtool", "-K", "eth0", "tx", "off"])  # whole checksums, as a cable would carry
        self.core.start()
        self.core.wait()
        self.radio = self.play(hosts["radio"], f"gnb 1 honest address {HONEST}\n", "gnb 1", phones)
        self.play(hosts["captured"], f"gnb 3 captured address {CAPTURED}\n", "gnb 3", "2")
        self.mac = self.core.host.run("cat /sys/class/net/ran0/address").stdout.strip().replace(":", "")
        self.senders = {address: Sender(lab, hosts[name], address, f"fd00:9::{address.split('.')[-1]}")
                        for name, address in (("captured", CAPTURED), ("stranger", STRANGER))}
        self.logs = {}
        for name, host, *device in (("server", self.server), ("honest gNB", hosts["radio"]), ("core", self.core.host, "demarc0")):
            self.look(name, host, *device)
        self.phones = {number: self.session_of(number) for number in (2, *map(int, phones.split()))}
        self.number, self.pids = 0, self.core.processes()

    def look(self, name, host, *device):
        self.logs[name] = look(host, f"{name}.marks", *device)
        wait_until(lambda: "looks" in self.logs[name].read_text(), 10, "somebody to look")

    def play(self, host, stations, gnb, phones):
        """Phones get a session each and stay."""
        path = self.core.folder / f"{host.name}.scenario"
        cast = "".join(self.core.cast(1, int(one)).split("\n", 2)[2].replace("gnb 1", gnb) for one in phones.split())
        steps = "".join(f"register {one}\nsession {one} 1 internet ipv4v6\n" for one in phones.split())
        path.write_text(f"amf {N3}\n{stations}{cast}start {gnb.split()[1]}\n{steps}stay\n")
        radio = host.start([self.core.ran, "scenario", "--quiet", path], f"{host.name}.ran.log")
        wait_until(lambda: {f"imsi-99970{int(one):010d}" for one in phones.split()}
                   <= {one["supi"] for one in self.core.json("session")}, 30, "the phones' sessions")
        return radio

    def session_of(self, number):
        seid = next(one["seid"] for one in self.core.json("session") if one["supi"] == f"imsi-99970{number:010d}")
        wait_until(lambda: self.core.json("plane", "show", seid)["gnb"] != "none", 10, "a gNB")
        shown = self.core.json("plane", "show", seid)
        teids = [int(found, 16) for rule in shown["pdrs"] for found in re.findall(r"0x([0-9a-f]+)", f"{rule['from']} {rule['to']}")]
        return {"v4": shown["ipv4"], "v6": shown["ipv6"], "up": teids[0], "down": teids[-1]}

    def counts(self):
        """Packets dropped, by reason: on the fast path, in all, and of those that are told by sender those of each."""
        counters = self.core.json("plane", "counters")["default"]
        return ({drop["reason"]: drop["fast"] for drop in counters["drops"]},
                {drop["reason"]: drop["fast"] + drop["slow"] for drop in counters["drops"]},
                {one["sender"]: one["reasons"] for one in self.core.json("line", "senders")})

    def came_out(self, name, number):
        """The frames with that mark, without their Ethernet headers."""
        whole = self.logs[name].read_text().split("\n")[:-1]  # the last one may still be being written
        return [line.split()[1][28:] for line in whole if line.split()[0] == str(number)]

    def seen(self, number):
        return [name for name in self.logs if self.came_out(name, number)]


SECOND = 20  # pings


class Victim:
    """Phone 1, which pings the server, and is pinged by it, all the while; every packet is answered."""

    def __init__(self, wire, octets=56):
        self.wire = wire
        hosts = {"up": (wire.lab.hosts["phone1"], SERVER), "down": (wire.server, wire.phones[1]["v4"])}
        self.pings = {way: host.start(["ping", "-n", "-i", "0.05", "-W", "10", "-s", str(octets), to], f"ping.{way}")
                      for way, (host, to) in hosts.items()}

    def is_fast(self):
        shown = self.wire.core.json("plane", "show", self.wire.phones[1]["v4"])
        return shown["uplink_path"] == shown["downlink_path"] == "fast"

    def end(self):
        """{way: (packets sent, numbers of those that were answered)}, when what was sent before has had its time to be answered."""
        before = {way: max(replies(ping.log), default=0) for way, ping in self.pings.items()}
        wait_until(lambda: all(max(replies(ping.log), default=0) >= before[way] + SECOND for way, ping in self.pings.items()), 10,
                   "more answers for the victim")
        told = {}
        for way, ping in self.pings.items():
            ping.send_signal(signal.SIGINT)
            ping.wait(30)
            told[way] = int(re.search(r"(\d+) packets transmitted", ping.log.read_text())[1]), replies(ping.log)
        return told


def expect_nothing_lost(victim):
    """ping ends at once: the last ones may be on their way."""
    for way, (sent, answered) in victim.end().items():
        last = max(answered)
        expect(sorted(answered) == list(range(1, last + 1)), f"{way}: of the victim's packets were not answered, or twice: "
               f"{[number for number in range(1, last + 1) if answered.count(number) != 1]} of {last}")
        expect(sent - last < SECOND, f"{way}: the last {sent - last} of the victim's {sent} packets were not answered")


def growth(before, after, *keys):
    for key in keys[:-1]:
        before, after = before.get(key, {}), after.get(key, {})
    return after.get(keys[-1], 0) - before.get(keys[-1], 0)


class Outer:
    """Frames of one sender, to the core."""

    def __init__(self, wire, sender):
        self.wire, self.sender = wire, sender

    def frame(self, kind, payload, tags=b""):
        return bytes.fromhex(self.wire.mac + self.sender.mac) + tags + kind.to_bytes(2, "big") + payload

    def v4(self, message, source=None, **wrong):
        return self.frame(0x0800, ipv4(source or self.sender.address, N3, udp(message), **wrong))

    def v6(self, message, **wrong):
        return self.frame(0x86dd, ipv6(self.sender.address6, N3_V6, udp_over_v6(self.sender.address6, N3_V6, message), **wrong))


def inside(wire, source=None, to=SERVER, port=4000, protocol=17, payload=b"", **wrong):
    """A phone's packet, of the captured gNB's own phone unless somebody else is named; it carries a mark."""
    return ipv4(source or wire.phones[2]["v4"], to, udp(mark(wire.number) + payload, to=port), protocol, **wrong)


def inside_v6(wire, following, chain, to="2001:db8::1", source=None, **wrong):
    source = source or wire.phones[2]["v6"]
    return ipv6(source, to, chain + udp(mark(wire.number), to=4000), following, **wrong)
