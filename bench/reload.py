"""A reload of an inventory with very many assets, signed by two persons: how long it takes, and whether those who speak to control meanwhile notice."""
import json
import socket
import statistics
import threading
import time

from lab import Lab
from running_core import Core
from say import say

RUNS, ASSETS, SITES = 5, 1_000_000, 50_000

INVENTORY = """profile: uk-2020-01
vendors: [{name: own, risk: trusted}, {name: far}]
domains: [{name: f, vendor: far, listen: [127.0.0.5]}]
sites_from: [sites.csv]
assets_from: [assets.csv]
"""


def write_rows(core, turn):
    """Other rows in each turn, so that each reload has all of them to take over."""
    with (core.folder / "sites.csv").open("w") as file:
        file.write("name,position\n")
        file.writelines(f"site-{i},{58 + i % 12}.{i % 1000} 5.{i % 997}\n" for i in range(SITES))
    with (core.folder / "assets.csv").open("w") as file:
        file.write("name,kind,vendor,class,reason,reviewed,since,site\n")
        file.writelines(f"asset-{i},gnb,{'own' if i % SITES % 4 else 'far'},access,radio access at the edge {turn},"
                        f"2026-05-{1 + i % 28:02},2019-01-01,site-{i % SITES}\n" for i in range(ASSETS))


class Questions(threading.Thread):
    """Asks control again and again, as soon as it has answered: each answer is a turn of its loop, with a commit."""

    def __init__(self, core):
        super().__init__()
        self.over, self.longest = False, 0
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.connect(str(core.folder / "run/control.sock"))

    def run(self):
        question = json.dumps({"verb": "process"}).encode()
        while not self.over:
            began = time.perf_counter()
            self.socket.send(question)
            self.socket.recv(65536)
            self.longest = max(self.longest, time.perf_counter() - began)
            time.sleep(0.0002)


def measured(core):
    questions = Questions(core)
    questions.start()
    began = time.perf_counter()
    core.command("reload")
    took = time.perf_counter() - began
    time.sleep(2)  # what was replaced is freed
    questions.over = True
    questions.join()
    return took, 1e3 * questions.longest


def reload(build):
    with Lab("reload") as lab:
        core = Core(lab, build, "core", 1)
        write_rows(core, 0)
        core.write_inventory(INVENTORY)
        core.start()
        core.wait(60)
        quiet = Questions(core)
        quiet.start()
        time.sleep(3)
        quiet.over = True
        quiet.join()
        runs = []
        for turn in range(1, RUNS + 1):
            write_rows(core, turn)
            core.write_inventory(INVENTORY)
            runs.append(measured(core))
    say("reload_of_1000000_assets_s", statistics.median(run[0] for run in runs), "s", runs=[round(run[0], 2) for run in runs])
    say("longest_wait_for_control_in_a_reload_ms", statistics.median(run[1] for run in runs), "ms",
        runs=[round(run[1], 1) for run in runs], without_a_reload=round(1e3 * quiet.longest, 1))
