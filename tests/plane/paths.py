#!/usr/bin/env python3
"""The ways that packets take through a plane: the packet program at drivers or behind them, the host's translation, the slow path where there is nothing else.

usage: paths.py BUILD-FOLDER      output is TAP; without root it is skipped, loudly
"""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from e2e import ROOT, Setting, main  # noqa: E402, F401
from lab import wait_until  # noqa: E402

CASES = []


def case(function):
    CASES.append(function)
    return function


class Ways(Setting):
    def __init__(self, lab, build):
        super().__init__(lab, build)
        self.pins = lab.pins()
        self.core.run("sysctl -qw net.ipv6.conf.default.router_solicitations=0")  # of the plane's devices; they are counted
        self.server.run("ip route add 10.45.0.0/16 via 10.0.2.1")

    def begin(self, *wrapper, **keys):
        """A plane with these keys, and a phone."""
        if self.plane:
            self.lab.stop(self.plane)
        keys = {"fast_pins": self.pins, "infrastructure": "[10.0.1.0/24]", **keys}
        more = "".join(f", {key}: {value}" for key, value in keys.items())
        self.config.write_text(self.config.read_text().split("[10.0.1.1]")[0] + f"[10.0.1.1]{more}}}\n" +
                               self.config.read_text().split("}\n", 1)[1])
        self.start_plane(*wrapper)
        self.start_peer(0)

    def end(self):
        self.lab.stop(self.plane)
        assert self.plane.returncode == 0, self.plane.returncode

    def packets(self, device):
        """In and out of it so far."""
        shown = json.loads(self.core.run(f"ip -s -j link show {device}").stdout)[0]["stats64"]
        return shown["rx"]["packets"] + shown["tx"]["packets"]

    def stays_fast(self, act):
        """Next to nothing of it goes through the slow path, where the host looks for routers, too, and which learns neighbours."""
        slow, fast = self.packets("demarc0"), self.packets("demarc0x")
        act()
        slow, fast = self.packets("demarc0") - slow, self.packets("demarc0x") - fast
        assert fast > 4 and slow <= 4 + fast // 20, f"{slow} packets went through the slow path, {fast} through the host"

    def transfer(self):
        for direction in ([], ["-R"]):
            end = self.iperf("-t", 1, *direction)["end"]
            assert end["sum_received"]["bytes"] > 1 << 20, end["sum_received"]


def offload(host, device, *what):
    host.run(["ethtool", "-K", device, *what])


@case
def the_host_translates_between_program_and_data_network(setting):
    setting.begin()
    assert "fast path at n3: generic" in setting.plane.log.read_text()
    setting.stays_fast(lambda: setting.ran.run("ping -c 20 -i 0.05 -W 2 10.0.2.2"))
    setting.stays_fast(setting.transfer)
    assert "src=10.45.0.2" not in setting.server.run("ip route get 10.0.2.1").stdout


@case
def ipv6_takes_the_same_way(setting):
    setting.stays_fast(lambda: setting.ran.run("ping -c 20 -i 0.05 -W 2 fd00:2::2"))


@case
def what_the_program_leaves_to_the_slow_path_arrives_once(setting):
    slow = setting.packets("demarc0")
    shown = setting.ran.run("ping -c 3 -i 0.2 -W 2 -s 3000 10.0.2.2").stdout
    assert "3 received" in shown and "duplicate" not in shown, shown
    assert setting.packets("demarc0") > slow, "fragments are the slow path's"
    setting.ran.run("ping -c 1 -W 2 10.45.0.1")


@case
def the_host_itself_reaches_a_phone(setting):
    setting.core.run("ping -c 2 -i 0.1 -W 2 10.45.0.2")


@case
def an_address_that_nobody_has_leads_round_in_no_circle(setting):
    before = setting.packets("demarc0x")
    setting.core.run("ping -c 1 -W 1 10.45.9.9", check=False)
    assert setting.packets("demarc0x") - before < 4


@case
def packets_go_on_when_the_plane_is_killed_and_the_next_one_adopts_what_it_finds(setting):
    setting.plane.kill()
    setting.plane.wait()
    setting.ran.run("ping -c 5 -i 0.1 -W 2 10.0.2.2")
    setting.start_plane()
    assert "fast path adopted" in setting.plane.log.read_text()
    setting.start_peer(0)
    setting.ran.run("ping -c 3 -i 0.1 -W 2 10.0.2.2")


@case
def an_orderly_end_leaves_nothing(setting):
    setting.end()
    shown = setting.core.run("ip link").stdout + setting.core.run("ip rule").stdout + setting.core.run("ip -6 rule").stdout
    assert "demarc" not in shown and "xdp" not in shown and "2152" not in shown, shown
    assert not (setting.pins / "default").exists(), list((setting.pins / "default").glob("*"))


