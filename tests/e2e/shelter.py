#!/usr/bin/env python3
"""Who is protected is never served by a high-risk cell, and is served again as soon as there is a trusted one (rule H4)."""
import json

from cases import case, expect, main
from lab import wait_until
from running_core import CONFIG, Core

MIXED = """
profile: enrolled
vendors: [{{name: ours, risk: trusted}}, {{name: theirs, risk: high}}]
domains:
  - {{name: home, vendor: ours, listen: ["127.0.0.5:38412"]}}
  - {{name: rough, vendor: theirs, listen: ["127.0.0.6:38412"]}}
gnbs:
  - {{name: pier, domain: home, id: 999/70-00000001, n2: [127.0.1.1/32], n3: [127.0.1.1/32], areas: [999/70-1], slices: [1]}}
  - {{name: quay, domain: rough, id: 999/70-00000002, n2: [127.0.1.2/32], n3: [127.0.1.2/32], areas: [999/70-1], slices: [1]}}
protected: {{{protected}}}
"""
SUBSCRIBER = "subscribers: [999700000000001]"
NETWORK = "data_networks: [internet]"
PING = "run {0}: ping -c 2 -i 0.2 -W 2 10.32.0.1\n"
GNBS = "start 1\namf 127.0.0.6\nstart 2\n"


def started(lab, build, protected):
    core = Core(lab, build, "core", 2, config=CONFIG, inventory=MIXED.format(protected=protected))
    core.start()
    return core.wait()


def protect(core, protected):
    """A line of a scenario: from now on something else is protected."""
    return core.reload_with(MIXED.format(protected=protected))


def refusals(core):
    """By rule H4: what was asked, at which gNB."""
    shown = core.command("evidence", "show", "0", "1000000", check=False).stdout.splitlines()
    entries = [json.loads(line.partition(" ")[2]) for line in shown]
    return {(entry["procedure"], entry["gnb"]) for entry in entries if entry["rule"] == "H4" and entry["kind"] == "refusal"}


def explained(core, *words):
    return core.command("line", "explain", *words, check=False).stdout.splitlines()[0]


@case
def a_protected_phone_is_refused_at_the_one_cell_and_served_at_the_other(lab, build):
    core = started(lab, build, SUBSCRIBER)
    core.scenario(core.cast(2) + GNBS + "register 1-2\nsession 1-2\n" + PING.format(1) + """
try n2-handover 1 gnb 2
expect 1 connected
""" + PING.format(1) + """
n2-handover 2 gnb 2
""" + PING.format(2) + """
idle 1
move 1 gnb 2
try service 1
expect 1 idle
try register 1 mobility
expect 1 idle
move 1 gnb 1
service 1
""" + PING.format(1))
    said = {("registration", "south"), ("service request", "south"), ("handover", "south")}
    wait_until(lambda: said <= refusals(core), 20, "the refusals in the evidence log")
    for number, verdict in (("999700000000001", "refuse"), ("999700000000002", "allow")):
        expect(verdict in explained(core, "register", number, "quay"), explained(core, "register", number, "quay"))
        expect("allow" in explained(core, "register", number, "pier"), explained(core, "register", number, "pier"))


@case
def who_becomes_protected_is_released_and_found_at_a_trusted_cell(lab, build):
    core = started(lab, build, "")
    core.scenario(core.cast(2) + GNBS + "move 1-2 gnb 2\nregister 1-2\nsession 1-2\n" + PING.format(1) + PING.format(2) +
                  protect(core, SUBSCRIBER) + """
expect 1 idle
expect 2 connected
try service 1
expect 1 idle
move 1 gnb 1
service 1
""" + PING.format(1) + PING.format(2))


@case
def sessions_to_a_protected_network_begin_at_trusted_cells_only(lab, build):
    core = started(lab, build, NETWORK)
    core.scenario(core.cast(2) + GNBS + """
move 1 gnb 2
register 1
try session 1
expect 1 connected
idle 1
move 1 gnb 1
service 1
session 1
""" + PING.format(1) + """
idle 1
move 1 gnb 2
try service 1
move 1 gnb 1
service 1
""" + PING.format(1))
    wait_until(lambda: ("session establishment", "south") in refusals(core), 20, "the refusal in the evidence log")


main()
