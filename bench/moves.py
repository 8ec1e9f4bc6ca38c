"""What it costs the core that phones sleep, wake and move: procedures by CPU time of all core processes."""
import statistics
import time
from collections import Counter

from lab import Lab, LabError
from running_core import Core
from say import say

ROUNDS = 5

# A row, a further step before it, and the steps of one round; the first of these is measured, the others lead back to where
# it can be repeated.
ROWS = {
    "service_requests_per_cpu_second": ("idle", ["service", "idle"]),
    "pagings_per_cpu_second": ("idle", ["page", "idle"]),
    "mobility_registrations_per_cpu_second": ("idle", ["move", "idle"]),
    "xn_handovers_per_cpu_second": (None, ["xn_handover"]),
    "n2_handovers_per_cpu_second": (None, ["n2_handover"]),
}


RUNS = 3

# Over N2, packets go after the phone through the core's plane, or from gNB to gNB.
HANDOVERS = ["xn", "n2", "n2_direct"]
PREFIX = {"xn": "", "n2": "n2_", "n2_direct": "n2_direct_"}


def spent_by_role(before, after):
    return {role: seconds - before.get(role, 0) for role, seconds in after.items()}


def measure(one, phones, before, steps):
    """The CPU seconds by role of each round's first step, and the load's own figures."""
    plan = ["register", "session", *([before] if before else [])]
    for _ in range(ROUNDS):
        plan += ["gather", steps[0], "gather", *steps[1:]]
    rounds, marks = [], []
    for result in one.load_in_phases("--phones", phones, "--gnbs", 4, "--window", 200, "--steps", ",".join(plan)):
        time.sleep(0.1)  # what was begun for the last phones is finished
        marks.append(one.cpu_seconds_by_role())
        if not result and len(marks) % 2 == 0:
            rounds.append(spent_by_role(marks[-2], marks[-1]))
    if len(rounds) < ROUNDS:
        raise LabError(f"not all phones came through: {result}")
    return rounds, result


def row(lab, build, name, phones):
    one = Core(lab, build, name.partition("_")[0], phones)
    one.start()
    one.wait()
    rounds, result = measure(one, phones, *ROWS[name])
    one.stop()
    rates = [phones / sum(spent.values()) for spent in rounds]
    step = result["steps"][ROWS[name][1][0]]
    say(name, statistics.median(rates), "1/s", runs=[round(rate) for rate in rates], failed=result["failed"],
        **{f"{role}_us": round(1e6 * statistics.median(spent.get(role, 0) for spent in rounds) / phones, 1)
           for role in rounds[0]},
        wall_per_second=step["per_second"], p50_ms=step["p50_ms"], p99_ms=step["p99_ms"])


def handover(lab, build, kind, turn, phones=50, times=20):
    """Phones that move, each for itself, while packets flow both ways; the load's figures, and what the plane dropped."""
    one = Core(lab, build, f"{kind}{phones}-{turn}", phones)
    one.start()
    one.wait()
    plan = ["register", "session", "gather", "stream", "dwell", *[f"{kind}_handover", "dwell"] * times, "rest"]
    result = one.load("--phones", phones, "--gnbs", 4, "--stream", 100, "--steps", ",".join(plan), timeout=60)
    drops = one.json("status")["planes"][0]["drops"]
    one.stop()
    return result, {reason: count for reason, count in drops.items() if reason != "no_session"}  # the host's own multicasts


def losses(lab, build):
    """Every packet that did not arrive, and where it was seen last; what nobody admits to is `unseen`."""
    for kind in HANDOVERS:
        sent, lost, failed, runs, where = 0, 0, 0, [], Counter()
        for turn in range(RUNS):
            result, drops = handover(lab, build, kind, turn)
            missing = sum(result[way]["sent"] - result[way]["got"] for way in ("up", "down"))
            sent += sum(result[way]["sent"] for way in ("up", "down"))
            failed += result["failed"]
            where += Counter({f"plane_{reason}": count for reason, count in drops.items()}) + Counter(
                {f"radio_{reason}": count for reason, count in result["losses"].items()})
            runs.append(missing)
            lost += missing
        say(f"{PREFIX[kind]}handover_lost_packets", lost, "packets", sent=sent, runs=runs, seen=where,
            unseen=lost - where.total(), failed=failed)


def gaps(lab, build):
    """From the target's word that the phone is there to the end marker on the old path, a phone at a time."""
    for kind in HANDOVERS:
        ended = handover(lab, build, kind, 0, 1, 100)[0]["path_ended"]
        say(f"{PREFIX[kind]}handover_gap_ms", ended["p50_ms"], "ms", p99_ms=ended["p99_ms"], max_ms=ended["max_ms"],
            handovers=ended["count"])


def moves(build, phones=2000):
    with Lab("moves") as lab:
        for name in ROWS:
            row(lab, build, name, phones)
        losses(lab, build)
        gaps(lab, build)
