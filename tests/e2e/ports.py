#!/usr/bin/env python3
"""The fast path at several interfaces on either side, in both families, inside and outside; and packets that are too long for the way."""
import json
import re
import time

from cases import case, expect, main
from lab import check_rate, wait_until
from running_core import Core, until
from tcpdump import Capture

NETWORKS = """
runtime_dir: {folder}/run
state_dir: {folder}/state
log: {{level: info}}
data_networks:
  - {{name: internet, type: ipv4v6, ipv4: 10.32.0.0/11, ipv4_gateway: 10.32.0.1, ipv6: "2001:db8:cafe::/48", mtu: %s,
     requested_fiveqis: [1], requested_gbr_uplink: 5 Mbps, requested_gbr_downlink: 5 Mbps}}
  - {{name: ims, type: ipv4v6, ipv4: 10.70.0.0/16, ipv6: "2001:db8:babe::/48", mtu: 1500}}
planes:
  - {{name: default, n4: 127.0.0.7, n3: ["%s"], n3_interfaces: [ran1], nat: false, fast: %s,
     fast_interfaces: [out0, out1], fast_sessions: 1000, fast_pins: {folder}/../bpf, mss_clamp: off}}
"""
INVENTORY = "profile: lab\ndomains: [{name: default, listen: [\"%s\"]}]\n"
PHONE, HEADERS = "10.32.0.2", {4: 28, 6: 48}
SERVERS, SERVERS_V6 = ("10.8.0.2", "10.7.0.2"), ("fd08::2", "fd07::2")


class Setting:
    """A core between two radio hosts with a gNB each, behind ran0 and ran1, and two servers, behind out0 and out1."""

    def __init__(self, lab, build, n3="10.9.0.1", gnbs=("10.9.0.11", "10.9.1.12"), session_type="ipv4v6", mode="generic", mtu=1500):
        lab.pins()
        self.lab = lab
        self.core = Core(lab, build, "core", 2, NETWORKS % (mtu, n3, mode), session_type, INVENTORY % n3)
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
        self.cast = f"amf {n3}\n" + cast

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


def one(phone, to, more=""):
    """Neighbours are asked for on the way of one packet: of a row of them many would wait for the answer."""
    return f"run {phone}: ping -q -c 1 -W 10 {more} {to}\n"


@case
def gnbs_and_data_networks_at_ports_of_their_own_are_all_on_the_fast_path(lab, build):
    setting = Setting(lab, build)
    before = [setting.sent(port) for port in ("ran0", "ran1", "out0", "out1")]
    setting.play("start 1-2\nmove 2 gnb 2\nregister 1-2\nsession 1 1 internet ipv4v6\nsession 1 2 ims ipv4v6\nsession 2 1 internet ipv4v6\n"
                 + one(1, SERVERS[0], "-I ue1s1") + one(1, SERVERS[1], "-I ue1s2") + one(2, SERVERS[0])
                 + ping(1, SERVERS[0], more="-I ue1s1") + ping(1, SERVERS[1], more="-I ue1s2")
                 + ping(2, SERVERS[0]) + ping(2, SERVERS[1]) + "xn-handover 2 gnb 1\n" + ping(2, SERVERS[1]))
    setting.expect_fast(90, 90)
    grown = [setting.sent(port) - was for port, was in zip(("ran0", "ran1", "out0", "out1"), before)]
    expect(all(count >= 38 for count in grown), f"packets sent by each interface: {grown}")


@case
def several_next_hops_share_what_is_sent_and_all_of_it_stays_fast(lab, build):
    setting = Setting(lab, build)
    many = [f"198.51.100.{number}" for number in range(1, 33)]  # which way each goes is chance's
    setting.core.host.run("ip route add 198.51.100.0/24 nexthop via 10.8.0.2 nexthop via 10.7.0.2")
    setting.core.host.run("sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.out0.rp_filter=0 net.ipv4.conf.out1.rp_filter=0")
    for server in setting.servers:
        server.address("lo", *[f"{to}/32" for to in many])
    before = [setting.sent(port) for port in ("out0", "out1")]
    setting.play("start 1\nregister 1\nsession 1 1 internet ipv4\n" + one(1, SERVERS[0]) + one(1, SERVERS[1])
                 + "".join(ping(1, to, 5) for to in many))
    setting.expect_fast(140, 140)
    grown = [setting.sent(port) - was for port, was in zip(("out0", "out1"), before)]
    expect(all(count >= 15 for count in grown), f"packets sent by each interface: {grown}")


