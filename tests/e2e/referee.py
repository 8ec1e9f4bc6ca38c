"""What went over the wire, judged by a program that we did not write: packets of an interface are captured while a case plays, and tshark reads each."""
import subprocess

from cases import expect
from tcpdump import Capture

PORTS = "udp port 8805 or udp port 2152"
JUDGED = ["frame.number", "_ws.col.info", "_ws.malformed", "_ws.expert.message"]


class Referee:
    def __init__(self, host, interface, what=PORTS):
        self.capture = Capture(host, interface, host.lab.folder / f"{interface}.pcap", what, "-B", "16384")

    def end(self):
        self.capture.end()
        expect("\n0 packets dropped by kernel" in self.capture.log.read_text(), self.capture.log.read_text())

    def read(self, wanted, fields, *options):
        """Rows of the packets that the display filter takes, a list of strings for each."""
        words = ["tshark", "-n", "-r", self.capture.path, "-Y", wanted, "-T", "fields", "-E", "aggregator=;", *options]
        for field in fields:
            words += ["-e", field]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        return [line.split("\t") for line in said.splitlines()]

    def expect_whole(self, whose="frame"):
        """Nothing is malformed, or worth a word of tshark's, and all of it is what its port says."""
        wrong = [row for row in self.read(whose, JUDGED) if row[2] or row[3]]
        expect(not wrong, f"{len(wrong)} packets, the first of them {wrong[:5]}")
        strange = self.read("!pfcp && !gtp && !icmp", ["frame.number", "frame.protocols"])
        expect(not strange, strange[:5])

    def types(self, protocol="pfcp.msg_type"):
        """Message types that were seen, with how many of each."""
        counts = {}
        for row in self.read(protocol.split(".")[0], [protocol]):
            for kind in row[0].split(";"):
                counts[int(kind, 0)] = counts.get(int(kind, 0), 0) + 1
        return counts
