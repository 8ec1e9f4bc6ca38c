#!/usr/bin/env python3
"""The share of traffic (rule H2): octets are those that the kernel counted, and a share that is too high refuses, shapes and loses nothing."""
import json
import re

from cases import case, expect, main
from lab import wait_until
from running_core import CONFIG, Core, killing, until
from tcpdump import Capture

GATEWAY = "10.32.0.1"
PHONES = {"north": (1, "10.32.0.2"), "south": (2, "10.32.0.3")}

OFTEN = CONFIG + "smf: {{traffic_period: 1s, traffic_shape_floor: 8 kbps}}\n"
NETWORK = """
vendors: [{{name: ours, risk: trusted}}, {{name: theirs, risk: high}}]
domains:
  - {{name: home, vendor: ours, listen: ["127.0.0.5:38412"]}}
  - {{name: rough, vendor: theirs, listen: ["127.0.0.6:38412"]}}
gnbs:
  - {{name: north, domain: rough, id: 999/70-00000001, n2: [127.0.1.1/32], n3: [127.0.1.1/32], areas: [999/70-1], slices: [1]}}
  - {{name: south, domain: home, id: 999/70-00000002, n2: [127.0.1.2/32], n3: [127.0.1.2/32], areas: [999/70-1], slices: [1]}}
  - {{name: east, domain: rough, id: 999/70-00000003, n2: [127.0.1.3/32], n3: [127.0.1.3/32], areas: [999/70-1], slices: [1]}}
  - {{name: west, domain: rough, id: 999/70-00000004, n2: [127.0.1.4/32], n3: [127.0.1.4/32], areas: [999/70-1], slices: [1]}}
"""
LIMIT = "title: A share of traffic\nrules:\n  - {rule: H2, most: 35}\n"
GNBS = "amf 127.0.0.6\nstart 1\namf 127.0.0.5\nstart 2\nmove 2 gnb 2\nregister 1-2\nsession 1\nsession 2\n"

# Counters of the packets inside, where they leave the plane for the data network and come from there.
REFEREE = "table inet referee {\n" + "".join(
    f"counter {gnb}_up {{}}\ncounter {gnb}_down {{}}\n"
    f"chain {gnb}_in {{ type filter hook prerouting priority -300; iifname demarc0 ip saddr {ip} counter name {gnb}_up; }}\n"
    f"chain {gnb}_out {{ type filter hook postrouting priority 300; oifname demarc0 ip daddr {ip} counter name {gnb}_down; }}\n"
    for gnb, (_, ip) in PHONES.items()) + "}\n"

# Exits with 0 if `demarc line status` says of each gNB what its phone's TUN device has counted.
COMPARE = """
import json, subprocess, sys
demarc, config, lab = sys.argv[1:]
def said(*command):
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
counted = {one["gnb"]: (one["uplink_octets"], one["downlink_octets"])
           for one in said(demarc, "line", "status", "--json", "--config", config)["gnbs"]}
for gnb, number in (("north", 1), ("south", 2)):
    link = said("ip", "-n", f"{lab}-phone{number}", "-s", "-j", "link", "show", f"ue{number}s1")[0]["stats64"]
    if counted.get(gnb) != (link["tx"]["bytes"], link["rx"]["bytes"]):
        sys.exit(f"{gnb}: {counted.get(gnb)}, the kernel {link}")
"""

# Counts up and tells what arrives, in order, and whether congestion was experienced on the way; sends so many, as ECN-capable.
LISTEN = """
import socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUFFORCE if hasattr(socket, "SO_RCVBUFFORCE") else 33, 8 << 20)
s.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
s.bind(("", 4000))
print("listening", flush=True)
while True:
    data, ancillary, _, _ = s.recvmsg(2000, 64)
    print(int(data), ancillary[0][2][0] & 3, flush=True)
"""
SEND = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, 2)
for number in range(int(sys.argv[2])):
    s.sendto(str(number).zfill(100).encode(), (sys.argv[1], 4000))
