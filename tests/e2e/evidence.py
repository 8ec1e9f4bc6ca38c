#!/usr/bin/env python3
"""What the line refused is proved to whoever asks, and nothing that befalls the recorder stops the core or breaks the log."""
import ctypes
import hashlib
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

from cases import case, expect, main
from lab import wait_until
from papers import certificates
from running_core import CONFIG, Core

CHECKER = Path(__file__).resolve().parent.parent / "evidence" / "check_proof.py"
PIDFD_GETFD = 438
EXPORT_CHECKER = CHECKER.with_name("check_export.py")
STRICT = "profile: enrolled\n"
# A well-formed NG Setup Request of a gNB that is not enrolled.
NG_SETUP = ("00150035000004001b00080099f907100001020052400903006672656535676300660010000000000100"
            "99f907000010080102030015400140")


def log_of(core):
    return core.folder / "state-evidence"


def evidence(core, *words, check=True):
    return core.command("evidence", *words, check=check)


def knock(core):
    """A gNB that nobody knows asks to be let in."""
    core.host.run([core.build / "tests/e2e/e2e-raw-gnb", "127.0.0.5", "127.0.1.98", 1, 60, NG_SETUP],
                  timeout=300)


def entries(core):
    shown = evidence(core, "show", "0", "1000000", check=False).stdout.splitlines()
    return [line.partition(" ") for line in shown]


def refusals(core):
    return [int(index) for index, _, line in entries(core) if '"kind":"refusal"' in line and '"NG Setup"' in line]


def under_checkpoint(core, index):
    return evidence(core, "prove", str(index), check=False).returncode == 0


def check(core, proof, *options, checker=CHECKER):
    key = (log_of(core) / "log.pub").read_text().strip()
    return subprocess.run([sys.executable, checker, "--key", key, *options, proof], capture_output=True, text=True,
                          timeout=300, check=False)


def verified(core):
    wait_until((log_of(core) / "checkpoint").exists, 20, "the first checkpoint")
    done = evidence(core, "verify", check=False)
    expect(done.returncode == 0, done.stdout + done.stderr)
    return done.stdout


def started(lab, build, inventory, more=""):
    core = Core(lab, build, "core", 1, config=CONFIG + more, inventory=inventory)
    core.start()
    return core.wait()


def proof_of_a_refusal(core):
    wait_until(lambda: refusals(core), 20, "the refusal in the log")
    index = refusals(core)[0]
    wait_until(lambda: under_checkpoint(core, index), 20, "a checkpoint over it")
    proof = core.folder / "refusal.tlog-proof"
    evidence(core, "prove", str(index), str(proof))
    return proof


@case
def a_refusal_is_proved_without_the_log(lab, build):
    core = started(lab, build, STRICT)
    knock(core)
    proof = proof_of_a_refusal(core)
    done = check(core, proof)
    expect(done.returncode == 0 and '"procedure":"NG Setup"' in done.stdout and
           '"victim_touched":false' in done.stdout, done.stdout + done.stderr)
    expect(f'"digest":"{hashlib.sha256(bytes.fromhex(NG_SETUP)).hexdigest()}"' in done.stdout, "not of what was sent")
    expect(done.stdout.strip() in evidence(core, "verify", str(proof)).stdout, "the two checkers do not agree")
    whole = proof.read_bytes()
    for at in range(30, len(whole), 41):
        proof.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
        expect(check(core, proof).returncode == 1, f"a proof changed at {at} is accepted")
        expect(evidence(core, "verify", str(proof), check=False).returncode == 1, f"Demarc accepts what was changed at {at}")
    verified(core)


def shown(core, *options):
    return evidence(core, "show", *options).stdout.splitlines()


@case
def entries_are_found_by_what_they_say(lab, build):
    core = started(lab, build, STRICT)
    knock(core)
    wait_until(lambda: refusals(core), 20, "the refusal in the log")
    everything = shown(core, "0", "1000000")
    digest = hashlib.sha256(bytes.fromhex(NG_SETUP)).hexdigest()
    one = shown(core, "--kind", "refusal", "--procedure", "NG Set", "--source", "control", "--digest", digest[:12])
    expect(len(one) == 1 and one[0] in everything, f"{one}")
    day = one[0].split('"time":"')[1][:10]
    expect(shown(core, "--since", day, "--until", day, "--rule", "N1", "--kind", "refusal") == one, "by its day and rule")
    expect(not shown(core, "--until", "2001") and not shown(core, "--gnb", "nobody"), "what does not agree")
    expect(shown(core, "0", "1", "--kind", "source")[0].startswith("0 "), "the first that agrees")
    table = shown(core, "--table", "--kind", "refusal")
    expect(table[0].split()[:3] == ["INDEX", "TIME", "KIND"] or "INDEX" in table[0], table[0])
    expect("NG Setup" in table[1] and "{" not in table[1], table[1])
    for wrong in (("--kind", "refusals"), ("--since", "yesterday"), ("--digest", "XYZ")):
        expect(evidence(core, "show", *wrong, check=False).returncode == 2, f"{wrong} is taken")
    expect(evidence(core, "verify", "--kind", "refusal", check=False).returncode == 2, "verify takes what is asked of show")


