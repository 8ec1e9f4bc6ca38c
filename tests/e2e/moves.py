#!/usr/bin/env python3
"""Phones move while packets flow: no packet is lost, none comes out of order, whatever is killed around it."""
from cases import case, expect, main
from pings import expect_all_in_order, pinging
from running_core import Core, killing


def started(lab, build, phones=4):
    one = Core(lab, build, "core", phones)
    one.start()
    return one.wait()


def move_about(core, step, times=10):
    """The phone goes to and fro between the gNBs while it pings; every reply comes, and in order."""
    log = core.folder / "ping.log"
    begin, end = pinging(log)
    steps = "".join(f"{step.format(gnb=2 - turn % 2)}\nwait 150\n" for turn in range(times))
    core.scenario(core.cast(1) + "start 1-2\nregister 1\nsession 1\n" + begin + steps + end)
    expect_all_in_order(log)


@case
def xn_handovers_lose_no_packet_and_keep_their_order(lab, build):
    move_about(started(lab, build), "xn-handover 1 gnb {gnb}")


@case
def n2_handovers_with_packets_sent_back_through_the_plane_lose_none(lab, build):
    move_about(started(lab, build), "n2-handover 1 gnb {gnb}")


@case
def n2_handovers_with_packets_sent_from_gnb_to_gnb_lose_none(lab, build):
    move_about(started(lab, build), "n2-handover 1 gnb {gnb} direct")


@case
def a_cancelled_handover_leaves_the_phone_where_it_is(lab, build):
    core = started(lab, build)
    core.scenario(core.cast(1) + """
start 1-2
register 1
session 1
cancel-handover 1 gnb 2
run 1: ping -c 2 -i 0.2 -W 2 10.32.0.1
n2-handover 1 gnb 2
run 1: ping -c 2 -i 0.2 -W 2 10.32.0.1
deregister 1
""")


@case
def a_phone_moves_on_after_control_was_killed(lab, build):
    core = started(lab, build)
    log = core.folder / "ping.log"
    begin, end = pinging(log, 200)
    core.scenario(core.cast(1) + "start 1-2\nregister 1\nsession 1\n" + begin + f"""
xn-handover 1 gnb 2
{killing(core, "control")}
xn-handover 1 gnb 1
xn-handover 1 gnb 2
""" + end)
    expect_all_in_order(log, 200)


@case
def a_phone_that_the_target_cannot_take_with_all_sessions_keeps_the_others_for_later(lab, build):
    core = started(lab, build)
    core.scenario(core.cast(1) + """
start 1-2
register 1
session 1 1
session 1 2
limit 2 1
xn-handover 1 gnb 2
run 1: ping -c 2 -i 0.2 -W 2 -I ue1s1 10.32.0.1
deregister 1
""")


@case
def a_phone_whose_gnb_is_lost_after_a_handover_comes_back_at_the_other(lab, build):
    core = started(lab, build)
    core.scenario(core.cast(1) + """
start 1-2
register 1
session 1
xn-handover 1 gnb 2
lose 2
expect 1 idle
move 1 gnb 1
service 1
run 1: ping -c 2 -i 0.2 -W 2 10.32.0.1
""")


@case
def a_phone_that_appears_elsewhere_without_a_word_is_served_there(lab, build):
    core = started(lab, build)
    core.scenario(core.cast(1) + """
start 1-2
register 1
session 1
move 1 gnb 2
register 1 mobility
expect 1 idle
service 1
run 1: ping -c 2 -i 0.2 -W 2 10.32.0.1
move 1 gnb 1
service 1
run 1: ping -c 2 -i 0.2 -W 2 10.32.0.1
""")
    expect(len(core.json("ue")) == 1, "the phone is known twice")


main()