"""
SENT, ECN_CAPABLE, CONGESTION = 200, 2, 3


def started(lab, build, profile, config=OFTEN):
    core = Core(lab, build, "core", 2, config=config, inventory=f"profile: {profile}\n" + NETWORK.format())
    for name, text in (("compare", COMPARE), ("listen", LISTEN), ("send", SEND)):
        (core.folder / f"{name}.py").write_text(text)
    core.start()
    return core.wait()


def cast(core):
    return core.cast(2).replace("phones ", "gnb 3 east address 127.0.1.3\ngnb 4 west address 127.0.1.4\nphones ", 1)


def as_the_kernel_counts(core, seconds=20):
    """A line of a scenario that waits until the shares are to the octet what the phones' devices have counted."""
    return until(f"python3 {core.folder}/compare.py {core.demarc} {core.config} {core.lab.name}", seconds)


def octets(core):
    return {one["gnb"]: (one["uplink_octets"], one["downlink_octets"]) for one in core.json("line", "status")["gnbs"]}


def of_the_referee(path):
    """What nft counted."""
    counters = {one["counter"]["name"]: one["counter"]["bytes"]
                for one in json.loads(path.read_text())["nftables"] if "counter" in one}
    return {gnb: (counters[f"{gnb}_up"], counters[f"{gnb}_down"]) for gnb in PHONES}


def of_the_capture(lab, path):
    """Lengths of the packets inside G-PDUs, by gNB and direction, as tshark reads them."""
    rows = lab.execute(["tshark", "-r", path, "-Y", "gtp.message == 0xff", "-T", "fields",
                        "-e", "ip.src", "-e", "ip.dst", "-e", "ip.len"]).stdout.split("\n")
    sums = {gnb: [0, 0] for gnb in PHONES}
    addresses = {"127.0.1.1": "north", "127.0.1.2": "south"}
    for row in filter(None, rows):
        source, destination, length = (field.split(",") for field in row.split("\t"))
        if source[0] in addresses:
            sums[addresses[source[0]]][0] += int(length[1])
        else:
            sums[addresses[destination[0]]][1] += int(length[1])
    return {gnb: tuple(pair) for gnb, pair in sums.items()}


def transfers(number, tcp="2M"):
    """Lines of a scenario: TCP both ways and UDP both ways, in super-packets and out of them; a server may be busy with the one before."""
    client = f"iperf3 -c {GATEWAY} -p {5200 + number} --bind-dev ue{number}s1"
    return "".join(until(f"{client} {options} > /dev/null 2>&1", 10, number)
                   for options in (f"-n {tcp}", f"-n {tcp} -R", "-u -b 4M -l 900 -n 200K", "-u -b 4M -l 900 -n 200K -R"))


def servers(core):
    for number in (1, 2):
        core.host.start(["iperf3", "-s", "-p", str(5200 + number)], f"iperf{number}.log")
    wait_until(lambda: core.host.run("ss -ltn").stdout.count(":520") >= 2, 10, "iperf3 to listen")


@case
def what_went_through_each_gnb_is_to_the_octet_what_the_kernel_counted(lab, build):
    core = started(lab, build, "enrolled")
    servers(core)
    (core.folder / "referee.nft").write_text(REFEREE)
    core.host.run(["nft", "-f", core.folder / "referee.nft"])
    capture = Capture(core.host, "lo", core.folder / "n3.pcap", "udp port 2152", "-B", "16384")
    core.scenario(cast(core) + GNBS + f"""
run 1: ping -c 20 -i 0.05 -W 10 -s 1000 {GATEWAY}
run 2: ping -c 10 -i 0.05 -W 10 -s 37 {GATEWAY}
{as_the_kernel_counts(core)}
run here: {core.demarc} line status --json --config {core.config} > {core.folder}/pings.json
run here: nft -j list counters > {core.folder}/pings.nft
{until(capture.has_all)}run here: kill -INT {capture.process.pid}
{transfers(1)}{transfers(2)}
{as_the_kernel_counts(core)}
{killing(core, "control")}
{as_the_kernel_counts(core)}
run 1: ping -c 5 -i 0.05 -W 10 -s 500 {GATEWAY}
{transfers(2)}
{as_the_kernel_counts(core)}
""")
    capture.process.wait(30)
    said = {one["gnb"]: (one["uplink_octets"], one["downlink_octets"])
            for one in json.loads((core.folder / "pings.json").read_text())["gnbs"]}
    for referee in (of_the_referee(core.folder / "pings.nft"), of_the_capture(lab, capture.path)):
        expect(said == referee, f"{said}, the referee {referee}")
    expect(said == {"north": (20 * 1028, 20 * 1028), "south": (10 * 65, 10 * 65)}, f"{said}")
    late = octets(core)
    expect(all(late[gnb][way] > 1_000_000 for gnb in PHONES for way in (0, 1)), f"{late}")


