#!/usr/bin/env python3
"""The fast path at several interfaces on either side, in both families, inside and outside; and packets that are too long for the way."""
import re

from cases import case, expect, main
from lab import wait_until
from running_core import Core

NETWORKS = """
runtime_dir: {folder}/run
state_dir: {folder}/state
log: {{level: info}}
data_networks:
  - {{name: internet, type: ipv4v6, ipv4: 10.32.0.0/11, ipv4_gateway: 10.32.0.1, ipv6: "2001:db8:cafe::/48", mtu: 1456}}
  - {{name: ims, type: ipv4v6, ipv4: 10.70.0.0/16, ipv6: "2001:db8:babe::/48", mtu: 1456}}
planes:
  - {{name: default, n4: 127.0.0.7, n3: [%s], n3_interfaces: [ran1], nat: false, fast: generic,
     fast_interfaces: [out0, out1], fast_sessions: 1000, fast_pins: {folder}/../bpf, mss_clamp: off}}
"""
INVENTORY = "profile: lab\ndomains: [{name: default, listen: [10.9.0.1]}]\n"
SERVERS, SERVERS_V6 = ("10.8.0.2", "10.7.0.2"), ("fd08::2", "fd07::2")


class Setting:
    """A core between two radio hosts with a gNB each, behind ran0 and ran1, and two servers, behind out0 and out1."""

    def __init__(self, lab, build, n3="10.9.0.1", gnbs=("10.9.0.11", "10.9.1.12"), session_type="ipv4v6"):
        lab.pins()
        self.lab = lab
        self.core = Core(lab, build, "core", 2, NETWORKS % n3, session_type, INVENTORY)
        self.core.command("subscriber", "set", "imsi-999700000000001", "--dnn", "ims")
        self.radios = [self.beside("radio0", "ran0", "10.9.0.%d/24", "fd09::%d/64", 11),
                       self.beside("radio1", "ran1", "10.9.1.%d/24", "fd09:1::%d/64", 12)]
        self.servers = [self.beside("server0", "out0", "10.8.0.%d/24", "fd08::%d/64", 2),
                        self.beside("server1", "out1", "10.7.0.%d/24", "fd07::%d/64", 2)]
        self.core.start()
        self.core.wait()
        cast = self.core.cast(2)
        for number, (address, radio) in enumerate(zip(gnbs, self.radios), 1):
            cast = cast.replace(f"address 127.0.1.{number}", f"address {address} netns {radio.netns}")
        self.cast = "amf 10.9.0.1\n" + cast

    def beside(self, name, port, ipv4, ipv6, host):
        """A host behind an interface of the core, which is its router; its checksums are whole, as a cable would carry."""
        made = self.lab.host(name)
        self.lab.link(self.core.host, port, [ipv4 % 1, ipv6 % 1], made, "eth0", [ipv4 % host, ipv6 % host])
        made.run(["ip", "route", "add", "default", "via", (ipv4 % 1).split("/")[0]])
        made.run(["ip", "-6", "route", "add", "default", "via", (ipv6 % 1).split("/")[0]])
        made.run("ethtool -K eth0 tx off")
        return made

    def play(self, text):
        path = self.core.folder / "ports.scenario"
        path.write_text(self.cast + text)
        self.core.host.run([self.core.ran, "scenario", "--quiet", path])

    def status(self):
        return self.core.json("status")["planes"][0]

    def expect_fast(self, uplink, downlink, left=12):
        """At least so many packets took the fast path, and hardly any the other: the first to each neighbour, router solicitations."""
        status = self.status()
        expect(status["fast_uplink_packets"] >= uplink and status["fast_downlink_packets"] >= downlink
               and status["left_to_slow_path"] <= left, f"{status}; {self.core.log()}")

    def sent(self, port):
        return int(self.core.host.run(f"cat /sys/class/net/{port}/statistics/tx_packets").stdout)


def ping(phone, to, count=20, more=""):
    return f"run {phone}: ping -q -c {count} -i 0.02 -W 3 {more} {to}\n"


@case
def gnbs_and_data_networks_at_ports_of_their_own_are_all_on_the_fast_path(lab, build):
    setting = Setting(lab, build)
    before = [setting.sent(port) for port in ("ran0", "ran1", "out0", "out1")]
    setting.play("start 1-2\nmove 2 gnb 2\nregister 1-2\nsession 1 1 internet ipv4v6\nsession 1 2 ims ipv4v6\nsession 2 1 internet ipv4v6\n"
                 + ping(1, SERVERS[0], more="-I ue1s1") + ping(1, SERVERS[1], more="-I ue1s2")
                 + ping(2, SERVERS[0]) + ping(2, SERVERS[1]) + "xn-handover 2 gnb 1\n" + ping(2, SERVERS[1]))
    setting.expect_fast(90, 90)
    grown = [setting.sent(port) - was for port, was in zip(("ran0", "ran1", "out0", "out1"), before)]
    expect(all(count >= 38 for count in grown), f"packets sent by each interface: {grown}")


@case
def several_next_hops_share_what_is_sent_and_all_of_it_stays_fast(lab, build):
    setting = Setting(lab, build)
    many = [f"198.51.100.{number}" for number in range(1, 17)]
    setting.core.host.run("ip route add 198.51.100.0/24 nexthop via 10.8.0.2 nexthop via 10.7.0.2")
    setting.core.host.run("sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.out0.rp_filter=0 net.ipv4.conf.out1.rp_filter=0")
    for server in setting.servers:
        server.address("lo", *[f"{one}/32" for one in many])
    before = [setting.sent(port) for port in ("out0", "out1")]
    setting.play("start 1\nregister 1\nsession 1 1 internet ipv4\n" + "".join(ping(1, one, 5) for one in many))
    setting.expect_fast(70, 70)
    grown = [setting.sent(port) - was for port, was in zip(("out0", "out1"), before)]
    expect(all(count >= 15 for count in grown), f"packets sent by each interface: {grown}")


main()