def export(core, *options):
    """All that the checkpoint covers, with proofs of its ends; and what the independent checker says of it."""
    covered = core.json("status")["recorder"]["checkpoint"]
    entries, first, last = (core.folder / name for name in ("export.jsonl", "first.tlog-proof", "last.tlog-proof"))
    entries.write_text(evidence(core, "export", "0", str(covered)).stdout)
    evidence(core, "prove", "0", str(first))
    evidence(core, "prove", str(covered - 1), str(last))
    return entries, lambda: check(core, entries, "--first", first, "--last", last, *options, checker=EXPORT_CHECKER)


@case
def an_export_is_checked_without_the_log(lab, build):
    core = started(lab, build, STRICT)
    knock(core)
    proof = proof_of_a_refusal(core)
    knock(core)
    wait_until(lambda: len(refusals(core)) > 1 and under_checkpoint(core, refusals(core)[1]), 20, "a second refusal")
    # A checkpoint may come between the two proofs: then both are asked for again.
    wait_until(lambda: export(core, "--earlier", proof)[1]().returncode == 0, 30, "an export that holds")
    entries, checked = export(core)
    whole = entries.read_text()
    entries.write_text(whole.replace('"rule":"N1"', '"rule":"N2"', 1))
    expect(checked().returncode == 1, "an export with a changed entry is accepted")
    entries.write_text(whole[whole.index("\n") + 1:])
    expect(checked().returncode == 1, "an export without its first entry is accepted")


@case
def only_the_recorder_may_write_the_log(lab, build):
    core = started(lab, build, STRICT)
    folder = log_of(core)
    wait_until(lambda: (folder / "log.key").exists(), 20, "the key")
    expect((folder / "log.key").stat().st_mode & 0o777 == 0o400, "others may read the key")
    expect({path.stat().st_uid for path in (folder, folder / "log.key", folder / "entries")} == {69999}, "of another user")
    expect(os.stat(f"/proc/{core.role('recorder')}").st_uid == 69999, "the recorder is somebody else")
    status = core.json("status")["recorder"]
    expect(any(source["name"] == "control" and not source["silent"] for source in status["sources"]), f"{status}")


@case
def a_recorder_that_dies_in_a_flood_leaves_a_log_that_verifies(lab, build):
    core = started(lab, build, STRICT)
    control = core.role("control")
    for turn in range(20):
        before = len(refusals(core))
        flood = core.host.start([core.build / "tests/e2e/e2e-raw-gnb", "127.0.0.5", "127.0.1.98", "1000", "60",
                                 NG_SETUP], "flood.log")
        wait_until(lambda: len(refusals(core)) > before + 5, 60, "entries of the flood")
        os.kill(core.role("recorder"), signal.SIGKILL)
        wait_until(lambda: core.json("status").get("recorder"), 20, f"the recorder after kill {turn + 1}")
        verified(core)
        lab.stop(flood)
    expect(core.role("control") == control, "control did not stay up")
    told = core.json("status")["recorder"]
    wait_until(lambda: core.json("status")["recorder"]["checkpoint"] >= told["entries"], 20, "a checkpoint over all")
    expect("lost on the way: 0" in verified(core), "entries were lost")


@case
def without_room_signalling_goes_on_and_the_loss_is_told(lab, build):
    core = Core(lab, build, "core", 1, inventory="profile: lab\n")
    folder = log_of(core)
    folder.mkdir()
    lab.execute(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(folder)])
    try:
        core.start()
        core.wait()
        full = folder / "full"
        with full.open("wb") as file:
            subprocess.run(["dd", "if=/dev/zero", "bs=1024"], stdout=file, stderr=subprocess.DEVNULL, check=False)

        def no_room():
            """The block that the log ends in has room for some entries more."""
            core.scenario(core.cast(1) + "start 1\nregister 1\n")
            return core.json("status")["recorder"]["full"]

        wait_until(no_room, 30, "the recorder to say that there is no room")
        core.scenario(core.cast(1) + "start 1\nregister 1\n")
        full.unlink()
        wait_until(lambda: '"kind":"loss"' in evidence(core, "show").stdout, 30, "the loss in the log")
        wait_until(lambda: '"kind":"admission"' in evidence(core, "show").stdout, 30, "what had waited")
        verified(core)
    finally:
        core.stop()
        lab.execute(["umount", str(folder)], check=False)


