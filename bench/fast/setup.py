"""What PFCP asks of a plane, kept: sessions that it sets up in a second, and the rates that it holds phones to."""
import json
import os
from pathlib import Path

from lab import Lab, LabError, wait_until
from say import say

SESSIONS, WINDOW, ROUNDS = 60000, 256, 3
KBPS, SECONDS, RUNS = 8000, 2, 3
CONFIG = """
planes:
  - {{name: default, n4: 10.0.1.1, n3: [10.0.1.1], workers: 1, nat: false, egress: n6, fast: {fast}, fast_interfaces: [n3, n6],
      fast_pins: {pins}, fast_sessions: {sessions}}}
data_networks:
  - {{name: internet, type: ipv4, ipv4: {pool}}}
smf: {{n4: 10.0.1.2}}
line: {{inventory: ""}}
runtime_dir: {folder}
state_dir: {folder}
"""


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Bench:
    def __init__(self, lab, build, pool):
        self.lab, self.build, self.pool, self.pins = lab, build, pool, lab.pins()
        self.core, self.ran, self.server = lab.host("core"), lab.host("ran"), lab.host("server")
        lab.link(self.core, "n3", ["10.0.1.1/24"], self.ran, "eth0", ["10.0.1.2/24"])
        lab.link(self.core, "n6", ["10.0.2.1/24"], self.server, "eth0", ["10.0.2.2/24"])
        self.server.run(["ip", "route", "add", pool, "via", "10.0.2.1"])

    def plane(self, fast, sessions):
        config = self.lab.folder / f"{fast}.yaml"
        config.write_text(CONFIG.format(folder=self.lab.folder, fast=fast, pins=self.pins, sessions=sessions, pool=self.pool))
        process = self.core.start([self.build / "src/face/demarc", "plane", "default", "--config", config], f"{fast}.log")
        wait_until(lambda: "user plane default ready" in process.log.read_text(), 20, "the plane is ready")
        if ("room for" in process.log.read_text()) != (fast != "off"):
            raise LabError(f"fast path {fast}: {process.log.read_text()}")
        return process

    def ask(self, program, arguments, patience):
        """What an SMF has measured: objects, a line each."""
        smf = self.ran.start([self.build / program, "10.0.1.2", "10.0.1.1", *arguments], "smf.log")
        wait_until(lambda: smf.poll() is not None, patience, "the SMF is done")
        lines = smf.log.read_text()
        smf.log.unlink()
        if smf.returncode:
            raise LabError(lines)
        return [json.loads(line) for line in lines.splitlines() if line.startswith("{")]


def measure_setup(bench, fast, sessions, rounds):
    plane = bench.plane(fast, sessions)
    before = cpu_seconds(plane.pid)
    phases = bench.ask("bench/fast/plane-setup", [sessions, WINDOW, rounds], 600)
    cpu = (cpu_seconds(plane.pid) - before) / (rounds * sessions)
    bench.lab.stop(plane)
    return {name: max(one["sessions"] / one["seconds"] for one in phases if one["phase"] == name)
            for name in ("set-up", "removal")}, cpu * 1e6


def setup(build, sessions=SESSIONS):
    """From the first request to the last answer, while the SMF that asks (setup.c) works on the same processors; cpu_us is what the plane's process takes of a
    processor for a session's set-up and removal together. `slow` is without the fast path."""
    with Lab("setup") as lab:
        bench = Bench(lab, build, "100.64.0.0/10")
        for fast, name in (("generic", ""), ("off", "_slow")):
            rates, cpu = measure_setup(bench, fast, sessions, ROUNDS if sessions <= SESSIONS else 1)
            say(f"session_setup{name}_per_second", rates["set-up"], "sessions/s", sessions=sessions, cpu_us=round(cpu, 2))
            say(f"session_removal{name}_per_second", rates["removal"], "sessions/s", sessions=sessions)


def error_percent(kbps):
    return (kbps / KBPS - 1) * 100


def rates(build):
    """A phone with a rate of its own is offered half as much again; what arrives is compared with the rate. Of several runs the best one, as the offer falters where
    others need the processors."""
    with Lab("rates") as lab:
        bench = Bench(lab, build, "10.45.0.0/16")
        for fast, name in (("generic", ""), ("off", "_slow")):
            plane, errors = bench.plane(fast, 16), {}
            for _ in range(RUNS):
                for one in bench.ask("bench/plane-peer", ["rate", SECONDS, bench.server.netns, "10.0.2.2", KBPS], 120):
                    key, error = f"{one['direction']}_{one['bytes']}", error_percent(one["kbps"])
                    errors[key] = min(error, errors.get(key, error), key=abs)
            lab.stop(plane)
            say(f"rate{name}_error_percent", max(map(abs, errors.values())), "%", kbps=KBPS,
                **{key: round(error, 2) for key, error in errors.items()})
