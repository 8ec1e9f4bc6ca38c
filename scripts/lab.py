"""A small network of hosts in Linux network namespaces, for the demonstration, the end-to-end tests and the benchmarks.

    with Lab("demo") as lab:
        core, gnb = lab.host("core"), lab.host("gnb1")
        lab.link(core, "ran", ["10.100.0.1/24"], gnb, "eth0", ["10.100.0.11/24"])
        core.run("ping -c1 10.100.0.11")

Every namespace carries the lab's name and process id, so that labs can run side by side. On leaving, all processes that
the lab started are ended and its namespaces are deleted, also after an error or a signal.
"""
import os
import shlex
import signal
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE = 6


class LabError(Exception):
    pass


def words(command):
    return shlex.split(command) if isinstance(command, str) else [str(word) for word in command]


class Host:
    def __init__(self, lab, name):
        self.lab, self.name, self.netns = lab, name, f"{lab.name}-{name}"
        lab.execute(["ip", "netns", "add", self.netns])
        self.run("ip link set lo up")
        # Addresses are usable at once: no duplicate address detection on links that only we use.
        self.run("sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0")

    def inside(self, command):
        return ["ip", "netns", "exec", self.netns, *words(command)]

    def run(self, command, check=True, timeout=300):
        """Runs to its end; returns the CompletedProcess with text output."""
        return self.lab.execute(self.inside(command), check=check, timeout=timeout)

    def start(self, command, log, **options):
        """Starts a process that the lab ends. Its output goes to the file `log` in the lab's folder."""
        path = self.lab.folder / log
        with open(path, "ab") as output:
            process = subprocess.Popen(self.inside(command), stdout=output, stderr=subprocess.STDOUT,
                                       stdin=subprocess.DEVNULL, start_new_session=True, **options)
        process.log = path
        self.lab.processes.append(process)
        return process

    def address(self, interface, *addresses):
        for address in addresses:
            self.run(["ip", "address", "add", address, "dev", interface])


class Lab:
    def __init__(self, name):
        if os.geteuid() != 0:
            raise LabError("network namespaces need root: run this with sudo")
        self.name = f"{name}{os.getpid()}"
        self.folder = Path(tempfile.mkdtemp(prefix=f"demarc-{name}-"))
        self.hosts, self.processes, self.mounts = {}, [], []
        self.keep_folder = False

    def __enter__(self):
        for end in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(end, self._interrupted)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        return self

    def __exit__(self, *_):
        self.close()

    @staticmethod
    def _interrupted(*_):
        raise KeyboardInterrupt

    def execute(self, command, check=True, timeout=300):
        done = subprocess.run(words(command), capture_output=True, text=True, timeout=timeout,
                              stdin=subprocess.DEVNULL, check=False)
        if check and done.returncode:
            raise LabError(f"{' '.join(words(command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def host(self, name):
        self.hosts[name] = Host(self, name)
        return self.hosts[name]

    def link(self, left, left_interface, left_addresses, right, right_interface, right_addresses, queues=1):
        many = ["numrxqueues", queues, "numtxqueues", queues] if queues > 1 else []
        self.execute(["ip", "link", "add", left_interface, "netns", left.netns, *map(str, many), "type", "veth",
                      "peer", "name", right_interface, "netns", right.netns, *map(str, many)])
        for host, interface, addresses in ((left, left_interface, left_addresses),
                                           (right, right_interface, right_addresses)):
            host.run(["ip", "link", "set", interface, "up"])
            host.address(interface, *addresses)

    def bridge(self, host, name, ports, *addresses):
        """Joins ports of a host into one segment."""
        host.run(["ip", "link", "add", name, "type", "bridge"])
        for port in ports:
            host.run(["ip", "link", "set", port, "master", name])
        host.run(["ip", "link", "set", name, "up"])
        host.address(name, *addresses)

    def pins(self):
        """A BPF file system for planes.fast_pins: what a plane leaves there outlives it, but not the lab."""
        folder = self.folder / "bpf"
        folder.mkdir()
        self.execute(["mount", "-t", "bpf", "bpf", folder])
        self.mounts.append(folder)
        return folder

    def stop(self, process, grace=5):
        """Asks a process to end; ends it, and what it started, if it does not. Grace is in seconds of a host with nothing else to do."""
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE * grace)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def close(self):
        for impatience in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(impatience, signal.SIG_IGN)
        for process in reversed(self.processes):
            self.stop(process)
        for host in self.hosts.values():
            self.execute(["ip", "netns", "del", host.netns], check=False)
        for folder in self.mounts:
            self.execute(["umount", "-l", folder], check=False)
        if not self.keep_folder:
            self.execute(["rm", "-rf", str(self.folder)], check=False)


def wait_until(condition, seconds, what):
    """Polls until the condition is true; returns its value. Seconds are those of a host with nothing else to do."""
    limit = time.monotonic() + PATIENCE * seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > limit:
            raise LabError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.02)


def check_rate(measure, least, most, runs=3):
    """No run has more; one has no less, as an offer falters where others need the processors."""
    rates = []
    while not rates or max(rates) <= least and len(rates) < runs:
        rates.append(measure())
        if rates[-1] >= most:
            break
    if not least < max(rates) < most:
        raise LabError(f"not between {least} and {most}: {rates}")