@case
def nobody_is_let_in_unrecorded_where_that_is_asked_for(lab, build):
    core = started(lab, build, "profile: lab\n", "recorder: {{admit_unrecorded: false, patience: 1s}}\n")
    # Nothing waits when the recorder is stopped; what the first gNB has done does, from then on.
    wait_until(lambda: "\ndemarc_evidence_waiting_bytes 0\n" in core.host.run("curl -s http://127.0.0.1:9090/metrics").stdout, 20, "nothing to wait")
    os.kill(core.role("recorder"), signal.SIGSTOP)
    try:
        core.scenario(core.cast(1) + "start 1\n")
        wait_until(lambda: core.scenario("amf 127.0.0.5\ngnb 2 south address 127.0.1.2\nstart 2\n", check=False).returncode, 30,
                   "a gNB to be refused")
    finally:
        os.kill(core.role("recorder"), signal.SIGCONT)
    wait_until(lambda: core.scenario("amf 127.0.0.5\ngnb 2 south address 127.0.1.2\nstart 2\n", check=False).returncode == 0, 30,
               "a gNB to be let in again")


def witness(lab, build, core, name, log=None, *papers):
    folder = core.folder / name
    options = ["--log", log, "--listen", "127.0.0.1:7380", *papers] if log else []
    command = [build / "src/face/demarc", "witness", folder, "--name", name, *options]
    if not log:
        return core.host.run(command).stdout.strip()
    return core.host.start(command, f"{name}.log")


def witnessed(core):
    return core.json("status")["recorder"]["witnessed"]


def watched(lab, build, more="", place='url: "http://127.0.0.1:7380"'):
    """A core whose log the witness `oversight` is to watch: the core, the witness's key, and the log's."""
    core = Core(lab, build, "core", 1, inventory=STRICT)
    key = witness(lab, build, core, "oversight")
    core.config.write_text(core.config.read_text() +
                           f"recorder: {{{more}quorum: 1, witnesses: [{{key: \"{key}\", {place}}}]}}\n")
    core.start()
    core.wait()
    log = wait_until(lambda: (log_of(core) / "log.pub").exists() and (log_of(core) / "log.pub").read_text().strip(), 20,
                     "the log's key")
    return core, key, log


@case
def a_witness_cosigns_and_its_loss_is_said(lab, build):
    core, key, log = watched(lab, build, "quorum_within: 3s, ")
    expect(witnessed(core) == "unknown", "no witness is there yet")
    wait_until(lambda: '"kind":"breach","step":"begins"' in evidence(core, "show", check=False).stdout, 30, "the alarm")
    one = witness(lab, build, core, "oversight", log)
    wait_until(lambda: witnessed(core) == "yes", 30, "the cosignature")
    wait_until(lambda: '"kind":"breach","step":"ends"' in evidence(core, "show", check=False).stdout, 30, "the alarm's end")
    knock(core)
    proof = proof_of_a_refusal(core)
    wait_until(lambda: (evidence(core, "prove", str(refusals(core)[0]), str(proof)), check(
        core, proof, "--witness", key, "--quorum", "1").returncode == 0)[1], 30, "a witnessed proof")
    expect("witnessed: yes" in verified(core), "the cosignature is not seen")
    os.killpg(one.pid, signal.SIGKILL)
    one.wait()
    knock(core)
    wait_until(lambda: witnessed(core) == "unknown", 30, "the loss of the witness")
    witness(lab, build, core, "oversight", log)
    wait_until(lambda: witnessed(core) == "yes", 30, "the witness that came back to go on")


@case
def a_witness_signs_no_second_history(lab, build):
    core, _, log = watched(lab, build)
    witness(lab, build, core, "oversight", log)
    knock(core)
    wait_until(lambda: refusals(core) and witnessed(core) == "yes", 30, "the cosignature")
    core.stop()
    # The same key begins another history.
    for name in ("entries", "hashes", "checkpoint", "cosigned"):
        lab.execute(["rm", "-rf", str(log_of(core) / name)])
    core.start()
    core.wait()
    wait_until(lambda: re.search("longer log|another tree", str(core.json("status").get("recorder", ""))), 30,
               "the witness to refuse the other history")
    expect(witnessed(core) == "unknown", "it was witnessed all the same")


