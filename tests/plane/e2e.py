#!/usr/bin/env python3
"""The plane process in network namespaces, with a gNB and an SMF made of our own codecs, real ping and iperf3.

usage: e2e.py BUILD-FOLDER      output is TAP; without root it is skipped, loudly
"""
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from lab import Lab, LabError, check_rate, wait_until  # noqa: E402

CONFIG = """
planes:
  - {{name: default, n4: 10.0.1.1, n3: [10.0.1.1]{more}}}
smf: {{n4: 10.0.1.2}}
line: {{inventory: ""}}
runtime_dir: {folder}
state_dir: {folder}
"""
CASES = []


def case(function):
    CASES.append(function)
    return function


class Setting:
    program = "plane-process"

    def __init__(self, lab, build, more=""):
        """more: further keys of the plane."""
        self.lab, self.build = lab, build
        self.core, self.ran, self.server = lab.host("core"), lab.host("ran"), lab.host("server")
        lab.link(self.core, "n3", ["10.0.1.1/24"], self.ran, "eth0", ["10.0.1.2/24"])
        lab.link(self.core, "n6", ["10.0.2.1/24", "fd00:2::1/64"], self.server, "eth0", ["10.0.2.2/24", "fd00:2::2/64"])
        self.config = lab.folder / "plane.yaml"
        self.config.write_text(CONFIG.format(folder=lab.folder, more=more))
        self.plane = self.peer = None

    def start_plane(self, *wrapper):
        log = self.lab.folder / "plane.log"
        before = log.read_text().count("ready") if log.exists() else 0
        self.plane = self.core.start([*wrapper, self.build / "tests/plane" / self.program, "-c", self.config], log.name)
        wait_until(lambda: self.plane.log.read_text().count("ready") > before, 10, "the plane is ready")

    def start_peer(self, kbps):
        """A gNB with one phone, whose address is on the device ue0."""
        if self.peer:
            self.lab.stop(self.peer)
        path = self.lab.folder / f"peer{kbps}.log"
        self.peer = self.ran.start([self.build / "tests/plane/plane-peer", "10.0.1.2", "10.0.1.1", "tun", "ue0", kbps], path.name)
        wait_until(lambda: "ready" in path.read_text(), 10, "the session stands")
        wait_until(lambda: self.ran.run("ip link show ue0", check=False).returncode == 0, 5, "ue0 is there")
        self.ran.run("ip address add 10.45.0.2/32 dev ue0")
        self.ran.run("ip link set ue0 up mtu 1400")
        self.ran.run("ip route add default dev ue0 src 10.45.0.2")
        self.ran.run("ip address add 2001:db8:cafe:2::5/128 dev ue0 nodad")
        self.ran.run("ip -6 route replace default dev ue0 src 2001:db8:cafe:2::5")

    def iperf(self, *arguments):
        """What iperf3 tells of a connection from the phone to the server."""
        server = self.server.start("iperf3 -s -1", "iperf.log")
        wait_until(lambda: "5201" in self.server.run("ss -ltn").stdout, 5, "iperf3 listens")
        done = self.ran.run(["iperf3", "-c", "10.0.2.2", "-B", "10.45.0.2", "-J", *arguments], timeout=30)
        server.wait()
        return json.loads(done.stdout)


@case
def a_phone_reaches_a_server_behind_nat(setting):
    setting.start_plane()
    setting.start_peer(0)
    setting.ran.run("ping -c 3 -i 0.1 -W 2 10.0.2.2")
    assert "10.45." not in setting.server.run("ip route").stdout


@case
def a_phone_reaches_a_server_over_ipv6(setting):
    setting.ran.run("ping -c 2 -i 0.1 -W 2 fd00:2::2")
    setting.ran.run("ping -c 1 -W 2 2001:db8:cafe::1")


@case
def the_gateway_answers(setting):
    setting.ran.run("ping -c 1 -W 2 10.45.0.1")


@case
def the_core_is_out_of_reach(setting):
    assert setting.ran.run("ping -I ue0 -c 1 -W 1 10.0.1.1", check=False).returncode != 0


@case
def tcp_flows_both_ways_without_corruption(setting):
    for direction in ([], ["-R"]):
        end = setting.iperf("-t", 2, *direction)["end"]
        assert end["sum_received"]["bits_per_second"] > 20e6, end["sum_received"]


@case
def the_rate_of_the_session_is_enforced(setting):
    setting.start_peer(20000)

    def rate():
        end = setting.iperf("-u", "-b", "40M", "-l", 1200, "-t", 4, "-R")["end"]
        return end["sum_received"]["bits_per_second"] * 1228 / 1200 if "sum_received" in end else end["sum"]["bits_per_second"]
    check_rate(rate, 19e6, 21e6)


@case
def a_killed_plane_leaves_nothing_in_the_way_of_the_next(setting):
    setting.plane.kill()
    setting.plane.wait()
    assert "demarc" in setting.core.run("nft list tables").stdout
    setting.start_plane()
    setting.start_peer(0)
    setting.ran.run("ping -c 1 -W 2 10.0.2.2")


@case
def a_stopped_plane_takes_everything_down(setting):
    setting.lab.stop(setting.plane)
    assert setting.plane.returncode == 0, setting.plane.returncode
    assert "demarc" not in setting.core.run("nft list tables").stdout
    assert "demarc0" not in setting.core.run("ip link").stdout
    assert setting.core.run("cat /proc/sys/net/ipv4/ip_forward").stdout.strip() == "0"


def run(cases, setting):
    """Each in turn, as TAP. How many failed."""
    print(f"1..{len(cases)}", flush=True)
    failed = 0
    for number, function in enumerate(cases, 1):
        name = function.__name__.replace("_", " ")
        try:
            function(setting)
            print(f"ok {number} - {name}", flush=True)
        except Exception as error:  # a case that fails must not hide the others
            failed += 1
            print(f"not ok {number} - {name}\n# " + f"{type(error).__name__} {error}".replace("\n", "\n# "), flush=True)
    if failed:
        print("# " + (setting.lab.folder / "plane.log").read_text().replace("\n", "\n# "))
    return failed


def main(name, cases, setting):
    """The cases in a lab of that name; the build is the first argument. Ends the program."""
    try:
        with Lab(name) as lab:
            sys.exit(1 if run(cases, setting(lab, Path(sys.argv[1]).resolve())) else 0)
    except LabError as error:
        print(f"1..0 # SKIP {error}")


if __name__ == "__main__":
    main("planetest", CASES, Setting)
