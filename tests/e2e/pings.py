"""Packets that flow while a scenario goes on, and whether all came back, in order."""
import re

from cases import expect


def pinging(log, count=150, interval=0.02, to="10.32.0.1"):
    """A step that lets phone 1 ping the data network in the background, and one that waits until it is done."""
    began = f"run 1: ping -n -c {count} -i {interval} -W 3 {to} > {log} 2>&1 &\n"
    return began, f"run here: while ! grep -q transmitted {log}; do sleep 0.1; done\n"


def replies(log):
    return [int(number) for number in re.findall(r"icmp_seq=(\d+) ttl", log.read_text())]


def expect_all_in_order(log, count=150):
    got = replies(log)
    expect(got == list(range(1, count + 1)), f"{count - len(set(got))} of {count} lost; {log.read_text()}")
