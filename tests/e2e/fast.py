#!/usr/bin/env python3
"""The whole core with the packet program between a radio network and a server: phones come, sleep, wake and move, and no packet overtakes another."""
import re

from cases import case, expect, main
from lab import wait_until
from pings import expect_all_in_order
from running_core import CONFIG, Core, killing, until

FAST = CONFIG + """
planes:
  - {{name: default, n4: 127.0.0.7, n3: [10.9.0.1], nat: false, fast: generic, fast_interfaces: [out0, out1],
     fast_pins: {folder}/../bpf}}
"""
INVENTORY = "profile: lab\ndomains: [{name: default, listen: [10.9.0.1]}]\n"
SERVER = "10.8.0.2"

# From a third of the traffic on, what goes through the gNB in the north is shaped (rule H2 of the line).
LIMIT = "title: A share of traffic\nrules:\n  - {rule: H2, most: 35}\n"
SHARES = """
vendors: [{name: ours, risk: trusted}, {name: theirs, risk: high}]
domains:
  - {name: home, vendor: ours, listen: ["10.9.0.1:38412"]}
  - {name: rough, vendor: theirs, listen: ["10.9.0.2:38412"]}
gnbs:
  - {name: north, domain: rough, id: 999/70-00000001, n2: [10.9.0.11/32], n3: [10.9.0.11/32], areas: [999/70-1], slices: [1]}
  - {name: south, domain: home, id: 999/70-00000002, n2: [10.9.0.12/32], n3: [10.9.0.12/32], areas: [999/70-1], slices: [1]}
"""

LISTEN = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 4000))
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
print("listening", flush=True)
while True:
    print(int(s.recv(1000)), flush=True)
"""

SEND = """
import os, socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
number = 0
while not os.path.exists(sys.argv[2]):
    s.sendto(str(number).zfill(200).encode(), (sys.argv[1], 4000))
    number += 1
    time.sleep(0.002)
