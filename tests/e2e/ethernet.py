#!/usr/bin/env python3
"""Ethernet PDU sessions: phones with network stacks of their own and a host share one segment through the core."""
import re

from cases import case, expect, main
from lab import wait_until
from pings import expect_all
from running_core import Core
from tcpdump import Capture

# A server beyond the bridge of the data network; phones have addresses of its subnet, which nobody gave them.
CONFIG = """
runtime_dir: {folder}/run
state_dir: {folder}/state
log: {{level: warning}}
data_networks:
  - {{name: internet, type: ethernet, bridge: lan0, macs: 3%s}}
planes:
  - {{name: default, n4: 127.0.0.7, n3: [10.9.0.1], ue_to_ue: %s, fast: %s, fast_interfaces: [out0], fast_sessions: 1000,
     fast_pins: %s}}
"""
INVENTORY = "profile: lab\ndomains: [{name: default, listen: [10.9.0.1]}]\n"
MAC = "02:00:00:00:00:0%u"
FORGED = "02:00:00:00:00:99"


class Segment:
    """A core with a bridge that its data network and a server are at, and a radio network."""

    def __init__(self, lab, build, phones=2, fast="off", ue_to_ue=True, more="", session_type="ethernet"):
        config = CONFIG % (more, str(ue_to_ue).lower(), fast, lab.pins())
        self.core = Core(lab, build, "core", phones, config, session_type=session_type, inventory=INVENTORY)
        self.phones = phones
        self.radio, self.server = lab.host("radio"), lab.host("server")
        lab.link(self.core.host, "ran0", ["10.9.0.1/24"], self.radio, "eth0", ["10.9.0.11/24", "10.9.0.12/24"])
        lab.link(self.core.host, "port0", [], self.server, "eth0", ["192.168.7.100/24"])
        lab.link(self.core.host, "out0", ["10.8.0.1/24"], lab.host("world"), "eth0", ["10.8.0.2/24"])
        lab.bridge(self.core.host, "lan0", ["port0"], "192.168.7.1/24")
        self.radio.run(["ethtool", "-K", "eth0", "tx", "off"])  # whole checksums, as a cable would carry
        self.core.start()
        self.core.wait()

    def play(self, text, check=True):
        path = self.core.folder / "ethernet.scenario"
        cast = self.core.cast(self.phones).replace("127.0.1.1", "10.9.0.11").replace("127.0.1.2", "10.9.0.12")
        path.write_text(f"amf 10.9.0.1\n{cast}model type ethernet\n{text}")
        return self.radio.run([self.core.ran, "scenario", "--quiet", path], check=check)

    def begin(self):
        """Lines of a scenario: sessions, and addresses of each phone's own choice."""
        everybody = f"1-{self.phones}"
        lines = f"start 1-2\nregister {everybody}\nsession {everybody}\n"
        for number in range(1, self.phones + 1):
            lines += self.dress(number, MAC % number)
        return lines

    @staticmethod
    def dress(number, mac):
        return (f"run {number}: ip link set ue{number}s1 address {mac} && "
                f"ip address replace 192.168.7.{10 + number}/24 dev ue{number}s1\n")

    def drops(self):
        return self.core.json("status")["planes"][0].get("drops", {})

    def carried(self):
        """Frames that the packet program has carried, up and down."""
        status = self.core.json("status")["planes"][0]
        return status["fast_uplink_packets"], status["fast_downlink_packets"]

    def show(self, name, *options):
        """A line of a scenario that keeps what `demarc plane show` says."""
        path = self.core.folder / "shown"
        host = self.core.host.netns
        return (f"run here: ip netns exec {host} {self.core.demarc} plane show {name} {' '.join(options)} "
                f"--config={self.core.config} > {path}\n")

    def shown(self):
        return (self.core.folder / "shown").read_text()


def ping(number, address, count=3, fails=False):
    return f"run {number}: {'! ' if fails else ''}ping -n -c {count} -i 0.1 -W {1 if fails else 3} {address}\n"


