"""PFCP written by hand from the tables of TS 29.244 clauses 7 and 8, without our codecs: what another maker's SMF or UPF says.

An element is (type, value), a group (type, [elements]); a message is a list of elements."""
import ipaddress
import struct

HEARTBEAT, SETUP, UPDATE, RELEASE = 1, 5, 7, 9
ESTABLISHMENT, MODIFICATION, DELETION, REPORT = 50, 52, 54, 56

CREATE_PDR, PDI, CREATE_FAR, FORWARDING, DUPLICATING, CREATE_URR, CREATE_QER, CREATED_PDR = 1, 2, 3, 4, 5, 6, 7, 8
UPDATE_FAR, UPDATE_FORWARDING, REMOVE_PDR, REMOVE_FAR, UPDATE_DUPLICATING = 10, 11, 15, 16, 105
REPORT_TYPE, SMREQ_FLAGS, DOWNLINK_DATA_REPORT, QFI = 39, 49, 83, 124
CAUSE, SOURCE_INTERFACE, F_TEID, NETWORK_INSTANCE, GATE, MBR, PRECEDENCE = 19, 20, 21, 22, 25, 26, 29
TRIGGERS, OFFENDING, DESTINATION_INTERFACE, UP_FEATURES, APPLY_ACTION = 37, 40, 42, 43, 44
PDR_ID, F_SEID, NODE_ID, METHOD, QUERY_URR, USAGE_IN_MODIFICATION, URR_ID = 56, 57, 60, 62, 77, 78, 81
HEADER_CREATION, CP_FEATURES, UE_ADDRESS, HEADER_REMOVAL, RECOVERY = 84, 89, 93, 95, 96
FAR_ID, QER_ID, PDN_TYPE, FAILED_RULE, ETHERNET_INFORMATION, RETENTION, ASRSP_FLAGS = 108, 109, 113, 114, 142, 183, 184

GROUPS = {CREATE_PDR, PDI, CREATE_FAR, FORWARDING, CREATE_URR, CREATE_QER, CREATED_PDR, UPDATE_FAR, UPDATE_FORWARDING,
          REMOVE_PDR, REMOVE_FAR, QUERY_URR, USAGE_IN_MODIFICATION, DOWNLINK_DATA_REPORT}

ACCEPTED, NOT_FOUND, MANDATORY_MISSING, CONDITIONAL_MISSING, INCORRECT = 1, 65, 66, 67, 69
NO_ASSOCIATION, RULE_FAILURE, NOT_SUPPORTED = 72, 73, 76


def u8(value):
    return bytes([value])


def u16(value):
    return struct.pack("!H", value)


def u32(value):
    return struct.pack("!I", value)


def elements(items):
    encoded = b""
    for kind, value in items:
        content = elements(value) if isinstance(value, list) else value
        encoded += struct.pack("!HH", kind, len(content)) + content
    return encoded


def message(kind, sequence, items, seid=None):
    body = (struct.pack("!Q", seid) if seid is not None else b"") + struct.pack("!I", sequence << 8) + elements(items)
    return struct.pack("!BBH", 0x20 | (seid is not None), kind, len(body)) + body


class Answer:
    """A message that has come. Strict: what does not fit together is an error."""

    def __init__(self, octets):
        flags, self.kind, length = struct.unpack_from("!BBH", octets)
        assert flags >> 5 == 1, f"version {flags >> 5}"
        assert length == len(octets) - 4, f"length {length} of {len(octets) - 4}"
        at = 4
        self.seid = None
        if flags & 1:
            self.seid = struct.unpack_from("!Q", octets, at)[0]
            at += 8
        self.sequence = struct.unpack_from("!I", octets, at)[0] >> 8
        self.items = read(octets[at + 4:])

    def all(self, kind):
        return [value for other, value in self.items if other == kind]

    def one(self, kind):
        found = self.all(kind)
        assert len(found) == 1, f"element {kind}: {len(found)} of them"
        return found[0]

    @property
    def cause(self):
        return self.one(CAUSE)[0]


def read(octets):
    items, at = [], 0
    while at < len(octets):
        kind, length = struct.unpack_from("!HH", octets, at)
        content = octets[at + 4:at + 4 + length]
        assert len(content) == length, f"element {kind} is cut"
        items.append((kind, read(content) if kind in GROUPS else content))
        at += 4 + length
    return items


def within(group, kind):
    found = [value for other, value in group if other == kind]
    assert len(found) == 1, f"element {kind} in a group: {len(found)} of them"
    return found[0]


def node_id(address):
    return (NODE_ID, u8(0) + ipaddress.ip_address(address).packed)


def fqdn_id(name):
    return (NODE_ID, u8(2) + b"".join(u8(len(label)) + label.encode() for label in name.split(".")))


def f_seid(seid, address):
    return (F_SEID, u8(2) + struct.pack("!Q", seid) + ipaddress.ip_address(address).packed)


def f_teid(teid, address):
    return (F_TEID, u8(1) + u32(teid) + ipaddress.ip_address(address).packed)


def choose(number=None):
    """CH and V4, and a CHOOSE ID if there is one."""
    return (F_TEID, u8(5) if number is None else u8(0xd) + u8(number))


def ue_address(address, destination):
    return (UE_ADDRESS, u8(2 | (4 if destination else 0)) + ipaddress.ip_address(address).packed)


def header_creation(teid, address):
    return (HEADER_CREATION, u16(0x100) + u32(teid) + ipaddress.ip_address(address).packed)