def entries(core, procedure):
    shown = core.command("evidence", "show", "0", "1000000", check=False).stdout.splitlines()
    found = [json.loads(line.partition(" ")[2]) for line in shown]
    return [entry for entry in found if entry["rule"] == "H2" and entry["procedure"] == procedure]


def steps(core, procedure):
    return [entry["step"] for entry in entries(core, procedure)]


def metric(core, name):
    """Over all labels."""
    text = core.host.run("curl -s http://127.0.0.1:9090/metrics").stdout
    return sum(int(value) for value in re.findall(rf"^{name}(?:{{[^}}]*}})? (\d+)", text, re.MULTILINE))


def until_metric(core, name, value):
    return until(f"curl -s http://127.0.0.1:9090/metrics | grep -Eq '^{name}({{[^}}]*}})? {value}$'")


def flight(core, listener, sender, to):
    """Lines of a scenario: packets that are numbered, from one place to another, until the last has come."""
    return (f"run {sender}: python3 {core.folder}/send.py {to} {SENT}\n" +
            until(f"[ $(wc -l < {listener.log}) -ge {SENT + 1} ]", 30))


def listen(host, core, name):
    listener = host.start(["python3", core.folder / "listen.py"], name)
    wait_until(lambda: "listening" in listener.log.read_text(), 10, "somebody to listen")
    return listener


def arrived(listener):
    return [tuple(int(word) for word in line.split()) for line in listener.log.read_text().splitlines()[1:]]


@case
def a_share_over_its_limit_refuses_and_shapes_and_no_packet_is_lost(lab, build):
    profile = lab.folder / "share.yaml"
    profile.write_text(LIMIT)
    core = started(lab, build, profile)
    servers(core)
    lines = cast(core)
    up, down = listen(core.host, core, "up.log"), listen(lab.hosts["phone1"], core, "down.log")
    core.scenario(lines + GNBS + f"""
run 1: ping -c 50 -i 0.02 -W 10 -s 1200 {GATEWAY}
{until_metric(core, "demarc_plane_shaped_gnbs", 1)}
amf 127.0.0.6
try start 3
{flight(core, up, 1, GATEWAY)}{flight(core, down, "here", PHONES["north"][1])}
run 1: ping -c 100 -i 0.02 -W 10 -s 1200 {GATEWAY} | grep ' 0% packet loss'
{as_the_kernel_counts(core)}
run here: {core.demarc} line status --config {core.config} > {core.folder}/shaped
{killing(core, "control")}
{until_metric(core, "demarc_plane_shaped_gnbs", 1)}
{transfers(1, "200K")}
{as_the_kernel_counts(core)}
run 1: ping -c 20 -i 0.02 -W 10 -s 1200 {GATEWAY} | grep ' 0% packet loss'
{transfers(2)}
{until_metric(core, "demarc_plane_shaped_gnbs", 0)}
start 4
{as_the_kernel_counts(core)}
""")
    for listener in (up, down):
        packets = arrived(listener)
        expect([number for number, _ in packets] == list(range(SENT)), f"what arrived: {packets}")
        expect({mark for _, mark in packets} == {ECN_CAPABLE, CONGESTION}, f"marks: {packets}")
    expect(metric(core, "demarc_plane_shaped_packets") > 0, "nothing was delayed")
    shown = (core.folder / "shaped").read_text()
    expect("traffic of high-risk gNBs is shaped since" in shown and "OVER" in shown, shown)
    wait_until(lambda: len(steps(core, "shaping")) == 2, 20, "the end in the evidence log")
    for procedure in ("traffic", "shaping"):
        expect(steps(core, procedure) == ["begins", "ends"], f"{procedure}: {entries(core, procedure)}")
    refused = entries(core, "NG Setup")
    expect([entry["gnb"].split(":")[0] for entry in refused if entry["kind"] == "refusal"] == ["127.0.1.3"], f"{refused}")


main()
