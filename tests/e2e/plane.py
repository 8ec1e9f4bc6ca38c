#!/usr/bin/env python3
"""demarc plane: what it shows of the two packet paths, and captures that somebody else's program reads."""
import json
import os
import signal
import subprocess

from cases import case, expect, main
from lab import wait_until
from running_core import CONFIG, Core

PLANE = ("planes: [{{name: default, n4: 127.0.0.7, n3: [10.9.0.1], nat: false, fast: %s, fast_interfaces: [out0], "
         "fast_sessions: 1000, fast_pins: %s}}]\n")
INVENTORY = "profile: lab\ndomains: [{{name: default, listen: [10.9.0.1]}}]\n".replace("{{", "{").replace("}}", "}")


def setting(lab, build, mode="generic"):
    """A core whose data network lies beyond an interface of its own, a phone that has a session there, and a gNB."""
    core = Core(lab, build, "core", 3, CONFIG + PLANE % (mode, lab.pins()), inventory=INVENTORY)
    radio, world = lab.host("radio"), lab.host("world")
    lab.link(core.host, "ran0", ["10.9.0.1/24"], radio, "eth0", ["10.9.0.11/24", "10.9.0.12/24"])
    lab.link(core.host, "out0", ["10.8.0.1/24"], world, "eth0", ["10.8.0.2/24"])
    world.run("ip route add 10.32.0.0/11 via 10.8.0.1")
    core.start()
    core.wait()
    path = core.folder / "phone.scenario"
    path.write_text("amf 10.9.0.1\n" + core.cast(1).replace("127.0.1.1", "10.9.0.11").replace("127.0.1.2", "10.9.0.12")
                    + "start 1\nregister 1\nsession 1\nrun 1: ping -c 900 -i 0.1 -W 2 10.8.0.2\nstay\n")
    radio.start([core.ran, "scenario", path], "ran.log")
    wait_until(lambda: core.json("session"), 20, "a session")
    return core, radio, world


def says(core, *words):
    """What a command says on both channels."""
    done = core.command(*words, check=False, timeout=120)
    return done.stdout + done.stderr


@case
def a_plane_that_is_stopped_is_named_and_keeps_nobody_from_seeing_the_rest(lab, build):
    core, _, _ = setting(lab, build)
    plane = core.role("plane")
    os.kill(plane, signal.SIGSTOP)
    try:
        session = says(core, "session")
        expect("imsi-999700000000001" in session and "plane default does not answer" in session, session)
        status = {one["process"]: one["state"] for one in core.json("status")["processes"]}
        expect(status == {**status, "plane-default": "silent", "control": "up"}, f"{status}")
        for words in (("show",), ("show", "10.32.0.2"), ("counters",)):
            said = says(core, "plane", *words)
            expect("plane default: it does not answer" in said, said)
    finally:
        os.kill(plane, signal.SIGCONT)
    wait_until(lambda: "does not answer" not in says(core, "session"), 10, "the plane to answer again")


def tshark(path, *words):
    return subprocess.run(["tshark", "-r", str(path), *words], capture_output=True, text=True, check=True).stdout


def captured(core, *words):
    path = core.folder / "taken.pcapng"
    done = core.command("plane", "capture", *words, "--pcap", path, "--packets", "12", "--for", "60s", timeout=120)
    expect("12 packets" in done.stderr, done.stderr)
    return path


@case
def a_session_is_shown_with_its_rules_and_its_path(lab, build):
    core, _, _ = setting(lab, build)
    session = core.json("session")[0]
    shown = core.command("plane", "show").stdout
    expect("fast path: 1 of 1000 sessions" in shown and "ran0" in shown and "generic" in shown, shown)
    memory = core.json("plane", "show")["default"]["memory_bytes"] >> 20
    said = core.lab.execute([core.demarc, "check", core.config]).stdout
    expect(f"takes {memory} MiB for 1000 sessions" in said, f"{memory}: {said}")
    for name in (session["seid"], f"{session['supi']}/{session['psi']}", session["addresses"][0] if "addresses" in session else session["seid"]):
        one = core.json("plane", "show", name)
        expect(one["seid"] == session["seid"] and one["gnb"] == "10.9.0.11" and len(one["pdrs"]) >= 2, f"{one}")
    rules = core.command("plane", "show", session["seid"]).stdout
    expect("data network" in rules and "at 10.9.0.11" in rules and "Gbps shared" in rules, rules)
    expect(core.command("plane", "show", "10.32.9.9", check=False).returncode == 1, "there is a session of nobody")


