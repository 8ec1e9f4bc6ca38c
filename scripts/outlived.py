"""Phones' packets while processes of their core are killed: a core on a network of its own, steady traffic both ways, and what of it was lost."""
import json
import os
import signal
import time
from pathlib import Path

from lab import wait_until
from running_core import KEY, OPC, Core

STEADY = Path(__file__).resolve().parent / "steady.py"
SERVER, PHONE_PORT, SERVER_PORT = "10.200.0.2", 4001, 4002
CONFIG = """
runtime_dir: {{folder}}/run
state_dir: {{folder}}/state
log: {{{{level: info}}}}
planes:
  - {{{{name: default, n4: 127.0.0.7, n3: [10.100.0.1], nat: false, infrastructure: [127.0.0.0/8, 10.100.0.0/24],
     fast: {fast}, fast_interfaces: [n6], fast_sessions: 1024, fast_pins: {pins}}}}}
data_networks:
  - {{{{name: internet, type: ipv4, ipv4: 10.45.0.0/16, mtu: 1400, ambr_uplink: 10 Gbps, ambr_downlink: 10 Gbps}}}}
smf: {{{{traffic_period: 1s}}}}
"""
INVENTORY = """profile: lab
vendors: [{name: simulated, risk: trusted}]
domains: [{name: radio, vendor: simulated, listen: [10.100.0.1]}]
gnbs: [{name: north, domain: radio, id: 999/70-00000001, n2: [10.100.0.11/32], n3: [10.100.0.11/32], areas: [999/70-1], slices: [1]}]
"""
SCENARIO = """amf 10.100.0.1
gnb 1 north netns {lab}-gnb1 address 10.100.0.11
phones 1-{phones} gnb 1 imsi 999700000000001 key {key} opc {opc} netns {lab}-phone
start 1
register 1-{phones}
session 1-{phones}
{more}stay
"""


class Setting:
    """fast: planes.fast. The gNB and the server are hosts of their own, and so is each phone."""

    def __init__(self, lab, build, fast, phones=1, queues=1):
        self.lab, self.phones = lab, phones
        pins = lab.pins() if fast != "off" else lab.folder
        self.core = Core(lab, build, "core", phones, config=CONFIG.format(fast=fast, pins=pins), inventory=INVENTORY)
        self.gnb, self.server = lab.host("gnb1"), lab.host("server")
        lab.link(self.core.host, "n3", ["10.100.0.1/24"], self.gnb, "eth0", ["10.100.0.11/24"], queues)
        lab.link(self.core.host, "n6", ["10.200.0.1/24"], self.server, "eth0", [f"{SERVER}/24"], queues)
        self.core.host.run(f"ip route add default via {SERVER}")
        self.server.run("ip route add 10.45.0.0/16 via 10.200.0.1")
        self.server.run("ethtool -K eth0 tx off")  # a veth would leave checksums to whoever takes the packet up, and a tunnel hides them
        for number in range(1, phones + 1):
            # Nothing but what a case sends: no link-local address, hence no multicast reports, no solicitations.
            lab.host(f"phone{number}").run("sysctl -qw net.ipv6.conf.default.addr_gen_mode=1")
        self.radio = self.flows = None

    def start(self, more=""):
        """more: steps of the scenario, after phones have a session each."""
        self.core.start()
        self.core.wait()
        path = self.core.folder / "outlived.scenario"
        path.write_text(SCENARIO.format(lab=self.lab.name, phones=self.phones, key=KEY, opc=OPC, more=more))
        self.radio = self.core.host.start([self.core.ran, "scenario", "--quiet", path], "radio.log")
        wait_until(lambda: all(self.address(number) for number in range(1, self.phones + 1)), 20, "sessions")
        return self

    def address(self, number):
        """Of the phone's session; None: it has none yet."""
        shown = self.lab.hosts[f"phone{number}"].run(f"ip -j -4 address show dev ue{number}s1", check=False).stdout
        found = json.loads(shown or "[]")
        return found[0]["addr_info"][0]["local"] if found and found[0].get("addr_info") else None

    # --- traffic ---

    def receive(self, host, port, log):
        receiver = host.start(["python3", STEADY, "receive", port], log)
        wait_until(lambda: "listening" in receiver.log.read_text(), 10, "somebody to listen")
        return receiver

    def flow(self, sender, receiver, address, port, rate):
        """(who sends, who receives): each on its host."""
        name = f"{sender.name}-{receiver.name}"
        takes = self.receive(receiver, port, f"{name}.received")
        return sender.start(["python3", STEADY, "send", address, port, rate], f"{name}.sent"), takes

    def begin(self, rate=200):
        """Packets of phone 1 to the server and back, so many a second each way; returns when they arrive."""
        phone = self.lab.hosts["phone1"]
        self.core.host.run(f"ping -c 1 -W 5 {SERVER}")
        self.flows = {"uplink": self.flow(phone, self.server, SERVER, SERVER_PORT, rate),
                      "downlink": self.flow(self.server, phone, self.address(1), PHONE_PORT, rate)}
        time.sleep(1)

    def end(self):
        """{direction: {sent, received, missing, late}}"""
        for sends, _ in self.flows.values():
            self.lab.stop(sends, grace=10)
        time.sleep(1)
        told = {}
        for direction, (sends, takes) in self.flows.items():
            self.lab.stop(takes, grace=10)
            told[direction] = {**last(sends), **last(takes)}
        return told

    # --- deaths ---

    def pid(self, process):
        try:
            return int((self.core.folder / "run" / f"{process}.pid").read_text())
        except (OSError, ValueError):
            return None

    def kill(self, process):
        """As abruptly as can be; returns when another one is in its place and the core is whole again."""
        former = self.pid(process)
        os.kill(former, signal.SIGKILL)
        wait_until(lambda: self.pid(process) not in (None, former), 20, f"another {process}")
        wait_until(self.whole, 20, "control and plane to meet")

    def kill_for_a_while(self, *processes, seconds=3, meanwhile=None):
        """Nobody takes their places that long, as the keeper sleeps; returns when the core is whole again. meanwhile: is called when they are gone."""
        former = {process: self.pid(process) for process in processes}
        os.kill(self.pid("keeper"), signal.SIGSTOP)
        for pid in former.values():
            os.kill(pid, signal.SIGKILL)
        if meanwhile:
            meanwhile()
        time.sleep(seconds)
        os.kill(self.pid("keeper"), signal.SIGCONT)
        wait_until(lambda: all(self.pid(process) not in (None, pid) for process, pid in former.items()), 20, "others")
        wait_until(self.whole, 20, "control and plane to meet")

    def whole(self):
        status = self.core.command("status", "--json", check=False)
        if status.returncode != 0:
            return False
        planes = json.loads(status.stdout).get("control", {}).get("planes", [])
        return bool(planes) and all(plane["associated"] and plane["sessions"] == self.phones for plane in planes)


def last(process):
    return json.loads(process.log.read_text().splitlines()[-1])


def lost(told):
    """Packets, both ways together."""
    return sum(one["sent"] - one["received"] for one in told.values())
