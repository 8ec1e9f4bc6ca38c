#!/usr/bin/env python3
"""Phones register, have sessions, and their packets flow; what the core says is dissected by tshark."""
import ipaddress
import json
import re

from cases import case, expect, main
from lab import wait_until
from running_core import Core

BOTH_FAMILIES = """
runtime_dir: {folder}/run
state_dir: {folder}/state
log: {{level: warning}}
data_networks:
  - name: internet
    type: ipv4v6
    ipv4: 10.45.0.0/16
    ipv6: "2001:db8:cafe::/48"
  - name: ims
    type: ipv4v6
    ipv4: 10.46.0.0/16
    ipv6: "2001:db8:babe::/48"
"""

IMPATIENT = """
runtime_dir: {folder}/run
state_dir: {folder}/state
log: {{level: debug}}
data_networks: [{{name: internet, type: ipv4, ipv4: 10.45.0.0/16, inactivity: 2s}}]
"""


def tshark_complaints(lab, capture):
    """Lines of packets that tshark finds malformed or in error."""
    done = lab.execute(["tshark", "-r", capture, "-d", "sctp.port==38412,ngap", "-Y",
                        "_ws.malformed || _ws.expert.severity == error || _ws.expert.group == malformed",
                        "-T", "fields", "-e", "frame.number", "-e", "_ws.col.Protocol", "-e", "_ws.col.Info", "-e",
                        "_ws.expert.message"])
    return done.stdout.strip()


def tshark_count(lab, capture, display_filter):
    done = lab.execute(["tshark", "-r", capture, "-Y", display_filter, "-T", "fields", "-e", "frame.number"])
    return len(done.stdout.split())


@case
def phones_register_have_a_session_and_ping_the_gateway(lab, build):
    core = Core(lab, build, "core", 3)
    core.start()
    core.wait()
    core.scenario(core.cast(3) + """
start 1-2
register 1-3
session 1-3
run 1: ping -c 2 -i 0.2 -W 2 10.32.0.1
run 3: ping -c 2 -i 0.2 -W 2 10.32.0.1
idle 2
service 2
run 2: ping -c 2 -i 0.2 -W 2 10.32.0.1
close 3 1
deregister 1-3
""")


@case
def sessions_of_both_families_and_several_at_once(lab, build):
    core = Core(lab, build, "core", 3, config=BOTH_FAMILIES, session_type="ipv4v6")
    core.command("subscriber", "set", "imsi-999700000000001", "--dnn", "ims")
    core.start()
    core.wait()
    core.scenario(core.cast(3) + """
start 1
register 1-2
session 1 1 internet ipv4v6
session 1 2 ims ipv4v6
session 2 1 internet ipv6
run 1: ping -c 2 -i 0.2 -W 2 -I ue1s1 10.45.0.1
run 1: ping -c 2 -i 0.2 -W 2 -I ue1s2 10.46.0.1
deregister 1-2
""")


def traced(core, options, scenario):
    """Plays a scenario while `demarc trace` looks on; the capture file."""
    capture, log = core.folder / "trace.pcap", core.lab.folder / "trace.log"
    found = log.read_text().count("processes report") if log.exists() else 0
    trace = core.host.start([core.demarc, "trace", f"--config={core.config}", "--pcap", capture, *options], "trace.log")
    wait_until(lambda: trace.log.read_text().count("processes report") > found, 10, "the trace to find the processes")
    core.scenario(scenario)
    core.lab.stop(trace)
    return capture


@case
def every_message_of_the_core_is_clean_to_tshark(lab, build):
    core = Core(lab, build, "core", 3)
    core.start()
    core.wait()
    capture = traced(core, [], core.cast(3) + """
start 1-2
register 1-3
session 1-3
run 1: ping -c 2 -i 0.2 -W 2 10.32.0.1
idle 1
service 1
register 2 periodic
idle 3
run here: ping -c 1 -W 2 10.32.0.4 || true
close 2 1
deregister 1-3
""")
    expect(tshark_count(lab, capture, "ngap") > 40, "the trace holds too few NGAP messages")
    expect(tshark_count(lab, capture, "pfcp") > 10, "the trace holds too few PFCP messages")
    expect(tshark_count(lab, capture, "gtp") > 2, "the trace holds too few GTP-U packets")
    complaints = tshark_complaints(lab, capture)
    expect(not complaints, f"tshark complains:\n{complaints}")


@case
def a_trace_shows_ciphered_nas_deciphered(lab, build):
    core = Core(lab, build, "core", 1)
    core.start()
    core.wait()
    capture = traced(core, ["--decipher-nas"], core.cast(1) + """
start 1
register 1
session 1
idle 1
service 1
close 1 1
deregister 1
""")
    plain = "exported_pdu and nas_5gs.security_header_type == 0 and "
    for name, message in (("Registration complete", "nas_5gs.mm.message_type == 0x43"),
                          ("Security mode complete", "nas_5gs.mm.message_type == 0x5e"),
                          ("Service accept", "nas_5gs.mm.message_type == 0x4e"),
                          ("Configuration update command", "nas_5gs.mm.message_type == 0x54"),
                          ("PDU session establishment accept", "nas_5gs.sm.message_type == 0xc2"),
                          ("PDU session release command", "nas_5gs.sm.message_type == 0xd3")):
        expect(tshark_count(lab, capture, plain + message), f"no {name} is readable")
    complaints = tshark_complaints(lab, capture)
    expect(not complaints, f"tshark complains:\n{complaints}")


