"""Packets a second of one processor through the plane and through a bare redirect, over virtual Ethernet, turn by turn; and through the host's translation, beside the host's own way."""
import json
import os
import statistics
import subprocess
from pathlib import Path

from lab import Lab, LabError, wait_until
from say import say

SESSIONS, PLACES, FIRST_PHONE, TURNS, TURN_MS = 1000, 2048, "100.64.0.2", 7, 300
OFFERED, WARM_UPS = 1.15, 4
PLAIN, TUNNELLED = 78, 122  # octets of frames
CONFIG = """
planes:
  - {{name: default, n4: 10.0.1.1, n3: [10.0.1.1], workers: 1, nat: {nat}, egress: n6, fast: {fast}, fast_interfaces: [{interfaces}],
      fast_pins: {pins}, fast_sessions: {sessions}}}
data_networks:
  - {{name: internet, type: ipv4, ipv4: 100.64.0.0/10}}
smf: {{n4: 10.0.1.2}}
line: {{inventory: ""}}
runtime_dir: {folder}
state_dir: {folder}
"""
MASQUERADE = "add table ip t; add chain ip t c { type nat hook postrouting priority srcnat; }; add rule ip t c oifname n6 masquerade"


def pollers(devices):
    """Pids of the threads of the kernel that poll interfaces of such names, in whatever namespace."""
    pids = set()
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            name = path.read_text(encoding="ascii", errors="replace").strip()
        except OSError:
            continue
        if any(name.startswith(f"napi/{device}-") for device in devices):
            pids.add(int(path.parent.name))
    return pids


def ahead_of_others(pid):
    """As a softirq is: what else the host is at does not come between packets."""
    os.sched_setscheduler(pid, os.SCHED_FIFO, os.sched_param(1))


class Bench:
    """A plane between two far ends: what it takes is that of one processor, the last one; who sends has the first."""

    def __init__(self, lab, build):
        self.lab, self.build, self.pins = lab, build, lab.pins()
        self.core, self.ran, self.network = (lab.host(name) for name in ("core", "ran", "dn"))
        lab.link(self.core, "n3", ["10.0.1.1/24"], self.ran, "eth0", ["10.0.1.2/24"])
        lab.link(self.core, "n6", ["10.0.2.1/24"], self.network, "eth0", ["10.0.2.2/24"])
        self.processors = sorted(os.sched_getaffinity(0))
        self.sender = self.plane = None
        self.taken = {}
        for device, address, host in (("n3", "10.0.1.2", self.ran), ("n6", "10.0.2.2", self.network)):
            self.core.run(["ip", "neigh", "replace", address, "lladdr", self.mac(host, "eth0"), "dev", device])
            self.core.run(["ethtool", "-K", device, "gro", "on"])  # it is polled, with or without a program
        self.core.run("ip route add default via 10.0.2.2")
        self.ran.run(["ip", "neigh", "replace", "10.0.1.1", "lladdr", self.mac(self.core, "n3"), "dev", "eth0"])
        self.begin()

    @staticmethod
    def mac(host, device):
        return host.run(["cat", f"/sys/class/net/{device}/address"]).stdout.strip()

    def begin(self):
        """The far ends are there before the plane looks at them."""
        command = [self.build / "bench/fast/plane-veth", self.ran.netns, self.network.netns, SESSIONS, PLACES, FIRST_PHONE,
                   self.mac(self.core, "n3"), self.mac(self.core, "n6")]
        self.sender = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                       start_new_session=True)
        os.sched_setaffinity(self.sender.pid, {self.processors[0]})
        ahead_of_others(self.sender.pid)
        self.lab.processes.append(self.sender)
        if self.sender.stdout.readline() != "ready\n":
            raise LabError("no far ends: live frames want Linux 5.18")

    def start(self, fast, nat):
        config = self.lab.folder / "veth.yaml"
        config.write_text(CONFIG.format(folder=self.lab.folder, fast=fast, nat=str(nat).lower(), pins=self.pins, sessions=SESSIONS,
                                        interfaces="" if nat else "n3, n6"))
        self.plane = self.core.start([self.build / "src/face/demarc", "plane", "default", "--config", config], f"{fast}.log")
        wait_until(lambda: "user plane default ready" in self.log(), 20, "the plane is ready")
        smf = self.ran.start([self.build / "bench/fast/plane-setup", "10.0.1.2", "10.0.1.1", SESSIONS, 64, 0], "smf.log")
        wait_until(lambda: "set-up" in smf.log.read_text(), 20, "sessions")
        modes = {line.rpartition(" ")[2] for line in self.log().splitlines() if "fast path at" in line}
        if len(modes) != 1:
            raise LabError(self.log())
        return modes.pop()

    def route(self):
        """No plane: the host's own way, with translation."""
        self.core.run("sysctl -qw net.ipv4.ip_forward=1")
        self.core.run("ip route add 100.64.0.0/10 via 10.0.1.2")
        self.core.run(["nft", MASQUERADE])

    def log(self):
        return self.plane.log.read_text()

    def hold(self, devices):
        """Threads poll the interfaces, all on one processor, and go before others as a softirq would. Their pids."""
        before = pollers(devices)
        for device in devices:
            self.core.run(["sh", "-c", f"echo 1 > /sys/class/net/{device}/threaded"])
        pids = pollers(devices) - before
        if len(pids) < len(devices):
            raise LabError("interfaces have no threads of their own")
        for pid in pids:
            os.sched_setaffinity(pid, {self.processors[-1]})
            ahead_of_others(pid)
        return ",".join(map(str, pids))

    def index(self, device):
        return self.core.run(["cat", f"/sys/class/net/{device}/ifindex"]).stdout.strip()

    def turn(self, kind, octets, pids, *instead):
        """{sent, came, ns}. octets: of a frame as it comes out. instead: of the plane's program at a link: (link, index of the way out, another).

        Some more frames are sent than were taken in the last such turn: the processor is never idle, and the sender does not contend with it for
        the pages of frames that find no room.
        """
        what = (kind, *instead)
        words = [kind, octets, TURN_MS, round(OFFERED * self.taken.get(what, 0)), pids, *instead]
        result = self.say(words)
        self.taken[what] = 1e9 * result["came"] / max(result["ns"], 1)
        return result

    def say(self, words):
        self.sender.stdin.write(" ".join(map(str, words)) + "\n")
        self.sender.stdin.flush()
        return json.loads(self.sender.stdout.readline())


