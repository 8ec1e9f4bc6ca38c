#!/usr/bin/env python3
"""What a subscriber may not do, and how fast he may do the rest: areas, rates of phones and QoS flows, with real traffic."""
import json

from cases import case, expect, main
from lab import check_rate, wait_until
from running_core import CONFIG, running

SUPI = "imsi-999700000000001"
GATEWAY = "10.32.0.1"

TWO_AREAS = CONFIG + "network: {{plmns: [{{plmn: 999/70, tacs: [1, 2], slices: [{{sst: 1}}]}}]}}\n"
FLOWS_ALLOWED = CONFIG + ("    requested_fiveqis: [1]\n    requested_gbr_uplink: 10 Mbps\n"
                          "    requested_gbr_downlink: 10 Mbps\n")


def cast_of_two_areas(core):
    """The second gNB is in tracking area 2."""
    return core.cast(1).replace("127.0.1.2", "127.0.1.2 tac 2")


def failure(core, text):
    done = core.scenario(text, check=False)
    expect(done.returncode == 1, "the scenario came true")
    return done.stderr


@case
def a_forbidden_area_is_refused_and_not_entered_by_handover(lab, build):
    core = running(lab, build, 1, config=TWO_AREAS)
    core.command("subscriber", "set", SUPI, "--forbidden-areas", "999/70-2")
    said = failure(core, cast_of_two_areas(core) + "start 1-2\nmove 1 gnb 2\nregister 1\n")
    expect("cause 12" in said or "cause 15" in said, f"no cause of forbidden areas: {said}")
    for way in ("xn-handover", "n2-handover"):
        core.scenario(cast_of_two_areas(core) + f"""
start 1-2
register 1
session 1
try {way} 1 gnb 2
run here: ! {core.demarc} ue --json --config {core.config} | grep -q '"tac": 2'
deregister 1 off
""")
    core.command("subscriber", "set", SUPI, "--forbidden-areas", "")
    core.scenario(cast_of_two_areas(core) + f"""
start 1-2
register 1
session 1
xn-handover 1 gnb 2
run here: {core.demarc} ue --json --config {core.config} | grep -q '"tac": 2'
deregister 1
""")


@case
def an_area_without_service_registers_the_phone_and_serves_it_elsewhere(lab, build):
    core = running(lab, build, 1, config=TWO_AREAS)
    core.command("subscriber", "set", SUPI, "--non-allowed-areas", "999/70-2")
    opening = cast_of_two_areas(core) + "start 1-2\nregister 1\nsession 1\nidle 1\nmove 1 gnb 2\nregister 1 mobility\n"
    expect("cause 28" in failure(core, opening + "idle 1\nservice 1\n"), "no cause 28 (restricted service area)")
    core.scenario(opening + f"""
idle 1
move 1 gnb 1
register 1 mobility
expect 1 idle
service 1
run 1: ping -c 2 -i 0.2 -W 2 {GATEWAY}
deregister 1
""")


def servers(core, count):
    """iperf3 in the data network, a port for each phone or session."""
    for number in range(count):
        core.host.start(["iperf3", "-s", "-p", str(5201 + number)], f"iperf{number}.log")
    wait_until(lambda: core.host.run("ss -ltn").stdout.count(":520") >= count, 10, "iperf3 to listen")


def downlink(core, number, name, seconds=2):
    """A command that lets UDP packets come to session `number`, 20 Mbit/s for some seconds; its figures go to a file."""
    return (f"iperf3 -c {GATEWAY} -p {5200 + number} --bind-dev ue1s{number} -u -R -l 1000 -b 20M -t {seconds} -J "
            f"> {core.folder}/{name}{number}.json")


def arrived(core, name):
    return json.loads((core.folder / f"{name}.json").read_text())["end"]["sum_received"]


def arrived_mbps(core, name):
    return arrived(core, name)["bits_per_second"] / 1e6


@case
def a_qos_flow_that_a_phone_asked_for_has_its_rate_and_no_more(lab, build):
    core = running(lab, build, 1, config=FLOWS_ALLOWED)
    servers(core, 1)
    before = []

    def with_the_flow():
        core.scenario(core.cast(1) + f"""
start 1
register 1
session 1
run 1: {downlink(core, 1, "before")}
flow 1 1 1 2000
run 1: {downlink(core, 1, "with")}
deregister 1
""")
        before.append(arrived_mbps(core, "before1"))
        return arrived_mbps(core, "with1")
    check_rate(with_the_flow, 1.5, 2.3)  # of 2
    expect(max(before) > 10, f"without the flow only {before} Mbit/s arrived")
    said = failure(core, core.cast(1) + "start 1\nregister 1\nsession 1\nflow 1 1 1 20000\n")
    expect("cause" in said, f"a flow above the subscriber's guaranteed rate: {said}")


@case
def the_sessions_of_a_phone_share_its_rate(lab, build):
    core = running(lab, build, 1)
    core.command("subscriber", "set", SUPI, "--ue-ambr-downlink", "4 Mbps", "--ue-ambr-uplink", "4 Mbps")
    servers(core, 2)
    opening, took = core.cast(1) + "start 1\nregister 1\nsession 1 1\nsession 1 2\n", core.folder / "took"

    def alone():
        core.scenario(opening + f"run 1: {downlink(core, 1, 'alone')}\nderegister 1\n")
        return arrived_mbps(core, "alone1")

    def both():
        """Over the time in which either of them ran: they do not begin at once."""
        now = f"date +%s.%N >> {took}"
        took.unlink(missing_ok=True)
        core.scenario(opening + f"run 1: {now}; {downlink(core, 1, 'both', 6)} & {downlink(core, 2, 'both', 6)}; wait; {now}\nderegister 1\n")
        began, ended = map(float, took.read_text().split())
        return sum(arrived(core, f"both{number}")["bytes"] for number in (1, 2)) * 8 / 1e6 / (ended - began)
    check_rate(alone, 3, 4.6)  # of 4
    check_rate(both, 2.5, 4.6)  # with the time that iperf3 takes to begin and to end


main()