@case
def phones_a_server_and_the_host_are_on_one_segment(lab, build):
    segment = Segment(lab, build)
    server = segment.server.netns
    segment.play(segment.begin() + ping(1, "192.168.7.100") + ping(2, "192.168.7.100") + ping(1, "192.168.7.1")
                 + ping(1, "192.168.7.12") + f"run {server}: ping -n -c 3 -i 0.1 -W 3 192.168.7.11\n"
                 + "run 1: ping -n -c 3 -i 0.1 -W 3 -s 4000 192.168.7.100\n"
                 + segment.show(MAC % 1))
    expect("Ethernet" in segment.shown() and MAC % 1 in segment.shown() and MAC % 2 not in segment.shown(), segment.shown())


@case
def the_packet_program_carries_frames_between_phones_and_their_data_network(lab, build):
    segment = Segment(lab, build, fast="generic")
    segment.play(segment.begin() + ping(1, "192.168.7.1") + ping(1, "192.168.7.100", 100) + ping(2, "192.168.7.100", 100)
                 + segment.show(MAC % 1, "--json") + ping(2, "192.168.7.11", 20)
                 + f"run here: ip netns exec {segment.core.host.netns} {segment.core.demarc} session --config={segment.core.config}"
                 + f" > {segment.core.folder}/sessions\n")
    expect('"uplink_path": "fast"' in segment.shown(), segment.shown())
    carried = segment.carried()
    expect(carried[0] >= 180 and carried[1] >= 180, f"{carried}")
    features = segment.core.host.run(["ethtool", "-k", "demarc0h"]).stdout  # else the program would not see tags
    expect("tx-vlan-offload: off" in features and "tx-vlan-stag-hw-insert: off" in features, features)
    expect(len(re.findall(r"\bethernet\b", (segment.core.folder / "sessions").read_text())) == 2,
           (segment.core.folder / "sessions").read_text())
    status = segment.core.json("status")["planes"][0]
    expect(status["fast_mode"] == "generic" and "demarc0x" in status["fast_at"] and not status["drops"].get("unknown_teid"), f"{status}")


@case
def frames_longer_than_a_tunnel_takes_arrive_all_the_same(lab, build):
    segment = Segment(lab, build, phones=1, more=", mtu: 1500")
    many, logs = "ping -n -M do -c 64 -l 32 -i 0.01 -w 20 -s 1472", [segment.core.folder / f"{way}.ping" for way in ("down", "up")]
    segment.play(segment.begin() + ping(1, "192.168.7.100") + f"run {segment.server.netns}: {many} 192.168.7.11 > {logs[0]}\n"
                 + f"run 1: {many} 192.168.7.100 > {logs[1]}\n")
    for log in logs:
        expect_all(log, 64)
    expect(not segment.drops().get("send") and not segment.drops().get("too_big"), f"{segment.drops()}")


@case
def nobody_takes_anothers_mac_address(lab, build):
    segment = Segment(lab, build)
    server = segment.server.run("cat /sys/class/net/eth0/address").stdout.strip()
    forge = segment.dress(2, MAC % 1) + ping(2, "192.168.7.100", fails=True) + segment.dress(2, server) + ping(2, "192.168.7.1", fails=True)
    segment.play(segment.begin() + ping(1, "192.168.7.100") + ping(2, "192.168.7.100") + forge
                 + ping(1, "192.168.7.100") + segment.dress(2, MAC % 2) + ping(2, "192.168.7.100"))
    expect(segment.drops().get("spoofed_source", 0) >= 4, f"{segment.drops()}")
    senders = segment.core.command("line", "senders").stdout
    expect("10.9.0.11" in senders, senders)


