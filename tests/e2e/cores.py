#!/usr/bin/env python3
"""Two cores: a phone moves from one to the other and back, and its packets go on from the same address."""
import json
from datetime import date, timedelta

from cases import case, expect, main
from lab import LabError, wait_until
from papers import certificates
from pings import expect_all_in_order, pinging
from running_core import KEY, OPC, Core, killing, until

CONFIG = """
runtime_dir: {{folder}}/run
state_dir: {{folder}}/state
log: {{{{level: info}}}}
network: {{{{amf_pointer: {pointer}{network}}}}}
planes: [{{{{name: default, n4: 127.0.0.7, n3: [{address}]}}}}]
data_networks: [{{{{name: internet, type: ipv4, ipv4: {pool}}}}}]
sbi: {{{{listen: {address}, certificate: "{certificate}", key: "{key}", authorities: "{authority}"}}}}
peers: [{{{{name: {peer}, address: {peer_address}, amf_pointer: {peer_pointer}, tacs: [1]{knows}}}}}]
"""

# Slice 1 at core a; slice 2 at core b, which is of another AMF set.
APART = {"a": {"network": "", "knows": ", amf_set: 2, slices: [{{sst: 2}}]"},
         "b": {"network": ", amf_set: 2, plmns: [{{plmn: 999/70, slices: [{{sst: 2}}]}}]", "knows": ", slices: [{{sst: 1}}]"}}
ALIKE = {"network": "", "knows": ""}

INVENTORY = "profile: lab\ndomains: [{{name: default, listen: [{address}]}}]"

# Core a knows two of core b's gNBs: south, which a partner bears, and west, which it does not.
KNOWN = f"reason: why, reviewed: {date.today() - timedelta(days=30)}"
PARTNERS_INVENTORY = f"""
profile: enrolled
vendors: [{{name: own, risk: trusted}}, {{name: far, risk: high}}]
domains: [{{name: home, vendor: own, listen: [10.100.0.21]}}]
gnbs:
  - {{name: north, domain: home, id: 999/70-00000001, n2: [10.100.0.11/32], n3: [10.100.0.11/32], {KNOWN}}}
assets:
  - {{name: default, kind: function, vendor: own, class: core, {KNOWN}}}
  - {{name: demarc, kind: function, vendor: own, class: core, {KNOWN}}}
  - {{name: b, kind: function, vendor: own, class: core, {KNOWN}}}
  - {{name: south, kind: gnb, id: 999/70-00000002, n3: 10.100.0.12/32, vendor: own, class: access, {KNOWN}}}
  - {{name: west, kind: gnb, id: 999/70-00000003, n3: 10.100.0.13/32, vendor: far, class: access, {KNOWN}}}
partners: [{{name: ally, profile: trusted-path}}]
labels: [{{name: secret, originator: us, releasable_to: [ally]}}]
"""
PARTNERS, TO_PARTNERS = "10.77.0.1", ", {{name: ally, type: ipv4, ipv4: 10.77.0.0/24, partner: ally, label: secret}}]"
A, B, RADIO = "10.100.0.21", "10.100.0.22", "10.100.0.1"
GATEWAY = "10.45.0.1"
ANSWERED = "ping -c 2 -i 0.3 -w 20"  # until two answers have come: a phone that has just moved may lose the first packets


def subscribe_to_slices(lab, *cores):
    """999700000000002 has slice 2, 999700000000003 slice 1 if it asks for none, and slice 2."""
    rows = lab.folder / "slices.jsonl"
    session = [{"name": "internet", "type": "ipv4"}]
    with rows.open("w") as file:
        for imsi, slices in (("999700000000002", [2]), ("999700000000003", [1, 2])):
            file.write(json.dumps({"imsi": imsi, "security": {"k": KEY, "opc": OPC, "amf": "8000", "sqn": 0},
                                   "slice": [{"sst": sst, "default_indicator": sst == slices[0], "session": session}
                                             for sst in slices]}) + "\n")
    for core in cores:
        core.command("subscriber", "import", rows)


def subscribe_to_partners(lab, *cores):
    rows = lab.folder / "partners.json"
    rows.write_text(json.dumps({"imsi": "999700000000001", "security": {"k": KEY, "opc": OPC, "amf": "8000", "sqn": 0},
                                "slice": [{"sst": 1, "session": [{"name": name, "type": "ipv4"} for name in ("internet", "ally")]}]}))
    for core in cores:
        core.command("subscriber", "import", rows)


