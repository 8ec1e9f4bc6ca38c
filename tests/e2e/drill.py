#!/usr/bin/env python3
"""A whole vendor is barred while phones are served (rule K1): its phones go elsewhere, others feel nothing, and the report says what became of each."""
import json

from cases import case, expect, main
from lab import wait_until
from running_core import killing, running, until

GATEWAY = "10.32.0.1"
PROTECTED = "999700000000004"
TWO_VENDORS = f"""
profile: lab
vendors:
  - {{name: acme, risk: high}}
  - {{name: house}}
domains:
  - {{name: north, vendor: acme, listen: [127.0.0.5]}}
  - {{name: south, vendor: house, listen: [127.0.0.6]}}
gnbs:
  - {{name: north, domain: north, id: 999/70-00000001}}
  - {{name: south, domain: south, id: 999/70-00000002}}
protected: {{subscribers: [{PROTECTED}]}}
"""
STAGE = """
amf 127.0.0.5
start 1
amf 127.0.0.6
start 2
register 1-3
session 1-3
"""


def begun(lab, build):
    return running(lab, build, 4, inventory=TWO_VENDORS)


def line(core, *words):
    return f"{core.demarc} line {' '.join(words)} --config {core.config}"


def into(core, name, *words):
    """A line of a scenario: the command's JSON goes to a file."""
    return f"run here: {line(core, *words, '--json')} > {core.folder}/{name}.json\n"


def said(core, name):
    return json.loads((core.folder / f"{name}.json").read_text())


def counts(core, key, number):
    """A line of a scenario that waits until the report of acme's bar says so."""
    return until(f"{line(core, 'bars', 'acme', '--json')} | tr -d '\\n ' | grep -q '\"{key}\":{number},'")


def drills(core):
    shown = core.command("evidence", "show", "0", "100000", check=False).stdout.splitlines()
    entries = [json.loads(row.partition(" ")[2]) for row in shown]
    return [entry for entry in entries if entry["kind"] == "drill"]


@case
def its_phones_come_back_elsewhere_and_a_protected_one_loses_no_packet(lab, build):
    core = begun(lab, build)
    pings = core.folder / "pings"
    core.scenario(core.cast(4) + STAGE + f"""
move 4 gnb 2
register 4
session 4
run 4: (ping -i 0.1 -c 60 -W 10 {GATEWAY} > {pings} 2>&1 &)
{into(core, "begun", "bar", "acme", "--drill", "--for", "1h", "--wait", "0s", "--by", "a-test", "--reason", "exercise")}
expect 1-3 idle
move 1-3 gnb 2
register 1-3 mobility
{counts(core, "returned", 3)}
expect 1-3 idle
service 1-3
run 1: ping -c 2 -i 0.2 -W 5 {GATEWAY}
expect 4 connected
{into(core, "over", "unbar", "acme")}
idle 1
move 1 gnb 1
register 1 mobility
expect 1 idle
service 1
run 1: ping -c 2 -i 0.2 -W 5 {GATEWAY}
{until(f"grep -q 'packet loss' {pings}", 30)}
deregister 1-4
""")
    expect(" 0% packet loss" in pings.read_text(), pings.read_text())
    expect(said(core, "begun")["drill"] and said(core, "begun")["by"] == "a-test", f"{said(core, 'begun')}")
    over = said(core, "over")
    expect((over["phones"], over["moved"], over["returned"], over["released"]) == (3, 0, 3, 0), f"{over}")
    expect((over["sessions"], over["sessions_lost"], over["protected"]) == (3, 0, 0), f"{over}")
    expect(over["state"] == "over" and over["off_after"] >= 0 and over["last_seen_after"] >= over["off_after"], f"{over}")
    expect(over["areas"][0]["gnbs"] == 1 and over["areas"][0]["gnbs_left"] == 1, f"{over['areas']}")
    wait_until(lambda: any(entry["step"] == "ends" for entry in drills(core)), 10, "the drill's end in the log")
    steps = [entry["step"] for entry in drills(core)]
    expect(steps == ["begins", "continues", "ends"], f"{drills(core)}")
    expect(all(entry["rule"] == "K1" and entry["procedure"] == "drill of acme" for entry in drills(core)), f"{drills(core)}")
    expect("exercise" in drills(core)[0]["reason"], f"{drills(core)[0]}")


@case
def whoever_comes_while_it_lasts_is_refused_by_rule_k1(lab, build):
    core = begun(lab, build)
    core.command("line", "bar", "acme", "--now", "--wait", "0s", "--reason", "found out")
    done = core.scenario("amf 127.0.0.5\ngnb 1 north address 127.0.1.1\nstart 1\n", check=False)
    expect(done.returncode == 1, "a gNB of a barred vendor is let in")
    core.scenario("amf 127.0.0.6\ngnb 2 south address 127.0.1.2\nstart 2\n")

    def refused():
        shown = core.command("evidence", "show", "0", "100000", check=False).stdout
        return '"rule":"K1"' in shown and '"kind":"refusal"' in shown

    wait_until(refused, 10, "the refusal in the log")
    core.command("line", "unbar", "acme")
    core.scenario("amf 127.0.0.5\ngnb 1 north address 127.0.1.1\nstart 1\n")


@case
def control_killed_in_the_midst_of_it_goes_on(lab, build):
    core = begun(lab, build)
    core.scenario(core.cast(3) + STAGE + f"""
{into(core, "begun", "bar", "acme", "--now", "--grace", "10s", "--wait", "0s")}
expect 1-3 connected
{killing(core, "control")}
expect 1-3 idle
{counts(core, "released", 3)}
{into(core, "then", "bars", "acme")}
move 1-3 gnb 2
register 1-3 mobility
{counts(core, "returned", 3)}
expect 1-3 idle
service 1-3
run 3: ping -c 2 -i 0.2 -W 5 {GATEWAY}
""")
    then = said(core, "then")
    expect((then["phones"], then["released"], then["sessions_lost"], then["state"]) == (3, 3, 0, "barred"), f"{then}")


@case
def looking_ahead_touches_nobody(lab, build):
    core = begun(lab, build)
    core.scenario(core.cast(3) + STAGE + f"""
{into(core, "ahead", "bar", "acme", "--dry-run")}
run 2: ping -c 2 -i 0.2 -W 5 {GATEWAY}
expect 1-3 connected
deregister 1-3
""")
    ahead = said(core, "ahead")
    expect(ahead["areas"][0]["phones"] == 3 and ahead["areas"][0]["sessions"] == 3, f"{ahead}")
    expect(ahead["areas"][0]["gnbs_left"] == 1 and ahead["without"]["counts"], f"{ahead}")
    expect(not core.json("line", "bars"), "something is barred")
    for words in (("bar", "nobody", "--now"), ("unbar", "acme"), ("bar", "acme", "--drill", "--for", "soon")):
        done = core.command("line", *words, check=False)
        expect(done.returncode == 1 and done.stderr, f"{words}: {done.returncode} {done.stderr}")
    expect(core.command("line", "bar", "acme", check=False).returncode == 2, "neither drill nor in earnest")


main()
