#!/usr/bin/env python3
"""Things break: processes are killed, gNBs vanish, the disk is full. Registered phones stay registered."""
import json
import os
import random
import signal
import time

from cases import case, expect, main
from lab import wait_until
from running_core import Core, killing, running, until


def kill(core, role):
    pid = core.role(role)
    expect(pid, f"no process of role {role}")
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: core.role(role) not in (None, pid), 5, f"{role} to be started again")
    core.wait(10)


def registered(core):
    return sum(1 for one in core.json("ue") if one["state"] == "registered")


@case
def killing_control_leaves_phones_registered_and_connected(lab, build):
    core = running(lab, build, 20)
    core.scenario(core.cast(8) + f"""
start 1
register 1-8
session 1-8
idle 5-8
{killing(core, "control")}
run 1: ping -c 2 -i 0.2 -W 2 10.32.0.1
service 5-8
run 6: ping -c 2 -i 0.2 -W 2 10.32.0.1
idle 1-3
service 1-3
run 1: ping -c 2 -i 0.2 -W 2 10.32.0.1
deregister 1-8
""")


@case
def killing_the_plane_brings_sessions_back_with_the_same_addresses(lab, build):
    core = running(lab, build, 20)
    core.scenario(core.cast(5) + f"""
start 1
register 1-3
session 1-3
run 1: ping -c 2 -i 0.2 -W 2 10.32.0.1
{killing(core, "plane-default")}
{until("ping -n -c 1 -W 1 10.32.0.1", 20, 1)}
{until("ping -n -c 1 -W 1 10.32.0.1", 20, 3)}
""")


@case
def killing_the_edge_makes_phones_idle_and_their_next_service_request_works(lab, build):
    core = running(lab, build, 20)
    core.scenario(core.cast(5) + f"""
start 1
register 1-5
session 1-5
{killing(core, "edge-default")}
expect 1-5 idle
start 1
service 1-5
run 4: ping -c 2 -i 0.2 -W 2 10.32.0.1
""")


@case
def killing_the_keeper_loses_no_registration(lab, build):
    core = running(lab, build, 20)
    core.scenario(core.cast(5) + f"""
start 1
register 1-5
session 1-5
{killing(core, "keeper")}
expect 1-5 idle
start 1
service 1-5
run 4: ping -c 2 -i 0.2 -W 2 10.32.0.1
""")
    expect("ended with code" not in core.log(), core.log())


@case
def random_kills_under_load_lose_only_procedures_in_flight(lab, build):
    core = running(lab, build, 600)
    dice = random.Random(7)
    load = core.host.start([core.ran, "load", "--json", "--imsi", "999700000000001", "--phones", "600", "--rate", "100",
                            "--steps", "register,session,idle", "--seconds", "25"], "load.log")
    for _ in range(4):
        time.sleep(dice.uniform(0.5, 1.5))
        kill(core, dice.choice(["control", "plane"]))
    wait_until(lambda: load.poll() is not None, 60, "the load to end")
    result = json.loads(load.log.read_text())
    stayed = registered(core)
    expect(stayed >= result["done"], f"{stayed} phones registered, {result['done']} were told so")


@case
def a_lost_gnb_takes_only_its_own_phones_to_idle(lab, build):
    core = running(lab, build, 20)
    core.scenario(core.cast(5) + """
start 1-2
register 1-5
session 1-5
lose 1
expect 1-5 idle
wait 300
move 1-5 gnb 2
service 1-5
run 2: ping -c 2 -i 0.2 -W 2 10.32.0.1
""")


@case
def a_full_disk_fails_the_procedure_and_the_core_lives(lab, build):
    core = Core(lab, build, "core", 20)
    state = core.folder / "state"
    small = core.folder / "small"
    small.mkdir()
    lab.execute(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)])
    try:
        lab.execute(["sh", "-c", f"cp {state}/* {small}/"])
        core.config.write_text(core.config.read_text().replace(f"{state}", f"{small}"))
        core.start()
        core.wait()
        core.scenario(core.cast(4) + "start 1\nregister 1\n")
        lab.execute(["sh", "-c", f"dd if=/dev/zero of={small}/filler bs=4k 2>/dev/null || true"])
        refused = core.scenario(core.cast(4) + "start 2\nmove 1-4 gnb 2\nregister 2-4\n", check=False)
        expect(refused.returncode == 1, "phones were registered though nothing could be stored")
        (small / "filler").unlink()
        core.wait()
        core.scenario(core.cast(4) + "start 1\nregister 2-4\n")
    finally:
        lab.stop(core.process)
        lab.execute(["umount", str(small)], check=False)


main()