@case
def the_packet_program_refuses_anothers_mac_address(lab, build):
    segment = Segment(lab, build, fast="generic")
    server = segment.server.run("cat /sys/class/net/eth0/address").stdout.strip()
    known = f"run 2: ip neigh replace 192.168.7.100 lladdr {server} dev ue2s1 nud permanent\n"
    segment.play(segment.begin() + ping(2, "192.168.7.100") + ping(1, "192.168.7.100", 20) + segment.dress(2, MAC % 1) + known
                 + ping(2, "192.168.7.100", 5, fails=True) + ping(1, "192.168.7.100", 20)
                 + segment.dress(2, MAC % 2) + ping(2, "192.168.7.100"))
    expect(segment.drops().get("spoofed_source", 0) >= 5, f"{segment.drops()}")
    senders = segment.core.command("line", "senders").stdout
    expect("10.9.0.11" in senders, senders)


@case
def a_phone_has_no_more_devices_than_it_may(lab, build):
    segment = Segment(lab, build, phones=1)
    lines = segment.begin() + ping(1, "192.168.7.100")
    for device in (4, 5, 6):
        lines += segment.dress(1, MAC % device) + ping(1, "192.168.7.100", fails=device == 6)
    segment.play(lines)
    expect(segment.drops().get("many_macs", 0) >= 1, f"{segment.drops()}")


def until_seen(core, mac):
    """A line of a scenario that waits until `demarc session` shows the address."""
    seen = core.folder / "seen"
    return (f"run here: for i in $(seq 300); do ip netns exec {core.host.netns} {core.demarc} session --json "
            f"--config={core.config} > {seen}; grep -q {mac} {seen} && exit 0; sleep 0.1; done; exit 1\n")


@case
def who_is_behind_a_phone_is_shown_with_its_session(lab, build):
    segment = Segment(lab, build, phones=1)
    segment.play(segment.begin() + ping(1, "192.168.7.100") + until_seen(segment.core, MAC % 1) + segment.dress(1, MAC % 4)
                 + ping(1, "192.168.7.100") + until_seen(segment.core, MAC % 4) + f"run here: grep -q {MAC % 1} {segment.core.folder / 'seen'}\n")


@case
def who_is_behind_a_phone_is_shown_again_when_control_was_killed(lab, build):
    segment = Segment(lab, build, phones=1)
    core = segment.core
    segment.play(segment.begin() + ping(1, "192.168.7.100") + until_seen(core, MAC % 1)
                 + f"run here: kill -9 $(cat {core.folder}/run/control.pid)\n" + until_seen(core, MAC % 1))


@case
def phones_that_may_not_meet_do_not(lab, build):
    segment = Segment(lab, build, ue_to_ue=False)
    segment.play(segment.begin() + ping(1, "192.168.7.100") + ping(2, "192.168.7.100") + ping(1, "192.168.7.12", fails=True))


def downlink_qfis(lab, capture):
    """By the length of what is in the G-PDUs that gNBs were sent."""
    fields = ["-e", "gtp.ext_hdr.pdu_ses_con.qos_flow_id", "-e", "gtp.length"]
    lines = lab.execute(["tshark", "-r", capture, "-Y", "gtp.message == 255", "-T", "fields", *fields]).stdout.splitlines()
    qfis = {}
    for qfi, length in (line.split("\t")[:2] for line in lines):
        qfis.setdefault(int(length), set()).add(int(qfi, 0))
    return qfis


@case
def frames_are_in_the_flow_that_a_phone_asked_for(lab, build):
    allowed = ", requested_fiveqis: [1], requested_gbr_uplink: 4 Mbps, requested_gbr_downlink: 4 Mbps"
    segment = Segment(lab, build, phones=1, more=allowed)
    server = segment.server.netns
    capture = Capture(segment.radio, "eth0", segment.core.folder / "gnb.pcap", "udp port 2152 and src 10.9.0.1", "-U")
    datagram = f"run {server}: bash -c 'head -c 500 /dev/zero > /dev/udp/192.168.7.11/7'\n"
    segment.play(segment.begin() + ping(1, "192.168.7.100") + datagram + "flow 1 1 1 2000\n" + datagram.replace("500", "600")
                 + f"run {server}: ping -n -c 3 -i 0.1 -s 700 -W 3 192.168.7.11\n")
    flows = segment.core.json("session")[0]["flows"]
    wait_until(lambda: capture.path.stat().st_size > 4 * 700 + 600 + 500, 10, "tcpdump to write down what was sent")
    headers, ping_header, container = 14 + 20 + 8, 14 + 20 + 8, 8
    qfis = downlink_qfis(lab, capture.end())
    default, flow = qfis[500 + headers + container], qfis[600 + headers + container]
    expect(len(flows) == 1 and flow == {flows[0]["qfi"]}, f"{flows} {qfis}")
    expect(default == qfis[700 + ping_header + container] and default != flow, f"{qfis}")


