#!/usr/bin/env python3
"""A network behind a phone (framed routes) and a server: packets go both ways on either path, nobody else sends from it, and the host's routes come and go with the session."""
from cases import case, expect, main
from lab import wait_until
from pings import expect_all
from running_core import CONFIG, Core, killing, until

PLANE = CONFIG + """
planes:
  - {{name: default, n4: 127.0.0.7, n3: [10.9.0.1], %s, fast_pins: {folder}/../bpf}}
"""
ROUTED = "nat: false, fast: {fast}, fast_interfaces: [out0]"
TRANSLATED = "nat: true, fast: {fast}, egress: out0"
INVENTORY = "profile: lab\ndomains: [{name: default, listen: [10.9.0.1]}]\n"
SERVER, BEHIND, ROUTE = "10.8.0.2", "10.77.0.2", "10.77.0.0/24"


class Setting:
    """A core; behind ran0 a gNB, behind out0 a server, and behind phone 1 a network with one host."""

    def __init__(self, lab, build, plane=ROUTED, fast="generic"):
        lab.pins()
        self.core = Core(lab, build, "core", 2, PLANE % plane.format(fast=fast), inventory=INVENTORY)
        self.core.command("subscriber", "set", "999700000000001", f"--ipv4_routes={ROUTE}")
        self.radio, self.server = lab.host("radio"), lab.host("server")
        lab.link(self.core.host, "ran0", ["10.9.0.1/24"], self.radio, "eth0", ["10.9.0.11/24", "10.9.0.12/24"])
        lab.link(self.core.host, "out0", ["10.8.0.1/24"], self.server, "eth0", [f"{SERVER}/24"])
        self.server.run("ip route add 10.32.0.0/11 via 10.8.0.1")
        self.server.run(f"ip route add {ROUTE} via 10.8.0.1")
        self.core.start()
        self.core.wait()
        self.cast = "amf 10.9.0.1\n" + self.core.cast(2).replace("127.0.1.1", "10.9.0.11").replace("127.0.1.2", "10.9.0.12")
        self.phone = lab.hosts["phone1"]
        self.lan = lab.host("lan")
        lab.link(self.phone, "lan0", ["10.77.0.1/24"], self.lan, "eth0", [f"{BEHIND}/24", "10.78.0.2/24"])
        self.lan.run("ip route add default via 10.77.0.1")
        self.phone.run("sysctl -qw net.ipv4.ip_forward=1")
        self.phone.run("ip route add 10.78.0.0/24 dev lan0")
        for host, port in ((self.radio, "eth0"), (self.server, "eth0"), (self.lan, "eth0")):
            host.run(["ethtool", "-K", port, "tx", "off"])  # whole checksums, as a cable would carry

    def play(self, text):
        path = self.core.folder / "framed.scenario"
        path.write_text(self.cast + "start 1-2\nregister 1\nsession 1\n" + text)
        self.radio.run([self.core.ran, "scenario", "--quiet", path])

    def here(self, host, command, log=None):
        """A line of a scenario: the command on another host."""
        return f"run here: ip netns exec {host.netns} {command}" + (f" > {log} 2>&1 || true\n" if log else "\n")

    def routes(self, table="main"):
        return self.core.host.run(f"ip route show table {table}", check=False).stdout

    def into_passage(self):
        return self.core.host.run("ip route show table all dev demarc0h", check=False).stdout

    def plane(self):
        return self.core.json("status")["planes"][0]


def go_both_ways(setting):
    session, shown = setting.core.folder / "session.json", setting.core.folder / "shown"
    ask = f"run here: {setting.core.demarc} {{}} --config={setting.core.config} > {{}} 2>&1\n"
    setting.play(setting.here(setting.lan, f"ping -c 1 -W 10 {SERVER}")  # neighbours are asked for
                 + setting.here(setting.lan, f"ping -c 20 -i 0.02 -W 2 {SERVER}")
                 + setting.here(setting.server, f"ping -c 20 -i 0.02 -W 2 {BEHIND}")
                 + f"run 1: ping -c 5 -i 0.02 -W 2 {SERVER}\n"
                 + ask.format("session --json", session) + ask.format(f"plane show {BEHIND}", shown)
                 + f"run here: ip netns exec {setting.core.host.netns} ip route show {ROUTE} > {setting.core.folder}/route\n"
                 + "deregister 1\n")
    expect(ROUTE in session.read_text(), f"`demarc session` does not show it: {session.read_text()}")
    expect(ROUTE in shown.read_text(), f"`demarc plane show` does not show it: {shown.read_text()}")
    expect("demarc0" in (setting.core.folder / "route").read_text(), "the host has no route to it while the session is there")
    expect(ROUTE not in setting.routes(), f"the host's route outlives the session: {setting.routes()}")


