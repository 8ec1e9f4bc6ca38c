#!/usr/bin/env python3
"""The RAN port: a box that beacons from behind it is seen and gets nowhere, while N2 and N3 go on."""
import random

from cases import case, expect, main
from lab import wait_until
from running_core import CONFIG, Core

TABLE = "netdev demarc_ran_port"
N3 = CONFIG + "planes: [{{name: default, n4: 127.0.0.7, n3: [10.9.0.1]}}]\n"
N6 = "nat: false, fast: {mode}, fast_interfaces: [out0], fast_pins: {pins}"
INVENTORY = """
profile: lab
domains: [{name: default, listen: [10.9.0.1]}]
ran_port:
  interfaces: [ran0]
  management: [{name: tools, source: 10.9.0.66/32, destination: 10.9.0.1/32, protocol: tcp, port: 8000}]
"""
BEACON = """
import socket
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for port in (53, 123, 8805, 2153):
    udp.sendto(b"here I am", ("10.9.0.1", port))
udp.sendto(b"home?", ("10.8.0.2", 443))
frame = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
frame.bind(("eth0", 0x88cc))
frame.send(bytes.fromhex("0180c200000e" "020000000066" "88cc") + bytes(46))
"""


CONNECT = "import socket, sys; socket.create_connection(('10.9.0.1', int(sys.argv[1])), 1, ('10.9.0.66', 0))"


def connects(box, port):
    return box.run(["python3", "-c", CONNECT, port], check=False).returncode == 0


def serve(core, port):
    core.host.start(["python3", "-m", "http.server", port, "--bind", "10.9.0.1"], f"http{port}.log")
    wait_until(lambda: core.host.run(["bash", "-c", f"exec 3<>/dev/tcp/10.9.0.1/{port}"], check=False).returncode == 0,
               10, "the server")


def setting(lab, build):
    """The core with a RAN port; behind it a gNB and a box, which routes to elsewhere through the core's host."""
    core = Core(lab, build, "core", 3, N3, inventory=INVENTORY)
    radio, world = lab.host("radio"), lab.host("world")
    lab.link(core.host, "ran0", ["10.9.0.1/24"], radio, "eth0", ["10.9.0.11/24", "10.9.0.66/24"])
    lab.link(core.host, "out0", ["10.8.0.1/24"], world, "eth0", ["10.8.0.2/24"])
    radio.run("ip route add default via 10.9.0.1")
    world.run("ip route add default via 10.8.0.1")
    core.host.run("sysctl -qw net.ipv4.ip_forward=1")
    core.start()
    core.wait()
    return core, radio, world


def source(core, name):
    return next((item for item in core.json("line", "port")["items"] if item["source"].startswith(name)), None)


@case
def a_box_that_beacons_is_seen_and_gets_nowhere(lab, build):
    core, radio, world = setting(lab, build)
    serve(core, 8000)
    serve(core, 8001)
    expect(radio.run("ping -c 1 -W 1 -I 10.9.0.66 10.8.0.2", check=False).returncode != 0, "what it sends is forwarded")
    expect(radio.run("ping -c 1 -W 1 -I 10.9.0.66 10.9.0.1", check=False).returncode != 0, "the host answers it")
    expect(not connects(radio, 8001), "a service of the host answers it")
    expect(connects(radio, 8000), "the management hop is closed")
    radio.run(["python3", "-c", BEACON])
    wait_until(lambda: source(core, "10.9.0.66"), 10, "the box to be seen")
    wait_until(lambda: source(core, "02:00:00:00:00:66"), 10, "its frames that are no IP to be seen")
    wait_until(lambda: "10.9.0.66: RAN port: it sends what may not come in" in core.log(), 10, "an event in the log")
    port = core.json("line", "port")
    expect(port["in_force"] and port["denied_packets"] >= 7, f"{port}")
    expect(next(one for one in port["passed"] if one["what"] == "tools")["packets"] > 0, f"{port}")
    shown = core.command("line", "port").stdout
    expect("RAN port ran0: held" in shown and "10.9.0.66" in shown, shown)


@case
def phones_are_served_through_the_port(lab, build):
    core, radio, _ = setting(lab, build)
    scenario = core.folder / "far.scenario"
    cast = core.cast(3).replace("127.0.1.1", "10.9.0.11").replace("127.0.1.2", "10.9.0.66")
    scenario.write_text(f"amf 10.9.0.1\n{cast}start 1\nregister 1-3\nsession 1\nrun 1: ping -c 2 -i 0.2 -W 2 10.32.0.1\n")
    radio.run([core.ran, "scenario", scenario])
    wait_until(lambda: all(one["packets"] > 0 for one in core.json("line", "port")["passed"] if one["what"] in ("n2", "n3")),
               10, "N2 and N3 to be counted")


@case
def rules_that_another_hand_flushes_are_put_up_again(lab, build):
    core, _, _ = setting(lab, build)
    core.host.run("nft flush ruleset")
    wait_until(lambda: "opened by another hand" in core.log(), 10, "the log to say so")
    wait_until(lambda: core.host.run(["nft", "list", "table", *TABLE.split()], check=False).returncode == 0, 10, "the table")


@case
def the_port_stays_closed_when_the_core_ends(lab, build):
    core, radio, _ = setting(lab, build)
    serve(core, 8001)
    core.stop()
    expect(not connects(radio, 8001), "the port is open")
    (core.folder / "line.yaml").write_text("profile: lab\ndomains: [{name: default, listen: [10.9.0.1]}]\n")
    core.start()
    core.wait()
    wait_until(lambda: "RAN port is open" in core.log(), 10, "the start to say that rule L2 is not in force")
    wait_until(lambda: connects(radio, 8001), 10, "the port to open without the rule")