# --- what is too long ---

def told(host, version, to, length, count=2):
    """The MTU that a sender learns whose packet of that length may not be fragmented; None: nobody objects."""
    done = host.run(f"ping -{version} -n -c {count} -i 0.5 -W 2 -M do -s {length - HEADERS[version]} {to}", check=False)
    shown = done.stdout + done.stderr
    mtu = re.search(r"mtu ?[=:] ?(\d+)", shown)
    expect(mtu or ", 0% packet loss" in shown, f"neither answered nor told why: {shown}")
    return int(mtu.group(1)) if mtu else None


def forget(host):
    host.run("ip route flush cache")
    host.run("ip -6 route flush cache")


class Staying(Setting):
    """The same, with phone 1 at the first gNB, and a session of both families, that stay."""

    def __init__(self, lab, build, asks="ipv4v6", then="", **options):
        super().__init__(lab, build, **options)
        path = self.core.folder / "ports.scenario"
        path.write_text(self.cast + f"start 1\nregister 1\nsession 1 1 internet {asks}\n{then}stay\n")
        self.core.host.start([self.core.ran, "scenario", path], "ran.log")
        wait_until(lambda: self.core.json("session"), 20, "a session")
        self.phone, self.server = lab.hosts["phone1"], self.servers[0]
        self.phone_v6 = wait_until(self.v6_address, 20, "the phone's IPv6 address")

    def v6_address(self):
        shown = self.phone.run("ip -6 -o address show scope global").stdout
        return next((word.split("/")[0] for word in shown.split() if word.startswith("2001:db8:cafe:")), None)

    def addresses(self):
        return ((4, PHONE, SERVERS[0]), (6, self.phone_v6, SERVERS_V6[0]))

    def transfer(self, to, *how):
        """Some TCP, or what else is said, up and down."""
        for direction in ([], ["-R"]):
            server = self.server.start("iperf3 -s -1", "iperf.log")
            wait_until(lambda: "5201" in self.server.run("ss -ltn").stdout, 5, "iperf3 to listen")
            done = self.phone.run(["iperf3", "-c", to, "-n", "1M", *how, *direction], timeout=60)
            server.wait()
            expect("iperf Done" in done.stdout, done.stdout)


@case
def senders_on_either_side_are_told_what_is_too_long_in_both_families(lab, build):
    setting = Staying(lab, build)
    for version, phone, server in setting.addresses():
        expect(told(setting.server, version, phone, 1456) is None, "what fits is refused")
        expect(told(setting.server, version, phone, 1457) == 1456, f"the server is not told what fits into the tunnel: IPv{version}")
    setting.core.host.run("ip link set out0 mtu 1350")
    for version, phone, server in setting.addresses():
        expect(told(setting.phone, version, server, 1350) is None, "what fits is refused")
        expect(told(setting.phone, version, server, 1351) == 1350, "the phone is not told what fits on N6")


def the_data_networks_mtu_counts(setting):
    """Though the tunnel would take 1456 octets."""
    for version, phone, _ in setting.addresses():
        expect(told(setting.server, version, phone, 1400, 5) is None, "what fits is refused")
        expect(told(setting.server, version, phone, 1401) == 1400, f"the server is not told what the phone was told: IPv{version}")


@case
def a_sender_is_told_the_mtu_of_the_data_network_on_the_fast_path(lab, build):
    setting = Staying(lab, build, mtu=1400)
    the_data_networks_mtu_counts(setting)
    expect(setting.status()["fast_downlink_packets"] >= 8, f"what fits is not fast: {setting.status()}")


@case
def a_sender_is_told_the_mtu_of_the_data_network_on_the_slow_path(lab, build):
    the_data_networks_mtu_counts(Staying(lab, build, mode="off", mtu=1400))


@case
def a_new_mtu_of_n3_counts_at_once_for_pings_and_for_tcp(lab, build):
    setting = Staying(lab, build)
    expect(told(setting.server, 4, PHONE, 1456) is None, "what fits is refused")
    for host, port in ((setting.core.host, "ran0"), (setting.radios[0], "eth0")):
        host.run(["ip", "link", "set", port, "mtu", 1400])
    wait_until(lambda: "1356 octets" in setting.core.log(), 10, "the plane to notice")
    for version, phone, server in setting.addresses():
        expect(told(setting.server, version, phone, 1357) == 1356, "the server is not told of the new length")
        forget(setting.server)
        setting.transfer(server)
    before = setting.status()["fast_downlink_packets"]
    expect(told(setting.server, 4, PHONE, 1356, 5) is None, "what fits is refused")
    expect(setting.status()["fast_downlink_packets"] - before >= 4, f"what fits is not fast: {setting.status()}")


