#!/usr/bin/env python3
"""Two planes on one host, each with the packet program at interfaces of its own: neither knows of the other, and one goes on when the other ends."""
import os
import signal

from cases import case, expect, main
from lab import wait_until
from pings import all_in_order, answered
from running_core import Core

CONFIG = """
runtime_dir: {folder}/run
state_dir: {folder}/state
log: {{level: info}}
data_networks:
  - {{name: internet, type: ipv4, ipv4: 10.32.0.0/16, mtu: 1400}}
  - {{name: ims, type: ipv4, ipv4: 10.70.0.0/16, mtu: 1400}}
planes:
"""
PLANE = """  - {{name: %s, n4: 127.0.0.%d, n3: [10.9.%d.1], tun: tun%s, fast: generic, nat: %s, fast_interfaces: [%s], fast_sessions: 1000,
     fast_pins: {folder}/../bpf, data_networks: [{{name: %s}}]}}
"""
INVENTORY = "profile: lab\ndomains: [{name: default, listen: [10.9.0.1]}]\n"
PLANES, NETWORKS = ("a", "b"), ("internet", "ims")


def server_of(number):
    return f"10.8.{number}.2"


class Both:
    """Plane a between ran0 and out0, plane b between ran1 and out1; phone 1 has its session at a, phone 2 at b."""

    def __init__(self, lab, build, nat="false", outs=("out0", "out1")):
        lab.pins()
        self.lab = lab
        planes = "".join(PLANE % (name, 7 + number, number, name, nat, outs[number], NETWORKS[number]) for number, name in enumerate(PLANES))
        self.core = Core(lab, build, "core", 2, CONFIG + planes, inventory=INVENTORY)
        self.core.command("subscriber", "set", "imsi-999700000000002", "--dnn", "ims")
        self.radios = [self.beside(f"radio{number}", f"ran{number}", "10.9", number, 11) for number in range(2)]
        self.servers = [self.beside(f"server{number}", f"out{number}", "10.8", number, 2) for number in range(2)]
        self.core.start()
        self.core.wait()
        cast = self.core.cast(2)
        for number, radio in enumerate(self.radios):
            cast = cast.replace(f"address 127.0.1.{number + 1}", f"address 10.9.{number}.11 netns {radio.netns}")
        path = self.core.folder / "both.scenario"
        path.write_text(f"amf 10.9.0.1\n{cast}start 1-2\nmove 2 gnb 2\nregister 1-2\nsession 1 1 internet\nsession 2 1 ims\nstay\n")
        self.ran = self.core.host.start([self.core.ran, "scenario", "--quiet", path], "ran.log")
        wait_until(lambda: len(self.core.json("session")) == 2, 20, "two sessions")
        self.phones = [lab.hosts[f"phone{number}"] for number in (1, 2)]

    def beside(self, name, port, net, number, host):
        made = self.lab.host(name)
        self.lab.link(self.core.host, port, [f"{net}.{number}.1/24"], made, "eth0", [f"{net}.{number}.{host}/24"])
        made.run(f"ip route add default via {net}.{number}.1")
        made.run("ethtool -K eth0 tx off")
        return made

    def status(self, plane):
        return next(one for one in self.core.json("status")["planes"] if one["name"] == plane)

    def ping(self, number, count=20, size=56):
        """Of that phone to its server."""
        done = self.phones[number].run(f"ping -n -c {count} -i 0.05 -w 5 -s {size} {server_of(number)}", check=False)
        return all_in_order(answered(done.stdout), count)

    def expect_fast(self, number):
        self.ping(number, 2)  # neighbours are asked for
        before = self.status(PLANES[number])
        expect(self.ping(number), "not all pings were answered")
        after = self.status(PLANES[number])
        grown = [after[f"fast_{way}_packets"] - before[f"fast_{way}_packets"] for way in ("uplink", "downlink")]
        expect(min(grown) >= 18, f"by the fast path of plane {PLANES[number]} went {grown}: {after}")

    def programs(self):
        return {port: self.core.host.run(f"ip link show {port}").stdout.partition("prog/xdp id ")[2].split()[:1]
                for port in ("ran0", "ran1", "out0", "out1")}

    def end(self, plane):
        """In order; nobody takes its place before go_on()."""
        pids = [int((self.core.folder / "run" / f"{name}.pid").read_text()) for name in ("keeper", f"plane-{plane}")]
        os.kill(pids[0], signal.SIGSTOP)
        os.kill(pids[1], signal.SIGTERM)
        wait_until(lambda: not (self.lab.folder / "bpf" / plane).exists(), 20, f"the end of plane {plane}")
        return pids[0]