@case
def an_interface_that_comes_late_is_missed_loudly_and_held_from_then_on(lab, build):
    core = Core(lab, build, "core", 1, inventory=INVENTORY.replace("10.9.0.1]", "127.0.0.5]"))
    box = lab.host("box")
    core.start()
    core.wait()
    wait_until(lambda: "there is no interface ran0" in core.log(), 10, "the log to miss it")
    lab.link(core.host, "ran0", ["10.9.0.1/24"], box, "eth0", ["10.9.0.66/24"])
    wait_until(lambda: core.json("line", "port")["in_force"], 10, "the port to be held")
    expect(box.run("ping -c 1 -W 1 10.9.0.1", check=False).returncode != 0, "the host answers")
    wait_until(lambda: source(core, "10.9.0.66"), 10, "the box to be seen")
    expect(core.log().count("there is no interface ran0") == 1, "it is missed again and again")


SEND = """
import socket, sys
frames = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
frames.bind(("eth0", 0))
for line in sys.stdin:
    frames.send(bytes.fromhex(line))
"""
MAC, OPEN, TAG = "020000000001", "020000000066", "81000005"
ADDRESSES = "0a090042" + "0a090001"  # the box, N2 and N3 of the core
PORTS = "1234" + "{:04x}" + "00180000"


def ipv4(protocol, rest, header="45000030000000004000", addresses=ADDRESSES):
    return "0800" + header[:18] + f"{protocol:02x}" + "0000" + addresses + rest.ljust(56, "0")


def ipv6(following, rest, hops="ff"):
    return "86dd" + "60000000" + f"{len(rest) // 2:04x}" + following + hops + "fe80" + 28 * "0" + "66" + "ff02" + 28 * "0" + "01" + rest


def frames():
    """One of each kind that the rules tell apart, and what becomes of them when octets are others."""
    solid = [ipv4(132, PORTS.format(38412)), ipv4(17, PORTS.format(2152)), ipv4(6, PORTS.format(8000)), ipv4(6, PORTS.format(22)),
             ipv4(17, PORTS.format(2152), "45000030000000b94011"), ipv4(132, "", "46000030000000004084"),
             "0806" + "00010800060400020200000000660a0900420200000000010a090001", "88cc" + 46 * "00",
             ipv6("3a", "87" + 46 * "0"), ipv6("3a", "85" + 46 * "0"), ipv6("00", "3a00050200000100" + "8f" + 46 * "0"),
             ipv4(1, "0304"), ipv6("3a", "02" + 46 * "0"),
             ipv6("2c", "1100000812345678" + 48 * "0"), ipv6("11", PORTS.format(2152) + 48 * "0")]
    chance = random.Random(38412)
    for number in range(1200):
        body = bytearray.fromhex(solid[number % len(solid)].ljust(92, "0"))
        for _ in range(number // len(solid) % 4):
            body[2 + chance.randrange(min(44, len(body) - 2))] = chance.choice((0, 1, 17, 44, 58, 132, chance.randrange(256)))
        yield MAC + OPEN + (TAG if number % 5 == 4 else "") + body.hex()


def counted(lab, build, name, planes):
    """What the RAN port of a core says after the same frames, and whether its packet program was there."""
    core = Core(lab, build, name, 1, CONFIG + planes, inventory=INVENTORY)
    radio, world = lab.host(f"{name}r"), lab.host(f"{name}w")
    radio.run("sysctl -qw net.ipv6.conf.default.disable_ipv6=1")
    lab.link(core.host, "ran0", ["10.9.0.1/24"], radio, "eth0", ["10.9.0.66/24"])
    lab.link(core.host, "out0", ["10.8.0.1/24"], world, "eth0", ["10.8.0.2/24"])
    radio.run("ip link set eth0 address 02:00:00:00:00:66")
    core.host.run("ip link set ran0 address 02:00:00:00:00:01")
    core.host.run("ip neigh replace 10.9.0.66 lladdr 02:00:00:00:00:66 dev ran0 nud permanent")
    core.start()
    core.wait()
    wait_until(lambda: core.json("line", "port")["in_force"], 10, "the port to be held")
    before = core.json("line", "port")
    script = core.folder / "frames"
    script.write_text("\n".join(frames()) + "\n")
    radio.run(["bash", "-c", f"python3 -c '{SEND}' < {script}"])
    wait_until(lambda: sum(one["packets"] for one in core.json("line", "port")["passed"])
               + core.json("line", "port")["denied_packets"] >= 1200, 20, "all frames to be counted")
    return core, before, core.json("line", "port")


@case
def the_packet_program_and_nftables_let_in_the_same(lab, build):
    pins = lab.pins()
    n3 = "planes: [{{name: default, n4: 127.0.0.7, n3: [10.9.0.1], "
    core, before, by_tables = counted(lab, build, "tables", n3 + "nat: false, fast: \"off\"}}]\n")
    wait_until(lambda: core.log().count("too long for the way to a gNB") == 1, 10, "the log to tell of what is not believed")
    for mode in ("generic", "native"):
        _, _, by_program = counted(lab, build, mode, n3 + N6.format(mode=mode, pins=pins / mode) + "}}]\n")
        expect(by_program["in_program"] and not by_tables["in_program"], f"{by_program}")
        for part in ("passed", "items"):
            missing = [one for one in by_tables[part] if one not in by_program[part]]
            beside = [one for one in by_program[part] if one not in by_tables[part]]
            expect(not missing and not beside, f"{mode}: nftables {missing}, with the packet program {beside}")
        for total in ("denied_packets", "too_big_packets"):
            expect(by_tables[total] == by_program[total] > 0, f"{by_tables} {by_program}")


main()
