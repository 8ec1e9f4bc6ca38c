#!/usr/bin/env python3
"""What the README tells a newcomer to begin with."""
import subprocess
from pathlib import Path

from cases import case, expect, main

DEMO = Path(__file__).resolve().parent.parent.parent / "scripts" / "demo"


@case
def the_demo_plays_to_its_end(_, build):
    done = subprocess.run([DEMO, build], capture_output=True, text=True, check=False, timeout=300)
    expect(done.returncode == 0, f"exit {done.returncode}\n{done.stdout}{done.stderr}")
    expect(", 0% packet loss" in done.stdout and "The phones leave" in done.stdout, done.stdout)


main()
