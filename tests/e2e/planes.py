#!/usr/bin/env python3
"""Several UPFs: three planes with pools of their own, one of which dies for good; and another maker's, made by hand."""
import sys
from pathlib import Path

from cases import case, expect, main
from lab import wait_until
from running_core import CONFIG, Core, running, until

HERE = Path(__file__).resolve().parent
SMF = "smf: {{pfcp_t1: 300ms, pfcp_n1: 2, pfcp_heartbeat: 1s, plane_gone: 2s}}\n"


def plane(name, number):
    return (f"  - {{{{name: {name}, n4: 127.0.0.{number}, n3: [127.0.0.{number}], tun: tun{name}, "
            f"data_networks: [{{{{name: internet, ipv4: 10.{number + 25}.0.0/16}}}}]}}}}\n")


THREE = CONFIG + SMF + "planes:\n" + plane("a", 7) + plane("b", 8) + plane("c", 9)
FOREIGN = (CONFIG + SMF + "planes:\n  - {{name: ours, n4: 127.0.0.7, n3: [127.0.0.7], drain: true}}\n"
           "  - {{name: theirs, external: true, n4: 127.0.0.20, n3: [127.0.0.20]}}\n")


def planes(core):
    return {one["name"]: one for one in core.json("upf")}


def homes(core):
    return {session["supi"][-1]: session["plane"] for session in core.json("session")}


def words(core, command, pattern):
    return until(f"{core.demarc} {command} --config {core.config} | grep -q '{pattern}'", 30)


@case
def sessions_go_round_and_those_of_a_plane_that_dies_for_good_move(lab, build):
    core = running(lab, build, 2, config=THREE)
    stopped = f"$(cat {core.folder / 'run' / 'plane-a'}.pid)"
    core.scenario(core.cast(2) + f"""start 1-2
register 1-2
session 1
run 1: ping -n -c 1 -W 5 -I ue1s1 10.32.0.1
run here: kill -STOP {stopped}
{words(core, "upf", "ALARM: plane a has been lost")}session 2
run 2: ping -n -c 1 -W 5 -I ue2s1 10.33.0.1
{until(f"! {core.demarc} session --config {core.config} | grep -q ' a '", 30)}session 1
run 1: ping -n -c 1 -W 5 -I ue1s1 10.34.0.1
""")
    found = planes(core)
    expect((found["a"]["closed"], found["b"]["open"], found["c"]["open"]) == ("lost", True, True), found)
    core.scenario(f"run here: kill -CONT {stopped}\n")
    expect(homes(core) == {"1": "c", "2": "b"}, homes(core))
    wait_until(lambda: planes(core)["a"]["open"], 30, "the plane to be back")


@case
def a_drained_plane_gets_no_session(lab, build):
    core = running(lab, build, 1, config=THREE)
    core.command("upf", "drain", "a")
    core.scenario(core.cast(1) + "start 1-2\nregister 1\nsession 1\nrun 1: ping -n -c 1 -W 5 -I ue1s1 10.33.0.1\n")
    expect(planes(core)["a"]["closed"] == "drained", planes(core))
    expect(core.command("upf", "drain", "nobody", check=False).returncode == 1, "a plane that is not there is drained")


@case
def another_maker_s_upf_gets_what_the_specification_says(lab, build):
    core = Core(lab, build, "core", 1, config=FOREIGN)
    core.start()
    wait_until(lambda: core.command("upf", check=False).returncode == 0, 20, "the core to answer")
    upf = core.host.start([sys.executable, HERE / "foreign_upf.py", "127.0.0.20"], "upf.log")
    wait_until(lambda: planes(core)["theirs"]["associated"], 20, "the UPF to be associated")
    core.scenario(core.cast(1) + "start 1-2\nregister 1\nsession 1\nidle 1\nservice 1\nclose 1 1\n")
    wait_until(lambda: "deleted" in upf.log.read_text(), 10, "the session to be deleted")
    said = upf.log.read_text()
    expect("WRONG" not in said, said)
    expect([word for word in said.split() if word in ("established", "deleted")] == ["established", "deleted"], said)


main()
