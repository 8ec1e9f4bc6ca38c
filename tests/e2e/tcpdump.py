"""What passes an interface, written to a file by tcpdump, to the last packet."""
from lab import wait_until


class Capture:
    """Of what the filter takes, to the file at `path`. Options are tcpdump's. Not in its immediate mode: whole packets leave the ring room for a few only."""

    def __init__(self, host, interface, path, what, *options):
        self.lab, self.path = host.lab, path
        self.process = host.start(["tcpdump", "-n", "-Z", "root", "-i", interface, *options, "-w", path, what], f"{path.stem}.tcpdump.log")
        self.log = self.process.log
        copies = 2 if interface == "lo" else 1  # that the kernel has of a packet there; tcpdump takes one
        # Succeeds when tcpdump has taken up whatever the kernel has for it: the rest is lost when it is ended.
        self.has_all = (f"kill -USR1 {self.process.pid} && sleep 0.1 && tail -n 1 {self.log} | "
                        f"awk '{{ exit !($4 == \"captured,\" && {copies} * $2 + $9 >= $5) }}'")
        wait_until(lambda: "listening on" in self.log.read_text(), 10, "tcpdump to listen")

    def end(self):
        """The file, whole."""
        wait_until(lambda: self.lab.execute(["sh", "-c", self.has_all], check=False).returncode == 0, 10, "tcpdump to take up what has passed")
        self.lab.stop(self.process)
        return self.path
