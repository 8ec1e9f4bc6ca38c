#!/usr/bin/env python3
"""Equipment that keeps no rule: nothing ends, nothing grows, and honest phones are served all the while."""
import json
import os
import subprocess
from pathlib import Path

from cases import case, expect, main
from lab import wait_until
from running_core import CONFIG, Core

NG_SETUP = "00150030000004001b000800099f907000000010520040"  # cut off in its third IE
# A sanitizer that keeps little of what was freed, so that growth is the core's own.
FORGETFUL = {**os.environ, "ASAN_OPTIONS": ":".join(filter(None, (
    os.environ.get("ASAN_OPTIONS"), "quarantine_size_mb=1", "thread_local_quarantine_size_kb=64")))}
FLOOD = """
import os, socket
random = os.urandom
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.1.99", 0))
for number in range(4000):
    udp.sendto(random(number % 200), ("{host}", {port}))
    udp.sendto(bytes([0x30, 0xff, 0, 8]) + random(12), ("{host}", {port}))
    udp.sendto(bytes([0x21, 50 + number % 10, 0, 12]) + random(12), ("{host}", {port}))
"""


def raw(core, times, ppid, *messages):
    core.host.run([core.build / "tests/e2e/e2e-raw-gnb", "127.0.0.5", "127.0.1.98", times, ppid, *messages], timeout=300)


def descriptors(core):
    """Open files, but for those of the evidence log's tree: it has one for each level, and so one more whenever it doubles."""
    def counts(descriptor):
        try:
            return "/hashes/" not in os.readlink(descriptor)
        except FileNotFoundError:  # closed meanwhile
            return False

    return sum(counts(descriptor) for pid in core.processes() for descriptor in Path(f"/proc/{pid}/fd").iterdir())


def allowed(core):
    """Bytes that memory may grow by: buffers and arenas reach their sizes; a sanitizer keeps what was freed for a while."""
    return (16 if b"__asan_init" in core.demarc.read_bytes() else 4) << 20


def under_attack(lab, build, attack):
    """Runs the attack in small, looks at sizes, runs it in full; phones are served before, during and after."""
    core = Core(lab, build, "core", 3)
    core.start(env=FORGETFUL)
    core.wait()
    honest = core.cast(3) + "start 1\nregister 1-3\nsession 1-3\nidle 3\n"
    (core.folder / "honest.scenario").write_text(honest + "stay\n")
    radio = core.host.start([core.ran, "scenario", core.folder / "honest.scenario"], "ran.log")
    attack(core, 1)
    processes, before, files = core.processes(), core.resident_bytes(), descriptors(core)
    attack(core, 10)
    expect(core.processes() == processes, f"a process ended:\n{core.log()}")
    wait_until(lambda: descriptors(core) <= files, 10, f"no more than {files} descriptors")
    grown = core.resident_bytes() - before
    expect(grown < allowed(core), f"memory grew by {grown >> 10} KiB")
    expect(radio.poll() is None, "honest radio was cut off")
    expect(sum(one["state"] == "registered" for one in core.json("ue")) == 3, "honest phones are gone")
    lab.stop(radio)
    core.scenario(core.cast(3) + "start 1\nregister 1-3\nsession 1\nrun 1: ping -c 2 -i 0.2 -W 2 10.32.0.1\n")


@case
def nonsense_on_n2_harms_nobody(lab, build):
    def attack(core, scale):
        raw(core, scale, 60, b"GET / HTTP/1.1".hex(), "00", "ff" * 2000, NG_SETUP, NG_SETUP + "00" * 40)
        raw(core, scale, 60, "000f40200000030055000200010026000403" + "7e0041007900", "0000", "20150003000000", "8000")
        raw(core, scale, 0, "00150000", "41" * 60000)
        raw(core, 10 * scale, 60, *[f"{number:02x}" for number in range(0, 256, 8)])

    under_attack(lab, build, attack)


@case
def two_thousand_connections_leave_nothing_behind(lab, build):
    under_attack(lab, build, lambda core, scale: raw(core, 200 * scale, 60))