@case
def a_frame_wakes_a_phone_and_follows_it(lab, build):
    wake_and_follow(Segment(lab, build))


@case
def a_frame_that_the_packet_program_leaves_to_the_slow_path_wakes_a_phone_and_follows_it(lab, build):
    segment = Segment(lab, build, fast="generic")
    wake_and_follow(segment)
    expect(min(segment.carried()) > 0, f"{segment.carried()}")


def wake_and_follow(segment):
    server = segment.server.netns
    to_phone = f"run {server}: ping -n -c 3 -i 0.2 -W 3 192.168.7.11\n"
    segment.play(segment.begin() + ping(1, "192.168.7.100") + ping(2, "192.168.7.100") + "idle 1-2\n" + to_phone
                 + "expect 1 connected\nn2-handover 1 gnb 2\n" + to_phone + ping(1, "192.168.7.12"))


@case
def a_plane_that_was_killed_learns_the_phones_anew(lab, build):
    segment = Segment(lab, build)
    core = segment.core
    kill = (f"run here: kill -9 $(cat {core.folder}/run/plane-default.pid)\n"
            + f"run here: for i in $(seq 1200); do ip netns exec {core.host.netns} ip link show master lan0 | grep demarc0 | grep -q LOWER_UP && exit 0; "
              "sleep 0.05; done; exit 1\n")
    segment.play(segment.begin() + ping(1, "192.168.7.100") + kill
                 + "run 1: for i in $(seq 60); do ping -n -c 1 -W 1 192.168.7.100 && exit 0; done; exit 1\n")


@case
def frames_of_known_stations_go_on_while_the_plane_is_dead(lab, build):
    segment = Segment(lab, build, fast="generic")
    core, server = segment.core, segment.server.netns
    kill = f"(sleep 2; kill -9 $(cat {core.folder}/run/plane-default.pid)) & "
    flow = "ping -n -c 600 -i 0.02 -W 3 %s | tee %s | grep ' 0%% packet loss'"
    up = flow % ("192.168.7.100", core.folder / "up")
    down = flow % ("192.168.7.12", core.folder / "down")
    segment.play(segment.begin() + ping(1, "192.168.7.100") + ping(2, "192.168.7.100") + ping(1, "192.168.7.100", 20)
                 + f"run 1: {kill}{up}; wait\n" + f"run {server}: {kill}{down}; wait\n")
    for name in ("up", "down"):
        said = (core.folder / name).read_text()
        expect(" 0% packet loss" in said, said[-300:])
    port = core.host.run("ip -o link show master lan0").stdout
    expect("demarc0h" in port and "demarc0:" not in port, port)


@case
def who_asks_for_ip_is_told_that_only_ethernet_is_allowed(lab, build):
    segment = Segment(lab, build, phones=1)
    said = segment.play("start 1\nregister 1\ntry session 1 1 internet ipv4\n", check=False)
    expect("cause 61" in said.stderr, f"{said}")


@case
def who_is_not_subscribed_to_ethernet_gets_none(lab, build):
    segment = Segment(lab, build, phones=1, session_type="ipv4")
    said = segment.play("start 1\nregister 1\nsession 1\n", check=False)
    expect(said.returncode != 0, "the session was granted")


main()
