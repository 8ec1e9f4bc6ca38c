#!/usr/bin/env python3
"""Several UPFs: three planes with pools of their own, one of which dies for good; and another maker's, made by hand."""
import json

from cases import case, expect, main
from foreign import PING, SMF, Foreign, planes
from lab import wait_until
from running_core import CONFIG, running, until


def plane(name, number):
    return (f"  - {{{{name: {name}, n4: 127.0.0.{number}, n3: [127.0.0.{number}], tun: tun{name}, "
            f"data_networks: [{{{{name: internet, ipv4: 10.{number + 25}.0.0/16}}}}]}}}}\n")


THREE = CONFIG + SMF + "planes:\n" + plane("a", 7) + plane("b", 8) + plane("c", 9)


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
    one = Foreign(lab, build)
    one.core.scenario(one.cast + "session 1\n" + PING + "idle 1\nservice 1\n" + PING + "close 1 1\n")
    one.expect_nothing_left()
    expect(one.said("established") == 1, one.upf.log.read_text())


@case
def what_it_holds_for_a_phone_that_sleeps_reaches_it(lab, build):
    one = Foreign(lab, build)
    one.core.scenario(one.cast + "session 1\n" + one.order("call") + one.until_said("the phone answers") + "idle 1\nwait 300\n"
                      + one.order("call") + one.order("call") + one.until_said("the phone answers", 3) + "expect 1 connected\n"
                      + "xn-handover 1 gnb 2\n" + one.order("call")
                      + one.until_said("the phone answers", 4) + "deregister 1\n")
    one.expect_nothing_left()
    expect(one.said("reported") == 1, one.upf.log.read_text())


@case
def it_restarts_and_is_told_all_again(lab, build):
    one = Foreign(lab, build)
    one.core.scenario(one.cast + "session 1\nidle 1\n" + one.order("restart") + one.until_said("established", 2) + one.order("call")
                      + one.until_said("the phone answers") + one.order("restart") + one.until_said("established", 3) + PING
                      + "deregister 1\n")
    one.expect_right()
    expect((one.said("established"), one.said("deleted")) == (3, 1), one.upf.log.read_text())


@case
def what_it_refuses_is_refused_to_the_phone_or_given_up(lab, build):
    one = Foreign(lab, build)
    one.core.scenario(one.cast + one.order("refuse establishment 73") + "try session 1\n" + one.until_said("refused 50") + "session 1\n" + PING
                      + one.order("refuse modification 74") + "idle 1\n" + one.until_said("refused 52") + "wait 2500\n" + one.order("call")
                      + one.until_said("the phone answers") + one.order("refuse modification 69") + "idle 1\n"
                      + one.until_said("deleted") + "wait 1500\nsession 1\n" + PING
                      + one.order("refuse deletion 77") + "close 1 1\n" + one.until_said("refused 54"))
    one.expect_nothing_left()
    expect("(cause 38)" in one.core.log(), one.core.log())


# --- load ---

TWO = CONFIG.replace("warning", "info") + SMF + "planes:\n" + plane("a", 7).replace("tun:", "sessions: 4, tun:") + plane("b", 8)
FLOOD = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(20000):
    try:
        s.sendto(bytes(200), ("10.32.0.2", 4000))
    except OSError:
        pass
"""


def overload_of_a(core, percent, seconds=5):
    return until(f"ip netns exec {core.host.netns} curl -s http://127.0.0.1:9090/metrics | "
                 f"grep -q '^demarc_plane_overload_percent{{plane=\"a\"}} {percent}$'", seconds)


@case
def a_plane_that_fills_gets_fewer_sessions_then_none_and_gets_some_again(lab, build):
    core = running(lab, build, 7, config=TWO)
    said, filled = core.folder / "said", core.folder / "filled"
    keep = [f"run here: {core.demarc} upf --json --config {core.config} > {path}\n" for path in (said, filled)]
    drain = f"run here: {core.demarc} upf drain b {{}}--config {core.config}\n".format
    core.scenario(core.cast(7) + "start 1\nregister 1-7\nsession 1\nsession 2\nsession 3\nsession 4\n" + keep[0]
                  + drain("") + "session 5\nsession 6\nsession 7\n" + keep[1]
                  + overload_of_a(core, 100) + "close 1 1\n" + overload_of_a(core, 0)
                  + "session 1\nrun 1: ping -n -c 1 -W 5 -I ue1s1 10.32.0.1\nwait 100\n")
    first, full = ({one["name"]: one for one in json.loads(path.read_text())} for path in (said, filled))
    expect([first[name]["sessions"] for name in "ab"] == [1, 3] and first["a"]["load_percent"] == 25, f"{first}")
    expect((full["a"]["sessions"], full["a"]["load_percent"], full["a"]["overload_percent"]) == (4, 100, 100), f"{full}")


@case
def a_plane_that_packets_are_too_many_for_is_spared_sessions_for_a_while(lab, build):
    core = running(lab, build, 6, config=TWO.replace("sessions: 4, ", "priority: 1, ").replace("tun: tunb", "priority: 2, tun: tunb"))
    flood, stopped = core.folder / "flood.py", f"$(cat {core.folder / 'run' / 'plane-a'}.pid)"
    flood.write_text(FLOOD)
    core.scenario(core.cast(6) + "start 1\nregister 1-6\nsession 1\nsession 2\nwait 1500\nclose 2 1\n"
                  + f"run here: kill -STOP {stopped}; python3 {flood}; kill -CONT {stopped}\nwait 1500\nsession 3\nsession 4\nsession 5\n"
                  + overload_of_a(core, 0, 30)
                  + "session 6\nwait 100\n")
    expect("plane a is overloaded" in core.log(), core.log())
    expect(homes(core) == {"1": "a", "3": "a", "4": "b", "5": "b", "6": "a"}, f"{homes(core)}")


main()
