#!/usr/bin/env python3
"""A handover at its worst moment: a process dies in the middle of it, or only some sessions come along. Packets flow."""
from cases import case, expect, main
from pings import replies
from running_core import running, until

GATEWAY = "10.32.0.1"


class Ping:
    """Phone 1 pings the data network in the background, by session 1, twenty times a second until told to end."""

    def __init__(self, core):
        self.log = core.folder / "ping.log"
        self.begin = (f"run 1: ping -n -i 0.05 -W 1 -I ue1s1 {GATEWAY} > {self.log} 2>&1 & echo $! > {self.log}.pid\n"
                      f"{self.answered()}")
        self.end = f"run here: kill -INT $(cat {self.log}.pid); while ! grep -q transmitted {self.log}; do sleep 0.05; done\n"

    def answered(self):
        """A step that waits for five answers more."""
        return (f"run here: grep -c ttl {self.log} > {self.log}.before; true\n" +
                until(f"[ $(grep -c ttl {self.log}) -ge $(($(cat {self.log}.before) + 5)) ]", 20))

    def gaps(self):
        """(answered before, answered after) of each; the end may come while one is on its way."""
        got = replies(self.log)
        expect(got == sorted(set(got)), f"answers twice or out of order: {got}")
        return [pair for pair in zip([0] + got, got) if pair[1] != pair[0] + 1]


def dying(core, process, during):
    """Steps during which a process hears nothing any more, and is killed in the middle of them."""
    pid = f"$(cat {core.folder / 'run' / process}.pid)"
    return f"run here: p={pid}; kill -STOP $p; (sleep 1.5; kill -KILL $p) > /dev/null 2>&1 &\n{during}\n"


def play(core, steps):
    core.scenario(core.cast(1) + "start 1-2\nregister 1\nsession 1\n" + steps)


def expect_recovery(core, ping):
    """Packets were lost in one piece, none once they flowed again, and nothing stale is left of what was under way."""
    expect(len(ping.gaps()) <= 1, f"lost between {ping.gaps()}")
    expect_one_of_each(core)


def expect_one_of_each(core):
    ues, sessions = core.json("ue"), core.json("session")
    expect(len(ues) == 1 and len(sessions) == 1, f"{ues}, {sessions}")
    plane = core.json("status")["planes"][0]
    expect(plane["sessions"] == 1, f"{plane['sessions']} sessions in the plane")


@case
def control_that_dies_while_it_prepares_a_handover_costs_no_packet(lab, build):
    core = running(lab, build, 1)
    ping = Ping(core)
    play(core, ping.begin + dying(core, "control", "try n2-handover 1 gnb 2") + ping.answered() +
         "n2-handover 1 gnb 2\n" + ping.answered() + "xn-handover 1 gnb 1\n" + ping.answered() + ping.end)
    expect(not ping.gaps(), f"lost between {ping.gaps()}")
    expect_one_of_each(core)


@case
def control_that_dies_while_it_switches_a_path_leaves_a_phone_that_comes_back(lab, build):
    core = running(lab, build, 1)
    ping = Ping(core)
    play(core, ping.begin + dying(core, "control", "try xn-handover 1 gnb 2") + ping.answered() +
         "xn-handover 1 gnb 1\n" + ping.answered() + ping.end)
    expect_recovery(core, ping)


@case
def an_edge_that_dies_in_a_handover_leaves_a_phone_that_comes_back(lab, build):
    core = running(lab, build, 1)
    ping = Ping(core)
    edge_is_back = until(f"{core.demarc} status --json --config {core.config} | grep -q '\"connected\": true'")
    play(core, ping.begin + dying(core, "edge-default", "try xn-handover 1 gnb 2\nexpect 1 idle\nlose 1\nlose 2") +
         edge_is_back + "start 1-2\n" + ping.answered() + "xn-handover 1 gnb 1\n" + ping.answered() + ping.end)
    expect_recovery(core, ping)


@case
def a_plane_that_dies_in_a_handover_gets_its_sessions_back_on_the_new_path(lab, build):
    core = running(lab, build, 1)
    ping = Ping(core)
    play(core, ping.begin + dying(core, "plane-default", "try xn-handover 1 gnb 2") + ping.answered() +
         "xn-handover 1 gnb 1\n" + ping.answered() + ping.end)
    expect_recovery(core, ping)


@case
def a_handover_that_only_one_session_survives_keeps_its_packets_and_wakes_the_other_later(lab, build):
    core = running(lab, build, 1)
    ping = Ping(core)
    play(core, "session 1 2\n" + ping.begin + f"""
limit 2 1
n2-handover 1 gnb 2
run here: [ $({core.demarc} session --json --config {core.config} | grep -c '"state": "idle"') = 1 ]
{ping.answered()}
limit 2 8
run 1: ping -c 5 -i 0.3 -W 2 -I ue1s2 {GATEWAY} | grep -q ' [3-5] received'
n2-handover 1 gnb 1
run 1: ping -c 2 -i 0.2 -W 2 -I ue1s2 {GATEWAY}
""" + ping.answered() + ping.end)
    expect(not ping.gaps(), f"lost between {ping.gaps()}")


main()