def gone(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@case
def a_witness_is_asked_over_tls_and_both_say_who_they_are(lab, build):
    good, bad = (certificates(lab, ["localhost", "recorder"], who) for who in ("authority", "stranger"))
    site, own = good["localhost"], good["recorder"]
    core, _, log = watched(lab, build, place=f'url: "https://localhost:7380", authorities: "{site["authority"]}", '
                           f'client_certificate: "{own["certificate"]}", client_key: "{own["key"]}"')

    def opened(papers, clients):
        return witness(lab, build, core, "oversight", log, "--cert", papers["certificate"], "--key", papers["key"],
                       "--client-ca", clients["authority"])

    def refused(why):
        knock(core)
        wait_until(lambda: witnessed(core) == "unknown" and
                   why in core.json("status")["recorder"]["witnesses"][0].get("reason", ""), 30, f"the reason: {why}")

    one = opened(site, own)
    wait_until(lambda: witnessed(core) == "yes", 30, "the cosignature over TLS")
    gone(one)
    refused("refused")
    one = opened(bad["localhost"], own)
    refused("issuer certificate")
    gone(one)
    one = opened(site, bad["recorder"])
    refused("behind the handshake")
    gone(one)
    one = witness(lab, build, core, "oversight", log)
    refused("wrong version number")
    gone(one)
    opened(site, own)
    wait_until(lambda: witnessed(core) == "yes", 30, "the cosignature again")
    verified(core)


def sources(core):
    return {source["name"]: source for source in core.json("status").get("recorder", {}).get("sources", [])}


@case
def edges_and_planes_report_for_themselves(lab, build):
    core = started(lab, build, STRICT)
    wait_until(lambda: all(name in sources(core) and sources(core)[name]["there"]
                           for name in ("control", "edge-default", "plane-default")), 30, "the sources")
    # What is no NGAP never reaches control: the edge itself refuses it.
    core.host.run([core.build / "tests/e2e/e2e-raw-gnb", "127.0.0.5", "127.0.1.98", 1, 60, *["ffffffff"] * 40], timeout=120)
    told = wait_until(lambda: [line for _, _, line in entries(core) if '"source":"edge-default"' in line and "times more" in line],
                      30, "the edge's refusals, and how often they were repeated")
    first = next(line for _, _, line in entries(core) if '"source":"edge-default"' in line)
    octets = hashlib.sha256(bytes.fromhex("ffffffff")).hexdigest()
    expect(f'"digest":"{octets}"' in first and '"kind":"refusal"' in first, first)
    expect("32 times more" in told[0], told[0])
    verified(core)


def as_if_taken_over(process, words):
    """Says it over the process's newest channel, which is the one to the recorder, as whoever has taken it over can."""
    libc = ctypes.CDLL(None, use_errno=True)
    watched = os.pidfd_open(process)
    for name in sorted(map(int, os.listdir(f"/proc/{process}/fd")), reverse=True):
        copy = libc.syscall(PIDFD_GETFD, watched, name, 0)
        if copy < 0:
            continue
        try:
            with socket.socket(fileno=copy) as channel:
                channel.getpeername()
                channel.send(words)
                break
        except OSError:
            continue  # no socket, or one that listens
    os.close(watched)


@case
def an_edge_that_breaks_the_rules_towards_the_recorder_is_replaced(lab, build):
    core = started(lab, build, STRICT)
    wait_until(lambda: sources(core).get("edge-default", {}).get("there"), 30, "the edge to report")
    before, control, plane = core.role("edge"), core.role("control"), core.role("plane")
    as_if_taken_over(before, b"\x04\x00\x00\x00none")
    wait_until(lambda: "it broke the rules of its channel: cut off and replaced" in
               evidence(core, "show", "0", "1000000").stdout, 30, "what it did in the log")
    wait_until(lambda: core.role("edge") not in (None, before) and sources(core)["edge-default"]["there"], 30,
               "a clean edge that reports")
    expect((core.role("control"), core.role("plane")) == (control, plane), "others were replaced with it")
    knock(core)
    wait_until(lambda: refusals(core), 30, "a refusal through the new edge")
    verified(core)


@case
def a_source_that_falls_silent_is_an_alarm(lab, build):
    core = started(lab, build, STRICT)
    wait_until(lambda: sources(core).get("plane-default", {}).get("there"), 30, "the plane to report")
    plane = core.role("plane")
    os.kill(plane, signal.SIGSTOP)
    try:
        wait_until(lambda: '"gnb":"plane-default","procedure":"source","reason":"it is silent"' in
                   evidence(core, "show", check=False).stdout, 30, "the alarm")
        expect(sources(core)["plane-default"]["silent"], f"{sources(core)}")
    finally:
        os.kill(plane, signal.SIGCONT)
    wait_until(lambda: "it is heard again" in evidence(core, "show", check=False).stdout, 30, "its end")


main()
