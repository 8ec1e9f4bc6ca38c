"""A core that is given another maker's UPF (foreign_upf.py)."""
import sys
from pathlib import Path

from cases import expect
from lab import wait_until
from running_core import CONFIG, Core, until

HERE = Path(__file__).resolve().parent
THEIRS = "127.0.0.20"
SMF = "smf: {{pfcp_t1: 300ms, pfcp_n1: 2, pfcp_heartbeat: 1s, plane_gone: 2s}}\n"
FOREIGN = (CONFIG.replace("warning", "info") + SMF + "planes:\n  - {{name: ours, n4: 127.0.0.7, n3: [127.0.0.7], drain: true}}\n"
           "  - {{name: theirs, external: true, n4: 127.0.0.20, n3: [127.0.0.20]}}\n")
PING = "run 1: ping -n -c 2 -i 0.2 -W 5 -I ue1s1 10.99.0.1\n"


def planes(core):
    return {one["name"]: one for one in core.json("upf")}


class Foreign:
    """A core whose only plane that takes sessions is another maker's."""

    def __init__(self, lab, build, phones=1):
        self.core = Core(lab, build, "core", phones, config=FOREIGN)
        self.core.start()
        wait_until(lambda: self.core.command("upf", check=False).returncode == 0, 20, "the core to answer")
        self.upf = self.core.host.start([sys.executable, HERE / "foreign_upf.py", THEIRS], "upf.log")
        wait_until(lambda: planes(self.core)["theirs"]["associated"], 20, "the UPF to be associated")
        self.cast = self.core.cast(phones) + f"start 1-2\nregister 1-{phones}\n"

    def order(self, words):
        """A line of a scenario."""
        return f"run here: {sys.executable} {HERE / 'foreign_upf.py'} {THEIRS} {words}\n"

    def until_said(self, words, times=1):
        """A line of a scenario that waits until the UPF has said this so often."""
        return until(f"[ $(grep -c '^{words}' {self.upf.log}) -ge {times} ]", 30)

    def said(self, words):
        return sum(line.startswith(words) for line in self.upf.log.read_text().splitlines())

    def expect_right(self):
        said = self.upf.log.read_text()
        expect("WRONG" not in said and "Traceback" not in said, said)

    def expect_nothing_left(self):
        wait_until(lambda: self.said("established") == self.said("deleted"), 20, f"all to be deleted: {self.upf.log.read_text()}")
        self.expect_right()