print(number, flush=True)
"""


class Setting:
    """A core; behind ran0 two gNBs, behind out0 a router to the server."""

    def __init__(self, lab, build, config=FAST, inventory=INVENTORY, phones=2):
        lab.pins()
        self.lab = lab
        self.core = Core(lab, build, "core", phones, config, inventory=inventory)
        self.radio, self.server = lab.host("radio"), lab.host("server")
        lab.link(self.core.host, "ran0", ["10.9.0.1/24", "10.9.0.2/24"], self.radio, "eth0", ["10.9.0.11/24", "10.9.0.12/24"])
        lab.link(self.core.host, "out0", ["10.8.0.1/24"], self.server, "eth0", [f"{SERVER}/24"])
        self.server.run("ip route add 10.32.0.0/11 via 10.8.0.1")
        for host, port in ((self.radio, "eth0"), (self.server, "eth0")):
            host.run(["ethtool", "-K", port, "tx", "off"])  # whole checksums, as a cable would carry
        self.core.start()
        self.core.wait()
        self.cast = "amf 10.9.0.1\n" + self.core.cast(phones).replace("127.0.1.1", "10.9.0.11").replace("127.0.1.2", "10.9.0.12")

    def play(self, text, quiet=True):
        path = self.core.folder / "fast.scenario"
        path.write_text(self.cast + text)
        done = self.radio.run([self.core.ran, "scenario", *(["--quiet"] if quiet else []), path])
        return done.stdout + done.stderr

    def status(self):
        return self.core.json("status")["planes"][0]

    def expect_fast(self, uplink, downlink):
        status = self.status()
        expect(status["fast_uplink_packets"] >= uplink and status["fast_downlink_packets"] >= downlink,
               f"the fast path did not carry them: {status}; {self.core.log()}")

    def listen(self, host, name):
        listener = host.start(["python3", "-c", LISTEN], name)
        wait_until(lambda: "listening" in listener.log.read_text(), 10, "somebody to listen")
        return listener.log

    def script(self, name, text):
        path = self.core.folder / name
        path.write_text(text)
        return path


def pinging(log, count=150):
    """As pings.pinging, to the server."""
    began = f"run 1: ping -n -c {count} -i 0.02 -w 60 {SERVER} > {log} 2>&1 &\n"
    return began, f"run here: while ! grep -q transmitted {log}; do sleep 0.1; done\n"


class Numbers:
    """Numbered packets from the server to phone 1, all the while that a scenario goes on."""

    def __init__(self, setting):
        folder = setting.core.folder
        self.log, self.sent, stop = setting.listen(setting.lab.hosts["phone1"], "listener.log"), folder / "sent", folder / "stop"
        send = setting.script("send.py", SEND)
        self.begin = f"run here: ip netns exec {setting.server.netns} python3 {send} 10.32.0.2 {stop} > {self.sent} 2>&1 &\n"
        self.end = (f"run here: touch {stop}\n" + until(f"[ -s {self.sent} ]")
                    + until(f"[ $(tail -n 1 {self.log}) -eq $(($(cat {self.sent}) - 1)) ]", 5))

    def expect_in_order(self, may_lose=0):
        count, got = int(self.sent.read_text()), [int(word) for word in self.log.read_text().split()[1:]]
        expect(got == sorted(set(got)), f"out of order, or twice: {got}")
        expect(count - len(got) <= may_lose, f"{count - len(got)} of {count} lost: {got}")
        return count


@case
def phones_reach_a_server_by_the_fast_path(lab, build):
    setting = Setting(lab, build)
    setting.play(f"start 1-2\nregister 1-2\nsession 1-2\nrun 1: ping -c 1 -W 10 {SERVER}\nrun 1: ping -c 20 -i 0.02 -W 2 {SERVER}\n"
                 f"run 2: ping -c 20 -i 0.02 -W 2 {SERVER}\nrun 1: ping -c 2 -i 0.2 -W 2 10.32.0.1\nderegister 1-2\n")
    setting.expect_fast(30, 30)


def move_about(setting, step, times=10):
    log = setting.core.folder / "ping.log"
    begin, end = pinging(log)
    steps = "".join(f"{step.format(gnb=2 - turn % 2)}\nwait 150\n" for turn in range(times))
    setting.play("start 1-2\nregister 1\nsession 1\n" + begin + steps + end)
    expect_all_in_order(log)
    setting.expect_fast(75, 75)


@case
def xn_handovers_lose_no_packet_and_keep_their_order(lab, build):
    move_about(Setting(lab, build), "xn-handover 1 gnb {gnb}")


@case
def n2_handovers_with_packets_sent_back_through_the_plane_lose_none(lab, build):
    move_about(Setting(lab, build), "n2-handover 1 gnb {gnb}")


@case
def n2_handovers_with_packets_sent_from_gnb_to_gnb_lose_none(lab, build):
    move_about(Setting(lab, build), "n2-handover 1 gnb {gnb} direct")


@case
def nothing_overtakes_what_waits_for_a_phone_that_sleeps_and_wakes(lab, build):
    setting = Setting(lab, build)
    numbers = Numbers(setting)
    setting.play("start 1-2\nregister 1\nsession 1\n" + numbers.begin
                 + "idle 1\nexpect 1 connected\nwait 200\n" * 12 + numbers.end)
    # A gNB that is told to let the phone go drops what it still has for it.
    setting.expect_fast(0, numbers.expect_in_order(may_lose=3 * 12) // 4)


@case
def nothing_overtakes_what_waits_for_its_gnbs_share(lab, build):
    profile = lab.folder / "share.yaml"
    profile.write_text(LIMIT)
    setting = Setting(lab, build, FAST + "smf: {{traffic_period: 1s, traffic_shape_floor: 8 kbps}}\n",
                      f"profile: {profile}\n" + SHARES)
    numbers, metrics = Numbers(setting), f"ip netns exec {setting.core.host.netns} curl -s http://127.0.0.1:9090/metrics"
    shaped = [until(f"{metrics} | grep -Eq '^demarc_plane_shaped_gnbs({{[^}}]*}})? {gnbs}$'", 20) for gnbs in (0, 1)]
    waited = until(f"{metrics} | grep -Eq '^demarc_plane_shaped_packets [1-9]'", 20)
    setting.play("amf 10.9.0.2\nstart 1\namf 10.9.0.1\nstart 2\nmove 2 gnb 2\nregister 1-2\nsession 1\nsession 2\n"
                 + numbers.begin + shaped[1] + waited + f"run 2: ping -c 4000 -i 0.005 -s 1200 -W 10 {SERVER} > /dev/null 2>&1 &\n" + shaped[0]
                 + "wait 1000\n" + numbers.end)
    numbers.expect_in_order()
    setting.expect_fast(100, 100)


@case
def packets_go_on_when_control_is_killed_and_the_phone_moves(lab, build):
    setting = Setting(lab, build)
    log = setting.core.folder / "ping.log"
    begin, end = pinging(log, 200)
    setting.play("start 1-2\nregister 1\nsession 1\n" + begin
                 + f"xn-handover 1 gnb 2\n{killing(setting.core, 'control')}xn-handover 1 gnb 1\nxn-handover 1 gnb 2\n" + end)
    expect_all_in_order(log, 200)
    setting.expect_fast(100, 100)


@case
def the_fast_path_follows_the_hosts_routes_and_neighbours(lab, build):
    setting = Setting(lab, build)
    core, server = setting.core, setting.server
    # Another way to the same server, by an interface that comes now, and the server under another hardware address.
    lab.link(core.host, "out1", ["10.7.0.1/24"], server, "eth1", ["10.7.0.2/24"])
    wait_until(lambda: "xdp" in core.host.run("ip link show out1").stdout, 10, "the program at the new interface")
    core.host.run("sysctl -qw net.ipv4.conf.all.rp_filter=0")
    server.run("sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0 net.ipv4.conf.eth1.rp_filter=0")
    server.run("sysctl -qw net.ipv4.conf.eth0.arp_notify=1")  # of a new address it tells at once
    inside, outside = f"ip netns exec {core.host.netns}", f"ip netns exec {server.netns}"
    log, taken = core.folder / "ping.log", core.folder / "taken"
    begin, end = pinging(log, 300)
    before = setting.status()["fast_uplink_packets"]
    came = f"{outside} cat /sys/class/net/{{}}/statistics/rx_packets"
    setting.play("start 1-2\nregister 1\nsession 1\n" + begin + until(f"[ $({came.format('eth0')}) -ge 40 ]") + f"""