def two_cores(lab, build, tls=False, apart=False, partners=False):
    """Core a and core b on one segment with the radio; both know the phone. partners: a has their data network, too."""
    nothing = {"certificate": "", "key": "", "authority": ""}
    papers = certificates(lab, "ab") if tls else {"a": nothing, "b": nothing}
    config = CONFIG.format(pointer=0, address=A, pool="10.45.0.0/16", peer="b", peer_address=B, peer_pointer=1, **papers["a"],
                           **(APART["a"] if apart else ALIKE))
    if partners:
        config = config.replace("10.45.0.0/16}}]", "10.45.0.0/16}}" + TO_PARTNERS)
    a = Core(lab, build, "a", 0 if partners else 1, config=config, inventory=PARTNERS_INVENTORY if partners else INVENTORY.format(address=A))
    b = Core(lab, build, "b", 0 if partners else 1, config=CONFIG.format(pointer=1, address=B, pool="10.55.0.0/16", peer="a", peer_address=A,
                                                      peer_pointer=0, **papers["b"], **(APART["b"] if apart else ALIKE)),
             inventory=INVENTORY.format(address=B))
    radio = lab.host("radio")
    lab.link(a.host, "eth0", [f"{A}/24"], radio, "to-a", [])
    lab.link(b.host, "eth0", [f"{B}/24"], radio, "to-b", [])
    lab.bridge(radio, "air", ["to-a", "to-b"], f"{RADIO}/24", "10.100.0.11/24", "10.100.0.12/24", "10.100.0.13/24")
    lab.host("phone1").run("sysctl -qw net.ipv6.conf.default.addr_gen_mode=1")
    if apart:
        subscribe_to_slices(lab, a, b)
    if partners:
        subscribe_to_partners(lab, a, b)
    for core in (a, b):
        core.start()
    for core in (a, b):
        core.wait()
    return a, b, radio


def play_scenario(lab, core, radio, gnbs, start, steps, imsi="999700000000001"):
    """gNB 1 at core a, the others at core b, phone 1 at gNB 1."""
    path = lab.folder / "test.scenario"
    path.write_text(f"""
{gnbs}
phones 1-1 gnb 1 imsi {imsi} key {KEY} opc {OPC} netns {lab.name}-phone
amf {A}
start 1
amf {B}
start {start}
{steps}
""")
    radio.run([core.ran, "scenario", "--quiet", path])


def play(lab, core, radio, steps):
    """Three gNBs, each at one core."""
    play_scenario(lab, core, radio, """
gnb 1 north address 10.100.0.11
gnb 2 south address 10.100.0.12
gnb 3 west address 10.100.0.13
""", "2-3", steps)


def expect_no_phones(*cores):
    """Once what is said on N2 has been carried out, no core holds a phone."""
    for core in cores:
        try:
            wait_until(lambda: not core.json("ue"), 10, "no phones")
        except LabError:
            raise AssertionError(f"core {core.folder.name} still holds {core.json('ue')}") from None


@case
def a_phone_moves_to_another_core_and_back_and_keeps_its_address(lab, build):
    a, b, radio = two_cores(lab, build)
    play(lab, a, radio, f"""
register 1
session 1
run 1: ping -c 2 -i 0.2 -W 2 {GATEWAY}
run 1: ip -4 -o address show dev ue1s1 | tr -s ' ' | cut -d' ' -f4 > {lab.folder}/before
idle 1
move 1 gnb 2
register 1 mobility
run 1: {ANSWERED} {GATEWAY}
run 1: ip -4 -o address show dev ue1s1 | tr -s ' ' | cut -d' ' -f4 | cmp - {lab.folder}/before
run here: {build}/src/face/demarc session --config={b.config} | grep -q imsi-999700000000001
idle 1
move 1 gnb 1
register 1 mobility
run 1: {ANSWERED} {GATEWAY}
run 1: ip -4 -o address show dev ue1s1 | tr -s ' ' | cut -d' ' -f4 | cmp - {lab.folder}/before
deregister 1
""")
    expect_no_phones(a, b)