def shown(core, source):
    """What evidence says of traces of one process: (step, reason)."""
    lines = core.command("evidence", "show", "--kind", "capture", "--source", source, check=False).stdout.splitlines()
    return [(entry["step"], entry["reason"]) for entry in (json.loads(line.partition(" ")[2]) for line in lines)]


@case
def who_looks_into_signalling_is_entered_in_evidence_by_each_process_that_shows_it(lab, build):
    core = Core(lab, build, "core", 1)
    core.start()
    core.wait()
    phone = core.cast(1) + "start 1\nregister 1\nderegister 1\n"
    sources = {"control": "PFCP messages", "edge-default": "NGAP messages", "plane-default": "packets"}
    for options, of_control in (([], "PFCP messages"), (["--decipher-nas"], "NAS messages of all phones, deciphered")):
        before = {source: len(shown(core, source)) for source in sources}
        capture = traced(core, options, phone)
        expect((tshark_count(lab, capture, "exported_pdu") > 0) == bool(options), "NAS that was not asked for, or none")
        for source, what in (sources | {"control": of_control}).items():
            wait_until(lambda: len(shown(core, source)) == before[source] + 2, 20, f"two entries of {source}")
            (begin, reason), (end, count) = shown(core, source)[before[source]:]
            expect((begin, end) == ("begins", "ends") and reason.startswith(what) and reason.endswith("(user 0)")
                   and re.fullmatch(r"messages shown: \d+", count), f"{source}: {reason}; {count}")
    expect(int(shown(core, "control")[-1][1].rpartition(" ")[2]) > 4, "control has shown less than it did")
    expect(core.command("evidence", "verify").returncode == 0, "the log does not verify")


@case
def concealed_identities_of_both_profiles_are_opened(lab, build):
    core = Core(lab, build, "core", 3)
    core.start()
    core.wait()
    for profile, key in (("a 1", "5a8d38864820197c3394b92613b20b91633cbd897119273bf8e4a6f4eec0a650"),
                         ("b 2", "0272da71976234ce833a6907425867b82e074d44ef907dfb4b3e21c1c2256ebcd1")):
        core.scenario(f"suci {profile} {key}\n" + core.cast(3) + "start 1\nregister 1-3\nderegister 1-3\n")


@case
def downlink_data_pages_an_idle_phone_and_is_delivered(lab, build):
    core = Core(lab, build, "core", 1)
    core.start()
    core.wait()
    core.scenario(core.cast(1) + """
start 1
register 1
session 1
idle 1
run here: ping -c 3 -i 0.5 -W 3 -q 10.32.0.2
expect 1 connected
""")


@case
def a_session_without_packets_gives_its_radio_resources_back_until_there_are_some(lab, build):
    core = Core(lab, build, "core", 2, config=IMPATIENT)
    core.start()
    core.wait()
    play = core.folder / "stay.scenario"
    play.write_text(core.cast(2) + "start 1\nregister 1-2\nsession 1-2\nstay\n")
    core.host.start([core.ran, "scenario", play], "ran.log")
    wait_until(lambda: [one["state"] for one in core.json("session")] == ["active"] * 2, 15, "two active sessions")
    wait_until(lambda: all(one["state"] == "idle" for one in core.json("session")), 15, "both to be released")
    expect(all(one["connection"] == "connected" for one in core.json("ue")), f"a phone is idle: {core.json('ue')}")
    for one in core.json("session"):
        lost = core.host.run(["ping", "-c", "3", "-i", "0.3", "-W", "3", "-q", one["ipv4"]], check=False).stdout
        expect(" 3 received" in lost, f"what comes for a session without resources is lost:\n{lost}")
    expect(any(one["state"] == "active" for one in core.json("session")), core.json("session"))


@case
def thousands_of_phones_live_through_all_procedures(lab, build):
    core = Core(lab, build, "core", 2000)
    core.start()
    core.wait()
    result = core.load("--phones", 2000, "--gnbs", 4, "--window", 100, "--steps",
                       "register,session,ping,idle,service,ping,idle,service,periodic,deregister", timeout=280)
    expect(result["done"] == 2000, json.dumps(result))
    status = core.json("status")
    expect(not core.json("session"), f"sessions are left: {status}")


@case
def the_operator_sees_gnbs_phones_and_sessions(lab, build):
    core = Core(lab, build, "core", 3)
    core.start()
    core.wait()
    play = core.folder / "stay.scenario"
    play.write_text(core.cast(3) + "start 1-2\nregister 1-3\nsession 1-2\nidle 2\nstay\n")
    core.host.start([core.ran, "scenario", play], "ran.log")
    wait_until(lambda: len(core.json("session")) == 2, 15, "two sessions to show up")
    gnbs, phones, sessions = core.json("gnb"), core.json("ue"), core.json("session")
    expect({one["name"] for one in gnbs} == {"north", "south"}, gnbs)
    expect({one["supi"] for one in phones} == {f"imsi-99970000000000{n}" for n in (1, 2, 3)}, phones)
    pool = ipaddress.ip_network("10.32.0.0/11")
    expect(all(ipaddress.ip_address(one["ipv4"]) in pool for one in sessions), sessions)
    wait_until(lambda: "fivegs_amffunction_rm_registeredsubnbr" in metrics(core), 10, "/metrics to answer")
    expect("north" in core.command("gnb").stdout, "the table of gNBs lacks a name")


def metrics(core):
    return core.host.run("curl -s http://127.0.0.1:9090/metrics", check=False).stdout


main()