def one_ends_and_the_other_goes_on(both, look_after=lambda: None):
    for number in range(2):
        both.expect_fast(number)
        expect(both.ping(number, 5, 3000), "what is not plain does not get through")
    keeper = both.end("a")
    both.expect_fast(1)
    expect(both.ping(1, 5, 3000), "what is not plain does not get through any more")
    look_after()
    expect(not both.ping(0, 2), "plane a carries packets though it has ended")
    os.kill(keeper, signal.SIGCONT)
    wait_until(lambda: both.ping(0, 2), 20, "plane a to be back")
    both.expect_fast(0)
    keeper = both.end("b")
    both.expect_fast(0)
    os.kill(keeper, signal.SIGCONT)


@case
def each_has_programs_maps_and_pins_of_its_own_and_outlives_the_other_s_end(lab, build):
    both = Both(lab, build)
    programs = both.programs()
    expect(programs["ran0"] == programs["out0"] != programs["ran1"] == programs["out1"] and all(programs.values()), f"{programs}")
    for plane, ports in zip(PLANES, (("ran0", "out0"), ("ran1", "out1"))):
        pinned = {one.name for one in (lab.folder / "bpf" / plane).iterdir()}
        expect({one for one in pinned if one.startswith("link-")} == {f"link-{port}" for port in ports} and "sessions" in pinned, f"{pinned}")
    one_ends_and_the_other_goes_on(both)
    both.core.stop()
    expect(both.core.host.run("cat /proc/sys/net/ipv4/ip_forward").stdout.strip() == "0", "forwarding is not as it was before both")


@case
def each_has_its_packets_translated_and_outlives_the_other_s_end(lab, build):
    both = Both(lab, build, nat="true")

    def look():
        tables = both.core.host.run("nft list tables").stdout
        rules = both.core.host.run("ip rule").stdout
        expect("inet demarc_tunb" in tables and "inet demarc_tuna" not in tables, tables)
        expect("tunb0x" in rules and "tuna0x" not in rules, rules)
    for number, server in enumerate(both.servers):
        server.run("ip route del default")  # phones' addresses are nothing to it
    one_ends_and_the_other_goes_on(both, look)


@case
def an_interface_that_another_plane_has_is_refused_and_what_comes_there_is_the_slow_path_s(lab, build):
    both = Both(lab, build, outs=("out0", "out0"))
    refused = "fast path: another plane's packet program sits at out0 already: an interface serves one plane"
    expect(both.core.log().count(refused) == 1, both.core.log())
    expect(not both.programs()["out1"], "it sits where nobody wants it")
    at = [both.status(plane)["fast_at"] for plane in PLANES]
    second = next(number for number, devices in enumerate(at) if "out0" not in devices)
    expect(at[second] == [f"ran{second}"] and both.status(PLANES[second])["fast_mode"] == "generic", f"{at}")
    expect(both.ping(second), "not all pings were answered")
    if second == 1:  # whichever comes first has it
        both.expect_fast(0)


@case
def what_a_plane_of_the_same_name_has_pinned_is_not_taken_from_it_though_it_be_in_another_namespace(lab, build):
    both = Both(lab, build)
    other = lab.host("other")
    lab.link(other, "ran0", ["10.9.0.1/24"], lab.host("silence"), "eth0", ["10.9.0.11/24"])
    config = lab.folder / "other.yaml"
    config.write_text((CONFIG.replace("planes:", 'line: {{inventory: ""}}\nplanes:') + PLANE % ("a", 7, 0, "a", "false", "ran0", "internet")).format(folder=lab.folder / "other"))
    for part in ("run", "state"):
        (lab.folder / "other" / part).mkdir(parents=True)
    plane = other.start([both.core.demarc, "plane", "a", "--config", config], "other.log")
    refused = f"no fast path: another plane has {lab.folder / 'other'}/../bpf/a: give this one another planes.fast_pins, or name"
    wait_until(lambda: "user plane a ready" in plane.log.read_text(), 20, "the other plane")
    expect(refused in plane.log.read_text(), plane.log.read_text())
    both.expect_fast(0)
    lab.stop(plane)
    both.expect_fast(0)


main()