run here: {inside} ip route add {SERVER}/32 via 10.7.0.2
{until(f"[ $({came.format('eth1')}) -ge 40 ]")}
run here: {inside} ip route del {SERVER}/32 via 10.7.0.2 && {came.format('eth1')} > {taken}
run here: {came.format('eth0')} > {taken}.before
{until(f"[ $({came.format('eth0')}) -ge $(($(cat {taken}.before) + 40)) ]")}
run here: {outside} ip link set eth0 address 02:00:00:00:77:77
""" + end)
    text = log.read_text()
    got = [int(number) for number in re.findall(r"icmp_seq=(\d+) ttl", text)]
    expect(got == sorted(got), f"out of order: {got}")
    lost = set(range(1, 301)) - set(got)
    expect(len(lost) <= 5, f"of 300 are lost {lost}: {text}")
    expect(setting.status()["fast_uplink_packets"] - before >= 240, f"{setting.status()}")
    late = int(server.run("cat /sys/class/net/eth1/statistics/rx_packets").stdout) - int(taken.read_text())
    expect(late <= 3, f"{late} packets took the other way when it was not there any more")  # the host's own words among them


@case
def where_there_is_no_room_a_session_is_refused_until_another_ends(lab, build):
    setting = Setting(lab, build, FAST.replace("fast: generic,", "fast: generic, fast_sessions: 2,").replace("level: warning", "level: info")
                      + "smf: {{pfcp_heartbeat: 1s}}\n", phones=3)  # so long the plane that refused counts as full
    ping = "run {}: ping -c 10 -i 0.02 -W 2 " + SERVER + "\n"
    is_fast = (f"run here: {setting.core.demarc} plane show imsi-999700000000003/1 --json --config {setting.core.config}"
               " | grep -c '_path\": \"fast\"' | grep -qx 2\n")
    said = setting.play(f"start 1\nregister 1-3\nsession 1\nsession 2\ntry session 3\n{ping.format(1)}{ping.format(2)}close 1 1\nwait 3000\nsession 3\n"
                        f"{ping.format(3)}{ping.format(2)}{is_fast}", quiet=False)
    expect("cause 26" in said, said)
    expect(any(why in setting.core.log() for why in ("No resources available", "overloaded")), setting.core.log())  # asked, or told before
    setting.expect_fast(30, 30)


@case
def an_interface_that_comes_again_gets_the_program(lab, build):
    setting = Setting(lab, build)
    lab.execute(["ip", "-n", setting.core.host.netns, "link", "del", "out0"])
    lab.link(setting.core.host, "out0", ["10.8.0.1/24"], setting.server, "eth0", [f"{SERVER}/24"])
    setting.server.run("ip route add 10.32.0.0/11 via 10.8.0.1")
    wait_until(lambda: "xdp" in setting.core.host.run("ip link show out0").stdout, 10, "the program at the new interface")
    setting.play(f"start 1\nregister 1\nsession 1\nrun 1: ping -c 20 -i 0.02 -W 2 {SERVER}\n")
    setting.expect_fast(10, 10)


main()
