#!/usr/bin/env python3
"""The RAN port: a box that beacons from behind it is seen and gets nowhere, while N2 and N3 go on."""
from cases import case, expect, main
from lab import wait_until
from running_core import CONFIG, Core

TABLE = "netdev demarc_ran_port"
N3 = CONFIG + "planes: [{{name: default, n4: 127.0.0.7, n3: [10.9.0.1]}}]\n"
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


main()