def mpps(turns):
    """Millions of packets in a second of the processor."""
    return statistics.median(1e3 * turn["came"] / turn["ns"] for turn in turns)


def tell(name, rounds, mode):
    """rounds: what came in each, {"own": turn, floor: turn...}. One in which somebody else had the processor all the time says nothing."""
    told = [one for one in rounds if all(turn["came"] for turn in one.values())]
    if len(told) <= TURNS / 2:
        raise LabError(f"{name}: nothing came: {rounds}")
    own = [one["own"] for one in told]
    more = {}
    for floor in [key for key in told[0] if key != "own"]:
        more[floor] = round(mpps([one[floor] for one in told]), 3)
        more[f"ratio_to_{floor}"] = round(statistics.median(mpps([one["own"]]) / mpps([one[floor]]) for one in told), 3)
    say(name, mpps(own), "Mpackets/s per core", **more, taken=round(statistics.median(turn["came"] / turn["sent"] for turn in own), 2), mode=mode)


def beside_redirect(lab, build, fast, name):
    bench = Bench(lab, build)
    mode = bench.start(fast, nat=False)
    pids = bench.hold(["n3", "n6"])
    for way, kind, octets, come, here, there in (("uplink", "tunnelled", PLAIN, TUNNELLED, "n3", "n6"), ("downlink", "to-phone", TUNNELLED, PLAIN, "n6", "n3")):
        link, index = bench.pins / "default" / f"link-{here}", bench.index(there)
        rounds = [{"own": bench.turn(kind, octets, pids),
                   "redirect": bench.turn(kind, come, pids, link, index, "veth_bare"),
                   "swapping": bench.turn(kind, come, pids, link, index, "veth_swapping")} for _ in range(WARM_UPS + TURNS)]
        tell(f"{name}_{way}", rounds[WARM_UPS:], mode)


def beside_host(lab, floor_lab, build):
    """Uplink first, as it makes the translations that the way back needs."""
    bench, host = Bench(lab, build), Bench(floor_lab, build)
    mode = bench.start("auto", nat=True)
    host.route()
    pids, host_pids = bench.hold(["n3", "n6"]), host.hold(["n3", "n6"])
    for way, kind, host_kind, octets in (("uplink", "tunnelled", "routed", PLAIN), ("downlink", "to-host", "to-host", TUNNELLED)):
        rounds = [{"own": bench.turn(kind, octets, pids), "host": host.turn(host_kind, PLAIN, host_pids)} for _ in range(WARM_UPS + TURNS)]
        tell(f"upf_veth_nat_mpps_{way}", rounds[WARM_UPS:], mode)


def veth(build):
    """The packets of 1,000 phones, 64 octets inside, each of another one than the one before."""
    for fast, name in (("auto", "upf_veth_mpps"), ("generic", "upf_veth_generic_mpps")):
        with Lab("veth") as lab:
            beside_redirect(lab, build, fast, name)
    with Lab("veth") as lab, Lab("vethhost") as floor_lab:
        beside_host(lab, floor_lab, build)
