#!/usr/bin/env python3
"""Whose signatures move the line, while the core runs, when its processes die, and when it starts."""
import os
import signal

from cases import case, expect, main
from lab import wait_until
from running_core import Core

STRICT = "profile: enrolled\n"
FENCED = "profile: enrolled\nfence: {time: 1m}\n"


def started(lab, build):
    core = Core(lab, build, "core", 1, inventory=STRICT)
    core.start()
    return core.wait()


def policy(core):
    return core.json("status")["control"]["policy"]


def refused(core, words):
    done = core.command("reload", check=False)
    expect(done.returncode == 1 and words in done.stderr, f"exit {done.returncode}: {done.stdout}{done.stderr}")


def entries(core, kind):
    shown = core.command("evidence", "show", "0", "1000000", check=False).stdout.splitlines()
    return [line for line in shown if f'"kind":"{kind}"' in line and '"procedure":"policy change"' in line]


def starts(core):
    """Those that were refused."""
    shown = core.command("evidence", "show", "0", "1000000").stdout.splitlines()
    return [line for line in shown if '"kind":"refusal"' in line and '"procedure":"start"' in line]


def edit(core, text):
    """As somebody does who has no key."""
    line = core.folder / "line.yaml"
    line.write_text(line.read_text() + text)


@case
def two_persons_move_the_line_and_nobody_else(lab, build):
    core = started(lab, build)
    expect(policy(core) == "serial 1, signed by ann, bob", policy(core))
    edit(core, "fence: {time: 1m}\n")
    refused(core, "serial: found 1, expected a later one")
    core.write_inventory(FENCED)
    seal = core.folder / "line.yaml.seal"
    both = seal.read_text()
    seal.write_text("\n".join(both.splitlines()[:-1]) + "\n")
    refused(core, "signatures: found ann, expected 2 of ann, bob")
    expect(policy(core).startswith("serial 1,"), "what was refused is in force")
    seal.write_text(both)
    said = core.command("reload").stdout
    expect("inventory.fence.time" in said, said)
    expect(policy(core) == "serial 2, signed by ann, bob", policy(core))
    wait_until(lambda: len(entries(core, "policy")) == 2 and len(entries(core, "refusal")) == 2, 20,
               "evidence of both changes and of both refusals")


@case
def a_list_of_assets_is_what_was_signed(lab, build):
    core = started(lab, build)
    rows = core.folder / "assets.csv"
    rows.write_text("name,kind,vendor,class\nhost-1,host,any,transport\n")
    core.write_inventory(STRICT + "assets_from: [assets.csv]\n")
    core.command("reload")
    rows.write_text("name,kind,vendor,class\nhost-1,host,any,core\n")
    refused(core, "serial: found 2")
    core.write_inventory(STRICT + "assets_from: [assets.csv]\n")
    rows.write_text("name,kind,vendor,class\nhost-2,host,any,core\n")
    refused(core, "found signatures under another assets.csv")


@case
def a_process_that_dies_comes_back_with_what_was_accepted(lab, build):
    core = started(lab, build)
    edit(core, "fence: {time: 1m}\n")
    for role in ("control", "plane"):
        before = core.role(role)
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: core.role(role) not in (None, before), 20, f"{role} to come back")
        wait_until(core.answers, 20, "the core to answer")
    expect(policy(core) == "serial 1, signed by ann, bob", policy(core))


@case
def a_start_with_what_nobody_signed_is_none(lab, build):
    core = started(lab, build)
    core.write_inventory(FENCED)
    core.command("reload")
    later = {path: path.read_text() for path in core.folder.glob("line.yaml*")}
    core.stop()
    edit(core, "relay: {history: 3}\n")
    core.start()
    core.process.wait(timeout=60)
    expect("not started" in core.log() and "found 2, expected a later one" in core.log(), core.log())
    expect("found 2, expected a later one" in starts(core)[-1], f"{starts(core)}")
    core.serial = 0
    core.write_inventory(STRICT)  # signed by both, and older than what was accepted
    core.start()
    core.process.wait(timeout=60)
    expect("serial: found 1, expected a later one than the running state's 2" in core.log(), core.log())
    expect(len(starts(core)) == 2 and '"source":"keeper"' in starts(core)[1], f"{starts(core)}")
    core.command("evidence", "verify")
    for path, text in later.items():
        path.write_text(text)
    core.start()
    core.wait()
    expect(policy(core) == "serial 2, signed by ann, bob", policy(core))
    expect(len(starts(core)) == 2, "what was accepted is refused")


@case
def a_lab_starts_unsigned_and_says_so(lab, build):
    core = Core(lab, build, "core", 1)
    core.start()
    core.wait()
    expect("THE INVENTORY IS NOT SIGNED" in core.log(), core.log())
    expect(policy(core) == "unsigned", policy(core))
    (core.folder / "line.yaml").write_text("profile: enrolled\n")
    refused(core, "authorised: found nobody")
    core.write_inventory(STRICT)
    core.command("reload")
    expect(policy(core) == "serial 1, signed by ann, bob", policy(core))
    (core.folder / "line.yaml").write_text("profile: lab\n")
    refused(core, "serial: found 0")


main()
