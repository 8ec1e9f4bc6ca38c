"""Frames made by hand, octet by octet, right unless a keyword says otherwise; and those that send them and look where they come out."""
import ipaddress
import struct
import subprocess

GTPU, UDP, TCP, SCTP, ICMP6 = 2152, 17, 6, 132, 58
G_PDU, END_MARKER, ERROR_INDICATION, ECHO_REQUEST, ECHO_RESPONSE = 255, 254, 26, 1, 2
CONTAINER = bytes((1, 0x10, 1))  # of a PDU session, uplink, QFI 1, without the type of what follows
MARK = b"HOSTILE"


def packed(address):
    return ipaddress.ip_address(address).packed


def checksum(octets):
    octets += bytes(len(octets) % 2)
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ipv4(source, destination, payload, protocol=UDP, options=b"", version=4, words=None, length=None, fragment=0, hops=64,
         number=7):
    words = 5 + len(options) // 4 if words is None else words
    header = struct.pack("!BBHHHBBH", version << 4 | words, 0, 20 + len(options) + len(payload) if length is None else length,
                         number, fragment, hops, protocol, 0) + packed(source) + packed(destination) + options
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + payload


def ipv6(source, destination, payload, following=UDP, version=6, length=None, hops=64):
    return (struct.pack("!IHBB", version << 28, len(payload) if length is None else length, following, hops) + packed(source)
            + packed(destination) + payload)


def udp(payload, to=GTPU, by=GTPU, length=None):
    return struct.pack("!HHHH", by, to, 8 + len(payload) if length is None else length, 0) + payload


def udp_over_v6(source, destination, payload, to=GTPU, by=GTPU):
    bare = udp(payload, to, by)
    pseudo = packed(source) + packed(destination) + struct.pack("!II", len(bare), UDP)
    return bare[:6] + struct.pack("!H", checksum(pseudo + bare) or 0xffff) + bare[8:]


def gtpu(teid, payload, kind=G_PDU, flags=0x34, extensions=((0x85, CONTAINER),), length=None, last=0):
    """Extensions: (type, octets between its own length and the type of the next), the first of them named in the options."""
    options = b""
    if flags & 7:
        kinds = [one for one, _ in extensions] + [last]
        options = struct.pack("!HBB", 0, 0, kinds[0])
        for (_, content), following in zip(extensions, kinds[1:]):
            options += content + bytes([following])
    return struct.pack("!BBHI", flags, kind, len(options) + len(payload) if length is None else length, teid) + options + payload


def mark(number):
    return MARK + struct.pack("!I", number)


SEND = """
import errno, socket, sys
frames = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
frames.bind(("eth0", 0))
for line in sys.stdin:
    times, *given = line.split()
    given = [bytes.fromhex(one) for one in given]
    for _ in range(int(times)):
        for frame in given:
            try:
                frames.send(frame)
            except OSError as error:
                if error.errno != errno.ENOBUFS:  # it is lost, as on a cable that is full
                    raise
    print("sent", flush=True)
"""

LOOK = """
import socket, struct, sys
PACKET_HOST, SO_RCVBUFFORCE, MARK = 0, 33, b"HOSTILE"
frames = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
frames.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
if sys.argv[1:]:
    frames.bind((sys.argv[1], 0))
print("looks", flush=True)
while True:
    frame, (_, _, kind, *_) = frames.recvfrom(65536)
    at = frame.find(MARK)
    if kind == PACKET_HOST and at >= 0 and len(frame) >= at + 11:
        print(*struct.unpack_from("!I", frame, at + 7), frame.hex(), flush=True)
"""


class Sender:
    """Sends from a host's eth0 whatever it is given."""

    def __init__(self, lab, host, address, address6):
        self.host, self.address, self.address6 = host, address, address6
        self.mac = host.run("cat /sys/class/net/eth0/address").stdout.strip().replace(":", "")
        self.process = subprocess.Popen(host.inside(["python3", "-c", SEND]), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, start_new_session=True)
        lab.processes.append(self.process)

    def begin(self, frames, times=1):
        """All of them, one behind the other, so often."""
        print(times, *(frame.hex() for frame in frames), file=self.process.stdin, flush=True)

    def end(self):
        """Returns when they have been sent."""
        assert self.process.stdout.readline() == "sent\n"

    def send(self, frames, times=1):
        self.begin(frames, times)
        self.end()


def look(host, name, *device):
    """The file with the marks that have come in at the host, one a line: the number, and the frame."""
    watcher = host.start(["python3", "-c", LOOK, *device], name)
    return watcher.log