@case
def a_network_behind_a_phone_reaches_a_server_and_is_reached_by_the_fast_path(lab, build):
    setting = Setting(lab, build)
    go_both_ways(setting)
    plane = setting.plane()
    expect(plane["fast_uplink_packets"] >= 35 and plane["fast_downlink_packets"] >= 35, f"the fast path did not carry them: {plane}")


@case
def a_network_behind_a_phone_reaches_a_server_and_is_reached_by_the_slow_path(lab, build):
    setting = Setting(lab, build, fast='"off"')
    go_both_ways(setting)


def refuse_who_is_beside(setting):
    spoofed = setting.core.folder / "spoofed"
    setting.play(setting.here(setting.lan, f"ping -c 1 -W 2 {SERVER}")
                 + setting.here(setting.lan, f"ping -c 10 -i 0.02 -W 1 -I 10.78.0.2 {SERVER}", spoofed)
                 + "wait 300\n")
    expect("100% packet loss" in spoofed.read_text(), spoofed.read_text())
    listed = setting.core.command("plane", "counters", "--json").stdout
    expect("spoof" in listed, f"nothing is counted: {listed}")


@case
def who_sends_from_beside_the_network_is_refused_and_counted_on_the_fast_path(lab, build):
    refuse_who_is_beside(Setting(lab, build))


@case
def who_sends_from_beside_the_network_is_refused_and_counted_on_the_slow_path(lab, build):
    refuse_who_is_beside(Setting(lab, build, fast='"off"'))


@case
def behind_the_hosts_translation_it_is_carried_too_and_nothing_of_it_is_left(lab, build):
    setting = Setting(lab, build, plane=TRANSLATED)
    table = setting.core.folder / "table"
    setting.play(setting.here(setting.lan, f"ping -c 1 -W 10 {SERVER}")  # neighbours are asked for
                 + setting.here(setting.lan, f"ping -c 20 -i 0.02 -W 2 {SERVER}")
                 + setting.here(setting.server, f"ping -c 20 -i 0.02 -W 2 {BEHIND}")
                 + f"run here: ip netns exec {setting.core.host.netns} ip route show table all dev demarc0h > {table}\n"
                 + "deregister 1\n")
    expect(ROUTE in table.read_text(), f"nothing leads into the passage: {table.read_text()}")
    expect(ROUTE not in setting.routes("all"), setting.routes("all"))
    plane = setting.plane()
    expect(plane["fast_uplink_packets"] >= 30 and plane["fast_downlink_packets"] >= 30, f"the fast path did not carry them: {plane}")


@case
def it_is_carried_on_when_the_plane_is_killed_and_led_to_again(lab, build):
    setting = Setting(lab, build)
    log = setting.core.folder / "ping.log"
    setting.play(setting.here(setting.lan, f"ping -c 1 -W 2 {SERVER}")
                 + f"run here: ip netns exec {setting.lan.netns} ping -n -c 200 -i 0.02 -w 60 {SERVER} > {log} 2>&1 &\n"
                 + "wait 500\n" + killing(setting.core, "plane-default") + f"run here: while ! grep -q transmitted {log}; do sleep 0.1; done\n"
                 + until(f"ip netns exec {setting.core.host.netns} ip route show {ROUTE} | grep demarc0 | grep -qv linkdown", 30)
                 + setting.here(setting.server, f"ping -c 5 -i 0.02 -W 2 {BEHIND}"))
    expect_all(log, 200)


def change(setting, *words):
    """A line of a scenario: the first subscriber is changed while the core runs."""
    return f"run here: {setting.core.demarc} subscriber set 999700000000001 {' '.join(words)} --config {setting.core.config}\n"


@case
def other_networks_behind_a_phone_take_effect_while_its_session_is_there(lab, build):
    setting = Setting(lab, build)
    former, later = setting.core.folder / "former", setting.core.folder / "later"
    setting.server.run("ip route add 10.78.0.0/24 via 10.8.0.1")
    ours = f"ip netns exec {setting.core.host.netns} ip route show"
    setting.play(setting.here(setting.lan, f"ping -c 5 -i 0.02 -W 2 {SERVER}")
                 + change(setting, "--ipv4-routes 10.78.0.0/24")
                 + until(f"! {ours} {ROUTE} | grep -q demarc0", 30)
                 + "session 1\n" + until(f"{ours} 10.78.0.0/24 | grep -q demarc0", 30)
                 + setting.here(setting.lan, f"ping -c 5 -i 0.2 -W 2 -I 10.78.0.2 {SERVER}", later)
                 + setting.here(setting.lan, f"ping -c 3 -i 0.02 -W 1 -I {BEHIND} {SERVER}", former)
                 + change(setting, "--ambr-downlink '50 Mbps'") + "wait 500\n"
                 + setting.here(setting.lan, f"ping -c 5 -i 0.02 -W 2 -I 10.78.0.2 {SERVER}"))
    expect(" 0% packet loss" in later.read_text(), later.read_text())
    expect("100% packet loss" in former.read_text(), former.read_text())


