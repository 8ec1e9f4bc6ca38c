"""What good gNBs lose while one floods: registrations through four of them without a flood, then beside a gNB of another trust domain
that sends ten times as many SUCIs as the core registers phones when it does nothing else. All in one run, rates by the clock, flood and
load generator on the same cores. Budgets are the defaults; no fence goes up, which would end the matter after some seconds."""
import json
import socket
import statistics
import threading
import time

from lab import Lab
from running_core import CONFIG, Core
from say import say

RUNS, SECONDS, TIMES, GNBS = 3, 10, 10, 4
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
    command = [one.ran, "hostile", "32/3", "--json", "--attacked", "127.0.0.6", "--tac", 2, "--imsi",
               999700000000001 + phones, "--honest-id", 90, "--honest-address", "127.0.1.90", "--page-from", "", "--flood",
               seconds, "--flood-rate", rate]
    thread = threading.Thread(target=lambda: one.host.run(command, check=False, timeout=seconds + 60))
    thread.start()
    return thread


def received(one):
    """Messages that the flooded edge has taken, and those of them that it dropped unread (docs/admin.md)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as edge:
        edge.connect(str(one.folder / "run/edge-other.sock"))
        edge.send(b'{"verb": "gnb"}')
        gnbs = json.loads(edge.recv(65536))["items"]
    return sum(gnb["messages_in"] for gnb in gnbs), sum(gnb["overruns"] for gnb in gnbs)


def good_load(one, phones, rate):
    result = one.load("--phones", phones, "--gnbs", GNBS, "--rate", rate, "--window", 100000, "--steps", "register")
    return {"done": result["done"], "failed": result["failed"], "p99": result["steps"]["register"]["p99_ms"]}


def flood(build):
    with Lab("flood") as lab:
        most = capacity(lab, build)
        rate = round(most / 4)
        phones, quiet, beside, floods = rate * SECONDS, [], [], []
        for turn in range(RUNS):
            one = started(lab, build, f"quiet{turn}", phones)
            quiet.append(good_load(one, phones, rate))
            one.stop()
            one = started(lab, build, f"flood{turn}", phones)
            sender = flooding(one, phones, round(TIMES * most), SECONDS + 4)
            time.sleep(2)
            before, began = received(one), time.monotonic()
            beside.append(good_load(one, phones, rate))
            took = time.monotonic() - began
            arrived, dropped = (later - earlier for earlier, later in zip(before, received(one)))
            floods.append((arrived / took, 100 * dropped / max(1, arrived)))
            sender.join()
            one.stop()
    more = {"capacity": round(most), "flood_sent": round(TIMES * most),
            "flood_received": round(statistics.median(arrived for arrived, _ in floods)),
            "dropped_percent": round(statistics.median(dropped for _, dropped in floods), 1), "good_load": rate}
    done = [100 * run["done"] / phones for run in beside]
    say("good_registrations_under_flood_percent", statistics.median(done), "%", runs=[round(value, 2) for value in done], **more)
    for name, runs in (("register_p99_ms_without_flood", quiet), ("register_p99_ms_with_flood", beside)):
        values = [run["p99"] for run in runs]
        say(name, statistics.median(values), "ms", runs=values, **more)