@case
def counters_tell_the_paths_apart(lab, build):
    core, _, _ = setting(lab, build)
    wait_until(lambda: sum(row["uplink_packets"] for row in core.json("plane", "counters")["default"]["rows"]) > 5, 20, "packets")
    counters = core.json("plane", "counters")["default"]
    expect(counters["gnb"][0]["address"] == "10.9.0.11:2152" and counters["gnb"][0]["uplink_packets"] > 0, f"{counters}")
    expect({row["path"] for row in counters["rows"]} == {"fast", "slow"}, f"{counters}")
    expect("10.9.0.11" in core.command("plane", "counters").stdout, "the table has no gNB")


@case
def counters_that_are_watched_tell_what_is_carried_in_a_second(lab, build):
    core, _, _ = setting(lab, build)
    log = lab.folder / "watched.log"
    watching = core.host.start([core.demarc, "plane", "counters", "--watch", "--json", f"--config={core.config}"], log.name)

    def said():
        """One turn that has been written whole."""
        text = log.read_text()
        return json.loads(text[:text.index("\n}\n") + 2]) if "\n}\n" in text else None
    gnb = wait_until(said, 20, "a turn")["default"]["gnb"][0]
    lab.stop(watching)
    expect(0 < gnb["uplink_packets_rate"] < gnb["uplink_packets"] + 100, f"{gnb}")
    expect(gnb["uplink_bytes_rate"] >= 84 * gnb["uplink_packets_rate"] - 84, f"{gnb}")


@case
def a_capture_is_read_by_tshark(lab, build):
    core, _, _ = setting(lab, build)
    session = core.json("session")[0]
    path = captured(core, "--session", session["seid"])
    lines = tshark(path, "-Y", "gtp && icmp", "-T", "fields", "-e", "gtp.teid", "-e", "icmp.type").split("\n")
    expect({line.split("\t")[1] for line in lines if line} == {"0", "8"}, f"{lines}")
    expect("path" in tshark(path, "-T", "fields", "-e", "frame.comment"), "no packet says which path it took")
    inner = captured(core, "--session", session["seid"], "--decapsulated")
    expect(not tshark(inner, "-Y", "gtp") and tshark(inner, "-Y", "icmp && ip.addr == 10.8.0.2").count("\n") == 12,
           tshark(inner))
    short = captured(core, "--gnb", "10.9.0.11", "--octets", "60")
    sizes = tshark(short, "-T", "fields", "-e", "frame.cap_len").split()
    expect(set(sizes) == {"60"}, f"{sizes}")
    wait_until(lambda: core.log().count("packets captured: 1") == 3, 10, "the log to tell of the end of each")
    expect(core.command("plane", "capture", "--gnb", "10.9.0.99", "--pcap", "/dev/null", check=False).returncode == 1,
           "a gNB that was never there")


def entries(core):
    """Of captures, in evidence."""
    lines = core.command("evidence", "show", "--kind", "capture", check=False).stdout.splitlines()
    return [json.loads(line.partition(" ")[2]) for line in lines]


@case
def a_capture_is_entered_in_evidence_without_naming_the_phone(lab, build):
    core, _, _ = setting(lab, build)
    session = core.json("session")[0]
    captured(core, "--session", f"{session['supi']}/{session['psi']}", "--decapsulated")
    wait_until(lambda: len(entries(core)) == 2, 20, "two entries")
    begin, end = entries(core)
    expect(begin["step"] == "begins" and "without their tunnels" in begin["reason"] and "user 0" in begin["reason"]
           and begin["source"] == "plane-default" and begin["gnb"].startswith("10.9.0.11"), f"{begin}")
    expect(end["step"] == "ends" and "packets captured: 1" in end["reason"], f"{end}")
    for secret in (session["supi"], session["seid"], "10.32."):
        expect(secret not in json.dumps([begin, end]), f"{secret} is in evidence")


main()
