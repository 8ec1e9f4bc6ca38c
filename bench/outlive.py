"""Packets of a connected phone that are lost while control and the plane are killed, one after the other: with the fast path, and with the slow path alone."""
from lab import Lab
from outlived import Setting, lost
from say import say

ALONE = 10  # kills of each, for comparison


def lost_over(build, fast, kills):
    """What was told of the packets sent while control and plane were killed that often."""
    with Lab("bench") as lab:
        setting = Setting(lab, build, fast).start()
        setting.begin()
        for _ in range(kills):
            setting.kill("plane-default")
            setting.kill("control")
        return setting.end()


def outlive(build, kills=100):
    told, alone = lost_over(build, "generic", kills), lost_over(build, "off", min(kills, ALONE))
    say("control_kill_packets_lost", lost(told), "packets", kills=kills, sent=sum(one["sent"] for one in told.values()),
        late=sum(one["late"] for one in told.values()), note="control and plane killed in turn")
    say("control_kill_packets_lost_slow_path_alone", lost(alone), "packets", kills=min(kills, ALONE),
        sent=sum(one["sent"] for one in alone.values()))
