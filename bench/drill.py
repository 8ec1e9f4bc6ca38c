"""A vendor with many phones is barred: how long until all of them are off its gNBs, and until all are seen at another vendor's."""
import json
import subprocess

from lab import Lab, LabError
from running_core import Core
from say import say

TWO_VENDORS = """
profile: lab
vendors: [{name: acme, risk: high}, {name: house, risk: trusted}]
domains:
  - {name: north, vendor: acme, listen: [127.0.0.5]}
  - {name: south, vendor: house, listen: [127.0.0.6]}
"""
STEPS = "register,session,gather,flee,gather"


def bar(one, seconds):
    """The drill's report, once all phones are off and seen again, or the time is up."""
    command = [one.demarc, "line", "bar", "acme", "--drill", "--wait", f"{seconds}s", "--json", f"--config={one.config}"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def drill(build, phones=10000, patience=60):
    with Lab("drill") as lab:
        one = Core(lab, build, "drill", phones, inventory=TWO_VENDORS)
        one.start()
        one.wait()
        order, result = None, None
        for result in one.load_in_phases("--phones", phones, "--gnbs", 4, "--refuge", "127.0.0.6", "--window", 400, "--steps",
                                         STEPS, timeout=300):
            if not result and not order:
                order = bar(one, patience)
        report = json.loads(order.communicate(timeout=2 * patience)[0])
        one.stop()
    if report["phones"] != phones:
        raise LabError(f"not all phones were there: {report}")
    say("drill_off_s", report["off_after"], "s", phones=phones, released=report["released"], moved=report["moved"],
        returned=report["returned"], sessions=report["sessions"], sessions_lost=report["sessions_lost"], failed=result["failed"])
    say("drill_seen_elsewhere_s", report.get("last_seen_after", -1), "s", phones=report["moved"] + report["returned"])