@case
def junk_on_n3_and_n4_harms_nobody(lab, build):
    def attack(core, scale):
        for _ in range(scale):
            for host, port in (("127.0.0.7", 2152), ("127.0.0.7", 8805), ("127.0.0.4", 8805)):
                core.host.run(["python3", "-c", FLOOD.format(host=host, port=port)])

    under_attack(lab, build, attack)


CATALOGUE = CONFIG + "network: {{plmns: [{{plmn: 999/70, tacs: [1, 2], slices: [{{sst: 1}}]}}]}}\n"

ENROLLED = """
profile: enrolled
vendors: [{{name: one, risk: trusted}}, {{name: two, risk: high}}]
domains:
  - {{name: home, vendor: one, listen: ["127.0.0.5:38412"]}}
  - {{name: other, vendor: two, listen: ["127.0.0.6:38412"]}}
gnbs:
  - {{name: honest, domain: home, id: 999/70-00000001, n2: [127.0.1.1/32], n3: [127.0.1.1/32], areas: [999/70-1], slices: [1]}}
  - {{name: hostile, domain: {domain}, id: 999/70-00000063, n2: [127.0.1.99/32], n3: [127.0.1.99/32], areas: [999/70-2], slices: [1]}}
  - {{name: absent, domain: home, id: 999/70-00000002, n2: [127.0.1.2/32]}}
neighbourhoods: [{{name: home, gnbs: [honest, absent]}}]
fence: {{undecodable: 0, misplaced: 0, foreign_ids: 0, overruns: 0}}  # or the first classes would keep out the others
"""

LOG_BYTES = 20 << 20


@case
def every_class_of_hostile_radio_has_variants_or_says_where_it_is_shown(_, build):
    done = subprocess.run([build / "ran/demarc-ran", "hostile", "--list"], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    variants = [line.split()[-1] for line in lines[:36]]
    expect(all(int(count) > 0 for count in variants), f"a class without variants:\n{done.stdout}")
    expect(lines[-1] == f"{sum(map(int, variants))} variants" and "fuzz/wicket" in lines[36], done.stdout)


@case
def what_nobody_prevents_is_seen_by_the_catalogue(lab, build):
    """The profile `lab` lets gNBs end tunnels anywhere, and take over each other's phones."""
    core = Core(lab, build, "core", 4)
    core.start()
    core.wait()
    for number, words in ((18, "packets that are for nobody"), (19, "PathSwitchRequestAcknowledge")):
        done = core.host.run([core.ran, "hostile", number, "--page-from", ""], check=False)
        expect(done.returncode == 1 and words in done.stderr, f"{done.returncode}\n{done.stdout}{done.stderr}")


def catalogue(lab, build, domain, attacked):
    """Every class of hostile radio, by a gNB enrolled in the domain; honest phones are in the domain `home`."""
    core = Core(lab, build, "core", 4, config=CATALOGUE, inventory=ENROLLED.format(domain=domain))
    core.start(env=FORGETFUL)
    core.wait()
    processes = core.processes()
    digest = f"{core.demarc} digest --config={core.config} hostile imsi-999700000000004"
    done = core.host.run([core.ran, "hostile", "all", "--json", "--amf", "127.0.0.5", "--attacked", attacked, "--tac", "2",
                          "--n4", "127.0.0.7", "--flood-rate", 300, "--page-from", "", "--digest", digest, "--processes",
                          ",".join(map(str, processes))], check=False, timeout=500)
    *classes, result = map(json.loads, done.stdout.splitlines())
    print(f"# {result}")
    expect(not any(one.get("failed") for one in classes), done.stderr)
    expect(result["classes"] == 36 and result["elsewhere"] == 1, f"not all classes were played: {result}")
    expect(core.processes() == processes, "a process ended")
    expect(core.process.log.stat().st_size < LOG_BYTES, f"{core.process.log.stat().st_size} octets were logged")


@case
def the_catalogue_of_hostile_radio_hurts_nobody_in_another_domain(lab, build):
    catalogue(lab, build, "other", "127.0.0.6")


@case
def the_catalogue_of_hostile_radio_hurts_nobody_in_its_own_domain(lab, build):
    catalogue(lab, build, "home", "127.0.0.5")


main()
