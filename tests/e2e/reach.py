#!/usr/bin/env python3
"""Phones that sleep and gNBs out of reach: what waits comes in order, who does not listen is not called, a dead path is seen."""
import re

from cases import case, expect, main
from lab import wait_until
from running_core import CONFIG, running, until

GATEWAY = "10.32.0.1"

SLEEPY = CONFIG + "mico: {{allowed: true}}\n"
WATCHFUL = CONFIG + ("planes: [{{name: default, n4: 127.0.0.7, n3: [127.0.0.7], echo_period: 1s, "
                     "echo_timeout: 200ms, echo_tries: 2}}]\n")

LISTEN = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 4000))
s.settimeout(20)
print("listening", flush=True)
while True:
    print(int(s.recv(100)), flush=True)
"""

SEND = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for number in range(int(sys.argv[2])):
    s.sendto(str(number).encode(), (sys.argv[1], 4000))
"""


def pagings(core):
    text = core.host.run("curl -s http://127.0.0.1:9090/metrics").stdout
    return int(re.search(r"^fivegs_amffunction_mm_paging5greq\S* (\d+)", text, re.MULTILINE).group(1))


@case
def what_comes_for_a_phone_that_sleeps_wakes_it_and_arrives_in_order(lab, build):
    core = running(lab, build, 1)
    (core.folder / "send.py").write_text(SEND)
    cast = core.cast(1)
    listener = lab.hosts["phone1"].start(["python3", "-c", LISTEN], "listener.log")
    wait_until(lambda: "listening" in listener.log.read_text(), 10, "the phone to listen")
    core.scenario(cast + f"""
start 1-2
register 1
session 1
idle 1
move 1 gnb 2
run here: python3 {core.folder}/send.py 10.32.0.2 50
expect 1 connected
{until(f"[ $(wc -l < {listener.log}) -ge 51 ]")}
deregister 1
""")
    got = listener.log.read_text().split()[1:]
    expect(got == [str(number) for number in range(50)], f"what arrived: {got}")
    expect(pagings(core) > 0, "the phone was not called")


@case
def a_phone_in_mico_mode_is_not_called_and_comes_when_it_likes(lab, build):
    core = running(lab, build, 1, config=SLEEPY)
    core.scenario("model mico 0\n" + core.cast(1) + f"""
start 1
register 1
session 1
run here: {core.demarc} ue --json --config {core.config} | grep -q '"mico": true'
idle 1
run here: ! ping -c 2 -i 0.2 -W 1 10.32.0.2
expect 1 idle
service 1
run here: ping -c 2 -i 0.2 -W 2 10.32.0.2
deregister 1
""")
    expect(pagings(core) == 0, "a phone was called that does not listen")


CUT = ("nft 'add table ip cut; add chain ip cut in { type filter hook input priority 0; }; "
       "add rule ip cut in ip daddr 127.0.1.1 udp dport 2152 drop'")


@case
def a_gnb_that_no_packet_reaches_is_noticed_and_used_again_when_it_is_back(lab, build):
    core = running(lab, build, 1, config=WATCHFUL)
    failed_paths = f"{core.demarc} status --json --config {core.config} | grep -q '\"failed_paths\": %u'"
    core.scenario(core.cast(1) + f"""
start 1
register 1
session 1
run 1: ping -c 2 -i 0.2 -W 2 {GATEWAY}
run here: {CUT}
{until(failed_paths % 1)}
run 1: ! ping -c 1 -W 1 {GATEWAY}
run here: nft delete table ip cut
{until(failed_paths % 0)}
run 1: ping -c 2 -i 0.2 -W 2 {GATEWAY}
deregister 1
""")
    expect("GTP-U path to gNB 127.0.1.1" in core.log(), f"no word of it in the log: {core.log()}")


main()