def answers_heard(host):
    heard = dict(line.split()[:2] for line in host.run("nstat -asz").stdout.splitlines() if line.startswith("I"))
    return int(heard["IcmpInDestUnreachs"]) + int(heard["Icmp6InPktTooBigs"])


@case
def a_flood_of_what_is_too_long_is_answered_at_a_bounded_rate(lab, build):
    flood = """
import socket, sys
for family, level, option, to in ((socket.AF_INET, socket.IPPROTO_IP, 10, sys.argv[1]), (socket.AF_INET6, socket.IPPROTO_IPV6, 23, sys.argv[2])):
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.setsockopt(level, option, 3)  # IP_PMTUDISC_PROBE: what the kernel has learned about the way is not minded
    for _ in range(3000):
        try:
            s.sendto(bytes(1440), (to, 4000))
        except OSError:
            pass
"""
    setting = Staying(lab, build)
    script = setting.core.folder / "flood.py"
    script.write_text(flood)
    sent = int(setting.server.run("cat /sys/class/net/eth0/statistics/tx_packets").stdout)
    began = time.monotonic()
    setting.server.run(["python3", script, PHONE, setting.phone_v6])
    sent = int(setting.server.run("cat /sys/class/net/eth0/statistics/tx_packets").stdout) - sent
    expect(sent > 5000, f"the flood did not leave: {sent}")
    wait_until(lambda: answers_heard(setting.server) >= 10, 5, "answers")
    time.sleep(0.5)  # more of them would be on their way
    took, answers = time.monotonic() - began, answers_heard(setting.server)
    expect(answers <= 20 + 20 * took, f"{sent} packets in {took:.1f} s had {answers} answers")


@case
def a_way_to_a_gnb_that_is_narrower_beyond_a_router_is_learned(lab, build):
    setting = Setting(lab, build, gnbs=("10.9.0.11", "10.9.2.12"))
    router, beyond = setting.radios[1], lab.host("beyond")
    lab.link(router, "eth1", ["10.9.2.1/24"], beyond, "eth0", ["10.9.2.12/24"])
    for host, port in ((router, "eth1"), (beyond, "eth0")):
        host.run(["ip", "link", "set", port, "mtu", 1300])
    router.run("sysctl -qw net.ipv4.ip_forward=1")
    beyond.run("ip route add default via 10.9.2.1")
    setting.core.host.run("ip route add 10.9.2.0/24 via 10.9.1.12")
    setting.cast = setting.cast.replace(router.netns, beyond.netns)
    log = setting.core.folder / "ping.log"
    outside = f"ip netns exec {setting.servers[0].netns}"
    setting.play(f"start 2\nmove 1 gnb 2\nregister 1\nsession 1 1 internet ipv4\n"
                 f"run here: {outside} ping -n -c 8 -i 0.4 -W 2 -M do -s 1372 {PHONE} > {log}; true\n"
                 f"run here: {outside} ping -q -c 20 -i 0.02 -W 2 -M do -s 1000 {PHONE}\n"
                 f"run here: {outside} iperf3 -s -1 -D\n{until(outside + ' ss -ltn | grep -q 5201')}run 1: iperf3 -c {SERVERS[0]} -R -n 1M\n")
    expect("send" not in setting.status()["drops"], f"{setting.status()}")
    got = re.findall(r"icmp_seq=(\d+) ttl", log.read_text())
    expect(len(got) >= 4, f"packets that the way takes only in pieces did not arrive: {log.read_text()}")
    expect(setting.status()["fast_downlink_packets"] >= 19, f"{setting.status()}")


# --- several flows ---

def downlink_flows(lab, capture):
    """What gNBs were sent, by protocol inside: the QFIs of its PDU session containers, and how many packets."""
    fields = ["-e", "gtp.ext_hdr.pdu_ses_con.qos_flow_id", "-e", "ip.proto"]
    qfis, count = {}, 0
    for line in lab.execute(["tshark", "-r", capture, "-Y", "gtp.message == 255", "-T", "fields", *fields]).stdout.splitlines():
        qfi, protocols = line.split("\t")
        qfis.setdefault(int(protocols.split(",")[1]), set()).add(int(qfi, 0))
        count += 1
    return qfis, count


