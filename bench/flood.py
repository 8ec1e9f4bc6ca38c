"""What good gNBs lose while one floods: registrations through eight of them without a flood, then while a gNB sends ten times as many
SUCIs as the core registers phones when it does nothing else: to another core on the same processors, which drops them all unread, and
last to the same core, from another trust domain. What the second takes longer than the first, the host's processors owe to the flood's
being made and received at all; what the third takes longer than the second, the core does. All in one run, rates by the clock, flood
and load generator on the same processors, in sessions of their own, so that the host shares time between them and the core as between
strangers. Budgets are the defaults, and the good load is spread over so many gNBs that it keeps to them; no fence goes up, which would end the matter after some seconds."""
import json
import socket
import statistics
import time

from lab import Lab
from running_core import CONFIG, Core
from say import say

RUNS, SECONDS, TIMES, GNBS = 3, 8, 10, 8
VICTIMS = 4

ENROLLED = """
profile: enrolled
vendors: [{name: one, risk: trusted}, {name: two, risk: high}]
domains:
  - {name: home, vendor: one, listen: ["127.0.0.5:38412"]}
  - {name: other, vendor: two, listen: ["127.0.0.6:38412"]}
fence: {overruns: 0}
gnbs:
""" + "".join(f"  - {{name: gnb{number}, domain: home, id: 999/70-{number:08x}}}\n" for number in range(1, GNBS + 1)) + """
  - {name: beside, domain: home, id: 999/70-0000005a}
  - {name: flooding, domain: other, id: 999/70-00000063, n2: [127.0.1.99/32], n3: [127.0.1.99/32], areas: [999/70-2]}
"""
# The whole flood is beyond it.
SINK = ENROLLED + "budgets: [{domain: other, arrivals: 1}, {domain: any}]\n"
# Who looks for the core's capacity is held back by nothing else.
UNBOUNDED = ENROLLED + "budgets: []\n"
TWO_AREAS = CONFIG + "network: {{plmns: [{{plmn: 999/70, tacs: [1, 2], slices: [{{sst: 1}}]}}]}}\n"


def started(lab, build, name, phones, inventory=ENROLLED):
    one = Core(lab, build, name, phones + VICTIMS, config=TWO_AREAS, inventory=inventory)
    one.start()
    return one.wait()


def capacity(lab, build, phones=3000):
    """Registrations a second when as many as can be are under way."""
    rates = []
    for turn in range(RUNS):
        one = started(lab, build, f"most{turn}", phones, UNBOUNDED)
        rates.append(one.load("--phones", phones, "--gnbs", GNBS, "--window", 200, "--steps", "register")["phones_per_second"])
        one.stop()
    return statistics.median(rates)


def flooding(one, phones, rate, seconds):
    """The flood, begun: class 32 of the catalogue, SUCIs of profile A, which cost the core the most."""
    return one.host.start([one.ran, "hostile", "32/3", "--json", "--attacked", "127.0.0.6", "--tac", 2, "--imsi",
                           999700000000001 + phones, "--honest-id", 90, "--honest-address", "127.0.1.90", "--page-from", "",
                           "--flood", seconds, "--flood-rate", rate], f"{one.host.name}.flood")


def received(one):
    """Messages that the flooded edge has taken, and those of them that it dropped unread (docs/admin.md)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as edge:
        edge.connect(str(one.folder / "run/edge-other.sock"))
        edge.send(b'{"verb": "gnb"}')
        gnbs = json.loads(edge.recv(65536))["items"]
    return sum(gnb["messages_in"] for gnb in gnbs), sum(gnb["overruns"] for gnb in gnbs)


def good_load(one, phones, rate):
    before = one.cpu_seconds()
    result = one.load("--phones", phones, "--gnbs", GNBS, "--rate", rate, "--window", 100000, "--steps", "register")
    return {"done": 100 * result["done"] / phones, "p50": result["steps"]["register"]["p50_ms"],
            "p99": result["steps"]["register"]["p99_ms"], "cpu": 1e6 * (one.cpu_seconds() - before) / max(1, result["done"])}


def good_load_beside(one, flooded, phones, rate, flood_rate):
    """The same while `flooded` is flooded, with what arrived there in a second and how much of it was dropped unread."""
    sender = flooding(flooded, phones, flood_rate, SECONDS + 4)
    time.sleep(2)
    before, began = received(flooded), time.monotonic()
    run = good_load(one, phones, rate)
    took = time.monotonic() - began
    arrived, dropped = (later - earlier for earlier, later in zip(before, received(flooded)))
    sender.wait(SECONDS + 60)
    return run | {"arrived": arrived / took, "dropped": 100 * dropped / max(1, arrived)}


def turn_of(lab, build, turn, rate, flood_rate):
    """One after the other: no flood, a flood elsewhere, a flood here."""
    phones, runs = rate * SECONDS, {}
    for where in ("none", "elsewhere", "here"):
        one = started(lab, build, f"{where}{turn}", phones)
        flooded = {"none": None, "elsewhere": one, "here": one}[where]
        if where == "elsewhere":
            flooded = started(lab, build, f"sink{turn}", phones, SINK)
        runs[where] = good_load_beside(one, flooded, phones, rate, flood_rate) if flooded else good_load(one, phones, rate)
        for core in {one, flooded} - {None}:
            core.stop()
    return runs


def flood(build):
    with Lab("flood") as lab:
        most = capacity(lab, build)
        rate, flood_rate = round(most / 4), round(TIMES * most)
        turns = [turn_of(lab, build, turn, rate, flood_rate) for turn in range(RUNS)]

    def tell(name, unit, values, digits=1, **more):
        say(name, statistics.median(values), unit, runs=[round(value, digits) for value in values], **more)

    def of(where, what):
        return [turn[where][what] for turn in turns]

    tell("good_registrations_under_flood_percent", "%", of("here", "done"), 2, capacity=round(most), good_load=rate,
         flood_sent=flood_rate, flood_received=round(statistics.median(of("here", "arrived"))),
         dropped_percent=round(statistics.median(of("here", "dropped")), 1))
    for where, name in (("none", "without_flood"), ("elsewhere", "with_flood_elsewhere"), ("here", "with_flood")):
        tell(f"register_p50_ms_{name}", "ms", of(where, "p50"))
        tell(f"register_p99_ms_{name}", "ms", of(where, "p99"))
        tell(f"core_cpu_us_per_registration_{name}", "us", of(where, "cpu"), 0)
    for than, name in (("none", "without_flood"), ("elsewhere", "with_flood_elsewhere")):
        ratios = [here / there for here, there in zip(of("here", "p99"), of(than, "p99"))]
        tell(f"register_p99_with_flood_of_{name}", "times", ratios, 2)
