#!/usr/bin/env python3
"""Edges are cells: each confined, each alone with its own gNBs, and replaced at once when it ends."""
from cases import case, expect, main
from lab import wait_until
from running_core import killing, running

PARTS = {"user", "network", "root", "landlock", "seccomp"}

TWO_DOMAINS = """
profile: lab
domains:
  - {name: north, listen: [127.0.0.5]}
  - {name: south, listen: [127.0.0.6]}
"""


def edges(core):
    return {edge["name"]: edge for edge in core.json("status")["edges"]}


def pid_of(core, process):
    return int((core.folder / "run" / f"{process}.pid").read_text())


A_PHONE_IN_EACH = """
amf 127.0.0.5
start 1
amf 127.0.0.6
start 2
register 1-2
session 1-2
run 1: ping -c 2 -i 0.2 -W 2 10.32.0.1
deregister 1-2
"""


def from_proc(core, process, key):
    for line in open(f"/proc/{pid_of(core, process)}/status", encoding="utf-8"):
        if line.startswith(key + ":"):
            return line.split()[1:]
    raise KeyError(key)


@case
def phones_register_through_edges_that_have_given_everything_up(lab, build):
    core = running(lab, build, 4, inventory=TWO_DOMAINS)
    core.scenario(core.cast(4) + A_PHONE_IN_EACH)
    for name, edge in edges(core).items():
        missing = PARTS - set(edge["confined"])
        expect(not missing, f"edge {name} on this host goes without {missing}")
    users = {from_proc(core, f"edge-{name}", "Uid")[0] for name in ("north", "south")}
    expect(users == {"70000", "70001"}, f"the edges run as {users}")
    for name in ("north", "south"):
        expect(int(from_proc(core, f"edge-{name}", "CapBnd")[0], 16) and not int(from_proc(core, f"edge-{name}", "CapEff")[0], 16),
               f"edge {name} has capabilities")
        expect(from_proc(core, f"edge-{name}", "NoNewPrivs") == ["1"], f"edge {name} could gain privileges")
        expect(from_proc(core, f"edge-{name}", "NSsid") == [str(pid_of(core, f"edge-{name}"))],
               f"edge {name} has a terminal or a share of the processor in common with others")


@case
def without_isolation_control_does_the_work_of_the_edges(lab, build):
    core = running(lab, build, 4, inventory="isolation: none\n" + TWO_DOMAINS.strip())
    core.scenario(core.cast(4) + A_PHONE_IN_EACH)
    control = core.role("control")
    expect(core.role("edge") is None, "there is an edge process")
    expect({edge["name"] for edge in core.json("status")["edges"]} == {"north", "south"}, core.command("status").stdout)
    expect(all(not edge["confined"] for edge in edges(core).values()), "an edge that is not there is confined")
    core.command("reload")
    expect(core.role("control") == control, "control was ended by a reload")
    expect("isolation is none" in core.log(), f"nobody was warned:\n{core.log()}")


@case
def the_end_of_an_edge_is_not_noticed_at_another_one(lab, build):
    core = running(lab, build, 4, inventory=TWO_DOMAINS)
    before = pid_of(core, "edge-south")
    core.scenario(core.cast(4) + f"""
amf 127.0.0.5
start 1
register 1-2
session 1-2
{killing(core, "edge-south")}
run 1: ping -c 3 -i 0.1 -W 1 10.32.0.1
expect 1-2 connected
idle 2
service 2
run 2: ping -c 2 -i 0.2 -W 2 10.32.0.1
""")
    expect(pid_of(core, "edge-south") != before, "the edge was not killed")


@case
def edge_and_control_can_end_together(lab, build):
    core = running(lab, build, 4)
    core.scenario(core.cast(3) + f"""
start 1
register 1-3
session 1-3
{killing(core, "control", "edge-default")}
expect 1-3 idle
start 1
service 1-3
run 2: ping -c 2 -i 0.2 -W 2 10.32.0.1
""")


@case
def a_reload_brings_the_edges_new_terms(lab, build):
    core = running(lab, build, 1)
    core.config.write_text(core.config.read_text().replace("level: warning", "level: info"))
    core.command("reload")
    wait_until(lambda: "new terms from the keeper" in core.log(), 5, "the edge to hear of the reload")


@case
def an_edge_started_by_hand_refuses(lab, build):
    done = lab.execute([build / "src/face/demarc", "edge", "default"], check=False)
    expect(done.returncode != 0 and "demarc run" in done.stderr + done.stdout, f"it said {done.stderr}{done.stdout}")


main()
