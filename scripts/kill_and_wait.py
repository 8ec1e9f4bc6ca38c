#!/usr/bin/env python3
"""Kills processes of a core as abruptly as can be, and ends when others are in their place and know each other.

usage: kill_and_wait.py DEMARC CONFIG PIDFILE...     the keeper takes all others with it
"""
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from lab import wait_until

SECONDS = 60


def pid_of(file):
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None


def status(demarc, config):
    asked = subprocess.run([demarc, "status", "--json", "--config", config], capture_output=True, text=True, check=False)
    return json.loads(asked.stdout).get("control", {}) if asked.returncode == 0 else {}


def acquainted(now, before, edges_stay):
    """Control knows its planes and edges again, and of edges that lived on, as many gNBs as before."""
    edges = now.get("edges", [])
    return (now.get("planes") and all(plane["associated"] for plane in now["planes"]) and
            all(edge["connected"] for edge in edges) and (not edges_stay or edges == before["edges"]))


def main():
    demarc, config, *named = sys.argv[1:]
    files = [Path(name) for name in named]
    everything = any(file.name == "keeper.pid" for file in files)
    ending = list(files[0].parent.glob("*.pid")) if everything else files
    before = status(demarc, config)
    former = {file: pid_of(file) for file in ending}
    for file in files:
        os.kill(former[file], signal.SIGKILL)
    wait_until(lambda: all(pid_of(file) not in (None, pid) for file, pid in former.items()), SECONDS, "processes to be replaced")
    edges_stay = not any(file.name.startswith("edge-") for file in ending)
    wait_until(lambda: acquainted(status(demarc, config), before, edges_stay), SECONDS, "control, edges and planes to meet")


main()