def is_translated(setting):
    tables = setting.core.host.run("nft list ruleset inet").stdout
    expect("table inet demarc_" in tables, tables)
    return ROUTE in tables


@case
def kills_of_control_and_plane_leave_no_route_of_the_host_behind(lab, build):
    setting = Setting(lab, build, plane=TRANSLATED)
    ping = setting.here(setting.lan, f"ping -c 5 -i 0.02 -W 2 {SERVER}")
    again = until(f"ip netns exec {setting.core.host.netns} ip route show {ROUTE} | grep -q demarc0", 30)
    setting.play(ping + (killing(setting.core, "plane-default") + killing(setting.core, "control") + again + ping) * 2
                 + killing(setting.core, "plane-default", "control") + again + ping + "deregister 1\n")
    wait_until(lambda: ROUTE not in setting.into_passage() + setting.routes(), 10, "the host's routes to be gone")
    expect(not is_translated(setting), "the host still translates it")


@case
def what_begins_behind_a_phone_is_translated_while_a_new_plane_waits_for_the_smf(lab, build):
    setting = Setting(lab, build, plane=TRANSLATED)
    core, log = setting.core, setting.core.folder / "ping.log"
    setting.server.run(f"ip route del {ROUTE}")  # it answers what has been translated only
    run = core.folder / "run"
    setting.play(setting.here(setting.lan, f"ping -c 5 -i 0.02 -W 2 {SERVER}")
                 + f"run here: kill -STOP $(cat {run}/control.pid)\n"
                 + f"run here: kill -KILL $(cat {run}/plane-default.pid)\n"
                 + until(f"{core.demarc} plane show --config {core.config} | grep -q generic", 30)
                 + setting.here(setting.lan, f"ping -c 5 -i 0.02 -W 2 {SERVER}", log)
                 + f"run here: kill -CONT $(cat {run}/control.pid)\n")
    expect(" 0% packet loss" in log.read_text(), log.read_text())


def end_at_once(setting, config=lambda text: text):
    """All of the core is killed, and what comes next knows of no session; it may have another configuration."""
    core = setting.core
    core.kill()
    for file in (core.folder / "state").glob("demarc.db*"):
        file.unlink()
    core.config.write_text(config(core.config.read_text()))
    core.provision(2, "ipv4")


def led_to(setting):
    setting.play(setting.here(setting.lan, f"ping -c 5 -i 0.02 -W 2 {SERVER}"))
    expect(ROUTE in setting.into_passage(), "nothing leads into the passage")


@case
def what_no_smf_speaks_of_any_more_is_swept_from_the_host_too(lab, build):
    setting = Setting(lab, build, plane=TRANSLATED)
    led_to(setting)
    end_at_once(setting)
    setting.core.start()
    setting.core.wait()
    expect(ROUTE in setting.into_passage(), "the route was gone before anybody could have spoken of it")
    expect(is_translated(setting), "the host does not translate what it found any more")
    wait_until(lambda: ROUTE not in setting.into_passage(), 60, "the route to be swept")
    expect(not is_translated(setting), "the host still translates it")
    expect("10.32.0.0/11" in setting.into_passage(), setting.into_passage())
    expect("not translated" not in setting.core.log(), setting.core.log())


@case
def what_was_left_gives_way_to_a_wider_network_of_the_same_phone(lab, build):
    setting = Setting(lab, build, plane=TRANSLATED)
    led_to(setting)
    end_at_once(setting)
    wider = "10.77.0.0/16"
    setting.core.command("subscriber", "set", "999700000000001", f"--ipv4_routes={wider}")
    setting.server.run(f"ip route del {ROUTE}")  # it answers what has been translated only
    setting.core.start()
    setting.core.wait()
    log = setting.core.folder / "ping.log"
    setting.play(setting.here(setting.lan, f"ping -c 5 -i 0.02 -W 2 {SERVER}", log))
    expect(wider in setting.into_passage() and ROUTE not in setting.into_passage(), setting.into_passage())
    expect(" 0% packet loss" in log.read_text(), log.read_text())
    expect("not translated" not in setting.core.log(), setting.core.log())


@case
def what_was_left_for_maps_of_another_size_is_not_in_the_host_s_way(lab, build):
    setting = Setting(lab, build, plane=TRANSLATED)
    led_to(setting)
    end_at_once(setting, lambda text: text.replace("nat: true,", "nat: true, fast_routes: 100,"))
    setting.core.start()
    setting.core.wait()
    expect(ROUTE not in setting.into_passage(), setting.into_passage())
    expect(not is_translated(setting), "the host translates it")
    expect("10.32.0.0/11" in setting.into_passage(), setting.into_passage())


main()
