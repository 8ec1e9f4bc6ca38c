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

LISTEN = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 4000))
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
print("listening", flush=True)
while True:
    print(int(s.recv(100)), flush=True)
"""

SEND = """
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for number in range(int(sys.argv[2])):
    s.sendto(str(number).encode(), (sys.argv[1], 4000))
    time.sleep(float(sys.argv[3]))
print("sent", flush=True)
"""


class Setting:
    """A core; behind ran0 two gNBs, behind out0 a router to the server."""

    def __init__(self, lab, build, phones=2):
        lab.pins()
        self.lab = lab
        self.core = Core(lab, build, "core", phones, FAST, inventory=INVENTORY)
        self.radio, self.server = lab.host("radio"), lab.host("server")
        lab.link(self.core.host, "ran0", ["10.9.0.1/24"], self.radio, "eth0", ["10.9.0.11/24", "10.9.0.12/24"])
        lab.link(self.core.host, "out0", ["10.8.0.1/24"], self.server, "eth0", [f"{SERVER}/24"])
        self.server.run("ip route add 10.32.0.0/11 via 10.8.0.1")
        for host, port in ((self.radio, "eth0"), (self.server, "eth0")):
            host.run(["ethtool", "-K", port, "tx", "off"])  # whole checksums, as a cable would carry
        self.core.start()
        self.core.wait()
        self.cast = "amf 10.9.0.1\n" + self.core.cast(phones).replace("127.0.1.1", "10.9.0.11").replace("127.0.1.2", "10.9.0.12")

    def play(self, text):
        path = self.core.folder / "fast.scenario"
        path.write_text(self.cast + text)
        self.radio.run([self.core.ran, "scenario", "--quiet", path])

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
    began = f"run 1: ping -n -c {count} -i 0.02 -W 3 {SERVER} > {log} 2>&1 &\n"
    return began, f"run here: while ! grep -q transmitted {log}; do sleep 0.1; done\n"


def expect_numbers(log, count):
    got = log.read_text().split()[1:]
    expect(got == [str(number) for number in range(count)],
           f"{count - len(set(got))} of {count} lost, in order: {got == sorted(got, key=int)}; {got}")


@case
def phones_reach_a_server_by_the_fast_path(lab, build):
    setting = Setting(lab, build)
    setting.play(f"start 1-2\nregister 1-2\nsession 1-2\nrun 1: ping -c 20 -i 0.02 -W 2 {SERVER}\n"
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
    setting, count = Setting(lab, build), 2000
    cast = setting.listen(lab.hosts["phone1"], "listener.log")
    send, done = setting.script("send.py", SEND), setting.core.folder / "sent"
    netns = f"ip netns exec {setting.server.netns}"
    sleeps = "idle 1\nexpect 1 connected\nwait 200\n" * 12
    setting.play("start 1-2\nregister 1\nsession 1\n"
                 f"run here: {netns} python3 {send} 10.32.0.2 {count} 0.002 > {done} 2>&1 &\n" + sleeps
                 + until(f"grep -q sent {done}", 20) + until(f"[ $(wc -l < {cast}) -ge {count + 1} ]", 5))
    expect_numbers(cast, count)
    setting.expect_fast(0, count // 4)


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
    inside, outside = f"ip netns exec {core.host.netns}", f"ip netns exec {server.netns}"
    log = core.folder / "ping.log"
    begin, end = pinging(log, 250)
    before = setting.status()["fast_uplink_packets"]
    setting.play("start 1-2\nregister 1\nsession 1\n" + begin + f"""
wait 1000
run here: {inside} ip route add {SERVER}/32 via 10.7.0.2
wait 1000
run here: {inside} ip route del {SERVER}/32 via 10.7.0.2
wait 1000
run here: {outside} ip link set eth0 address 02:00:00:00:77:77 && {outside} ping -c 1 -W 2 10.8.0.1
""" + end)
    text = log.read_text()
    got = [int(number) for number in re.findall(r"icmp_seq=(\d+) ttl", text)]
    expect(got == sorted(got), f"out of order: {got}")
    expect(len(got) >= 245, f"{250 - len(got)} of 250 lost: {text}")
    expect(setting.status()["fast_uplink_packets"] - before >= 200, f"{setting.status()}")
    took = int(server.run("cat /sys/class/net/eth1/statistics/rx_packets").stdout)
    expect(40 <= took <= 80, f"{took} packets took the other way")


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
