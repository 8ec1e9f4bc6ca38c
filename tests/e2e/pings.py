"""Packets that flow while a scenario goes on, and whether all came back, in order.

With -W, ping waits for its last answers no longer than one interval or two round trips, and calls lost what comes later. With -w it waits, and goes on
sending meanwhile: answers are judged by their numbers.
"""
import re

from cases import expect


def pinging(log, count=150, interval=0.02, to="10.32.0.1"):
    """A step that lets phone 1 ping the data network in the background, and one that waits until it is done."""
    began = f"run 1: ping -n -c {count} -i {interval} -w 60 {to} > {log} 2>&1 &\n"
    return began, f"run here: while ! grep -q transmitted {log}; do sleep 0.1; done\n"


def answered(text):
    return [int(number) for number in re.findall(r"icmp_seq=(\d+) ttl", text)]


def replies(log):
    return answered(log.read_text())


def all_in_order(got, count):
    """The first so many; what was sent while the last of them was waited for is no matter."""
    return got[:count] == list(range(1, count + 1))


def expect_all(log, count):
    lost = set(range(1, count + 1)) - set(replies(log))
    expect(not lost, f"{len(lost)} of {count} lost; {log.read_text()}")


def expect_all_in_order(log, count=150):
    expect_all(log, count)
    expect(all_in_order(replies(log), count), f"out of order, or twice; {log.read_text()}")
