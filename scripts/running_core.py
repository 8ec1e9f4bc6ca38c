"""A Demarc core in a network namespace of a lab: started, watched, measured, loaded."""
import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

from lab import PATIENCE, LabError, wait_until

SCRIPTS = Path(__file__).resolve().parent
KEY = "465B5CE8B199B49FAA5F0A2EE238A6BC"
OPC = "E8ED289DEBA952E4283B54E88E6183CA"

CONFIG = """
runtime_dir: {folder}/run
state_dir: {folder}/state
log: {{level: warning}}
data_networks:
  - name: internet
    type: ipv4
    ipv4: 10.32.0.0/11
    ipv4_gateway: 10.32.0.1
"""


LAB = "profile: lab"


class Core:
    """A core of its own in a network namespace, with subscribers in its store."""

    def __init__(self, lab, build, name, subscribers, config=CONFIG, session_type="ipv4",
                 inventory=LAB):
        self.lab, self.build, self.demarc, self.ran = lab, build, build / "src/face/demarc", build / "ran/demarc-ran"
        self.folder = lab.folder / name
        for part in ("run", "state"):
            (self.folder / part).mkdir(parents=True)
        self.config = self.folder / "demarc.yaml"
        self.config.write_text(config.format(folder=self.folder))
        self.serial, self.persons = 0, []
        self.write_inventory(inventory)
        self.host = lab.host(name)
        self.process = None
        self.provision(subscribers, session_type)

    def write_inventory(self, text):
        """Under a profile that refuses anything, an inventory needs the signatures of two persons: it gets them."""
        line = self.folder / "line.yaml"
        if self.persons or LAB not in text:
            self.serial += 1
            keys = ", ".join(self.make_key(name) for name in ("ann", "bob"))
            text = f"serial: {self.serial}\nauthorised: [{keys}]\n{text}"
        line.write_text(text)
        for person in self.persons:
            self.sign(person)

    def reload_with(self, text):
        """A line of a scenario: another inventory, signed now, is taken over."""
        later = self.folder / f"later-{self.serial}"
        present = {path: path.read_text() for path in self.folder.glob("line.yaml*")}
        self.write_inventory(text)
        later.mkdir()
        for path in self.folder.glob("line.yaml*"):
            path.rename(later / path.name)
        for path, was in present.items():
            path.write_text(was)
        return f"run here: cp {later}/* {self.folder} && {self.demarc} reload --config {self.config}\n"

    def make_key(self, name):
        """What the inventory says of somebody whose key is in NAME.key."""
        path = self.folder / f"{name}.key"
        if name not in self.persons:
            self.persons.append(name)
            said = self.lab.execute([self.demarc, "line", "key", name, "--out", path]).stdout
            path.with_suffix(".entry").write_text(said.removeprefix("- ").strip())
        return path.with_suffix(".entry").read_text()

    def sign(self, name):
        self.command("line", "sign", "--key", self.folder / f"{name}.key")

    def provision(self, count, session_type):
        rows = self.folder / "subscribers.jsonl"
        with rows.open("w") as file:
            for number in range(1, count + 1):
                file.write(json.dumps({"imsi": f"9997{number:011d}",
                                       "security": {"k": KEY, "opc": OPC, "amf": "8000", "sqn": 0},
                                       "slice": [{"sst": 1, "session": [{"name": "internet", "type": session_type}]}]}) + "\n")
        self.command("subscriber", "import", rows)

    def start(self, **options):
        """Starts without waiting; returns when that was. Options are those of subprocess.Popen."""
        began = time.monotonic()
        self.process = self.host.start([self.demarc, "run", "--config", self.config], f"{self.host.name}.log", **options)
        return began

    def wait(self, seconds=20):
        wait_until(self.answers, seconds, "the core to answer `demarc status`, its planes associated")
        return self

    def answers(self):
        if self.process.poll() is not None:
            raise LabError(f"the core ended:\n{self.log()}")
        status = self.command("status", "--json", check=False)
        if status.returncode != 0:
            return False
        planes = json.loads(status.stdout).get("control", {}).get("planes", [])
        return bool(planes) and all(plane["associated"] for plane in planes)

    def log(self):
        return self.process.log.read_text()

    def command(self, *words, check=True, timeout=180):
        """`demarc WORDS` against this core."""
        return self.lab.execute([self.demarc, *words, f"--config={self.config}"], check=check, timeout=timeout)

    def json(self, *words):
        return json.loads(self.command(*words, "--json").stdout)

    def stop(self):
        self.lab.stop(self.process)

    def kill(self):
        """All of it at once, as a power cut would; returns when nothing of it is left."""
        keepers = {self.process.pid, int((self.folder / "run/keeper.pid").read_text())}
        for keeper in keepers:
            os.kill(keeper, signal.SIGSTOP)  # or it would start others in the place of those that are gone
        everything = self.processes()
        for pid in everything:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(20)
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in everything), 20, "the core's processes to end")

    def role(self, name):
        """The process id of a role: control, plane, edge, console."""
        for pid in self.processes():
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if len(words) > 1 and words[1].decode() == name:
                return pid
        return None

    def processes(self):
        """The keeper and all that it started."""
        found, grown = {self.process.pid}, True
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
                parents[int(stat.parent.name)] = int(fields[1])
            except OSError:
                continue
        while grown:
            more = {pid for pid, parent in parents.items() if parent in found} - found
            found |= more
            grown = bool(more)
        return found

    def cpu_seconds_by_role(self):
        """Of keeper, control, plane, edge and console; a role's processes together."""
        spent = {}
        for pid in self.processes():
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                threads = [int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
            except OSError:
                continue
            role = {"run": "keeper"}.get(words[1].decode(), words[1].decode()) if len(words) > 1 else "keeper"
            spent[role] = spent.get(role, 0) + sum(threads) / 1e9
        return spent

    def cpu_seconds(self):
        return sum(self.cpu_seconds_by_role().values())

    def resident_bytes(self):
        total = 0
        for pid in self.processes():
            try:
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += 1024 * int(line.split()[1])
            except OSError:
                continue
        return total

    def load(self, *options, timeout=300):
        """demarc-ran's load mode in the core's own namespace; its figures."""
        done = self.host.run([self.ran, "load", "--json", "--imsi", "999700000000001", "--seconds", timeout - 10, *options],
                             check=False, timeout=timeout)
        if not done.stdout:
            raise LabError(f"demarc-ran load: {done.stderr}")
        return json.loads(done.stdout)

    def load_in_phases(self, *options, timeout=100):
        """The same, with a pause wherever the phones gather: yields None at each, and the figures in the end."""
        command = [self.ran, "load", "--json", "--pause", "--imsi", "999700000000001", "--seconds", timeout, *options]
        process = subprocess.Popen(self.host.inside(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lab.processes.append(process)
        for line in process.stdout:
            said = json.loads(line)
            yield None if "gathered" in said else said
            if "gathered" in said:
                process.stdin.write("go on\n")
                process.stdin.flush()

    def cast(self, phones, first=1):
        """Lines of a scenario: two gNBs, and phones with network namespaces of their own at the first of them."""
        for number in range(first, first + phones):
            if f"phone{number}" not in self.lab.hosts:
                # Nothing but what a case sends: no link-local address, hence no multicast reports, no solicitations.
                self.lab.host(f"phone{number}").run("sysctl -qw net.ipv6.conf.default.addr_gen_mode=1")
        return ("gnb 1 north address 127.0.1.1\ngnb 2 south address 127.0.1.2\n"
                f"phones {first}-{first + phones - 1} gnb 1 imsi {999700000000000 + first} key {KEY} opc {OPC} "
                f"netns {self.lab.name}-phone\n")

    def scenario(self, text, check=True, timeout=300, quiet=True):
        """Plays a scenario in the core's own namespace."""
        path = self.folder / "test.scenario"
        path.write_text(text)
        return self.host.run([self.ran, "scenario", *(["--quiet"] if quiet else []), path], check=check, timeout=timeout)


def until(command, seconds=10, where="here"):
    """A line of a scenario that waits until a command succeeds."""
    return f"run {where}: for i in $(seq {20 * PATIENCE * seconds}); do {command} && exit 0; sleep 0.05; done; exit 1\n"


def killing(core, *processes):
    """A line of a scenario that kills processes by their pid files, and waits until others are in their place."""
    files = " ".join(str(core.folder / "run" / f"{process}.pid") for process in processes)
    return f"run here: {SCRIPTS / 'kill_and_wait.py'} {core.demarc} {core.config} {files}\n"


def running(lab, build, subscribers, **options):
    """A core that is up."""
    core = Core(lab, build, "core", subscribers, **options)
    core.start()
    return core.wait()