@case
def a_packet_wakes_the_phone_at_the_other_core(lab, build):
    a, _, radio = two_cores(lab, build)
    play(lab, a, radio, f"""
register 1
session 1
run 1: ip -4 -o address show dev ue1s1 | tr -s ' ' | cut -d' ' -f4 | cut -d/ -f1 > {lab.folder}/address
idle 1
move 1 gnb 2
register 1 mobility
idle 1
run here: ip netns exec {a.host.netns} ping -c 1 -W 5 $(cat {lab.folder}/address)
deregister 1
""")


@case
def cores_that_talk_over_tls_move_phones_too(lab, build):
    a, _, radio = two_cores(lab, build, tls=True)
    play(lab, a, radio, f"""
register 1
session 1
idle 1
move 1 gnb 2
register 1 mobility
run 1: {ANSWERED} {GATEWAY}
deregister 1
""")


def there_and_back(move, gnbs, between=""):
    """Eight moves to one of the two gNBs and the other."""
    return "".join(f"{move.format(gnb=gnbs[turn % 2])}\nwait 200\n{between}" for turn in range(8))


def move_while_it_pings(lab, build, moves, count=150):
    """Connected, from core a's gNB, where its session is anchored: every reply comes, and in order."""
    a, b, radio = two_cores(lab, build)
    log = lab.folder / "ping.log"
    begin, end = pinging(log, count, to=GATEWAY)
    kill = killing(a, "control") + killing(b, "control")
    play(lab, a, radio, f"register 1\nsession 1\n{begin}{moves.format(kill=kill)}{end}deregister 1\n")
    expect_all_in_order(log, count)
    expect_no_phones(a, b)


@case
def handovers_between_cores_lose_no_packet_and_keep_their_order(lab, build):
    move_while_it_pings(lab, build, there_and_back("n2-handover 1 gnb {gnb}", [2, 1]))


@case
def gnbs_of_two_cores_send_each_other_what_comes_too_late(lab, build):
    move_while_it_pings(lab, build, there_and_back("n2-handover 1 gnb {gnb} direct", [2, 1]))


@case
def a_phone_is_handed_over_after_either_control_was_killed(lab, build):
    move_while_it_pings(lab, build, there_and_back("n2-handover 1 gnb {gnb}", [2, 1], "{kill}"), 600)


TO_B = "n2-handover 1 gnb 2\nwait 200\n"


@case
def a_session_follows_over_xn_from_where_it_is_anchored(lab, build):
    move_while_it_pings(lab, build, TO_B + there_and_back("xn-handover 1 gnb {gnb}", [3, 2]))


@case
def a_session_follows_inside_another_core_from_where_it_is_anchored(lab, build):
    move_while_it_pings(lab, build, TO_B + there_and_back("n2-handover 1 gnb {gnb}", [3, 2]))


@case
def gnbs_of_another_core_send_each_other_what_comes_too_late(lab, build):
    move_while_it_pings(lab, build, TO_B + there_and_back("n2-handover 1 gnb {gnb} direct", [3, 2]))


@case
def a_session_follows_inside_another_core_after_either_control_was_killed(lab, build):
    move_while_it_pings(lab, build, TO_B + there_and_back("n2-handover 1 gnb {gnb}", [3, 2], "{kill}"), 600)


@case
def a_cancelled_handover_to_another_core_leaves_the_phone_where_it_is(lab, build):
    a, b, radio = two_cores(lab, build)
    play(lab, a, radio, f"""
register 1
session 1
cancel-handover 1 gnb 2
run 1: ping -c 2 -i 0.2 -W 2 {GATEWAY}
n2-handover 1 gnb 2
run 1: ping -c 2 -i 0.2 -W 2 {GATEWAY}
deregister 1
""")
    expect_no_phones(a, b)


@case
def a_core_that_is_down_costs_an_authentication_only(lab, build):
    a, b, radio = two_cores(lab, build)
    a_control = a.role("control")
    play(lab, a, radio, f"""
register 1
session 1
idle 1
run here: kill -STOP {a_control}
move 1 gnb 2
register 1 mobility
run here: kill -CONT {a_control}
expect 1 idle
deregister 1
register 1
session 1
run 1: ping -c 2 -i 0.2 -W 2 10.55.0.1
deregister 1
""")
    expect_no_phones(b)