@case
def flows_of_a_session_have_their_qfi_and_their_rate_on_the_fast_path(lab, build):
    udp, tcp = 17, 6
    setting = Staying(lab, build, then="flow 1 1 1 2000\n")
    wait_until(lambda: setting.core.json("session")[0]["flows"], 10, "the flow")
    before = setting.status()
    capture = Capture(setting.radios[0], "eth0", setting.core.folder / "gnb.pcap", "udp port 2152 and src 10.9.0.1")

    def mbps():
        server = setting.server.start("iperf3 -s -1", "iperf.log")
        wait_until(lambda: "5201" in setting.server.run("ss -ltn").stdout, 5, "iperf3 to listen")
        figures = json.loads(setting.phone.run(["iperf3", "-c", SERVERS[0], "-u", "-R", "-l", 1000, "-b", "20M", "-t", 2, "-J"]).stdout)
        server.wait()
        return figures["end"]["sum_received"]["bits_per_second"] / 1e6
    check_rate(mbps, 1.5, 2.3)  # of 2
    qfis, count = downlink_flows(lab, capture.end())
    expect(len(qfis[udp]) == 1 and len(qfis[tcp]) == 1 and qfis[udp] != qfis[tcp], f"QFIs by protocol: {qfis}")
    fast = setting.status()["fast_downlink_packets"] - before["fast_downlink_packets"]
    expect(count > 400 and fast >= count - count // 20, f"{fast} of {count} took the fast path")


# --- checksums ---

def cable(lab, host):
    """Between the core and the host a bridge, that makes the checksums of what comes to the host, as hardware would."""
    bridge = lab.host("cable")
    lab.execute(["ip", "-n", host.netns, "link", "set", "eth0", "netns", bridge.netns, "name", "near"])
    lab.link(bridge, "far", [], host, "eth0", ["10.8.0.2/24", "fd08::2/64"])
    bridge.run("ip link set near up")
    bridge.run("ethtool -K near tx on")
    bridge.run("ethtool -K far tx off")
    lab.bridge(bridge, "br0", ["near", "far"])
    host.run("ip route add default via 10.8.0.1")
    host.run("ip -6 route add default via fd08::1")


def wrong_checksums(lab, capture, sender):
    """Among the packets of TCP and UDP that came from that sender; and how many there are. Of a TCP checksum that is zero Linux writes the other zero, 0xffff,
    when it makes it itself: tshark complains, but to whoever adds it up it is right."""
    fields = ("frame.number", "tcp.checksum", "tcp.checksum.status", "udp.checksum", "udp.checksum.status", "_ws.expert.message")
    words = ["tshark", "-r", capture, "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-Y",
             f"(tcp || udp) && ({' || '.join(sender)})", "-T", "fields", *(word for field in fields for word in ("-e", field))]
    rows = [line.split("\t") for line in lab.execute(words).stdout.splitlines()]
    return [row for row in rows if row[2] + row[4] != "1" and "0xffff instead of 0x0000" not in row[5]], len(rows)


@case
def no_packet_arrives_with_a_wrong_checksum_whoever_leaves_them_to_devices(lab, build):
    setting = Staying(lab, build)
    cable(lab, setting.server)
    captures = [(setting.server, "eth0", (f"ip.src == {PHONE}", f"ipv6.src == {setting.phone_v6}")),
                (setting.phone, "ue1s1", (f"ip.src == {SERVERS[0]}", f"ipv6.src == {SERVERS_V6[0]}"))]
    for at, (radio, server) in enumerate((("on", "on"), ("on", "off"), ("off", "on"), ("off", "off"))):
        setting.radios[0].run(["ethtool", "-K", "eth0", "tx", radio])
        setting.server.run(["ethtool", "-K", "eth0", "tx", server])
        files = [setting.core.folder / f"{host.name}{at}.pcap" for host, _, _ in captures]
        dumps = [Capture(host, device, file, "tcp or udp") for (host, device, _), file in zip(captures, files)]
        for _, _, to in setting.addresses():
            setting.transfer(to)
            setting.transfer(to, "-u", "-b", "8M", "-l", "1000")
        for dump in dumps:
            dump.end()
        for (host, _, sender), file in zip(captures, files):
            wrong, count = wrong_checksums(lab, file, sender)
            expect(count > 200 and not wrong, f"at the {host.name}, radio {radio}, server {server}: {len(wrong)} of {count} are wrong: {wrong[:3]}")


# --- several at once, and what hosts put together ---

def many_flows(setting):
    """Four TCP connections up of each of two phones, and four down, all at once; how many octets arrived, up and down."""
    clients, arrived = [], [0, 0]
    for number, direction in enumerate(([], [], ["-R"], ["-R"])):
        setting.server.start(["iperf3", "-s", "-1", "-p", 5201 + number], f"iperf{number}.log")
        wait_until(lambda port=5201 + number: str(port) in setting.server.run("ss -ltn").stdout, 5, "iperf3 to listen")
    for number, direction in enumerate(([], [], ["-R"], ["-R"])):
        phone = setting.lab.hosts[f"phone{1 + number % 2}"]
        clients.append(phone.start(["iperf3", "-c", SERVERS[0], "-p", 5201 + number, "-P", 4, "-n", "8M", "-J", *direction], f"client{number}.log"))
    for number, client in enumerate(clients):
        expect(client.wait(120) == 0, client.log.read_text())
        arrived[number // 2] += json.loads(client.log.read_text())["end"]["sum_received"]["bytes"]
    return arrived


def check_many_flows(lab, build, mode):
    setting = Staying(lab, build, mode=mode, mtu=1400, then="register 2\nsession 2 1 internet ipv4\n")
    wait_until(lambda: len(setting.core.json("session")) == 2, 20, "two sessions")
    for host in (*setting.radios, *setting.servers):
        host.run("ethtool -K eth0 gro on")
    for port in ("ran0", "out0"):
        setting.core.host.run(["ethtool", "-K", port, "gro", "on"])
    for number in (1, 2):
        lab.hosts[f"phone{number}"].run(["ping", "-q", "-c", 5, "-i", 0.1, "-W", 2, SERVERS[0]])
    arrived = many_flows(setting)
    status = setting.status()
    for way, least in zip(("uplink", "downlink"), arrived):
        octets, packets = status[f"{way}_bytes"], status[f"{way}_packets"]
        expect(octets > least > 4 << 20, f"{way}: {least} octets arrived, {octets} were counted")
        expect(octets / packets <= 1500, f"{way}: {octets} octets cannot have been {packets} packets")
        expect(status[f"fast_{way}_packets"] > packets // 4, f"{way}: {status}")


@case
def many_flows_of_several_phones_are_carried_and_counted_at_drivers(lab, build):
    check_many_flows(lab, build, "native")


@case
def many_flows_of_several_phones_are_carried_and_counted_where_hosts_put_packets_together(lab, build):
    check_many_flows(lab, build, "generic")


# --- IPv6 ---

def all_by_the_fast_path(setting):
    """Router solicitations have been answered when the phone has an address; all that it sends from then on is fast, both ways."""
    before = setting.status()
    for version, phone, server in setting.addresses():
        if version == 6 or "inet " in setting.phone.run("ip address show scope global").stdout:
            setting.phone.run(f"ping -{version} -q -c 20 -i 0.02 -W 2 {server}")
            setting.server.run(f"ping -{version} -q -c 20 -i 0.02 -W 2 {phone}")
            setting.transfer(server)
    after = setting.status()
    grown = {key: after[key] - before[key] for key in ("fast_uplink_packets", "fast_downlink_packets", "left_to_slow_path")}
    expect(min(grown["fast_uplink_packets"], grown["fast_downlink_packets"]) > 100
           and grown["left_to_slow_path"] < 12 + grown["fast_uplink_packets"] // 10, f"{grown}")


@case
def both_families_of_a_session_are_fast_with_pings_and_tcp(lab, build):
    all_by_the_fast_path(Staying(lab, build, mtu=1400))


@case
def a_session_of_ipv6_alone_is_fast_with_pings_and_tcp(lab, build):
    all_by_the_fast_path(Staying(lab, build, mtu=1400, asks="ipv6"))


@case
def gnbs_are_reached_over_ipv6_by_the_fast_path_too(lab, build):
    setting = Staying(lab, build, n3="fd09::1", gnbs=("fd09::11", "10.9.1.12"))
    setting.phone.run("ip link set ue1s1 mtu 1436")  # longer ones the gNB sends in fragments, which are the slow path's
    all_by_the_fast_path(setting)
    for version, phone, server in setting.addresses():
        expect(told(setting.server, version, phone, 1436) is None, "what fits is refused")
        expect(told(setting.server, version, phone, 1437) == 1436, "the server is not told what fits into the tunnel")


# --- interfaces that come and go ---

class Ports(Staying):
    """Phone 1 behind ran0, phone 2 behind ran1; a server behind out0, another behind out1."""

    def __init__(self, lab, build, **options):
        super().__init__(lab, build, then="start 2\nmove 2 gnb 2\nregister 2\nsession 2 1 internet ipv4\n", **options)
        wait_until(lambda: len(self.core.json("session")) == 2, 20, "two sessions")

    def expect_fast(self, why):
        """All that phone 2 sends and gets through ran1 and out1."""
        phone = self.lab.hosts["phone2"]
        wait_until(lambda: " 0% packet loss" in phone.run(f"ping -q -c 3 -i 0.1 -W 1 {SERVERS[1]}", check=False).stdout, 10, f"answers {why}")
        before = self.status()
        phone.run(f"ping -q -c 20 -i 0.02 -W 2 {SERVERS[1]}")
        after = self.status()
        grown = [after[f"fast_{way}_packets"] - before[f"fast_{way}_packets"] for way in ("uplink", "downlink")]
        expect(min(grown) >= 20, f"{why}: {grown} of 20 were fast: {after}")

    def program_at(self, host, port):
        return "xdp" in host.run(f"ip link show {port}").stdout

    def at(self, number, kind):
        """(port, its host, the addresses of both): of the radio side, or of the server's."""
        if kind == "ran":
            return f"ran{number}", self.radios[number], [f"10.9.{number}.1/24"], [f"10.9.{number}.{11 + number}/24"]
        return f"out{number}", self.servers[number], [f"10.{8 - number}.0.1/24"], [f"10.{8 - number}.0.2/24"]

    def join(self, kind, addresses=True):
        """Makes ran1 or out1, where there is none."""
        port, host, near, far = self.at(1, kind)
        self.lab.link(self.core.host, port, near if addresses else [], host, "eth0", far)
        self.way_back(host, near)

    def way_back(self, host, near):
        host.run(["ip", "route", "replace", "default", "via", near[0].split("/")[0]])
        host.run("ethtool -K eth0 tx off")


@case
def interfaces_that_are_made_again_on_either_side_get_the_program_again(lab, build):
    setting = Ports(lab, build)
    setting.expect_fast("at first")
    for kind in ("out", "ran"):
        setting.core.host.run(f"ip link del {kind}1")
        setting.join(kind)
        wait_until(lambda kind=kind: setting.program_at(setting.core.host, f"{kind}1"), 10, "the program")
        setting.expect_fast(f"with another {kind}1")


@case
def what_keeps_a_name_keeps_the_program_and_who_gets_the_name_gets_it(lab, build):
    setting = Ports(lab, build)
    core = setting.core.host
    core.run("ip link set out1 down")
    core.run("ip link set out1 name former")
    core.run("ip link set former up")
    setting.way_back(setting.servers[1], ["10.7.0.1/24"])
    core.run("ip link set former down")
    core.run("ip link set former name out1")
    core.run("ip link set out1 up")
    setting.expect_fast("under the name that it had before")
    core.run("ip link set out1 down")
    core.run("ip link set out1 name former")
    setting.servers[1].run("ip link set eth0 down")
    setting.servers[1].run("ip link set eth0 name eth9")
    setting.servers[1].run("ip address flush dev eth9")
    core.run("ip address flush dev former")
    setting.join("out")
    wait_until(lambda: setting.program_at(core, "out1"), 10, "the program")
    expect(not setting.program_at(core, "former"), "the program is still where nobody wants it")
    setting.expect_fast("with another of that name")


@case
def a_carrier_that_was_lost_and_a_stay_in_another_namespace_cost_the_fast_path_nothing(lab, build):
    setting = Ports(lab, build)
    core, away = setting.core.host, lab.host("away")
    for kind in ("out", "ran"):
        port, host, near, _ = setting.at(1, kind)
        host.run("ip link set eth0 down")
        wait_until(lambda port=port: "NO-CARRIER" in core.run(f"ip link show {port}").stdout, 10, "no carrier")
        host.run("ip link set eth0 up")
        setting.way_back(host, near)
        setting.expect_fast(f"with the carrier of {port} back")
        core.run(["ip", "link", "set", port, "netns", away.netns])
        wait_until(lambda port=port: not setting.program_at(away, port), 10, "the program to leave what is in another namespace")
        away.run(["ip", "link", "set", port, "netns", core.netns])
        core.run(["ip", "link", "set", port, "up"])
        core.address(port, *near)
        wait_until(lambda port=port: setting.program_at(core, port), 10, "the program")
        setting.expect_fast(f"with {port} back from another namespace")


main()