@case
def where_nothing_is_lost_there_the_program_sits_at_the_drivers(setting):
    offload(setting.ran, "eth0", "gro", "on")
    try:
        setting.begin()
        assert "fast path at n3: native" in setting.plane.log.read_text()
        setting.ran.run("ping -c 2 -i 0.1 -W 2 10.0.2.2")
        setting.stays_fast(lambda: setting.ran.run("ping -c 20 -i 0.05 -W 2 10.0.2.2"))
        setting.transfer()
        setting.end()
    finally:
        offload(setting.ran, "eth0", "gro", "off")


@case
def native_as_configured_is_obeyed_and_what_it_loses_is_said(setting):
    setting.begin(fast="native")
    said = setting.plane.log.read_text()
    assert "native as configured, though n3 would not take packets at its driver" in said, said
    setting.end()


@case
def without_the_capability_all_goes_the_slow_path_and_it_is_said(setting):
    setting.begin("setpriv", "--bounding-set", "-bpf,-sys_admin")
    said = setting.plane.log.read_text().rsplit("user plane default ready", 2)[-2]
    assert "no fast path: " in said and "CAP_BPF" in said, said
    setting.ran.run("ping -c 2 -i 0.1 -W 2 10.0.2.2")
    assert "demarc0x" not in setting.core.run("ip link").stdout
    setting.end()


@case
def a_build_without_bpf_goes_the_slow_path_and_says_so(setting):
    setting.program = "plane-process-without-bpf"
    try:
        setting.begin()
    finally:
        del setting.program
    why = "no fast path: this program was built without it"
    assert why in setting.plane.log.read_text()
    for words in (["status"], ["plane", "show"]):
        shown = setting.core.run([setting.build / "src/face/demarc", *words, f"--config={setting.config}"], check=False)
        assert why in shown.stdout, f"{words}: {shown.stdout}{shown.stderr}"
    setting.ran.run("ping -c 2 -i 0.1 -W 2 10.0.2.2")
    setting.transfer()
    setting.end()


@case
def switched_off_it_says_so(setting):
    setting.begin(fast="off")
    assert "no fast path: planes.fast is off" in setting.plane.log.read_text()
    setting.ran.run("ping -c 2 -i 0.1 -W 2 10.0.2.2")
    setting.end()


@case
def routed_packets_whose_checksums_nobody_has_made_are_finished_by_the_slow_path(setting):
    setting.begin(nat="false", fast_interfaces="[n6]", mss_clamp="off")
    assert "fast path at n6: generic" in setting.plane.log.read_text()
    setting.transfer()
    setting.end()


@case
def finished_ones_stay_on_the_fast_path_but_for_the_handshake_whose_segment_size_is_lowered(setting):
    offload(setting.server, "eth0", "tx", "off")
    setting.begin(nat="false", fast_interfaces="[n6]", mss_clamp="900")
    setting.ran.run("ping -c 2 -i 0.1 -W 2 10.0.2.2")
    slow = setting.packets("demarc0")
    shown = setting.iperf("-t", 1)
    assert shown["start"]["tcp_mss_default"] <= 900, shown["start"]["tcp_mss_default"]
    assert shown["end"]["sum_received"]["bytes"] > 1 << 20, shown["end"]["sum_received"]
    # Two connections, a SYN and its answer each, and both are seen on their way in and on their way out of a device.
    assert 0 < setting.packets("demarc0") - slow < 20, setting.packets("demarc0") - slow
    setting.end()
    offload(setting.server, "eth0", "tx", "on")


@case
def with_nat_segment_sizes_are_lowered_too(setting):
    setting.begin(mss_clamp="900")
    shown = setting.iperf("-n", "1M")
    assert shown["start"]["tcp_mss_default"] <= 900, shown["start"]["tcp_mss_default"]
    setting.end()


@case
def an_interface_serves_one_plane_and_the_other_says_why_it_has_none(setting):
    setting.begin()
    setting.core.run("ip address add 10.0.1.9/24 dev n3")
    other = setting.lab.folder / "other.yaml"
    other.write_text(f"""
planes:
  - {{name: other, n4: 10.0.1.9, n3: [10.0.1.9], nat: false, tun: other, fast_interfaces: [n3], fast_pins: {setting.pins}}}
data_networks: [{{name: internet, type: ipv4, ipv4: 10.99.0.0/16}}]
smf: {{n4: 10.0.1.2}}
line: {{inventory: ""}}
runtime_dir: {setting.lab.folder}
state_dir: {setting.lab.folder}
""")
    plane = setting.core.start([setting.build / "tests/plane/plane-process", "-c", other], "other.log")
    wait_until(lambda: "user plane other ready" in plane.log.read_text(), 10, "the other plane is ready")
    assert "another plane's packet program sits at n3 already" in plane.log.read_text()
    setting.ran.run("ping -c 2 -i 0.1 -W 2 10.0.2.2")
    setting.lab.stop(plane)
    setting.end()


if __name__ == "__main__":
    main("waystest", CASES, Ways)