def play_with_a_gnb_of_both(lab, core, radio, imsi, steps):
    """A gNB with two AMFs: 1 is its association with core a, 2 that with core b."""
    play_scenario(lab, core, radio, """
gnb 1 north address 10.100.0.11
model sst 2
gnb 2 north address 10.100.0.12
pair 1 2
""", "2", steps, imsi)


@case
def a_phone_is_sent_to_the_core_that_has_its_slice(lab, build):
    a, b, radio = two_cores(lab, build, apart=True)
    play_with_a_gnb_of_both(lab, a, radio, "999700000000002", f"""
register 1
run here: {build}/src/face/demarc ue --config={b.config} | grep -q registered
session 1
run 1: ping -c 2 -i 0.2 -W 2 10.55.0.1
deregister 1
""")
    expect_no_phones(a, b)
    expect("which has its slices" in a.log(), "core a sent nobody on")


@case
def a_phone_of_the_right_amf_set_is_sent_back_to_it_and_finds_its_session(lab, build):
    a, b, radio = two_cores(lab, build, apart=True)
    play_with_a_gnb_of_both(lab, a, radio, "999700000000002", f"""
register 1
session 1
run 1: ping -c 2 -i 0.2 -W 2 10.55.0.1
idle 1
move 1 gnb 1
register 1 mobility
run 1: {ANSWERED} 10.55.0.1
deregister 1
""")
    expect_no_phones(a, b)
    expect("which has its slices" in a.log(), "core a sent nobody on")


@case
def a_phone_that_asks_for_another_slice_takes_its_keys_to_the_core_that_has_it(lab, build):
    a, b, radio = two_cores(lab, build, apart=True)
    play_with_a_gnb_of_both(lab, a, radio, "999700000000003", f"""
model sst 1
register 1
session 1
run 1: ping -c 2 -i 0.2 -W 2 {GATEWAY}
idle 1
model sst 2
register 1 mobility
expect 1 idle
service 1
session 1
run 1: ping -c 2 -i 0.2 -W 2 10.55.0.1
deregister 1
""")
    expect_no_phones(a, b)
    expect("which has its slices" in a.log(), "core a sent nobody on")


@case
def who_is_no_peer_is_turned_away(lab, build):
    a, b, radio = two_cores(lab, build)
    url = f"http://{A}:7777/namf-comm/v1/ue-contexts/imsi-999700000000001/transfer"
    ask = ["curl", "--http2-prior-knowledge", "-sS", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}", "-H",
           "Content-Type: application/json", "-d", "{}", url]
    expect(radio.run(ask, check=False).returncode != 0, "a stranger was heard")
    expect(b.host.run(ask).stdout == "404", "a peer was not heard")
    expect(b.host.run([*ask[:-1], "--http1.1", url], check=False).stdout != "404", "HTTP/1.1 was heard")
    expect(a.answers(), "core a is gone")


def partners_answer(core, expected):
    """The running core's answer about the partner's session."""
    return f"run here: {core.demarc} answer --session imsi-999700000000001/2 --config {core.config} | grep -q '^{expected}:'\n"


@case
def a_partners_session_goes_where_the_other_cores_gnb_may_be_crossed_and_no_further(lab, build):
    a, b, radio = two_cores(lab, build, partners=True)
    known = ("answer", "--partner", "ally", "--label", "secret", "--path", "gnb=south,peer=b,upf=default")
    wait_until(lambda: a.command(*known, check=False).returncode == 0, 20, "the recorder to say that evidence is taken")
    gone = until(f"! {a.demarc} session --json --config {a.config} | grep -q '\"psi\": 2,'")
    play(lab, a, radio, f"""
register 1
session 1 2 ally ipv4
run 1: {ANSWERED} {PARTNERS}
n2-handover 1 gnb 2
run 1: {ANSWERED} {PARTNERS}
{partners_answer(a, "share")}
try n2-handover 1 gnb 3
run 1: {ANSWERED} {PARTNERS}
idle 1
move 1 gnb 3
try service 1
{gone}
idle 1
move 1 gnb 1
register 1 mobility
expect 1 idle
service 1
session 1 2 ally ipv4
run 1: {ANSWERED} {PARTNERS}
{partners_answer(a, "share")}
deregister 1
""")
    expect("share became withhold, by entry" in a.log(), f"no flip is told:\n{a.log()}")
    expect("gNB west" in a.log(), f"it is not told which gNB it was:\n{a.log()}")
    expect_no_phones(a, b)


main()
